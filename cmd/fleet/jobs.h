/* cmd/fleet/jobs.h - the domains that a worker of a fleet has taken: under way in its processes, or ended and not yet
 * written. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cmd/fleet/book.h"
#include "core/base/trouble.h"

struct job;
struct loop;
struct progress;
struct task;
struct workers;

struct jobs {
    struct loop *loop;
    struct shards *shards;     /* that count what is under way of each */
    struct progress *progress; /* of what is written, and to be erased before a complaint */
    struct task *wake;         /* scheduled once there is room for more */
    struct workers *workers;   /* NULL: there is no connection, and nothing is begun */
    struct job *first;
    size_t held, under_way; /* all; of these, not ended */
    size_t done;            /* results that are written */
};

/* A book_domain_visit, of a struct jobs. */
void jobs_begin(void *jobs, const struct book_domain *);
/* Writes what has ended, in one transaction, and drops it then. */
enum archive_outcome jobs_settle(struct jobs *, struct book *);
/* Drops all, and adds their numbers to a list, malloc'ed. */
void jobs_forget(struct jobs *, int64_t **ids, size_t *count);
