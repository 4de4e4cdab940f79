/* The HTTPS collector against scripted servers on loopback:
 * good ones, evil ones, and what the environment would like. */
#define _GNU_SOURCE /* for RTLD_NEXT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include <curl/curl.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/loop.h"
#include "core/base/url.h"
#include "core/collect/https/https.h"
#include "core/collect/https/https_end.h"
#include "core/facts/evidence.h"
#include "tests/unit/peer.h"

#define HOST "mta-sts.example.org"
#define POLICY "version: STSv1\r\nmode: none\r\nmax_age: 0\r\n"
#define HEADER(fields)                                                                                                 \
    "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: text/plain\r\n" fields "\r\n"

/* A handshake, and the five lines of a GET. */
/* clang-format off */
#define REQUEST {SECURE, 0, 0}, {HEAR, 0, 0}, {HEAR, 0, 0}, {HEAR, 0, 0}, {HEAR, 0, 0}, {HEAR, 0, 0}
/* clang-format on */

static struct issued ca, good, other, selfsigned, expired, other_expired;
static SSL_CTX *good_ctx, *other_ctx, *selfsigned_ctx, *expired_ctx, *other_expired_ctx;
static char *ca_pem;

static const struct ip_network loopback = {{IP_V4, {127}}, 8};

#define IP_V4_LOOPBACK                                                                                                 \
    {                                                                                                                  \
        IP_V4,                                                                                                         \
        {                                                                                                              \
            127, 0, 0, 1                                                                                               \
        }                                                                                                              \
    }
#define IP_V6_LOOPBACK                                                                                                 \
    {                                                                                                                  \
        IP_V6,                                                                                                         \
        {                                                                                                              \
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1                                                             \
        }                                                                                                              \
    }

static int socket_error; /* of calls to come; 0: they are made */

int socket(int family, int type, int protocol)
{
    errno = socket_error;
    return socket_error ? -1 : (int)syscall(SYS_socket, family, type, protocol);
}

/* ---- another libcurl, or one that this machine has not enough for ---- */

static struct {
    CURLcode result;  /* of a transfer that failed; CURLE_OK: what it had */
    CURLMcode moved;  /* what becomes of each event; CURLM_OK: what it had */
    CURLcode begins;  /* how it is set up */
    const char *made; /* with which TLS library; NULL: its own */
} curl;

/* The function of libcurl itself that stands behind one of these. */
static void of_libcurl(const char *name, void *function)
{
    void *found = dlsym(RTLD_NEXT, name);

    assert_non_null(found);
    memcpy(function, &found, sizeof found);
}

CURLMsg *curl_multi_info_read(CURLM *multi, int *left)
{
    CURLMsg *(*real)(CURLM *, int *);
    CURLMsg *message;

    of_libcurl("curl_multi_info_read", &real);
    message = real(multi, left);
    if (message && message->msg == CURLMSG_DONE && message->data.result != CURLE_OK && curl.result != CURLE_OK)
        message->data.result = curl.result;
    return message;
}

CURLMcode curl_multi_socket_action(CURLM *multi, curl_socket_t fd, int what, int *running)
{
    CURLMcode (*real)(CURLM *, curl_socket_t, int, int *);

    of_libcurl("curl_multi_socket_action", &real);
    return curl.moved != CURLM_OK ? curl.moved : real(multi, fd, what, running);
}

CURLcode curl_global_init_mem(long flags, curl_malloc_callback allocate, curl_free_callback release,
                              curl_realloc_callback resize, curl_strdup_callback copy, curl_calloc_callback zeroed)
{
    CURLcode (*real)(long, curl_malloc_callback, curl_free_callback, curl_realloc_callback, curl_strdup_callback,
                     curl_calloc_callback);

    of_libcurl("curl_global_init_mem", &real);
    return curl.begins != CURLE_OK ? curl.begins : real(flags, allocate, release, resize, copy, zeroed);
}

curl_version_info_data *curl_version_info(CURLversion age)
{
    curl_version_info_data *(*real)(CURLversion);
    static curl_version_info_data about;

    of_libcurl("curl_version_info", &real);
    about = *real(age);
    about.ssl_version = curl.made ? curl.made : about.ssl_version;
    return &about;
}

/* ---- the rig ---- */

struct rig {
    struct loop *loop;
    struct https *https;
    struct store *store;
    struct waiter waiter;
    size_t body_max;
};

static void collect(void *https, struct evidence *evidence)
{
    https_collect(https, evidence);
}

static void wake(struct waiter *waiter, unsigned probe)
{
    struct rig *rig = (struct rig *)((char *)waiter - offsetof(struct rig, waiter));

    (void)probe;
    loop_stop(rig->loop);
}

static struct https_config config_of(int64_t total_ms)
{
    return (struct https_config){.use_ipv4 = true,
                                 .use_ipv6 = true,
                                 .allowed = &loopback,
                                 .allowed_count = 1,
                                 .ca = ca_pem,
                                 .total_ms = total_ms};
}

static void rig_begin(struct rig *rig, const struct https_config *config)
{
    *rig = (struct rig){.loop = loop_new(), .waiter = {.wake = wake}, .body_max = HTTPS_POLICY_BYTES};
    rig->https = https_new(rig->loop, config);
    rig->store = store_new(rig->loop, collect, rig->https);
    assert_non_null(rig->https);
    assert_non_null(rig->store);
}

static void rig_end(struct rig *rig)
{
    https_free(rig->https);
    store_free(rig->store);
    loop_free(rig->loop);
}

static struct evidence *want(struct rig *rig, uint16_t port, const struct ip *addresses, size_t count)
{
    char url[128];
    struct key key = {.kind = EVIDENCE_HTTPS,
                      .name = url,
                      .nth = 1,
                      .addresses = addresses,
                      .address_count = count,
                      .body_max = rig->body_max};

    snprintf(url, sizeof url, "https://" HOST ":%u/.well-known/mta-sts.txt", (unsigned)port);
    return store_want(rig->store, &key, &rig->waiter, 0, NULL);
}

