/* reports/outline.h - a result arranged for people: groups worst first, repeated findings told once, and
 * consequences folded under their cause.
 *
 * Everything points into the result or into the arena.
 */
#pragma once

#include <stddef.h>

#include "core/base/status.h"
#include "core/result/finding.h"
#include "core/result/result.h"

struct arena;

/* Findings of one check that say the same about several subjects. */
struct entry {
    const struct check *check;
    enum status status;
    const struct finding **findings;
    size_t count;
    const struct finding **dependants; /* undecided because this is (finding->because) */
    size_t dependant_count;
    size_t fix; /* number of its cause in what to fix first; 0: in none */
};

struct group {
    const char *name;
    const char *title;
    enum status worst;
    size_t counts[STATUS_COUNT]; /* without the folded ones */
    size_t suppressed;
    size_t folded;         /* undecided in consequence of another finding, of this group or not */
    size_t hosted;         /* on servers that services run: told with these */
    struct entry *entries; /* worst first, then as in the result; folded ones are elsewhere */
    size_t entry_count;
};

struct outline {
    struct group *groups; /* worst first, then as in the result */
    size_t group_count;
};

const struct outline *outline_of(struct arena *, const struct result *);

const char *group_counts(struct arena *, const struct group *, const char *separator);
const char *entry_subjects(struct arena *, const struct entry *);
const char *entry_dependants(struct arena *, const struct entry *); /* names of checks, each once */
