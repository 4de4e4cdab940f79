/* tests/unit/peer.h - scripted SMTP servers on loopback addresses of their own, and certificates for them.
 *
 * A peer is a thread with a listening socket and a script; it writes down what it hears.  Every wait of a peer ends by
 * itself after PEER_PATIENCE_MS.  Functions are here because each unit test is one file.
 */
#pragma once

#include <assert.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include "core/base/ip.h"

enum {
    PEER_HEARD_MAX = 8192,
    PEER_VISITS_MAX = 8,
    PEER_PATIENCE_MS = 9000,
    PEER_FLOOD_BYTES = 4 << 20,
    PEER_FLOOD_RECORDS = 12000
};

enum peer_action {
    END,     /* of the script: as HOLD */
    SAY,     /* sends the text */
    HEAR,    /* reads a line, whatever it is */
    SWALLOW, /* reads what comes next, a ClientHello perhaps, and forgets it */
    AWAIT,   /* waits until there is something to read, and leaves it */
    PAUSE,   /* `number` milliseconds */
    DRIP,    /* sends the text again and again, one octet each `number` milliseconds */
    FLOOD,  /* sends the text (`number` octets of it, if given) again and again, as fast as it goes, PEER_FLOOD_BYTES at
               most */
    SECURE, /* the server side of a TLS handshake */
    RENEGOTIATE,  /* TLS 1.2: asks for another handshake, and goes on as if it had not */
    UPDATE_KEYS,  /* TLS 1.3: new keys PEER_FLOOD_RECORDS times, and the peer shall do the same */
    SEND_TICKETS, /* TLS 1.3: as many tickets */
    RESET,        /* closes with RST */
    CLOSE,        /* closes with FIN, without a word in TLS */
    NOTIFY,       /* closes with close_notify and FIN */
    HOLD,         /* reads to the end, whatever comes */
};

struct peer_step {
    enum peer_action action;
    const char *text;
    int number;
};

/* Pieces of scripts: a server that offers STARTTLS, up to its reply to STARTTLS, and up to EHLO over TLS. */
/* clang-format off */
#define EHLO_PLAIN "250-mx.example.org\r\n250 PIPELINING\r\n"
#define EHLO_TLS "250-mx.example.org\r\n250-PIPELINING\r\n250 STARTTLS\r\n"
#define TO_STARTTLS                                                                                                    \
    {SAY, "220 mx\r\n", 0}, {HEAR, 0, 0}, {SAY, EHLO_TLS, 0},                                                          \
    {                                                                                                                  \
        HEAR, 0, 0                                                                                                     \
    }
#define TO_TLS                                                                                                         \
    TO_STARTTLS, {SAY, "220 go\r\n", 0}, {SECURE, 0, 0},                                                               \
    {                                                                                                                  \
        HEAR, 0, 0                                                                                                     \
    }
#define FAREWELL                                                                                                       \
    {HEAR, 0, 0},                                                                                                      \
    {                                                                                                                  \
        SAY, "221 bye\r\n", 0                                                                                          \
    }
/* clang-format on */

struct peer {
    const struct peer_step *script, *later; /* later: of visits after the first, NULL: the same */
    SSL_CTX *credentials; /* borrowed */
    int listener;
    pthread_t thread;
    bool joined;
    struct ip ip;
    uint16_t port;
    unsigned visits_served; /* ends after that many */
    /* written by the thread, read after peer_join() */
    char heard[PEER_HEARD_MAX]; /* lines as received; "<tls>" for a handshake, "<end>" for FIN or RST, "<no
                                   renegotiation>" */
    unsigned visits;
    bool crowded; /* a second connection stood while one was served */
    int64_t opened_ms[PEER_VISITS_MAX], closed_ms[PEER_VISITS_MAX];
};

struct peer_line {
    int fd;
    SSL *ssl;
};

static inline int64_t peer_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static inline void peer_note(struct peer *p, const char *text)
{
    size_t have = strlen(p->heard), size = strlen(text);

    if (have + size + 1 < sizeof p->heard)
        memcpy(p->heard + have, text, size + 1);
}

static inline int peer_read(struct peer_line *line, char *out, size_t size)
{
    if (line->ssl)
        return SSL_read(line->ssl, out, (int)size);
    return (int)recv(line->fd, out, size, 0);
}

