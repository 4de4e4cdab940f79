/* cmd/archive/row.h - what both back ends make of a result's parts. */
#pragma once

#include <stddef.h>

struct arena;

extern const char row_no_status[]; /* why a store is damaged */

char *row_joined(const char *const *words, size_t count); /* by commas; to be freed.  NULL: no memory */
const char *const *row_words(struct arena *, const char *joined, size_t *count);
const char *row_group(struct arena *, const char *check); /* "ptr" of "ptr.fcrdns" */
