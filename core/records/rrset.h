/* core/records/rrset.h - RRsets and the RRSIG records over them, in the form that is signed.  (RFC 4034 3, 6)
 *
 * A set is made of the records of one owner and type in one section of a reply; nothing of it is copied.  What cannot
 * be parsed is left out: a signature that nobody can read is none.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"

struct arena;
struct signed_reply;
struct wire_record;

struct rrset {
    struct str owner;
    uint16_t type;
    const struct wire_record *const *records; /* in canonical order (RFC 4034 6.3), each once */
    size_t count;
};

/* Of the answer, or where the type is NSEC or NSEC3, of the authority section. */
struct rrset rrset_find(struct arena *, const struct signed_reply *, struct str owner, unsigned type);

/* What makes the owner an alias: its CNAME records, or where nobody has signed these because they were made of it, the
 * DNAME record above it.  (RFC 6672 3.1, 5.3.1) */
struct rrset rrset_find_alias(struct arena *, const struct signed_reply *, struct str owner);

struct rrsig {
    uint16_t key_tag;
    uint8_t algorithm, labels;
    uint32_t ttl_s, until_s, from_s; /* serial numbers of seconds since 1970: RFC 4034 3.1.5 */
    struct str signer;               /* lower case */
    struct str head;                 /* what of its data is signed, too: all before the signature */
    struct str signature;
};

/* The signatures over the set, in the order received, `max` at most. */
size_t rrset_signatures(struct arena *, const struct signed_reply *, const struct rrset *, struct rrsig *out,
                        size_t max);

/* What is signed.  (RFC 4034 3.1.8.1) */
struct str rrset_signed_data(struct arena *, const struct rrset *, const struct rrsig *);

/* The signature is of a wildcard that the owner matches: it has fewer labels.  *encloser is what is below "*.". */
bool rrset_is_expanded(const struct rrset *, const struct rrsig *, struct str *encloser);

enum rrsig_time { RRSIG_VALID_NOW, RRSIG_EXPIRED, RRSIG_NOT_YET_VALID };
enum rrsig_time rrsig_time(const struct rrsig *, int64_t now);
