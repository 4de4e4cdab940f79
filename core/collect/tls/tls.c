/* core/collect/tls/tls.c - TLS clients on OpenSSL, between two memory buffers. */
#include "core/collect/tls/tls.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "core/base/arena.h"
#include "core/base/ip.h"
#include "core/base/library_memory.h"
#include "core/base/limits.h"
#include "core/base/x509.h"
#include "core/collect/tls/anchors.h"

static_assert(X509_V_OK == 0, "recordings say 0 for a chain that is in order");

static const char key_too_large[] = "an RSA key that is too large to be processed";

struct tls {
    SSL_CTX *context;    /* NULL until the first client */
    struct anchors anchors;
    bool is_obsolete;
};

struct tls_client {
    struct tls *tls;
    SSL *ssl;
    BIO *in, *out; /* owned by ssl */
    char *server_name;
    int64_t now_s;
    STACK_OF(X509) * chain; /* as sent */
    bool verified, chain_cut, established;
    bool lacks_anchors; /* the chain leads to none that we have, and this machine has none of its own */
    int verify_error;
    const char *error;             /* a constant of ours or of OpenSSL's */
    const char *protocol, *cipher; /* of a witness, which has no ssl: constants of OpenSSL's */
    size_t octets_read;            /* by a witness */
    bool met_fault;
};

struct tls *tls_new(const char *ca, const char **why)
{
    struct tls *tls = calloc(1, sizeof *tls);

    *why = no_memory;
    if (!tls || !ca || anchors_add(&tls->anchors, ca, why))
        return tls;
    tls_free(tls);
    return NULL;
}

struct tls *tls_new_obsolete(void)
{
    struct tls *tls = calloc(1, sizeof *tls);

    if (tls)
        tls->is_obsolete = true;
    return tls;
}

void tls_free(struct tls *tls)
{
    if (!tls)
        return;
    SSL_CTX_free(tls->context);
    anchors_close(&tls->anchors);
    free(tls);
}

/* ---- verification ---- */

static int verify_once(const struct tls_client *client, bool with_dates)
{
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    int error = X509_V_ERR_OUT_OF_MEM;

    if (ctx && X509_STORE_CTX_init(ctx, client->tls->anchors.store, sk_X509_value(client->chain, 0), client->chain)) {
        X509_STORE_CTX_set_default(ctx, "ssl_server");
        X509_STORE_CTX_set_depth(ctx, TLS_CHAIN_CERTS);
        if (with_dates)
            X509_STORE_CTX_set_time(ctx, 0, (time_t)client->now_s);
        else
            X509_STORE_CTX_set_flags(ctx, X509_V_FLAG_NO_CHECK_TIME);
        error = X509_verify_cert(ctx) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(ctx);
        if (error == X509_V_OK && X509_STORE_CTX_get_error(ctx) != X509_V_OK)
            error = X509_STORE_CTX_get_error(ctx);
    }
    X509_STORE_CTX_free(ctx);
    return error;
}

static bool lacks_anchor(int error)
{
    return error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT || error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
           error == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE || error == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN ||
           error == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT;
}

/* The limits come before any computing with what the peer sent. */
static int verify_chain(struct tls_client *client)
{
    int error;

    if (sk_X509_num(client->chain) > TLS_CHAIN_CERTS) {
        client->chain_cut = true;
        return X509_V_ERR_CERT_CHAIN_TOO_LONG;
    }
    for (int i = 0; i < sk_X509_num(client->chain); i++)
        if (x509_key_too_large(sk_X509_value(client->chain, i)))
            return X509_V_ERR_APPLICATION_VERIFICATION;
    error = verify_once(client, true);
    if (lacks_anchor(error) && anchors_use_bundle(&client->tls->anchors))
        error = verify_once(client, true);
    client->lacks_anchors = lacks_anchor(error) && error != X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT &&
                            !anchors_has_system(&client->tls->anchors);
    return error;
}

