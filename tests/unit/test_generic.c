/* tests/unit/test_generic.c - every rule, class, exemption and trap of checks.md, section 5; and three corpora of
 * names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/ip.h"
#include "core/base/name.h"
#include "core/base/name_pattern.h"
#include "probes/generic/generic.h"
#include "probes/generic/generic_filters.h"
#include "probes/generic/generic_providers.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))

enum {
    NONE = GENERIC_NONE,
    WEAK = GENERIC_WEAK,
    MEDIUM = GENERIC_MEDIUM,
    STRONG = GENERIC_STRONG,
    CLASSES = STRONG + 1
};

#define IP "203.0.113.25"
#define IP6 "2001:db8:12:34:56:0:abcd:ef01"

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

static struct generic_verdict judge(const char *address, const char *name)
{
    struct ip ip = {IP_NONE, {0}};

    if (*address)
        assert_true(ip_parse(address, &ip));
    return generic_judge(arena, &ip, name);
}

/* "ip4.decimal(203-0-113-25) word.dynamic(dsl)" */
static const char *hits_text(const struct generic_verdict *verdict)
{
    const char *text = "";

    for (size_t i = 0; i < verdict->hit_count; i++)
        text = str_printf(arena, "%s%s%s(%s)", text, i > 0 ? " " : "", verdict->hits[i].rule,
                          str_text(arena, verdict->hits[i].span));
    return text;
}

struct example {
    const char *ip, *name;
    int cls;
    const char *hits;
};

static void check(const struct example *examples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct generic_verdict verdict = judge(examples[i].ip, examples[i].name);
        const char *hits = hits_text(&verdict);

        if ((int)verdict.cls != examples[i].cls || strcmp(hits, examples[i].hits) != 0)
            fail_msg("%s [%s]: %s, \"%s\"; expected %s, \"%s\"", examples[i].name, examples[i].ip,
                     generic_class_word(verdict.cls), hits, generic_class_word((enum generic_class)examples[i].cls),
                     examples[i].hits);
        arena_reset(arena);
    }
}

