/* cmd/bulk.h - has the domains of a list audited, several at once, and reports each as its audit ends, or with
 * --ordered in the order of the list.
 *
 * An account is freed as soon as it is reported, so that memory does not grow with the list.  A domain is admitted
 * while fewer than --in-flight are under way and what is finished takes no more than its share of --memory; with
 * --ordered fewer than RESULTS_WAITING finished ones wait for an earlier one.
 *
 * What is finished goes into the journal, before it is reported.  A domain that the journal of an earlier run has is
 * not asked about: its evidence is judged again, in its turn, one such domain at a time.
 *
 * The first signal ends admission and brings the deadlines forward; what there is then is reported, and the
 * reports are marked as partial.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "cmd/options/project.h"

struct arena;
struct auditor;
struct auditor_plan;
struct journal;
struct loop;
struct sandbox;
struct sheets;
struct archive;
struct target_list;

struct bulk_tally {
    size_t audited;  /* reported */
    bool findings;   /* at or above --fail-on, or a --receiver refuses */
    bool undecided;  /* a required check is unknown, or what a --receiver would do */
    bool warned;     /* something fails or warns, whether it counts or not */
    bool fault;      /* memory, the list could not be read to its end or is another one, nobody left to report to */
    size_t kept;     /* in the journal, by this run */
    bool is_unkept;  /* the store has not all */
    bool starved;     /* this machine had no memory or descriptors for something */
    bool is_all_said; /* each report is complete and written, and nothing would be better another time */
    int interrupted; /* the signal; 0 */
};

struct bulk_plan {
    struct project *project;
    struct loop *loop;
    struct auditor *auditor; /* NULL: worker processes audit, and of that: */
    size_t jobs;             /* how many */
    const struct auditor_plan *auditing;
    const struct sandbox *sandbox; /* of each */
    struct arena *arena;           /* of the run */
    struct journal *journal; /* NULL: none; closed and gone where all is said */
    struct archive *archive;     /* NULL: none; the run is begun in it */
    struct sheets *sheets;
    struct target_list *list;
    const char *list_name; /* for complaints */
    size_t domains;        /* in the list; 0: not known before its end */
    bool several;          /* more than one domain may come */
};

struct bulk_tally bulk_audit(const struct bulk_plan *);
