/* MTA-STS records and policies, patterns, and a suite that others wrote. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/records/sts_policy.h"
#include "core/records/sts_record.h"
#include "tests/unit/corpus.h"

#define SUITE "../shared/corpora/mta-sts/mox-mtasts.jsonl"
#define LABEL_63 "123456789012345678901234567890123456789012345678901234567890123"
#define DIGITS_32 "01234567890123456789012345678901"

static void test_records(void **state)
{
    static const struct {
        const char *text, *id; /* NULL: not valid */
        bool is_one;
    } cases[] = {
        {"v=STSv1; id=20160831085700Z;", "20160831085700Z", true},
        {"v=STSv1;id=a", "a", true},
        {"v=STSv1;\tid=a\t;\tx=y\t;", "a", true},
        {"v=STSv1; x.y-z_1=!$%~; id=b", "b", true},
        {"v=STSv1; id=" DIGITS_32, DIGITS_32, true},
        {"v=STSv1; id=first; id=second", "first", true},
        {"v=STSv1 ; id=a", "a", false}, /* the grammar has it, but senders drop it: RFC 8461 3.1 */
        {"v=STSv1", NULL, false},
        {"v=STSv1;", NULL, true},
        {"v=STSv1; ; id=a", NULL, true},
        {"v=STSv1; id=a;;", NULL, true},
        {"v=STSv1; id=a ; ", "a", true},
        {"v=STSv1; id=a ", NULL, true},
        {"v=STSv1; id=" DIGITS_32 "x", NULL, true},
        {"v=STSv1; id=a-b", NULL, true},
        {"v=STSv1; id=", NULL, true},
        {"v=STSv1; id", NULL, true},
        {"v=STSv1; =a; id=a", NULL, true},
        {"v=STSv1; id =a", NULL, true},
        {"v=STSv1; id= a", NULL, true},
        {"v=STSv1; ID=a", NULL, true},
        {"v=STSv1; id=a; x=a=b", NULL, true},
        {"v=STSv1; id=a; x=\x7f", NULL, true},
        {"v=STSv1; id=a; _x=1", NULL, true},
        {"v=STSv1x; id=a", NULL, false},
        {"v=stsv1; id=a", NULL, false},
        {" v=STSv1; id=a", NULL, false},
        {"id=a; v=STSv1", NULL, false},
        {"", NULL, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str text = str_of(cases[i].text);
        struct sts_record record;
        const char *why;
        bool valid = sts_record_parse(text, &record, &why);

        if (valid != (cases[i].id != NULL) || (valid && !str_equal(record.id, str_of(cases[i].id))) ||
            valid == (why != NULL))
            fail_msg("\"%s\": %s", cases[i].text, why ? why : "valid");
        assert_int_equal(sts_record_is_one(text), cases[i].is_one);
    }
}

