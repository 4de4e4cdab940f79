/* tests/unit/test_name.c - names from users and from the wire, their faults, and where the organisation begins. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/arena.h"
#include "core/base/name.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))

#define L60 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz01234567"
#define L63 L60 "xyz"
#define N252 L63 "." L63 "." L63 "." L60 /* 252 octets */

static struct arena *arena;

static int new_arena(void **state)
{
    (void)state;
    arena = arena_new(1 << 20);
    return arena ? 0 : -1;
}

static int free_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void test_from_user(void **state)
{
    static const struct {
        const char *text, *name, *why; /* a word of the reason */
    } cases[] = {
        {"example.org", "example.org", NULL},
        {"EXAMPLE.Org", "example.org", NULL},
        {" \texample.org.\r\n", "example.org", NULL},
        {"_dmarc.example.org", "_dmarc.example.org", NULL},
        {"r3---sn-4g5e.example.org", "r3---sn-4g5e.example.org", NULL}, /* IDNA would refuse it */
        {"1and1.example", "1and1.example", NULL},
        {"1.2.3.4.example", "1.2.3.4.example", NULL},
        {"bücher.example", "xn--bcher-kva.example", NULL},
        {"BÜCHER.example", "xn--bcher-kva.example", NULL},
        {"_dmarc.bücher.example.", "_dmarc.xn--bcher-kva.example", NULL},
        {"XN--BCHER-KVA.example", "xn--bcher-kva.example", NULL},
        {"straße.example", "xn--strae-oqa.example", NULL}, /* not transitional: not strasse */
        {"bücher\xe3\x80\x82"
         "example",
         "xn--bcher-kva.example", NULL}, /* U+3002 is a dot */
        {"\xe2\x98\x83.example", "xn--n3h.example", NULL},
        {L63 ".example", L63 ".example", NULL},
        {N252, N252, NULL},
        {N252 "x", N252 "x", NULL},
        {N252 "x.", N252 "x", NULL},
        {"", NULL, "empty"},
        {" \t", NULL, "empty"},
        {".", NULL, "empty"},
        {"example", NULL, "one label"},
        {"localhost.", NULL, "one label"},
        {"192.0.2.1", NULL, "IP address"},
        {"192.0.2.1.", NULL, "IP address"},
        {"2001:db8::1", NULL, "IP address"},
        {"[192.0.2.1]", NULL, "IP address"},
        {"[IPv6:2001:db8::1]", NULL, "IP address"},
        {"\xef\xbc\x91.\xef\xbc\x92.3.4", NULL, "IP address"}, /* full-width digits */
        {"192.0.2.0/24", NULL, "network"},
        {"192.0.2.256", NULL, "number"},
        {"mail.example.25", NULL, "number"},
        {"https://example.org/", NULL, "URL"},
        {"https://user@example.org", NULL, "URL"},
        {"example.org/path", NULL, "URL"},
        {"\xe2\x84\x80.example", NULL, "URL"}, /* U+2100 maps to a/c */
        {"postmaster@example.org", NULL, "mail address"},
        {"example.org:25", NULL, "characters"},
        {"exa mple.org", NULL, "characters"},
        {"example.org\n.net", NULL, "characters"},
        {"\x1b[31m.example.org", NULL, "characters"},
        {"*.example.org", NULL, "characters"},
        {"a\\.b.example.org", NULL, "characters"},
        {"a\\000b.example.org", NULL, "characters"},
        {"example..org", NULL, "empty label"},
        {".example.org", NULL, "empty label"},
        {"example.org..", NULL, "empty label"},
        {"-a.example.org", NULL, "hyphen"},
        {"a-.example.org", NULL, "hyphen"},
        {"example.org-", NULL, "hyphen"},
        {L63 "x.example", NULL, "63"},
        {N252 "xy", NULL, "253"},
        {"\xff.example", NULL, "internationalised"},
        {"a\xe2\x80\xae"
         "b.example",
         NULL, "internationalised"}, /* U+202E, right-to-left override */
    };
    char long_text[2000];
    const char *why = NULL;

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const char *name = name_from_user(arena, cases[i].text, &why);

        if (!name != !cases[i].name)
            fail_msg("\"%s\": %s", cases[i].text, name ? name : why);
        if (name)
            assert_string_equal(name, cases[i].name);
        else if (!strstr(why, cases[i].why))
            fail_msg("\"%s\": %s", cases[i].text, why);
    }
    memset(long_text, 'a', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    assert_null(name_from_user(arena, long_text, &why));
    assert_non_null(strstr(why, "253"));
}