static const struct https_response *get(struct rig *rig, uint16_t port, const struct ip *addresses, size_t count)
{
    struct evidence *evidence = want(rig, port, addresses, count);

    while (!evidence->known)
        loop_run(rig->loop);
    return evidence->value;
}

/* ---- scripts ---- */

struct scenario {
    const char *name;
    const struct peer_step *script;
    SSL_CTX **credentials;
    int64_t total_ms;
    enum https_end end;
    int status;
    size_t body;     /* its length; SIZE_MAX: whatever came */
    size_t body_max; /* 0: a policy's */
};

static const struct peer_step sound[] = {REQUEST, {SAY, HEADER("Content-Length: 40\r\n") POLICY, 0}, {CLOSE, 0, 0}};
static const struct peer_step chunked[] = {
    REQUEST,
    {SAY, HEADER("Transfer-Encoding: chunked\r\n") "28\r\n" POLICY "\r\n0\r\nDate: trailer\r\n\r\n", 0},
    {CLOSE, 0, 0}};
/* Without length and without close_notify, newer libcurl takes the body for cut off, as it well may be. */
static const struct peer_step until_closed[] = {REQUEST, {SAY, HEADER("") POLICY, 0}, {NOTIFY, 0, 0}};
static const struct peer_step continued[] = {
    REQUEST,
    {SAY, "HTTP/1.1 103 Early\r\nContent-Type: text/html\r\n\r\n" HEADER("Content-Length: 0\r\n"), 0},
    {CLOSE, 0, 0}};
static const struct peer_step redirect[] = {
    REQUEST,
    {SAY, "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n", 0},
    {CLOSE, 0, 0}};
static const struct peer_step to_itself[] = {
    REQUEST,
    {SAY, "HTTP/1.1 301 Moved\r\nLocation: /.well-known/mta-sts.txt\r\nContent-Length: 0\r\n\r\n", 0},
    {CLOSE, 0, 0}};
static const struct peer_step empty_field[] = {
    REQUEST, {SAY, HEADER("Content-Encoding:\r\nContent-Length: 40\r\n") POLICY, 0}, {CLOSE, 0, 0}};
static const struct peer_step missing[] = {
    REQUEST, {SAY, "HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nno", 0}, {CLOSE, 0, 0}};
static const struct peer_step gzip[] = {
    REQUEST, {SAY, HEADER("Content-Encoding: gzip\r\nContent-Length: 4\r\n") "\x1f\x8b\x08\x01", 0}, {CLOSE, 0, 0}};
static const struct peer_step gzip_transfer[] = {
    REQUEST,
    {SAY, HEADER("Transfer-Encoding: gzip, chunked\r\n") "4\r\n\x1f\x8b\x08\x01\r\n0\r\n\r\n", 0},
    {CLOSE, 0, 0}};
static const struct peer_step endless[] = {
    REQUEST, {SAY, HEADER(""), 0}, {FLOOD, "0123456789abcdef0123456789abcdef", 0}};
static const struct peer_step endless_chunks[] = {
    REQUEST, {SAY, HEADER("Transfer-Encoding: chunked\r\n"), 0}, {FLOOD, "10\r\n0123456789abcdef\r\n", 0}};
static const struct peer_step extensions[] = {
    REQUEST,
    {SAY, HEADER("Transfer-Encoding: chunked\r\n"), 0},
    {FLOOD, "1;0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\r\nx\r\n", 0}};
static const struct peer_step drip[] = {REQUEST, {SAY, HEADER(""), 0}, {DRIP, "drip", 20}};
static const struct peer_step drip_header[] = {REQUEST, {SAY, "HTTP/1.1 200 OK\r\n", 0}, {DRIP, "X-Drip: 1\r\n", 20}};
static const struct peer_step mute[] = {REQUEST, {HOLD, 0, 0}};
static const struct peer_step no_handshake[] = {{SWALLOW, 0, 0}, {HOLD, 0, 0}};
static const struct peer_step header_bomb[] = {REQUEST, {SAY, "HTTP/1.1 200 OK\r\n", 0}, {FLOOD, "X-Bomb: 1\r\n", 0}};
static const struct peer_step endless_line[] = {REQUEST, {SAY, "HTTP/1.1 200 OK\r\nX-Bomb: ", 0}, {FLOOD, "bomb", 0}};
static const struct peer_step early_bomb[] = {REQUEST, {FLOOD, "HTTP/1.1 103 Early\r\n\r\n", 0}};
static const struct peer_step cut[] = {REQUEST, {SAY, HEADER("Content-Length: 99\r\n") POLICY, 0}, {CLOSE, 0, 0}};
static const struct peer_step closed[] = {REQUEST, {CLOSE, 0, 0}};
static const struct peer_step reset[] = {REQUEST, {RESET, 0, 0}};
static const struct peer_step rubbish[] = {REQUEST, {SAY, "this is no response\r\n\r\n", 0}, {CLOSE, 0, 0}};
static const struct peer_step plain[] = {{AWAIT, 0, 0}, {SAY, "HTTP/1.1 400 Bad Request\r\n\r\n", 0}, {CLOSE, 0, 0}};