static void test_ip4_full(void **state)
{
    static const struct example examples[] = {
        {IP, "203.0.113.25.example.net", MEDIUM, "ip4.decimal(203.0.113.25)"},
        {IP, "ip-203-0-113-25.example.net", MEDIUM, "ip4.decimal(203-0-113-25) word.shared(ip)"},
        {IP, "IP-203-0-113-25.Example.NET", MEDIUM, "ip4.decimal(203-0-113-25) word.shared(ip)"},
        {IP, "h203_0_113_25.example.net", MEDIUM, "ip4.decimal(203_0_113_25)"},
        {IP, "203x0x113x25.example.net", MEDIUM, "ip4.decimal(203x0x113x25)"},
        {IP, "203.0.113-25.example.net", MEDIUM, "ip4.decimal(203.0.113-25)"},
        {IP, "vaise-1-203-0-113-25.example.net", MEDIUM, "ip4.decimal(203-0-113-25)"},
        {IP, "203-0-113-25-7.example.net", MEDIUM, "ip4.decimal(203-0-113-25)"},
        {IP, "mail-203-0-113-25.example.net", MEDIUM, "ip4.decimal(203-0-113-25)"}, /* no label cancels a full form */
        {IP, "203-0-113-250.example.net", WEAK, "ip4.partial(203-0) ip4.four_numbers(203-0-113-250)"},
        {IP, "203--0--113--25.example.net", NONE, ""},
        {IP, "25.113.0.203.example.net", MEDIUM, "ip4.reversed(25.113.0.203)"},
        {IP, "25-113-0-203.example.net", MEDIUM, "ip4.reversed(25-113-0-203)"},
        {IP, "a025.113-0-203.mc.example.net", MEDIUM, "ip4.reversed(025.113-0-203)"},
        {IP, "203000113025.example.net", MEDIUM, "ip4.padded(203000113025)"},
        {IP, "yahoobb203000113025.example.net", MEDIUM, "ip4.padded(203000113025)"},
        {IP, "203-000-113-025.example.net", MEDIUM, "ip4.padded(203-000-113-025)"},
        {IP, "025-113-000-203.example.net", MEDIUM, "ip4.padded(025-113-000-203)"},
        {IP, "025113000203.example.net", MEDIUM, "ip4.padded(025113000203)"},
        {IP, "203000.113025.example.net", MEDIUM, "ip4.padded(203000.113025)"},
        {IP, "203-000-113-25.example.net", MEDIUM, "ip4.decimal(203-000-113-25)"}, /* one of them is not */
        {IP, "25-113-000-203.example.net", MEDIUM, "ip4.reversed(25-113-000-203)"},
        {"203.100.113.25", "203-100-113-025.example.net", MEDIUM, "ip4.padded(203-100-113-025)"},
        {"203.100.113.25", "025-113-100-203.example.net", MEDIUM, "ip4.padded(025-113-100-203)"},
        {IP, "1203000113025.example.net", NONE, ""}, /* no substrings */
        {IP, "2030001130251.example.net", NONE, ""},
        {"203.100.113.125", "203-100-113-125.example.net", MEDIUM, "ip4.decimal(203-100-113-125)"},
        {IP, "cb007119.example.net", MEDIUM, "ip4.hex(cb007119)"},
        {IP, "0xcb007119.example.net", MEDIUM, "ip4.hex(0xcb007119)"},
        {IP, "pCB007119.example.net", MEDIUM, "ip4.hex(cb007119)"},
        {IP, "cablecb007119.example.net", MEDIUM, "ip4.hex(cb007119)"}, /* "e" is a hexadecimal digit, too */
        {IP, "197100cb.example.net", MEDIUM, "ip4.hex(197100cb)"},
        {IP, "cb-00-71-19.example.net", MEDIUM, "ip4.hex(cb-00-71-19)"},
        {IP, "19.71.00.cb.example.net", MEDIUM, "ip4.hex(19.71.00.cb)"},
        {IP, "cb0071190.example.net", NONE, ""},
        {IP, "1cb007119.example.net", NONE, ""},
        {IP, "cb007118.example.net", NONE, ""},
        {IP, "3405803801.example.net", MEDIUM, "ip4.integer(3405803801)"},
        {IP, "toroon12-3405803801.example.net", MEDIUM, "ip4.integer(3405803801)"},
        {IP, "13405803801.example.net", NONE, ""},
        {IP, "3405803802.example.net", NONE, ""},
    };

    (void)state;
    check(examples, LENGTH(examples));
}

static void test_ip4_parts(void **state)
{
    static const struct example examples[] = {
        {IP, "113-25.example.net", WEAK, "ip4.partial(113-25)"},
        {IP, "25-113.example.net", WEAK, "ip4.partial(25-113)"},
        {IP, "a203-0.example.net", WEAK, "ip4.partial(203-0)"},
        {IP, "0.203.example.net", WEAK, "ip4.partial(0.203)"},
        {IP, "h25.n113.example.net", WEAK, "ip4.partial(25.n113)"},
        {IP, "h113n025.example.net", WEAK, "ip4.partial(113n025)"},
        {IP, "113-7-25.example.net", NONE, ""},
        {IP, "113.rack25.example.net", NONE, ""}, /* not adjacent */
        {IP, "0-113.example.net", NONE, ""},      /* the middle is neither end */
        {IP, "1113-25.example.net", NONE, ""},
        {IP, "11325.example.net", NONE, ""},
        {IP, "host-113-25.example.net", MEDIUM, "ip4.partial(113-25) word.shared(host)"},
        {IP, "113-25.cust.example.net", MEDIUM, "ip4.partial(113-25) word.shared(cust)"},
        {"198.51.1.24", "mx1-24.example.net", NONE, ""},
        {"198.51.1.24", "mail1-24.example.net", NONE, ""},
        {"198.51.1.24", "mta1-24.example.net", NONE, ""},
        {"198.51.1.24", "smtp1-24.example.net", NONE, ""},
        {"198.51.1.24", "out1-24.example.net", NONE, ""},
        {"198.51.1.24", "outbound1-24.example.net", NONE, ""},
        {"198.51.1.24", "relay1-24.example.net", NONE, ""},
        {"198.51.1.24", "mailout1-24.example.net", NONE, ""},
        {"198.51.1.24", "mx1-24.customer.example.net", NONE, ""},
        {"198.51.1.24", "web1-24.mx.example.net", WEAK, "ip4.partial(1-24)"}, /* the leftmost label only */
        {IP, "198-51-100-7.example.net", WEAK, "ip4.four_numbers(198-51-100-7)"},
        {IP, "host-198-51-100-7.example.net", MEDIUM, "ip4.four_numbers(198-51-100-7) word.shared(host)"},
        {IP, "118.red-80-35-201.example.net", WEAK, "ip4.four_numbers(118.red-80-35-201)"},
        {IP, "118-red-80-35-201.example.net", NONE, ""},
        {IP, "118.red-80-35.201.example.net", WEAK, "ip4.four_numbers(118.red-80-35.201)"},
        {IP, "118.red-80--35-201.example.net", NONE, ""},
        {IP, "118.red-80-35--201.example.net", NONE, ""},
        {IP, "118.red-80-35-256.example.net", NONE, ""},
        {IP, "256.red-80-35-201.example.net", NONE, ""},
        {IP, "118.red_80-35-201.example.net", WEAK, "ip4.four_numbers(118.red_80-35-201)"},
        {IP, "118.red80-35-201.example.net", WEAK, "ip4.four_numbers(118.red80-35-201)"},
        {IP, "118.red--80-35-201.example.net", NONE, ""},
        {IP, "118.-80-35-201.example.net", NONE, ""},
        {IP, "a118.red-80-35-201.example.net", NONE, ""},
        {IP, "mta-10-20-30-40.example.net", WEAK, "ip4.four_numbers(10-20-30-40)"},
        {IP, "2024-01-15-3.example.net", NONE, ""}, /* a date */
        {IP, "10-20-30.example.net", NONE, ""},
        {IP, "10-20-30-400.example.net", NONE, ""},
        {"2001:db8::1", "203-0-113-25.example.net", WEAK, "ip4.four_numbers(203-0-113-25)"},
        {"", "203-0-113-25.example.net", WEAK, "ip4.four_numbers(203-0-113-25)"},
    };

    (void)state;
    check(examples, LENGTH(examples));
}

