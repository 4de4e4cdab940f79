/* core/collect/net/politeness.h - being a good guest: when may the next connection to an address begin?
 *
 * A visit is one connection.  At most PEER_SESSIONS are open to one address, a time passes between two of them (for
 * mail servers PEER_INTERVAL_MS), and at most NET_SESSIONS are open to one /24 or /48.  A visit that asks again
 * (evidence "#2") begins PEER_RETRY_MS after the last one to its address has ended, if that went badly.  Visits begin
 * by turns of the parties that they are for, audits, as line.h deals them.
 *
 * The owner keeps `struct visit` at one place from politeness_enter() to politeness_leave().  `begin` is called from
 * the loop, never from inside politeness_enter().
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/base/ip.h"
#include "core/facts/turn.h"

struct guestbook;
struct politeness;
struct loop;
struct peer;
struct share;

struct visit_plan {
    struct ip ip;
    uint64_t party; /* who it is for, line.h; 0: nobody in particular */
    bool again;
    void (*begin)(void *arg);
    /* Nobody wants it any more, and it has not begun: the owner leaves. */
    void (*drop)(void *arg);
    void *arg;
};

struct visit {
    struct turn turn; /* first: while it waits, evidence points to it */
    struct visit_plan plan;
    struct politeness *politeness;
    struct peer *peer, *network;
    struct share *share;        /* of its party, in the line.c of the network */
    struct visit *next, **back; /* among those that wait; back is NULL once begun */
    int64_t not_before_ms;      /* another process is there, and it is seen after again then */
};

/* between two connections to an address; NULL: no memory */
struct politeness *politeness_new(struct loop *, int64_t interval_ms);
void politeness_free(struct politeness *); /* forgets visits that wait */
/* With other processes: guestbook.h.  NULL: with none. */
void politeness_share(struct politeness *, struct guestbook *, unsigned guest);

/* False: no memory. */
bool politeness_enter(struct politeness *, struct visit *, const struct visit_plan *);
/* At the end of the connection, or while it waits; did the host serve us? */
void politeness_leave(struct politeness *, struct visit *, bool well);
