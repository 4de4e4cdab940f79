/* reports/notices.h - what a machine is told of a result: findings that are no pass, each cause once, the worst first.
 *
 * What is undecided in consequence of another finding is told by that one, so a blocked port is one notice and not one
 * for each check that needed it.  Everything points into the result or into the arena.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/result/gate.h"
#include "core/result/result.h"

struct arena;

struct notice {
    const struct finding *finding; /* FAIL, WARN, UNKNOWN or NOTE */
    size_t followers;              /* undecided because this is, and told by it */
    bool fails;                    /* counts for exit status 1 */
    bool undecided;                /* counts for exit status 3, itself or one of its followers */
};

struct notices {
    const struct notice *at; /* those that count first, then by status, then as in the result */
    size_t count;
    struct gate_outcome outcome;
};

struct notices notices_of(struct arena *, const struct result *, const struct gate *);

/* The message, with what follows from it: "...; 12 more checks are undecided because of this". */
const char *notice_text(struct arena *, const struct notice *);

/* What a list of all findings says of one: its message, or from which it follows. */
const char *finding_text(struct arena *, const struct result *, const struct finding *);
