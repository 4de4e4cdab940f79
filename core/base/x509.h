/* core/base/x509.h - certificates as facts, read from DER.
 *
 * Names in a certificate are its issuer's or its owner's strings: remote bytes, any of them, NUL included.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"

struct x509_facts {
    struct str subject, issuer;    /* RFC 2253 order, UTF-8 where it could be converted */
    int64_t not_before, not_after; /* seconds since 1970 */
    const char *key_type;          /* "RSA", "EC", or OpenSSL's short name: "ED25519" */
    unsigned key_bits;             /* 0: a key that OpenSSL does not understand */
    bool key_too_large;            /* RSA over TLS_RSA_BITS_MAX: nothing was computed with it */
    const char *signature;         /* OpenSSL's name of the algorithm, "sha256WithRSAEncryption" */
    bool signature_is_weak;        /* MD5 or SHA-1 */
    bool self_issued;              /* subject and issuer are the same */
    const struct str *dns_names;   /* dNSName SANs, at most TLS_SANS_SHOWN */
    size_t dns_name_count, dns_names_left_out;
};

struct arena;

/* false: not a certificate; demands memory itself */
bool x509_facts(struct arena *, struct str der, struct x509_facts *out);
/* Does a dNSName SAN match the host name?  One wildcard label at the left at most; the common name does not count. */
bool x509_name_matches(struct str der, const char *host);

bool x509_is_time_error(int verify_error); /* OpenSSL's code: expired, or not yet valid */

/* Has OpenSSL's memory watched (library_memory.h), from before its first allocation.
 * False: no memory; OpenSSL 3.0 crashes on its first use then. */
bool x509_begin(void);
/* Where OpenSSL has judged something in an arena: exhausts it if a library was ever refused memory. */
void x509_demand_memory(struct arena *);

/* OpenSSL's X509, for tls.c: what a session has decoded already.  Its owner frees it if memory runs out. */
struct x509_st;
void x509_facts_of(struct arena *, struct x509_st *, size_t der_octets, struct x509_facts *out);
bool x509_key_too_large(const struct x509_st *);
bool x509_is_for(const struct x509_st *, const char *host); /* as x509_name_matches() */
