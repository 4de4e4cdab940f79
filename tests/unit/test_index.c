/* tests/unit/test_index.c - the index of many pages: order, size, memory, and the names of its files. */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/result/difference.h"
#include "reports/html/html_index.h"
#include "tests/golden/fixture.h"

enum { MANY = 10000, INDEX_BYTES = 3000000, ROW_BYTES = 256 };

static const struct gate strict = {.fail_on = FAIL};

/* ---- names of files ---- */

static char *repeated(const char *text, size_t length)
{
    char *out = malloc(length + 1);

    assert_non_null(out);
    for (size_t i = 0; i < length; i++)
        out[i] = text[i % strlen(text)];
    out[length] = '\0';
    return out;
}

static void files_are_named_after_domains(void **state)
{
    static const struct {
        const char *domain, *file;
    } cases[] = {
        {"example.org", "example.org.html"},
        {"xn--bcher-kva.example", "xn--bcher-kva.example.html"},
        {"_dmarc.example.org", "_dmarc.example.org.html"},
        {"index", "=69ndex.html"},
        {"index.example", "index.example.html"},
        {"index.html", "index.html.html"},
        {"con.example", "=63on.example.html"},
        {"con", "=63on.html"},
        {"control.example", "control.example.html"},
        {"com1.example", "=63om1.example.html"},
        {"lpt9", "=6cpt9.html"},
        {"com.example", "com.example.html"},
        {"com10.example", "com10.example.html"},
        {"..", "=2e..html"},
        {"../../etc/passwd", "=2e.=2f..=2fetc=2fpasswd.html"},
        {".hidden", "=2ehidden.html"},
        {"-rf", "=2drf.html"},
        {"", ".html"},
        {"a\\120.example", "a=5c120.example.html"},
        {"A.example", "=41.example.html"},
        {"a=41.example", "a=3d41.example.html"},
        {"a\r\n<b>\xff.example", "a=0d=0a=3cb=3e=ff.example.html"},
    };
    struct arena *arena = arena_new(1024 * 1024);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(html_page_file(arena, cases[i].domain), cases[i].file);
    arena_free(arena);
}

/* Domains that differ at their ends only do not meet, and every name has room beside it for a temporary one. */
static void long_names_are_cut_and_differ(void **state)
{
    struct arena *arena = arena_new(1024 * 1024);
    const char *last = "";

    (void)state;
    for (size_t length = 1; length <= 253; length++) {
        char *domain = repeated("abcdefghi.", length);
        const char *file = html_page_file(arena, domain), *other;

        assert_true(strlen(file) <= 200);
        assert_string_not_equal(file, last);
        last = file;
        domain[length - 1] = 'z';
        other = html_page_file(arena, domain);
        assert_string_not_equal(file, other);
        assert_string_equal(other, html_page_file(arena, domain));
        free(domain);
    }
    arena_free(arena);
}

/* ---- many domains ---- */

struct kind {
    const struct result *result;
    unsigned share; /* in a hundred */
};

/* Names as lists of hosters have them, from 9 to 40 characters. */
static const char *made_up_domain(struct arena *arena, size_t number)
{
    static const char *const words[] = {"alpen",     "blumen", "city",           "data",       "energie", "foto",
                                        "garten",    "holz",   "immobilien",     "jazz",       "kanzlei", "licht",
                                        "musik",     "nord",   "optik",          "praxis",     "quell",   "reise",
                                        "schreiner", "umzug",  "steuerberatung", "tischlerei", "verein",  "zahnarzt"};
    static const char *const tops[] = {"example", "test", "example.org", "example.net"};
    size_t count = sizeof words / sizeof *words;

    return str_printf(arena, "%s%s%s-%zu.%s", words[number % count], number % 3 ? "-" : "",
                      words[number / count % count], number, tops[number % 4]);
}

static const struct result *with_warnings(struct arena *arena)
{
    struct result *result = ARENA_NEW(arena, struct result);

    *result = *fixture_ready(arena);
    result->findings = NULL;
    result->finding_count = 0;
    memset(result->counts, 0, sizeof result->counts);
    fixture_finding(arena, result, PTR_GENERIC, WARN, "192.0.2.9", "looks generated: 9-2-0-192.pool.example");
    result->causes = causes_of(arena, result, &result->cause_count);
    result->verdict = result_verdict(result);
    return result;
}

