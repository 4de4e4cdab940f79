/* tests/unit/test_dns_wire.c - DNS packets: queries as built, hostile replies refused (threats.md D3, D4, D11),
 * records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/arena.h"
#include "core/collect/dns/dns_text.h"
#include "core/collect/dns/dns_wire.h"
#include "tests/unit/dns_packet.h"
#include "tests/unit/valgrind.h"

enum { NOERROR = 0x8180, MESSAGE_BYTES = 524288 };

static struct packet packet;
static struct dns_scan scan;

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

static const char *scan_it(void)
{
    const char *why = NULL;

    return dns_wire_scan(packet.at, packet.size, &scan, &why) ? NULL : why;
}

static struct dns_message parse_it(struct arena *arena)
{
    struct dns_message message;
    const char *why = "";

    assert_null(scan_it());
    assert_true(dns_wire_parse(arena, packet.at, &scan, &message, &why));
    return message;
}

/* ---- queries ---- */

static void queries_are_as_asked_for(void **state)
{
    static const uint8_t expected[] = {
        0x01, 0x20, 0,   1,   0,   0,   0,    0,    0, 1, /* RD, AD; one question, one additional */
        7,    'e',  'x', 'a', 'm', 'p', 'l',  'e',  3, 'o', 'r',  'g', 0, 0,
        15,   0,    1,   0,   0,   41,  0x04, 0xd0, 0, 0,   0x80, 0,   0, 0}; /* OPT: 1232, DO, no options */
    uint8_t query[DNS_QUERY_MAX];
    size_t size = dns_wire_query("example.org", DNS_MX, DNS_QUERY_RECURSION | DNS_QUERY_EDNS, query);

    (void)state;
    assert_int_equal(size, sizeof expected + 2);
    assert_memory_equal(query + 2, expected, sizeof expected);

    size = dns_wire_query("example.org", DNS_MX, DNS_QUERY_CD, query);
    assert_int_equal(size, sizeof expected + 2 - 11);
    assert_int_equal(query[2], 0);
    assert_int_equal(query[3], 0x30);
    assert_int_equal(query[11], 0);

    size = dns_wire_query("", DNS_SOA, DNS_QUERY_RECURSION, query);
    assert_int_equal(size, 12 + 1 + 4);
}

static void names_go_out_octet_by_octet(void **state)
{
    static const uint8_t expected[] = {3, 'a', 0, 'b', 4, 'c', '.', 'd', '\\', 1, 0xff, 0};
    uint8_t query[DNS_QUERY_MAX];

    (void)state;
    assert_true(dns_wire_query("a\\000b.c\\.d\\\\.\\255", DNS_A, 0, query) > 0);
    assert_memory_equal(query + 12, expected, sizeof expected);
}

static void impossible_names_are_refused(void **state)
{
    static const char l63[] = "123456789012345678901234567890123456789012345678901234567890123";
    uint8_t query[DNS_QUERY_MAX];
    char name[400];

    (void)state;
    snprintf(name, sizeof name, "%s.%s.%s.%.61s", l63, l63, l63, l63);
    assert_int_equal(dns_wire_query(name, DNS_A, DNS_QUERY_EDNS, query), 12 + 255 + 4 + 11);
    snprintf(name, sizeof name, "%s.%s.%s.%.62s", l63, l63, l63, l63);
    assert_int_equal(dns_wire_query(name, DNS_A, 0, query), 0);
    snprintf(name, sizeof name, "%s.%s.%s.%.61s.x", l63, l63, l63, l63);
    assert_int_equal(dns_wire_query(name, DNS_A, 0, query), 0);
    snprintf(name, sizeof name, "%s4.example", l63);
    assert_int_equal(dns_wire_query(name, DNS_A, 0, query), 0);
    assert_int_equal(dns_wire_query("a..b", DNS_A, 0, query), 0);
    assert_int_equal(dns_wire_query(".a", DNS_A, 0, query), 0);
    assert_int_equal(dns_wire_query("a..", DNS_A, 0, query), 0);
    assert_int_equal(dns_wire_query("a.", DNS_A, 0, query), 12 + 3 + 4); /* the root may be written */
    assert_int_equal(dns_wire_query("", DNS_A, 0, query), 12 + 1 + 4);
}

