/* core/base/x509.c - reads certificates, with OpenSSL's accessors only. */
#include "core/base/x509.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "core/base/arena.h"
#include "core/base/library_memory.h"
#include "core/base/limits.h"

/* ---- memory ---- */

static void *allocate(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return size ? library_resize(NULL, size) : NULL;
}

static void *resize(void *block, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return library_resize(block, size);
}

static void release(void *block, const char *file, int line)
{
    (void)file;
    (void)line;
    free(block);
}

bool x509_begin(void)
{
    CRYPTO_set_mem_functions(allocate, resize, release);
    return OSSL_LIB_CTX_get0_global_default();
}

void x509_demand_memory(struct arena *arena)
{
    if (library_lacks_memory())
        arena_exhaust(arena);
}

/* ---- certificates ---- */

static X509 *decode(struct str der)
{
    const unsigned char *at = (const unsigned char *)der.at;
    X509 *cert = NULL;

    ERR_clear_error();
    if (der.len <= TLS_CHAIN_BYTES)
        cert = d2i_X509(NULL, &at, (long)der.len);
    ERR_clear_error();
    return cert;
}

bool x509_key_too_large(const struct x509_st *cert)
{
    const EVP_PKEY *key = X509_get0_pubkey(cert);
    int type = key ? EVP_PKEY_get_base_id(key) : EVP_PKEY_NONE;

    return (type == EVP_PKEY_RSA || type == EVP_PKEY_RSA_PSS) && EVP_PKEY_get_bits(key) > TLS_RSA_BITS_MAX;
}

/* All text of a certificate goes here.  It is taken from the arena before OpenSSL's objects exist: an arena that is
 * exhausted jumps, and would leave them behind. */
struct space {
    char *at;
    size_t left;
};

enum { TEXT_FACTOR = 4 }; /* the longest spelling of an octet: "127." in an unknown object identifier */

static struct str put(struct space *space, const void *bytes, size_t size)
{
    struct str text = {space->at, size < space->left ? size : space->left};

    memcpy(space->at, bytes, text.len);
    space->at += text.len;
    space->left -= text.len;
    return text;
}

static struct str name_text(struct space *space, const X509_NAME *name)
{
    struct str text = {NULL, 0};
    BIO *out = BIO_new(BIO_s_mem());
    char *at;
    long len;

    if (!out)
        return text;
    if (X509_NAME_print_ex(out, name, 0, XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) >= 0 &&
        (len = BIO_get_mem_data(out, &at)) > 0)
        text = put(space, at, (size_t)len);
    BIO_free(out);
    return text;
}

static int64_t seconds(const ASN1_TIME *time)
{
    struct tm tm;

    return ASN1_TIME_to_tm(time, &tm) ? (int64_t)timegm(&tm) : 0;
}

static void read_key(const X509 *cert, struct x509_facts *out)
{
    const EVP_PKEY *key = X509_get0_pubkey(cert);
    int type = key ? EVP_PKEY_get_base_id(key) : EVP_PKEY_NONE;

    if (type == EVP_PKEY_RSA)
        out->key_type = "RSA"; /* OpenSSL's name is "rsaEncryption" */
    else if (type == EVP_PKEY_EC)
        out->key_type = "EC";
    else
        out->key_type = type != EVP_PKEY_NONE && OBJ_nid2sn(type) ? OBJ_nid2sn(type) : "unknown";
    out->key_bits = key ? (unsigned)EVP_PKEY_get_bits(key) : 0;
    out->key_too_large = x509_key_too_large(cert);
}

static void read_signature(X509 *cert, struct x509_facts *out)
{
    int digest = NID_undef;

    out->signature = OBJ_nid2ln(X509_get_signature_nid(cert));
    if (!out->signature)
        out->signature = "unknown";
    if (X509_get_signature_info(cert, &digest, NULL, NULL, NULL))
        out->signature_is_weak = digest == NID_md5 || digest == NID_sha1 || digest == NID_md4 || digest == NID_md2;
}

static void read_dns_names(struct space *space, const X509 *cert, struct str *kept, struct x509_facts *out)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
    int count = sk_GENERAL_NAME_num(names); /* -1 for NULL */

    for (int i = 0; i < count; i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

        if (name->type != GEN_DNS)
            continue;
        if (out->dns_name_count == TLS_SANS_SHOWN)
            out->dns_names_left_out++;
        else
            kept[out->dns_name_count++] =
                put(space, ASN1_STRING_get0_data(name->d.dNSName), (size_t)ASN1_STRING_length(name->d.dNSName));
    }
    GENERAL_NAMES_free(names);
}

/* What is taken from the arena before OpenSSL's objects exist. */
struct reading {
    char *text;
    struct space space;
    struct str names[TLS_SANS_SHOWN];
};

static void begin_reading(struct arena *arena, size_t der_octets, struct reading *r)
{
    r->space.left = der_octets <= TLS_CHAIN_BYTES ? der_octets * TEXT_FACTOR : 0;
    r->text = r->space.at = arena_alloc(arena, r->space.left + 1);
}

static void read_facts(struct reading *r, X509 *cert, struct x509_facts *out)
{
    out->subject = name_text(&r->space, X509_get_subject_name(cert));
    out->issuer = name_text(&r->space, X509_get_issuer_name(cert));
    out->self_issued = X509_NAME_cmp(X509_get_subject_name(cert), X509_get_issuer_name(cert)) == 0;
    out->not_before = seconds(X509_get0_notBefore(cert));
    out->not_after = seconds(X509_get0_notAfter(cert));
    read_key(cert, out);
    read_signature(cert, out);
    read_dns_names(&r->space, cert, r->names, out);
    ERR_clear_error();
}

static void end_reading(struct arena *arena, struct reading *r, struct x509_facts *out)
{
    struct str *names;

    arena_trim(arena, r->text, (size_t)(r->space.at - r->text));
    names = ARENA_ARRAY(arena, struct str, out->dns_name_count);
    if (out->dns_name_count > 0)
        memcpy(names, r->names, out->dns_name_count * sizeof *names);
    out->dns_names = names;
    x509_demand_memory(arena);
}

bool x509_facts(struct arena *arena, struct str der, struct x509_facts *out)
{
    struct reading r;
    X509 *cert;

    *out = (struct x509_facts){0};
    begin_reading(arena, der.len, &r);
    cert = decode(der);
    if (cert)
        read_facts(&r, cert, out);
    X509_free(cert);
    end_reading(arena, &r, out);
    return cert;
}

void x509_facts_of(struct arena *arena, struct x509_st *cert, size_t der_octets, struct x509_facts *out)
{
    struct reading r;

    *out = (struct x509_facts){0};
    begin_reading(arena, der_octets, &r);
    read_facts(&r, cert, out);
    end_reading(arena, &r, out);
}

bool x509_is_for(const X509 *cert, const char *host)
{
    const unsigned flags = X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;
    X509 *leaf = (X509 *)(uintptr_t)cert; /* OpenSSL 3 looks only, but its prototype does not say so */
    bool matches = cert && *host && X509_check_host(leaf, host, strlen(host), flags, NULL) == 1;

    ERR_clear_error();
    return matches;
}

bool x509_name_matches(struct str der, const char *host)
{
    X509 *cert = decode(der);
    bool matches = x509_is_for(cert, host);

    X509_free(cert);
    return matches;
}

bool x509_is_time_error(int verify_error)
{
    return verify_error == X509_V_ERR_CERT_HAS_EXPIRED || verify_error == X509_V_ERR_CERT_NOT_YET_VALID;
}
