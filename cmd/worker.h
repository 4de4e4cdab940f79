/* cmd/worker.h - a process that audits for another one, which deals the domains and writes the reports.
 *
 * It is forked, keeps of the parent's descriptors standard error and one socket, gives away what rights the parent
 * still has, and only then asks the first question.  All that peers say stays in it: it sends accounts.  It ends when
 * the socket is closed, or the parent is gone.
 *
 * A message is a tape (channel.h).  Its first number says what it is, its second one which domain it is about.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct arena;
struct auditor_plan;
struct guestbook;
struct sandbox;

enum order {     /* to the worker */
    ORDER_AUDIT, /* enum place, the shard or DESTINATION_SHARDS, the domain, what a journal kept of it */
    ORDER_HURRY, /* instead of the domain's number: milliseconds */
};

enum place {
    PLACE_ANY,     /* to be audited if its destination is this worker's, else handed back */
    PLACE_HERE,    /* to be audited */
    PLACE_NOWHERE, /* nobody is asked: two workers died of it */
};

enum answer {
    ANSWER_READY,     /* no domain: the worker can work */
    ANSWER_ACCOUNT,   /* account.h */
    ANSWER_ELSEWHERE, /* whose it is: the number of a worker */
    ANSWER_MOVED,     /* its destination, which is none of the shard */
    ANSWER_NONE,      /* this machine has no memory for it */
    ANSWER_ALLOWED,   /* instead of the domain's number: how many the worker may have at once from now on (pace.h) */
    ANSWER_ALIVE,     /* no domain: every WORKER_PULSE_MS, as long as its loop turns; struct engine_progress */
};

struct worker_plan {
    const struct auditor_plan *auditor;
    const struct sandbox *sandbox;
    struct guestbook *guestbook;
    struct arena *arena; /* of the run: what is exhausted here does not go on in the parent's code */
    size_t number, count; /* of those among which domains are dealt; a number beyond takes only what is its own */
};

_Noreturn void worker_run(const struct worker_plan *, int fd);
