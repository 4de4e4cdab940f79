/* What changed between two reports. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/result/seen_json.h"

#define FINDING(id, status, ip, more)                                                                                  \
    "{\"id\": \"" id "\", \"status\": \"" status "\", \"subject\": \"" ip "\", \"message\": \"m\", "                   \
    "\"subject_parts\": {\"kind\": \"address\", \"ip\": \"" ip "\"}, \"evidence\": [\"dns:a.lab/A\", "                 \
    "\"dns:a.lab/SOA\"]" more "}"
#define REPORT_OF(domain, findings, records)                                                                           \
    "{\"schema\": \"https://mailready.example/schema/report-1.json\", \"target\": {\"domain\": \"" domain "\"}, "      \
    "\"vantage\": {\"started\": \"2026-11-29T00:00:00Z\"}, \"verdict\": \"ready\", \"findings\": [" findings "], "     \
    "\"evidence\": {\"dns:a.lab/A\": {\"status\": \"ok\", \"ttl\": 7, \"records\": [" records "]}, "                   \
    "\"dns:a.lab/SOA\": {\"status\": \"ok\", \"records\": [" records "]}}, \"unheard\": [1]}"
#define REPORT(findings) REPORT_OF("a.lab", findings, "\"11.0.0.1\"")

#define ACCEPTED ", \"suppressed\": {}"

static struct seen_list read(struct arena *arena, const char *text)
{
    struct seen_list list;
    const char *why = "";

    if (!seen_read(arena, text, strlen(text), &list, &why))
        fail_msg("%s", why);
    return list;
}

static void tells_each_change(void **state)
{
    static const struct {
        const char *before, *after;
        int change; /* CHANGE_COUNT: none */
    } cases[] = {
        {"", FINDING("ptr.exists", "fail", "11.0.0.1", ""), CHANGE_NEW},
        {"", FINDING("ptr.exists", "note", "11.0.0.1", ""), CHANGE_NEW},
        {"", FINDING("ptr.exists", "pass", "11.0.0.1", ""), CHANGE_COUNT},
        {"", FINDING("ptr.exists", "skipped", "11.0.0.1", ""), CHANGE_COUNT},
        {"", FINDING("ptr.exists", "fail", "11.0.0.1", ACCEPTED), CHANGE_COUNT},
        {"", FINDING("ptr.exists", "unknown", "11.0.0.1", ""), CHANGE_UNDECIDED},
        {FINDING("ptr.exists", "pass", "11.0.0.1", ""), FINDING("ptr.exists", "fail", "11.0.0.1", ""), CHANGE_WORSE},
        {FINDING("ptr.exists", "skipped", "11.0.0.1", ""), FINDING("ptr.exists", "warn", "11.0.0.1", ""), CHANGE_WORSE},
        {FINDING("ptr.exists", "warn", "11.0.0.1", ""), FINDING("ptr.exists", "fail", "11.0.0.1", ""), CHANGE_WORSE},
        {FINDING("ptr.exists", "fail", "11.0.0.1", ""), FINDING("ptr.exists", "warn", "11.0.0.1", ""), CHANGE_BETTER},
        {FINDING("ptr.exists", "fail", "11.0.0.1", ""), FINDING("ptr.exists", "pass", "11.0.0.1", ""), CHANGE_BETTER},
        {FINDING("ptr.exists", "fail", "11.0.0.1", ""), FINDING("ptr.exists", "skipped", "11.0.0.1", ""),
         CHANGE_BETTER},
        {FINDING("ptr.exists", "fail", "11.0.0.1", ""), FINDING("ptr.exists", "fail", "11.0.0.1", ""), CHANGE_COUNT},
        {FINDING("ptr.exists", "fail", "11.0.0.1", ""), "", CHANGE_GONE},
        {FINDING("ptr.exists", "pass", "11.0.0.1", ""), "", CHANGE_COUNT},
        {FINDING("ptr.exists", "unknown", "11.0.0.1", ""), "", CHANGE_COUNT},
        {FINDING("ptr.exists", "fail", "11.0.0.1", ACCEPTED), "", CHANGE_COUNT},
        /* neither better nor worse */
        {FINDING("ptr.exists", "fail", "11.0.0.1", ""), FINDING("ptr.exists", "unknown", "11.0.0.1", ""),
         CHANGE_UNDECIDED},
        {FINDING("ptr.exists", "pass", "11.0.0.1", ""), FINDING("ptr.exists", "unknown", "11.0.0.1", ""),
         CHANGE_UNDECIDED},
        {FINDING("ptr.exists", "unknown", "11.0.0.1", ""), FINDING("ptr.exists", "unknown", "11.0.0.1", ""),
         CHANGE_COUNT},
        /* nobody knew of it */
        {FINDING("ptr.exists", "unknown", "11.0.0.1", ""), FINDING("ptr.exists", "fail", "11.0.0.1", ""), CHANGE_NEW},
        {FINDING("ptr.exists", "unknown", "11.0.0.1", ""), FINDING("ptr.exists", "pass", "11.0.0.1", ""),
         CHANGE_BETTER},
        /* a suppression that ended, and one that began */
        {FINDING("ptr.exists", "fail", "11.0.0.1", ACCEPTED), FINDING("ptr.exists", "fail", "11.0.0.1", ""),
         CHANGE_WORSE},
        {FINDING("ptr.exists", "fail", "11.0.0.1", ""), FINDING("ptr.exists", "fail", "11.0.0.1", ACCEPTED),
         CHANGE_EVIDENCE},
        {FINDING("ptr.exists", "warn", "11.0.0.1", ACCEPTED), FINDING("ptr.exists", "fail", "11.0.0.1", ACCEPTED),
         CHANGE_COUNT},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new(1 << 20);
        struct seen_list before, after;
        const struct difference *d;
        char text[4096];

        snprintf(text, sizeof text, REPORT("%s"), cases[i].before);
        before = read(arena, text);
        snprintf(text, sizeof text, REPORT("%s"), cases[i].after);
        after = read(arena, text);
        d = difference_of(arena, &before.at[0], &after.at[0]);
        if (d->count != (cases[i].change != CHANGE_COUNT) || (d->count && (int)d->items[0].change != cases[i].change))
            fail_msg("case %zu: %zu changes, %s", i, d->count, d->count ? change_word(d->items[0].change) : "none");
        assert_true(change_is_regression(CHANGE_NEW) && change_is_regression(CHANGE_WORSE));
        arena_free(arena);
    }
}

