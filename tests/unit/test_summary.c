/* tests/unit/test_summary.c - what the first page tells a client of some cases: tests/golden/summaries.txt.  UPDATE=1
 * in the environment writes it anew; that no summary hides a fault is looked at in every case, by test_cases. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "reports/source_link.h"
#include "reports/summary.h"
#include "tests/unit/case_audit.h"

#define GOLDEN "tests/golden/summaries.txt"

static const char *const cases[] = {
    "expect/as-expected",
    "expect/drift",
    "helo/ptr-stale-records",
    "helo/spf-fail",
    "helo/syntax",
    "ptr/non-matching",
    "ptr/no-answer",
    "ptr/eleven",
    "spf/lookups-11",
    "spf/a-no-match",
    "dmarc/above-broken",
    "services/m365",
    "services/m365-no-dkim",
    "services/m365-resolver-hides-keys",
    "services/mailchimp-unauthenticated-none",
    "services/forwarder",
    "tls/self-signed",
    "tls/good",
    "smtp/greeting-421",
    "smtp/refused-all",
    "banner/refusals-of-us",
    "env/port25-blocked",
    "env/resolver-denies-everything",
    "env/switched-off-ipv6",
    "dane/handshake-fails",
    "ip/public",
    "domain/apex-states",
};

static void print_summary(struct case_print *print, const struct result *result)
{
    struct tile tiles[TILE_COUNT];
    const char *open = summary_not_checked(print->arena, result);

    fprintf(print->out, "%s\n", bytes_escape(print->arena, str_of(summary_sentence(print->arena, result))));
    summary_tiles(print->arena, result, tiles);
    for (size_t i = 0; i < TILE_COUNT; i++)
        fprintf(print->out, "  %-7s %s: %s\n", status_word(tiles[i].status), tiles[i].title,
                bytes_escape(print->arena, str_of(tiles[i].words)));
    fprintf(print->out, "  open: %s\n", open ? open : "nothing");
}

static void summaries_are_as_before(void **state)
{
    (void)state;
    are_golden(GOLDEN, cases, sizeof cases / sizeof *cases, print_summary);
}

static void sources_have_pages(void **state)
{
    static const struct {
        const char *source, *url;
    } sources[] = {
        {"RFC 7208 4.6.4", "https://www.rfc-editor.org/rfc/rfc7208#section-4.6.4"},
        {"RFC 8601 3, 2.7.3", "https://www.rfc-editor.org/rfc/rfc8601#section-3"},
        {"RFC 6890", "https://www.rfc-editor.org/rfc/rfc6890"},
        {"RFC 9989 appendix C", "https://www.rfc-editor.org/rfc/rfc9989"},
        {"Gmail sender guidelines 81126 (2026-03-21)", "https://support.google.com/a/answer/81126?hl=en"},
        {"receiver practice, not an RFC rule", NULL},
        {"RFC ", NULL},
        {"RFC x", NULL},
        {"RFC 123456 1", NULL},
        {"", NULL},
    };
    struct arena *arena = arena_new(65536);
    const char *list = "a; b, c; d", *none = "";

    (void)state;
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        const char *url = source_url(arena, sources[i].source);

        if (sources[i].url)
            assert_string_equal(url, sources[i].url);
        else
            assert_null(url);
    }
    assert_string_equal(source_next(arena, &list), "a");
    assert_string_equal(source_next(arena, &list), "b, c");
    assert_string_equal(source_next(arena, &list), "d");
    assert_null(source_next(arena, &list));
    assert_null(source_next(arena, &none));
    arena_free(arena);
}

static void lines_go_on(void **state)
{
    static const char *const words[][2] = {
        {"The server refuses", "the server refuses"}, {"SPF is missing", "SPF is missing"}, {"A term of it", "a term of it"},
        {"By its record", "by its record"},           {"DNSSEC is broken", "DNSSEC is broken"}, {"", ""}, {"X", "X"},
    };
    struct arena *arena = arena_new(65536);

    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        assert_string_equal(summary_words(arena, words[i][0]), words[i][1]);
    arena_free(arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(summaries_are_as_before),
        cmocka_unit_test(sources_have_pages),
        cmocka_unit_test(lines_go_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
