/* cmd/baseline.h - an earlier report, and what has changed since. */
#pragma once

#include <stdbool.h>

#include "core/result/difference.h"
#include "core/result/seen_json.h"

struct result;

/* A report in JSON of an earlier run; false with *why: "FILE: ...". */
bool baseline_read(struct arena *, const char *path, struct seen_list *, const char **why);
/* A result as the reader of its report sees it.  What is in the arena lives as long.  NULL: no memory for it. */
const struct seen_report *baseline_see(struct arena *, const struct result *);
const struct difference *baseline_compare(struct arena *, const struct seen_list *, const struct seen_report *now);