static void compares_records_and_no_serials(void **state)
{
    struct arena *arena = arena_new(1 << 20);
    struct seen_list a =
        read(arena, REPORT_OF("a.lab", FINDING("ptr.exists", "pass", "11.0.0.1", ""), "\"11.0.0.1\", \"11.0.0.2\""));
    struct seen_list same =
        read(arena, REPORT_OF("a.lab", FINDING("ptr.exists", "pass", "11.0.0.1", ""), "\"11.0.0.2\", \"11.0.0.1\""));
    struct seen_list other =
        read(arena, REPORT_OF("a.lab", FINDING("ptr.exists", "pass", "11.0.0.1", ""), "\"11.0.0.1\", \"11.0.0.3\""));

    (void)state;
    assert_int_equal(difference_of(arena, a.at, same.at)->count, 0);
    assert_int_equal(difference_of(arena, a.at, other.at)->counts[CHANGE_EVIDENCE], 1);
    arena_free(arena);
}

/* Of what was not judged, before or now, no evidence is compared. */
static void compares_records_of_what_was_judged(void **state)
{
    static const struct {
        const char *before, *after;
        size_t count;
    } cases[] = {{"pass", "pass", 1},    {"note", "note", 1},    {"fail", "fail", 1},
                 {"pass", "skipped", 0}, {"skipped", "pass", 0}, {"skipped", "skipped", 0}};
    static const char *const records[] = {"\"11.0.0.1\"", "\"11.0.0.2\""};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new(1 << 20);
        struct seen_list lists[2];
        const char *statuses[] = {cases[i].before, cases[i].after};

        for (size_t k = 0; k < 2; k++)
            lists[k] = read(arena, str_printf(arena,
                                              REPORT_OF("a.lab", FINDING("ptr.exists", "%s", "11.0.0.1", ""), "%s"),
                                              statuses[k], records[k], records[k]));
        assert_int_equal(difference_of(arena, lists[0].at, lists[1].at)->count, cases[i].count);
        arena_free(arena);
    }
}

