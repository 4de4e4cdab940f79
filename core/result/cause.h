/* core/result/cause.h - what to repair: the findings of an audit folded into causes, in the order that works.
 *
 * A finding says what a check saw; a cause is what somebody has to change.  One record repairs three findings, and ten
 * addresses without a reverse name are one errand.  Every WARN and FAIL that counts is in exactly one cause; a NOTE is
 * where the same record repairs it.  Reports show this list, and none makes its own.  (checks.md, sections 1, 19)
 *
 * Everything points into the result or into the arena.
 */
#pragma once

#include "core/result/cause_kind.h"
#include "core/result/result.h"

struct arena;

struct cause_step {
    const char *what;           /* what to do */
    const struct finding *lead; /* whose records they are: `records` in place of `before` */
    /* Number, from 1, of the cause that changes the same record before: this one's is known when that is done.  0:
     * none, and the lead's records are for publishing. */
    size_t waits_for;
    const struct finding **findings; /* that it is for: the same about several subjects */
    size_t finding_count;
};

struct cause {
    const char *name;                     /* "ptr.fcrdns/stale" */
    enum status status;                   /* of the worst of its findings */
    const char *text;                     /* what is amiss, one line without a full stop */
    enum actor actor;
    const struct cause_step *steps;
    size_t step_count;
    const struct finding *const *repairs; /* the finding that tells the cause, and those that go with it */
    size_t repair_count;
    /* Receivers that refuse, or may, and have no known reason left when this and all causes before it are done. */
    const struct receiver_verdict **frees;
    size_t free_count;
    const char *command; /* that checks it afterwards, for a shell */
};

/* Does a record of `then` name a host whose address a record of `first` makes? */
bool records_are_needed(const struct text_list *first, const struct text_list *then);

/* Of a result that has its receivers already. */
const struct cause *causes_of(struct arena *, const struct result *, size_t *count);

/* The number, from 1, of the cause that this finding is in; 0: none. */
size_t cause_number(const struct result *, const struct finding *);

const char *cause_command(struct arena *, const struct result *, const struct cause *);
