/* reports/text/text_identity.h - parts of the text report: names of each sender, and what the receivers would do. */
#pragma once

struct report;
struct result;

void text_identities(struct report *, const struct result *);
void text_receivers(struct report *, const struct result *);
