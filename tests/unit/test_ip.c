/* tests/unit/test_ip.c - addresses as text and bytes, and every border of every special-purpose block. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/ip.h"
#include "core/base/ip_network.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static struct ip parsed(const char *text)
{
    struct ip ip;

    if (!ip_parse(text, &ip))
        fail_msg("not parsed: %s", text);
    return ip;
}

static void test_texts(void **state)
{
    static const struct {
        const char *text, *printed, *expanded, *reverse; /* printed NULL: refused */
    } cases[] = {
        {"192.0.2.1", "192.0.2.1", "192.0.2.1", "1.2.0.192.in-addr.arpa"},
        {"0.0.0.0", "0.0.0.0", "0.0.0.0", "0.0.0.0.in-addr.arpa"},
        {"255.255.255.255", "255.255.255.255", "255.255.255.255", "255.255.255.255.in-addr.arpa"},
        {"::ffff:192.0.2.1", "192.0.2.1", "192.0.2.1", "1.2.0.192.in-addr.arpa"},
        {"::FFFF:c000:201", "192.0.2.1", "192.0.2.1", "1.2.0.192.in-addr.arpa"},
        {"2001:0DB8:0:0::1", "2001:db8::1", "2001:0db8:0000:0000:0000:0000:0000:0001",
         "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"},
        {"::", "::", "0000:0000:0000:0000:0000:0000:0000:0000",
         "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa"},
        {"::1", "::1", "0000:0000:0000:0000:0000:0000:0000:0001", NULL},
        {"1::", "1::", NULL, NULL},
        {"1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7", NULL, NULL}, /* RFC 5952 4.2.2: one group is not shortened */
        {"1:0:0:2:0:0:0:3", "1:0:0:2::3", NULL, NULL},      /* 4.2.3: the longest run */
        {"1:0:0:2:3:0:0:4", "1::2:3:0:0:4", NULL, NULL},    /* the first of equals */
        {"1:2:3:4:5:6:0:0", "1:2:3:4:5:6::", NULL, NULL},
        {"0:0:3:4:5:6:7:8", "::3:4:5:6:7:8", NULL, NULL},
        {"::192.0.2.1", "::c000:201", NULL, NULL},
        {"64:ff9b::8.8.8.8", "64:ff9b::808:808", NULL, NULL},
        {"ABCD:ef01:2345:6789:abcd:ef01:2345:6789", "abcd:ef01:2345:6789:abcd:ef01:2345:6789", NULL,
         "9.8.7.6.5.4.3.2.1.0.f.e.d.c.b.a.9.8.7.6.5.4.3.2.1.0.f.e.d.c.b.a.ip6.arpa"},
        {"", NULL, NULL, NULL},
        {"192.0.2", NULL, NULL, NULL},
        {"192.0.2.1.", NULL, NULL, NULL},
        {"192.0.2.01", NULL, NULL, NULL},
        {"192.0.2.256", NULL, NULL, NULL},
        {"0xc0.0.2.1", NULL, NULL, NULL},
        {"3221225985", NULL, NULL, NULL},
        {" 192.0.2.1", NULL, NULL, NULL},
        {"192.0.2.1 ", NULL, NULL, NULL},
        {"192.0.2.1:25", NULL, NULL, NULL},
        {"[::1]", NULL, NULL, NULL},
        {"fe80::1%eth0", NULL, NULL, NULL},
        {":::", NULL, NULL, NULL},
        {"1::2::3", NULL, NULL, NULL},
        {"12345::", NULL, NULL, NULL},
        {"1:2:3:4:5:6:7", NULL, NULL, NULL},
        {"1:2:3:4:5:6:7:8:9", NULL, NULL, NULL},
        {"example.org", NULL, NULL, NULL},
    };
    struct arena *arena = arena_new(1 << 20);

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct ip ip, again;

        if (ip_parse(cases[i].text, &ip) != (cases[i].printed != NULL))
            fail_msg("parsed or not: %s", cases[i].text);
        if (!cases[i].printed)
            continue;
        assert_string_equal(ip_text(arena, &ip), cases[i].printed);
        again = parsed(cases[i].printed);
        assert_true(ip_equal(&ip, &again));
        if (cases[i].expanded)
            assert_string_equal(ip_expanded(arena, &ip), cases[i].expanded);
        if (cases[i].reverse)
            assert_string_equal(ip_reverse_name(arena, &ip), cases[i].reverse);
    }
    arena_free(arena);
}