static void test_ip6(void **state)
{
    static const struct example examples[] = {
        {IP6, "20010db80012003400560000abcdef01.example.net", MEDIUM, "ip6.hex(20010db80012003400560000abcdef01)"},
        {IP6, "2001-0db8-0012-0034-0056-0000-abcd-ef01.example.net", MEDIUM,
         "ip6.hex(2001-0db8-0012-0034-0056-0000-abcd-ef01)"},
        {IP6, "1.0.f.e.d.c.b.a.0.0.0.0.6.5.0.0.4.3.0.0.2.1.0.0.8.b.d.0.1.0.0.2.example.net", MEDIUM,
         "ip6.hex(1.0.f.e.d.c.b.a.0.0.0.0.6.5.0.0.4.3.0.0.2.1.0.0.8.b.d.0.1.0.0.2)"},
        {IP6, "10fedcba00006500430021008bd01002.example.net", MEDIUM, "ip6.hex(10fedcba00006500430021008bd01002)"},
        {IP6, "h00560000abcdef01.example.net", MEDIUM, "ip6.hex(00560000abcdef01)"},
        {IP6, "20010db800120034.example.net", MEDIUM, "ip6.hex(20010db800120034)"},
        {IP6, "0056-0000-abcd-ef01.example.net", MEDIUM, "ip6.hex(0056-0000-abcd-ef01)"},
        {IP6, "2001-db8-12-34-56-0-abcd-ef01.example.net", MEDIUM, "ip6.hex(2001-db8-12-34-56-0-abcd-ef01)"},
        {IP6, "2001-db8-12-34-56--abcd-ef01.example.net", MEDIUM, "ip6.hex(2001-db8-12-34-56--abcd-ef01)"},
        {"2001:db8::25", "2001-db8--25.example.net", MEDIUM, "ip6.hex(2001-db8--25)"},
        {"2001:db8::25", "h2001-0db8--0025-dyn.example.net", STRONG, "ip6.hex(2001-0db8--0025) word.dynamic(dyn)"},
        {"2001:db8::25", "2001-db8--26.example.net", NONE, ""},
        {"2001:db8::25", "2001-db8-0-0--25.example.net", MEDIUM, "ip6.hex(2001-db8-0-0--25)"},
        {"2001:db8::25", "2001--db8--25.example.net", NONE, ""},
        {"2001:db8::25", "db8-25.example.net", WEAK, "ip6.partial(db8-25)"},
        {IP6, "x-abcd-ef01.example.net", WEAK, "ip6.partial(abcd-ef01)"},
        {IP6, "abcd.ef01.customer.example.net", MEDIUM, "ip6.partial(abcd.ef01) word.shared(customer)"},
        {IP6, "mail-abcd-ef01.example.net", NONE, ""},
        {IP6, "ef01-abcd.example.net", NONE, ""},
        {"2001:db8::eb:2", "web-2.example.net", NONE, ""}, /* "eb" is no token there */
        {"2001:db8::eb:2", "w-eb-2.example.net", WEAK, "ip6.partial(eb-2)"},
        {"2001:db8::1:2", "web1-2.example.net", WEAK, "ip6.partial(1-2)"},
        {IP, "20010db80012003400560000abcdef01.example.net", NONE, ""},
    };

    (void)state;
    check(examples, LENGTH(examples));
}