static void ids_and_cases_vary(void **state)
{
    static const char name[] = "abcdefghijklmnopqrstuvwxyz.example";
    uint8_t one[DNS_QUERY_MAX], two[DNS_QUERY_MAX];
    unsigned upper = 0, same_id = 0;

    (void)state;
    for (int i = 0; i < 50; i++) {
        size_t size = dns_wire_query(name, DNS_A, DNS_QUERY_RANDOM_CASE, one);

        assert_int_equal(size, dns_wire_query(name, DNS_A, DNS_QUERY_RANDOM_CASE, two));
        same_id += memcmp(one, two, 2) == 0;
        assert_true(dns_wire_echoes(one, size, two, size, false));
        assert_true(dns_wire_echoes(one, size, one, size, true));
        assert_false(dns_wire_echoes(one, size, two, size, true)); /* 1 in 2^33 */
        for (size_t at = 13; at < 12 + 26; at++)
            upper += one[at] >= 'A' && one[at] <= 'Z';
    }
    assert_true(same_id < 5);
    assert_in_range(upper, 450, 800); /* of 1250, 625 expected */
}

static void echoes_are_compared(void **state)
{
    uint8_t query[DNS_QUERY_MAX];
    size_t size = dns_wire_query("mx.example.org", DNS_A, DNS_QUERY_EDNS, query);

    (void)state;
    begin_reply(&packet, 1, NOERROR, "mx.example.org", DNS_A);
    assert_true(dns_wire_echoes(query, size, packet.at, packet.size, true));
    assert_false(dns_wire_echoes(query, size, packet.at, packet.size - 1, true));
    begin_reply(&packet, 1, NOERROR, "MX.example.org", DNS_A);
    assert_false(dns_wire_echoes(query, size, packet.at, packet.size, true));
    assert_true(dns_wire_echoes(query, size, packet.at, packet.size, false));
    begin_reply(&packet, 1, NOERROR, "mx.example.org", DNS_AAAA);
    assert_false(dns_wire_echoes(query, size, packet.at, packet.size, false));
    begin_reply(&packet, 1, NOERROR, "mx.example.com", DNS_A);
    assert_false(dns_wire_echoes(query, size, packet.at, packet.size, false));
    set16(&packet, 4, 0);
    assert_false(dns_wire_echoes(query, size, packet.at, packet.size, false));
}

static void another_type_is_a_mix_up(void **state)
{
    uint8_t query[DNS_QUERY_MAX];
    size_t size = dns_wire_query("mx.example.org", DNS_A, DNS_QUERY_EDNS, query);

    (void)state;
    begin_reply(&packet, (unsigned)(query[0] << 8 | query[1]), NOERROR, "MX.example.org", DNS_AAAA);
    assert_true(dns_wire_mixes_up(query, size, packet.at, packet.size));
    assert_false(dns_wire_mixes_up(query, size, packet.at, packet.size - 1));
    set16(&packet, 0, (unsigned)(query[0] << 8 | query[1]) ^ 1);
    assert_false(dns_wire_mixes_up(query, size, packet.at, packet.size));
    begin_reply(&packet, (unsigned)(query[0] << 8 | query[1]), NOERROR, "mx.example.com", DNS_AAAA);
    assert_false(dns_wire_mixes_up(query, size, packet.at, packet.size));
    begin_reply(&packet, (unsigned)(query[0] << 8 | query[1]), NOERROR, "mx.example.org", DNS_A);
    assert_false(dns_wire_mixes_up(query, size, packet.at, packet.size));
}

/* ---- the scan ---- */

static void owner_pointer(unsigned target)
{
    begin_reply(&packet, 1, NOERROR, "example.org", DNS_A);
    put16(&packet, 0xc000 | target);
    put16(&packet, DNS_A);
    put16(&packet, 1);
    put32(&packet, 300);
    put16(&packet, 4);
    put32(&packet, 0xc0000201);
    count_record(&packet, 0);
}

