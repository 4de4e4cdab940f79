/* Who is contacted, when, and what a connection that fails means (threats.md C3, C5, C8, H5, A1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/loop.h"
#include "core/collect/smtp/smtp.h"
#include "core/collect/smtp/smtp_end.h"
#include "core/facts/evidence.h"
#include "tests/unit/peer.h"
#include "tests/unit/smtp_rig.h"

/* ---- connecting ---- */

static void test_connect_failures(void **state)
{
    static const struct {
        int os_error;
        enum ip_family family;
        bool at_once, bound;
        enum smtp_end end;
        enum reason reason;
        enum side side;
    } cases[] = {
        {ECONNREFUSED, IP_V4, false, false, SMTP_END_REFUSED, REASON_CONNECTION_LOST, SIDE_TARGET},
        {ECONNREFUSED, IP_V6, true, false, SMTP_END_REFUSED, REASON_CONNECTION_LOST, SIDE_TARGET},
        {ECONNRESET, IP_V4, false, false, SMTP_END_RESET, REASON_CONNECTION_LOST, SIDE_TARGET},
        {ETIMEDOUT, IP_V4, false, false, SMTP_END_TIMEOUT, REASON_TIMEOUT, SIDE_NETWORK},
        {ENETUNREACH, IP_V6, true, false, SMTP_END_UNREACHABLE, REASON_NO_IPV6_HERE, SIDE_US},
        {ENETUNREACH, IP_V6, false, false, SMTP_END_UNREACHABLE, REASON_TIMEOUT, SIDE_NETWORK},
        {ENETUNREACH, IP_V4, true, false, SMTP_END_UNREACHABLE, REASON_TIMEOUT, SIDE_NETWORK},
        {EHOSTUNREACH, IP_V6, false, false, SMTP_END_UNREACHABLE, REASON_TIMEOUT, SIDE_NETWORK},
        {EAFNOSUPPORT, IP_V6, true, false, SMTP_END_LOCAL, REASON_NO_IPV6_HERE, SIDE_US},
        {EAFNOSUPPORT, IP_V4, true, false, SMTP_END_LOCAL, REASON_RESOURCES, SIDE_US},
        {EADDRNOTAVAIL, IP_V6, true, false, SMTP_END_LOCAL, REASON_NO_IPV6_HERE, SIDE_US},
        {EADDRNOTAVAIL, IP_V6, true, true, SMTP_END_LOCAL, REASON_RESOURCES, SIDE_US},
        {EADDRNOTAVAIL, IP_V4, true, false, SMTP_END_LOCAL, REASON_RESOURCES, SIDE_US},
        {EPERM, IP_V4, true, false, SMTP_END_LOCAL, REASON_RESOURCES, SIDE_US},
        {EACCES, IP_V4, true, false, SMTP_END_LOCAL, REASON_RESOURCES, SIDE_US},
        {EMFILE, IP_V4, true, false, SMTP_END_LOCAL, REASON_RESOURCES, SIDE_US},
        {ENOBUFS, IP_V4, true, false, SMTP_END_LOCAL, REASON_RESOURCES, SIDE_US},
        {EINVAL, IP_V4, true, false, SMTP_END_LOCAL, REASON_RESOURCES, SIDE_US},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ip peer = {cases[i].family, {192, 0, 2, 1}};
        struct smtp_failure f = smtp_connect_failure(cases[i].os_error, &peer, cases[i].at_once, cases[i].bound);

        assert_int_equal(f.end, cases[i].end);
        assert_int_equal(f.os_error, cases[i].os_error);
        assert_int_equal(f.trouble.reason, cases[i].reason);
        assert_int_equal(f.trouble.side, cases[i].side);
        assert_non_null(f.trouble.why);
    }
}

/* What the kernel says of a connection that stood: most of it is the way's or the peer's, but not all. */
static void test_lost_connections(void **state)
{
    static const struct {
        int os_error;
        enum smtp_end end;
        enum reason reason;
        enum side side;
    } cases[] = {
        {ECONNRESET, SMTP_END_RESET, REASON_CONNECTION_LOST, SIDE_TARGET},
        {EPIPE, SMTP_END_RESET, REASON_CONNECTION_LOST, SIDE_TARGET},
        {ETIMEDOUT, SMTP_END_TIMEOUT, REASON_TIMEOUT, SIDE_NETWORK},
        {ENOMEM, SMTP_END_LOCAL, REASON_RESOURCES, SIDE_US},
        {ENOBUFS, SMTP_END_LOCAL, REASON_RESOURCES, SIDE_US},
    };
    struct arena *arena = arena_new(SIZE_MAX);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct smtp_failure f = smtp_lost_failure(arena, cases[i].os_error, SMTP_EHLO);

        assert_int_equal(f.end, cases[i].end);
        assert_int_equal(f.trouble.reason, cases[i].reason);
        assert_int_equal(f.trouble.side, cases[i].side);
    }
    arena_free(arena);
}