static void test_policies(void **state)
{
    static const struct {
        const char *text;
        enum sts_mode mode; /* STS_NO_MODE: not valid */
        uint32_t max_age_s;
        size_t mx;
    } cases[] = {
        {"version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.example.net\r\nmax_age: 604800\r\n",
         STS_ENFORCE, 604800, 2},
        {"version: STSv1\nmode: testing\nmx: a.example\nmax_age: 86400", STS_TESTING, 86400, 1},
        {"mode:none\nmax_age:0\nversion:STSv1\n", STS_MODE_NONE, 0, 0},
        {"version: STSv1\r\nmode: enforce\nmx: a.example\r\nmax_age: 1\n", STS_ENFORCE, 1, 1}, /* mixed line ends */
        {"version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 31557600\n", STS_ENFORCE, 31557600, 1},
        {"version: STSv1\nmode: enforce\nmode: none\nmx: a.example\nmax_age: 7\nmax_age: x\n", STS_ENFORCE, 7,
         1}, /* the first counts */
        {"version: STSv1\nmode: none\nmax_age: 1\nx-y.z_1: \xc3\xa9 and more\n", STS_MODE_NONE, 1, 0},
        {"version: STSv1\nmode: enforce\nmx: com\nmax_age: 1\n", STS_ENFORCE, 1, 1},
        {"version: STSv1\nmode: enforce\nmx: *.x\nmax_age: 0000000001\n", STS_ENFORCE, 1, 1},
        {"version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 00000000001\n", STS_NO_MODE, 0, 0},
        {"version: STSv1\nmode: enforce\nmx: " LABEL_63 ".example\nmax_age: 1\n", STS_ENFORCE, 1, 1},
        {"version: STSv1\nmode: enforce\nmx: " LABEL_63 "4.example\nmax_age: 1\n", STS_NO_MODE, 0, 0},
        {"version: STSv1\nmode: enforce\nmx: " LABEL_63 "." LABEL_63 "." LABEL_63 ".1" DIGITS_32 "5678901234567890123456789x"
         "xx\nmax_age: 1\n",
         STS_ENFORCE, 1, 1}, /* 253 octets, and 254 */
        {"version: STSv1\nmode: enforce\nmx: " LABEL_63 "." LABEL_63 "." LABEL_63 ".1" DIGITS_32 "5678901234567890123456789x"
         "xxx\nmax_age: 1\n",
         STS_NO_MODE, 0, 0},
        {"version: STSv1\nmode: none\nmax_age: 1\nx: a\x01" "b\n", STS_NO_MODE, 0, 0},
        {"version: STSv1\nmode: none\nmax_age: 1\nx: a\x7f" "b\n", STS_NO_MODE, 0, 0},
        {"version: STSv1\nmode: none\nmax_age: 1\nx: a\x01\n", STS_NO_MODE, 0, 0},
        {"version: STSv1\nmode: none\nmax_age: 1\nx:\n", STS_NO_MODE, 0, 0},
        {"version: STSv1\nmode: none\nmax_age: 1\nx: \n", STS_NO_MODE, 0, 0},
        {"version: STSv1\nmode: none\nmax_age: 1\nx: y \n", STS_MODE_NONE, 1, 0},
        {"version: STSv1\nmode: none\nmax_age: 1\n\r\n", STS_NO_MODE, 0, 0},
        {"version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 31557601\n", STS_NO_MODE, 0, 0},
        {"version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 4294967297\n", STS_NO_MODE, 0, 0},
        {"version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 99999999999999999999\n", STS_NO_MODE, 0, 0},
        {"version: STSv1\nmode: enforce\nmx: a.example\nmax_age: -1\n", STS_NO_MODE, 0, 0},
        {"version: STSv1\nmode: enforce\nmx: a.example\nmax_age: +1\n", STS_NO_MODE, 0, 0},
        {"version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 1e3\n", STS_NO_MODE, 0, 0},
        {"version: STSv1\nmode: enforce\nmx: a.example\nmax_age:\n", STS_NO_MODE, 0, 0},
        {"\xef\xbb\xbfversion: STSv1\nmode: none\nmax_age: 1\n", STS_NO_MODE, 0, 0},
        {"version: STSv1\n\nmode: none\nmax_age: 1\n", STS_NO_MODE, 0, 0},
        {"version: STSv1\nmode: none\nmax_age: 1\n\n", STS_NO_MODE, 0, 0},
        {"version: STSv1\rmode: none\rmax_age: 1\r", STS_NO_MODE, 0, 0},
        {"version: STSv1\r\r\nmode: none\r\r\nmax_age: 1\r\r\n", STS_NO_MODE, 0, 0},
        {"version: STSv1\nmode none\nmax_age: 1\n", STS_NO_MODE, 0, 0},
        {"version : STSv1\nmode: none\nmax_age: 1\n", STS_NO_MODE, 0, 0},
        {"Version: STSv1\nMode: none\nMax_Age: 1\n", STS_NO_MODE, 0, 0},
        {"version: stsv1\nmode: none\nmax_age: 1\n", STS_NO_MODE, 0, 0},
        {"version: STSv1\nmode: Enforce\nmx: a.example\nmax_age: 1\n", STS_NO_MODE, 0, 0},
        {"version: STSv1\nmode: enforce\nmx: a.example.\nmax_age: 1\n", STS_NO_MODE, 0, 0},
        {"version: STSv1\nmode: enforce\nmx: a_b.example\nmax_age: 1\n", STS_NO_MODE, 0, 0},
        {"version: STSv1\nmode: enforce\nmx: -a.example\nmax_age: 1\n", STS_NO_MODE, 0, 0},
        {"version: STSv1\nmode: enforce\nmx: *\nmax_age: 1\n", STS_NO_MODE, 0, 0},
        {"version: STSv1\nmode: enforce\nmx: *.\nmax_age: 1\n", STS_NO_MODE, 0, 0},
        {"version: STSv1\nmode: enforce\nmx: a.*.example\nmax_age: 1\n", STS_NO_MODE, 0, 0},
        {"version: STSv1\nmode: enforce\nmx: a.example, b.example\nmax_age: 1\n", STS_NO_MODE, 0, 0},
        {"<!DOCTYPE html>\n<html></html>\n", STS_NO_MODE, 0, 0},
        {"", STS_NO_MODE, 0, 0},
    };
    struct arena *arena = arena_new(1 << 20);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sts_policy policy;
        const char *why;
        bool valid = sts_policy_parse(arena, str_of(cases[i].text), &policy, &why);

        if (valid != (cases[i].mode != STS_NO_MODE) || valid == (why != NULL))
            fail_msg("case %zu: %s", i, why ? why : "valid");
        if (valid &&
            (policy.mode != cases[i].mode || policy.max_age_s != cases[i].max_age_s || policy.mx_count != cases[i].mx))
            fail_msg("case %zu: mode %s, max_age %u, %zu patterns", i, sts_mode_word(policy.mode),
                     (unsigned)policy.max_age_s, policy.mx_count);
    }
    arena_free(arena);
}