/* The first record's data is a chain of pointers, each to the one before; the second record's owner is its end. */
static void pointer_chain(size_t links)
{
    size_t at, start;

    begin_reply(&packet, 1, NOERROR, "example.org", DNS_A);
    at = begin_record(&packet, 0, NULL, 65280, 300);
    start = packet.size;
    for (size_t i = 0; i < links; i++)
        put16(&packet, 0xc000 | (unsigned)(i == 0 ? 12 : start + 2 * (i - 1)));
    end_record(&packet, at);
    start += 2 * (links - 1);
    put16(&packet, 0xc000 | (unsigned)start);
    put16(&packet, DNS_A);
    put16(&packet, 1);
    put32(&packet, 300);
    put16(&packet, 4);
    put32(&packet, 0xc0000201);
    count_record(&packet, 0);
}

static void self_pointer(void)
{
    owner_pointer(29);
}

static void ring_of_two(void)
{
    begin_reply(&packet, 1, NOERROR, "example.org", DNS_A);
    size_t at = begin_record(&packet, 0, NULL, DNS_CNAME, 300);
    put16(&packet, 0xc000 | (unsigned)(packet.size + 2));
    put16(&packet, 0xc000 | (unsigned)(packet.size - 2));
    end_record(&packet, at);
}

static void pointer_to_itself_in_a_label(void) /* "x" and then back to "x" */
{
    begin_reply(&packet, 1, NOERROR, "example.org", DNS_A);
    size_t at = begin_record(&packet, 0, NULL, DNS_CNAME, 300);
    put8(&packet, 1);
    put8(&packet, 'x');
    put16(&packet, 0xc000 | (unsigned)(packet.size - 2));
    end_record(&packet, at);
}

static void pointer_past_the_end(void)
{
    owner_pointer(0x3fff);
}

static void pointer_into_the_header(void)
{
    owner_pointer(4);
}

static void chain_of_8176(void)
{
    pointer_chain(8176);
}

static void chain_of_127(void)
{
    pointer_chain(126); /* and the owner's own pointer */
}

static void many_short_chains(void) /* 41 names of 100 pointers: more than a message may have */
{
    size_t start;

    pointer_chain(99);
    start = packet.size - 16;
    unsigned last = (unsigned)(packet.at[start] << 8 | packet.at[start + 1]);
    for (int i = 0; i < 40; i++) {
        put16(&packet, last);
        put16(&packet, DNS_A);
        put16(&packet, 1);
        put32(&packet, 300);
        put16(&packet, 4);
        put32(&packet, 0xc0000201);
        count_record(&packet, 0);
    }
}

static void name_of_256(void)
{
    begin_reply(&packet, 1, NOERROR, "example.org", DNS_A);
    size_t at = begin_record(&packet, 0, NULL, DNS_PTR, 300);
    for (int label = 0; label < 4; label++) {
        put8(&packet, label < 3 ? 63 : 62);
        for (int i = 0; i < (label < 3 ? 63 : 62); i++)
            put8(&packet, 'a');
    }
    put8(&packet, 0);
    end_record(&packet, at);
}

static void reserved_label(void)
{
    begin_reply(&packet, 1, NOERROR, "example.org", DNS_A);
    size_t at = begin_record(&packet, 0, NULL, DNS_PTR, 300);
    put8(&packet, 0x41);
    put8(&packet, 0);
    end_record(&packet, at);
}

static void too_many_records(void)
{
    begin_reply(&packet, 1, NOERROR, "example.org", DNS_A);
    for (int i = 0; i <= DNS_RECORDS_MAX; i++)
        begin_record(&packet, 0, NULL, 65280, 0);
}

static void too_many_owners(void)
{
    begin_reply(&packet, 1, NOERROR, "example.org", DNS_A);
    for (int i = 0; i <= DNS_OWNERS_MAX; i++) {
        char owner[32];

        snprintf(owner, sizeof owner, "n%d.example", i);
        begin_record(&packet, 0, owner, 65280, 0);
    }
}

static void count_too_high(void)
{
    owner_pointer(12);
    count_record(&packet, 2);
}

static void two_questions(void)
{
    owner_pointer(12);
    set16(&packet, 4, 2);
}

static void short_a(void)
{
    owner_pointer(12);
    packet.size--;
    set16(&packet, packet.size - 5, 3);
}

static void txt_string_too_long(void)
{
    begin_reply(&packet, 1, NOERROR, "example.org", DNS_TXT);
    size_t at = begin_record(&packet, 0, NULL, DNS_TXT, 300);
    put8(&packet, 3);
    put_bytes(&packet, "ab", 2);
    end_record(&packet, at);
    put_a(&packet, NULL, 1, 1);
}

