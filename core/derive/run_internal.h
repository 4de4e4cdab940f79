/* core/derive/run_internal.h - what a run is made of; for run.c, finding.c, inventory.c and the engine only. */
#pragma once

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/derive/run.h"
#include "core/facts/evidence.h"

struct derived;
struct finding;
struct overlay;
struct planned;

/* For --trace: what the audit cost in derived facts. */
struct derived_counts {
    size_t needed, derived;
    int64_t ns; /* of the processor */
};

enum { DERIVED_BUCKETS = 64 };

/* What the runs of one audit share. */
struct audit_view {
    struct waiter waiter; /* first: the engine finds its audit by it */
    struct store *store;
    const struct target *target;
    size_t dns_questions, dnsbl_questions, extra_questions, signed_questions;
    size_t granted; /* DNS questions beside DNS_QUERIES_PER_AUDIT, for what the audit is about */
    struct derived *derived[DERIVED_BUCKETS]; /* derived.c's, by hash */
    struct derived *held, *retired;
    const struct overlay *plan, *trial; /* laid over what the resolver says; NULL: none */
    struct planned *planned;            /* planned.c's */
    struct derived_counts *counts; /* NULL: nobody counts */
    const struct audit_view *base; /* of a trial: whose evidence is looked at, and no other; NULL */
    bool is_free; /* questions cost nothing: nobody is asked, as in a replay */
    bool asks_zones; /* and takes their word for the resolver's: fresh.h */
    bool spent;   /* the deadline is past: nothing is waited for any more */
};

struct run {
    struct audit_view *audit;
    unsigned probe;
    struct arena *arena;
    size_t open_wishes;
    bool is_extra; /* of a probe that is */
    bool last; /* too many runs: as if the audit's budget were spent */
    struct finding **findings;
    size_t finding_count, finding_room;
    jmp_buf *exhausted;       /* where an arena without memory jumps to */
    struct derived *deriving; /* the fact that is being derived; NULL */
    bool refused;             /* evidence was, for want of time or questions, or because this run only looks */
    bool finds_zone;          /* on the way to a fresh answer: what is asked for now is the resolver's */
    bool only_looks;          /* at what the audit has: nothing is asked, what is missing stays NULL */
};

void run_grant(struct run *, size_t questions); /* as many as the audit turns out to need, if it has fewer */

/* As the resolver says, whatever is planned. */
const struct dns_answer *need_dns_of_world(struct run *, const char *name, enum dns_type, unsigned nth);

void derived_waits_for(struct run *, struct evidence *); /* the fact that is being derived does, if one is */
void derived_forget_retired(struct audit_view *);        /* when no probe is running */
size_t derived_held(const struct audit_view *);          /* bytes, as arena_held() */
void derived_free_all(struct audit_view *);
