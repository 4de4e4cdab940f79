/* cmd/baseline.h - an earlier report, and what has changed since. */
#pragma once

#include <stdbool.h>

#include "core/result/difference.h"
#include "core/result/seen_json.h"

struct result;

/* A report in JSON of an earlier run; false with *why: "FILE: ...". */
bool baseline_read(struct arena *, const char *path, struct seen_list *, const char **why);
/* What is in the arena lives as long.  NULL: no memory for it. */
const struct difference *baseline_compare(struct arena *, const struct seen_list *, const struct result *);