static bool look_at_chain(struct tls_client *client, X509_STORE_CTX *ctx)
{
    STACK_OF(X509) *sent = X509_STORE_CTX_get0_untrusted(ctx);

    sk_X509_pop_free(client->chain, X509_free);
    client->chain = sent ? X509_chain_up_ref(sent) : NULL;
    if (sk_X509_num(client->chain) < 1)
        return false;
    client->verify_error = verify_chain(client);
    client->verified = true;
    X509_STORE_CTX_set_error(ctx, client->verify_error);
    return true;
}

static SSL *ssl_of(X509_STORE_CTX *ctx)
{
    return X509_STORE_CTX_get_ex_data(ctx, SSL_get_ex_data_X509_STORE_CTX_idx());
}

/* Called in the handshake instead of OpenSSL's own verification.  Only a key that must not be computed with ends it. */
static int on_chain(X509_STORE_CTX *ctx, void *arg)
{
    struct tls_client *client = SSL_get_app_data(ssl_of(ctx));

    (void)arg;
    if (!look_at_chain(client, ctx))
        return 0;
    if (x509_key_too_large(sk_X509_value(client->chain, 0))) {
        client->error = key_too_large;
        return 0;
    }
    ERR_clear_error();
    return 1;
}

/* ---- clients ---- */

/* What holds of every context, ours or libcurl's. */
static void restrict_context(SSL_CTX *context)
{
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_max_cert_list(context, TLS_CHAIN_BYTES);
}

/* At security level 0, or OpenSSL itself would refuse the hash functions of these versions. */
static void allow_obsolete(SSL_CTX *context)
{
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION);
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
}

/* The security level is OpenSSL's own default, not the distribution's: what is weak is for the checks to say. */
static void allow_current(SSL_CTX *context)
{
    SSL_CTX_set_security_level(context, 1);
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_max_proto_version(context, 0);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(context, on_chain, NULL);
}

static bool has_context(struct tls *tls)
{
    if (tls->context)
        return true;
    if (!anchors_open(&tls->anchors) || !(tls->context = SSL_CTX_new(TLS_client_method())))
        return false;
    restrict_context(tls->context);
    if (tls->is_obsolete) {
        allow_obsolete(tls->context);
    } else {
        allow_current(tls->context);
        anchors_use_directory(&tls->anchors);
    }
    return true;
}

static bool is_address(const char *name)
{
    struct ip ip;

    return ip_parse(name, &ip);
}

struct tls_client *tls_client_new(struct tls *tls, const char *server_name, int64_t now_s)
{
    struct tls_client *client = calloc(1, sizeof *client);

    ERR_clear_error();
    if (!client || !has_context(tls) || !(client->ssl = SSL_new(tls->context))) {
        free(client);
        return NULL;
    }
    client->tls = tls;
    client->now_s = now_s;
    client->in = BIO_new(BIO_s_mem());
    client->out = BIO_new(BIO_s_mem());
    client->server_name = strdup(server_name);
    if (!client->in || !client->out || !client->server_name || !SSL_set_app_data(client->ssl, client)) {
        BIO_free(client->in);
        BIO_free(client->out);
        client->in = client->out = NULL;
        tls_client_free(client);
        return NULL;
    }
    SSL_set_bio(client->ssl, client->in, client->out);
    SSL_set_connect_state(client->ssl);
    if (*server_name && !is_address(server_name)) /* RFC 6066 3: no literal addresses */
        SSL_set_tlsext_host_name(client->ssl, client->server_name);
    return client;
}

void tls_client_free(struct tls_client *client)
{
    if (!client)
        return;
    SSL_free(client->ssl);
    sk_X509_pop_free(client->chain, X509_free);
    free(client->server_name);
    free(client);
}

/* Reads the error queue to its end: the first error is what happened, but our lack of memory may stand behind it. */
static enum tls_result failed(struct tls_client *client)
{
    const char *first = NULL;
    bool is_starved = false;
    unsigned long error;