static void test_no_address(void **state)
{
    struct ip none = ip_from_bytes((const uint8_t *)"12345", 5);
    struct sockaddr_storage storage;
    struct arena *arena = arena_new(1 << 16);

    (void)state;
    assert_int_equal(none.family, IP_NONE);
    assert_string_equal(ip_text(arena, &none), "");
    assert_string_equal(ip_reverse_name(arena, &none), "");
    assert_string_equal(ip_special(&none)->name, "no address");
    assert_int_equal(ip_to_sockaddr(&none, 25, &storage), 0);
    arena_free(arena);
}

static void test_order(void **state)
{
    static const char *const ascending[] = {"9.255.255.255", "10.0.0.0", "10.0.0.1", "::", "::1", "2001:db8::"};

    (void)state;
    for (size_t i = 0; i < LENGTH(ascending); i++)
        for (size_t k = 0; k < LENGTH(ascending); k++) {
            struct ip a = parsed(ascending[i]), b = parsed(ascending[k]);
            int order = ip_compare(&a, &b);

            assert_int_equal((order > 0) - (order < 0), (i > k) - (i < k));
            assert_int_equal(ip_equal(&a, &b), i == k);
        }
}

static void test_networks(void **state)
{
    static const struct {
        const char *network, *base; /* base NULL: refused */
        unsigned bits;
        const char *inside, *outside;
    } cases[] = {
        {"10.0.0.0/8", "10.0.0.0", 8, "10.255.255.255", "11.0.0.0"},
        {"0.0.0.0/0", "0.0.0.0", 0, "203.0.113.9", "::"},
        {"192.0.2.128/25", "192.0.2.128", 25, "192.0.2.255", "192.0.2.127"},
        {"192.0.2.1", "192.0.2.1", 32, "192.0.2.1", "192.0.2.0"},
        {"192.0.2.1/32", "192.0.2.1", 32, "::ffff:192.0.2.1", "192.0.2.2"},
        {"::/0", "::", 0, "ffff::", "0.0.0.0"},
        {"2001:db8::/33", "2001:db8::", 33, "2001:db8:7fff::", "2001:db8:8000::"},
        {"2001:db8::1", "2001:db8::1", 128, "2001:db8::1", "2001:db8::"},
        {"::ffff:10.0.0.0/104", "10.0.0.0", 8, "10.1.2.3", "11.0.0.0"},
        {"::ffff:10.0.0.1", "10.0.0.1", 32, "10.0.0.1", "10.0.0.0"},
        {"::ffff:0.0.0.0/95", NULL, 0, NULL, NULL},
        {"10.0.0.1/8", NULL, 0, NULL, NULL}, /* host bits */
        {"192.0.2.64/25", NULL, 0, NULL, NULL},
        {"2001:db8::1/64", NULL, 0, NULL, NULL},
        {"10.0.0.0/33", NULL, 0, NULL, NULL},
        {"::/129", NULL, 0, NULL, NULL},
        {"10.0.0.0/", NULL, 0, NULL, NULL},
        {"10.0.0.0/08", NULL, 0, NULL, NULL},
        {"10.0.0.0/+8", NULL, 0, NULL, NULL},
        {"10.0.0.0/8 ", NULL, 0, NULL, NULL},
        {"10.0.0.0/8/8", NULL, 0, NULL, NULL},
        {"10.0.0.0/4294967304", NULL, 0, NULL, NULL},
        {"/8", NULL, 0, NULL, NULL},
        {"10/8", NULL, 0, NULL, NULL},
        {"0000:0000:0000:0000:0000:0000:0000:0000:0000:0000/8", NULL, 0, NULL, NULL},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct ip_network network;
        char base[IP_TEXT_MAX];
        struct ip in, out;

        if (ip_network_parse(cases[i].network, &network) != (cases[i].base != NULL))
            fail_msg("parsed or not: %s", cases[i].network);
        if (!cases[i].base)
            continue;
        ip_print(&network.base, base);
        assert_string_equal(base, cases[i].base);
        assert_int_equal(network.bits, cases[i].bits);
        in = parsed(cases[i].inside);
        out = parsed(cases[i].outside);
        assert_true(ip_in_network(&in, &network));
        assert_false(ip_in_network(&out, &network));
    }
}