static void test_words(void **state)
{
    static const char *const dynamic[] = {
        "dynamic", "dyn",   "dynip", "dhcp",      "dial",  "dialup",   "dial-up", "ppp",        "pppoe",
        "pptp",    "isdn",  "dsl",   "adsl",      "sdsl",  "vdsl",     "xdsl",    "cable",      "catv",
        "docsis",  "kabel", "modem", "broadband", "broad", "bredband", "wifi",    "cablemodem", "wireless",
        "gprs",    "cdma",  "pool",  "nat",       "cpe",   "homeuser", "fbx",
    };
    static const char *const unassigned[] = {"unassigned", "unused",  "unused-addr", "unallocated",
                                             "not-used",   "in-addr", "noptr",       "no-ptr"};
    static const char *const shared[] = {"client",  "clients", "customer", "customers", "cust",  "user",
                                         "host",    "node",    "peer",     "ip",        "rev",   "reverse",
                                         "unknown", "vps",     "vm",       "res",       "resnet"};
    static const struct {
        const char *const *words;
        size_t count;
        const char *rule;
        int cls, with_ip;
    } lists[] = {
        {dynamic, LENGTH(dynamic), "word.dynamic", MEDIUM, STRONG},
        {unassigned, LENGTH(unassigned), "word.unassigned", STRONG, STRONG},
        {shared, LENGTH(shared), "word.shared", WEAK, MEDIUM},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(lists); i++)
        for (size_t w = 0; w < lists[i].count; w++) {
            const char *word = lists[i].words[w], *hit = str_printf(arena, "%s(%s)", lists[i].rule, word);
            const struct example examples[] = {
                {IP, str_printf(arena, "%s.example.net", word), lists[i].cls, hit},
                {IP, str_printf(arena, "a-%s7.b.example.co.uk", word), lists[i].cls, hit},
                {IP, str_printf(arena, "7%s_a.example.net", word), lists[i].cls, hit},
                {IP, str_printf(arena, "x%s.example.net", word), NONE, ""},
                {IP, str_printf(arena, "%sx.example.net", word), NONE, ""},
                {IP, str_printf(arena, "xn--%s-1za.example.net", word), NONE, ""},
                {IP, str_printf(arena, "a.%s.net", word), NONE, ""}, /* the organisation's own name */
                {IP, str_printf(arena, "a.%s-mail.co.uk", word), NONE, ""},
                {IP, str_printf(arena, "203-0-113-25.%s.example.net", word), lists[i].with_ip,
                 str_printf(arena, "ip4.decimal(203-0-113-25) %s", hit)},
            };

            for (size_t k = 0; k < LENGTH(examples); k++) {
                const struct generic_verdict verdict = judge(examples[k].ip, examples[k].name);

                if ((k == 3 && strcmp(word, "dsl") == 0) || (k == 4 && strchr(word, '-')))
                    continue; /* "xdsl" is a word itself, "dial" in "dial-upx" another one */
                if ((int)verdict.cls != examples[k].cls || strcmp(hits_text(&verdict), examples[k].hits) != 0)
                    fail_msg("%s: %s, \"%s\"", examples[k].name, generic_class_word(verdict.cls), hits_text(&verdict));
            }
            arena_reset(arena);
        }
}

