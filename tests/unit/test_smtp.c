/* The SMTP collector against scripted peers: what it sends, how it ends, what it keeps (threats.md S3-S11, T8).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>

#include "core/base/limits.h"
#include "core/base/loop.h"
#include "core/collect/smtp/smtp.h"
#include "core/facts/evidence.h"
#include "tests/unit/peer.h"
#include "tests/unit/smtp_rig.h"

enum { SHORT_MS = 2000, SETTLED_MS = SMTP_REPLY_MS / 2 };

/* ---- credentials ---- */

static struct issued authority, leaf;
static SSL_CTX *credentials;
static char *ca; /* PEM */

static int make_credentials(void **state)
{
    (void)state;
    authority = issue("Test Authority", NULL, NULL, NULL);
    leaf = issue("mx", "DNS:mx.example.org,DNS:*.wild.example.org", NULL, &authority);
    credentials = credentials_of(&leaf, NULL, 0);
    ca = pem_of(authority.cert);
    return ca ? 0 : -1;
}

static int drop_credentials(void **state)
{
    (void)state;
    SSL_CTX_free(credentials);
    issued_free(&leaf);
    issued_free(&authority);
    free(ca);
    return 0;
}

/* ---- sessions, each with the commands that the peer must have seen ---- */

struct scene {
    const char *name;
    struct peer_step script[14];
    enum smtp_end end;
    enum smtp_state state;
    const char *heard;
    int64_t session_ms; /* 0: as usual */
    unsigned violations;
};

#define HEARD_EHLO "EHLO probe.example.net\n"
#define TO_SECURED TO_STARTTLS, {SAY, "220 go\r\n", 0}, {SECURE, 0, 0}
#define TEN_TIMES(text) text text text text text text text text text text
#define LONG_INJECTION TEN_TIMES(TEN_TIMES("250-evil evil evil evil evil\r\n")) /* more than is kept of it */
#define HEARD_TLS HEARD_EHLO "STARTTLS\n<tls>\n" HEARD_EHLO

