/* reports/text/text_findings.h - a part of the text report: the findings by group. */
#pragma once

struct outline;
struct report;

void text_findings(struct report *, const struct outline *);
