/* When what a server says, or how slowly, is no verdict on it.  (checks.md, section 7) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/base/trouble.h"
#include "core/derive/session.h"
#include "core/facts/smtp_session.h"
#include "tests/zone.h"

enum { LINES_MAX = 4 };

static const struct target target = {.domain = "example.com"};

static struct smtp_reply reply_of(struct arena *arena, const char *said)
{
    struct str *lines = ARENA_ARRAY(arena, struct str, LINES_MAX);
    struct smtp_reply reply = {.lines = lines};

    for (const char *line = said; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        reply.code = (int)strtol(line, NULL, 10);
        lines[reply.line_count++] = (struct str){line, strcspn(line, "\n")};
    }
    return reply;
}

static struct smtp_session session_with(struct arena *arena, const char *greeting)
{
    struct smtp_session s = {.server_name = "mx1.example.org", .our_name = "audit.example.net", .greeting_ms = 10};

    assert_true(ip_parse("11.9.9.9", &s.our_ip));
    s.greeting = reply_of(arena, greeting);
    return s;
}

enum place { GREETING, EHLO, HELO, STARTTLS, EHLO_TLS };

static const struct {
    enum place place;
    const char *said;
    enum reason reason;
} table[] = {
    /* a middlebox writes asterisks over the greeting, the name included */
    {GREETING, "220 mx1.example.org ESMTP", REASON_NONE},
    {GREETING, "220 ***", REASON_NONE},
    {GREETING, "220 ****", REASON_SMTP_INTERCEPTED},
    {GREETING, "220 **** *2* ***", REASON_SMTP_INTERCEPTED},
    {GREETING, "220 **** ready", REASON_NONE},
    {GREETING, "220-welcome\n220 ********", REASON_SMTP_INTERCEPTED},
    {GREETING, "220-mx1.example.org\n220 ********", REASON_NONE},
    {GREETING, "554 ********", REASON_NONE},
    /* and over keywords */
    {EHLO, "250-mx1.example.org\n250 XXXXXXXX", REASON_SMTP_INTERCEPTED},
    {EHLO, "250-mx1.example.org\n250 XXXXXXXA", REASON_SMTP_INTERCEPTED},
    {EHLO, "250-mx1.example.org\n250 XXXXXXXB", REASON_NONE},
    {EHLO_TLS, "250-mx1.example.org\n250 XXXXXXXX", REASON_NONE},

    /* for now, or for good */
    {GREETING, "450 later", REASON_TEMPORARY_REFUSAL},
    {GREETING, "550 never", REASON_NONE},
    {STARTTLS, "454 not now", REASON_TEMPORARY_REFUSAL},

    /* the words speak of us: those of a refusal, and not those of a teaser before it */
    {GREETING, "554 11.9.9.9 is not wanted", REASON_WE_ARE_BLOCKED},
    {GREETING, "400 11.9.9.9 is not wanted", REASON_WE_ARE_BLOCKED},
    {GREETING, "399 11.9.9.9 is not wanted", REASON_NONE},
    {GREETING, "220 11.9.9.9 is not wanted", REASON_NONE},
    {GREETING, "220-hello 11.9.9.9\n554 no", REASON_NONE},
    {GREETING, "220-hello\n554 no, 11.9.9.9", REASON_WE_ARE_BLOCKED},
    {GREETING, "421 4.7.0 too many connections from 11.9.9.9", REASON_TEMPORARY_REFUSAL},

    /* a fault of the argument is one of the name that we said: RFC 5321 4.2.2 */
    {EHLO, "501 no", REASON_WE_ARE_BLOCKED},
    {HELO, "501 no", REASON_WE_ARE_BLOCKED},
    {EHLO_TLS, "501 no", REASON_WE_ARE_BLOCKED},
    {STARTTLS, "501 no", REASON_NONE},
    {GREETING, "501 no", REASON_NONE},
    {EHLO, "502 no", REASON_NONE},
};