static const struct scenario scenarios[] = {
    {"a sound server", sound, &good_ctx, 0, HTTPS_END_OK, 200, 40, 0},
    {"chunks and a trailer", chunked, &good_ctx, 0, HTTPS_END_OK, 200, 40, 0},
    {"a body until the end", until_closed, &good_ctx, 0, HTTPS_END_OK, 200, 40, 0},
    {"an early response", continued, &good_ctx, 0, HTTPS_END_OK, 200, 0, 0},
    {"a redirect to a special address", redirect, &good_ctx, 0, HTTPS_END_OK, 302, 0, 0},
    {"a redirect to itself", to_itself, &good_ctx, 0, HTTPS_END_OK, 301, 0, 0},
    {"no such file", missing, &good_ctx, 0, HTTPS_END_OK, 404, 2, 0},
    {"a content coding", gzip, &good_ctx, 0, HTTPS_END_OK, 200, 4, 0},
    {"a transfer coding", gzip_transfer, &good_ctx, 0, HTTPS_END_PROTOCOL, 0, 0, 0},
    {"an endless body", endless, &good_ctx, 0, HTTPS_END_TOO_LARGE, 200, HTTPS_POLICY_BYTES, 0},
    {"chunks that are all extension", extensions, &good_ctx, 0, HTTPS_END_TOO_LARGE, 200, SIZE_MAX, 0},
    {"endless chunks", endless_chunks, &good_ctx, 0, HTTPS_END_TOO_LARGE, 200, HTTPS_POLICY_BYTES, 0},
    {"an endless certificate file", endless, &good_ctx, 0, HTTPS_END_TOO_LARGE, 200, HTTPS_PEM_BYTES, HTTPS_PEM_BYTES},
    {"as much as is asked for", sound, &good_ctx, 0, HTTPS_END_OK, 200, 40, 40},
    {"an octet more", sound, &good_ctx, 0, HTTPS_END_TOO_LARGE, 200, 39, 39},
    {"a drip", drip, &good_ctx, 400, HTTPS_END_TIMEOUT, 200, SIZE_MAX, 0},
    {"a drip of header lines", drip_header, &good_ctx, 400, HTTPS_END_TIMEOUT, 0, 0, 0},
    {"no response", mute, &good_ctx, 400, HTTPS_END_TIMEOUT, 0, 0, 0},
    {"no handshake", no_handshake, &good_ctx, 400, HTTPS_END_TIMEOUT, 0, 0, 0},
    {"too many header lines", header_bomb, &good_ctx, 0, HTTPS_END_HEADERS, 0, 0, 0},
    {"an endless header line", endless_line, &good_ctx, 0, HTTPS_END_HEADERS, 0, 0, 0},
    {"too many early responses", early_bomb, &good_ctx, 0, HTTPS_END_HEADERS, 0, 0, 0},
    {"no HTTP", rubbish, &good_ctx, 0, HTTPS_END_PROTOCOL, 0, 0, 0},
    {"no TLS", plain, &good_ctx, 0, HTTPS_END_TLS, 0, 0, 0},
    {"another host's certificate", sound, &other_ctx, 0, HTTPS_END_CERTIFICATE, 0, 0, 0},
    {"a self-signed certificate", sound, &selfsigned_ctx, 0, HTTPS_END_CERTIFICATE, 0, 0, 0},
    {"an expired certificate", sound, &expired_ctx, 0, HTTPS_END_CERTIFICATE, 200, 0, 0},
};

static void test_servers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++) {
        const struct scenario *s = &scenarios[i];
        struct peer *peer = peer_start(s->script, *s->credentials, 1);
        struct https_config config = config_of(s->total_ms);
        const struct https_response *response;
        struct rig rig;

        rig_begin(&rig, &config);
        if (s->body_max)
            rig.body_max = s->body_max;
        response = get(&rig, peer->port, &peer->ip, 1);
        if (response->end != s->end || response->status != s->status ||
            (s->body != SIZE_MAX && response->body.len != s->body))
            fail_msg("%s: %s, status %d, %zu octets (%s)", s->name, https_end_name(response->end), response->status,
                     response->body.len, response->trouble.reason ? response->trouble.why : "");
        assert_int_equal(response->end == HTTPS_END_OK, response->trouble.reason == REASON_NONE);
        assert_true(ip_equal(&response->ip, &peer->ip));
        assert_true(response->connect_ms >= 0 && response->total_ms >= 0);
        assert_int_equal(response->tls != NULL, s->script != plain && s->script != no_handshake);
        rig_end(&rig);
        peer_free(peer);
    }
}

/* ---- connections that are lost ---- */

static const struct peer_step reset_in_handshake[] = {{SWALLOW, 0, 0}, {RESET, 0, 0}};
static const struct peer_step closed_in_handshake[] = {{SWALLOW, 0, 0}, {CLOSE, 0, 0}};
static const struct peer_step reset_at_once[] = {{RESET, 0, 0}};

static const struct {
    const char *name;
    const struct peer_step *first, *second;
    enum https_end end;
    int status;
    size_t body;
} lost[] = {
    {"a body that is cut", cut, cut, HTTPS_END_LOST, 200, 40},
    {"closed instead of a response", closed, closed, HTTPS_END_LOST, 0, 0},
    {"reset instead of a response", reset, reset, HTTPS_END_LOST, 0, 0},
    {"reset in the handshake", reset_in_handshake, reset_in_handshake, HTTPS_END_LOST, 0, 0},
    {"closed in the handshake", closed_in_handshake, closed_in_handshake, HTTPS_END_LOST, 0, 0},
    {"reset at once", reset_at_once, reset_at_once, HTTPS_END_LOST, 0, 0},
    {"a body that is cut once", cut, sound, HTTPS_END_OK, 200, 40},
    {"reset once in the handshake", reset_in_handshake, sound, HTTPS_END_OK, 200, 40},
    {"closed once in the handshake", closed_in_handshake, sound, HTTPS_END_OK, 200, 40},
    {"reset, then no file", reset_in_handshake, missing, HTTPS_END_OK, 404, 2},
    {"reset, then no TLS", reset_in_handshake, plain, HTTPS_END_TLS, 0, 0},
};

/* All at once, since a second attempt waits for five seconds. */
static void test_lost_connections(void **state)
{
    enum { COUNT = sizeof lost / sizeof *lost };
    struct peer *peers[COUNT];
    struct evidence *evidence[COUNT];
    struct https_config config = config_of(0);
    struct rig rig;

    (void)state;
    rig_begin(&rig, &config);
    for (size_t i = 0; i < COUNT; i++) {
        peers[i] = peer_start(lost[i].first, good_ctx, 2);
        peers[i]->later = lost[i].second;
        evidence[i] = want(&rig, peers[i]->port, &peers[i]->ip, 1);
    }
    for (size_t i = 0; i < COUNT; i++) {
        const struct https_response *response;

        while (!evidence[i]->known)
            loop_run(rig.loop);
        response = evidence[i]->value;
        if (response->end != lost[i].end || response->status != lost[i].status || response->body.len != lost[i].body)
            fail_msg("%s: %s, status %d, %zu octets", lost[i].name, https_end_name(response->end), response->status,
                     response->body.len);
        assert_int_equal(response->end == HTTPS_END_OK, response->trouble.reason == REASON_NONE);
    }
    rig_end(&rig);
    for (size_t i = 0; i < COUNT; i++)
        peer_free(peers[i]);
}

