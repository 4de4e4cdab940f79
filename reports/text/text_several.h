/* reports/text/text_several.h - parts of the text report of several domains.
 *
 * What is remembered of them does not grow with their number.
 */
#pragma once

struct report;
struct result;

void text_several_begin(struct report *);
void text_several_hand(struct report *, const struct result *); /* for the end, also where each is told in full */
void text_several_remember(struct report *);                    /* that */
void text_several_line(struct report *, const struct result *);
void text_several_end(struct report *);
