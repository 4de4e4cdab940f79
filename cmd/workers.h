/* cmd/workers.h - the worker processes of a run (worker.h): deals domains among them, and replaces those that die.
 *
 * A domain goes to any worker, which finds out where its mail goes first (destination.h) and hands it back if that is
 * another worker's.  So what one organisation has is visited by one process, and is asked once for all its domains.
 *
 * A worker that dies, or whose loop no longer turns, is replaced.  What it was auditing is audited again, each domain
 * by a process of its own; of one that this kills, too, nothing is asked any more: its account says that it is unknown,
 * `worker_crashed`.
 *
 * Nothing here reads what a peer said.  What workers send is taken to be hostile: a message that is none is a crash.
 */
#pragma once

#include <stddef.h>

#include "cmd/auditor.h"
#include "core/audit/engine.h"

struct arena;
struct sandbox;
struct workers;

struct worker_death {
    size_t domains; /* that it had */
    int wait_status;
    bool was_silent; /* and is ended for that */
};

void workers_complain(const struct worker_death *);

struct workers_plan {
    struct loop *loop;
    struct arena *arena; /* of the run */
    const struct auditor_plan *auditor;
    const struct sandbox *sandbox; /* of each worker */
    size_t count;
    size_t at_once; /* domains in each */
    void (*died)(void *arg, const struct worker_death *); /* to be told */
    void *arg;
};

/* NULL: no memory.  Processes are started as they are needed. */
struct workers *workers_new(const struct workers_plan *);
/* As auditor_begin(), but that `done` may be called at once. */
bool workers_begin(struct workers *, const struct assignment *, auditor_done *, void *arg);
size_t workers_allowed(const struct workers *); /* domains that may be under way in all of them (pace.h) */
struct engine_progress workers_progress(const struct workers *); /* of all, as each said last */
bool workers_are_broken(const struct workers *); /* no process can be started any more */
void workers_hurry(struct workers *, int64_t within_ms); /* engine_hurry() */
/* Lets the workers take leave of mail servers for so long, then ends them.  What is under way is forgotten. */
void workers_free(struct workers *, int64_t within_ms); /* NULL is fine */