static void test_classes(void **state)
{
    static const struct example examples[] = {
        {IP, "dsl-203-0-113-25.example.net", STRONG, "ip4.decimal(203-0-113-25) word.dynamic(dsl)"},
        {IP, "cb007119.adsl.example.net", STRONG, "ip4.hex(cb007119) word.dynamic(adsl)"},
        {IP, "dsl-113-25.example.net", MEDIUM, "ip4.partial(113-25) word.dynamic(dsl)"},
        {IP, "dsl-198-51-100-7.example.net", MEDIUM, "ip4.four_numbers(198-51-100-7) word.dynamic(dsl)"},
        {IP, "pool-12.example.net", MEDIUM, "word.dynamic(pool)"},
        {IP, "dhcp7.example.net", MEDIUM, "word.dynamic(dhcp)"},
        {IP, "nat1.example.net", MEDIUM, "word.dynamic(nat)"},
        {IP, "mx.nat1.example.net", MEDIUM, "word.dynamic(nat)"}, /* a mail label does not cancel these */
        {IP, "unassigned.static.example.net", STRONG, "word.unassigned(unassigned)"},
        {IP, "host.example.net", WEAK, "word.shared(host)"},
        {IP, "example.net", WEAK, "name.bare_domain(example.net)"},
        {IP, "example.co.uk", WEAK, "name.bare_domain(example.co.uk)"},
        {IP, "dd29928.kasserver.com", NONE, ""}, /* a host, although the list takes kasserver.com for a suffix */
        {IP, "203-0-113-25.kasserver.com", MEDIUM, "ip4.decimal(203-0-113-25)"},
        {IP, "mail.example.net", NONE, ""},
        {IP, "net", NONE, ""},
        {IP, "", NONE, ""},
        /* traps */
        {IP, "windsle.example.net", NONE, ""},
        {IP, "express.example.net", NONE, ""},
        {IP, "mail.cablemail.example", NONE, ""},
        {IP, "mail.cable-pool.co.uk", NONE, ""},
        {IP, "mail.dsl.com.br", NONE, ""},
        {IP, "snat-outbound.example.net", NONE, ""},
        {IP, "resqmta-a1.example.net", NONE, ""},
        {IP, "mail.xn--dsl-example-pool-8kc.example.net", NONE, ""},
        {IP, "a\\.dsl.example.net", NONE, ""},
        {IP, "dsl\\032pool.example.net", NONE, ""},
    };

    (void)state;
    check(examples, LENGTH(examples));
}

static void test_providers(void **state)
{
    static const struct example examples[] = {
        /* under public suffixes of the list's private part, too */
        {IP, "ec2-203-0-113-25.us-west-2.compute.amazonaws.com", MEDIUM,
         "ip4.decimal(203-0-113-25) provider.default(ec2-203-0-113-25.us-west-2.compute.amazonaws.com)"},
        {IP, "ec2-203-0-113-25.compute-1.amazonaws.com", MEDIUM,
         "ip4.decimal(203-0-113-25) provider.default(ec2-203-0-113-25.compute-1.amazonaws.com)"},
        {IP, "25.113.0.203.bc.googleusercontent.com", MEDIUM,
         "ip4.reversed(25.113.0.203) provider.default(25.113.0.203.bc.googleusercontent.com)"},
        {IP, "203-0-113-25.ip.linodeusercontent.com", MEDIUM,
         "ip4.decimal(203-0-113-25) provider.default(203-0-113-25.ip.linodeusercontent.com)"},
        {IP, "li113-25.members.linode.com", MEDIUM, "provider.default(li113-25.members.linode.com)"},
        {IP, "203.0.113.25.vultrusercontent.com", MEDIUM,
         "ip4.decimal(203.0.113.25) provider.default(203.0.113.25.vultrusercontent.com)"},
        {IP, "vmi123456.contaboserver.net", MEDIUM, "provider.default(vmi123456.contaboserver.net)"},
        {IP, "ip25.ip-203-0-113.eu", MEDIUM, "word.shared(ip) provider.default(ip25.ip-203-0-113.eu)"},
        {IP, "ns3012345.ip-203-0-113.net", MEDIUM, "provider.default(ns3012345.ip-203-0-113.net)"},
        {IP, "vps-1a2b3c4d.vps.ovh.net", MEDIUM,
         "word.shared(vps) word.shared(vps) provider.default(vps-1a2b3c4d.vps.ovh.net)"},
        /* "static" lowers this one like any other */
        {IP, "static.25.113.0.203.clients.your-server.de", WEAK,
         "ip4.reversed(25.113.0.203) word.shared(clients) "
         "provider.default(static.25.113.0.203.clients.your-server.de)"},
        /* somebody's own domain */
        {IP, "mail.ip-solutions.eu", NONE, ""},
        {IP, "mail.ip-1.net", NONE, ""},
        {IP, "mail.contaboserver.example.net", NONE, ""},
        {IP, "mail.notvultrusercontent.com", NONE, ""},
    };

    (void)state;
    check(examples, LENGTH(examples));
    assert_string_equal(judge(IP, "vmi1.contaboserver.net").provider, "Contabo");
    assert_string_equal(judge(IP, "yahoobb7.bbtec.net").provider, "Yahoo BB"); /* the last of the list */
    assert_null(judge(IP, "mail.example.net").provider);
}