static void txt_without_strings(void)
{
    begin_reply(&packet, 1, NOERROR, "example.org", DNS_TXT);
    begin_record(&packet, 0, NULL, DNS_TXT, 300);
}

static void mx_without_host(void)
{
    begin_reply(&packet, 1, NOERROR, "example.org", DNS_MX);
    size_t at = begin_record(&packet, 0, NULL, DNS_MX, 300);
    put16(&packet, 10);
    end_record(&packet, at);
    put_a(&packet, NULL, 1, 1);
}

static void name_beyond_its_record(void) /* CNAME whose name ends in the next record */
{
    put_name_record(&packet, NULL, DNS_CNAME, 300, "target.example");
    begin_reply(&packet, 1, NOERROR, "example.org", DNS_A);
    put_name_record(&packet, NULL, DNS_CNAME, 300, "target.example");
    set16(&packet, packet.size - 18, 5);
}

static void soa_too_short(void)
{
    begin_reply(&packet, 1, NOERROR, "example.org", DNS_A);
    put_soa(&packet, 1, NULL, 1, 1);
    packet.size -= 4;
    size_t at = 12 + 13 + 4 + 10;
    set16(&packet, at, (unsigned)(packet.size - at - 2));
}

static void hostile_packets_are_refused_fast(void **state)
{
    static const struct {
        const char *name;
        void (*build)(void);
    } cases[] = {
        {"self pointer", self_pointer},
        {"ring of two", ring_of_two},
        {"label and pointer to it", pointer_to_itself_in_a_label},
        {"past the end", pointer_past_the_end},
        {"into the header", pointer_into_the_header},
        {"chain of 8176", chain_of_8176},
        {"chain of 127", chain_of_127},
        {"many short chains", many_short_chains},
        {"name of 256 octets", name_of_256},
        {"reserved label", reserved_label},
        {"too many records", too_many_records},
        {"too many owners", too_many_owners},
        {"count too high", count_too_high},
        {"two questions", two_questions},
        {"short A", short_a},
        {"TXT string too long", txt_string_too_long},
        {"TXT without strings", txt_without_strings},
        {"MX without host", mx_without_host},
        {"name beyond its record", name_beyond_its_record},
        {"SOA too short", soa_too_short},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        clock_t start = clock();
        const char *why;

        cases[i].build();
        why = scan_it();
        if (!why)
            fail_msg("accepted: %s", cases[i].name);
        assert_true(clock() - start < CLOCKS_PER_SEC / 200 || is_under_valgrind());
    }
}

static void the_longest_legal_chain_passes(void **state)
{
    (void)state;
    pointer_chain(DNS_NAME_HOPS - 1);
    assert_null(scan_it());
    assert_int_equal(scan.count, 2);
}

static void every_truncation_is_refused(void **state)
{
    (void)state;
    begin_reply(&packet, 1, NOERROR, "example.org", DNS_MX);
    size_t at = begin_record(&packet, 0, NULL, DNS_MX, 300);
    put16(&packet, 10);
    put_name(&packet, "mx.example.org");
    end_record(&packet, at);
    put_soa(&packet, 1, NULL, 300, 60);
    put_opt(&packet, 0, 22);
    assert_null(scan_it());
    for (size_t size = packet.size; size-- > 0;) {
        uint8_t *exact = malloc(size + 1); /* for the address sanitizer */
        const char *why;

        memcpy(exact, packet.at, size);
        exact = realloc(exact, size ? size : 1);
        assert_false(dns_wire_scan(exact, size, &scan, &why));
        free(exact);
    }
}

static void trailing_bytes_are_flagged(void **state)
{
    (void)state;
    owner_pointer(12);
    assert_null(scan_it());
    assert_false(scan.trailing);
    put8(&packet, 0);
    assert_null(scan_it());
    assert_true(scan.trailing);
    assert_int_equal(scan.used, packet.size - 1);
}

/* ---- records ---- */

