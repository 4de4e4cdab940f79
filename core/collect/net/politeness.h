/* core/collect/net/politeness.h - being a good guest: when may the next connection to an address begin?
 *
 * A visit is one connection.  At most PEER_SESSIONS are open to one address, a time passes between two of them (for
 * mail servers PEER_INTERVAL_MS), and at most NET_SESSIONS are open to one /24 or /48.  A visit that asks again
 * (evidence "#2") begins PEER_RETRY_MS after the last one to its address has ended, if that went badly.  Visits begin
 * in the order in which they came, as far as that allows; but one party, an audit, never holds all that a network
 * bears, and who holds less of it comes first: a domain with thirty hosts in a neighbour's network must not keep the
 * neighbour waiting (threats.md N9).
 *
 * The owner keeps `struct visit` at one place from politeness_enter() to politeness_leave().  `begin` is called from
 * the loop, never from inside politeness_enter().
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/base/ip.h"

struct guestbook;
struct politeness;
struct loop;
struct peer;

struct visit {
    void (*begin)(void *arg);
    void *arg;
    struct peer *peer, *network;
    const void *party;          /* who it is for: compared, never followed; NULL: nobody in particular */
    struct visit *next, **back; /* among those that wait; back is NULL once begun */
    bool again;
    int64_t not_before_ms; /* another process is there, and it is seen after again then */
};

/* between two connections to an address; NULL: no memory */
struct politeness *politeness_new(struct loop *, int64_t interval_ms);
void politeness_free(struct politeness *); /* forgets visits that wait */
/* With other processes: guestbook.h.  NULL: with none. */
void politeness_share(struct politeness *, struct guestbook *, unsigned guest);

bool politeness_enter(struct politeness *, struct visit *, const struct ip *, const void *party, bool again,
                      void (*begin)(void *arg), void *arg);
/* At the end of the connection, or while it waits; did the host serve us? */
void politeness_leave(struct politeness *, struct visit *, bool well);