static void add_many(struct report *report, struct arena *arena, size_t count)
{
    const struct kind kinds[] = {{fixture_result(arena), 22},
                                 {fixture_blocked(arena), 3},
                                 {with_warnings(arena), 25},
                                 {fixture_ready(arena), 50}};
    static const char *const owners[] = {"Platform team", "Hosting Nord", NULL, "Customer care"};

    for (size_t i = 0; i < count; i++) {
        struct arena *one = arena_new(65536);
        size_t at = i * 37 % 100, kind = 0;
        struct target target;
        struct result result;

        for (unsigned sum = kinds[0].share; at >= sum; sum += kinds[++kind].share)
            ;
        result = *kinds[kind].result;
        target = *result.target;
        target.domain = made_up_domain(one, i);
        target.unicode = target.domain;
        target.owner = owners[i / 7 % 4];
        result.target = &target;
        report_one(report, &result, &strict);
        arena_free(one);
    }
}

static char *index_of(size_t count, bool is_cut_short, size_t *size, size_t *kept)
{
    struct arena *arena = arena_new(16 * 1024 * 1024);
    const struct report_options options = {.several = true};
    struct report report;
    char *text = NULL;
    FILE *out = open_memstream(&text, size);

    assert_non_null(out);
    report_begin(&report, &html_index_reporter, out, &options);
    add_many(&report, arena, count);
    *kept = arena_used(report.kept);
    report.is_cut_short = is_cut_short;
    assert_int_equal(report_end(&report), 0);
    fclose(out);
    arena_free(arena);
    return text;
}

/* INDEX_FILE=FILE in the environment keeps it, to be looked at. */
static void ten_thousand_are_three_megabytes(void **state)
{
    size_t size, kept;
    char *text = index_of(MANY, false, &size, &kept);
    const char *file = getenv("INDEX_FILE");
    FILE *out = file ? fopen(file, "w") : NULL;

    (void)state;
    print_message("FIGURE index of %d domains: %zu octets; a row in memory: %zu octets\n", MANY, size, kept / MANY);
    if (out) {
        fwrite(text, 1, size, out);
        fclose(out);
    }
    assert_true(size <= INDEX_BYTES);
    assert_true(kept / MANY <= ROW_BYTES);
    assert_non_null(strstr(text, "<h1>10,000 domains</h1>"));
    free(text);
}

static const char *must_follow(const char *text, const char *part)
{
    const char *found = strstr(text, part);

    if (!found)
        fail_msg("%s is not there, or before what is worse", part);
    return found;
}

static void the_worst_come_first(void **state)
{
    size_t size, kept;
    char *text = index_of(100, false, &size, &kept);
    const char *at = text;

    (void)state;
    at = must_follow(at, "<h2>What could not be seen</h2>");
    at = must_follow(at, "<h2>What to repair, by the number of domains</h2>");
    at = must_follow(at, "<section id=\"not_ready\">");
    at = must_follow(at, "<section id=\"unknown\">");
    at = must_follow(at, "<section id=\"warnings\">");
    at = must_follow(at, "<section id=\"ready\">");
    must_follow(text, "<b>22</b>");
    must_follow(text, "<b>50</b>");
    free(text);
}

static void a_run_that_was_cut_short_says_so(void **state)
{
    size_t size, kept;
    char *whole = index_of(4, false, &size, &kept), *part = index_of(4, true, &size, &kept);

    (void)state;
    assert_null(strstr(whole, "Not all domains are here."));
    assert_non_null(strstr(part, "Not all domains are here."));
    free(whole);
    free(part);
}

