/* core/audit/pace.h - how many audits may be under way, where what serves all of them may not keep up.
 *
 * All audits ask the same resolvers over the same network.  When these lose a large share of the questions, more audits
 * only lose more: their number is halved, and grows again slowly, as TCP does with its window (RFC 5681).  Questions to
 * the servers of one zone do not count: these fail for reasons of their own.
 *
 * Pure: the clock, in monotonic milliseconds, and the counts are the caller's.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "core/collect/dns/dns.h"

struct pace {
    size_t most, allowed; /* audits */
    struct dns_counts before;
    int64_t next_ms; /* when it is looked at again */
};

struct pace pace_new(size_t most, int64_t now_ms);
void pace_look(struct pace *, struct dns_counts, int64_t now_ms); /* as often as one likes; changes `allowed` */
