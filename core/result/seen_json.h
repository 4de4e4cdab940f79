/* core/result/seen_json.h - reads reports back from JSON: one document, an array of them, or one a line. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/result/difference.h"

struct seen_list {
    struct seen_report *at; /* each domain once */
    size_t count;
};

/* False with *why, in the arena: "line 3: ...", "findings[4].status: ...".  Members that it does not know are fine, a
 * report of another schema is not. */
bool seen_read(struct arena *, const char *bytes, size_t size, struct seen_list *out, const char **why);
const struct seen_report *seen_find(const struct seen_list *, const char *domain); /* NULL: none */