static bool is(struct str text, const char *expected)
{
    return expected ? text.at && str_equal(text, str_of(expected)) : !text.at;
}

static void test_fields_of_a_response(void **state)
{
    static const struct {
        const struct peer_step *script;
        const char *type, *coding, *location, *date;
    } cases[] = {
        {sound, "text/plain", NULL, NULL, "Sun, 06 Nov 1994 08:49:37 GMT"},
        {chunked, "text/plain", NULL, NULL, "Sun, 06 Nov 1994 08:49:37 GMT"},
        {continued, "text/plain", NULL, NULL, "Sun, 06 Nov 1994 08:49:37 GMT"},
        {redirect, NULL, NULL, "http://169.254.169.254/", NULL},
        {gzip, "text/plain", "gzip", NULL, "Sun, 06 Nov 1994 08:49:37 GMT"},
        {empty_field, "text/plain", "", NULL, "Sun, 06 Nov 1994 08:49:37 GMT"},
    };
    struct https_config config = config_of(0);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct peer *peer = peer_start(cases[i].script, good_ctx, 1);
        const struct https_response *response;
        struct rig rig;

        rig_begin(&rig, &config);
        response = get(&rig, peer->port, &peer->ip, 1);
        assert_true(is(response->content_type, cases[i].type));
        assert_true(is(response->content_encoding, cases[i].coding));
        assert_true(is(response->location, cases[i].location));
        assert_true(is(response->date, cases[i].date));
        assert_true(response->received_s > 1700000000);
        assert_true(response->tls->established && response->tls->name_matches);
        assert_int_equal(response->tls->verify_error, 0);
        assert_int_equal(response->tls->chain_count, 1);
        assert_non_null(response->tls->protocol);
        assert_non_null(response->tls->cipher);
        rig_end(&rig);
        peer_free(peer);
    }
}

static void test_certificates_are_evidence(void **state)
{
    const struct {
        SSL_CTX *credentials;
        int verify_error;
        bool name_matches;
    } cases[] = {
        {other_ctx, X509_V_OK, false},
        {selfsigned_ctx, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, true},
        {other_expired_ctx, X509_V_ERR_CERT_HAS_EXPIRED, false},
    };
    struct https_config config = config_of(0);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct peer *peer = peer_start(sound, cases[i].credentials, 1);
        const struct https_response *response;
        struct rig rig;

        rig_begin(&rig, &config);
        response = get(&rig, peer->port, &peer->ip, 1);
        assert_false(response->tls->established);
        assert_non_null(response->tls->error);
        assert_int_equal(response->tls->verify_error, cases[i].verify_error);
        assert_int_equal(response->tls->name_matches, cases[i].name_matches);
        assert_int_equal(response->tls->chain_count, 1);
        rig_end(&rig);
        peer_join(peer);
        assert_null(strstr(peer->heard, "GET")); /* nothing is asked of somebody else */
        peer_free(peer);
    }
}

/* Whose clock is wrong?  The Date tells, and nothing else is kept of such a response. */
static void test_date_behind_an_expired_certificate(void **state)
{
    static const struct peer_step *const scripts[] = {sound, endless};
    struct https_config config = config_of(0);

    (void)state;
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        struct peer *peer = peer_start(scripts[i], expired_ctx, 1);
        const struct https_response *response;
        struct rig rig;

        rig_begin(&rig, &config);
        response = get(&rig, peer->port, &peer->ip, 1);
        assert_int_equal(response->end, HTTPS_END_CERTIFICATE);
        assert_int_equal(response->tls->verify_error, X509_V_ERR_CERT_HAS_EXPIRED);
        assert_true(response->tls->name_matches);
        assert_true(is(response->date, "Sun, 06 Nov 1994 08:49:37 GMT"));
        assert_true(response->received_s > 1700000000);
        assert_int_equal(response->body.len, 0);
        rig_end(&rig);
        peer_free(peer);
    }
}

/* ---- where we connect ---- */

static void test_special_addresses_are_not_contacted(void **state)
{
    static const char *const addresses[] = {"127.0.0.1", "10.0.0.1", "169.254.169.254", "100.64.0.1",     "::1",
                                            "fe80::1",   "fd00::1",  "64:ff9b::7f00:1", "2002:7f00:1::1", "0.0.0.0",
                                            "192.0.2.1"};
    struct https_config config = config_of(0);
    struct ip all[sizeof addresses / sizeof *addresses];
    struct rig rig;

    (void)state;
    config.allowed_count = 0;
    rig_begin(&rig, &config);
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        assert_true(ip_parse(addresses[i], &all[i]));
        assert_int_equal(get(&rig, (uint16_t)(1000 + i), &all[i], 1)->end, HTTPS_END_NOT_CONTACTED);
    }
    assert_int_equal(get(&rig, 999, all, sizeof all / sizeof *all)->end, HTTPS_END_NOT_CONTACTED);
    assert_int_equal(get(&rig, 998, all, 0)->end, HTTPS_END_NOT_CONTACTED);
    rig_end(&rig);
}

static void test_only_allowed_addresses_of_several(void **state)
{
    struct peer *peer = peer_start(sound, good_ctx, 1);
    struct ip addresses[3] = {{IP_V4, {10, 0, 0, 1}}, {IP_V6, {0xfd}}};
    struct https_config config = config_of(3000);
    const struct https_response *response;
    struct rig rig;

    (void)state;
    addresses[2] = peer->ip;
    rig_begin(&rig, &config);
    response = get(&rig, peer->port, addresses, 3);
    assert_int_equal(response->end, HTTPS_END_OK);
    assert_true(ip_equal(&response->ip, &peer->ip));
    rig_end(&rig);
    peer_free(peer);
}