static void test_unicode(void **state)
{
    static const struct {
        const char *name, *shown;
    } cases[] = {
        {"example.org", "example.org"},
        {"xn--bcher-kva.example", "bücher.example"},
        {"_dmarc.XN--bcher-kva.example", "_dmarc.bücher.example"},
        {"xn--zzzzzzz99.example", "xn--zzzzzzz99.example"}, /* no punycode */
        {"xn--n3h.example", "xn--n3h.example"},             /* U+2603: a symbol, not of IDNA 2008 */
        {"xn--ab-j1t.example", "xn--ab-j1t.example"},       /* U+200D, joiner out of context */
        {"xn--ab-f1t.example", "xn--ab-f1t.example"},
        {"xn--.example", "xn--.example"},
        {"a\\.b.xn--bcher-kva.example", "a\\.b.bücher.example"},
        {"", ""},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++)
        assert_string_equal(name_unicode(arena, cases[i].name), cases[i].shown);
}

static void test_labels(void **state)
{
    static const struct {
        const char *name, *parent;
        size_t labels;
    } cases[] = {
        {"", "", 0},
        {"org", "", 1},
        {"example.org", "org", 2},
        {"a\\.b.example.org", "example.org", 3},
        {"a\\046b.example.org", "example.org", 3},
        {"a\\\\.example.org", "example.org", 3}, /* an escaped backslash, then a dot */
        {"a\\000b", "", 1},
        {"a\\", "", 1}, /* not a spelling, but no reason to read on */
        {"a\\999.b", "b", 2},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const char *parent = name_parent(cases[i].name);

        assert_string_equal(parent, cases[i].parent);
        assert_true(parent >= cases[i].name && parent <= cases[i].name + strlen(cases[i].name));
        assert_int_equal(name_labels(cases[i].name), cases[i].labels);
    }
}

static void test_equal(void **state)
{
    static const struct {
        const char *a, *b;
        bool equal;
    } cases[] = {
        {"", "", true},
        {"example.org", "EXAMPLE.oRG", true},
        {"example.org", "example.or", false},
        {"example.org", "example.org.net", false},
        {"a\\.b.org", "a\\046b.org", true},
        {"a\\.b.org", "a.b.org", false},
        {"\\065.org", "a.org", true},
        {"a\\000.org", "a.org", false},
        {"a\\000.org", "a\\001.org", false},
        {"[.org", "{.org", false}, /* differ by the bit that makes case */
        {"\\195\\156.org", "\\195\\188.org", false},
        {"a_b.org", "a_B.org", true},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        assert_int_equal(name_equal(cases[i].a, cases[i].b), cases[i].equal);
        assert_int_equal(name_equal(cases[i].b, cases[i].a), cases[i].equal);
    }
}

/* What takes the short way, and the same with an octet spelled as a number. */
static void spelled_otherwise_is_the_same(void)
{
    static const char *const names[] = {"", ".", "org", "org.", ".org", "x.org", "X.oRg", "a.x.org", "a..org",
                                        "a.b.org.", "xorg", "a-org"};
    static const char *const suffixes[] = {"", ".", "org", "org.", ".org", "x.org", "..org", "rg"};
    char spelled[32];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (size_t k = 0; k < sizeof suffixes / sizeof *suffixes; k++) {
            const char *last = strrchr(names[i], 'g');

            if (!last)
                continue;
            snprintf(spelled, sizeof spelled, "%.*s\\103%s", (int)(last - names[i]), names[i], last + 1);
            assert_int_equal(name_is_under(names[i], suffixes[k]), name_is_under(spelled, suffixes[k]));
        }
}

static void test_under(void **state)
{
    (void)state;
    assert_true(name_is_under("example.org", "example.org"));
    assert_true(name_is_under("a.b.Example.org", "example.ORG"));
    assert_true(name_is_under("example.org", ""));
    assert_true(name_is_under("", ""));
    assert_false(name_is_under("badexample.org", "example.org"));
    assert_false(name_is_under("a\\.example.org", "example.org"));
    assert_false(name_is_under("org", "example.org"));
    assert_false(name_is_under("", "org"));
    spelled_otherwise_is_the_same();
}

static void test_build(void **state)
{
    (void)state;
    assert_string_equal(name_lower(arena, "A_B.Example\\065.ORG"), "a_b.example\\065.org");
    assert_string_equal(name_join(arena, "_dmarc", "example.org"), "_dmarc.example.org");
    assert_string_equal(name_join(arena, "org", ""), "org");
    assert_string_equal(name_join(arena, "", "org"), "org");
}

