/* reports/overview.h - many domains at a glance: a row for each, the worst first, and what is amiss with most of them.
 *
 * Of a result only its row is kept, a few hundred octets: the list of domains may be long.  Rows of domains with the
 * same cause or owner share its text.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/trouble.h"
#include "core/result/cause_kind.h"
#include "core/result/gate.h"
#include "core/result/result.h"

struct arena;
struct report;

struct overview_cause {
    struct overview_cause *next;
    const char *name, *text; /* of struct cause */
    enum actor actor;
    enum status status; /* the worst that it came to */
    size_t domains;
    size_t last; /* number of the row that was counted last */
};

struct overview_owner {
    struct overview_owner *next;
    const char *name;
    size_t verdicts[VERDICT_COUNT];
};

struct overview_row {
    struct overview_row *before; /* of the row that came before it; NULL: the first */
    const char *domain;
    const char *unicode; /* NULL: is no other */
    const struct overview_owner *owner; /* NULL */
    const struct overview_cause *cause; /* what is amiss first; NULL: see `message` */
    const char *message; /* what is undecided or amiss first, in the reader's language, cut; NULL: nothing is */
    const char *subject;                /* of it, cut; NULL: the domain */
    enum verdict verdict;
    uint32_t fails, warns; /* causes */
    uint16_t refusals;     /* receivers that refuse mail of a sender */
    bool is_compared, was_seen;  /* with a baseline, and the baseline has the domain */
    uint32_t worse, better;      /* findings: new or worse; better or gone */
};

struct overview {
    struct arena *arena;      /* that the rows are in */
    struct overview_row *last;
    size_t count;
    size_t verdicts[VERDICT_COUNT];
    struct overview_cause *causes;
    struct overview_owner *owners;
    size_t undecided[REASON_COUNT]; /* domains with a required check that is unknown for it */
    int64_t first_s, last_s;        /* wall clock: when the first audit began, and the last one */
    size_t partial, planned;        /* domains that were not asked all; that are judged by a plan */
};

/* In reporters' `one` and `take`.  Rows are kept in the overview's arena. */
void overview_hand(struct report *, const struct result *);
void overview_take(struct overview *, struct report *);

/* By verdict, receivers that refuse, causes, and name. */
const struct overview_row *const *overview_rows(struct arena *, const struct overview *);
/* The most frequent first; at most `most` of them. */
const struct overview_cause *const *overview_causes(struct arena *, const struct overview *, size_t *count);
const struct overview_owner *const *overview_owners(struct arena *, const struct overview *, size_t *count);