#define EVIDENCE(a, soa, smtp)                                                                                         \
    "{\"schema\": \"https://mailready.example/schema/report-1.json\", \"target\": {\"domain\": \"a.lab\"}, "             \
    "\"vantage\": {\"started\": \"2026-11-29T00:00:00Z\"}, \"verdict\": \"ready\", \"findings\": [{\"id\": "           \
    "\"mx.exists\", \"status\": \"pass\", \"subject\": \"a.lab\", \"message\": \"m\", \"evidence\": [7, \"dns:a.lab/A\", " \
    "\"dns:a.lab/SOA\", \"smtp:11.0.0.1:25\"]}], \"evidence\": {\"dns:a.lab/A\": " a ", \"dns:a.lab/SOA\": " soa       \
    ", \"smtp:11.0.0.1:25\": " smtp "}}"

/* Of the evidence that a finding names, only what records say is compared, and not what counts up by itself. */
static void compares_answers_only(void **state)
{
    static const struct {
        const char *text;
        size_t changes;
    } cases[] = {
        {EVIDENCE("{\"status\": \"ok\", \"records\": [\"1\"]}", "{\"records\": [\"1\"]}", "{\"records\": [\"1\"]}"), 0},
        {EVIDENCE("{\"status\": \"ok\", \"records\": [\"1\"]}", "{\"records\": [\"2\"]}", "{\"records\": [\"1\"]}"), 0},
        {EVIDENCE("{\"status\": \"ok\", \"records\": [\"1\"]}", "{\"records\": [\"1\"]}", "{\"records\": [\"2\"]}"), 0},
        {EVIDENCE("{\"status\": \"ok\", \"records\": [\"2\"]}", "{\"records\": [\"1\"]}", "{\"records\": [\"1\"]}"), 1},
        {EVIDENCE("{\"status\": \"ok\", \"records\": [\"1\", \"1\"]}", "{}", "{}"), 1},
        {EVIDENCE("{\"status\": \"ok\", \"records\": [\"1\", 2]}", "{}", "{}"), 0},
        {EVIDENCE("{\"status\": \"nodata\", \"records\": [\"1\"]}", "{}", "{}"), 1},
        {EVIDENCE("{\"records\": [\"1\"]}", "{}", "{}"), 1},
    };
    struct arena *arena = arena_new(1 << 20);
    struct seen_list first = read(arena, cases[0].text);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct seen_list other = read(arena, cases[i].text);

        if (difference_of(arena, first.at, other.at)->count != cases[i].changes)
            fail_msg("case %zu", i);
    }
    arena_free(arena);
}

#define ABOUT(status, subject, parts)                                                                                  \
    "{\"id\": \"dkim.exists\", \"status\": \"" status "\", \"subject\": \"" subject "\", \"message\": \"m\"" parts "}"

