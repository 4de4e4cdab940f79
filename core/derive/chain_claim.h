/* core/derive/chain_claim.h - is what a zone is said to have signed signed by it?  For core/derive/chain.c.
 *
 * The resolver's copy is looked at first.  Before anybody is accused the zone's own servers are asked for the same:
 * where one of them has it soundly signed, that is what the world sees, and the resolver's copy is damaged.
 */
#pragma once

#include <stdbool.h>

#include "core/base/trouble.h"
#include "core/records/rrset.h"
#include "core/records/zone_keys.h"

struct run;
struct signed_reply;

struct claim {
    const char *name; /* of the records */
    unsigned type;
    const struct signed_reply *reply; /* that has them, behind aliases perhaps; NULL: to be asked for */
    const char *zone;                 /* that signs them */
    const struct zone_keys *keys; /* its keys; NULL: the records are its keys, and these DS records vouch for them: */
    const struct ds *ds;
    size_t ds_count;
};

struct claim_verdict {
    bool pending;
    struct trouble trouble; /* reason none: the rest is set */
    struct verification verification;
    struct zone_keys keys;            /* of a claim about keys that is verified */
    const struct signed_reply *reply; /* that the verdict is about */
    bool is_tampered;                 /* the servers' is sound, the resolver's was not */
    bool is_absent;                   /* `trouble` is that the reply has no such records */
    bool is_confirmed;                /* some server of the zone says the same */
};

/* The records that it is about.  Of an alias that was made of a DNAME record it is that which is signed. */
struct rrset claim_set(struct run *, const struct claim *, const struct signed_reply *, struct str owner);

struct claim_verdict need_claim(struct run *, const struct claim *);
