/* reports/text/text_receivers.h - a part of the text report: what the receivers would do. */
#pragma once

struct report;
struct result;

void text_receivers_outlook(struct report *, const struct result *); /* a line for all that fare alike */
void text_receivers(struct report *, const struct result *);         /* each, with what it would say */
/* What the rules are worth, and what nobody outside can see: once per run. */
void text_receivers_not_visible(struct report *, const struct result *);