/* By its parts, in whatever letter case; a report of the first weeks has none. */
static void a_subject_is_known_again(void **state)
{
    static const struct {
        const char *before, *after;
        bool same;
    } cases[] = {
        {ABOUT("fail", "x", ", \"subject_parts\": {\"kind\": \"selector\", \"name\": \"a.lab\", \"selector\": \"s1\"}"),
         ABOUT("fail", "y", ", \"subject_parts\": {\"kind\": \"selector\", \"name\": \"A.lab\", \"selector\": \"S1\"}"),
         true},
        {ABOUT("fail", "x", ", \"subject_parts\": {\"kind\": \"selector\", \"name\": \"a.lab\", \"selector\": \"s1\"}"),
         ABOUT("fail", "x", ", \"subject_parts\": {\"kind\": \"selector\", \"name\": \"a.lab\", \"selector\": \"s2\"}"),
         false},
        {ABOUT("fail", "x", ", \"subject_parts\": {\"kind\": \"host\", \"host\": \"a.lab\"}"),
         ABOUT("fail", "x", ", \"subject_parts\": {\"kind\": \"name\", \"name\": \"a.lab\"}"), false},
        {ABOUT("fail", "x", ""), ABOUT("fail", "x", ""), true},
        {ABOUT("fail", "x", ""), ABOUT("fail", "y", ""), false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new(1 << 20);
        struct seen_list before = read(arena, str_printf(arena, REPORT("%s"), cases[i].before));
        struct seen_list after = read(arena, str_printf(arena, REPORT("%s"), cases[i].after));

        if ((difference_of(arena, before.at, after.at)->count == 0) != cases[i].same)
            fail_msg("case %zu", i);
        arena_free(arena);
    }
}

/* New before worse, and else as the later report has them. */
static void changes_are_in_the_order_of_the_report(void **state)
{
    struct arena *arena = arena_new(1 << 20);
    struct seen_list before = read(arena, REPORT(FINDING("ptr.exists", "warn", "11.0.0.1", "") ","
                                                 FINDING("ptr.exists", "warn", "11.0.0.2", "")));
    struct seen_list after = read(arena, REPORT(FINDING("ptr.exists", "pass", "11.0.0.9", "") ","
                                                FINDING("ptr.exists", "fail", "11.0.0.2", "") ","
                                                FINDING("ptr.exists", "fail", "11.0.0.1", "") ","
                                                FINDING("ptr.exists", "fail", "11.0.0.3", "")));
    const struct difference *d = difference_of(arena, before.at, after.at);

    (void)state;
    assert_int_equal(d->count, 3);
    assert_string_equal(d->items[0].after->subject, "11.0.0.3");
    assert_string_equal(d->items[1].after->subject, "11.0.0.2");
    assert_string_equal(d->items[2].after->subject, "11.0.0.1");
    assert_ptr_equal(difference_at(d, 2), &d->items[2]);
    arena_free(arena);
}

static void asks_for_no_more_than_was_asked(void **state)
{
    static const char before[] = REPORT(FINDING("ptr.exists", "fail", "11.0.0.1", ""));
    static const char *const scopes[] = {"\"only\": [\"mx\"]", "\"skip\": [\"ptr\"]", "\"skip\": [\"ptr.exists\"]"};

    (void)state;
    for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++) {
        struct arena *arena = arena_new(1 << 20);
        struct seen_list old = read(arena, before);
        const char *text =
            str_printf(arena, "%.*s, \"scope\": {%s}}", (int)strlen(REPORT("")) - 1, REPORT(""), scopes[i]);
        struct seen_list new = read(arena, text);

        assert_int_equal(difference_of(arena, old.at, new.at)->count, 0);
        arena_free(arena);
    }
}

static void counts_all_of_an_unheard_domain_as_new(void **state)
{
    struct arena *arena = arena_new(1 << 20);
    struct seen_list list = read(arena, REPORT(FINDING("ptr.exists", "fail", "11.0.0.1", "")));
    const struct difference *d = difference_of(arena, NULL, list.at);

    (void)state;
    assert_int_equal(d->counts[CHANGE_NEW], 1);
    assert_non_null(difference_at(d, 0));
    assert_null(difference_at(d, 1));
    arena_free(arena);
}

