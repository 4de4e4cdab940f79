/* cmd/restore.h - an audit that an earlier run has finished: the evidence that its journal kept is judged again, by an
 * engine that asks nobody. */
#pragma once

#include <stdint.h>

#include "core/audit/engine.h"

struct journal;
struct loop;
struct restored;

enum restore_step {
    RESTORE_BEGUN, /* `done` is called as by engine_audit() */
    RESTORE_NONE,  /* it was not finished */
    RESTORE_BAD,   /* *why: what was kept of it cannot be used */
    RESTORE_OTHER, /* *why: the journal has another domain of this number */
};

struct restore_plan {
    struct loop *loop;
    const struct engine_config *config; /* of the run */
    struct journal *journal;
    uint64_t number;
    const struct target *target; /* lives as long as what is restored */
    engine_done *done;
    void *arg;
};

/* *why is in the arena. */
enum restore_step restore(const struct restore_plan *, struct arena *, struct restored **, const char **why);
struct engine *restored_engine(const struct restored *); /* to keep and release the result */
void restored_free(struct restored *);                   /* with its result; NULL is fine */