static void test_second_address_when_the_first_refuses(void **state)
{
    struct peer *peer = peer_start(sound, good_ctx, 1);
    struct ip addresses[2] = {{IP_V4, {127, 77, 77, 1}}};
    struct https_config config = config_of(0);
    struct rig rig;

    (void)state;
    addresses[1] = peer->ip;
    rig_begin(&rig, &config);
    assert_int_equal(get(&rig, peer->port, addresses, 2)->end, HTTPS_END_OK);
    rig_end(&rig);
    peer_free(peer);
}

/* An address that is out of reach from here is no trouble where another one answers. */
static void test_second_address_when_the_first_is_out_of_reach(void **state)
{
    static const struct ip_network allowed[] = {{IP_V4_LOOPBACK, 8}, {IP_V6_LOOPBACK, 128}};
    struct peer *peer = peer_start(sound, good_ctx, 1);
    struct ip addresses[2] = {IP_V6_LOOPBACK, peer->ip};
    struct https_config config = config_of(0);
    const struct https_response *response;
    struct rig rig;

    (void)state;
    config.allowed = allowed;
    config.allowed_count = 2;
    config.source4 = (struct ip)IP_V4_LOOPBACK;
    assert_true(ip_parse("2001:db8::77", &config.source6)); /* not this machine's */
    rig_begin(&rig, &config);
    response = get(&rig, peer->port, addresses, 2);
    assert_int_equal(response->end, HTTPS_END_OK);
    assert_int_equal(response->os_error, 0);
    assert_int_equal(response->body.len, 40);
    rig_end(&rig);
    peer_free(peer);
}

/* The server of an address that does not answer is left for the other one. */
static void test_second_address_while_the_first_is_silent(void **state)
{
    static const struct ip_network allowed[] = {{IP_V4_LOOPBACK, 8}, {IP_V6_LOOPBACK, 128}};
    struct peer *peer = peer_start(sound, good_ctx, 1);
    struct ip addresses[2] = {IP_V6_LOOPBACK, peer->ip};
    struct https_config config = config_of(0);
    const struct https_response *response;
    struct sockaddr_storage address;
    socklen_t size = ip_to_sockaddr(&addresses[0], peer->port, &address);
    int full = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0), waiting[3];
    struct rig rig;

    (void)state;
    if (full < 0 || bind(full, (struct sockaddr *)&address, size) != 0) { /* this machine has no IPv6 */
        shutdown(peer->listener, SHUT_RDWR);
        peer_free(peer);
        skip();
    }
    assert_int_equal(listen(full, 0), 0);
    for (size_t i = 0; i < sizeof waiting / sizeof *waiting; i++) { /* nobody takes them, and then there is no room */
        waiting[i] = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        assert_true(connect(waiting[i], (struct sockaddr *)&address, size) == 0 || errno == EINPROGRESS);
    }
    config.allowed = allowed;
    config.allowed_count = 2;
    rig_begin(&rig, &config);
    response = get(&rig, peer->port, addresses, 2);
    assert_int_equal(response->end, HTTPS_END_OK);
    assert_int_equal(response->body.len, 40);
    assert_true(ip_equal(&response->ip, &peer->ip));
    rig_end(&rig);
    for (size_t i = 0; i < sizeof waiting / sizeof *waiting; i++)
        close(waiting[i]);
    close(full);
    peer_free(peer);
}

/* The same words of the kernel's as with mail servers, and a failure that only we know of. */
static void test_connect_failures(void **state)
{
    static const struct {
        int os_error;
        enum https_end end;
        enum side side;
    } cases[] = {
        {ECONNREFUSED, HTTPS_END_REFUSED, SIDE_TARGET},
        {ECONNRESET, HTTPS_END_LOST, SIDE_TARGET},
        {ETIMEDOUT, HTTPS_END_TIMEOUT, SIDE_NETWORK},
        {EHOSTUNREACH, HTTPS_END_UNREACHABLE, SIDE_NETWORK},
        {ENETUNREACH, HTTPS_END_UNREACHABLE, SIDE_NETWORK},
        {EMFILE, HTTPS_END_LOCAL, SIDE_US},
        {ENOMEM, HTTPS_END_LOCAL, SIDE_US},
    };
    const struct ip ip = IP_V4_LOOPBACK;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct https_failure failure = https_connect_failure(cases[i].os_error, &ip, false);

        assert_int_equal(failure.end, cases[i].end);
        assert_int_equal(failure.trouble.side, cases[i].side);
        assert_int_not_equal(failure.trouble.reason, REASON_NONE);
    }
    assert_int_equal(https_stop_failure(HTTPS_END_BUDGET).trouble.reason, REASON_BUDGET);
}

static void test_no_descriptor_is_left(void **state)
{
    struct peer *peer = peer_start(sound, good_ctx, 1);
    struct https_config config = config_of(0);
    const struct https_response *response;
    struct rig rig;

    (void)state;
    rig_begin(&rig, &config);
    socket_error = EMFILE;
    response = get(&rig, peer->port, &peer->ip, 1);
    socket_error = 0;
    assert_int_equal(response->end, HTTPS_END_LOCAL);
    assert_int_equal(response->trouble.reason, REASON_RESOURCES);
    assert_int_equal(response->trouble.side, SIDE_US);
    rig_end(&rig);
    shutdown(peer->listener, SHUT_RDWR);
    peer_free(peer);
}

