/* core/derive/chain_internal.h - what the files core/derive/chain*.c share: chains in the making. */
#pragma once

#include "core/derive/chain.h"
#include "core/derive/chain_claim.h"

/* A zone and its keys: what vouches for its records. */
struct zone_chain {
    struct chain chain; /* of its DNSKEY records */
    const char *zone;
    struct zone_keys keys; /* DNS_SECURE */
};

const struct zone_chain *need_zone_chain(struct run *, const char *zone); /* never NULL */

/* The zone that holds the name, by the SOA record that comes with it, or instead of it, or by NS records above.
 * NULL: on its way, or not told; the chain knows. */
const char *chain_zone_around(struct run *, struct chain *, const char *name);

/* The records of a name and type in a reply; none where the name does not fit the wire. */
struct rrset chain_set(struct run *, const struct signed_reply *, const char *name, unsigned type);

void chain_rests_on(struct chain *, const char *key);
void chain_rests_on_all(struct chain *, const struct chain *other);
void chain_inherit(struct chain *, const struct chain *above); /* what the zone above is not, nothing below it can be */
void chain_undecided(struct chain *, enum reason, const char *why);
void chain_undecided_by(struct chain *, struct trouble);
/* True: verified; else the chain says what is wrong, or is pending. */
bool chain_take_verdict(struct run *, struct chain *, const struct claim *, const struct claim_verdict *);
