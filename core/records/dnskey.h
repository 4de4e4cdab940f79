/* core/records/dnskey.h - the keys of a zone, the DS records that name them, and what they sign.  (RFC 4034 2, 5)
 *
 * The cryptography is OpenSSL's.  Where it is refused memory the arena is exhausted: a signature that could not be
 * checked is never called wrong.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"

struct arena;

struct dnskey {
    uint16_t flags, tag;
    uint8_t algorithm;
    struct str key;   /* as the algorithm spells it */
    struct str rdata; /* all of it */
};

/* False: not a key that signs zones, or one that is revoked (RFC 5011 2.1). */
bool dnskey_parse(struct str rdata, struct dnskey *out);
bool dnskey_is_entry(const struct dnskey *); /* has the SEP flag: a DS record is meant to name it */

enum { DIGEST_SHA1 = 1, DIGEST_SHA256 = 2, DIGEST_SHA384 = 4 }; /* of DS records: RFC 3658 5, RFC 4509, RFC 6605 2 */

struct ds {
    uint16_t tag;
    uint8_t algorithm, digest_type;
    struct str digest;
};

bool ds_parse(struct str rdata, struct ds *out);
bool ds_is_supported(const struct ds *);
/* It names the key of this zone (wire_name.h's form, lower case). */
bool ds_matches(struct arena *, const struct ds *, struct str zone, const struct dnskey *);
/* "20326 8 2 E06D..." with SHA-256, of a key of this zone. */
const char *ds_text_of(struct arena *, struct str zone, const struct dnskey *);


enum signature_verdict {
    SIGNATURE_RIGHT,
    SIGNATURE_WRONG,
    SIGNATURE_UNSUPPORTED, /* by this machine's OpenSSL, which may have its reasons, as with SHA-1 */
};
enum signature_verdict dnskey_verify(struct arena *, const struct dnskey *, struct str data, struct str signature);

/* RFC 5155 5: SHA-1 of the name, with the salt, and again for each iteration. */
enum { NSEC3_HASH_OCTETS = 20 };
void nsec3_hash(struct arena *, struct str name, struct str salt, unsigned iterations,
                unsigned char out[NSEC3_HASH_OCTETS]);
