/* core/derive/tls_dane.c - verifies chains by TLSA records outside any session. */
#include "core/derive/tls_dane.h"

#include <stdlib.h>

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/x509.h"
#include "core/facts/dns_answer.h"
#include "core/facts/tls_session.h"

enum { USAGE_TA = 2, USAGE_EE = 3, SELECTOR_KEY = 1, MATCHING_FULL = 0, MATCHING_SHA256 = 1 };

/* ---- data ---- */

/* Takes the next element; false at the end, and where something else stands there. */
static bool take(struct str *in, int *tag, struct str *whole, struct str *contents)
{
    enum { INDEFINITE = 0x01, WRONG = 0x80 }; /* ASN1_get_object(3) */
    const unsigned char *start = (const unsigned char *)in->at, *at = start;
    int class;
    long len = 0;

    if (in->len == 0 || ASN1_get_object(&at, &len, tag, &class, (long)in->len) & (INDEFINITE | WRONG))
        return false;
    *contents = (struct str){(const char *)at, (size_t)len};
    *whole = (struct str){in->at, (size_t)(at - start) + (size_t)len};
    *in = (struct str){whole->at + whole->len, in->len - whole->len};
    return true;
}

/* The SubjectPublicKeyInfo of a certificate, without reading the key; false: it is no certificate.  (RFC 5280 4.1) */
static bool find_key_info(struct str der, struct str *key)
{
    enum { FIELDS_BEFORE = 5 }; /* serial number, algorithm, issuer, validity, subject; a version may come first */
    struct str certificate, fields, in, contents;
    int tag;

    if (der.len > TLS_CHAIN_BYTES || !take(&der, &tag, key, &certificate) || !take(&certificate, &tag, key, &fields))
        return false;
    in = fields;
    if (take(&in, &tag, key, &contents) && tag == V_ASN1_INTEGER)
        in = fields;
    for (size_t i = 0; i <= FIELDS_BEFORE; i++)
        if (!take(&in, &tag, key, &contents))
            return false;
    return tag == V_ASN1_SEQUENCE;
}

static bool has_data(const struct certificate *certificate, const struct dns_record *record)
{
    const EVP_MD *hash = record->tlsa.matching == MATCHING_SHA256 ? EVP_sha256() : EVP_sha512();
    unsigned char digest[EVP_MAX_MD_SIZE];
    struct str key, data;
    unsigned size = 0;

    if (!find_key_info(certificate->der, &key))
        return false;
    data = record->tlsa.selector == SELECTOR_KEY ? key : certificate->der;
    if (record->tlsa.matching != MATCHING_FULL && EVP_Digest(data.at, data.len, digest, &size, hash, NULL) == 1)
        data = (struct str){(const char *)digest, size};
    return str_equal(data, record->tlsa.data);
}

/* ---- chains ---- */

static SSL_CTX *new_context(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());

    if (context && SSL_CTX_dane_enable(context) == 1) {
        SSL_CTX_dane_set_flags(context, DANE_FLAG_NO_DANE_EE_NAMECHECKS);
        return context;
    }
    SSL_CTX_free(context);
    return NULL;
}

static bool add_record(SSL *ssl, const struct dns_record *r)
{
    const unsigned char *data = (const unsigned char *)r->tlsa.data.at;

    return SSL_dane_tlsa_add(ssl, r->tlsa.usage, r->tlsa.selector, r->tlsa.matching, data, r->tlsa.data.len) == 1;
}

static SSL *new_question(SSL_CTX *context, const struct tls_dane *q, const struct dns_record *record)
{
    SSL *ssl = SSL_new(context);
    bool sound = ssl && SSL_dane_enable(ssl, q->names[0]) == 1;

    for (size_t i = 1; sound && i < q->name_count; i++)
        sound = SSL_add1_host(ssl, q->names[i]) == 1;
    if (sound && add_record(ssl, record))
        return ssl;
    SSL_free(ssl);
    return NULL;
}

static STACK_OF(X509) * read_chain(const struct tls_dane *q)
{
    STACK_OF(X509) *chain = sk_X509_new_null();

    for (size_t i = 0; chain && i < q->chain_count && i < TLS_CHAIN_CERTS; i++) {
        const unsigned char *at = (const unsigned char *)q->chain[i].der.at;
        X509 *cert = q->chain[i].der.len <= TLS_CHAIN_BYTES ? d2i_X509(NULL, &at, (long)q->chain[i].der.len) : NULL;

        if (cert && sk_X509_push(chain, cert))
            continue;
        X509_free(cert);
        break; /* what came before it is still a chain */
    }
    return chain;
}

