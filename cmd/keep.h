/* cmd/keep.h - which audits of a run go into its journal, and when the disk is waited for. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct account;
struct journal;
struct progress;

struct keeping {
    struct journal *journal;   /* NULL: none */
    struct progress *progress; /* to be erased before a complaint */
    size_t kept;               /* audits */
    int64_t settle_ms;         /* when to wait for the disk again */
};

/* Complains of what the journal does not take.  `is_cut_short`: by a signal. */
void keep_audit(struct keeping *, uint64_t number, const char *domain, const struct account *, bool is_cut_short);
void keep_settle(struct keeping *, int64_t now_ms); /* as often as one likes */