static void every_type_is_parsed(void **state)
{
    struct arena *arena = arena_new(MESSAGE_BYTES);
    struct dns_message message;
    const struct dns_rr *rr;
    size_t at;

    (void)state;
    begin_reply(&packet, 1, 0x85a3, "Example.org", DNS_MX); /* AA, RA, AD, NXDOMAIN */
    put_a(&packet, NULL, 300, 0xc0000201);
    at = begin_record(&packet, 0, NULL, DNS_AAAA, 0x80000001);
    put_bytes(&packet, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16);
    end_record(&packet, at);
    put_name_record(&packet, "a.example", DNS_CNAME, 1, "B.Example");
    put_name_record(&packet, NULL, DNS_NS, 1, "ns.example");
    put_name_record(&packet, NULL, DNS_PTR, 1, "ptr.example");
    at = begin_record(&packet, 0, NULL, DNS_MX, 1);
    put16(&packet, 0);
    put8(&packet, 0);
    end_record(&packet, at);
    at = begin_record(&packet, 0, NULL, DNS_MX, 1);
    put16(&packet, 65535);
    put_bytes(&packet, "\2mx\xc0\x0c", 5);
    end_record(&packet, at);
    at = begin_record(&packet, 0, NULL, DNS_TXT, 1);
    put_bytes(&packet,
              "\5v=spf\0\3"
              "1\0x",
              11);
    end_record(&packet, at);
    put_soa(&packet, 0, NULL, 1, 77);
    at = begin_record(&packet, 0, NULL, DNS_TLSA, 1);
    put_bytes(&packet, "\3\1\1\xaa\0\xbb", 6);
    end_record(&packet, at);
    at = begin_record(&packet, 0, NULL, 33, 1); /* SRV with nonsense in it: not looked into */
    put_bytes(&packet, "\0\0\0\0\0\0\xc0\xff", 8);
    end_record(&packet, at);
    put_opt(&packet, 1, 7);

    message = parse_it(arena);
    assert_true(message.response && message.authoritative && message.recursion_available && message.authentic);
    assert_false(message.truncated);
    assert_int_equal(message.rcode, 16 + 3);
    assert_true(message.edns);
    assert_int_equal(message.extended_error, 7);
    assert_false(message.has_soa || message.has_ns);
    assert_int_equal(message.answer_count, 10);
    rr = message.answer;
    assert_string_equal(rr[0].owner, "Example.org");
    assert_int_equal(rr[0].record.ttl_s, 300);
    assert_int_equal(rr[0].record.ip.family, IP_V4);
    assert_memory_equal(rr[0].record.ip.bytes, "\xc0\0\2\1", 4);
    assert_int_equal(rr[1].record.ip.family, IP_V6);
    assert_int_equal(rr[1].record.ttl_s, 0);
    assert_string_equal(rr[2].owner, "a.example");
    assert_string_equal(rr[2].record.name, "B.Example");
    assert_string_equal(rr[3].owner, "Example.org");
    assert_string_equal(rr[3].record.name, "ns.example");
    assert_string_equal(rr[4].record.name, "ptr.example");
    assert_string_equal(rr[5].record.mx.host, "");
    assert_int_equal(rr[6].record.mx.preference, 65535);
    assert_string_equal(rr[6].record.mx.host, "mx.Example.org");
    assert_int_equal(rr[7].record.txt.strings, 3);
    assert_int_equal(rr[7].record.txt.joined.len, 8);
    assert_memory_equal(rr[7].record.txt.joined.at, "v=spf1\0x", 8);
    assert_false(rr[7].record.txt.oversize);
    assert_string_equal(rr[8].record.soa.mname, "ns.example");
    assert_string_equal(rr[8].record.soa.rname, "hostmaster.example");
    assert_int_equal(rr[8].record.soa.serial, 1);
    assert_int_equal(rr[8].record.soa.expire, 4);
    assert_int_equal(rr[8].record.soa.minimum, 77);
    assert_int_equal(rr[9].record.tlsa.usage, 3);
    assert_int_equal(rr[9].record.tlsa.selector, 1);
    assert_int_equal(rr[9].record.tlsa.matching, 1);
    assert_int_equal(rr[9].record.tlsa.data.len, 3);
    assert_memory_equal(rr[9].record.tlsa.data.at, "\xaa\0\xbb", 3);
    arena_free(arena);
}