/* clang-format off */
static const struct scene scenes[] = {
    /* to the end */
    {"plain", {{SAY, "220-mx\r\n220 ESMTP\r\n", 0}, {HEAR, 0, 0}, {SAY, EHLO_PLAIN, 0}, FAREWELL},
     SMTP_END_OK, SMTP_QUIT, HEARD_EHLO "QUIT\n<end>\n", 0, 0},
    {"STARTTLS", {TO_TLS, {SAY, EHLO_PLAIN, 0}, FAREWELL},
     SMTP_END_OK, SMTP_QUIT, HEARD_TLS "QUIT\n<end>\n", 0, 0},
    {"bare LF", {{SAY, "220 mx\n", 0}, {HEAR, 0, 0}, {SAY, "250 mx\n", 0}, FAREWELL},
     SMTP_END_OK, SMTP_QUIT, HEARD_EHLO "QUIT\n<end>\n", 0, SMTP_BARE_LF},
    {"EHLO unknown", {{SAY, "220 mx\r\n", 0}, {HEAR, 0, 0}, {SAY, "500 what\r\n", 0}, {HEAR, 0, 0}, {SAY, "250 mx\r\n", 0}, FAREWELL},
     SMTP_END_OK, SMTP_QUIT, HEARD_EHLO "HELO probe.example.net\nQUIT\n<end>\n", 0, 0},
    {"greeting in pieces, with a pause before the last line",
     {{SAY, "220-te", 0}, {PAUSE, 0, 50}, {SAY, "aser\r\n", 0}, {PAUSE, 0, 150}, {SAY, "220 mx\r", 0}, {PAUSE, 0, 20}, {SAY, "\n", 0}, {HEAR, 0, 0}, {SAY, EHLO_PLAIN, 0}, FAREWELL},
     SMTP_END_OK, SMTP_QUIT, HEARD_EHLO "QUIT\n<end>\n", 0, 0},
    {"refusal behind a teaser", {{SAY, "220-mx\r\n", 0}, {PAUSE, 0, 100}, {SAY, "521 no\r\n", 0}, FAREWELL}, SMTP_END_OK, SMTP_QUIT, "QUIT\n<end>\n", 0, 0},
    {"250 to QUIT inside TLS", {TO_TLS, {SAY, EHLO_PLAIN, 0}, {HEAR, 0, 0}, {SAY, "250 bye\r\n", 0}},
     SMTP_END_OK, SMTP_QUIT, HEARD_TLS "QUIT\n<end>\n", 0, 0},
    {"no reply to QUIT inside TLS", {TO_TLS, {SAY, EHLO_PLAIN, 0}, {HEAR, 0, 0}, {HOLD, 0, 0}},
     SMTP_END_OK, SMTP_QUIT, HEARD_TLS "QUIT\n<end>\n", 0, 0},
    {"TLS reset at QUIT", {TO_TLS, {SAY, EHLO_PLAIN, 0}, {HEAR, 0, 0}, {RESET, 0, 0}},
     SMTP_END_OK, SMTP_QUIT, HEARD_TLS "QUIT\n", 0, 0},
    {"no reply to QUIT", {{SAY, "220 mx\r\n", 0}, {HEAR, 0, 0}, {SAY, EHLO_PLAIN, 0}, {HEAR, 0, 0}, {HOLD, 0, 0}},
     SMTP_END_OK, SMTP_QUIT, HEARD_EHLO "QUIT\n<end>\n", 0, 0},
    {"reset at QUIT", {{SAY, "220 mx\r\n", 0}, {HEAR, 0, 0}, {SAY, EHLO_PLAIN, 0}, {HEAR, 0, 0}, {RESET, 0, 0}},
     SMTP_END_OK, SMTP_QUIT, HEARD_EHLO "QUIT\n", 0, 0},
    {"a farewell in pieces", {TO_TLS, {SAY, EHLO_PLAIN, 0}, {HEAR, 0, 0}, {SAY, "221 b", 0}, {PAUSE, 0, 50}, {SAY, "ye\r\n", 0}},
     SMTP_END_OK, SMTP_QUIT, HEARD_TLS "QUIT\n<end>\n", 0, 0},
    {"TLS closed at QUIT", {TO_TLS, {SAY, EHLO_PLAIN, 0}, {HEAR, 0, 0}, {CLOSE, 0, 0}},
     SMTP_END_OK, SMTP_QUIT, HEARD_TLS "QUIT\n", 0, 0},

    /* closed, reset, silent: each at each state */
    {"closed at greeting", {{SAY, "220-m", 0}, {CLOSE, 0, 0}}, SMTP_END_CLOSED, SMTP_GREETING, "", 0, 0},
    {"closed at EHLO", {{SAY, "220 mx\r\n", 0}, {HEAR, 0, 0}, {CLOSE, 0, 0}}, SMTP_END_CLOSED, SMTP_EHLO, HEARD_EHLO, 0, 0},
    {"closed at HELO", {{SAY, "220 mx\r\n", 0}, {HEAR, 0, 0}, {SAY, "502 no\r\n", 0}, {HEAR, 0, 0}, {CLOSE, 0, 0}},
     SMTP_END_CLOSED, SMTP_HELO, HEARD_EHLO "HELO probe.example.net\n", 0, 0},
    {"closed at STARTTLS", {TO_STARTTLS, {CLOSE, 0, 0}}, SMTP_END_CLOSED, SMTP_STARTTLS, HEARD_EHLO "STARTTLS\n", 0, 0},
    {"closed in the handshake", {TO_STARTTLS, {SAY, "220 go\r\n", 0}, {SWALLOW, 0, 0}, {CLOSE, 0, 0}},
     SMTP_END_CLOSED, SMTP_HANDSHAKE, HEARD_EHLO "STARTTLS\n", 0, 0},
    {"closed at EHLO over TLS", {TO_TLS, {CLOSE, 0, 0}}, SMTP_END_CLOSED, SMTP_EHLO_TLS, HEARD_TLS, 0, 0},
    {"reset at greeting", {{SAY, "220-m", 0}, {PAUSE, 0, 300}, {RESET, 0, 0}}, SMTP_END_RESET, SMTP_GREETING, "", 0, 0},
    {"reset at EHLO", {{SAY, "220 mx\r\n", 0}, {HEAR, 0, 0}, {RESET, 0, 0}}, SMTP_END_RESET, SMTP_EHLO, HEARD_EHLO, 0, 0},
    {"reset at HELO", {{SAY, "220 mx\r\n", 0}, {HEAR, 0, 0}, {SAY, "502 no\r\n", 0}, {HEAR, 0, 0}, {RESET, 0, 0}},
     SMTP_END_RESET, SMTP_HELO, HEARD_EHLO "HELO probe.example.net\n", 0, 0},
    {"reset at STARTTLS", {TO_STARTTLS, {RESET, 0, 0}}, SMTP_END_RESET, SMTP_STARTTLS, HEARD_EHLO "STARTTLS\n", 0, 0},
    {"reset in the handshake", {TO_STARTTLS, {SAY, "220 go\r\n", 0}, {SWALLOW, 0, 0}, {RESET, 0, 0}},
     SMTP_END_RESET, SMTP_HANDSHAKE, HEARD_EHLO "STARTTLS\n", 0, 0},
    {"reset at EHLO over TLS", {TO_TLS, {RESET, 0, 0}}, SMTP_END_RESET, SMTP_EHLO_TLS, HEARD_TLS, 0, 0},
    {"silent at greeting", {{HOLD, 0, 0}}, SMTP_END_TIMEOUT, SMTP_GREETING, "<end>\n", SHORT_MS, 0},
    {"silent at EHLO", {{SAY, "220 mx\r\n", 0}, {HOLD, 0, 0}}, SMTP_END_TIMEOUT, SMTP_EHLO, HEARD_EHLO "<end>\n", SHORT_MS, 0},
    {"silent at HELO", {{SAY, "220 mx\r\n", 0}, {HEAR, 0, 0}, {SAY, "502 no\r\n", 0}, {HOLD, 0, 0}},
     SMTP_END_TIMEOUT, SMTP_HELO, HEARD_EHLO "HELO probe.example.net\n<end>\n", SHORT_MS, 0},
    {"silent at STARTTLS", {TO_STARTTLS, {HOLD, 0, 0}}, SMTP_END_TIMEOUT, SMTP_STARTTLS, HEARD_EHLO "STARTTLS\n<end>\n", SHORT_MS, 0},
    {"silent in the handshake", {TO_STARTTLS, {SAY, "220 go\r\n", 0}, {HOLD, 0, 0}},
     SMTP_END_TIMEOUT, SMTP_HANDSHAKE, 0, SHORT_MS, 0},
    {"silent at EHLO over TLS", {TO_TLS, {HOLD, 0, 0}}, SMTP_END_TIMEOUT, SMTP_EHLO_TLS, HEARD_TLS "<end>\n", SHORT_MS, 0},
    {"one octet at a time", {{DRIP, "220-and so on\r\n", 40}}, SMTP_END_TIMEOUT, SMTP_GREETING, "", SHORT_MS, 0},
    {"one octet at a time at EHLO", {{SAY, "220 mx\r\n", 0}, {HEAR, 0, 0}, {DRIP, "250-and so on\r\n", 40}},
     SMTP_END_TIMEOUT, SMTP_EHLO, HEARD_EHLO, SHORT_MS, 0},

    /* no SMTP, or too much of it: nothing more is said */
    {"HTTP", {{SAY, "HTTP/1.1 400 Bad Request\r\n", 0}}, SMTP_END_PROTOCOL, SMTP_GREETING, "<end>\n", 0, SMTP_BAD_CODE},
    {"code changes", {{SAY, "220 mx\r\n", 0}, {HEAR, 0, 0}, {SAY, "250-mx\r\n220 x\r\n", 0}},
     SMTP_END_PROTOCOL, SMTP_EHLO, HEARD_EHLO "<end>\n", 0, SMTP_CODE_CHANGES},
    {"endless greeting", {{FLOOD, "220-x\r\n", 0}}, SMTP_END_PROTOCOL, SMTP_GREETING, "", 0, SMTP_TOO_MANY_LINES},
    {"endless line", {{FLOOD, "220-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 0}},
     SMTP_END_PROTOCOL, SMTP_GREETING, "", 0, SMTP_TOO_MANY_BYTES | SMTP_LONG_LINE},
    {"two greetings", {{SAY, "220 mx\r\n220 mx\r\n", 0}}, SMTP_END_PROTOCOL, SMTP_EHLO, "<end>\n", 0, SMTP_UNASKED},
    {"EHLO answered twice", {{SAY, "220 mx\r\n", 0}, {HEAR, 0, 0}, {SAY, EHLO_TLS "250 x\r\n", 0}},
     SMTP_END_PROTOCOL, SMTP_STARTTLS, HEARD_EHLO "<end>\n", 0, SMTP_UNASKED},
    {"answered twice inside TLS", {TO_TLS, {SAY, "250 a\r\n250 b\r\n", 0}, {HOLD, 0, 0}},
     SMTP_END_PROTOCOL, SMTP_QUIT, HEARD_TLS "<end>\n", 0, SMTP_UNASKED},
    {"second greeting inside TLS", {TO_SECURED, {SAY, "220 mx again\r\n", 0}, {HEAR, 0, 0}, {SAY, EHLO_PLAIN, 0}, FAREWELL},
     SMTP_END_PROTOCOL, SMTP_EHLO_TLS, 0, 0, SMTP_UNASKED},
    {"refused inside TLS", {TO_TLS, {SAY, "503 no\r\n", 0}, FAREWELL}, SMTP_END_OK, SMTP_QUIT, HEARD_TLS "QUIT\n<end>\n", 0, 0},
    {"EHLO lines without a code", {{SAY, "220 mx\r\n", 0}, {HEAR, 0, 0}, {SAY, "250-mx\r\nSTARTTLS\r\n250 ok\r\n", 0}},
     SMTP_END_PROTOCOL, SMTP_EHLO, HEARD_EHLO "<end>\n", 0, SMTP_BAD_CODE},

    {"neither space nor hyphen", {{SAY, "220 mx\r\n", 0}, {HEAR, 0, 0}, {SAY, "250_mx\r\n", 0}},
     SMTP_END_PROTOCOL, SMTP_EHLO, HEARD_EHLO "<end>\n", 0, SMTP_BAD_SEPARATOR},
    {"the list of keywords only when QUIT is said",
     {TO_TLS, {SAY, "250 mx\r\n", 0}, {HEAR, 0, 0}, {SAY, EHLO_PLAIN, 0}, {HOLD, 0, 0}},
     SMTP_END_PROTOCOL, SMTP_QUIT, HEARD_TLS "QUIT\n<end>\n", 0, SMTP_UNASKED},

    /* TLS that is none */
    {"injection in the same segment", {TO_STARTTLS, {SAY, "220 go\r\n250-evil\r\n", 0}},
     SMTP_END_INJECTION, SMTP_STARTTLS, HEARD_EHLO "STARTTLS\n<end>\n", 0, 0},
    {"injection in pieces", {TO_STARTTLS, {SAY, "220 go\r\n2", 0}, {PAUSE, 0, 30}, {SAY, "50-evil\r\n", 0}},
     SMTP_END_INJECTION, SMTP_STARTTLS, HEARD_EHLO "STARTTLS\n<end>\n", 0, 0},
    {"injection behind our ClientHello", {TO_STARTTLS, {SAY, "220 go\r\n", 0}, {AWAIT, 0, 0}, {SAY, "250-evil\r\n", 0}, {SECURE, 0, 0}},
     SMTP_END_INJECTION, SMTP_HANDSHAKE, HEARD_EHLO "STARTTLS\n<no tls>\n", 0, 0},
    {"a long injection", {TO_STARTTLS, {SAY, "220 go\r\n", 0}, {AWAIT, 0, 0}, {SAY, LONG_INJECTION, 0}},
     SMTP_END_INJECTION, SMTP_HANDSHAKE, 0, 0, 0},
    {"injection behind our ClientHello, no TLS", {TO_STARTTLS, {SAY, "220 go\r\n", 0}, {AWAIT, 0, 0}, {SAY, "250 evil\r\n", 0}},
     SMTP_END_INJECTION, SMTP_HANDSHAKE, 0, 0, 0},
    {"injected refusal behind our ClientHello", {TO_STARTTLS, {SAY, "220 go\r\n", 0}, {AWAIT, 0, 0}, {SAY, "500 evil\r\n", 0}, {SECURE, 0, 0}},
     SMTP_END_INJECTION, SMTP_HANDSHAKE, 0, 0, 0},
    {"clear text instead of TLS", {TO_STARTTLS, {SAY, "220 go\r\n", 0}, {SWALLOW, 0, 0}, {SAY, "500 what\r\n", 0}},
     SMTP_END_TLS, SMTP_HANDSHAKE, 0, 0, 0},
    {"clear text instead of TLS, then closed", {TO_STARTTLS, {SAY, "220 go\r\n", 0}, {SWALLOW, 0, 0}, {SAY, "what\r\n", 0}, {CLOSE, 0, 0}},
     SMTP_END_TLS, SMTP_HANDSHAKE, 0, 0, 0},
    {"a flood of clear text instead of TLS", {TO_STARTTLS, {SAY, "220 go\r\n", 0}, {SWALLOW, 0, 0}, {FLOOD, "500 what\r\n", 0}},
     SMTP_END_TLS, SMTP_HANDSHAKE, 0, 0, 0},
    {"garbage instead of TLS", {TO_STARTTLS, {SAY, "220 go\r\n", 0}, {SWALLOW, 0, 0}, {SAY, "\x01\x02\x03\x04\x05\x06\x07", 0}},
     SMTP_END_TLS, SMTP_HANDSHAKE, 0, 0, 0},
    {"TLS then garbage", {TO_STARTTLS, {SAY, "220 go\r\n", 0}, {SWALLOW, 0, 0}, {SAY, "\x16\x03\x03\x01\x01garbage", 0}, {SAY, "\x16\x03", 0}, {HOLD, 0, 0}},
     SMTP_END_TIMEOUT, SMTP_HANDSHAKE, 0, SHORT_MS, 0},
    {"flood inside TLS", {TO_TLS, {FLOOD, "250-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 0}},
     SMTP_END_PROTOCOL, SMTP_EHLO_TLS, 0, 0, SMTP_TOO_MANY_BYTES | SMTP_LONG_LINE},
};
/* clang-format on */

enum { SCENES = sizeof scenes / sizeof *scenes };

static void check_scene(const struct scene *scene, const struct smtp_session *session, struct peer *peer)
{
    bool ok = session->end == SMTP_END_OK;

    peer_join(peer);
    if (session->end != scene->end || session->state != scene->state || session->violations != scene->violations ||
        (scene->heard && strcmp(peer->heard, scene->heard) != 0))
        fail_msg("%s: %s in %s, violations %x, %s; heard:\n%s", scene->name, smtp_end_name(session->end),
                 smtp_state_name(session->state), session->violations, ok ? "" : session->trouble.why, peer->heard);
    assert_int_equal(ok, session->trouble.reason == REASON_NONE);
    assert_int_equal(session->end == SMTP_END_INJECTION, session->injected.len > 0);
    if (session->tls && !session->tls->established)
        assert_non_null(session->tls->error);
    assert_true(session->state != SMTP_HANDSHAKE || session->tls);
    assert_true(session->connect_ms >= 0 && session->total_ms >= session->connect_ms);
    assert_int_equal(session->our_ip.family, IP_V4);
}

/* All scenes at once that have the same deadline. */
static void play(int64_t session_ms)
{
    struct smtp_config config = config_of(session_ms);
    struct rig rig = rig_new(&config);
    struct peer *peers[SCENES] = {NULL};
    struct evidence *evidence[SCENES];

    for (size_t i = 0; i < SCENES; i++) {
        if (scenes[i].session_ms != session_ms)
            continue;
        peers[i] = peer_start(scenes[i].script, credentials, 1);
        evidence[i] = want_peer(&rig, peers[i]);
        assert_false(evidence[i]->known);
    }
    assert_false(smtp_is_idle(rig.smtp));
    loop_run(rig.loop); /* ends because nothing is left to wait for */
    assert_true(smtp_is_idle(rig.smtp));
    for (size_t i = 0; i < SCENES; i++)
        if (peers[i])
            check_scene(&scenes[i], session_of(evidence[i]), peers[i]);
    rig_free(&rig);
    for (size_t i = 0; i < SCENES; i++)
        if (peers[i])
            peer_free(peers[i]);
}

static void test_scenes(void **state)
{
    (void)state;
    play(0);
}

static void test_scenes_with_a_deadline(void **state)
{
    (void)state;
    play(SHORT_MS);
}

/* ---- S11: every state and every class of reply ---- */

static const struct stage {
    enum smtp_state state;
    struct peer_step before[8];
    size_t before_count;
    const char *heard;
} stages[] = {
    {SMTP_GREETING, {{END, 0, 0}}, 0, ""},
    {SMTP_EHLO, {{SAY, "220 mx\r\n", 0}, {HEAR, 0, 0}}, 2, HEARD_EHLO},
    {SMTP_HELO,
     {{SAY, "220 mx\r\n", 0}, {HEAR, 0, 0}, {SAY, "500 mx\r\n", 0}, {HEAR, 0, 0}},
     4,
     HEARD_EHLO "HELO probe.example.net\n"},
    {SMTP_STARTTLS, {TO_STARTTLS}, 4, HEARD_EHLO "STARTTLS\n"},
    {SMTP_EHLO_TLS, {TO_TLS}, 7, HEARD_TLS},
    {SMTP_QUIT, {{SAY, "220 mx\r\n", 0}, {HEAR, 0, 0}, {SAY, "250 mx\r\n", 0}, {HEAR, 0, 0}}, 4, HEARD_EHLO "QUIT\n"},
};

static const char *const replies[] = {
    "200 x\r\n", "211 x\r\n", "220 x\r\n", "221 x\r\n", "250 x\r\n", "299 x\r\n", "354 x\r\n", "421 x\r\n",
    "450 x\r\n", "454 x\r\n", "500 x\r\n", "502 x\r\n", "521 x\r\n", "554 x\r\n", "599 x\r\n",
};

enum { STAGES = sizeof stages / sizeof *stages, REPLIES = sizeof replies / sizeof *replies };

/* A reply that none to EHLO is: the server speaks by itself, and is left. */
static bool is_unasked(enum smtp_state state, const char *reply)
{
    return state == SMTP_EHLO_TLS && *reply < '4' && strncmp(reply, "250", 3) != 0;
}

/* What is said after a reply to a peer that refuses everything from there on; NULL: the handshake begins, for which
 * there are scenes. */
static const char *said_after(enum smtp_state state, const char *reply)
{
    if (state == SMTP_GREETING && strncmp(reply, "220", 3) == 0)
        return HEARD_EHLO "HELO probe.example.net\nQUIT\n<end>\n";
    if (state == SMTP_EHLO && *reply == '5')
        return "HELO probe.example.net\nQUIT\n<end>\n";
    if (state == SMTP_STARTTLS && strncmp(reply, "220", 3) == 0)
        return NULL;
    return state == SMTP_QUIT || is_unasked(state, reply) ? "<end>\n" : "QUIT\n<end>\n";
}

static struct peer *start_stage(const struct stage *stage, const char *reply, struct peer_step *script)
{
    struct peer_step *at = script;

    memcpy(at, stage->before, stage->before_count * sizeof *at);
    at += stage->before_count;
    *at++ = (struct peer_step){SAY, reply, 0};
    for (int k = 0; k < 4; k++) {
        *at++ = (struct peer_step){HEAR, NULL, 0};
        *at++ = (struct peer_step){SAY, "500 x\r\n", 0};
    }
    return peer_start(script, credentials, 1);
}

static void check_stage(const struct stage *stage, const char *reply, const struct smtp_session *session,
                        struct peer *peer)
{
    size_t before = strlen(stage->heard);

    peer_join(peer);
    if (session->end != (is_unasked(stage->state, reply) ? SMTP_END_PROTOCOL : SMTP_END_OK) ||
        session->total_ms > SETTLED_MS || strncmp(peer->heard, stage->heard, before) != 0 ||
        strcmp(peer->heard + before, said_after(stage->state, reply)) != 0)
        fail_msg("%s answered with %s: %s in %s after %d ms; heard:\n%s", smtp_state_name(stage->state), reply,
                 smtp_end_name(session->end), smtp_state_name(session->state), (int)session->total_ms, peer->heard);
}

/* There is a next state always, and the session ends by itself, long before any deadline. */
static void test_every_state_and_reply_class(void **state)
{
    static struct peer_step scripts[STAGES * REPLIES][20];
    struct peer *peers[STAGES * REPLIES] = {NULL};
    struct evidence *evidence[STAGES * REPLIES];
    struct smtp_config config = config_of(0);
    struct rig rig = rig_new(&config);

    (void)state;
    for (size_t i = 0; i < STAGES * REPLIES; i++) {
        if (!said_after(stages[i / REPLIES].state, replies[i % REPLIES]))
            continue;
        peers[i] = start_stage(&stages[i / REPLIES], replies[i % REPLIES], scripts[i]);
        evidence[i] = want_peer(&rig, peers[i]);
    }
    loop_run(rig.loop);
    for (size_t i = 0; i < STAGES * REPLIES; i++)
        if (peers[i])
            check_stage(&stages[i / REPLIES], replies[i % REPLIES], session_of(evidence[i]), peers[i]);
    rig_free(&rig);
    for (size_t i = 0; i < STAGES * REPLIES; i++)
        if (peers[i])
            peer_free(peers[i]);
}

/* Small records: each reply stays within its own caps, what comes over the wire does not. */
static void test_session_bytes(void **state)
{
    static const struct peer_step script[] = {TO_TLS, {SAY, "250-", 0}, {FLOOD, "x", 0}, {END, 0, 0}};
    struct peer *peer = peer_start(script, credentials, 1);
    struct smtp_config config = config_of(0);
    struct rig rig = rig_new(&config);
    struct evidence *evidence = want_peer(&rig, peer);

    (void)state;
    loop_run(rig.loop);
    assert_int_equal(session_of(evidence)->end, SMTP_END_PROTOCOL);
    assert_int_equal(session_of(evidence)->violations, SMTP_TOO_MANY_BYTES | SMTP_LONG_LINE);
    assert_int_equal(session_of(evidence)->ehlo_tls.violations, SMTP_LONG_LINE); /* not the reply's own cap */
    assert_int_equal(session_of(evidence)->ehlo_tls.line_count, 1);
    rig_free(&rig);
    peer_free(peer);
}

/* What is said unasked inside TLS may look like the reply to EHLO,
 * and come before or behind it.  It is never taken for it. */
static void test_reply_ahead_inside_tls(void **state)
{
    static const struct peer_step script[] = {TO_SECURED,   {SAY, "250-mx\r\n250 PIPELINING\r\n", 0},
                                              {HEAR, 0, 0}, {SAY, EHLO_PLAIN, 0},
                                              FAREWELL,     {END, 0, 0}};
    struct peer *peer = peer_start(script, credentials, 1);
    struct smtp_config config = config_of(0);
    struct rig rig = rig_new(&config);
    struct evidence *evidence = want_peer(&rig, peer);
    const struct smtp_session *s;

    (void)state;
    loop_run(rig.loop);
    s = session_of(evidence);
    assert_int_equal(s->end, SMTP_END_PROTOCOL);
    assert_int_equal(s->violations, SMTP_UNASKED);
    assert_int_equal(s->ehlo_tls.code, 0);
    assert_true(s->unasked.line_count > 0);
    assert_true(s->tls && s->tls->established);
    rig_free(&rig);
    peer_free(peer);
}

/* How a reply came shows a tarpit. */
static void test_reads_are_counted(void **state)
{
    static const struct peer_step script[] = {{SAY, "22", 0},       {PAUSE, 0, 60},    {SAY, "0 m", 0},
                                              {PAUSE, 0, 60},       {SAY, "x\r\n", 0}, {HEAR, 0, 0},
                                              {SAY, EHLO_PLAIN, 0}, FAREWELL,          {END, 0, 0}};
    struct peer *peer = peer_start(script, credentials, 1);
    struct smtp_config config = config_of(0);
    struct rig rig = rig_new(&config);
    struct evidence *evidence = want_peer(&rig, peer);

    (void)state;
    loop_run(rig.loop);
    assert_int_equal(session_of(evidence)->greeting.reads, 3);
    assert_int_equal(session_of(evidence)->ehlo.reads, 1);
    rig_free(&rig);
    peer_free(peer);
}

static void test_what_is_kept(void **state)
{
    static const struct peer_step script[] = {{SAY, "220-mx.example.org ESMTP\r\n", 0},
                                              {PAUSE, 0, 30},
                                              {SAY, "220 ready\r\n", 0},
                                              {HEAR, 0, 0},
                                              {SAY, EHLO_TLS, 0},
                                              {HEAR, 0, 0},
                                              {SAY, "220 go\r\n", 0},
                                              {SECURE, 0, 0},
                                              {HEAR, 0, 0},
                                              {SAY, EHLO_PLAIN, 0},
                                              FAREWELL,
                                              {END, 0, 0}};
    struct peer *peer = peer_start(script, credentials, 1);
    struct smtp_config config = config_of(0);
    struct rig rig;
    const struct smtp_session *s;
    struct evidence *evidence;
    unsigned char *der = NULL;
    int size = i2d_X509(leaf.cert, &der);

    (void)state;
    config.ca = ca;
    rig = rig_new(&config);
    evidence = want_peer(&rig, peer);
    loop_run(rig.loop);
    s = session_of(evidence);
    assert_string_equal(s->key, evidence->text);
    assert_string_equal(s->server_name, "mx.example.org");
    assert_string_equal(s->our_name, "probe.example.net");
    assert_int_equal(s->greeting.code, 220);
    assert_int_equal(s->greeting.line_count, 2);
    assert_true(str_equal(smtp_reply_name(&s->greeting), str_of("mx.example.org")));
    assert_true(s->greeting_ms >= 25 && s->greeting.ms >= 25);
    assert_true(smtp_keyword(&s->ehlo, "STARTTLS", NULL));
    assert_int_equal(s->helo.code, 0);
    assert_int_equal(s->starttls.code, 220);
    assert_int_equal(s->ehlo_tls.code, 250);
    assert_false(smtp_keyword(&s->ehlo_tls, "STARTTLS", NULL));
    assert_int_equal(s->quit.code, 0);
    assert_true(s->tls->established);
    assert_null(s->tls->error);
    assert_string_equal(s->tls->protocol, "TLSv1.3");
    assert_int_equal(s->tls->verify_error, X509_V_OK);
    assert_true(s->tls->name_matches);
    assert_int_equal(s->tls->chain_count, 1);
    assert_int_equal(s->tls->chain[0].der.len, size);
    assert_memory_equal(s->tls->chain[0].der.at, der, (size_t)size);
    assert_non_null(s->tls->chain[0].facts);
    assert_ptr_equal(tls_session_leaf(s->tls), s->tls->chain[0].facts);
    OPENSSL_free(der);
    rig_free(&rig);
    peer_free(peer);
}

/* --timeout can give a server more time than RFC 5321 asks for; one that needs none of it is none the worse. */
static void test_all_the_time_in_the_world(void **state)
{
    static const struct peer_step script[] = {
        {SAY, "220 mx\r\n", 0}, {HEAR, 0, 0}, {SAY, EHLO_PLAIN, 0}, FAREWELL, {END, 0, 0}};
    struct peer *peer = peer_start(script, NULL, 1);
    struct smtp_config config = config_of(4 * SMTP_GREETING_MAX_MS);
    struct rig rig = rig_new(&config);
    struct evidence *evidence = want_peer(&rig, peer);

    (void)state;
    loop_run(rig.loop);
    assert_int_equal(session_of(evidence)->end, SMTP_END_OK);
    assert_true(session_of(evidence)->total_ms < SETTLED_MS);
    rig_free(&rig);
    peer_free(peer);
}

static void test_freed_with_sessions_open(void **state)
{
    static const struct peer_step script[] = {TO_STARTTLS, {SAY, "220 go\r\n", 0}, {SECURE, 0, 0}, {END, 0, 0}};
    struct peer *peer = peer_start(script, credentials, 1);
    struct smtp_config config = config_of(0);
    struct rig rig = rig_new(&config);

    (void)state;
    want_peer(&rig, peer);
    want(&rig, EVIDENCE_SMTP, &peer->ip, peer->port, "waits.example.org", 1);
    loop_defer(rig.loop, (void (*)(void *))loop_stop, rig.loop);
    loop_run(rig.loop);
    rig_free(&rig);
    peer_free(peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scenes),
        cmocka_unit_test(test_scenes_with_a_deadline),
        cmocka_unit_test(test_every_state_and_reply_class),
        cmocka_unit_test(test_session_bytes),
        cmocka_unit_test(test_reply_ahead_inside_tls),
        cmocka_unit_test(test_reads_are_counted),
        cmocka_unit_test(test_what_is_kept),
        cmocka_unit_test(test_all_the_time_in_the_world),
        cmocka_unit_test(test_freed_with_sessions_open),
    };

    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, make_credentials, drop_credentials);
}