static void test_provider_patterns(void **state)
{
    static const struct {
        const char *pattern, *name;
        bool matches;
    } cases[] = {
        {"a.b", "a.b", true},
        {"a.b", "a.bc", false},
        {"a.b", "a", false},
        {"*.b", "x.y.b", true},
        {"*.b", "b", false},
        {"*.b", ".b", true},
        {"a#.b", "a12.b", true},
        {"a#.b", "a.b", false},
        {"a#.b", "a1x.b", false},
        {"*-#.b", "x-1-22.b", true},
        {"*-#.b", "x-1-y.b", false},
        {"%%.b", "xy.b", true},
        {"%%.b", "x1.b", false},
        {"a*", "a", true},
        {"a*c*e", "abcde", true},
        {"a*c*e", "abcdef", false},
        {"*#-#.b", "x12-34.b", true},
        {"", "", true},
        {"", "a", false},
        {"*", "", true},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++)
        if (name_pattern_matches(cases[i].pattern, cases[i].name) != cases[i].matches)
            fail_msg("\"%s\" \"%s\"", cases[i].pattern, cases[i].name);
}

static void test_exemptions(void **state)
{
    static const char *const words[] = {"static",    "fix",       "fixip",         "business",
                                        "dedicated", "mail-mail", "outbound-mail", "smtp"};
    static const struct {
        const char *rest;
        int before, after;
    } cases[] = {
        {"dsl-203-0-113-25", STRONG, MEDIUM},
        {"203-0-113-25", MEDIUM, WEAK},
        {"pool-7", MEDIUM, WEAK},
        {"host-113-25", MEDIUM, WEAK},
        {"113-25", WEAK, NONE},
        {"host", WEAK, NONE},
        {"198-51-100-7", WEAK, NONE},
        {"unused", STRONG, STRONG},
        {"unused.dsl-203-0-113-25", STRONG, STRONG},
        {"a", NONE, NONE},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++)
        for (size_t w = 0; w < LENGTH(words); w++) {
            const struct generic_verdict plain = judge(IP, str_printf(arena, "a.%s.example.net", cases[i].rest));
            const struct generic_verdict exempt =
                judge(IP, str_printf(arena, "a.%s.%s.example.net", cases[i].rest, words[w]));
            const struct generic_verdict glued =
                judge(IP, str_printf(arena, "a.%s.%sx.example.net", cases[i].rest, words[w]));
            const struct generic_verdict twice =
                judge(IP, str_printf(arena, "static-7.%s.%s.example.net", cases[i].rest, words[w]));
            const struct generic_verdict outside = judge(IP, str_printf(arena, "a.%s.static.net", cases[i].rest));

            assert_int_equal(plain.cls, cases[i].before);
            assert_null(plain.exemption);
            assert_int_equal(exempt.cls, cases[i].after);
            if (cases[i].before != cases[i].after)
                assert_string_equal(exempt.exemption, words[w]);
            else
                assert_null(exempt.exemption);
            assert_int_equal(glued.cls, cases[i].before);
            assert_int_equal(twice.cls, cases[i].after); /* by one, however many there are */
            assert_int_equal(outside.cls, cases[i].before);
            arena_reset(arena);
        }
}

