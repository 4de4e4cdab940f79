/* The grammar of RFC 7208 12, term by term: what is sound, what is not, and where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/derive/spf.h"
#include "core/records/spf_record.h"

static const struct spf_record *parse(struct arena *arena, const char *text)
{
    return spf_record_parse(arena, str_of(text));
}

static void test_versions(void **state)
{
    static const struct {
        const char *text;
        bool is;
    } cases[] = {{"v=spf1", true},        {"v=spf1 -all", true}, {"V=SpF1 ", true}, {"v=spf10", false},
                 {"v=spf1\t-all", false}, {" v=spf1", false},    {"v=spf", false},  {"", false},
                 {"v=spf1-all", false}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(spf_record_is(str_of(cases[i].text)), cases[i].is);
}

static void test_sound_terms(void **state)
{
    static const struct {
        const char *text;
        enum spf_kind kind;
        char qualifier;
        const char *spec;
    } cases[] = {
        {"all", SPF_TERM_ALL, '+', ""},
        {"-ALL", SPF_TERM_ALL, '-', ""},
        {"?include:a.b", SPF_TERM_INCLUDE, '?', "a.b"},
        {"a", SPF_TERM_A, '+', ""},
        {"~a/24//64", SPF_TERM_A, '~', ""},
        {"a:foo.example/0", SPF_TERM_A, '+', "foo.example"},
        {"a:foo:bar/baz.example.com", SPF_TERM_A, '+', "foo:bar/baz.example.com"},
        {"a:foo.example.xn--zckzah", SPF_TERM_A, '+', "foo.example.xn--zckzah"},
        {"mx:%{d}//0", SPF_TERM_MX, '+', "%{d}"},
        {"ptr", SPF_TERM_PTR, '+', ""},
        {"ptr:a.b.", SPF_TERM_PTR, '+', "a.b."},
        {"ip4:192.0.2.1", SPF_TERM_IP4, '+', ""},
        {"ip4:0.0.0.0/0", SPF_TERM_IP4, '+', ""},
        {"ip6:2001:db8::/32", SPF_TERM_IP6, '+', ""},
        {"ip6:2001:db8::1/128", SPF_TERM_IP6, '+', ""},
        {"ip4:192.0.2.1/32", SPF_TERM_IP4, '+', ""},
        {"a//128", SPF_TERM_A, '+', ""},
        {"a/32", SPF_TERM_A, '+', ""},
        {"ip6:::1.1.1.1/0", SPF_TERM_IP6, '+', ""},
        {"ip6:::ffff:192.0.2.1", SPF_TERM_IP6, '+', ""},
        {"exists:%{l1r+-}.%{i}._spf.%{d2}", SPF_TERM_EXISTS, '+', "%{l1r+-}.%{i}._spf.%{d2}"},
        {"redirect=a.b", SPF_TERM_REDIRECT, '+', "a.b"},
        {"exp=%{d}", SPF_TERM_EXP, '+', "%{d}"},
        {"moo.cow-far_out=man:dog/cat", SPF_TERM_OTHER_MODIFIER, '+', "man:dog/cat"},
        {"x=", SPF_TERM_OTHER_MODIFIER, '+', ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new(65536);
        const struct spf_record *record = parse(arena, str_printf(arena, "v=spf1  %s ", cases[i].text));
        const struct spf_term *term = &record->terms[0];

        if (record->count != 1 || term->fault)
            fail_msg("%s: %s", cases[i].text, term->fault);
        assert_int_equal(term->kind, cases[i].kind);
        assert_int_equal(term->qualifier, cases[i].qualifier);
        assert_true(str_equal(term->spec, str_of(cases[i].spec)));
        assert_true(str_equal(term->text, str_of(cases[i].text)));
        assert_int_equal(spf_term_column(record, term), 9);
        arena_free(arena);
    }
}

static void test_faults(void **state)
{
    static const struct {
        const char *text;
        size_t at; /* in the term */
    } cases[] = {
        {"moo", 0},
        {"all.", 0},
        {"all:x", 3},
        {"all/8", 3},
        {"include", 7},
        {"include:", 8},
        {"include:a", 8},
        {"a:", 2},
        {"a/33", 1},
        {"a//129", 1},
        {"a/24/64", 4},
        {"a:example.com:8080", 10},
        {"a:1.2.3.4", 8},
        {"a:abc.123", 6},
        {"a:museum", 2},
        {"a:museum.", 2},
        {"a:example.-com", 10},
        {"a:a.b-", 4},
        {"a/032", 1},
        {"mx:", 3},
        {"ptr/0", 3},
        {"ptr:", 4},
        {"ip4", 3},
        {"ip4:1.2.3", 4},
        {"ip4:1.2.3.4/33", 11},
        {"ip4:1.2.3.4/032", 11},
        {"ip4:1.2.3.4/", 11},
        {"ip4:1.2.3.4/2x", 11},
        {"ip4:1.2.3.4/x2", 11},
        {"ip6:::/0128", 6},
        {"ip6:::/00000000000000000000", 6},
        {"ip4:1.2.3.4//32", 11},
        {"ip4:1.2.3.4:8080", 4},
        {"ip4:2001:db8::1", 4},
        {"ip6:1.2.3.4", 4},
        {"ip6::CAFE::BABE", 4},
        {"ip6:::/129", 6},
        {"exists", 6},
        {"exists:", 7},
        {"exists:a.b/24", 9},
        {"redirect=", 9},
        {"redirect:a.b", 0},
        {"+redirect=a.b", 0},
        {"exp=-all", 4},
        {"1up=foo", 0},
        {"=all", 0},
        {"x=%abc", 2},
        {"a:%{x}.b", 2},
        {"a:%{d0}.b", 2},
        {"a:%{d", 2},
        {"a:%{", 2},
        {"a:%", 2},
        {"a:%{c}.b", 2},
        {"a:b.\x80", 4},
        {"a:a.b\x01", 5},
        {"\x96"
         "all",
         0},
        {"-", 0},
        {"-\t", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new(65536);
        const struct spf_record *record = parse(arena, str_printf(arena, "v=spf1 %s", cases[i].text));

        if (record->faults != 1 || !record->terms[0].fault || record->terms[0].fault_at != cases[i].at)
            fail_msg("\"%s\": %s at %zu, expected at %zu", cases[i].text,
                     record->terms[0].fault ? record->terms[0].fault : "sound", record->terms[0].fault_at, cases[i].at);
        arena_free(arena);
    }
}

