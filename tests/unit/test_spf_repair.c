/* What people publish for an SPF record, and what they meant: every term is kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/arena.h"
#include "core/records/spf_record.h"
#include "core/records/spf_repair.h"

static void test_repaired(void **state)
{
    static const struct {
        const char *text, *right;
    } cases[] = {
        /* around the record */
        {"\"v=spf1 mx include:_spf.example.net -all\"", "v=spf1 mx include:_spf.example.net -all"},
        {"'v=spf1 mx -all'", "v=spf1 mx -all"},
        {"\\\"v=spf1 mx -all\\\"", "v=spf1 mx -all"},
        {"\"\"v=spf1 mx -all\"\"", "v=spf1 mx -all"},
        {"\xe2\x80\x9cv=spf1 mx -all\xe2\x80\x9d", "v=spf1 mx -all"},
        {"\x93v=spf1 mx -all\x94", "v=spf1 mx -all"},
        {"\xc2\xabv=spf1 mx -all\xc2\xbb", "v=spf1 mx -all"},
        {" v=spf1 mx -all", "v=spf1 mx -all"},
        {"\tv=spf1\tmx\t-all", "v=spf1 mx -all"},
        {"\xef\xbb\xbfv=spf1 mx -all", "v=spf1 mx -all"},
        {"\xc2\xa0v=spf1 mx -all", "v=spf1 mx -all"},
        {"v=spf1\xc2\xa0mx include:_spf.example.net -all", "v=spf1 mx include:_spf.example.net -all"},
        {"v=spf1\xa0mx -all", "v=spf1 mx -all"},
        {"v=spf1 mx \xe2\x80\x93"
         "all",
         "v=spf1 mx -all"},
        {"v=spf1 mx \xe2\x88\xbc"
         "all",
         "v=spf1 mx ~all"},
        {"v=spf1 mx\xe2\x80\x8b -all", "v=spf1 mx -all"},
        {"\"v=spf1 mx \" \"include:_spf.example.net -all\"", "v=spf1 mx include:_spf.example.net -all"},
        {"\"v=spf1 mx\" \"include:_spf.example.net\" \"-all\"", "v=spf1 mx include:_spf.example.net -all"},
        {"\"v=spf1 ip4:192.0.\"\n\"2.1 include:_spf.exam\" \"ple.net -all\"",
         "v=spf1 ip4:192.0.2.1 include:_spf.example.net -all"},
        {"(\"v=spf1 mx\"\r\n  \"-all\")", "v=spf1 mx -all"},
        {"v=spf1 mx\n  include:a.example\n  -all\n", "v=spf1 mx include:a.example -all"},
        {"example.org. 3600 IN TXT \"v=spf1 mx -all\"", "v=spf1 mx -all"},
        {"TXT v=spf1 mx -all", "v=spf1 mx -all"},
        {"SPF: v=spf1 mx -all", "v=spf1 mx -all"},
        {"v=spf1\\032mx\\; -all", "v=spf1 mx -all"},
        {"v=spf1&nbsp;mx -all&quot;", "v=spf1 mx -all"},
        {"v=spf1&#34; mx&#160;-all", "v=spf1 mx -all"},
        {"v=spf1 mx \\126all", "v=spf1 mx ~all"},
        {"v=spf1\\009mx\\127-all", "v=spf1 mx -all"}, /* no octet of a term */
        {"v=spf1 mx\\034 -all\\", "v=spf1 mx -all"},
        {"v=spf1\\03 mx -all", "v=spf1 mx -all"},
        {"SPF1: mx -all", "v=spf1 mx -all"},
        {"spf1,mx -all", "v=spf1 mx -all"},
        {"spf1", "v=spf1"},
        {"v=spf1.", "v=spf1"},
        /* the version */
        {"v=spf1;", "v=spf1"},
        {"v=spf1; mx; include:_spf.example.net; -all", "v=spf1 mx include:_spf.example.net -all"},
        {"V=SPF1, MX, -ALL", "v=spf1 MX -ALL"},
        {"v = spf1 mx -all", "v=spf1 mx -all"},
        {"v= SPF1 mx -all", "v=spf1 mx -all"},
        {"v:spf1 mx -all", "v=spf1 mx -all"},
        {"spf1 mx -all", "v=spf1 mx -all"},
        {"SPF1 mx -all", "v=spf1 mx -all"},
        {"=spf1 mx -all", "v=spf1 mx -all"},
        {"-v=spf1 mx -all", "v=spf1 mx -all"},
        {"\xe2\x80\x93v=spf1 mx -all", "v=spf1 mx -all"},
        {"v=spf mx -all", "v=spf1 mx -all"},
        {"v=spf 1 mx -all", "v=spf1 mx -all"},
        {"v=spf 1", "v=spf1"},
        {"\"v=spf 1\" \"mx -all\"", "v=spf1 mx -all"},
        {"v=spf   1 mx -all", "v=spf1 mx -all"},
        {"v=spf! mx -all", "v=spf1 mx -all"},
        {"v=spfI", "v=spf1"},
        {"v=spf1.0", "v=spf1"},
        {"v=spf1.01 mx -all", "v=spf1 mx -all"},
        {"v=sfp1 mx -all", "v=spf1 mx -all"},
        {"v=spfl mx -all", "v=spf1 mx -all"},
        {"v=spf1.0 mx -all", "v=spf1 mx -all"},
        {"v=spf2 mx -all", "v=spf1 mx -all"},
        {"v=spf1mx -all", "v=spf1 mx -all"},
        {"v=spf1-all", "v=spf1 -all"},
        {"v=spf1ip4:192.0.2.1 -all", "v=spf1 ip4:192.0.2.1 -all"},
        {"v=spf1 v=spf1 mx -all", "v=spf1 mx -all"},
        {"v=spf1 mx -all v=spf1 include:_spf.example.net ~all", "v=spf1 mx include:_spf.example.net -all"},
        {"v=spf1 mx ~all\" \"v=spf1 a exp=x.example -all", "v=spf1 mx a exp=x.example ~all"},
        {"mx include:_spf.example.net ~all", "v=spf1 mx include:_spf.example.net ~all"},
        /* between the terms */
        {"v=spf1 mx ip4:192.0.2.1~all", "v=spf1 mx ip4:192.0.2.1 ~all"},
        {"v=spf1 mx-all", "v=spf1 mx -all"},
        {"v=spf1 a-all", "v=spf1 a -all"},
        {"v=spf1 include:_spf.example.net-all", "v=spf1 include:_spf.example.net -all"},
        {"v=spf1 include:_spf.example.net~all", "v=spf1 include:_spf.example.net ~all"},
        {"v=spf1 ip4:192.0.2.1ip4:192.0.2.2 -all", "v=spf1 ip4:192.0.2.1 ip4:192.0.2.2 -all"},
        {"v=spf1 include:a.exampleinclude:b.example -all", "v=spf1 include:a.example include:b.example -all"},
        {"v=spf1 mx, ip4:192.0.2.9, -all", "v=spf1 mx ip4:192.0.2.9 -all"},
        {"v=spf1 mx,ip4:192.0.2.9,-all", "v=spf1 mx ip4:192.0.2.9 -all"},
        {"v=spf1 mx , a ; -all;", "v=spf1 mx a -all"},
        {"v=spf1 include:a.example,include:b.example -all", "v=spf1 include:a.example include:b.example -all"},
        {"v=spf1 ip4:192.0.2.1,192.0.2.2 -all", "v=spf1 ip4:192.0.2.1 ip4:192.0.2.2 -all"},
        {"v=spf1 include:a.example,b.example -all", "v=spf1 include:a.example include:b.example -all"},
        {"v=spf1 include: _spf.example.net -all", "v=spf1 include:_spf.example.net -all"},
        {"v=spf1 include : _spf.example.net -all", "v=spf1 include:_spf.example.net -all"},
        {"v=spf1 include :_spf.example.net -all", "v=spf1 include:_spf.example.net -all"},
        {"v=spf1 include _spf.example.net -all", "v=spf1 include:_spf.example.net -all"},
        {"v=spf1 ip4: 192.0.2.1 ip4 192.0.2.2 -all", "v=spf1 ip4:192.0.2.1 ip4:192.0.2.2 -all"},
        {"v=spf1 ip4:192.0.2.0 /24 -all", "v=spf1 ip4:192.0.2.0/24 -all"},
        {"v=spf1 mx - all", "v=spf1 mx -all"},
        {"v=spf1 mx redirect= _spf.example.net", "v=spf1 mx redirect=_spf.example.net"},
        /* the terms */
        {"v=spf1 ipv4:192.0.2.1 IPv6:2001:db8::1 -all", "v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 -all"},
        {"v=spf1 ip:192.0.2.1 ip:2001:db8::1 -all", "v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 -all"},
        {"v=spf1 ip4=192.0.2.1 ip6=2001:db8::1 -all", "v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 -all"},
        {"v=spf1 ip4:2001:db8::1 ip6:192.0.2.1 -all", "v=spf1 ip6:2001:db8::1 ip4:192.0.2.1 -all"},
        {"v=spf1 a:192.0.2.1/24 192.0.2.7 -all", "v=spf1 ip4:192.0.2.1/24 ip4:192.0.2.7 -all"},
        {"v=spf1 ip6:[2001:db8::1] -all", "v=spf1 ip6:2001:db8::1 -all"},
        {"v=spf1 include:<_spf.example.net> include::a.example include:https://b.example -all",
         "v=spf1 include:_spf.example.net include:a.example include:b.example -all"},
        {"v=spf1 ip4;192.0.2.1 include;a.example ip4.192.0.2.2 -all",
         "v=spf1 ip4:192.0.2.1 include:a.example ip4:192.0.2.2 -all"},
        {"v=spf1 include=_spf.example.net -all", "v=spf1 include:_spf.example.net -all"},
        {"v=spf1 a=m.example.net mx=example.net ptr=example.net exists=%{i}.example.net -all",
         "v=spf1 a:m.example.net mx:example.net ptr:example.net exists:%{i}.example.net -all"},
        {"v=spf1 includes:_spf.example.net redirect:_spf.example.org",
         "v=spf1 include:_spf.example.net redirect=_spf.example.org"},
        {"v=spf1 a: mx: -all.", "v=spf1 a mx -all"},
        {"v=spf1 +mx+a-all", "v=spf1 +mx +a -all"},
        {"v=spf1 include:a.example.-all", "v=spf1 include:a.example. -all"},
        {"v=spf1 exists:%{i,}.a,mx -all", "v=spf1 exists:%{i,}.a mx -all"},
        /* several at once; what is sound keeps its octets, macros above all */
        {"\"V=SPF1; IPV4:192.0.2.1, include= _spf.example.net~all\"",
         "v=spf1 ip4:192.0.2.1 include:_spf.example.net ~all"},
        {"\xef\xbb\xbf\"v=spf1\xc2\xa0mx,exists:%{l1r,-}.%{i}._spf.%{d2} ipv4:192.0.2.1 exp=%{d}.why.example.org "
         "redirect=x.example\"",
         "v=spf1 mx exists:%{l1r,-}.%{i}._spf.%{d2} ip4:192.0.2.1 exp=%{d}.why.example.org redirect=x.example"},
        {"v=spf1 ipv4:192.0.2.1 ?MX:Example.ORG/24//64 moo=cow -ALL",
         "v=spf1 ip4:192.0.2.1 ?MX:Example.ORG/24//64 moo=cow -ALL"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new(1 << 20);
        const struct spf_repair *r = spf_repair(arena, str_of(cases[i].text));

        if (!r)
            fail_msg("nobody takes it for SPF: %s", cases[i].text);
        if (!r->fault_count || !str_equal(r->record, str_of(cases[i].right)))
            fail_msg("%s\nbecame %s\n(%s)", cases[i].text, str_text(arena, r->record), spf_repair_text(arena, r));
        r = spf_repair(arena, r->record);
        if (!r || r->fault_count || r->record.len)
            fail_msg("repaired twice: %s", cases[i].right);
        arena_free(arena);
    }
}

