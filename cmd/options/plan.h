/* cmd/options/plan.h - what --zone and --assume lay over the world, read before anything is asked. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct options;
struct overlay;

struct option_use;

/* "FILE=ORIGIN"; *origin NULL: none is said.  False with *why. */
bool plan_split(const struct options *, const struct option_use *, const char **path, const char **origin,
                const char **why);

struct plan {
    const struct overlay *overlay; /* NULL: there is no plan */
    const char *const *files;      /* that it was read from */
    size_t file_count;
};

/* False with *why, after complaints about all faults of a file but the last: "FILE:LINE: what is wrong". */
bool plan_read(const struct options *, struct plan *out, const char **why);
