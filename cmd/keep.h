/* cmd/keep.h - which audits of a run go into its journal and its store, and when the disk is waited for. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cmd/archive/queue.h"
#include "cmd/command.h"

struct account;
struct arena;
struct journal;
struct progress;
struct sheets;

struct keeping {
    struct journal *journal;    /* NULL: none */
    struct progress *progress;  /* to be erased before a complaint */
    size_t kept;                /* audits */
    int64_t settle_ms;          /* when to wait for the disk again */
    struct archive_queue queue; /* its store NULL: there is none */
    bool is_refusing;           /* the store, what was offered last */
    bool is_said;               /* and that is said, until it has all that there is */
};

/* READY: *store is open, and the run begun in it, or gone on with where the journal says so.  Else the status to end
 * with, and *why.  A journal that is not open is fine. */
enum exit_status keep_open_store(struct arena *, const char *url, const struct sheets *, const struct journal *,
                                 const char *vantage, struct archive **, const char **why);
/* Complains of what they do not take.  `is_cut_short`: by a signal.  Takes what the account has for the store. */
void keep_audit(struct keeping *, uint64_t number, const char *domain, struct account *, bool is_cut_short);
void keep_settle(struct keeping *, int64_t now_ms); /* as often as one likes */
/* Waits until the store has all, and its disk; false: it has not, which is said.  `is_whole`: so is the run. */
bool keep_end(struct keeping *, bool is_whole);
