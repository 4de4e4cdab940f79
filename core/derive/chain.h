/* core/derive/chain.h - the chain of trust from the root's keys to a record, built by our own eyes.  (RFC 4033 5, RFC
 * 4035 5)
 *
 * For where the resolver has not shown that it validates, or says that a zone is bogus.  The records are what it hands
 * on when it is told not to check (signed_reply.h), the trust anchors the root's (trust_anchor.h) or the user's.
 *
 * A chain is built from below: the signer of a record names its zone, the signer of the zone's DS record, or of the
 * proof that it has none, the zone above, up to the root.  "Insecure" always rests on a proof that was verified.
 * "Bogus" is said only when the zone's own servers show the same, as far as they can be asked, and never of the root:
 * where its keys do not verify, it is the resolver, the clock or the trust anchors.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/trouble.h"
#include "core/facts/dns_answer.h"

struct arena;
struct run;
struct wire_record;

enum chain_fault {
    CHAIN_SOUND,
    /* bogus */
    CHAIN_NO_KEYS,      /* the zone above has DS records, and this one no DNSKEY */
    CHAIN_DS_MISMATCH,  /* they name no key of this zone */
    CHAIN_NO_SIGNATURE, /* by a key that would count */
    CHAIN_EXPIRED,
    CHAIN_NOT_YET_VALID,
    CHAIN_WRONG_SIGNATURE,
    /* insecure */
    CHAIN_NO_DS,        /* proved by the zone above */
    CHAIN_NO_ALGORITHM, /* none of the DS records is of an algorithm that validators know (RFC 4035 5.2) */
    CHAIN_TOO_COSTLY,   /* more iterations of NSEC3 than validators do (RFC 9276 3.2) */
    CHAIN_FAULT_COUNT
};

enum { CHAIN_KEYS_MAX = 2 * 8, CHAIN_ALGORITHMS_MAX = 8 };

struct chain {
    bool pending;
    enum dns_security security;
    enum chain_fault fault;
    const char *zone;   /* whose fault that is, "" is the root */
    const char *record; /* of which set: "DNSKEY" */
    const char *until;  /* CHAIN_EXPIRED, CHAIN_NOT_YET_VALID: when the signature ended, or begins; else NULL */
    const char *ds;     /* CHAIN_DS_MISMATCH: "12345 13 2 ..." that names the key which does sign; NULL: none does */
    struct trouble trouble; /* DNS_UNDECIDED: why */
    bool is_tampered;       /* the zone's own servers have sound signatures where the resolver's are not */
    const struct wire_record *const *records; /* DNS_SECURE: the set at the end of the aliases, verified */
    size_t record_count;
    uint8_t algorithms[CHAIN_ALGORITHMS_MAX]; /* of the signatures over them, secure or not */
    size_t algorithm_count;
    const char *keys[CHAIN_KEYS_MAX]; /* of the evidence, the nearest first */
    size_t key_count;
};

/* Of the records of this name and type, aliases on the way included.  Never NULL; look at `pending`. */
const struct chain *need_chain(struct run *, const char *name, unsigned type);

/* Of the keys of the zone that holds a name.  Never NULL. */
const struct chain *need_chain_of_zone(struct run *, const char *name);

bool chain_is_by_time(const struct chain *); /* its signatures have ended, or have not begun */
/* Bogus or insecure: what is the matter, as a sentence without its end. */
const char *chain_fault_text(struct arena *, const struct chain *);