static void test_the_line_is_named(void **state)
{
    struct arena *arena = arena_new(1 << 16);
    struct sts_policy policy;
    const char *why;

    (void)state;
    assert_false(sts_policy_parse(arena, str_of("version: STSv1\r\nmode: enforce\r\nmx: *.*\r\n"), &policy, &why));
    assert_int_equal(strncmp(why, "line 3: ", 8), 0);
    assert_false(sts_policy_parse(arena, str_of("version: STSv1\r\nmode: strict\r\n"), &policy, &why));
    assert_int_equal(strncmp(why, "line 2: ", 8), 0);
    arena_free(arena);
}

/* 10,000 lines of mx: what is kept is bounded, the rest counted. */
static void test_many_patterns(void **state)
{
    struct arena *arena = arena_new(1 << 22);
    const char *line = "mx: a.example\n", *head = "version: STSv1\nmode: enforce\nmax_age: 1\n";
    const size_t lines = 10000, head_len = strlen(head), line_len = strlen(line);
    char *text = arena_alloc(arena, head_len + lines * line_len);
    struct sts_policy policy;
    const char *why;

    (void)state;
    memcpy(text, head, head_len);
    for (size_t i = 0; i < lines; i++)
        memcpy(text + head_len + i * line_len, line, line_len);
    assert_true(sts_policy_parse(arena, (struct str){text, head_len + lines * line_len}, &policy, &why));
    assert_int_equal(policy.mx_count, STS_MX_MAX);
    assert_int_equal(policy.mx_left_out, lines - STS_MX_MAX);
    arena_free(arena);
}

static void test_patterns(void **state)
{
    static const struct {
        const char *pattern, *host;
        bool matches;
    } cases[] = {
        {"mail.example.com", "mail.example.com", true},    {"MAIL.Example.com", "mail.example.com", true},
        {"mail.example.com", "mail2.example.com", false},  {"*.example.com", "mail.example.com", true},
        {"*.example.com", "a.b.example.com", false},       {"*.example.com", "example.com", false},
        {"*.example.com", "mail.example.com.evil", false}, {"*.example.com", "mail\\.example.com", false},
        {"*.com", "example.com", true},                    {"*.example.com", "", false},
        {"example.com", "", false},                        {"*.b.example.com", "a.b.example.com", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (sts_pattern_matches(str_of(cases[i].pattern), cases[i].host) != cases[i].matches)
            fail_msg("%s, %s", cases[i].pattern, cases[i].host);
}

/* One of its patterns is enough. */
static void test_cover(void **state)
{
    struct arena *arena = arena_new(1 << 16);
    struct sts_policy policy;
    const char *why;

    (void)state;
    assert_true(sts_policy_parse(
        arena, str_of("version: STSv1\nmode: enforce\nmx: a.example\nmx: *.b.example\nmax_age: 1\n"), &policy, &why));
    assert_true(sts_policy_covers(&policy, "a.example"));
    assert_true(sts_policy_covers(&policy, "mx.b.example"));
    assert_false(sts_policy_covers(&policy, "c.example"));
    arena_free(arena);
}

static bool judge(const char *kind, struct str input)
{
    struct arena *arena = arena_new(1 << 16);
    struct sts_record record;
    struct sts_policy policy;
    const char *why;
    bool valid = strcmp(kind, "record") == 0 ? sts_record_parse(input, &record, &why)
                                             : sts_policy_parse(arena, input, &policy, &why);

    arena_free(arena);
    return valid;
}

static void test_suite(void **state)
{
    (void)state;
    run_corpus(SUITE, judge, NULL, 0, 42);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records),   cmocka_unit_test(test_policies), cmocka_unit_test(test_the_line_is_named),
        cmocka_unit_test(test_many_patterns), cmocka_unit_test(test_patterns), cmocka_unit_test(test_cover),
        cmocka_unit_test(test_suite),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
