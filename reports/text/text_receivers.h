/* reports/text/text_receivers.h - a part of the text report: what the receivers would do. */
#pragma once

struct report;
struct result;

void text_receivers(struct report *, const struct result *);
