/* reports/evidence_text.h - a piece of evidence in lines that a mail administrator reads: records, SMTP dialogue. */
#pragma once

struct arena;
struct evidence;
struct sink;

void evidence_text(struct sink *, struct arena *, const struct evidence *); /* whole lines, each with its LF */