static void test_network_of(void **state)
{
    struct ip four = parsed("192.0.2.255"), six = parsed("2001:db8:ffff:ffff::1");
    struct ip_network around = ip_network_of(&four, 25), all = ip_network_of(&six, 200);
    char text[IP_TEXT_MAX];

    (void)state;
    ip_print(&around.base, text);
    assert_string_equal(text, "192.0.2.128");
    assert_int_equal(all.bits, 128);
    assert_true(ip_equal(&all.base, &six));
    around = ip_network_of(&six, 48);
    ip_print(&around.base, text);
    assert_string_equal(text, "2001:db8:ffff::");
    around.bits = 129; /* no network contains anything then */
    assert_false(ip_in_network(&six, &around));
}

static void test_sockaddr(void **state)
{
    static const char *const texts[] = {"192.0.2.1", "2001:db8::1"};

    (void)state;
    for (size_t i = 0; i < LENGTH(texts); i++) {
        struct ip ip = parsed(texts[i]), back;
        struct sockaddr_storage storage;
        uint16_t port = 0;

        assert_int_equal(ip_to_sockaddr(&ip, 2525, &storage),
                         i == 0 ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
        assert_true(ip_from_sockaddr((const struct sockaddr *)&storage, &back, &port));
        assert_true(ip_equal(&ip, &back));
        assert_int_equal(port, 2525);
        assert_true(ip_from_sockaddr((const struct sockaddr *)&storage, &back, NULL));
    }
    assert_false(ip_from_sockaddr(&(struct sockaddr){.sa_family = AF_UNIX}, &(struct ip){0}, NULL));
}

static struct ip neighbour(struct ip ip, bool up)
{
    for (size_t i = ip.family == IP_V4 ? 4 : 16; i-- > 0;) {
        ip.bytes[i] = (uint8_t)(up ? ip.bytes[i] + 1 : ip.bytes[i] - 1);
        if (ip.bytes[i] != (up ? 0 : 0xff))
            break;
    }
    return ip;
}

static void judge(struct ip ip, const char *name, const char *where)
{
    const struct ip_block *block = ip_special(&ip);
    char text[IP_TEXT_MAX];

    ip_print(&ip, text);
    if (strcmp(block ? block->name : "", name) != 0)
        fail_msg("%s (%s): \"%s\" instead of \"%s\"", text, where, block ? block->name : "", name);
    if (block)
        assert_memory_equal(block->source, "RFC ", 4);
}

#define NOT_UNICAST "not global unicast space"
#define IETF "IETF Protocol Assignments"

static void test_special_borders(void **state)
{
    static const struct {
        const char *first, *last;
        const char *before, *name, *after; /* "": globally reachable; NULL: no address there */
    } blocks[] = {
        {"0.0.0.0", "0.0.0.0", NULL, "\"This host on this network\"", "\"This network\""},
        {"0.0.0.1", "0.255.255.255", "\"This host on this network\"", "\"This network\"", ""},
        {"10.0.0.0", "10.255.255.255", "", "Private-Use", ""},
        {"100.64.0.0", "100.127.255.255", "", "Shared Address Space", ""},
        {"127.0.0.0", "127.255.255.255", "", "Loopback", ""},
        {"169.254.0.0", "169.254.255.255", "", "Link Local", ""},
        {"172.16.0.0", "172.31.255.255", "", "Private-Use", ""},
        {"192.0.0.0", "192.0.0.7", "", "IPv4 Service Continuity Prefix", "IPv4 dummy address"},
        {"192.0.0.8", "192.0.0.8", "IPv4 Service Continuity Prefix", "IPv4 dummy address", ""},
        {"192.0.0.9", "192.0.0.10", "IPv4 dummy address", "", IETF}, /* PCP and TURN anycast */
        {"192.0.0.11", "192.0.0.169", "", IETF, "NAT64/DNS64 Discovery"},
        {"192.0.0.170", "192.0.0.171", IETF, "NAT64/DNS64 Discovery", IETF},
        {"192.0.0.172", "192.0.0.255", "NAT64/DNS64 Discovery", IETF, ""},
        {"192.0.2.0", "192.0.2.255", "", "Documentation (TEST-NET-1)", ""},
        {"192.31.196.0", "192.31.196.255", "", "", ""}, /* AS112-v4 */
        {"192.52.193.0", "192.52.193.255", "", "", ""}, /* AMT */
        {"192.88.99.0", "192.88.99.1", "", "Deprecated (6to4 Relay Anycast)", "6a44-relay anycast address"},
        {"192.88.99.2", "192.88.99.2", "Deprecated (6to4 Relay Anycast)", "6a44-relay anycast address",
         "Deprecated (6to4 Relay Anycast)"},
        {"192.88.99.3", "192.88.99.255", "6a44-relay anycast address", "Deprecated (6to4 Relay Anycast)", ""},
        {"192.168.0.0", "192.168.255.255", "", "Private-Use", ""},
        {"192.175.48.0", "192.175.48.255", "", "", ""}, /* AS112 */
        {"198.18.0.0", "198.19.255.255", "", "Benchmarking", ""},
        {"198.51.100.0", "198.51.100.255", "", "Documentation (TEST-NET-2)", ""},
        {"203.0.113.0", "203.0.113.255", "", "Documentation (TEST-NET-3)", ""},
        {"224.0.0.0", "239.255.255.255", "", "Multicast", "Reserved"},
        {"240.0.0.0", "255.255.255.254", "Multicast", "Reserved", "Limited Broadcast"},
        {"255.255.255.255", "255.255.255.255", "Reserved", "Limited Broadcast", NULL},

        {"::", "::", NULL, "Unspecified Address", "Loopback Address"},
        {"::1", "::1", "Unspecified Address", "Loopback Address", "IPv4-compatible (deprecated)"},
        {"::2", "::ffff:ffff", "Loopback Address", "IPv4-compatible (deprecated)", NOT_UNICAST},
        {"64:ff9b::", "64:ff9b::", NOT_UNICAST, "\"This host on this network\"", "\"This network\""},
        {"64:ff9b::ffff:ffff", "64:ff9b::ffff:ffff", "Reserved", "Limited Broadcast", NOT_UNICAST},
        {"64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", NOT_UNICAST, "IPv4-IPv6 Translat.", NOT_UNICAST},
        {"100::", "100::ffff:ffff:ffff:ffff", NOT_UNICAST, "Discard-Only Address Block", "Dummy IPv6 Prefix"},
        {"100:0:0:1::", "100::1:ffff:ffff:ffff:ffff", "Discard-Only Address Block", "Dummy IPv6 Prefix", NOT_UNICAST},
        {"101::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NOT_UNICAST, NOT_UNICAST, ""},
        {"2000::", "2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NOT_UNICAST, "", "TEREDO"},
        {"2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", "", "TEREDO", IETF},
        {"2001:1::1", "2001:1::3", IETF, "", IETF}, /* PCP, TURN and DNS-SD SRP anycast */
        {"2001:1::4", "2001:1:ffff:ffff:ffff:ffff:ffff:ffff", "", IETF, "Benchmarking"},
        {"2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", IETF, "Benchmarking", IETF},
        {"2001:3::", "2001:3:ffff:ffff:ffff:ffff:ffff:ffff", IETF, "", IETF},    /* AMT */
        {"2001:4:112::", "2001:4:112:ffff:ffff:ffff:ffff:ffff", IETF, "", IETF}, /* AS112-v6 */
        {"2001:10::", "2001:1f:ffff:ffff:ffff:ffff:ffff:ffff", IETF, "Deprecated (previously ORCHID)", ""},
        {"2001:20::", "2001:3f:ffff:ffff:ffff:ffff:ffff:ffff", "Deprecated (previously ORCHID)", "", IETF},
        {"2001:2f:ffff:ffff:ffff:ffff:ffff:ffff", "2001:30::", "", "", ""}, /* ORCHIDv2, DETs */
        {"2001:40::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "", IETF, ""},
        {"2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "", "Documentation", ""},
        {"2002::", "2002:0:0:ffff:ffff:ffff:ffff:ffff", "", "\"This host on this network\"", "\"This network\""},
        {"2002:ffff:ffff::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "Reserved", "Limited Broadcast", ""},
        {"2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff", "", "", ""}, /* AS112 */
        {"3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "", "Documentation", ""},
        {"3fff:1000::", "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "Documentation", "", NOT_UNICAST},
        {"5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NOT_UNICAST, "Segment Routing (SRv6) SIDs", NOT_UNICAST},
        {"fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NOT_UNICAST, "Unique-Local", NOT_UNICAST},
        {"fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NOT_UNICAST, "Link-Local Unicast",
         "Site-Local (deprecated)"},
        {"fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "Link-Local Unicast", "Site-Local (deprecated)",
         "Multicast"},
        {"ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "Site-Local (deprecated)", "Multicast", NULL},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(blocks); i++) {
        struct ip first = parsed(blocks[i].first), last = parsed(blocks[i].last);

        judge(first, blocks[i].name, "first");
        judge(last, blocks[i].name, "last");
        if (blocks[i].before)
            judge(neighbour(first, false), blocks[i].before, "before");
        if (blocks[i].after)
            judge(neighbour(last, true), blocks[i].after, "after");
    }
}

static void test_special_embedded(void **state)
{
    static const struct {
        const char *text, *name;
    } cases[] = {
        {"::ffff:10.0.0.1", "Private-Use"},
        {"::ffff:8.8.8.8", ""},
        {"64:ff9b::10.0.0.1", "Private-Use"},
        {"64:ff9b::8.8.8.8", ""},
        {"64:ff9b::192.0.0.9", ""},
        {"64:ff9b:1::8.8.8.8", "IPv4-IPv6 Translat."},
        {"2002:a00:1::1", "Private-Use"},
        {"2002:808:808::1", ""},
        {"2002:7f00:1::", "Loopback"},
        {"::8.8.8.8", "IPv4-compatible (deprecated)"},
        {"2001:0:808:808::1", "TEREDO"},
        {"2002:c058:6301::", "Deprecated (6to4 Relay Anycast)"},
        {"::ffff:0:808:808", NOT_UNICAST},
        {"2a00:1450:4001:80b::200e", ""},
        {"2001:1::2", ""},
        {"2001:4860:4860::8888", ""},
    };
    struct ip mapped = {IP_V6, {[10] = 0xff, [11] = 0xff, [12] = 8}}; /* nobody should make one, but if so: */

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++)
        judge(parsed(cases[i].text), cases[i].name, "embedded");
    judge(mapped, "IPv4-mapped Address", "mapped");
}

static void test_network_sizes(void **state)
{
    static const struct {
        const char *network, *size, *last;
    } cases[] = {
        {"192.0.2.1/32", "1 address", "192.0.2.1"},
        {"192.0.2.16/29", "8 addresses", "192.0.2.23"},
        {"192.0.2.0/24", "256 addresses", "192.0.2.255"},
        {"10.0.0.0/8", "16777216 addresses", NULL},
        {"0.0.0.0/2", "2^30 addresses", NULL},
        {"2001:db8::10/124", "16 addresses", "2001:db8::1f"},
        {"2001:db8::/64", "2^64 addresses", NULL},
        {"::/0", "2^128 addresses", NULL},
    };
    struct arena *arena = arena_new(1 << 16);

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct ip_network network;
        struct ip last, expected;

        assert_true(ip_network_parse(cases[i].network, &network));
        assert_string_equal(ip_network_text(arena, &network), cases[i].network);
        assert_string_equal(ip_network_size_text(arena, &network), cases[i].size);
        if (!cases[i].last)
            continue;
        last = ip_network_nth(&network, (1U << ip_network_host_bits(&network)) - 1);
        expected = parsed(cases[i].last);
        assert_true(ip_equal(&last, &expected));
    }
    arena_free(arena);
}

static void test_overlaps_are_counted_once(void **state)
{
    static const struct {
        const char *networks[4];
        unsigned long long count;
    } cases[] = {
        {{NULL}, 0},
        {{"192.0.2.1/32"}, 1},
        {{"192.0.2.128/25", "192.0.2.0/25"}, 256},
        {{"192.0.2.5/32", "192.0.2.0/24", "192.0.2.5/32"}, 256},
        {{"198.51.100.0/24", "192.0.2.0/24", "2001:db8::/32"}, 512},
        {{"128.0.0.0/1", "0.0.0.0/1", "255.255.255.255/32"}, 1ULL << 32},
    };
    struct arena *arena = arena_new(1 << 16);

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct ip_network networks[LENGTH(cases[i].networks)];
        size_t count = 0;

        for (; count < LENGTH(networks) && cases[i].networks[count]; count++)
            assert_true(ip_network_parse(cases[i].networks[count], &networks[count]));
        assert_int_equal(ip_networks_count_v4(arena, networks, count), cases[i].count);
    }
    arena_free(arena);
}

/* RFC 5321 4.1.3 */
static void test_literals(void **state)
{
    static const struct {
        const char *text, *printed; /* NULL: none */
    } cases[] = {
        {"[192.0.2.1]", "192.0.2.1"},
        {"[IPv6:2001:db8::1]", "2001:db8::1"},
        {"[ipv6:2001:DB8:0:0::1]", "2001:db8::1"},
        {"[IPv6:::ffff:192.0.2.1]", "192.0.2.1"},
        {"[2001:db8::1]", NULL},
        {"[::ffff:192.0.2.1]", NULL},
        {"[IPv6:192.0.2.1]", NULL},
        {"[IPv6:]", NULL},
        {"[IPv6]", NULL},
        {"[]", NULL},
        {"[", NULL},
        {"]", NULL},
        {"", NULL},
        {"192.0.2.1", NULL},
        {"[192.0.2.1", NULL},
        {"192.0.2.1]", NULL},
        {"[192.0.2.1] ", NULL},
        {"[192.0.2.256]", NULL},
        {"[mail.example.org]", NULL},
        {"[IPv6:2001:0db8:0000:0000:0000:0000:0000:0001]", "2001:db8::1"},
        {"[IPv6:2001:0db8:0000:0000:0000:0000:0000:0001:0000:0000:0000:0000:0000:0000:0000]", NULL},
    };
    struct ip ip;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char printed[IP_TEXT_MAX] = "";
        bool parsed = ip_parse_literal(cases[i].text, &ip);

        if (parsed)
            ip_print(&ip, printed);
        if (parsed != (cases[i].printed != NULL) || (parsed && strcmp(printed, cases[i].printed) != 0))
            fail_msg("%s: %s", cases[i].text, parsed ? printed : "none");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_literals),
        cmocka_unit_test(test_texts),           cmocka_unit_test(test_no_address),
        cmocka_unit_test(test_order),           cmocka_unit_test(test_networks),
        cmocka_unit_test(test_network_of),      cmocka_unit_test(test_sockaddr),
        cmocka_unit_test(test_special_borders), cmocka_unit_test(test_special_embedded),
        cmocka_unit_test(test_network_sizes),   cmocka_unit_test(test_overlaps_are_counted_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