    while ((error = ERR_get_error()) != 0) {
        if (!first)
            first = ERR_reason_error_string(error);
        if (ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE)
            is_starved = true;
        if (ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) == SSL_R_EXCESSIVE_MESSAGE_SIZE)
            client->chain_cut = true;
    }
    if (!client->error)
        client->error = first ? first : "TLS failed";
    return is_starved ? TLS_NO_MEMORY : TLS_FAILED;
}

/* What a call's outcome means. */
static enum tls_result outcome(struct tls_client *client, int returned)
{
    switch (SSL_get_error(client->ssl, returned)) {
    case SSL_ERROR_NONE:
        return TLS_OK;
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: /* memory takes everything */
        return TLS_WANTS_BYTES;
    case SSL_ERROR_ZERO_RETURN:
        return TLS_CLOSED;
    default:
        return failed(client);
    }
}

enum tls_result tls_handshake(struct tls_client *client)
{
    enum tls_result result;

    ERR_clear_error();
    result = outcome(client, SSL_do_handshake(client->ssl));
    client->established = result == TLS_OK;
    return result;
}

enum tls_result tls_read(struct tls_client *client, char *out, size_t size, size_t *got)
{
    ERR_clear_error();
    *got = 0;
    return outcome(client, SSL_read_ex(client->ssl, out, size, got));
}

enum tls_result tls_write(struct tls_client *client, const char *bytes, size_t size)
{
    size_t written = 0;
    enum tls_result result;

    ERR_clear_error();
    result = outcome(client, SSL_write_ex(client->ssl, bytes, size, &written));
    return result == TLS_OK && written == size ? TLS_OK : TLS_FAILED;
}

void tls_close(struct tls_client *client)
{
    ERR_clear_error();
    if (client->established && !client->error)
        SSL_shutdown(client->ssl);
    ERR_clear_error();
}

bool tls_put(struct tls_client *client, const char *bytes, size_t size)
{
    size_t written = 0;

    return size == 0 || (BIO_write_ex(client->in, bytes, size, &written) && written == size);
}

size_t tls_take(struct tls_client *client, char *out, size_t size)
{
    size_t got = 0;

    return BIO_read_ex(client->out, out, size, &got) ? got : 0;
}

/* ---- evidence ---- */

static void copy_chain(const struct tls_client *client, struct arena *arena, struct tls_session *session)
{
    size_t sent = client->chain ? (size_t)sk_X509_num(client->chain) : 0;
    size_t count = sent > TLS_CHAIN_CERTS ? TLS_CHAIN_CERTS : sent;
    struct certificate *chain = ARENA_ARRAY(arena, struct certificate, count);

    for (size_t i = 0; i < count; i++) {
        X509 *cert = sk_X509_value(client->chain, (int)i);
        int size = i2d_X509(cert, NULL);
        unsigned char *der = arena_alloc(arena, size > 0 ? (size_t)size : 1), *at = der;

        if (size > 0 && i2d_X509(cert, &at) == size) {
            struct x509_facts *facts = ARENA_NEW(arena, struct x509_facts);

            x509_facts_of(arena, cert, (size_t)size, facts);
            chain[i] = (struct certificate){{(const char *)der, (size_t)size}, facts};
        }
    }
    session->chain = chain;
    session->chain_count = count;
    session->chain_cut = client->chain_cut;
}

static const char *verify_text(const struct tls_client *client)
{
    if (!client->verified)
        return "no certificate was seen";
    if (client->verify_error == X509_V_ERR_APPLICATION_VERIFICATION)
        return key_too_large;
    return X509_verify_cert_error_string(client->verify_error);
}

static const char *protocol_of(const struct tls_client *client)
{
    return client->ssl ? SSL_get_version(client->ssl) : client->protocol;
}

static const char *cipher_of(const struct tls_client *client)
{
    return client->ssl ? SSL_get_cipher_name(client->ssl) : client->cipher;
}

struct tls_session *tls_client_session(const struct tls_client *client, struct arena *arena)
{
    struct tls_session *session = ARENA_NEW(arena, struct tls_session);

