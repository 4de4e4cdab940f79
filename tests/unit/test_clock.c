/* Is our clock right?  What servers and the root's signatures tell of it, in a table.  (threats.md T5) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/derive/clock.h"
#include "tests/unit/recorded.h"

/* Where they are written: it is 2026-01-01 00:00:00 UTC here, mx3 is this machine, and the root has no signature. */
#define WORLD                                                                                                          \
    "\"vantage\": {\"addresses\": [\"11.9.9.8\", \"11.0.0.3\"]}, "                                                     \
    "\"dns:good.lab/MX\": [\"10 mx1.good.lab\", \"20 mx2.good.lab\", \"30 mx3.good.lab\"], "                           \
    "\"dns:mx1.good.lab/A\": [\"11.0.0.1\", \"11.0.0.9\"], \"dns:mx1.good.lab/AAAA\": \"nodata\", "                    \
    "\"dns:mx2.good.lab/A\": [\"11.0.0.2\"], \"dns:mx2.good.lab/AAAA\": \"nodata\", "                                  \
    "\"dns:mx3.good.lab/A\": [\"11.0.0.3\"], \"dns:mx3.good.lab/AAAA\": \"nodata\", "                                  \
    "\"dns:_mta-sts.good.lab/TXT\": [\"v=STSv1; id=1\"], \"dns:mta-sts.good.lab/A\": [\"11.80.0.1\"], "                \
    "\"dns:mta-sts.good.lab/AAAA\": \"nodata\""

/* The time of day that a host tells. */
#define SMTP(ip, mx, time)                                                                                             \
    ", \"smtp:" ip ":25/" mx ".good.lab\": {\"greeted\": 1767225600, \"ehlo\": \"250 mx\", "                           \
    "\"greeting\": \"220 mx ESMTP " time "\"}"
#define MX1(time) SMTP("11.0.0.1", "mx1", time)
#define MX1_TOO(time) SMTP("11.0.0.9", "mx1", time)
#define MX2(time) SMTP("11.0.0.2", "mx2", time)
#define MX3(time) SMTP("11.0.0.3", "mx3", time)
#define POLICY_FROM(ip, time)                                                                                          \
    ", \"https:https://mta-sts.good.lab/.well-known/mta-sts.txt\": {\"body\": [\"version: STSv1\"], \"date\": \"" time \
    "\", \"received\": 1767225600, \"ip\": \"" ip "\"}"
#define POLICY(time) POLICY_FROM("11.80.0.1", time)
#define ROOT(now, from, until)                                                                                         \
    ", \"now\": " now ", \"dns:/SOA\": {\"security\": \"secure\", \"records\": [\"a.root.lab host.lab 1 2 3 4 5\"], "  \
    "\"algorithms\": [8], \"signed_from\": " from ", \"signed_until\": " until "}"

#define AT_0 "Thu, 01 Jan 2026 00:00:00 +0000"
#define AT_300 "Thu, 01 Jan 2026 00:05:00 +0000"
#define AT_301 "Thu, 01 Jan 2026 00:05:01 +0000"
#define BEFORE_300 "Wed, 31 Dec 2025 23:55:00 +0000"
#define BEFORE_301 "Wed, 31 Dec 2025 23:54:59 +0000"