static void test_redirected(void **state)
{
    static const struct {
        const char *name, *from, *to, *moved;
    } cases[] = {
        /* RFC 6672 2.2 */
        {"com.example.com", "example.com", "example.net", "com.example.net"},
        {"a.b.example.com", "EXAMPLE.com", "y.example.com", "a.b.y.example.com"},
        {"a\\.b.c.example", "c.example", "net", "a\\.b.net"},
        {"a.example", "example", "", "a"},
        {"a.example", "", "example.net", "a.example.example.net"},
        {"example.com", "example.com", "example.net", NULL},
        {"com", "example.com", "example.net", NULL},
        {"notexample.com", "example.com", "example.net", NULL},
        {"a.example.org", "example.com", "example.net", NULL},
        {"b\\.c.example", "c.example", "example.net", NULL},
        {L60 "x.example", "example", L63 "." L63 "." L63, L60 "x." L63 "." L63 "." L63},
        {L60 "xy.example", "example", L63 "." L63 "." L63, NULL},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const char *moved = name_redirected(arena, cases[i].name, cases[i].from, cases[i].to);

        if (!cases[i].moved)
            assert_null(moved);
        else
            assert_string_equal(moved ? moved : "NULL", cases[i].moved);
    }
}

static void test_fault(void **state)
{
    static const struct {
        const char *name;
        enum name_fault fault;
    } cases[] = {
        {"mail.example.org", NAME_OK},
        {"MAIL.EXAMPLE.ORG", NAME_OK},
        {"1.example.org", NAME_OK},
        {"xn--bcher-kva.com", NAME_OK},
        {"mx1.good.lab", NAME_OK},
        {"mail.example1", NAME_OK},
        {N252 "x", NAME_OK},
        {"my_mail.example.org", NAME_UNDERSCORE},
        {"", NAME_EMPTY},
        {"192.0.2.1", NAME_IP_TEXT},
        {"2001:db8::1", NAME_IP_TEXT},
        {"[192.0.2.1]", NAME_IP_TEXT},
        {"[IPv6:2001:db8::1]", NAME_IP_TEXT},
        {"[ipv6:::1]", NAME_IP_TEXT},
        {"192.0.2.256", NAME_IP_TEXT},
        {"mail.example.25", NAME_IP_TEXT},
        {"25", NAME_IP_TEXT},
        {"1.2.0.192.in-addr.arpa", NAME_REVERSE},
        {"mail.example.org.2.0.192.IN-ADDR.ARPA", NAME_REVERSE},
        {"mail.example.org.8.b.d.0.1.0.0.2.ip6.arpa", NAME_REVERSE},
        {"*.example.org", NAME_WILDCARD},
        {"*", NAME_WILDCARD},
        {"localhost", NAME_LOCALHOST},
        {"LocalHost.LocalDomain", NAME_LOCALHOST},
        {"mail.localhost", NAME_LOCALHOST},
        {"mail", NAME_SINGLE_LABEL},
        {"a\\.b", NAME_SINGLE_LABEL},
        {"mail.local", NAME_SPECIAL_USE},
        {"mail.lan", NAME_SPECIAL_USE},
        {"mail.home", NAME_SPECIAL_USE},
        {"mail.home.arpa", NAME_SPECIAL_USE},
        {"mail.internal", NAME_SPECIAL_USE},
        {"mail.intra", NAME_SPECIAL_USE},
        {"mail.localdomain", NAME_SPECIAL_USE},
        {"ms12345.msv1.Invalid", NAME_SPECIAL_USE},
        {"mail.test", NAME_SPECIAL_USE},
        {"mail.example", NAME_SPECIAL_USE},
        {"mail.arpa", NAME_SPECIAL_USE},
        {"notlocal.org", NAME_OK},
        {"mail.thelocal", NAME_OK},
        {"a*.example.org", NAME_NOT_LDH},
        {"a.*.example.org", NAME_NOT_LDH},
        {"a\\000b.example.org", NAME_NOT_LDH},
        {"a\\.b.example.org", NAME_NOT_LDH},
        {"a\\032b.example.org", NAME_NOT_LDH},
        {"bücher.org", NAME_NOT_LDH},
        {"-mail.example.org", NAME_NOT_LDH},
        {"mail-.example.org", NAME_NOT_LDH},
        {"mail.example.org-", NAME_NOT_LDH},
        {"mail..org", NAME_NOT_LDH},
        {"mail.org.", NAME_NOT_LDH}, /* names have no final dot */
        {"a_b-.example.org", NAME_NOT_LDH},
        {L63 ".example.org", NAME_OK},
        {L63 "x.example.org", NAME_TOO_LONG},
        {N252 "xy", NAME_TOO_LONG},
        {"\\109ail.example.org", NAME_OK}, /* "mail", spelled oddly */
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        enum name_fault fault = name_fault(cases[i].name);

        if (fault != cases[i].fault)
            fail_msg("\"%s\" %s", cases[i].name, name_fault_text(fault));
        assert_int_equal(name_is_host(cases[i].name), fault == NAME_OK || fault == NAME_UNDERSCORE);
    }
    for (int fault = NAME_OK; fault <= NAME_TOO_LONG; fault++)
        assert_non_null(name_fault_text((enum name_fault)fault));
}

