/* reports/text/text_services.h - a part of the text report: who sends for the domain. */
#pragma once

struct report;
struct result;

void text_services_summary(struct report *, const struct result *); /* a line for each */
void text_services(struct report *, const struct result *);