static void test_whole_records(void **state)
{
    struct arena *arena = arena_new(1048576);
    const struct spf_record *r = parse(arena, "v=spf1 a mx -all ip4:192.0.2.1 a redirect=x.y exp=e.f");
    char *many = arena_alloc(arena, 2 * SPF_TERMS + 16);

    (void)state;
    assert_int_equal(r->count, 7);
    assert_int_equal(r->lookups, 2);
    assert_true(r->terms[3].dead && r->terms[4].dead && r->terms[5].dead && !r->terms[2].dead && !r->terms[6].dead);
    assert_ptr_equal(r->all, &r->terms[2]);
    assert_int_equal(parse(arena, "v=spf1 redirect=a.b redirect=c.d")->faults, 1);
    assert_int_equal(parse(arena, "v=spf1 exp=a.b exp=a.b -all")->faults, 1);
    assert_int_equal(parse(arena, "v=spf1")->count, 0);
    assert_false(r->too_many);
    memcpy(many, "v=spf1", 6);
    for (size_t i = 0; i < SPF_TERMS; i++)
        memcpy(many + 6 + 2 * i, " a", 2);
    assert_int_equal(parse(arena, many)->count, SPF_TERMS);
    memcpy(many + 6 + 2 * SPF_TERMS, " a", 2);
    assert_true(parse(arena, many)->too_many);
    arena_free(arena);
}

static void test_mapped_network_matches_no_ipv4(void **state)
{
    struct arena *arena = arena_new(65536);
    const struct spf_record *r = parse(arena, "v=spf1 ip6:::ffff:1.2.3.4 ip4:11.0.0.9/8");
    struct ip ip;

    (void)state;
    assert_true(ip_parse("1.2.3.4", &ip));
    assert_int_equal(r->terms[0].network.base.family, IP_V6);
    assert_false(ip_in_network(&ip, &r->terms[0].network));
    assert_int_equal(r->terms[1].network.base.bytes[3], 0);
    arena_free(arena);
}

static void test_changes(void **state)
{
    struct arena *arena = arena_new(1048576);
    const struct spf_record *r = parse(arena, "v=spf1 a mx -all");
    struct str long_record = {arena_alloc(arena, 300), 300};

    (void)state;
    assert_true(str_equal(spf_with_term(arena, r, r->all, "ip4:1.2.3.4"), str_of("v=spf1 a mx ip4:1.2.3.4 -all")));
    assert_true(str_equal(spf_with_term(arena, r, NULL, "x:y"), str_of("v=spf1 a mx -all x:y")));
    assert_true(str_equal(spf_with_term(arena, parse(arena, "v=spf1 mx exp=a.b"), NULL, "~all"),
                          str_of("v=spf1 mx ~all exp=a.b")));
    assert_true(str_equal(spf_with_change(arena, r, &r->terms[1], ""), str_of("v=spf1 a -all")));
    assert_true(str_equal(spf_with_change(arena, r, &r->terms[2], "~all"), str_of("v=spf1 a mx ~all")));
    assert_string_equal(spf_zone_text(arena, str_of("v=spf1 a:\"\\\x80 -all")), "\"v=spf1 a:\\\"\\\\\\128 -all\"");
    assert_int_equal(strlen(spf_zone_text(arena, long_record)), 300 * 4 + 2 + 3);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_versions), cmocka_unit_test(test_sound_terms),
        cmocka_unit_test(test_faults),   cmocka_unit_test(test_whole_records),
        cmocka_unit_test(test_changes),  cmocka_unit_test(test_mapped_network_matches_no_ipv4),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