/* Something is wrong, and only the author knows what was meant. */
static void test_hopeless(void **state)
{
    static const char *const cases[] = {"v=spf1 mail.example.org -all",     "\"v=spf1 include: -all\"",
                                        "v=spf1 mx - ip4:192.0.2.1 -all",   "v=spf1 ip4:192.0.2.1-192.0.2.9 -all",
                                        "v=spf1 -192.0.2.1 -all",           "v=spf1 a.example.net -all",
                                        "v=spf1 ip4:192.0.2.300 -all",      "v=spf1 exists:%{x}.a -all",
                                        "v=spf1 redirect=a.b redirect=c.d", "v=spf1 redirect=a.b v=spf1 redirect=c.d",
                                        "v=spf1; see http://example.org",   "v=spf 1mx -all",
                                        "v=spf 11 mx -all",                 "v=spfix -all",
                                        "v=spf1.x mx -all",                 "v=spf1\\033mx -all",
                                        "v=spf1&nbsp mx -all",              "v=spf1 exists:%{i -all",
                                        "v=spf1 exists:%i},mx -all",        "v=spf1 exists:a.%",
                                        "v=spf1 mx -all\\03",              "v=spf1 ip4:192.0.2.1- all"};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new(1 << 20);
        const struct spf_repair *r = spf_repair(arena, str_of(cases[i]));

        if (!r || r->record.len)
            fail_msg("%s became %s", cases[i], r ? str_text(arena, r->record) : "nothing");
        arena_free(arena);
    }
}