static void reads_documents_lists_and_lines(void **state)
{
    struct arena *arena = arena_new(1 << 20);

    (void)state;
    assert_int_equal(read(arena, REPORT("")).count, 1);
    assert_int_equal(read(arena, "[" REPORT("") "," REPORT_OF("b.lab", "", "") "]").count, 2);
    assert_int_equal(read(arena, REPORT("") "\n" REPORT_OF("b.lab", "", "") "\n").count, 2);
    assert_int_equal(read(arena, REPORT("") "\n" REPORT_OF("b.lab", "", "") "\n\n"
                                              REPORT_OF("c.lab", "", "") "\n" REPORT_OF("d.lab", "", "")).count, 4);
    arena_free(arena);
}

static void refuses_what_is_no_report(void **state)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"", ""},
        {"null", "schema"},
        {"{}", "schema"},
        {"[]", "no report"},
        {"[1]", "schema"},
        {"{\"mailready_evidence\": 1}", "recording"},
        {"{\"schema\": \"https://mailready.example/schema/report-2.json\"}", "report-2"},
        {"{\"schema\": 1}", "schema"},
        {"{\"schema\": \"https://mailready.example/schema/report-1.json\"}", "no target"},
        {"[{\"schema\": \"https://mailready.example/schema/report-2.json\"}, 1]", "report-2"}, /* the first of two */
        {"{\"schema\": \"https://mailready.example/schema/report-1.json\", \"target\": {}}", "no findings"},
        {"{\"schema\": \"https://mailready.example/schema/report-1.json\", \"findings\": []}", "no target"},
        {REPORT("") "\n{\n", "line 2"},
        {REPORT("") "\n{", "line 2: line 1: "},
        {"{", "line 1: "},
        {REPORT("") "\n\n{", ""},
        {REPORT("{}, {\"id\": 1}"), "findings[0].id"},
        {REPORT("") "\n" REPORT_OF("b.lab", "", "") "\nx", "line 3"},
        {"[" REPORT("") "," REPORT("") "]", "two reports about a.lab"},
        {REPORT("{}"), "findings[0].id"},
        {REPORT(FINDING("ptr.exists", "bad", "11.0.0.1", "")), "findings[0].status: \"bad\""},
        {REPORT("null"), "findings[0].id"},
        {REPORT(FINDING("ptr.exists", "pass", "11.0.0.1", "")) "x", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new(1 << 20);
        struct seen_list list;
        const char *why = NULL;

        assert_false(seen_read(arena, cases[i].text, strlen(cases[i].text), &list, &why));
        if (!why || !strstr(why, cases[i].why))
            fail_msg("case %zu: %s", i, why ? why : "no reason");
        arena_free(arena);
    }
}

static void refuses_a_report_that_was_cut(void **state)
{
    static const char whole[] = REPORT(FINDING("ptr.exists", "fail", "11.0.0.1", ""));

    (void)state;
    for (size_t size = 0; size < strlen(whole); size++) {
        struct arena *arena = arena_new(1 << 20);
        struct seen_list list;
        const char *why = NULL;

        assert_false(seen_read(arena, whole, size, &list, &why));
        assert_non_null(why);
        arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_each_change),
        cmocka_unit_test(compares_records_and_no_serials),
        cmocka_unit_test(compares_records_of_what_was_judged),
        cmocka_unit_test(compares_answers_only),
        cmocka_unit_test(a_subject_is_known_again),
        cmocka_unit_test(changes_are_in_the_order_of_the_report),
        cmocka_unit_test(asks_for_no_more_than_was_asked),
        cmocka_unit_test(counts_all_of_an_unheard_domain_as_new),
        cmocka_unit_test(reads_documents_lists_and_lines),
        cmocka_unit_test(refuses_what_is_no_report),
        cmocka_unit_test(refuses_a_report_that_was_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