static void test_filters(void **state)
{
    static const struct {
        const char *ip, *name, *filters;
    } cases[] = {
        {IP, "mail.example.net", NULL},
        {"209.85.208.41", "mail-ed1-f41.google.com", NULL},
        {IP, "dsl-203-0-113-25.example.net",
         "Haraka is_generic_rdns, SpamAssassin RDNS_DYNAMIC, rspamd HFILTER_HOSTNAME_4"},
        {IP, "203-0-113-25.static.example.net", NULL},
        {IP, "203-0-113-25.business.example.net", "SpamAssassin RDNS_DYNAMIC"},
        {IP, "fixed203-0-113-25.example.net", "Haraka is_generic_rdns"},
        {"123.58.178.17", "m17-178.vip.126.com", "Haraka is_generic_rdns"},
        {"62.198.236.129", "0x3ec6ec81.inet.dsl.telianet.dk",
         "Haraka is_generic_rdns, SpamAssassin RDNS_DYNAMIC, rspamd HFILTER_HOSTNAME_4"},
        {"2001:db8::25", "203-0-113-25.example.net", "SpamAssassin RDNS_DYNAMIC"},
        {IP, "a.host.example.net", "rspamd HFILTER_HOSTNAME_2"},
        {IP, "a.vps.example.net", NULL},
        {IP, "a.dyn.example.net", "SpamAssassin RDNS_DYNAMIC"},
        {IP, "a.comcast.example.net", "rspamd HFILTER_HOSTNAME_5"},
        {IP, "a-1234.clients.example.net", "rspamd HFILTER_HOSTNAME_5"},
        {IP, "a-12.clients.example.net", "rspamd HFILTER_HOSTNAME_1"},
        {IP, "dsl-203-0-113-25.outbound-mail.example.net", "Haraka is_generic_rdns, rspamd HFILTER_HOSTNAME_4"},
        {IP, "a.customer.example.net", "rspamd HFILTER_HOSTNAME_1"},
        {IP, "a.user.example.net", "rspamd HFILTER_HOSTNAME_1"},
        {IP, "a.cable.example.net", "rspamd HFILTER_HOSTNAME_3"},
        {IP, "pool-7.example.net", "rspamd HFILTER_HOSTNAME_4"},
        {IP, "xdsl7.example.net", "rspamd HFILTER_HOSTNAME_4"},
        {IP, "a.dynamic.example.net", "SpamAssassin RDNS_DYNAMIC, rspamd HFILTER_HOSTNAME_5"},
        {IP, "a.dhcp.example.net", "SpamAssassin RDNS_DYNAMIC, rspamd HFILTER_HOSTNAME_5"},
        {IP, "nat-7.example.net", "rspamd HFILTER_HOSTNAME_5"},
        {IP, "a.ppp.example.net", "rspamd HFILTER_HOSTNAME_5"},
        {IP, "express.example.net", NULL},
        {IP, "", NULL},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const char *filters = judge(cases[i].ip, cases[i].name).filters;

        if ((filters == NULL) != (cases[i].filters == NULL) || (filters && strcmp(filters, cases[i].filters) != 0))
            fail_msg("%s: %s", cases[i].name, filters ? filters : "none");
    }
}

static void test_split(void **state)
{
    (void)state;
    assert_true(judge(IP, "mail.example.net").by_suffix_list == name_has_suffix_list());
}

/* A name that repeats its worst part to the full length: bounded work, and hits that stay inside. */
static void test_long(void **state)
{
    static const char *const parts[] = {"1-",  "a.",  "0-0-",     "dsl-", "203-0-113-",
                                        "2-a", "-cm", "20010db8", "dyn.", "5"};

    (void)state;
    for (size_t i = 0; i < LENGTH(parts); i++) {
        char name[1000] = "";

        for (size_t at = 0; at + strlen(parts[i]) + 1 < sizeof name; at += strlen(parts[i]))
            memcpy(name + at, parts[i], strlen(parts[i]));
        judge(IP, name);
        judge("2001:db8::", name);
        arena_reset(arena);
    }
}

struct corpus {
    size_t names, by_class[CLASSES];
};

static const char *instance_of(char *name) /* "NNN-NN.example.net" stands for "111-11.example.net" */
{
    const bool placeholder = strncmp(name, "NN", 2) == 0;

    for (char *at = name; placeholder && (at = strchr(at, 'N')) != NULL;)
        *at = '1';
    return name;
}

