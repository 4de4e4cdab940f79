/* reports/text/text_identity.h - a part of the text report: the names of each sender. */
#pragma once

struct report;
struct result;

void text_identities_summary(struct report *, const struct result *); /* a line for all that are alike */
void text_identities(struct report *, const struct result *);