static void test_refused(void **state)
{
    struct smtp_config config = config_of(0);
    struct rig rig = rig_new(&config);
    struct ip ip = {IP_V4, {127, 0, 0, 99}};
    struct evidence *evidence = want(&rig, EVIDENCE_SMTP, &ip, 1, "mx.example.org", 1);

    (void)state;
    assert_false(evidence->known); /* never from inside the call */
    loop_run(rig.loop);
    assert_int_equal(session_of(evidence)->end, SMTP_END_REFUSED);
    assert_int_equal(session_of(evidence)->state, SMTP_CONNECTING);
    assert_int_equal(session_of(evidence)->os_error, ECONNREFUSED);
    assert_int_equal(session_of(evidence)->connect_ms, -1);
    rig_free(&rig);
}

static void test_bad_source(void **state)
{
    struct smtp_config config = config_of(0);
    struct ip ip = {IP_V4, {127, 0, 0, 99}};
    struct evidence *evidence;
    struct rig rig;

    (void)state;
    config.source4 = (struct ip){IP_V4, {192, 0, 2, 1}};
    rig = rig_new(&config);
    evidence = want(&rig, EVIDENCE_SMTP, &ip, 1, "mx.example.org", 1);
    loop_run(rig.loop);
    assert_int_equal(session_of(evidence)->end, SMTP_END_LOCAL);
    assert_int_equal(session_of(evidence)->trouble.side, SIDE_US);
    rig_free(&rig);
}

/* Nothing is sent to an address that is not public, unless the user said so. */
static void test_not_contacted(void **state)
{
    static const char *const addresses[] = {"127.0.0.1",
                                            "127.255.255.254",
                                            "10.0.0.1",
                                            "169.254.169.254",
                                            "0.0.0.0",
                                            "224.0.0.1",
                                            "255.255.255.255",
                                            "100.64.0.1",
                                            "::1",
                                            "::",
                                            "fe80::1",
                                            "fd00::1",
                                            "ff02::1",
                                            "64:ff9b::7f00:1",
                                            "2002:7f00:1::"};
    static const struct peer_step script[] = {{SAY, "220 mx\r\n", 0}, {END, 0, 0}};
    struct peer *peer = peer_start(script, NULL, 1);
    struct smtp_config config = config_of(0);
    struct evidence *evidence;
    struct rig rig;

    (void)state;
    config.allowed_count = 0;
    rig = rig_new(&config);
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        struct ip ip;

        assert_true(ip_parse(addresses[i], &ip));
        evidence = want(&rig, EVIDENCE_SMTP, &ip, peer->port, "mx.example.org", 1);
        assert_int_equal(session_of(evidence)->end, SMTP_END_NOT_CONTACTED);
        assert_int_equal(session_of(evidence)->trouble.reason, REASON_NOT_CONTACTED);
    }
    evidence = want_peer(&rig, peer);
    assert_int_equal(session_of(evidence)->end, SMTP_END_NOT_CONTACTED);
    evidence = want(&rig, EVIDENCE_CONNECT, &peer->ip, peer->port, "", 1);
    assert_int_equal(session_of(evidence)->end, SMTP_END_NOT_CONTACTED);
    loop_run(rig.loop);
    shutdown(peer->listener, SHUT_RDWR);
    peer_join(peer);
    assert_int_equal(peer->visits, 0);
    rig_free(&rig);
    peer_free(peer);
}

static void test_switched_off(void **state)
{
    struct smtp_config config = config_of(0);
    struct ip v4 = {IP_V4, {192, 0, 2, 1}}, v6;
    struct evidence *evidence;
    struct rig rig;

    (void)state;
    assert_true(ip_parse("2a00::1", &v6));
    config.use_ipv4 = config.use_ipv6 = false;
    rig = rig_new(&config);
    evidence = want(&rig, EVIDENCE_SMTP, &v4, 25, "mx.example.org", 1);
    assert_int_equal(session_of(evidence)->end, SMTP_END_LOCAL);
    assert_int_equal(session_of(evidence)->trouble.side, SIDE_US);
    evidence = want(&rig, EVIDENCE_SMTP, &v6, 25, "mx.example.org", 1);
    assert_int_equal(session_of(evidence)->end, SMTP_END_LOCAL);
    assert_int_equal(session_of(evidence)->trouble.reason, REASON_NO_IPV6_HERE);
    rig_free(&rig);
}

static void test_canary_on_another_port(void **state)
{
    static const struct peer_step script[] = {{SAY, "not SMTP", 0}, {END, 0, 0}};
    struct peer *peer = peer_start(script, NULL, 1);
    struct smtp_config config = config_of(0);
    struct rig rig = rig_new(&config);
    struct evidence *evidence = want(&rig, EVIDENCE_CONNECT, &peer->ip, peer->port, "", 1);

    (void)state;
    loop_run(rig.loop);
    assert_int_equal(session_of(evidence)->end, SMTP_END_OK);
    assert_int_equal(session_of(evidence)->state, SMTP_DONE);
    peer_join(peer);
    assert_string_equal(peer->heard, "<end>\n");
    rig_free(&rig);
    peer_free(peer);
}