static void test_left_alone(void **state)
{
    static const char *const sound[] = {"v=spf1",
                                        "V=SPF1 -ALL",
                                        "v=spf1 mx  a -all ",
                                        "v=spf1 include:foo-all.example.org -all",
                                        "v=spf1 a:foo:bar/baz.example.com -all",
                                        "v=spf1 exists:%{l1r+-,}.%{i}._spf.%{d2} moo=\"x\" ra=postmaster rp=10 -all",
                                        "v=spf1 redirect=_spf.example.org"};
    static const char *const others[] = {"spf2.0/pra mx -all",
                                         "spf2.0/mfrom,pra",
                                         "v=DMARC1; p=none",
                                         "MS=ms123",
                                         "google-site-verification=abc",
                                         "",
                                         "\"\"",
                                         "v=DKIM1; p=",
                                         "we publish v=spf1 records",
                                         "a",
                                         "mx",
                                         "v=spf2.0/pra mx -all",
                                         "spfx",
                                         "\xff\xfe",
                                         "v",
                                         "V",
                                         "v=",
                                         "spf",
                                         "spf1x mx",
                                         "spf2 mx -all",
                                         "spf11 mx -all",
                                         "v=spf1/pra mx",
                                         "foo v=spf1 -all",
                                         "a=b v=spf1 -all",
                                         "all"};

    (void)state;
    for (size_t i = 0; i < sizeof sound / sizeof *sound; i++) {
        struct arena *arena = arena_new(1 << 20);
        const struct spf_repair *r = spf_repair(arena, str_of(sound[i]));

        if (!r || r->fault_count || r->record.len)
            fail_msg("%s: %s", sound[i], r ? spf_repair_text(arena, r) : "not taken for SPF");
        arena_free(arena);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct arena *arena = arena_new(1 << 20);

        if (spf_repair(arena, str_of(others[i])))
            fail_msg("taken for SPF: %s", others[i]);
        arena_free(arena);
    }
}