    session->established = client->established;
    session->error = client->error ? str_dup(arena, client->error) : NULL;
    session->protocol = client->established ? str_dup(arena, protocol_of(client)) : NULL;
    session->cipher = client->established ? str_dup(arena, cipher_of(client)) : NULL;
    copy_chain(client, arena, session);
    session->verify_error = client->verified ? client->verify_error : X509_V_ERR_UNSPECIFIED;
    session->lacks_anchors = client->lacks_anchors;
    session->verify_text = str_dup(arena, verify_text(client));
    if (session->chain_count > 0)
        session->name_matches = x509_is_for(sk_X509_value(client->chain, 0), client->server_name);
    x509_demand_memory(arena);
    return session;
}

/* ---- witnesses ---- */

struct tls_client *tls_witness_new(struct tls *tls, const char *server_name, int64_t now_s)
{
    struct tls_client *witness = has_context(tls) ? calloc(1, sizeof *witness) : NULL;

    if (!witness)
        return NULL;
    witness->tls = tls;
    witness->now_s = now_s;
    witness->server_name = strdup(server_name);
    if (!witness->server_name) {
        tls_client_free(witness);
        return NULL;
    }
    return witness;
}

/* As on_chain(), for a context that is not ours. */
static int on_witnessed_chain(X509_STORE_CTX *ctx, void *arg)
{
    struct tls_client *witness = arg;
    SSL *ssl = ssl_of(ctx);
    const X509 *leaf;

    if (!look_at_chain(witness, ctx))
        return 0;
    leaf = sk_X509_value(witness->chain, 0);
    witness->protocol = SSL_get_version(ssl);
    witness->cipher = SSL_CIPHER_get_name(SSL_get_pending_cipher(ssl));
    ERR_clear_error();
    if (x509_is_time_error(witness->verify_error))
        X509_STORE_CTX_set_error(ctx, verify_once(witness, false));
    if (X509_STORE_CTX_get_error(ctx) == X509_V_OK && !x509_is_for(leaf, witness->server_name))
        X509_STORE_CTX_set_error(ctx, X509_V_ERR_HOSTNAME_MISMATCH);
    witness->established = X509_STORE_CTX_get_error(ctx) == X509_V_OK;
    if (!witness->established)
        witness->error = "the certificate is not valid";
    return witness->established;
}

/* Whatever a side objects to ends with an alert, unless it is no TLS at all.  A connection that is lost ends without,
 * but OpenSSL 3.5 tells the peer of it. */
static bool is_objection(int type, const unsigned char *alert, size_t size)
{
    enum { LEVEL, DESCRIPTION, ALERT_OCTETS };
    bool is_leave = size == ALERT_OCTETS && alert[DESCRIPTION] == SSL_AD_CLOSE_NOTIFY;
    bool is_loss = ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;

    return type == SSL3_RT_ALERT && !is_leave && !is_loss;
}

static void on_record(int is_written, int version, int type, const void *data, size_t size, SSL *ssl, void *arg)
{
    struct tls_client *witness = arg;
    const unsigned char *header = data;

    (void)version;
    (void)ssl;
    witness->met_fault |= is_objection(type, data, size);
    if (type != SSL3_RT_HEADER || is_written || size != SSL3_RT_HEADER_LENGTH)
        return;
    witness->octets_read += size + (size_t)(header[3] << 8 | header[4]);
    witness->met_fault |= header[1] != SSL3_VERSION_MAJOR;
}

void tls_witness_attend(struct tls_client *witness, void *ssl_ctx)
{
    SSL_CTX *context = ssl_ctx;

    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    restrict_context(context);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(context, on_witnessed_chain, witness);
    SSL_CTX_set_msg_callback(context, on_record);
    SSL_CTX_set_msg_callback_arg(context, witness);
}

size_t tls_witness_octets(const struct tls_client *witness)
{
    return witness->octets_read;
}

bool tls_witness_met_fault(const struct tls_client *witness)
{
    return witness->met_fault;
}

bool tls_witness_saw(const struct tls_client *witness)
{
    return witness->chain != NULL;
}