static bool has_large_key(STACK_OF(X509) * chain)
{
    for (int i = 0; i < sk_X509_num(chain); i++)
        if (x509_key_too_large(sk_X509_value(chain, i)))
            return true;
    return false;
}

static const char *verify(SSL *ssl, X509_STORE *nothing, STACK_OF(X509) * chain, int64_t now)
{
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    const char *why = no_memory;

    if (ctx && X509_STORE_CTX_init(ctx, nothing, sk_X509_value(chain, 0), chain)) {
        X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);

        X509_STORE_CTX_set0_dane(ctx, SSL_get0_dane(ssl));
        X509_STORE_CTX_set_default(ctx, "ssl_server");
        X509_VERIFY_PARAM_set1(param, SSL_get0_param(ssl)); /* the names */
        X509_VERIFY_PARAM_set_time(param, (time_t)now);
        X509_STORE_CTX_set_depth(ctx, TLS_CHAIN_CERTS);
        why = X509_verify_cert(ctx) == 1 ? NULL : X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx));
    }
    X509_STORE_CTX_free(ctx);
    return why;
}

static const char nothing_shown[] = "no certificate was shown";

static const char *match_authority(SSL_CTX *context, X509_STORE *nothing, STACK_OF(X509) * chain,
                                   const struct tls_dane *q, const struct dns_record *record)
{
    SSL *ssl;
    const char *why;

    if (sk_X509_num(chain) < 1)
        return nothing_shown;
    if (has_large_key(chain))
        return "a key of the chain is too large to be processed";
    ssl = new_question(context, q, record);
    if (!ssl)
        return "not a record that could match";
    why = verify(ssl, nothing, chain, q->now);
    SSL_free(ssl);
    return why;
}

static void match_authorities(const struct tls_dane *q, const struct dns_record *const *records, size_t count,
                              const char **why)
{
    SSL_CTX *context = new_context();
    X509_STORE *nothing = X509_STORE_new();
    STACK_OF(X509) *chain = read_chain(q);

    for (size_t i = 0; i < count; i++)
        if (records[i]->tlsa.usage == USAGE_TA)
            why[i] = context && nothing && chain ? match_authority(context, nothing, chain, q, records[i]) : no_memory;
    sk_X509_pop_free(chain, X509_free);
    X509_STORE_free(nothing);
    SSL_CTX_free(context);
}

/* Neither names nor dates count, only what the leaf is.  (RFC 7672 3.1.1) */
static const char *match_leaf(const struct tls_dane *q, const struct dns_record *record)
{
    struct str key;

    if (q->chain_count == 0 || !find_key_info(q->chain[0].der, &key))
        return nothing_shown;
    return has_data(&q->chain[0], record) ? NULL : X509_verify_cert_error_string(X509_V_ERR_DANE_NO_MATCH);
}

void tls_dane_match(const struct tls_dane *q, const struct dns_record *const *records, size_t count, const char **why)
{
    bool any_authority = false;

    ERR_clear_error();
    for (size_t i = 0; i < count; i++) {
        any_authority |= records[i]->tlsa.usage == USAGE_TA;
        why[i] = records[i]->tlsa.usage == USAGE_EE ? match_leaf(q, records[i]) : "not a usage for SMTP";
    }
    if (any_authority)
        match_authorities(q, records, count, why);
    ERR_clear_error();
}

int tls_dane_place(const struct tls_dane *q, const struct dns_record *record)
{
    int place = -1;

    for (size_t i = 0; i < q->chain_count && place < 0; i++)
        if (has_data(&q->chain[i], record))
            place = (int)i;
    ERR_clear_error();
    return place;
}

bool tls_dane_is_about_dates(const char *why)
{
    return strcmp(why, X509_verify_cert_error_string(X509_V_ERR_CERT_HAS_EXPIRED)) == 0 ||
           strcmp(why, X509_verify_cert_error_string(X509_V_ERR_CERT_NOT_YET_VALID)) == 0;
}

bool tls_dane_takes(const struct dns_record *record)
{
    static const char *const nobody[] = {"example"};
    const struct tls_dane q = {.names = nobody, .name_count = 1};
    SSL_CTX *context;
    SSL *ssl;

    ERR_clear_error();
    context = new_context();
    ssl = context ? new_question(context, &q, record) : NULL;
    SSL_free(ssl);
    SSL_CTX_free(context);
    ERR_clear_error();
    return ssl;
}

bool tls_dane_key_digest(struct str certificate, unsigned char out[TLS_DANE_DIGEST])
{
    struct str key;
    bool done = find_key_info(certificate, &key) && EVP_Digest(key.at, key.len, out, NULL, EVP_sha256(), NULL) == 1;

    ERR_clear_error();
    return done;
}