static void replies(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct zone *zone = zone_new();
        struct zone_session z;
        struct smtp_session s = session_with(zone->arena, "220 mx1.example.org ESMTP");
        struct smtp_reply *const places[] = {&s.greeting, &s.ehlo, &s.helo, &s.starttls, &s.ehlo_tls};
        struct smtp_reply *reply = places[table[i].place];
        enum reason found;

        *reply = reply_of(zone->arena, table[i].said);
        zone_open(&z, zone, &target, 0);
        found = reply_trouble(&z.run, &s, reply).reason;
        if (found != table[i].reason)
            fail_msg("%s: %d, not %d", table[i].said, (int)found, (int)table[i].reason);
        zone_close(&z);
        zone_free(zone);
    }
}

/* Behind a greeting that was written over, nothing in the reply to EHLO is the server's. */
static void ehlo_behind_a_masked_greeting(void **state)
{
    struct zone *zone = zone_new();
    struct zone_session z;
    struct smtp_session s = session_with(zone->arena, "220 ********");

    (void)state;
    s.ehlo = reply_of(zone->arena, "250 mx1.example.org");
    s.helo = reply_of(zone->arena, "250 mx1.example.org");
    zone_open(&z, zone, &target, 0);
    assert_int_equal(reply_trouble(&z.run, &s, &s.ehlo).reason, REASON_SMTP_INTERCEPTED);
    assert_int_equal(reply_trouble(&z.run, &s, &s.helo).reason, REASON_NONE);
    zone_close(&z);
    zone_free(zone);
}

static void tarpits(void **state)
{
    static const struct {
        const char *greeting;
        int64_t greeting_ms;
        unsigned reads;
        int64_t reply_ms;
        bool is_tarpit;
    } cases[] = {
        {"220 mx1.example.org ESMTP", 10, 1, 10, false},
        /* pieces, and the time between them */
        {"220 mx1.example.org ESMTP", 2400, 8, 2400, true},
        {"220 mx1.example.org ESMTP", 2400, 8, 2399, false},
        {"220 mx1.example.org ESMTP", 2400, 7, 2400, false},
        {"220 mx1.example.org ESMTP", 3000, 9, 2700, true},
        {"220 mx1.example.org ESMTP", 3000, 9, 2699, false},
        /* it says so */
        {"220 mx1.example.org spamd IP-based SPAM blocker; Mon", 10, 1, 10, true},
        {"220-mx1.example.org\n220 this is a tarpit", 10, 1, 10, true},
        {"220 mx1.example.org you are wasting your time, spam sender", 10, 1, 10, true},
        {"220 mx1.example.org tar and pitch", 10, 1, 10, false},
        /* it is late, and the greeting speaks of us */
        {"220-11.9.9.9 is on a blacklist\n220 mx1.example.org", 10001, 1, 10001, true},
        {"220-11.9.9.9 is on a blacklist\n220 mx1.example.org", 10000, 1, 10000, false},
        {"220 mx1.example.org ESMTP", 10001, 1, 10001, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct zone *zone = zone_new();
        struct zone_session z;
        struct smtp_session s = session_with(zone->arena, cases[i].greeting);
        enum reason found;

        s.greeting_ms = cases[i].greeting_ms;
        s.greeting.reads = cases[i].reads;
        s.greeting.ms = cases[i].reply_ms;
        zone_open(&z, zone, &target, 0);
        found = session_tarpit(&z.run, &s).reason;
        if ((found == REASON_WE_ARE_BLOCKED) != cases[i].is_tarpit)
            fail_msg("%s after %d ms", cases[i].greeting, (int)cases[i].greeting_ms);
        s.ehlo = s.greeting; /* the reply to EHLO is looked at in the same way, but for the time until it begins */
        s.greeting = reply_of(zone->arena, "220 mx1.example.org ESMTP");
        s.greeting_ms = 10;
        found = session_tarpit(&z.run, &s).reason;
        assert_int_equal(found == REASON_WE_ARE_BLOCKED, cases[i].is_tarpit && cases[i].greeting_ms <= 10000);
        zone_close(&z);
        zone_free(zone);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies),
        cmocka_unit_test(ehlo_behind_a_masked_greeting),
        cmocka_unit_test(tarpits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