static char *index_for(const char *first, const char *second)
{
    struct arena *arena = arena_new(16 * 1024 * 1024);
    const char *const clients[] = {first, second};
    struct result result = *fixture_result(arena);
    struct target target = *result.target;
    struct report report;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    result.target = &target;
    report_begin(&report, &html_index_reporter, out, &(struct report_options){.several = true});
    for (size_t i = 0; i < 2; i++) {
        target.letterhead = (struct letterhead){
            .client = clients[i], .consultant = "A. Consultant", .logo = "AAAA", .logo_type = "image/png"};
        report_one(&report, &result, &strict);
    }
    assert_int_equal(report_end(&report), 0);
    fclose(out);
    arena_free(arena);
    return text;
}

static void the_cover_says_what_holds_for_all(void **state)
{
    char *same = index_for("Client Ltd", "Client Ltd"), *differs = index_for("Client Ltd", "Other Ltd"),
         *partly = index_for(NULL, "Client Ltd");

    (void)state;
    must_follow(same, "<dt>For</dt><dd>Client Ltd</dd>");
    must_follow(same, "img-src data:;");
    must_follow(same, "src=\"data:image/png;base64,AAAA\"");
    assert_null(strstr(differs, "Client Ltd"));
    assert_null(strstr(differs, "Other Ltd"));
    must_follow(differs, "<dt>By</dt><dd>A. Consultant</dd>");
    assert_null(strstr(partly, "Client Ltd"));
    free(same);
    free(differs);
    free(partly);
}

/* What peers wrote stands in messages and subjects; a project file has the owner and the client. */
static void hostile_bytes_stay_bytes(void **state)
{
    struct arena *arena = arena_new(16 * 1024 * 1024);
    const struct report_options options = {.several = true};
    struct result result = *fixture_hostile(arena);
    struct target target = *result.target;
    struct report report;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    target.owner = target.letterhead.client = target.letterhead.consultant = HOSTILE;
    result.target = &target;
    report_begin(&report, &html_index_reporter, out, &options);
    for (int verdict = 0; verdict < VERDICT_COUNT; verdict++) {
        result.verdict = (enum verdict)verdict;
        report_one(&report, &result, &strict);
    }
    assert_int_equal(report_end(&report), 0);
    fclose(out);
    assert_null(strstr(text, "<script"));
    assert_null(strstr(text, "\x1b"));
    assert_null(strstr(text, "\xe2\x80\xae"));
    free(text);
    arena_free(arena);
}

/* ---- a baseline ---- */

static void changes_are_told(void **state)
{
    static const struct seen_report earlier = {.domain = "example.org", .started = "2026-11-01T00:00:00Z"};
    static const struct {
        size_t counts[CHANGE_COUNT];
        const struct seen_report *before;
        const char *text;
    } cases[] = {
        {{[CHANGE_NEW] = 1, [CHANGE_WORSE] = 2, [CHANGE_BETTER] = 3, [CHANGE_GONE] = 1},
         &earlier,
         ">3 worse, 4 better<"},
        {{[CHANGE_WORSE] = 2}, &earlier, ">2 worse<"},
        {{[CHANGE_GONE] = 2}, &earlier, ">2 better<"},
        {{[CHANGE_EVIDENCE] = 2}, &earlier, ">nothing<"},
        {{[CHANGE_NEW] = 9}, NULL, ">not seen before<"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new(16 * 1024 * 1024);
        struct difference difference = {.before = cases[i].before};
        struct gate gate = {.fail_on = FAIL, .difference = &difference};
        struct report report;
        char *text = NULL;
        size_t size;
        FILE *out = open_memstream(&text, &size);

        memcpy(difference.counts, cases[i].counts, sizeof difference.counts);
        report_begin(&report, &html_index_reporter, out, &(struct report_options){.several = true});
        report_one(&report, fixture_result(arena), &gate);
        assert_int_equal(report_end(&report), 0);
        fclose(out);
        must_follow(text, cases[i].text);
        free(text);
        arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_named_after_domains),
        cmocka_unit_test(long_names_are_cut_and_differ),
        cmocka_unit_test(ten_thousand_are_three_megabytes),
        cmocka_unit_test(the_worst_come_first),
        cmocka_unit_test(a_run_that_was_cut_short_says_so),
        cmocka_unit_test(the_cover_says_what_holds_for_all),
        cmocka_unit_test(hostile_bytes_stay_bytes),
        cmocka_unit_test(changes_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