/* The same failure has another number in another libcurl: a line without end is the server's, memory is ours. */
static void test_numbers_of_libcurl(void **state)
{
    enum { TOO_LARGE = 100 }; /* CURLE_TOO_LARGE, which older ones do not have */
    static const struct {
        int result;
        const struct peer_step *script;
        enum https_end end;
        enum reason reason;
        enum side side;
    } cases[] = {
        {TOO_LARGE, closed, HTTPS_END_HEADERS, REASON_PROTOCOL, SIDE_TARGET},
        {CURLE_OUT_OF_MEMORY, closed, HTTPS_END_HEADERS, REASON_PROTOCOL, SIDE_TARGET},
        {CURLE_OUT_OF_MEMORY, cut, HTTPS_END_LOCAL, REASON_RESOURCES, SIDE_US},
        {CURLE_OUT_OF_MEMORY, plain, HTTPS_END_LOCAL, REASON_RESOURCES, SIDE_US},
    };
    struct https_config config = config_of(0);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct peer *peer = peer_start(cases[i].script, good_ctx, 1);
        const struct https_response *response;
        struct rig rig;

        rig_begin(&rig, &config);
        curl.result = (CURLcode)cases[i].result;
        response = get(&rig, peer->port, &peer->ip, 1);
        curl.result = CURLE_OK;
        assert_int_equal(response->end, cases[i].end);
        assert_int_equal(response->trouble.reason, cases[i].reason);
        assert_int_equal(response->trouble.side, cases[i].side);
        rig_end(&rig);
        peer_free(peer);
    }
}

static void test_libcurl_that_does_not_work_here(void **state)
{
    static const struct {
        CURLMcode moved;
        CURLcode begins;
        const char *made, *why;
    } cases[] = {
        {CURLM_OUT_OF_MEMORY, CURLE_OK, NULL, "memory"},
        {CURLM_INTERNAL_ERROR, CURLE_OK, NULL, "memory"},
        {CURLM_OK, CURLE_FAILED_INIT, NULL, "libraries"},
        {CURLM_OK, CURLE_OK, "GnuTLS/3.7.9", "libraries"}, /* nobody would see the certificates */
        {CURLM_OK, CURLE_OK, "", "libraries"},
    };
    struct https_config config = config_of(0);
    const struct ip ip = IP_V4_LOOPBACK;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct https_response *response;
        struct rig rig;

        rig_begin(&rig, &config);
        curl.moved = cases[i].moved;
        curl.begins = cases[i].begins;
        curl.made = cases[i].made;
        response = get(&rig, 9, &ip, 1);
        curl.moved = CURLM_OK;
        curl.begins = CURLE_OK;
        curl.made = NULL;
        assert_int_equal(response->end, HTTPS_END_LOCAL);
        assert_int_equal(response->trouble.side, SIDE_US);
        assert_int_equal(response->trouble.reason, REASON_RESOURCES);
        assert_non_null(strstr(response->trouble.why, cases[i].why));
        rig_end(&rig);
    }
}

/* It comes from DNS, or from a recording that somebody has edited. */
static void test_what_is_no_url_of_ours(void **state)
{
    static const char *const urls[] = {"http://" HOST "/", "https://", "https://user@" HOST "/", "file:///etc/passwd"};
    struct ip ip = IP_V4_LOOPBACK;
    struct https_config config = config_of(0);
    struct rig rig;

    (void)state;
    rig_begin(&rig, &config);
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct key key = {.kind = EVIDENCE_HTTPS, .name = urls[i], .nth = 1, .addresses = &ip, .address_count = 1};
        const struct evidence *evidence = store_want(rig.store, &key, &rig.waiter, 0, NULL);

        assert_true(evidence->known);
        assert_int_equal(((const struct https_response *)evidence->value)->end, HTTPS_END_NOT_CONTACTED);
    }
    rig_end(&rig);
}

static void test_refused_and_switched_off(void **state)
{
    struct ip closed_ip = {IP_V4, {127, 77, 77, 1}}, ipv6 = {IP_V6, {0x2a}};
    struct https_config config = config_of(0);
    struct rig rig;

    (void)state;
    rig_begin(&rig, &config);
    assert_int_equal(get(&rig, 1, &closed_ip, 1)->end, HTTPS_END_REFUSED);
    rig_end(&rig);
    config.use_ipv4 = false;
    rig_begin(&rig, &config);
    assert_int_equal(get(&rig, 1, &closed_ip, 1)->end, HTTPS_END_LOCAL);
    rig_end(&rig);
    config.use_ipv4 = true;
    config.use_ipv6 = false;
    rig_begin(&rig, &config);
    assert_int_equal(get(&rig, 1, &ipv6, 1)->end, HTTPS_END_LOCAL);
    assert_int_equal(get(&rig, 1, &ipv6, 1)->trouble.reason, REASON_NO_IPV6_HERE);
    rig_end(&rig);
    config.source4 = (struct ip){IP_V4, {192, 0, 2, 77}}; /* not this machine's */
    rig_begin(&rig, &config);
    assert_int_equal(get(&rig, 1, &closed_ip, 1)->end, HTTPS_END_LOCAL);
    rig_end(&rig);
    config.source4 = (struct ip){.family = IP_NONE};
    config.ca = "none";
    rig_begin(&rig, &config);
    assert_int_equal(get(&rig, 1, &closed_ip, 1)->end, HTTPS_END_LOCAL);
    rig_end(&rig);
}

/* ---- what the environment would like ---- */

