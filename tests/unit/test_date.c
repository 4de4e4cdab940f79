/* Dates in greetings and header fields. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/arena.h"
#include "core/base/date.h"

enum { NONE = -1 };

static void finds_dates(void **state)
{
    static const struct {
        const char *text;
        int64_t seconds; /* or NONE */
    } cases[] = {
        /* RFC 9110 5.6.7 */
        {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777},
        {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
        {"Sat, 29 Feb 2020 23:59:59 GMT", 1583020799},
        {"Fri, 31 Dec 1999 23:59:60 GMT", 946684800},
        {"Sunday, 06-Nov-94 08:49:37 GMT", NONE},
        {"Sun Nov  6 08:49:37 1994", NONE},
        /* greetings */
        {"220 mx.example.org ESMTP Exim 4.96 Wed, 25 Nov 2026 01:38:09 +0000", 1795570689},
        {"220 mx.example.org ESMTP Sendmail 8.17.1/8.17.1; Wed, 25 Nov 2026 02:38:09 +0100 (CET)", 1795570689},
        {"220 mx.example.org Microsoft ESMTP MAIL Service ready at Tue, 24 Nov 2026 20:08:09 -0530 [08DE2B0C]",
         1795570689},
        {"220 mx.example.org 25 nov 2026 01:38 UT", 1795570680},
        {"220 mx.example.org ready; 5 Nov 2026 01:38:09 UTC", 1793842689},
        {"220 mx ESMTP (built 12 Mar 2020 10:00:00 +0000) Wed, 25 Nov 2026 01:38:09 -0000", 1795570689},
        {"220 mx Wed, 25 Nov 2026 01:38:09 +0000 (next: 25 Nov 2027)", 1795570689},
        /* no dates, or none that is certain */
        {"", NONE},
        {"220 mx.example.org ESMTP Postfix", NONE},
        {"25 Nov 2026 01:38:09", NONE},
        {"25 Nov 2026 01:38:09 ", NONE},
        {"25 Nov 2026 01:38:09 CET", NONE},
        {"25 Nov 2026 01:38:09 UTCX", NONE},
        {"25 Nov 2026 01:38:09 0100", NONE},
        {"25 Nov 2026 01:38:09 +100", NONE},
        {"25 Nov 2026 01:38:09 +01000", NONE},
        {"25 Nov 2026 01:38:09 +0160", NONE},
        {"25 Nov 2026 01:38:09+0100", NONE},
        {"25 Nov 26 01:38:09 +0000", NONE},
        {"25 Nov 20266 01:38:09 +0000", NONE},
        {"25 Nov 1969 01:38:09 +0000", NONE},
        {"025 Nov 2026 01:38:09 +0000", NONE},
        {"00 Nov 2026 01:38:09 +0000", NONE},
        {"32 Nov 2026 01:38:09 +0000", NONE},
        {"25 Xxx 2026 01:38:09 +0000", NONE},
        {"25 Nov 2026 24:00:00 +0000", NONE},
        {"25 Nov 2026 01:60:00 +0000", NONE},
        {"25 Nov 2026 01:38:61 +0000", NONE},
        {"25 Nov 2026 1:38:09 +0000", NONE},
        {"id-25 Nov 2026 01:38:09 +0000", NONE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t seconds = NONE;

        if (date_find(str_of(cases[i].text), &seconds) != (cases[i].seconds != NONE) || seconds != cases[i].seconds)
            fail_msg("%s: %lld", cases[i].text, (long long)seconds);
    }
}

/* A greeting that is cut anywhere: never beyond its end. */
static void stops_at_the_end(void **state)
{
    static const char text[] = "25 Nov 2026 01:38:09 +0000";
    int64_t seconds;

    (void)state;
    for (size_t len = 0; len < sizeof text - 1; len++)
        assert_false(date_find((struct str){text, len}, &seconds));
}

static void knows_days(void **state)
{
    static const struct {
        const char *text;
        int64_t seconds; /* or NONE */
    } cases[] = {
        {"1970-01-01", 0},
        {"2026-11-29", 1795910400},
        {"2024-02-29", 1709164800},
        {"2000-02-29", 951782400},
        {"2026-02-29", NONE},
        {"2100-02-29", NONE},
        {"2026-04-31", NONE},
        {"2026-00-01", NONE},
        {"2026-13-01", NONE},
        {"2026-01-00", NONE},
        {"2026-1-01", NONE},
        {"2026-01-1", NONE},
        {"2026-01-010", NONE},
        {"02026-01-01", NONE},
        {"2026-01-01 ", NONE},
        {" 2026-01-01", NONE},
        {"2026/01/01", NONE},
        {"tomorrow", NONE},
        {"", NONE},
        {"1969-12-31", NONE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t seconds = NONE;

        assert_int_equal(date_day(str_of(cases[i].text), &seconds), cases[i].seconds != NONE);
        assert_int_equal(seconds, cases[i].seconds);
    }
}

static void tells_spans(void **state)
{
    static const struct {
        int64_t seconds;
        const char *text;
    } cases[] = {{0, "0 seconds"},      {1, "1 second"},       {2, "2 seconds"},       {119, "119 seconds"}, {120, "2 minutes"},
                 {7199, "119 minutes"}, {7200, "2 hours"},     {172799, "47 hours"},   {172800, "2 days"},   {63072000, "730 days"}};
    struct arena *arena = arena_new(SIZE_MAX);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(date_span(arena, cases[i].seconds), cases[i].text);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_dates),
        cmocka_unit_test(knows_days),
        cmocka_unit_test(stops_at_the_end),
        cmocka_unit_test(tells_spans),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