static const struct {
    const char *evidence; /* beside the world */
    const char *clock;
} table[] = {
    {"", "untested, 0 tell"},
    {MX1("Postfix"), "untested, 0 tell"},
    {MX3(AT_0), "untested, 0 tell"}, /* that is this machine */
    {POLICY_FROM("11.0.0.3", AT_0), "untested, 0 tell"},
    {POLICY_FROM("11.9.9.8", AT_0), "untested, 0 tell"},
    {POLICY("yesterday"), "untested, 0 tell"},

    /* five minutes either way */
    {MX1(AT_0), "right by 0 s: mx1.good.lab[11.0.0.1], 1 tell"},
    {MX1(AT_300), "right by -300 s: mx1.good.lab[11.0.0.1], 1 tell"},
    {MX1(BEFORE_300), "right by 300 s: mx1.good.lab[11.0.0.1], 1 tell"},
    {MX1(AT_301), "wrong by -301 s: mx1.good.lab[11.0.0.1], 1 tell"},
    {MX1(BEFORE_301), "wrong by 301 s: mx1.good.lab[11.0.0.1], 1 tell"},
    {MX1_TOO(BEFORE_301), "wrong by 301 s: mx1.good.lab[11.0.0.9], 1 tell"},
    {POLICY(AT_300), "right by -300 s: mta-sts.good.lab, 1 tell"},
    {POLICY(AT_301), "wrong by -301 s: mta-sts.good.lab, 1 tell"},

    /* who agrees settles it, the first one that does; else the first that differs is named.  A host tells once. */
    {MX1(AT_301) MX1_TOO(BEFORE_301), "wrong by -301 s: mx1.good.lab[11.0.0.1], 1 tell"},
    {MX1(AT_301) MX1_TOO(AT_0), "right by 0 s: mx1.good.lab[11.0.0.9], 1 tell"},
    {MX1(AT_301) MX2(BEFORE_301), "wrong by -301 s: mx1.good.lab[11.0.0.1], 2 tell"},
    {MX1(AT_301) MX2(AT_300), "right by -300 s: mx2.good.lab[11.0.0.2], 2 tell"},
    {MX1(AT_300) MX2(AT_0), "right by -300 s: mx1.good.lab[11.0.0.1], 2 tell"},
    {MX1(AT_300) MX2(AT_301), "right by -300 s: mx1.good.lab[11.0.0.1], 2 tell"},
    {MX2(AT_301) MX3(AT_0), "wrong by -301 s: mx2.good.lab[11.0.0.2], 1 tell"},
    {MX1(AT_301) POLICY(AT_0), "right by 0 s: mta-sts.good.lab, 2 tell"},
    {MX1(AT_0) POLICY(AT_301), "right by 0 s: mx1.good.lab[11.0.0.1], 2 tell"},
    {MX1(BEFORE_301) POLICY(AT_301), "wrong by -301 s: mta-sts.good.lab, 2 tell"},

    /* the root is asked where nobody tells: signatures that are not valid yet, or no longer, with the same grace */
    {ROOT("1767225600", "1767225900", "1768000000"), "untested, 0 tell"},
    {ROOT("1767225600", "1767225901", "1768000000"), "wrong by -301 s: the root zone's signatures, 0 tell"},
    {ROOT("1768000300", "1767225901", "1768000000"), "untested, 0 tell"},
    {ROOT("1768000301", "1767225901", "1768000000"), "wrong by 301 s: the root zone's signatures, 0 tell"},
    {MX1(AT_0) ROOT("1768000301", "1767225901", "1768000000"), "right by 0 s: mx1.good.lab[11.0.0.1], 1 tell"},
};

struct looked {
    struct arena *arena;
    const char *text;
};

static void look(struct run *run, void *arg)
{
    static const char *const words[] = {"pending", "untested", "right", "wrong"};
    struct looked *l = arg;
    struct clock clock = need_clock(run);

    l->text = words[clock.state];
    if (clock.state == CLOCK_PENDING)
        return;
    if (clock.state == CLOCK_RIGHT || clock.state == CLOCK_WRONG)
        l->text = str_printf(l->arena, "%s by %lld s: %s", l->text, (long long)clock.skew_s, clock.teller);
    l->text = str_printf(l->arena, "%s, %zu tell", l->text, clock.tellers);
    assert_int_equal(clock.trouble.reason, REASON_CLOCK);
    assert_int_equal(strstr(clock.trouble.why, "the only server") != NULL, clock.tellers == 1);
}

static void who_tells_the_time(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        for (uint64_t seed = 0; seed < 16; seed++) {
            struct arena *arena = arena_new(SIZE_MAX);
            struct looked l = {.arena = arena, .text = ""};

            look_at_recording(arena, recording_text(arena, str_printf(arena, "%s%s", WORLD, table[i].evidence), ""),
                              look, &l, seed);
            if (strcmp(l.text, table[i].clock) != 0)
                fail_msg("%s\nis \"%s\", not \"%s\"", table[i].evidence, l.text, table[i].clock);
            arena_free(arena);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(who_tells_the_time)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