static void test_the_environment_is_not_asked(void **state)
{
    static const char *const proxies[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
    char home[] = "/tmp/mailready-home-XXXXXX", path[64], keys[64];
    struct peer *peer = peer_start(sound, good_ctx, 1);
    struct https_config config = config_of(0);
    struct rig rig;
    FILE *netrc;

    (void)state;
    assert_non_null(mkdtemp(home));
    snprintf(path, sizeof path, "%s/.netrc", home);
    snprintf(keys, sizeof keys, "%s/keys", home);
    netrc = fopen(path, "w");
    assert_non_null(netrc);
    fputs("machine " HOST " login secret password secret\ndefault login secret password secret\n", netrc);
    fclose(netrc);
    setenv("HOME", home, 1);
    setenv("SSLKEYLOGFILE", keys, 1);
    for (size_t i = 0; i < sizeof proxies / sizeof *proxies; i++)
        setenv(proxies[i], "http://127.77.77.1:9/", 1);
    rig_begin(&rig, &config);
    assert_int_equal(get(&rig, peer->port, &peer->ip, 1)->end, HTTPS_END_OK);
    rig_end(&rig);
    peer_join(peer);
    assert_non_null(strstr(peer->heard, "GET /.well-known/mta-sts.txt HTTP/1.1\n"));
    assert_non_null(strstr(peer->heard, "Host: " HOST ":"));
    assert_non_null(strstr(peer->heard, "User-Agent: mailready/"));
    assert_non_null(strstr(peer->heard, "(+https://mailready.example/)\n"));
    assert_null(strstr(peer->heard, "Authorization"));
    assert_null(strstr(peer->heard, "Accept-Encoding"));
    assert_null(strstr(peer->heard, "CONNECT"));
    peer_free(peer);
    for (size_t i = 0; i < sizeof proxies / sizeof *proxies; i++)
        unsetenv(proxies[i]);
    unsetenv("SSLKEYLOGFILE");
    assert_int_equal(access(keys, F_OK), -1);
    remove(path);
    remove(home);
}

/* ---- lives ---- */

static void test_each_key_has_its_own_connection(void **state)
{
    static const struct peer_step keeps_open[] = {
        REQUEST, {SAY, HEADER("Content-Length: 40\r\n") POLICY, 0}, {HOLD, 0, 0}};
    struct peer *peer = peer_start(keeps_open, good_ctx, 2);
    struct https_config config = config_of(0);
    struct key key = {
        .kind = EVIDENCE_HTTPS, .nth = 1, .addresses = &peer->ip, .address_count = 1, .body_max = HTTPS_POLICY_BYTES};
    struct evidence *evidence[2];
    char url[128];
    struct rig rig;

    (void)state;
    rig_begin(&rig, &config);
    for (int i = 0; i < 2; i++) {
        snprintf(url, sizeof url, "https://" HOST ":%u/%d", (unsigned)peer->port, i);
        key.name = url;
        evidence[i] = store_want(rig.store, &key, &rig.waiter, 0, NULL);
    }
    while (!evidence[0]->known || !evidence[1]->known)
        loop_run(rig.loop);
    rig_end(&rig);
    peer_join(peer);
    assert_int_equal(peer->visits, 2);
    assert_false(peer->crowded);
    assert_true(peer->opened_ms[1] - peer->closed_ms[0] >= HTTPS_INTERVAL_MS - 10);
    peer_free(peer);
}

/* An audit that ends takes back what has not begun: no connection is made for it. */
static void test_forgone(void **state)
{
    struct peer *peer = peer_start(sound, good_ctx, 1);
    struct https_config config = config_of(0);
    struct key key = {.kind = EVIDENCE_HTTPS,
                      .name = "https://" HOST "/other",
                      .nth = 1,
                      .addresses = &peer->ip,
                      .address_count = 1,
                      .body_max = HTTPS_POLICY_BYTES};
    struct waiter audit = {.number = 2, .wake = wake};
    struct evidence *forgone;
    struct rig rig;

    (void)state;
    rig_begin(&rig, &config);
    forgone = store_want(rig.store, &key, &audit, 0, NULL);
    assert_non_null(forgone->turn);
    store_unpin_all(&audit);
    assert_true(forgone->known);
    assert_int_equal(((const struct https_response *)forgone->value)->end, HTTPS_END_BUDGET);
    assert_int_equal(get(&rig, peer->port, &peer->ip, 1)->end, HTTPS_END_OK);
    rig_end(&rig);
    peer_join(peer);
    assert_int_equal(peer->visits, 1);
    peer_free(peer);
}

static void test_two_collectors_side_by_side(void **state)
{
    struct peer *peers[2] = {peer_start(sound, good_ctx, 1), peer_start(sound, good_ctx, 1)};
    struct https_config config = config_of(0);
    struct rig rigs[2];

    (void)state;
    rig_begin(&rigs[0], &config);
    rig_begin(&rigs[1], &config);
    assert_int_equal(get(&rigs[0], peers[0]->port, &peers[0]->ip, 1)->end, HTTPS_END_OK);
    rig_end(&rigs[0]);
    assert_int_equal(get(&rigs[1], peers[1]->port, &peers[1]->ip, 1)->end, HTTPS_END_OK);
    rig_end(&rigs[1]);
    peer_free(peers[0]);
    peer_free(peers[1]);
}

static void stop(void *arg)
{
    loop_stop(arg);
}

static void test_freed_in_the_middle(void **state)
{
    static const int moments_ms[] = {0, 1, 30, 120};
    struct https_config config = config_of(0);

    (void)state;
    for (size_t i = 0; i < sizeof moments_ms / sizeof *moments_ms; i++) {
        struct peer *peer = peer_start(mute, good_ctx, 1);
        struct rig rig;
        struct task *task;

        rig_begin(&rig, &config);
        task = task_new(rig.loop, stop, rig.loop);
        want(&rig, peer->port, &peer->ip, 1);
        if (moments_ms[i]) {
            task_schedule_at(task, loop_now_ms(rig.loop) + moments_ms[i]);
            loop_run(rig.loop);
        }
        task_free(task);
        rig_end(&rig);
        if (!moments_ms[i]) { /* nobody came: let the peer go */
            struct sockaddr_storage address;
            socklen_t size = ip_to_sockaddr(&peer->ip, peer->port, &address);
            int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

            assert_int_equal(connect(fd, (struct sockaddr *)&address, size), 0);
            close(fd);
        }
        peer_free(peer);
    }
}

/* ---- texts ---- */

static void test_urls(void **state)
{
    static const struct {
        const char *text, *host, *path;
        unsigned port;
    } cases[] = {
        {"https://example.org/", "example.org", "/", 443},
        {"https://mta-sts.example.org/.well-known/mta-sts.txt", "mta-sts.example.org", "/.well-known/mta-sts.txt", 443},
        {"https://example.org:8443/Logo.svg?v=1&w=2", "example.org", "/Logo.svg?v=1&w=2", 8443},
        {"https://a_b.example.org/", "a_b.example.org", "/", 443},
        {"http://example.org/", NULL, NULL, 0},
        {"HTTPS://example.org/", NULL, NULL, 0},
        {"https://EXAMPLE.org/", NULL, NULL, 0},
        {"https://example.org", NULL, NULL, 0},
        {"https:///path", NULL, NULL, 0},
        {"https://127.0.0.1/", NULL, NULL, 0},
        {"https://[::1]/", NULL, NULL, 0},
        {"https://2130706433/", NULL, NULL, 0},
        {"https://localhost/", NULL, NULL, 0},
        {"https://user@example.org/", NULL, NULL, 0},
        {"https://example.org@127.0.0.1/", NULL, NULL, 0},
        {"https://example.org:0/", NULL, NULL, 0},
        {"https://example.org:65536/", NULL, NULL, 0},
        {"https://example.org:443:443/", NULL, NULL, 0},
        {"https://example.org:/", NULL, NULL, 0},
        {"https://example.org:+1/", NULL, NULL, 0},
        {"https://example.org/#2", NULL, NULL, 0},
        {"https://example.org/a b", NULL, NULL, 0},
        {"https://example.org/\\", NULL, NULL, 0},
        {"https://example.org/\n", NULL, NULL, 0},
        {"https://example.org/\xc3\xa9", NULL, NULL, 0},
        {"file:///etc/passwd", NULL, NULL, 0},
        {"", NULL, NULL, 0},
    };
    struct arena *arena = arena_new(1 << 16);
    char long_url[URL_MAX + 2] = "https://example.org/";
    struct url url;
    struct key key;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool parsed = url_parse(arena, cases[i].text, &url);

        if (parsed != (cases[i].host != NULL))
            fail_msg("%s: %s", cases[i].text, parsed ? "accepted" : "refused");
        if (!strchr(cases[i].text, '#')) /* which has a meaning in keys */
            assert_int_equal(key_parse(arena, str_printf(arena, "https:%s", cases[i].text), &key), parsed);
        if (!parsed)
            continue;
        assert_string_equal(url.host, cases[i].host);
        assert_string_equal(url.path, cases[i].path);
        assert_int_equal(url.port, cases[i].port);
        assert_string_equal(key.name, cases[i].text);
    }
    memset(long_url + strlen(long_url), 'x', sizeof long_url - 1 - strlen(long_url));
    assert_false(url_parse(arena, long_url, &url));
    long_url[URL_MAX] = '\0';
    assert_true(url_parse(arena, long_url, &url));
    assert_true(key_parse(arena, "https:https://example.org/Logo.svg#2", &key));
    assert_int_equal(key.nth, 2);
    assert_string_equal(key_text(arena, &key), "https:https://example.org/Logo.svg#2");
    arena_free(arena);
}

