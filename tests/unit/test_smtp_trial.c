/* Sessions that an operator asks for with servers of his own: what is sent, what is kept, and what they leave behind.
 * (threats.md S5, T6, A5)
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

enum { SHORT_MS = 2000 };

static struct issued authority, leaf;
static SSL_CTX *modern, *obsolete; /* of servers with every version, and with TLS 1.0 alone */

static int make_credentials(void **state)
{
    (void)state;
    authority = issue("Test Authority", NULL, NULL, NULL);
    leaf = issue("mx", "DNS:mx.example.org", NULL, &authority);
    modern = credentials_of(&leaf, NULL, 0);
    SSL_CTX_set_min_proto_version(modern, TLS1_2_VERSION);
    obsolete = credentials_of(&leaf, NULL, 0);
    SSL_CTX_set_min_proto_version(obsolete, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(obsolete, TLS1_VERSION);
    return 0;
}

static int drop_credentials(void **state)
{
    (void)state;
    SSL_CTX_free(modern);
    SSL_CTX_free(obsolete);
    issued_free(&leaf);
    issued_free(&authority);
    return 0;
}

static struct evidence *want_trial(struct rig *rig, const struct peer *peer, enum smtp_trial trial,
                                   const char *recipient)
{
    struct key key = {.kind = EVIDENCE_SMTP,
                      .name = "mx.example.org",
                      .ip = peer->ip,
                      .port = peer->port,
                      .nth = 1,
                      .trial = trial,
                      .recipient = recipient};

    return store_want(rig->store, &key, NULL, 0, NULL);
}

#define HEARD_EHLO "EHLO probe.example.net\n"
#define HEARD_TLS HEARD_EHLO "STARTTLS\n<tls>\n"
#define HEARD_INJECTED HEARD_EHLO "STARTTLS\nNOOP\n<tls>\n"
#define TO_INJECTED TO_STARTTLS, {HEAR, 0, 0}, {SAY, "220 go\r\n", 0}, {SECURE, 0, 0}
#define RECIPIENT "postmaster@example.org"

/* clang-format off */
static const struct scene {
    const char *name;
    enum smtp_trial trial;
    struct peer_step script[16];
    enum smtp_end end;
    enum smtp_state state;
    const char *heard;
    int code; /* of the reply that the trial is for */
} scenes[] = {
    {"recipient accepted", SMTP_TRIAL_RCPT,
     {{SAY, "220 mx\r\n", 0}, {HEAR, 0, 0}, {SAY, EHLO_PLAIN, 0}, {HEAR, 0, 0}, {SAY, "250 ok\r\n", 0}, {HEAR, 0, 0}, {SAY, "250 ok\r\n", 0}, FAREWELL},
     SMTP_END_OK, SMTP_QUIT, HEARD_EHLO "MAIL FROM:<>\nRCPT TO:<" RECIPIENT ">\nQUIT\n<end>\n", 250},
    {"recipient refused over TLS", SMTP_TRIAL_RCPT,
     {TO_TLS, {SAY, EHLO_PLAIN, 0}, {HEAR, 0, 0}, {SAY, "250 ok\r\n", 0}, {HEAR, 0, 0}, {SAY, "550 no\r\n", 0}, FAREWELL},
     SMTP_END_OK, SMTP_QUIT, HEARD_TLS HEARD_EHLO "MAIL FROM:<>\nRCPT TO:<" RECIPIENT ">\nQUIT\n<end>\n", 550},
    {"empty sender refused", SMTP_TRIAL_RCPT,
     {{SAY, "220 mx\r\n", 0}, {HEAR, 0, 0}, {SAY, EHLO_PLAIN, 0}, {HEAR, 0, 0}, {SAY, "550 no\r\n", 0}, FAREWELL},
     SMTP_END_OK, SMTP_QUIT, HEARD_EHLO "MAIL FROM:<>\nQUIT\n<end>\n", 0},
    {"HELO only", SMTP_TRIAL_RCPT,
     {{SAY, "220 mx\r\n", 0}, {HEAR, 0, 0}, {SAY, "500 what\r\n", 0}, {HEAR, 0, 0}, {SAY, "250 mx\r\n", 0}, {HEAR, 0, 0}, {SAY, "450 later\r\n", 0}, FAREWELL},
     SMTP_END_OK, SMTP_QUIT, HEARD_EHLO "HELO probe.example.net\nMAIL FROM:<>\nQUIT\n<end>\n", 0},
    {"greeted with 554", SMTP_TRIAL_RCPT, {{SAY, "554 no\r\n", 0}, FAREWELL}, SMTP_END_OK, SMTP_QUIT, "QUIT\n<end>\n", 0},
    {"closed at RCPT", SMTP_TRIAL_RCPT,
     {{SAY, "220 mx\r\n", 0}, {HEAR, 0, 0}, {SAY, EHLO_PLAIN, 0}, {HEAR, 0, 0}, {SAY, "250 ok\r\n", 0}, {HEAR, 0, 0}, {CLOSE, 0, 0}},
     SMTP_END_CLOSED, SMTP_RCPT, HEARD_EHLO "MAIL FROM:<>\nRCPT TO:<" RECIPIENT ">\n", 0},

    {"injected command answered", SMTP_TRIAL_INJECTION, {TO_INJECTED, {SAY, "250 ok\r\n", 0}, FAREWELL},
     SMTP_END_OK, SMTP_QUIT, HEARD_INJECTED "QUIT\n<end>\n", 250},
    {"injected command dropped", SMTP_TRIAL_INJECTION, {TO_INJECTED, FAREWELL},
     SMTP_END_OK, SMTP_QUIT, HEARD_INJECTED "QUIT\n<end>\n", 0},
    {"injection refused", SMTP_TRIAL_INJECTION, {TO_STARTTLS, {HEAR, 0, 0}, {SAY, "554 no\r\n", 0}, FAREWELL},
     SMTP_END_OK, SMTP_QUIT, HEARD_EHLO "STARTTLS\nNOOP\nQUIT\n<end>\n", 0},
    {"closed after an injection", SMTP_TRIAL_INJECTION, {TO_INJECTED, {NOTIFY, 0, 0}},
     SMTP_END_CLOSED, SMTP_LISTENING, HEARD_INJECTED, 0},
    {"half an answer", SMTP_TRIAL_INJECTION, {TO_INJECTED, {SAY, "250-", 0}, {HOLD, 0, 0}},
     SMTP_END_OK, SMTP_QUIT, HEARD_INJECTED "QUIT\n<end>\n", 0},

    {"old versions refused", SMTP_TRIAL_OLD_TLS, {TO_STARTTLS, {SAY, "220 go\r\n", 0}, {SECURE, 0, 0}},
     SMTP_END_TLS, SMTP_HANDSHAKE, HEARD_EHLO "STARTTLS\n<no tls>\n", 0},
    {"closed at an old version", SMTP_TRIAL_OLD_TLS, {TO_STARTTLS, {SAY, "220 go\r\n", 0}, {SWALLOW, 0, 0}, {CLOSE, 0, 0}},
     SMTP_END_CLOSED, SMTP_HANDSHAKE, HEARD_EHLO "STARTTLS\n", 0},
};
/* clang-format on */
enum { SCENES = sizeof scenes / sizeof *scenes };

static int code_of(const struct smtp_session *s, enum smtp_trial trial)
{
    return trial == SMTP_TRIAL_RCPT ? s->rcpt.code : trial == SMTP_TRIAL_INJECTION ? s->unasked.code : 0;
}

static void test_scenes(void **state)
{
    struct smtp_config config = config_of(0);
    struct rig rig = rig_new(&config);
    struct evidence *evidence[SCENES];
    struct peer *peers[SCENES];

    (void)state;
    for (size_t i = 0; i < SCENES; i++) {
        peers[i] = peer_start(scenes[i].script, modern, 1);
        evidence[i] = want_trial(&rig, peers[i], scenes[i].trial, RECIPIENT);
    }
    loop_run(rig.loop);
    for (size_t i = 0; i < SCENES; i++) {
        const struct smtp_session *s = session_of(evidence[i]);

        peer_join(peers[i]);
        if (s->end != scenes[i].end || s->state != scenes[i].state || strcmp(peers[i]->heard, scenes[i].heard) != 0 ||
            code_of(s, scenes[i].trial) != scenes[i].code)
            fail_msg("%s: %s in %s, code %d; heard:\n%s", scenes[i].name, smtp_end_name(s->end),
                     smtp_state_name(s->state), code_of(s, scenes[i].trial), peers[i]->heard);
    }
    rig_free(&rig);
    for (size_t i = 0; i < SCENES; i++)
        peer_free(peers[i]);
}

/* A server with TLS 1.0 alone: seen by the trial, and refused as ever by the ordinary sessions around it. */
static void test_old_tls_weakens_nothing(void **state)
{
    static const struct peer_step script[] = {
        TO_STARTTLS, {SAY, "220 go\r\n", 0}, {SECURE, 0, 0}, FAREWELL, {END, 0, 0}};
    struct peer *peers[] = {peer_start(script, obsolete, 1), peer_start(script, obsolete, 1),
                            peer_start(script, obsolete, 1)};
    struct smtp_config config = config_of(0);
    struct rig rig = rig_new(&config);
    const struct smtp_session *s;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct evidence *evidence = want_trial(&rig, peers[i], i == 1 ? SMTP_TRIAL_OLD_TLS : SMTP_TRIAL_NONE, "");

        loop_run(rig.loop); /* one after the other */
        s = session_of(evidence);
        assert_non_null(s->tls);
        assert_int_equal(s->tls->established, i == 1);
        assert_int_equal(s->end, i == 1 ? SMTP_END_OK : SMTP_END_TLS);
        if (i == 1)
            assert_string_equal(s->tls->protocol, "TLSv1");
    }
    rig_free(&rig);
    for (size_t i = 0; i < 3; i++)
        peer_free(peers[i]);
}

