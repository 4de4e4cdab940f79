/* cmd/io/progress.h - how far a run is, on standard error.
 *
 * On a terminal it is a line that is written again and again, and goes before anything else is written; elsewhere a
 * line a minute, where there are several domains; for programs a JSON object a second, and one at the end:
 *
 *     {"done": 120, "restored": 20, "in_flight": 50, "at_most": 50, "total": 1000, "rate": 8.41, "remaining_s": 104,
 *      "elapsed_s": 12, "unknown": {"timeout": 12}, "ended": false}
 *
 * at_most: as many may be in flight; fewer than --in-flight where questions to the resolvers are lost (pace.h).
 * restored: of those done, from the journal of an earlier run.  total, rate (audits a second) and remaining_s are null
 * where nobody knows.  unknown: domains with a required check that could not be decided, by reason.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/base/trouble.h"

struct result;

enum progress_kind { PROGRESS_NONE, PROGRESS_TERMINAL, PROGRESS_MINUTES, PROGRESS_JSON };

struct progress {
    enum progress_kind kind;
    FILE *out;
    bool shown;                     /* on the terminal */
    int64_t begun_ms, next_ms;      /* monotonic */
    int64_t asking_ms;              /* since when domains are audited and not only restored; 0: none is */
    size_t restored;                /* done by an earlier run */
    size_t undecided[REASON_COUNT]; /* domains */
};

struct progress_state {
    int64_t now_ms;
    size_t done, in_flight, total; /* domains; total 0: not known */
    size_t at_most;                /* may be in flight now */
    bool is_slowed;                /* and that is fewer than usual, because questions to the resolvers are lost */
    size_t wanted, known;          /* pieces of evidence */
};

/* What fits to where standard error goes.  `is_noisy`: something else is written there all the time. */
enum progress_kind progress_usual(bool is_noisy, bool several, bool quiet);
struct progress progress_new(enum progress_kind, FILE *out, int64_t now_ms);
void progress_asks(struct progress *, int64_t now_ms); /* an audit begins that is not from a journal */
/* Which reasons leave a required check of the domain undecided. */
void progress_reasons(const struct result *, bool undecided_for[REASON_COUNT]);
void progress_count(struct progress *, const bool undecided_for[REASON_COUNT]); /* of a domain that is done */
void progress_show(struct progress *, const struct progress_state *); /* as often as one likes */
void progress_erase(struct progress *); /* before anything else is written to the terminal */
void progress_end(struct progress *, const struct progress_state *);
