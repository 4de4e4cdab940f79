/* reports/markdown_code.h - a code span of Markdown: what a peer said is no link, mention or markup in one. */
#pragma once

struct arena;
struct sink;

/* To a sink of SINK_MARKDOWN.  An empty text has no span, and writes nothing. */
void markdown_code(struct sink *, struct arena *, const char *text);