static void test_org_domain(void **state)
{
    static const struct {
        const char *name, *domain;
    } cases[] = {
        {"example.com", "example.com"},
        {"mx1.mail.Example.COM", "Example.COM"},
        {"mail.example.co.uk", "example.co.uk"},
        {"co.uk", "co.uk"},
        {"com", "com"},
        {"", ""},
        {"mx1.good.lab", "good.lab"}, /* no rule: the implicit "*" */
        {"good.lab", "good.lab"},
        {"lab", "lab"},
        {"a.b.www.ck", "www.ck"}, /* an exception to *.ck */
        {"a.b.c.ck", "b.c.ck"},
        {"a\\.b.com", "a\\.b.com"}, /* one label below com */
        {"x.a\\046com.com", "a\\046com.com"},
        {"x.a\\.co.uk", "a\\.co.uk"},
        {"mail.xn--bcher-kva.de", "xn--bcher-kva.de"},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const char *domain = name_org_domain(cases[i].name);

        assert_string_equal(domain, cases[i].domain);
        assert_true(domain >= cases[i].name && domain <= cases[i].name + strlen(cases[i].name));
    }
}

static void test_registered(void **state)
{
    static const struct {
        const char *name;
        bool registered;
    } cases[] = {
        {"example.net", true},  {"mail.example.net", false}, {"example.co.uk", true}, {"mail.example.co.uk", false},
        {"example.nosuchtld", true}, {"a.example.nosuchtld", false}, {"net", false}, {"", false},
        {"203-0-113-25.ip.linodeusercontent.com", false}, /* a suffix, but Linode's */
    };

    (void)state;
    if (!name_has_suffix_list())
        skip();
    for (size_t i = 0; i < LENGTH(cases); i++)
        if (name_is_registered(cases[i].name) != cases[i].registered)
            fail_msg("%s", cases[i].name);
}

/* What was said in SMTP is octets, and no notation of zone files. */
static void test_compared(void **state)
{
    (void)state;
    assert_string_equal(name_compared(arena, "mx.example.org."), "mx.example.org");
    assert_string_equal(name_compared(arena, "b\303\274cher.example.org"), "xn--bcher-kva.example.org");
    assert_true(name_is_host(name_compared(arena, "mx.example.org")));
    assert_false(name_equal(name_compared(arena, "m\\120.example.org"), "mx.example.org"));
    assert_false(name_is_host(name_compared(arena, "m\\120.example.org")));
    assert_false(name_is_host(name_compared(arena, "mx\\.example.org")));
    assert_false(name_is_host(name_compared(arena, "mx.example.org\\")));
    assert_false(name_is_host(name_compared(arena, "\374.example.org")));
}

static void test_from_wire(void **state)
{
    static const struct {
        const char *wire;
        size_t size, used;
        const char *name;
    } cases[] = {
        {"\0", 1, 1, ""},
        {"\2mx\7example\0rest", 16, 12, "mx.example"},
        {"\4a.\\\1\0", 6, 6, "a\\.\\\\\\001"},
        {"\2mx", 3, 0, NULL},
        {"\3mx", 3, 0, NULL},
        {"\xc0\x0c", 2, 0, NULL},
        {"", 0, 0, NULL},
    };
    uint8_t wire[NAME_WIRE_MAX + 64] = {0}, again[NAME_WIRE_MAX];
    const char *name;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(name_from_wire(arena, (const uint8_t *)cases[i].wire, cases[i].size, &name), cases[i].used);
        if (cases[i].used)
            assert_string_equal(name, cases[i].name);
    }
    for (size_t at = 0; at < 256; at += 64)
        wire[at] = at < 192 ? 63 : 61;
    assert_int_equal(name_from_wire(arena, wire, sizeof wire, &name), NAME_WIRE_MAX);
    assert_int_equal(name_to_wire(name, again), NAME_WIRE_MAX);
    assert_memory_equal(wire, again, NAME_WIRE_MAX);
    wire[192] = 62;
    assert_int_equal(name_from_wire(arena, wire, sizeof wire, &name), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_from_user, new_arena, free_arena),
        cmocka_unit_test_setup_teardown(test_from_wire, new_arena, free_arena),
        cmocka_unit_test_setup_teardown(test_unicode, new_arena, free_arena),
        cmocka_unit_test_setup_teardown(test_compared, new_arena, free_arena),
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_equal),
        cmocka_unit_test(test_under),
        cmocka_unit_test_setup_teardown(test_build, new_arena, free_arena),
        cmocka_unit_test_setup_teardown(test_redirected, new_arena, free_arena),
        cmocka_unit_test(test_fault),
        cmocka_unit_test(test_org_domain),
        cmocka_unit_test(test_registered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