/* A word of 1024 octets is looked at, one of 64 terms is mended. */
static void test_long_words(void **state)
{
    static const struct {
        const char *term, *behind;
        size_t count;
        bool mended;
    } cases[] = {
        {"ip4:192.0.2.1,", "", 64, true},   {"ip4:192.0.2.1,", "", 65, false}, {"ip4:192.0.2.100,", "", 64, true},
        {"ip4:192.0.2.100,", ",", 64, false}, /* one octet more */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new(1 << 20);
        const char *text = "v=spf1 ";
        const struct spf_repair *r;

        for (size_t k = 0; k < cases[i].count; k++)
            text = str_printf(arena, "%s%s", text, cases[i].term);
        r = spf_repair(arena, str_of(str_printf(arena, "%s%s -all", text, cases[i].behind)));
        assert_non_null(r);
        if ((r->record.len > 0) != cases[i].mended)
            fail_msg("case %zu became %s", i, str_text(arena, r->record));
        arena_free(arena);
    }
}

/* Where the record begins, an administrator is told what to look for. */
static void test_what_is_said(void **state)
{
    static const struct {
        const char *text, *said;
    } cases[] = {
        {"  v=spf1 mx -all", "a blank stands before v=spf1"},
        {"@ IN TXT v=spf1 mx -all", "words of a zone file stand before v=spf1"},
        {"300 v=spf1 -all", "words of a zone file stand before v=spf1"},
        {"example.org: v=spf1 -all", "words of a zone file stand before v=spf1"},
        {"* v=spf1 -all", "\"* \" stands before v=spf1"},
        {"v=spf1; -all", "\";\" stands behind v=spf1, where a blank belongs"},
        {"v=spf1-all", "there is no blank behind v=spf1"},
        {"v spf1 mx -all", "\"v spf1\" should read \"v=spf1\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new(1 << 20);
        const struct spf_repair *r = spf_repair(arena, str_of(cases[i].text));

        assert_non_null(r);
        assert_string_equal(spf_repair_text(arena, r), cases[i].said);
        arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_repaired),
        cmocka_unit_test(test_hopeless),
        cmocka_unit_test(test_left_alone),
        cmocka_unit_test(test_long_words),
        cmocka_unit_test(test_what_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