static inline int peer_write(struct peer_line *line, const char *bytes, size_t size)
{
    if (line->ssl)
        return SSL_write(line->ssl, bytes, (int)size);
    return (int)send(line->fd, bytes, size, MSG_NOSIGNAL);
}

/* False at the end of the stream. */
static inline bool peer_hear(struct peer *p, struct peer_line *line)
{
    char text[1024];
    size_t size = 0;

    while (size < sizeof text - 1) {
        int got = peer_read(line, &text[size], 1);

        if (got <= 0) {
            text[size] = 0;
            peer_note(p, text);
            peer_note(p, line->ssl && ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_NO_RENEGOTIATION
                             ? "<no renegotiation>\n"
                             : "<end>\n");
            return false;
        }
        if (text[size++] == '\n')
            break;
    }
    text[size] = 0;
    if (size >= 2 && text[size - 2] == '\r') /* what is not CRLF shows */
        memcpy(&text[size - 2], "\n", 2);
    peer_note(p, text);
    return true;
}

static inline bool peer_step(struct peer *p, struct peer_line *line, const struct peer_step *step)
{
    struct timespec pause = {step->number / 1000, step->number % 1000 * 1000000L};
    struct linger linger = {1, 0};
    int64_t began = peer_now_ms();
    char swallowed[4096];
    size_t size;

    switch (step->action) {
    case SAY:
        return peer_write(line, step->text, strlen(step->text)) > 0;
    case HEAR:
        return peer_hear(p, line);
    case SWALLOW:
        return peer_read(line, swallowed, sizeof swallowed) > 0;
    case AWAIT:
        return recv(line->fd, swallowed, 1, MSG_PEEK) > 0;
    case PAUSE:
        nanosleep(&pause, NULL);
        return true;
    case DRIP:
        for (size_t i = 0; peer_now_ms() < began + PEER_PATIENCE_MS; i = step->text[i + 1] ? i + 1 : 0) {
            if (peer_write(line, &step->text[i], 1) != 1)
                return false;
            nanosleep(&pause, NULL);
        }
        return false;
    case FLOOD:
        size = step->number ? (size_t)step->number : strlen(step->text);
        for (size_t sent = 0; sent < PEER_FLOOD_BYTES; sent += size)
            if (peer_write(line, step->text, size) <= 0)
                return false;
        return false;
    case SECURE:
        line->ssl = SSL_new(p->credentials);
        SSL_set_fd(line->ssl, line->fd);
        if (SSL_accept(line->ssl) != 1) {
            peer_note(p, "<no tls>\n");
            return false;
        }
        peer_note(p, "<tls>\n");
        return true;
    case RENEGOTIATE:
        return SSL_renegotiate(line->ssl) == 1 && SSL_do_handshake(line->ssl) == 1;
    case UPDATE_KEYS:
        for (int i = 0; i < PEER_FLOOD_RECORDS; i++)
            if (SSL_key_update(line->ssl, SSL_KEY_UPDATE_REQUESTED) != 1 || SSL_do_handshake(line->ssl) != 1)
                return false;
        return true;
    case SEND_TICKETS:
        for (int i = 0; i < PEER_FLOOD_RECORDS; i++) /* OpenSSL does not mind that nobody takes them any more */
            if (SSL_new_session_ticket(line->ssl) != 1 || SSL_do_handshake(line->ssl) != 1)
                return false;
        return true;
    case RESET:
        setsockopt(line->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
        return false;
    case NOTIFY:
        if (line->ssl)
            SSL_shutdown(line->ssl);
        return false;
    case CLOSE:
        return false;
    case END:
    case HOLD:
        while (peer_hear(p, line))
            ;
        return false;
    }
    return false;
}

static inline void peer_serve(struct peer *p, int fd)
{
    struct peer_line line = {fd, NULL};
    struct timeval patience = {PEER_PATIENCE_MS / 1000, 0};
    struct pollfd others = {p->listener, POLLIN, 0};

    p->opened_ms[p->visits] = peer_now_ms();
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    for (const struct peer_step *step = p->visits && p->later ? p->later : p->script; peer_step(p, &line, step); step++)
        ;
    if (poll(&others, 1, 0) > 0)
        p->crowded = true;
    p->closed_ms[p->visits++] = peer_now_ms();
    SSL_free(line.ssl);
    close(fd);
}

static inline void *peer_run(void *arg)
{
    struct peer *p = arg;

    while (p->visits < p->visits_served) {
        struct pollfd visitor = {p->listener, POLLIN, 0};
        int fd;

        if (poll(&visitor, 1, PEER_PATIENCE_MS) <= 0 || (fd = accept(p->listener, NULL, NULL)) < 0)
            break;
        peer_serve(p, fd);
    }
    close(p->listener);
    return NULL;
}

/* Each peer has an address, and a /24, of its own: politeness shall not make one wait for another. */
static inline struct peer *peer_start(const struct peer_step *script, SSL_CTX *credentials, unsigned visits)
{
    static unsigned next = 1;
    struct peer *p = calloc(1, sizeof *p);
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;

    assert(p);
    p->script = script;
    p->credentials = credentials;
    p->visits_served = visits;
    address.sin_addr.s_addr = htonl(0x7f000001u + (next++ << 8));
    p->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (p->listener < 0 || bind(p->listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(p->listener, 8) != 0 || getsockname(p->listener, (struct sockaddr *)&address, &size) != 0)
        abort();
    ip_from_sockaddr((struct sockaddr *)&address, &p->ip, &p->port);
    if (pthread_create(&p->thread, NULL, peer_run, p) != 0)
        abort();
    return p;
}

static inline void peer_join(struct peer *p)
{
    if (!p->joined)
        pthread_join(p->thread, NULL);
    p->joined = true;
}

static inline void peer_free(struct peer *p)
{
    peer_join(p);
    free(p);
}

/* ---- certificates ---- */

struct issued {
    X509 *cert;
    EVP_PKEY *key;
};

static inline void issued_add_extension(X509 *cert, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

    assert(extension);
    X509_add_ext(cert, extension, -1);
    X509_EXTENSION_free(extension);
}

/* A certificate for `key` (NULL: a new P-256 key), with `san` as dNSNames if it is given; self-signed without an
 * issuer. */
static inline struct issued issue(const char *common_name, const char *san, EVP_PKEY *key, const struct issued *issuer)
{
    struct issued made = {X509_new(), key ? key : EVP_EC_gen("P-256")};
    X509_NAME *name = X509_NAME_new();

    assert(made.cert && made.key && name);
    X509_set_version(made.cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made.cert), (long)(uintptr_t)made.cert % 1000000);
    X509_gmtime_adj(X509_getm_notBefore(made.cert), -86400);
    X509_gmtime_adj(X509_getm_notAfter(made.cert), 86400L * 90);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)common_name, -1, -1, 0);
    X509_set_subject_name(made.cert, name);
    X509_set_issuer_name(made.cert, issuer ? X509_get_subject_name(issuer->cert) : name);
    X509_set_pubkey(made.cert, made.key);
    if (!issuer)
        issued_add_extension(made.cert, NID_basic_constraints, "critical,CA:TRUE");
    if (san)
        issued_add_extension(made.cert, NID_subject_alt_name, san);
    X509_sign(made.cert, issuer ? issuer->key : made.key, EVP_sha256());
    X509_NAME_free(name);
    return made;
}

/* To be freed. */
static inline char *pem_of(X509 *cert)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert(out && PEM_write_X509(out, cert) == 1);
    fclose(out);
    return text;
}

static inline void issued_free(struct issued *made)
{
    X509_free(made->cert);
    EVP_PKEY_free(made->key);
}

/* A server context that shows `leaf` and then `extra`, `extra_count` times. */
static inline SSL_CTX *credentials_of(const struct issued *leaf, X509 *extra, unsigned extra_count)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

    assert(ctx);
    SSL_CTX_set_security_level(ctx, 0);
    SSL_CTX_set_mode(ctx, SSL_MODE_NO_AUTO_CHAIN);
    if (SSL_CTX_use_certificate(ctx, leaf->cert) != 1 || SSL_CTX_use_PrivateKey(ctx, leaf->key) != 1)
        abort();
    for (unsigned i = 0; i < extra_count; i++)
        if (SSL_CTX_add1_chain_cert(ctx, extra) != 1)
            abort();
    return ctx;
}