static void signatures_are_noted(void **state)
{
    struct arena *arena = arena_new(MESSAGE_BYTES);
    struct dns_message message;
    size_t at;

    (void)state;
    begin_reply(&packet, 1, NOERROR, "example.org", DNS_A);
    put_a(&packet, NULL, 300, 0xc0000201);
    put_rrsig(&packet, DNS_A, 13);
    put_rrsig(&packet, 257, 5);
    at = begin_record(&packet, 0, NULL, 46, 300); /* of the fixed fields only */
    put_bytes(&packet, "\0\1\10\2\0\0\1\54\0\0\0\2\0\0\0\1\0\1", 18);
    end_record(&packet, at);
    at = begin_record(&packet, 1, NULL, 46, 300); /* not of the answer */
    put_bytes(&packet, "\0\1\10\2\0\0\1\54\0\0\0\2\0\0\0\1\0\1\0!", 20);
    end_record(&packet, at);
    message = parse_it(arena);
    assert_int_equal(message.answer_count, 1);
    assert_int_equal(message.signature_count, 2);
    assert_int_equal(message.signatures[0].covers, DNS_A);
    assert_int_equal(message.signatures[0].algorithm, 13);
    assert_int_equal(message.signatures[1].covers, 257);
    assert_int_equal(message.signatures[1].algorithm, 5);
    arena_free(arena);
}

static void other_classes_are_refused(void **state)
{
    static const unsigned classes[] = {0, 2, 3, 4, 254, 255};
    struct arena *arena = arena_new(MESSAGE_BYTES);
    struct dns_message message;
    const char *why;

    (void)state;
    for (size_t i = 0; i < 3 * sizeof classes / sizeof *classes; i++) {
        size_t at;

        begin_reply(&packet, 1, NOERROR, "example.org", DNS_A);
        put_a(&packet, NULL, 300, 0xc0000201);
        at = begin_record(&packet, (unsigned)(i % 3), NULL, DNS_A, 1);
        set16(&packet, at - 6, classes[i / 3]);
        put_bytes(&packet, "whatever", 8);
        end_record(&packet, at);
        assert_null(scan_it());
        assert_int_equal(dns_wire_parse(arena, packet.at, &scan, &message, &why), i % 3 == DNS_ADDITIONAL);
    }
    arena_free(arena);
}

static void labels_of_any_octet_become_text(void **state)
{
    static const struct {
        const char *wire;
        size_t size;
        const char *text;
    } cases[] = {
        {"\3a\0b\0", 5, "a\\000b"},
        {"\3a.b\1c\0", 7, "a\\.b.c"},
        {"\3a\\b\0", 5, "a\\\\b"},
        {"\2\xff \0", 4, "\\255\\032"},
        {"\3\";(\0", 5, "\";("},
        {"\1*\7example\0", 11, "*.example"},
        {"\0", 1, ""},
    };
    struct arena *arena = arena_new(MESSAGE_BYTES);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t query[DNS_QUERY_MAX];
        struct dns_message message;
        size_t at;

        begin_reply(&packet, 1, NOERROR, "x", DNS_PTR);
        at = begin_record(&packet, 0, NULL, DNS_PTR, 300);
        put_bytes(&packet, cases[i].wire, cases[i].size);
        end_record(&packet, at);
        message = parse_it(arena);
        assert_string_equal(message.answer[0].record.name, cases[i].text);
        assert_true(dns_wire_query(cases[i].text, DNS_A, 0, query) > 0);
        assert_memory_equal(query + 12, cases[i].wire, cases[i].size);
    }
    arena_free(arena);
}

static void four_labels_of_63(void **state) /* and octets that take most room as text */
{
    struct arena *arena = arena_new(MESSAGE_BYTES);
    struct dns_message message;
    size_t at;

    (void)state;
    begin_reply(&packet, 1, NOERROR, "x", DNS_PTR);
    at = begin_record(&packet, 0, NULL, DNS_PTR, 300);
    for (int label = 0; label < 4; label++) {
        put8(&packet, label < 3 ? 63 : 61);
        for (int i = 0; i < (label < 3 ? 63 : 61); i++)
            put8(&packet, 0xfe);
    }
    put8(&packet, 0);
    end_record(&packet, at);
    message = parse_it(arena);
    assert_int_equal(strlen(message.answer[0].record.name), 250 * 4 + 3);
    arena_free(arena);
}