static void test_fields(void **state)
{
    struct str block = str_of("HTTP/1.1 200 OK\r\nDate:  now \t\r\ndate: then\r\nEmpty:\r\nDated: no\r\nLast: end");

    (void)state;
    assert_true(is(https_field(block, "date"), "now"));
    assert_true(is(https_field(block, "DATE"), "now"));
    assert_true(is(https_field(block, "empty"), ""));
    assert_true(is(https_field(block, "last"), "end"));
    assert_true(is(https_field(block, "dat"), NULL));
    assert_true(is(https_field((struct str){NULL, 0}, "date"), NULL));
}

/* ---- certificates ---- */

static struct issued expire(struct issued issued)
{
    X509_gmtime_adj(X509_getm_notAfter(issued.cert), -3600);
    X509_sign(issued.cert, ca.key, EVP_sha256());
    return issued;
}

static int begin(void **state)
{
    (void)state;
    ca = issue("Test CA", NULL, NULL, NULL);
    good = issue(HOST, "DNS:" HOST, NULL, &ca);
    other = issue(HOST, "DNS:www.example.org", NULL, &ca); /* the common name does not count */
    selfsigned = issue(HOST, "DNS:" HOST, NULL, NULL);
    expired = expire(issue(HOST, "DNS:" HOST, NULL, &ca));
    other_expired = expire(issue("other", "DNS:other.example.org", NULL, &ca));
    good_ctx = credentials_of(&good, NULL, 0);
    other_ctx = credentials_of(&other, NULL, 0);
    selfsigned_ctx = credentials_of(&selfsigned, NULL, 0);
    expired_ctx = credentials_of(&expired, NULL, 0);
    other_expired_ctx = credentials_of(&other_expired, NULL, 0);
    ca_pem = pem_of(ca.cert);
    return ca_pem ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    free(ca_pem);
    SSL_CTX_free(good_ctx);
    SSL_CTX_free(other_ctx);
    SSL_CTX_free(selfsigned_ctx);
    SSL_CTX_free(expired_ctx);
    SSL_CTX_free(other_expired_ctx);
    issued_free(&good);
    issued_free(&other);
    issued_free(&selfsigned);
    issued_free(&expired);
    issued_free(&other_expired);
    issued_free(&ca);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_servers),
        cmocka_unit_test(test_lost_connections),
        cmocka_unit_test(test_fields_of_a_response),
        cmocka_unit_test(test_certificates_are_evidence),
        cmocka_unit_test(test_date_behind_an_expired_certificate),
        cmocka_unit_test(test_special_addresses_are_not_contacted),
        cmocka_unit_test(test_only_allowed_addresses_of_several),
        cmocka_unit_test(test_second_address_when_the_first_refuses),
        cmocka_unit_test(test_second_address_when_the_first_is_out_of_reach),
        cmocka_unit_test(test_second_address_while_the_first_is_silent),
        cmocka_unit_test(test_connect_failures),
        cmocka_unit_test(test_no_descriptor_is_left),
        cmocka_unit_test(test_numbers_of_libcurl),
        cmocka_unit_test(test_libcurl_that_does_not_work_here),
        cmocka_unit_test(test_what_is_no_url_of_ours),
        cmocka_unit_test(test_refused_and_switched_off),
        cmocka_unit_test(test_the_environment_is_not_asked),
        cmocka_unit_test(test_each_key_has_its_own_connection),
        cmocka_unit_test(test_forgone),
        cmocka_unit_test(test_two_collectors_side_by_side),
        cmocka_unit_test(test_freed_in_the_middle),
        cmocka_unit_test(test_urls),
        cmocka_unit_test(test_fields),
    };

    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, begin, end);
}
