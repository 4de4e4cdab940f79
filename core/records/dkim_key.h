/* core/records/dkim_key.h - DKIM key records: their syntax, and the key itself.  (RFC 6376 3.6.1; RFC 8301; RFC 8463)
 *
 * Parsing never fails: what is wrong is in `faults`, and a key is usable if there are none and it is not revoked.
 * Unknown tags are ignored, as the RFC wants.  Spans point into the record's text.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/records/taglist.h"

struct arena;

enum dkim_key_type { DKIM_KEY_RSA, DKIM_KEY_ED25519, DKIM_KEY_OTHER };

struct dkim_fault {
    const char *what; /* a constant: "p= is missing" */
    struct str span;  /* where; empty: nowhere in particular */
};

enum { DKIM_FAULTS_MAX = 16 };  /* beyond the tag list's own */
enum { DKIM_RSA_LEAST = 1024 }; /* bits: verifiers must not accept less (RFC 8301 3.2) */

struct dkim_key {
    struct taglist tags;
    bool is_key_record; /* it has p=, or says v=DKIM1: not some other TXT record */
    enum dkim_key_type type;
    unsigned bits; /* RSA; 256 for Ed25519; 0: there is no key */
    bool revoked;  /* p= is empty */
    bool testing;  /* t=y */
    bool strict;   /* t=s: no sub-domains in i= */
    bool allows_sha1, allows_sha256;
    const struct dkim_fault *faults;
    size_t fault_count;
};

struct dkim_key dkim_key_parse(struct arena *, struct str text);
bool dkim_key_is_usable(const struct dkim_key *);
bool dkim_key_is_accepted(const struct dkim_key *); /* usable, with rsa-sha256 or ed25519-sha256, and not too short */
const char *dkim_key_type_text(enum dkim_key_type);
