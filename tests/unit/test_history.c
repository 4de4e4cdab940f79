/* Moments that the user names, and the bars of a history. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "cmd/archive/when.h"
#include "core/base/arena.h"
#include "core/base/date.h"
#include "reports/history.h"

enum { ARENA_BYTES = 1 << 20, POINTS = 200 };

static void spans(void **state)
{
    static const struct {
        const char *text;
        int64_t seconds; /* 0: it is none */
    } cases[] = {
        {"1h", 3600},
        {"36h", 129600},
        {"90d", 7776000},
        {"52w", 31449600},
        {"36525d", INT64_C(36525) * DAY_S},
        {"0d", 0},
        {"-1d", 0},
        {"+1d", 0},
        {" 1d", 0},
        {"1", 0},
        {"d", 0},
        {"1m", 0},
        {"1dd", 0},
        {"1.5d", 0},
        {"", 0},
        {"36526d", 0},
        {"876601h", 0},
        {"5218w", 0},
        {"99999999999999999999d", 0},
        {"9223372036854775807h", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t seconds = 0;

        assert_int_equal(when_span(cases[i].text, &seconds), cases[i].seconds != 0);
        assert_int_equal(seconds, cases[i].seconds);
    }
}

static void moments(void **state)
{
    static const struct {
        const char *text, *moment; /* NULL: it is none */
    } cases[] = {
        {"2026-11-29", "2026-11-29T00:00:00Z"},
        {"2024-02-29", "2024-02-29T00:00:00Z"},
        {"2026-11-29T01:02:03Z", "2026-11-29T01:02:03Z"},
        {"1d", "2026-11-28T12:00:00Z"},
        {"2h", "2026-11-29T10:00:00Z"},
        {"2026-02-29", NULL},
        {"2026-11-31", NULL},
        {"2026-11-29T", NULL},
        {"2026-11-29T01:02:03", NULL},
        {"2026-11-29T01:02:03Zx", NULL},
        {"2026-11-29 01:02:03Z", NULL},
        {"29.11.2026", NULL},
        {"", NULL},
        {"yesterday", NULL},
    };
    const int64_t noon = 1795953600;
    struct arena *arena = arena_new(ARENA_BYTES);

    (void)state;
    assert_string_equal(date_text(arena, noon), "2026-11-29T12:00:00Z");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *moment = when_text(arena, cases[i].text, noon);

        if (cases[i].moment)
            assert_string_equal(moment, cases[i].moment);
        else
            assert_null(moment);
    }
    arena_free(arena);
}

static size_t fails(const struct history_point *point)
{
    return point->fails;
}

/* However many results there are, the worst one of them is seen. */
static void bars(void **state)
{
    struct history_point points[POINTS] = {{.fails = 0}};
    struct history history = {.domain = "example.org", .points = points, .count = 3};
    struct arena *arena = arena_new(ARENA_BYTES);

    (void)state;
    assert_string_equal(history_bars(arena, &history, fails), "___");
    points[1].fails = 1;
    assert_string_equal(history_bars(arena, &history, fails), "_@_");
    points[2].fails = 100;
    assert_string_equal(history_bars(arena, &history, fails), "_.@"); /* one is not none */
    history.utf8 = true;
    assert_string_equal(history_bars(arena, &history, fails), "▁▂█");
    history.utf8 = false;
    history.count = POINTS;
    for (size_t i = 3; i < POINTS; i++) {
        points[i].fails = 100;
        assert_int_equal(strlen(history_bars(arena, &history, fails)), HISTORY_BARS);
        assert_non_null(strchr(history_bars(arena, &history, fails) + i * HISTORY_BARS / POINTS - (i > 3), '@'));
        points[i].fails = 0;
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans),
        cmocka_unit_test(moments),
        cmocka_unit_test(bars),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