static void negative_answers_have_a_life_time(void **state)
{
    struct arena *arena = arena_new(MESSAGE_BYTES);
    struct dns_message message;

    (void)state;
    begin_reply(&packet, 1, NOERROR, "example.org", DNS_MX);
    put_soa(&packet, 1, NULL, 3600, 60);
    message = parse_it(arena);
    assert_true(message.has_soa);
    assert_false(message.has_ns);
    assert_int_equal(message.negative_ttl_s, 60);
    begin_reply(&packet, 1, NOERROR, "example.org", DNS_MX);
    put_soa(&packet, 1, NULL, 30, 60);
    assert_int_equal(parse_it(arena).negative_ttl_s, 30);
    begin_reply(&packet, 1, NOERROR, "example.org", DNS_MX);
    size_t at = begin_record(&packet, 1, NULL, DNS_NS, 1);
    put_name(&packet, "ns.example");
    end_record(&packet, at);
    message = parse_it(arena);
    assert_true(message.has_ns && !message.has_soa);
    arena_free(arena);
}

static void long_txt_is_cut_and_flagged(void **state)
{
    struct arena *arena = arena_new(MESSAGE_BYTES);
    struct dns_message message;
    size_t at;

    (void)state;
    begin_reply(&packet, 1, NOERROR, "example.org", DNS_TXT);
    at = begin_record(&packet, 0, NULL, DNS_TXT, 300);
    for (int i = 0; i < 4000; i++)
        put_bytes(&packet, "\7abcdefg", 8);
    end_record(&packet, at);
    message = parse_it(arena);
    assert_int_equal(message.answer[0].record.txt.strings, 4000);
    assert_int_equal(message.answer[0].record.txt.joined.len, DNS_TXT_MAX);
    assert_true(message.answer[0].record.txt.oversize);
    arena_free(arena);
}

static void broken_options_are_refused(void **state)
{
    struct arena *arena = arena_new(MESSAGE_BYTES);
    struct dns_message message;
    const char *why;

    (void)state;
    begin_reply(&packet, 1, NOERROR, "example.org", DNS_TXT);
    put_opt(&packet, 0, 6);
    set16(&packet, packet.size - 4, 3);
    assert_null(scan_it());
    assert_false(dns_wire_parse(arena, packet.at, &scan, &message, &why));
    begin_reply(&packet, 1, NOERROR, "example.org", DNS_TXT);
    put_opt(&packet, 0, -1);
    put_opt(&packet, 0, -1);
    assert_null(scan_it());
    assert_false(dns_wire_parse(arena, packet.at, &scan, &message, &why));
    arena_free(arena);
}

/* 0 where it says nothing: the address sanitizer keeps freed memory for a while (and finds leaks by itself). */
static long resident_pages(void)
{
#ifdef __SANITIZE_ADDRESS__
    return 0;
#endif
    FILE *file = fopen("/proc/self/statm", "r");
    long total = 0, resident = 0;

    if (file && fscanf(file, "%ld %ld", &total, &resident) != 2)
        resident = 0;
    if (file)
        fclose(file);
    return resident;
}

/* D4: as many records as pass, with the longest names that pointers can spell, a thousand times. */
static void memory_stays_flat(void **state)
{
    struct arena *arena = arena_new(MESSAGE_BYTES);
    struct dns_message message;
    const char *why = NULL;
    long before = 0, after;
    size_t at;

    (void)state;
    begin_reply(&packet, 1, NOERROR, "x", DNS_PTR);
    at = begin_record(&packet, 0, NULL, DNS_PTR, 300);
    size_t name = packet.size;
    for (int label = 0; label < 4; label++) {
        put8(&packet, label < 3 ? 63 : 61);
        for (int i = 0; i < (label < 3 ? 63 : 61); i++)
            put8(&packet, 0);
    }
    put8(&packet, 0);
    end_record(&packet, at);
    for (int i = 1; i < DNS_RECORDS_MAX; i++) {
        at = begin_record(&packet, 0, NULL, DNS_PTR, 300);
        put16(&packet, 0xc000 | (unsigned)name);
        end_record(&packet, at);
    }
    assert_null(scan_it());
    for (int i = 0; i < 1000; i++) {
        assert_false(dns_wire_parse(arena, packet.at, &scan, &message, &why));
        assert_true(arena_used(arena) <= MESSAGE_BYTES);
        arena_reset(arena);
        if (i == 10)
            before = resident_pages();
    }
    after = resident_pages();
    assert_true(after - before < 1024 || is_under_valgrind());
    arena_free(arena);
}

