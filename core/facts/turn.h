/* core/facts/turn.h - evidence whose collector lets others go first: where, and since when.
 *
 * A connection begins when the network that it goes to has a place for it (core/collect/net/politeness.h).  Until then
 * `struct evidence` points to its turn, so that an audit which ends before can say what it waited for, and so that the
 * collector hears who wants it.
 */
#pragma once

#include <stdint.h>

#include "core/base/ip.h"

struct turn {
    struct ip_network network;
    const unsigned *audits; /* that have connections to it, or wait for one: as of now */
    int64_t since_ms;       /* monotonic */
    uint64_t party;         /* in whose turn it is, an audit's number (struct waiter) */
    /* One more audit wants it; the turn may become that one's. */
    void (*wanted)(struct turn *, uint64_t party);
    /* `party` has ended; `other` still wants it, or 0: nobody does, and there is no turn any more. */
    void (*unwanted)(struct turn *, uint64_t other);
};
