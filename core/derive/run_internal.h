/* core/derive/run_internal.h - what a run is made of; for run.c, finding.c, inventory.c and the engine only. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/derive/run.h"
#include "core/facts/evidence.h"

struct finding;
struct inventory;

/* What the runs of one audit share. */
struct audit_view {
    struct waiter waiter; /* first: the engine finds its audit by it */
    struct store *store;
    const struct target *target;
    size_t dns_questions, dnsbl_questions, extra_questions;
    bool is_free; /* questions cost nothing: nobody is asked, as in a replay */
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
    const struct inventory *inventory; /* once built in this run */
    struct spf_source *spf_sources;    /* SPF records parsed in this run */
};