/* ---- words ---- */

static void resolv_conf_is_read(void **state)
{
    static const char text[] = "# nameserver 192.0.2.9\n"
                               "search example.org\n"
                               "nameserver 192.0.2.1\r\n"
                               "nameserver\t2001:db8::53   # ours\n"
                               "nameservers 192.0.2.8\n"
                               "nameserver fe80::1%lo\n"
                               "nameserver\n"
                               "options edns0\n"
                               "nameserver 127.0.0.53";
    static const char *const unusable[] = {"fe80::1%no-such-card",
                                           "fe80::1",
                                           "192.0.2.1%lo",
                                           "fe80::1%0",
                                           "127.1",
                                           "ns1.example.org",
                                           "fe80::1%",
                                           "0123456789012345678901234567890123456789012345678901234567890123456789"};
    struct dns_system conf;
    struct dns_server server;
    char out[DNS_SERVER_TEXT_MAX], line[128];

    (void)state;
    dns_system_parse(text, sizeof text - 1, &conf);
    assert_int_equal(conf.count, 4);
    assert_int_equal(conf.unusable_count, 0);
    dns_server_print(&conf.servers[0], out);
    assert_string_equal(out, "192.0.2.1");
    dns_server_print(&conf.servers[1], out);
    assert_string_equal(out, "2001:db8::53");
    dns_server_print(&conf.servers[2], out);
    assert_string_equal(out, "fe80::1%lo");
    assert_int_equal(conf.servers[2].scope, if_nametoindex("lo"));
    conf.servers[3].port = 5353;
    dns_server_print(&conf.servers[3], out);
    assert_string_equal(out, "127.0.0.53@5353");
    dns_system_parse("", 0, &conf);
    assert_int_equal(conf.count + conf.unusable_count, 0);
    for (size_t i = 0; i < sizeof unusable / sizeof *unusable; i++) {
        snprintf(line, sizeof line, "nameserver %s\n", unusable[i]);
        dns_system_parse(line, strlen(line), &conf);
        assert_int_equal(conf.count, 0);
        assert_int_equal(conf.unusable_count, 1);
        assert_memory_equal(conf.unusable[0], unusable[i], strlen(conf.unusable[0]));
        assert_true(strlen(conf.unusable[0]) > 0);
    }
    assert_true(dns_server_parse("fe80::1%1", &server));
    assert_int_equal(server.scope, 1);
}

static void types_have_names(void **state)
{
    static const enum dns_type types[] = {DNS_A,  DNS_NS,  DNS_CNAME, DNS_SOA, DNS_PTR,
                                          DNS_MX, DNS_TXT, DNS_AAAA,  DNS_TLSA};
    enum dns_type type;

    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        assert_true(dns_type_from_name(dns_type_name(types[i]), &type));
        assert_int_equal(type, types[i]);
    }
    assert_true(dns_type_from_name("aaaa", &type));
    assert_int_equal(type, DNS_AAAA);
    assert_false(dns_type_from_name("SRV", &type));
    assert_false(dns_type_from_name("", &type));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queries_are_as_asked_for),
        cmocka_unit_test(names_go_out_octet_by_octet),
        cmocka_unit_test(impossible_names_are_refused),
        cmocka_unit_test(ids_and_cases_vary),
        cmocka_unit_test(echoes_are_compared),
        cmocka_unit_test(another_type_is_a_mix_up),
        cmocka_unit_test(hostile_packets_are_refused_fast),
        cmocka_unit_test(the_longest_legal_chain_passes),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(trailing_bytes_are_flagged),
        cmocka_unit_test(every_type_is_parsed),
        cmocka_unit_test(signatures_are_noted),
        cmocka_unit_test(other_classes_are_refused),
        cmocka_unit_test(labels_of_any_octet_become_text),
        cmocka_unit_test(four_labels_of_63),
        cmocka_unit_test(negative_answers_have_a_life_time),
        cmocka_unit_test(long_txt_is_cut_and_flagged),
        cmocka_unit_test(broken_options_are_refused),
        cmocka_unit_test(memory_stays_flat),
        cmocka_unit_test(resolv_conf_is_read),
        cmocka_unit_test(types_have_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
