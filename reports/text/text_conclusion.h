/* reports/text/text_conclusion.h - the end of a text report, where the eye is: what could not be decided, what to fix,
 * who refuses, and the verdict. */
#pragma once

struct outline;
struct report;
struct result;

void text_conclusion(struct report *, const struct result *, const struct outline *);