/* A recipient that makes no legal command is never sent. */
static void test_recipient_too_long(void **state)
{
    static const struct peer_step script[] = {{SAY, "220 mx\r\n", 0}, {HEAR, 0, 0}, {SAY, EHLO_PLAIN, 0}, {HEAR, 0, 0},
                                              {SAY, "250 ok\r\n", 0}, FAREWELL,     {END, 0, 0}};
    char recipient[600];
    struct peer *peer = peer_start(script, modern, 1);
    struct smtp_config config = config_of(0);
    struct rig rig = rig_new(&config);
    struct evidence *evidence;

    (void)state;
    memset(recipient, 'x', sizeof recipient - 1);
    recipient[sizeof recipient - 1] = '\0';
    evidence = want_trial(&rig, peer, SMTP_TRIAL_RCPT, recipient);
    loop_run(rig.loop);
    peer_join(peer);
    assert_string_equal(peer->heard, HEARD_EHLO "MAIL FROM:<>\nQUIT\n<end>\n");
    assert_int_equal(session_of(evidence)->rcpt.code, 0);
    rig_free(&rig);
    peer_free(peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scenes),
        cmocka_unit_test(test_old_tls_weakens_nothing),
        cmocka_unit_test(test_recipient_too_long),
    };

    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, make_credentials, drop_credentials);
}