/* name TAB address [TAB rule]; names for which `report` says so are printed */
static bool read_corpus(const char *path, struct corpus *corpus, int report_from, int report_to)
{
    FILE *file = fopen(path, "r");
    char line[1024];

    if (!file)
        return false;
    while (fgets(line, sizeof line, file)) {
        char *tab = strchr(line, '\t'), *address = tab ? tab + 1 : NULL;
        struct generic_verdict verdict;

        if (line[0] == '#' || !tab)
            continue;
        *tab = '\0';
        address[strcspn(address, "\t\r\n")] = '\0';
        verdict = judge(address, instance_of(line));
        corpus->names++;
        corpus->by_class[verdict.cls]++;
        if ((int)verdict.cls >= report_from && (int)verdict.cls <= report_to)
            print_message("  %-6s %s [%s] %s\n", generic_class_word(verdict.cls), line, address, hits_text(&verdict));
        arena_reset(arena);
    }
    fclose(file);
    return true;
}

static void print_corpus(const char *path, const struct corpus *corpus)
{
    print_message("%s: %zu names: %zu strong, %zu medium, %zu weak, %zu not generic\n", path, corpus->names,
                  corpus->by_class[STRONG], corpus->by_class[MEDIUM], corpus->by_class[WEAK], corpus->by_class[NONE]);
}

static void test_corpus_spamassassin(void **state)
{
    static const char path[] = "../shared/corpora/ptr/sa_dynrdns_examples.tsv";
    struct corpus corpus = {0, {0}};

    (void)state;
    if (!read_corpus(path, &corpus, NONE, NONE)) {
        print_message("%s: not here\n", path);
        skip();
    }
    print_corpus(path, &corpus);
    assert_true(corpus.names > 0 && corpus.by_class[NONE] * 100 <= corpus.names * 5);
}

static void test_corpus_generic(void **state)
{
    static const char path[] = "tests/data/ptr_generic.tsv";
    struct corpus corpus = {0, {0}};

    (void)state;
    assert_true(read_corpus(path, &corpus, NONE, NONE));
    print_corpus(path, &corpus);
    assert_true(corpus.names >= 200 && corpus.by_class[NONE] * 100 <= corpus.names * 5);
}

static void test_corpus_good(void **state)
{
    static const char path[] = "tests/data/ptr_good.tsv";
    struct corpus corpus = {0, {0}};

    (void)state;
    assert_true(read_corpus(path, &corpus, MEDIUM, STRONG));
    print_corpus(path, &corpus);
    assert_true(corpus.names >= 600);
    assert_true((corpus.by_class[MEDIUM] + corpus.by_class[STRONG]) * 1000 <= corpus.names * 5);
}

/* Where the corpus names the rule of SpamAssassin's that hits, our idea of that filter must hit, too. */
static void test_corpus_filters(void **state)
{
    FILE *file = fopen("../shared/corpora/ptr/sa_dynrdns_examples.tsv", "r");
    char line[1024];
    size_t names = 0, hits = 0;

    (void)state;
    if (!file)
        skip();
    while (fgets(line, sizeof line, file)) {
        bool hit;

        if (line[0] == '#')
            continue;
        line[strcspn(line, "\t")] = '\0';
        hit = spamassassin_rdns_dynamic(instance_of(line), name_lower(arena, instance_of(line)));
        names++;
        hits += hit;
        if (!hit)
            print_message("  SpamAssassin would not fire on %s\n", line);
    }
    fclose(file);
    assert_int_equal(hits, names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ip4_full),
        cmocka_unit_test(test_ip4_parts),
        cmocka_unit_test(test_ip6),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_providers),
        cmocka_unit_test(test_provider_patterns),
        cmocka_unit_test(test_exemptions),
        cmocka_unit_test(test_filters),
        cmocka_unit_test(test_split),
        cmocka_unit_test(test_long),
        cmocka_unit_test(test_corpus_spamassassin),
        cmocka_unit_test(test_corpus_generic),
        cmocka_unit_test(test_corpus_good),
        cmocka_unit_test(test_corpus_filters),
    };

    return cmocka_run_group_tests(tests, new_arena, free_arena);
}