static void test_bad_configuration(void **state)
{
    struct smtp_config config = config_of(0);
    struct loop *loop = loop_new();
    const char *why = NULL;

    (void)state;
    config.our_name = "probe\r\nRSET";
    assert_null(smtp_new(loop, &config, &why));
    config.our_name = "";
    assert_null(smtp_new(loop, &config, &why));
    config = config_of(0);
    config.ca = "";
    assert_null(smtp_new(loop, &config, &why));
    config.ca = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert_null(smtp_new(loop, &config, &why));
    assert_non_null(why);
    loop_free(loop);
}

/* ---- manners ---- */

static void nobody_wakes(struct waiter *waiter, unsigned probe)
{
    (void)waiter;
    (void)probe;
}

/* One at a time, a second apart; the second try later where the first was
 * refused; the slot is held until QUIT is over, the evidence is not. */
static void test_politeness(void **state)
{
    static const struct peer_step script[] = {{SAY, "220 mx\r\n", 0}, {PAUSE, 0, 100}, {HEAR, 0, 0},
                                              {SAY, "250 mx\r\n", 0}, {HEAR, 0, 0},    {PAUSE, 0, 300},
                                              {SAY, "221 x\r\n", 0},  {END, 0, 0}};
    static const struct peer_step refusing[] = {{SAY, "450 later\r\n", 0}, FAREWELL, {END, 0, 0}};
    struct peer *one = peer_start(script, NULL, 3), *two = peer_start(refusing, NULL, 2);
    struct smtp_config config = config_of(0);
    struct rig rig = rig_new(&config);
    struct evidence *a = want(&rig, EVIDENCE_SMTP, &one->ip, one->port, "a.example.org", 1);
    struct evidence *b = want(&rig, EVIDENCE_SMTP, &one->ip, one->port, "b.example.org", 1);
    struct evidence *c = want(&rig, EVIDENCE_SMTP, &one->ip, one->port, "c.example.org", 1);
    struct evidence *first = want_peer(&rig, two), *again;

    (void)state;
    again = want(&rig, EVIDENCE_SMTP, &two->ip, two->port, "mx.example.org", 2);
    loop_run(rig.loop);
    peer_join(one);
    peer_join(two);
    assert_int_equal(session_of(a)->end, SMTP_END_OK);
    assert_int_equal(session_of(b)->end, SMTP_END_OK);
    assert_int_equal(session_of(c)->end, SMTP_END_OK);
    assert_int_equal(session_of(first)->end, SMTP_END_OK);
    assert_int_equal(session_of(again)->end, SMTP_END_OK);
    assert_int_equal(one->visits, 3);
    assert_false(one->crowded);
    assert_int_equal(two->visits, 2);
    for (unsigned i = 1; i < 3; i++)
        assert_true(one->opened_ms[i] - one->closed_ms[i - 1] >= PEER_INTERVAL_MS - 20);
    assert_true(two->opened_ms[1] - two->closed_ms[0] >= PEER_RETRY_MS - 20);
    assert_true(one->closed_ms[0] - a->known_ms >= 250); /* known before the reply to QUIT */
    rig_free(&rig);
    peer_free(one);
    peer_free(two);
}

/* An audit that ends takes back what has not begun: nobody is visited for it, and another audit may ask anew. */
static void test_forgone(void **state)
{
    static const struct peer_step script[] = {{SAY, "450 later\r\n", 0}, FAREWELL, {END, 0, 0}};
    struct peer *peer = peer_start(script, NULL, 2);
    struct smtp_config config = config_of(0);
    struct rig rig = rig_new(&config);
    struct waiter audit = {.number = 1, .wake = nobody_wakes};
    struct key key = {.kind = EVIDENCE_SMTP, .name = "b.example.org", .ip = peer->ip, .port = peer->port, .nth = 1};
    struct evidence *first = want(&rig, EVIDENCE_SMTP, &peer->ip, peer->port, "a.example.org", 1), *second, *anew;

    (void)state;
    second = store_want(rig.store, &key, &audit, 0, NULL);
    assert_non_null(second->turn);
    store_unpin_all(&audit);
    assert_int_equal(session_of(second)->end, SMTP_END_BUDGET);
    assert_int_equal(session_of(second)->trouble.reason, REASON_BUDGET);
    anew = store_want(rig.store, &key, NULL, 0, NULL);
    assert_false(anew->known);
    loop_run(rig.loop);
    peer_join(peer);
    assert_int_equal(session_of(first)->end, SMTP_END_OK);
    assert_int_equal(session_of(anew)->end, SMTP_END_OK);
    assert_int_equal(peer->visits, 2);
    rig_free(&rig);
    peer_free(peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_connect_failures),
        cmocka_unit_test(test_lost_connections),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_bad_source),
        cmocka_unit_test(test_not_contacted),
        cmocka_unit_test(test_switched_off),
        cmocka_unit_test(test_canary_on_another_port),
        cmocka_unit_test(test_bad_configuration),
        cmocka_unit_test(test_politeness),
        cmocka_unit_test(test_forgone),
    };

    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
