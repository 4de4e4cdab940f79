/* cmd/restore.h - an audit that an earlier run has finished: the evidence that its journal kept is judged again, by an
 * engine that asks nobody. */
#pragma once

#include "core/audit/engine.h"
#include "core/base/str.h"

struct loop;
struct restored;

struct restore_plan {
    struct loop *loop;
    const struct engine_config *config; /* of the run */
    struct str packed;                  /* as the journal has it; borrowed for the call */
    const struct target *target;        /* lives as long as what is restored */
    engine_done *done;
    void *arg;
};

/* `done` is called as by engine_audit().  NULL: it cannot be used; *why, to follow the name of the domain, is in the
 * arena. */
struct restored *restore(const struct restore_plan *, struct arena *, const char **why);
void restored_free(struct restored *); /* with its result; NULL is fine */
