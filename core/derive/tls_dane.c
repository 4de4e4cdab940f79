/* core/derive/tls_dane.c - verifies chains by TLSA records with OpenSSL, outside any session. */
#include "core/derive/tls_dane.h"

#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/x509.h"
#include "core/facts/dns_answer.h"
#include "core/facts/tls_session.h"

enum { USAGE_TA = 2, USAGE_EE = 3 };

static SSL_CTX *new_context(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());

    if (context && SSL_CTX_dane_enable(context) > 0) {
        SSL_CTX_dane_set_flags(context, DANE_FLAG_NO_DANE_EE_NAMECHECKS);
        return context;
    }
    SSL_CTX_free(context);
    return NULL;
}

static bool add_record(SSL *ssl, const struct dns_record *r)
{
    const unsigned char *data = (const unsigned char *)r->tlsa.data.at;

    return SSL_dane_tlsa_add(ssl, r->tlsa.usage, r->tlsa.selector, r->tlsa.matching, data, r->tlsa.data.len) > 0;
}

static SSL *new_question(SSL_CTX *context, const struct tls_dane *q, const struct dns_record *record)
{
    SSL *ssl = SSL_new(context);
    bool sound = ssl && SSL_dane_enable(ssl, q->names[0]) > 0;

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

static const char *match_one(SSL_CTX *context, X509_STORE *nothing, STACK_OF(X509) * chain, const struct tls_dane *q,
                             const struct dns_record *record)
{
    SSL *ssl;
    const char *why;

    if (sk_X509_num(chain) < 1)
        return "no certificate was shown";
    if (record->tlsa.usage != USAGE_TA && record->tlsa.usage != USAGE_EE)
        return "not a usage for SMTP";
    if (record->tlsa.usage == USAGE_TA && has_large_key(chain))
        return "a key of the chain is too large to be processed";
    ssl = new_question(context, q, record);
    if (!ssl)
        return "not a record that could match";
    why = verify(ssl, nothing, chain, q->now);
    SSL_free(ssl);
    return why;
}

void tls_dane_match(const struct tls_dane *q, const struct dns_record *const *records, size_t count, const char **why)
{
    SSL_CTX *context;
    X509_STORE *nothing = X509_STORE_new();
    STACK_OF(X509) * chain;

    ERR_clear_error();
    context = new_context();
    chain = read_chain(q);
    for (size_t i = 0; i < count; i++)
        why[i] = context && nothing && chain ? match_one(context, nothing, chain, q, records[i]) : no_memory;
    sk_X509_pop_free(chain, X509_free);
    X509_STORE_free(nothing);
    SSL_CTX_free(context);
    ERR_clear_error();
}

enum { SELECTOR_KEY = 1, MATCHING_FULL = 0, MATCHING_SHA256 = 1 };

static bool has_data(X509 *cert, const struct dns_record *record)
{
    unsigned char *der = NULL, digest[EVP_MAX_MD_SIZE];
    int size = record->tlsa.selector == SELECTOR_KEY ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der)
                                                     : i2d_X509(cert, &der);
    const EVP_MD *hash = record->tlsa.matching == MATCHING_SHA256 ? EVP_sha256() : EVP_sha512();
    unsigned digest_size = 0;
    struct str data = {(const char *)der, size > 0 ? (size_t)size : 0};
    bool same;

    if (data.len > 0 && record->tlsa.matching != MATCHING_FULL &&
        EVP_Digest(der, data.len, digest, &digest_size, hash, NULL) == 1)
        data = (struct str){(const char *)digest, digest_size};
    same = data.len > 0 && str_equal(data, record->tlsa.data);
    OPENSSL_free(der);
    return same;
}

int tls_dane_place(const struct tls_dane *q, const struct dns_record *record)
{
    STACK_OF(X509) *chain = read_chain(q);
    int place = -1;

    for (int i = 0; chain && i < sk_X509_num(chain) && place < 0; i++)
        if (has_data(sk_X509_value(chain, i), record))
            place = i;
    sk_X509_pop_free(chain, X509_free);
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
    const unsigned char *at = (const unsigned char *)certificate.at;
    X509 *cert = certificate.len <= TLS_CHAIN_BYTES ? d2i_X509(NULL, &at, (long)certificate.len) : NULL;
    unsigned char *key = NULL;
    int size = cert ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &key) : -1;
    bool done = size > 0 && EVP_Digest(key, (size_t)size, out, NULL, EVP_sha256(), NULL) == 1;

    OPENSSL_free(key);
    X509_free(cert);
    ERR_clear_error();
    return done;
}
