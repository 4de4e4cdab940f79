/* core/records/zone_keys.h - the keys of a zone as its DS records vouch for them, and what they vouch for.  (RFC 4035
 * 5)
 *
 * Pure functions of replies.  A verdict other than RRSET_VERIFIED and RRSET_UNTRIED accuses somebody; what could not be
 * checked for reasons of ours, or to save us work, is RRSET_UNTRIED.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/limits.h"
#include "core/records/denial.h"
#include "core/records/dnskey.h"

struct arena;
struct rrset;
struct signed_reply;

struct zone_keys {
    struct str zone;
    const struct dnskey *at;
    size_t count;
};

enum rrset_verdict { /* the gravest last */
                     RRSET_VERIFIED,
                     RRSET_UNTRIED, /* no OpenSSL here does it, or too many keys or signatures */
                     RRSET_EXPIRED, /* right otherwise, as the next */
                     RRSET_NOT_YET_VALID,
                     RRSET_WRONG,
                     RRSET_NO_SIGNATURE, /* by any of the keys */
                     RRSET_NO_KEYS,      /* of DNSKEY records: there are none, */
                     RRSET_OTHER_KEYS,   /* or none of them is named by a DS record */
};

struct verification {
    enum rrset_verdict verdict;
    uint32_t boundary_s; /* RRSET_EXPIRED: when; RRSET_NOT_YET_VALID: from when on */
    bool is_expanded;    /* from a wildcard, below this name: */
    struct str encloser;
};

struct verification rrset_verify(struct arena *, const struct signed_reply *, const struct rrset *,
                                 const struct zone_keys *, int64_t now);

/* The DNSKEY records of the reply, verified by a key that one of the DS records names.  RRSET_VERIFIED sets *keys. */
struct verification zone_keys_verify(struct arena *, const struct signed_reply *, struct str zone, const struct ds *,
                                     size_t ds_count, int64_t now, struct zone_keys *keys);

/* RRSET_OTHER_KEYS: the DS record for the key that does sign them, as zone files spell it; NULL: none does. */
const char *zone_keys_wanted_ds(struct arena *, const struct signed_reply *, struct str zone, int64_t now);

/* The DS records of a set that count: of algorithms that validators know, and with SHA-1 only where there is no other
 * (RFC 4509 3). */
size_t zone_keys_usable_ds(const struct rrset *, struct ds out[DNSSEC_DS_MAX]);

/* NSEC and NSEC3 records of the authority section that these keys have signed; *has_others: there are some that do not
 * verify, or more than are looked at. */
struct denials zone_keys_denials(struct arena *, const struct signed_reply *, const struct zone_keys *, int64_t now,
                                 bool *has_others);
