/* cmd/account.h - what a finished audit comes to: all that a run has to know of it, without the result itself.
 *
 * It is made where the audit is, and written where the reports and the journal are; between the two it may be a tape.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/status.h"
#include "core/base/trouble.h"
#include "reports/reporter.h"

struct result;
struct seen_list;
struct settings;
struct sheets;

struct account {
    enum verdict verdict;
    bool fails, undecided, warned; /* bulk.h: struct bulk_tally */
    bool is_starved;               /* of memory or descriptors, or its process crashed: worth another audit */
    bool is_out_of_memory;         /* nothing of it is known */
    bool is_out_of_time;           /* its deadline came first */
    bool is_uncompared;            /* with the baseline, for want of memory */
    bool is_restored;              /* from a journal, and nobody was asked */
    char *unfit; /* why what a journal kept of it could not be used; malloc'ed, NULL: it could, or there is none */
    bool undecided_for[REASON_COUNT];
    struct tape kept; /* for the journal, packed; empty: nothing, or ... */
    int keep_error;   /* ... an errno */
    struct tape seen; /* for the store (archive/report_tape.h); empty: nothing, or is_unseen */
    bool is_unseen;   /* for want of memory */
    struct piece *pieces; /* sheets.h */
    size_t piece_count;
};

struct account_plan {
    struct sheets *sheets;
    const struct settings *settings;  /* of the domain */
    const struct seen_list *baseline; /* NULL: none */
    size_t number;                    /* of the domain */
    bool is_kept;                     /* in a journal */
    bool keeps_starved;               /* what is worth another audit, too */
    bool is_stored;                   /* in a store */
};

/* NULL: no memory. */
struct account *account_of(const struct account_plan *, const struct result *);
size_t account_bytes(const struct account *); /* of what it would have reported */
void account_free(struct account *); /* NULL is fine */
/* Pieces are copied. */
void account_write(const struct account *, struct tape *);
struct account *account_read(struct tape_reader *); /* NULL: no memory, or it is none */
