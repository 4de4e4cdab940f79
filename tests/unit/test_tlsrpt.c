/* TLS-RPT records, and a suite that others wrote. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/records/tlsrpt.h"
#include "tests/unit/corpus.h"

#define SUITE "../shared/corpora/tlsrpt/mox-tlsrpt.jsonl"

static void test_records(void **state)
{
    static const struct {
        const char *text;
        size_t uris, unknown; /* uris 0: not valid */
    } cases[] = {
        {"v=TLSRPTv1; rua=mailto:reports@example.com", 1, 0},
        {"v=TLSRPTv1;rua=https://reporting.example.com/v1/tlsrpt", 1, 0},
        {"v=TLSRPTv1; rua=mailto:a@example.com,https://example.com/,mailto:b@example.com;", 3, 0},
        {"v=TLSRPTv1; rua=mailto:a@example.com \t, \t https://example.com ; x=y;", 2, 0},
        {"v=TLSRPTv1; rua=MAILTO:a@example.com", 1, 0},
        {"v=TLSRPTv1; rua=mailto:a@example.com?subject=x%20y", 1, 0},
        {"v=TLSRPTv1; rua=mailto:a%2Cb@example.com", 1, 0},
        {"v=TLSRPTv1; rua=mailto:a@example.com,ftp://example.com/", 2, 1},
        {"v=TLSRPTv1; rua=https://example.com/?a=b", 1, 0}, /* a URI may have "=", an extension's value may not */
        {"v=TLSRPTv1; rua=mailto:a@example.com,ftp://example.com/,ftp://example.com/", 3, 2},
        {"v=TLSRPTv1; rua=ftp://example.com/", 0, 0},
        {"v=TLSRPTv1; rua=http://example.com/", 0, 0},
        {"v=TLSRPTv1; rua=reports@example.com", 0, 0},
        {"v=TLSRPTv1; rua=mailto:", 0, 0},
        {"v=TLSRPTv1; rua=mailto:example.com", 0, 0},
        {"v=TLSRPTv1; rua=mailto:@example.com", 0, 0},
        {"v=TLSRPTv1; rua=mailto:a@", 0, 0},
        {"v=TLSRPTv1; rua=mailto:?to=a@example.com", 0, 0},
        {"v=TLSRPTv1; rua=https:example.com", 0, 0},
        {"v=TLSRPTv1; rua=https:///v1", 0, 0},
        {"v=TLSRPTv1; rua=https://", 0, 0},
        {"v=TLSRPTv1; rua=mailto:a@example.com!10m", 0, 0},
        {"v=TLSRPTv1; rua=mailto:a@example.com,", 0, 0},
        {"v=TLSRPTv1; rua=,mailto:a@example.com", 0, 0},
        {"v=TLSRPTv1; rua=mailto:a%2@example.com", 0, 0},
        {"v=TLSRPTv1; rua=mailto:a@example.com?a=%20", 1, 0},
        {"v=TLSRPTv1; rua=mailto:a@example.com?a=%2", 0, 0},
        {"v=TLSRPTv1; rua=mailto:a@example.com?a=%", 0, 0},
        {"v=TLSRPTv1; rua=mailto:a@example.com?a=%2x", 0, 0},
        {"v=TLSRPTv1; rua=mailto:a@example.com?a=%x2", 0, 0},
        {"v=TLSRPTv1; rua=mailto:a@example.com?a=~", 1, 0},
        {"v=TLSRPTv1; rua=https://,mailto:a@example.com", 0, 0},
        {"v=TLSRPTv1; rua=mailto:a@example.com,x", 0, 0}, /* no scheme */
        {"v=TLSRPTv1; rua=mailto:a@example.com,xyz", 0, 0},
        {"v=TLSRPTv1; rua=mailto:a@example.com,x+1-2.3:y", 2, 1},
        {"v=TLSRPTv1; rua=mailto:a@example.com,x:", 2, 1},
        {"v=TLSRPTv1; rua=mailto:a@example.com,1x:y", 0, 0},
        {"v=TLSRPTv1; rua=mailto:a@example.com,x_:y", 0, 0},
        {"v=TLSRPTv1; rua=mailto:a@example.com,:y", 0, 0},
        {"v=TLSRPTv1; rua=https://a", 1, 0},
        {"v=TLSRPTv1; rua=mailto:a@example.com\x01", 0, 0},
        {"v=TLSRPTv1; rua=mailto:a@ex\xc3\xa9mple.com", 0, 0},
        {"v=TLSRPTv1; ruf=mailto:a@example.com", 0, 0},
        {"v=TLSRPTv1; rua = mailto:a@example.com", 0, 0},
        {"v=TLSRPTv1 rua=mailto:a@example.com", 0, 0},
        {"v=TLSRPTv1; rua=mailto:a@example.com ", 0, 0},
        {"v=TLSRPTv1; rua=mailto:a@example.com ; ", 1, 0},
        {"v=TLSRPTv1", 0, 0},
        {"v=tlsrptv1; rua=mailto:a@example.com", 0, 0},
        {"", 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tlsrpt_record record;
        const char *why;
        bool valid = tlsrpt_parse(str_of(cases[i].text), &record, &why);

        if (valid != (cases[i].uris > 0) || valid == (why != NULL))
            fail_msg("\"%s\": %s", cases[i].text, why ? why : "valid");
        if (valid && record.unknown) /* the first of them is told */
            assert_true(record.first_odd.at == strchr(cases[i].text, ',') + 1);
        if (valid && (record.uris != cases[i].uris || record.unknown != cases[i].unknown))
            fail_msg("\"%s\": %zu, %zu unknown", cases[i].text, record.uris, record.unknown);
    }
}

static void test_which_records_count(void **state)
{
    (void)state;
    assert_true(tlsrpt_is_one(str_of("v=TLSRPTv1;")));
    assert_false(tlsrpt_is_one(str_of("v=TLSRPTv1")));
    assert_false(tlsrpt_is_one(str_of("v=TLSRPTv1 ;")));
    assert_false(tlsrpt_is_one(str_of("v=TLSRPTv10;")));
    assert_false(tlsrpt_is_one((struct str){NULL, 0}));
}

static bool judge(const char *kind, struct str input)
{
    struct tlsrpt_record record;
    const char *why;

    (void)kind;
    return tlsrpt_parse(input, &record, &why);
}

static void test_suite(void **state)
{
    static const struct difference differences[] = {
        {"v=TLSRPTv1; rua=mailto:tlsrpt@mox.example , \t\t https://mox.example/tlsrpt  ",
         "RFC 8460 3: blanks stand beside a comma or semicolon, not at the end"},
    };

    (void)state;
    run_corpus(SUITE, judge, differences, sizeof differences / sizeof *differences, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_which_records_count),
        cmocka_unit_test(test_suite),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
