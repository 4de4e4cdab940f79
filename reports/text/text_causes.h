/* reports/text/text_causes.h - what to fix, for a terminal. */
#pragma once

#include "core/result/result.h"

struct outline;
struct report;

void text_causes(struct report *, const struct result *, const struct outline *); /* of a result that has some */
void text_records(struct report *, size_t indent, const struct finding *);
