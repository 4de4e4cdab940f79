/* BIMI records: which texts are one, and what they say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/arena.h"
#include "core/records/bimi_record.h"

static bool same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void test_records(void **state)
{
    static const struct {
        const char *text;
        bool is_one, is_valid;
        const char *logo, *authority;
        bool declines;
    } cases[] = {
        {"v=BIMI1; l=https://example.org/l.svg; a=https://example.org/a.pem", true, true, "https://example.org/l.svg",
         "https://example.org/a.pem", false},
        {"v=BIMI1;l=https://example.org/l.svg", true, true, "https://example.org/l.svg", NULL, false},
        {" v = BIMI1 ; a= ; l = https://WWW.Example.ORG/Logo.SVG?A=B ; ", true, true,
         "https://www.example.org/Logo.SVG?A=B", NULL, false},
        {"v=BIMI1; l=https://example.org:8443/l; avp=brand; lps=a,b", true, true, "https://example.org:8443/l", NULL,
         false},
        {"v=BIMI1; l=; a=;", true, true, NULL, NULL, true},
        {"v=BIMI1; l=", true, true, NULL, NULL, true},
        {"v=BIMI1", true, false, NULL, NULL, false},
        {"v=BIMI1;", true, false, NULL, NULL, false},
        {"v=BIMI1; a=https://example.org/a.pem", true, false, NULL, NULL, false},
        {"v=BIMI1; l=; a=https://example.org/a.pem", true, false, NULL, NULL, false},
        {"v=BIMI1; l=http://example.org/l.svg", true, false, NULL, NULL, false},
        {"v=BIMI1; l=HTTPS://example.org/l.svg", true, false, NULL, NULL, false},
        {"v=BIMI1; l=https://example.org", true, false, NULL, NULL, false},
        {"v=BIMI1; l=https://192.0.2.1/l.svg", true, false, NULL, NULL, false},
        {"v=BIMI1; l=https://u@example.org/l.svg", true, false, NULL, NULL, false},
        {"v=BIMI1; l=https://example.org/l.svg,https://example.org/m.svg", true, false, NULL, NULL, false},
        {"v=BIMI1; l=https://example.org/a b.svg", true, false, NULL, NULL, false},
        {"v=BIMI1; l=file:///etc/passwd", true, false, NULL, NULL, false},
        {"v=BIMI1; l=data:image/svg+xml,x", true, false, NULL, NULL, false},
        {"v=BIMI1; l=https://example.org/l.svg; a=none", true, false, NULL, NULL, false},
        {"v=BIMI1; l=https://example.org/l.svg; l=https://example.org/m.svg", true, false, NULL, NULL, false},
        {"v=BIMI1; l=https://example.org/l.svg; nothing", true, false, NULL, NULL, false},
        {"v=BIMI1; l=https://example.org/\xc3\xa9.svg", true, false, NULL, NULL, false},
        {"v=BIMI1; L=https://example.org/l.svg", true, false, NULL, NULL, false},
        {"v=BIMI1; l=https://AZaz.eXample/AZ.svg", true, true, "https://azaz.example/AZ.svg", NULL, false},
        {"v=BIMI2; l=https://example.org/l.svg", false, false, NULL, NULL, false},
        {"v=bimi1; l=https://example.org/l.svg", false, false, NULL, NULL, false},
        {"l=https://example.org/l.svg; v=BIMI1", false, false, NULL, NULL, false},
        {"; v=BIMI1; l=https://example.org/l.svg", false, false, NULL, NULL, false},
        {"v=spf1 -all", false, false, NULL, NULL, false},
        {"", false, false, NULL, NULL, false},
    };
    struct arena *arena = arena_new(1 << 20);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str text = str_of(cases[i].text);
        struct bimi_record record;
        const char *why;
        bool valid = bimi_record_parse(arena, text, &record, &why);

        if (valid != cases[i].is_valid || valid == (why != NULL) || bimi_record_is_one(arena, text) != cases[i].is_one)
            fail_msg("%s: %s", cases[i].text, why ? why : "valid");
        if (valid && (!same(record.logo, cases[i].logo) || !same(record.authority, cases[i].authority) ||
                      record.declines != cases[i].declines))
            fail_msg("%s: %s, %s", cases[i].text, record.logo, record.authority);
    }
    assert_true(bimi_record_seems_one(arena, str_of("v=bimi1; l=")));
    assert_true(bimi_record_seems_one(arena, str_of("l=; v=BIMI1")));
    assert_false(bimi_record_seems_one(arena, str_of("v=BIMI1; l=")));
    assert_false(bimi_record_seems_one(arena, str_of("v=DMARC1; p=none")));
    assert_false(bimi_record_seems_one(arena, (struct str){NULL, 0}));
    assert_false(bimi_record_parse(arena, (struct str){"v=BIMI1; l=https://a.b/\0c", 25}, &(struct bimi_record){0},
                                   &(const char *){0}));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_records)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
