/* core/derive/tls_dane.h - which TLSA records does a chain match?  Of authorities by OpenSSL's own DANE verification.
 *
 * Each record is matched as if it were the only one, so that a leftover or a roll-over that is half done shows.  As RFC
 * 7672 wants: with usage 3 neither names nor dates count, with usage 2 both do.  No I/O, no clock of its own.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"

struct certificate;
struct dns_record;

struct tls_dane {
    const struct certificate *chain; /* leaf first */
    size_t chain_count;
    const char *const *names; /* the TLSA base domain first; one of them must be the certificate's with usage 2 */
    size_t name_count;        /* at least 1 */
    int64_t now;              /* seconds since 1970 */
};

/* For each record NULL where it matches, else why not: a constant.  Takes usages 2 and 3 that tls_dane_takes(). */
void tls_dane_match(const struct tls_dane *, const struct dns_record *const *records, size_t count, const char **why);
/* Which certificate of the chain has the record's data, whatever its usage?  Leaf 0; -1: none. */
int tls_dane_place(const struct tls_dane *, const struct dns_record *);
bool tls_dane_is_about_dates(const char *why); /* a certificate of the chain is expired, or not yet valid */
bool tls_dane_takes(
    const struct dns_record *); /* could the record match anything?  Its length is right, its DER sound */

enum { TLS_DANE_DIGEST = 32 };
bool tls_dane_key_digest(struct str certificate, unsigned char out[TLS_DANE_DIGEST]); /* SHA-256 of its public key */
