/* The examples of RFC 7208 7.4, the limits, and the way from octets to names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/records/spf_macro.h"

static struct spf_macro_values values_for(const char *ip)
{
    struct spf_macro_values values = {.sender = str_of("strong-bad@email.example.com"),
                                      .local = str_of("strong-bad"),
                                      .sender_domain = str_of("email.example.com"),
                                      .domain = str_of("email.example.com"),
                                      .helo = str_of("mx.example.org")};

    assert_true(ip_parse(ip, &values.ip));
    return values;
}

static void test_examples_of_the_rfc(void **state)
{
    static const struct {
        const char *macro, *text, *ip;
    } cases[] = {
        {"%{s}", "strong-bad@email.example.com", NULL},
        {"%{o}", "email.example.com", NULL},
        {"%{d}", "email.example.com", NULL},
        {"%{d4}", "email.example.com", NULL},
        {"%{d3}", "email.example.com", NULL},
        {"%{d2}", "example.com", NULL},
        {"%{d1}", "com", NULL},
        {"%{dr}", "com.example.email", NULL},
        {"%{d2r}", "example.email", NULL},
        {"%{l}", "strong-bad", NULL},
        {"%{l-}", "strong.bad", NULL},
        {"%{lr}", "strong-bad", NULL},
        {"%{lr-}", "bad.strong", NULL},
        {"%{l1r-}", "strong", NULL},
        {"%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com", NULL},
        {"%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com", NULL},
        {"%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com", NULL},
        {"%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com", NULL},
        {"%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net", NULL},
        {"%{ir}.%{v}._spf.%{d2}",
         "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example.com", "2001:db8::cb01"},
        {"%{h}%%%_%-", "mx.example.org% %20", NULL},
        {"%{S}", "strong-bad%40email.example.com", NULL},
        {"%{p}", "unknown", NULL},
        {"%{d999999999999999999999}", "email.example.com", NULL},
        {"%{c}", "2001:db8::cb01", "2001:db8::cb01"},
        {"%{r}", "unknown", NULL},
        {"%{t}", "0", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new(65536);
        struct spf_macro_values values = values_for(cases[i].ip ? cases[i].ip : "192.0.2.3");
        struct str out;
        const char *why;
        size_t at;

        assert_true(spf_macro_check(str_of(cases[i].macro), SPF_IN_EXPLANATION, &at, &why));
        assert_true(spf_macro_expand(arena, str_of(cases[i].macro), SPF_IN_EXPLANATION, &values, &out));
        if (!str_equal(out, str_of(cases[i].text)))
            fail_msg("%s: %.*s", cases[i].macro, (int)out.len, out.at);
        arena_free(arena);
    }
}

/* RFC 7208 7.3: split at any of the delimiters, reversed, the rightmost kept, joined with dots. */
static void test_parts(void **state)
{
    static const struct {
        const char *macro, *local, *text;
    } cases[] = {
        {"%{l+}", "a+b", "a.b"},     {"%{l1+}", "a+b", "b"},      {"%{l2+}", "a+b+c", "b.c"},
        {"%{l3+}", "a+b+c", "a.b.c"}, {"%{l4+}", "a+b+c", "a.b.c"}, {"%{l1+}", "a+", ""},
        {"%{l+}", "a+", "a."},       {"%{l+}", "+", "."},         {"%{l+}", "+a", ".a"},
        {"%{lr+}", "+a", "a."},      {"%{lr+}", "a+", ".a"},      {"%{l1r+}", "a+b", "a"},
        {"%{l2r+}", "a+b+c", "b.a"}, {"%{l+-}", "a+b-c", "a.b.c"}, {"%{l-}", "a+b", "a+b"},
        {"%{l}", "a.b", "a.b"},      {"%{lr}", "a.b", "b.a"},     {"%{l1}", "a.b", "b"},
        {"%{l-}", "a.b", "a.b"},     {"%{l1-}", "a.b", "a.b"},    {"%{l/}", "a/b", "a.b"},
        {"%{l=,_}", "a=b,c_d", "a.b.c.d"}, {"%{L}", "a+b~-._z", "a%2Bb~-._z"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new(65536);
        struct spf_macro_values values = values_for("192.0.2.3");
        struct str out;

        values.local = str_of(cases[i].local);
        assert_true(spf_macro_expand(arena, str_of(cases[i].macro), SPF_IN_NAME, &values, &out));
        if (!str_equal(out, str_of(cases[i].text)))
            fail_msg("%s of %s: %.*s", cases[i].macro, cases[i].local, (int)out.len, out.at);
        arena_free(arena);
    }
}

/* RFC 7208 7.1: a domain-spec ends in a top label, or in a macro; where it is wrong. */
static void test_domain_specs(void **state)
{
    static const struct {
        const char *spec;
        bool sound;
        size_t at;
    } cases[] = {
        {"a.b", true, 0},       {"a.b.", true, 0},     {"a.1b", true, 0},     {"a.b-c", true, 0},
        {"%{d}", true, 0},      {"%{d}.x", true, 0},   {"a.%{d2r-}", true, 0}, {"a.%%", true, 0},
        {"a.%_", true, 0},      {"a.%-", true, 0},     {"%{d}..x", true, 0},  {"", false, 0},
        {"a", false, 0},        {"a.", false, 0},      {".", false, 0},       {"%{d}x", false, 4},
        {"%{d}.", false, 4},    {"a.1", false, 2},     {"a.-b", false, 2},    {"a.b-", false, 2},
        {"a.b_c", false, 2},    {"a.b..", false, 4},   {"a.%", false, 2},     {"a.%{", false, 2},
        {"a.%{d", false, 2},    {"a.%{x}", false, 2},  {"a.%{d1", false, 2},  {"a.%{dx}", false, 2},
        {"a.%{c}", false, 2},   {"a.%{r}", false, 2},  {"a.%{t}", false, 2},  {"a.%{d0}", false, 2},
        {"a.%x", false, 2},     {" a.b", false, 0},    {"a b.c", false, 1},   {"a.b\x7f", false, 3},
        {"a.b\x80", false, 3}, {"!.~.b", true, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *why = NULL;
        size_t at = 0;
        bool sound = spf_domain_spec_check(str_of(cases[i].spec), &at, &why);

        if (sound != cases[i].sound || (!sound && at != cases[i].at))
            fail_msg("%s: %d at %zu: %s", cases[i].spec, sound, at, why ? why : "");
    }
}

static void test_uses(void **state)
{
    static const char letters[] = "slodiphcrtv";
    static const unsigned uses[] = {SPF_USES_SENDER, SPF_USES_SENDER,   SPF_USES_SENDER, 0,
                                    SPF_USES_IP,     SPF_USES_PTR_NAME, SPF_USES_HELO,   SPF_USES_IP,
                                    0,               SPF_USES_TIME,     SPF_USES_IP};

    (void)state;
    for (size_t i = 0; letters[i]; i++) {
        const char macro[] = {'%', '{', letters[i], '}', '\0'}, plain[] = {letters[i], '%', '%', letters[i], '\0'};

        assert_int_equal(spf_macro_uses(str_of(macro)), uses[i]);
        assert_int_equal(spf_macro_uses(str_of(plain)), 0);
    }
    assert_int_equal(spf_macro_uses(str_of("%{d}.example")), 0);
    assert_int_equal(spf_macro_uses(str_of("%{L}.%{o}")), SPF_USES_SENDER);
    assert_int_equal(spf_macro_uses(str_of("%{ir}.%{h}.%{p}")), SPF_USES_IP | SPF_USES_HELO | SPF_USES_PTR_NAME);
    assert_int_equal(spf_macro_uses(str_of("%%{i}")), 0);
}

static void test_limits(void **state)
{
    struct arena *arena = arena_new(4194304);
    struct spf_macro_values values = values_for("192.0.2.3");
    char many[(SPF_EXPANSIONS + 1) * 4 + 1] = "";
    char label[64];
    struct str out;

    (void)state;
    for (size_t i = 0; i < SPF_EXPANSIONS; i++)
        memcpy(many + 4 * i, "%{d}", 5);
    assert_true(spf_macro_expand(arena, str_of(many), SPF_IN_NAME, &values, &out));
    assert_true(spf_name_expand(arena, str_of(many), &values, &out));
    assert_true(out.len <= SPF_NAME_MAX && out.len > 200);
    assert_true(str_starts_nocase((struct str){out.at + out.len - 17, 17}, "email.example.com") ||
                str_equal((struct str){out.at + out.len - 12, 12}, str_of(".example.com")));
    memcpy(many + 4 * SPF_EXPANSIONS, "%{d}", 5);
    assert_false(spf_macro_expand(arena, str_of(many), SPF_IN_NAME, &values, &out));
    assert_false(spf_name_expand(arena, str_of(many), &values, &out));
    assert_true(spf_name_expand(arena, str_of("a.%{d2}."), &values, &out));
    assert_true(str_equal(out, str_of("a.example.com")));

    memset(label, 'a', 63);
    label[63] = '\0';
    assert_non_null(spf_name_text(arena, str_of(str_printf(arena, "%s.example", label))));
    assert_null(spf_name_text(arena, str_of(str_printf(arena, "a%s.example", label))));
    assert_null(spf_name_text(arena, str_of("a..b")));
    assert_null(spf_name_text(arena, str_of("")));
    arena_free(arena);
}

static void test_names(void **state)
{
    struct arena *arena = arena_new(65536);
    struct str octets = {"A b\0\\\x80.Example", 14};

    (void)state;
    assert_string_equal(spf_name_text(arena, octets), "a\\032b\\000\\092\\128.example");
    assert_true(str_equal_nocase(spf_name_octets(arena, spf_name_text(arena, octets)), octets));
    assert_string_equal(spf_name_text(arena, str_of("\x1f \x21~\x7f")), "\\031\\032!~\\127");
    for (unsigned octet = 0; octet < 256; octet++) {
        char name[] = {'a', (char)octet, 'b', '\0'};
        const char *text = octet == '.' ? "a.b" : spf_name_text(arena, (struct str){name, 3});

        assert_true(str_equal_nocase(spf_name_octets(arena, text), (struct str){name, 3}));
    }
    arena_free(arena);
}

/* At any place of a name; what only looks like an escape is what it is. */
static void test_octets_of_a_name(void **state)
{
    static const struct {
        const char *name, *octets;
    } cases[] = {
        {"a.b", "a.b"},           {"\\065.b", "A.b"},     {"a.\\066", "a.B"}, {"\\067", "C"},   {"a.\\06", "a.06"},
        {"a.\\0", "a.0"},        {"a.\\", "a.\\"},      {"\\0b5", "0b5"},   {"\\06b", "06b"}, {"\\b65", "b65"},
        {"\\\\065", "\\065"}, {"\\065\\066", "AB"}, {"\\.b", ".b"},    {"", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new(65536);
        struct str octets = spf_name_octets(arena, cases[i].name);

        if (!str_equal(octets, str_of(cases[i].octets)))
            fail_msg("%s: %s", cases[i].name, str_text(arena, octets));
        arena_free(arena);
    }
}

static void test_the_longest_name(void **state)
{
    struct arena *arena = arena_new(65536);
    struct spf_macro_values values = {0};
    char name[SPF_NAME_MAX + 2];
    struct str out;

    (void)state;
    memset(name, 'a', sizeof name);
    for (size_t i = 49; i < sizeof name; i += 50)
        name[i] = '.';
    assert_non_null(spf_name_text(arena, (struct str){name, SPF_NAME_MAX}));
    assert_null(spf_name_text(arena, (struct str){name, SPF_NAME_MAX + 1}));
    assert_true(spf_name_expand(arena, (struct str){name, SPF_NAME_MAX}, &values, &out));
    assert_int_equal(out.len, SPF_NAME_MAX);
    assert_true(spf_name_expand(arena, (struct str){name, SPF_NAME_MAX + 1}, &values, &out));
    assert_int_equal(out.len, SPF_NAME_MAX + 1 - 50); /* without the first label */
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples_of_the_rfc),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_domain_specs),
        cmocka_unit_test(test_uses),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_octets_of_a_name),
        cmocka_unit_test(test_the_longest_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
