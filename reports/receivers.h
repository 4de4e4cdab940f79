/* reports/receivers.h - what the receivers would do, arranged for people: receivers that refuse first, senders that
 * fare alike together.
 *
 * Everything points into the result or into the arena.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/result/receiver.h"
#include "core/result/result.h"

struct arena;

struct fate { /* senders that one receiver treats alike, for the same reasons */
    enum receiver_outcome outcome;
    const struct receiver_verdict *verdict; /* of the first of them */
    const char **senders; /* addresses, and names of services */
    size_t sender_count;
};

struct receiver_view {
    const struct receiver *receiver;
    enum receiver_outcome worst;
    struct fate *fates; /* worst first */
    size_t fate_count;
};

/* Those whose rules hold for the volume of the target; worst first, then as in the data. */
const struct receiver_view *receiver_views(struct arena *, const struct result *, size_t *count);

/* "Gmail (bulk)": where many stand in a line. */
const char *receiver_short(struct arena *, const struct receiver *);
/* Receivers that treat the same senders alike, whatever the reasons: worst first, each receiver once, by what becomes
 * of those that fare worst. */
struct fate_group {
    enum receiver_outcome outcome;
    const struct fate *like;   /* whose senders they are */
    bool everyone;             /* all senders, or it is no matter which */
    const char *receivers;     /* "Gmail, T-Online, GMX"; bulk rules only where others do not say so already */
    const char *checks;        /* "ptr.fcrdns, spf.exists"; "" */
};
const struct fate_group *fate_groups(struct arena *, const struct receiver_view *, size_t view_count, size_t *count);

const char *outcome_label(enum receiver_outcome);
enum status outcome_as_status(enum receiver_outcome); /* whose symbol and colour it takes */
const char *fate_senders(struct arena *, const struct fate *); /* "192.0.2.1, Google Workspace" */
const char *fate_checks(struct arena *, const struct fate *);  /* what its reasons rest on, each check once */
const char *reason_check(const struct receiver_reason *); /* "ptr.fcrdns"; "" */
const char *reason_source(struct arena *,
                          const struct receiver_reason *); /* "Gmail SMTP errors 3726730, read 2026-02-15" */
/* A receiver's rules for everybody hold for bulk senders, too: the one among those before it that has the same fate. */
const struct receiver *fate_told_by(const struct receiver_view *, size_t before, const struct fate *);


/* One sentence for the end of a short table, and a second one where the rules are old. */
const char *receiver_caveat(struct arena *, int64_t started_s);
/* What the table is worth: how old the rules were when the audit began, and what nobody outside can see. */
const char *receiver_legend(struct arena *, const struct result *);
