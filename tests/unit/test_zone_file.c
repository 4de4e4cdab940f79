/* Master files: what is read, and what is wrong with which line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/facts/record_text.h"
#include "core/records/zone_file.h"

#define HEAD "$ORIGIN example.org.\n$TTL 1h\n@ SOA ns hostmaster 1 2h 30m 2w 300\n NS ns\n"

static const char *shown(struct arena *arena, const struct zone_record *r)
{
    return str_printf(arena, "%u: %s. %u %s %s", r->line, r->owner, (unsigned)r->record.ttl_s,
                      zone_type_text(arena, r->type), r->is_read ? record_text(arena, &r->record) : "?");
}

static void test_records(void **state)
{
    static const struct {
        const char *origin, *text;
        const char *records[5];
    } cases[] = {
        {"example.org", "mail A 192.0.2.1", {"1: mail.example.org. 0 A 192.0.2.1"}},
        {"example.org", "mail 300 IN A 192.0.2.1", {"1: mail.example.org. 300 A 192.0.2.1"}},
        {"example.org", "mail IN 5m A 192.0.2.1", {"1: mail.example.org. 300 A 192.0.2.1"}},
        {"example.org", "@ MX 10 mail", {"1: example.org. 0 MX 10 mail.example.org"}},
        {"example.org", "@ mx 0 .", {"1: example.org. 0 MX 0 ."}},
        {"", "example.org MX 10 mail.example.net", {"1: example.org. 0 MX 10 mail.example.net"}},
        {NULL, "example.org. AAAA 2001:db8::1", {"1: example.org. 0 AAAA 2001:db8::1"}},
        {"example.org",
         "; nothing\n\n   \na A 192.0.2.1 ; a\n  A 192.0.2.2\n\tTXT x\n",
         {"4: a.example.org. 0 A 192.0.2.1", "5: a.example.org. 0 A 192.0.2.2", "6: a.example.org. 0 TXT x"}},
        {"example.org",
         "a 60 A 192.0.2.1\nb A 192.0.2.2\n$TTL 2m\nc 7 A 192.0.2.3\nd A 192.0.2.4",
         {"1: a.example.org. 60 A 192.0.2.1", "2: b.example.org. 60 A 192.0.2.2", "4: c.example.org. 7 A 192.0.2.3",
          "5: d.example.org. 120 A 192.0.2.4"}},
        {NULL,
         "$ORIGIN org.\nexample A 192.0.2.1\n$ORIGIN sub.example\n@ A 192.0.2.2\n$origin NET.\nx PTR @",
         {"2: example.org. 0 A 192.0.2.1", "4: sub.example.org. 0 A 192.0.2.2", "6: x.NET. 0 PTR NET"}},
        {"example.org",
         "a TXT \"v=spf1 \" \"-all\"\nb TXT v=spf1 -all\nc TXT \"a;(b)\\\"\\\\\\009\" d;e",
         {"1: a.example.org. 0 TXT v=spf1 -all", "2: b.example.org. 0 TXT v=spf1-all",
          "3: c.example.org. 0 TXT a;(b)\"\\\\\\x09d"}},
        {"example.org",
         "@ SOA ns host\\.master ( 2026112901 ; serial\n 1d 2h ; more\n\n 1w 5m )\na A 192.0.2.1",
         {"1: example.org. 300 SOA ns.example.org host\\.master.example.org 2026112901 86400 7200 604800 300",
          "5: a.example.org. 300 A 192.0.2.1"}},
        {"example.org",
         "_25._tcp.mx TLSA 3 1 1 (0123\n 45AB)\r\n*.x CNAME y\r\n\\*.x NS a\\032b\n",
         {"1: _25._tcp.mx.example.org. 0 TLSA 3 1 1 012345ab", "3: *.x.example.org. 0 CNAME y.example.org",
          "4: *.x.example.org. 0 NS a\\032b.example.org"}},
        {"example.org",
         "a A \\# 4 C0 00 0201\nb TYPE15 \\# 6 000a 02 6d 78 00\nc TXT \\# 6 ( 026162 02 6364 )\n"
         "d TYPE65280 \\# 0\ne SRV 0 0 25 mx",
         {"1: a.example.org. 0 A 192.0.2.1", "2: b.example.org. 0 MX 10 mx", "3: c.example.org. 0 TXT abcd",
          "4: d.example.org. 0 TYPE65280 ?", "5: e.example.org. 0 SRV ?"}},
        {"example.org",
         "a TXT x\\;y \\\" \\000\\255",
         {"1: a.example.org. 0 TXT x;y\"\\x00\\xff"}},
        {"example.org",
         "IN A 192.0.2.1\nTXT TXT TXT",
         {"1: IN.example.org. 0 A 192.0.2.1", "2: TXT.example.org. 0 TXT TXT"}},
        {"example.org",
         "a\\.b.c. A 192.0.2.1\n\\097 A 192.0.2.1",
         {"1: a\\.b.c. 0 A 192.0.2.1", "2: a.example.org. 0 A 192.0.2.1"}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new(SIZE_MAX);
        struct zone_file file;
        size_t count = 0;

        zone_records_read(arena, str_of(cases[i].text), cases[i].origin, &file);
        if (file.fault_count)
            fail_msg("%s: line %u: %s", cases[i].text, file.faults[0].line, file.faults[0].text);
        for (; count < file.count && count < 5; count++)
            assert_string_equal(shown(arena, &file.records[count]),
                                cases[i].records[count] ? cases[i].records[count] : "");
        assert_true(count == 5 || !cases[i].records[count]);
        arena_free(arena);
    }
}

static void test_strings(void **state)
{
    struct arena *arena = arena_new(SIZE_MAX);
    char xs[257];
    struct zone_file file;

    (void)state;
    memset(xs, 'x', sizeof xs - 1);
    xs[sizeof xs - 1] = '\0';
    zone_records_read(arena, str_of(str_printf(arena, "a TXT \"%.255s\" \"\" y", xs)), "", &file);
    assert_int_equal(file.fault_count, 0);
    assert_int_equal(file.records[0].record.txt.strings, 3);
    assert_int_equal(file.records[0].record.txt.joined.len, 256);
    zone_records_read(arena, str_of(str_printf(arena, "a TXT %s", xs)), "", &file);
    assert_int_equal(file.fault_count, 1);
    assert_non_null(strstr(file.faults[0].text, "256 octets"));
    for (unsigned more = 0; more < 2; more++) { /* as much as is kept, and an octet more */
        const char *text = str_printf(arena, "a TXT %.*s", (int)(DNS_TXT_MAX % 255 + more), xs);

        for (unsigned i = 0; i < DNS_TXT_MAX / 255; i++)
            text = str_printf(arena, "%s %.255s", text, xs);
        zone_records_read(arena, str_of(text), "", &file);
        assert_int_equal(file.records[0].record.txt.joined.len, DNS_TXT_MAX);
        assert_int_equal(file.records[0].record.txt.oversize, more);
    }
    arena_free(arena);
}

static void test_faults(void **state)
{
    static const struct {
        const char *text;
        const char *faults[3];
    } cases[] = {
        {HEAD "a A 192.0.2.1", {NULL}},
        {HEAD "a A 192.0.2.256", {"5: \"192.0.2.256\" is no IPv4"}},
        {HEAD "a AAAA 192.0.2.1", {"5: \"192.0.2.1\" is no IPv6"}},
        {HEAD "a AAA 192.0.2.1\nb A 192.0.2.1\nc MX mail", {"5: \"AAA\" is no type", "7: MX takes a preference"}},
        {HEAD "a A 192.0.2.1 192.0.2.2", {"5: A takes an IPv4 address, and here more"}},
        {HEAD "a MX ten mail", {"5: \"ten\" is no number"}},
        {HEAD "a MX 65536 mail", {"5: \"65536\" is no number"}},
        {HEAD "a..b A 192.0.2.1", {"5: \"a..b\" is no domain name"}},
        {HEAD "a\\25 A 192.0.2.1", {"5: \"a\\25\" is no domain name"}},
        {HEAD "a TXT \"v=spf1 -all\nb A 192.0.2.1", {"5: the quotes are not closed"}},
        {HEAD "a TXT ( x\nb A 192.0.2.1\n", {"5: the parenthesis is not closed"}},
        {HEAD "a TXT x )\n", {"5: a parenthesis is closed"}},
        {HEAD "a TXT \"\\256\"\n", {"5: a backslash"}},
        {HEAD "a TXT \"x\x01\"\n", {"5: a control character"}},
        {HEAD "a TXT \"x\x01\n", {"5: the quotes are not closed"}}, /* the first of several */
        {HEAD "a TXT \"\\1x3\"\nb TXT \"\\13x\"\nc TXT \"\\13\"",
         {"5: a backslash", "6: a backslash", "7: a backslash"}},
        {HEAD "a TXT x\\", {"5: a backslash"}},
        {HEAD "$TTL h\n$TTL 1hm", {"5: \"h\" is no number", "6: \"1hm\" is no number"}},
        {HEAD "$TTL \"1h\"\n$TTL 1h2\n$TTL 2147483648",
         {"5: \"1h\" is no number of seconds", "6: \"1h2\" is no number", "7: \"2147483648\" is no number"}},
        {HEAD "$TTL 2147483647\n$TTL 3550w5d3h14m7s\n$TTL 3550w5d3h14m8s", {"7: \"3550w5d3h14m8s\" is no number"}},
        {HEAD "a MX 65535 mail\nb SOA ns host 4294967295 1 1 1 1", {"6: a second SOA"}},
        {HEAD "b SOA ns host 4294967296 1 1 1 1", {"5: \"4294967296\" is no number"}},
        {HEAD "a TXT\n", {"5: TXT takes strings"}},
        {HEAD "a\n", {"5: a record without a type"}},
        {HEAD "a 60 IN\n", {"5: a record without a type"}},
        {HEAD "a SRV\n", {"5: no data"}},
        {HEAD "a CH TXT x\nb HS TXT x\nc 60 CS TXT x",
         {"5: \"CH\" is not the class", "6: \"HS\" is not the class", "7: \"CS\" is not the class"}},
        {HEAD "a TYPE0 \\# 0\nb TYPE65536 \\# 0\n", {"5: \"TYPE0\" is no type", "6: \"TYPE65536\" is no type"}},
        {HEAD "a A \\# 4 c00002\nb A \\# 3 c00002\nc A \\# 4 c000020x",
         {"5: \"\\#\" says 4 octets, and 3", "6: these octets are no data", "7: \"c000020x\" is not hex"}},
        {HEAD "a TLSA 3 1 1 012\n", {"5: an odd number"}},
        {HEAD "a TLSA 256 1 1 01\nb TLSA 3 256 1 01\nc TLSA 3 1 256 01",
         {"5: \"256\" is no number", "6: \"256\" is no number", "7: \"256\" is no number"}},
        {HEAD "a TLSA 255 255 255 01\nb TLSA 3 1 1\nc TLSA 3 1 1 \"01\"",
         {"6: TLSA takes", "7: \"01\" is not hexadecimal"}},
        {HEAD "a A \\# x\nb A \\#\nc A \\# 65536 00",
         {"5: \"\\#\" takes the number", "6: \"\\#\" takes the number", "7: \"\\#\" takes the number"}},
        /* octets that are no data of their type */
        {HEAD "a A \\# 5 c000020101\nb AAAA \\# 4 c0000201", {"5: these octets", "6: these octets"}},
        {HEAD "a NS \\# 3 016100\nb NS \\# 4 01610000\nc NS \\# 2 0161\nd NS \\# 0",
         {"6: these octets", "7: these octets", "8: these octets"}},
        {HEAD "a MX \\# 3 000a00\nb MX \\# 2 000a\nc MX \\# 0\nd MX \\# 5 000a016100\ne MX \\# 4 000a0161",
         {"6: these octets", "7: these octets", "9: these octets"}},
        {HEAD "a TLSA \\# 4 03010101\nb TLSA \\# 3 030101\nc TLSA \\# 0", {"6: these octets", "7: these octets"}},
        {HEAD "a TXT \\# 2 0161\nb TXT \\# 2 0261\nc TXT \\# 0\nd TXT \\# 1 00", {"6: these octets", "7: these octets"}},
        {HEAD "a TYPE6 \\# 2 0000", {"5: these octets"}},
        {HEAD "a TYPE6 \\# 23 00000000000100000002000000030000000400000005aa", {"5: these octets"}},
        {HEAD "$INCLUDE other\n$GENERATE 1-2 a A 192.0.2.1\n$FOO 1",
         {"5: \"$INCLUDE\" is refused", "6: \"$GENERATE\" is refused", "7: \"$FOO\" is no directive"}},
        {HEAD "$TTL x\n$ORIGIN\n$ORIGIN a..b",
         {"5: \"x\" is no number of seconds", "6: \"$ORIGIN\" takes one", "7: \"a..b\" is no domain name"}},
        {HEAD "a CNAME b\na A 192.0.2.1", {"6: a.example.org is an alias (CNAME, line 5)"}},
        {HEAD "a CNAME b\na CNAME c", {"6: a second alias"}},
        {HEAD "a CNAME b\nA CNAME B", {NULL}},
        {HEAD "z A 192.0.2.1\nz CNAME b", {"6: z.example.org is an alias (CNAME, line 6)"}},
        {HEAD "a CNAME b\na KEY x\na RRSIG x\na NSEC x", {NULL}}, /* RFC 4035 2.5 */
        {HEAD "a CNAME b\na SIG x", {"6: a.example.org is an alias"}},
        {HEAD "a CNAME b\na PX x", {"6: a.example.org is an alias"}},
        {HEAD "www.example.net. A 192.0.2.1", {"5: www.example.net is not in the zone"}},
        {HEAD "@ SOA ns hostmaster 1 2h 30m 2w 300\n@ SOA ns hostmaster 1 2h 30m 2w 300",
         {"5: a second SOA record, beside line 3", "6: a second SOA record, beside line 3"}},
        {"$ORIGIN example.org.\na A 192.0.2.1", {"1: no SOA record"}},
        {"$ORIGIN example.org.\n@ 1 SOA ns hostmaster 1 2h 30m 2w 300", {"2: example.org has no NS"}},
        {"a A 192.0.2.1", {"1: \"a\" is relative"}},
        {" A 192.0.2.1", {"1: no name"}},
        {"", {"1: no SOA record"}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new(SIZE_MAX);
        struct zone_file file;

        zone_file_read(arena, str_of(cases[i].text), NULL, &file);
        for (size_t k = 0; k < 3; k++) {
            const char *wanted = cases[i].faults[k], *got = "";

            if (k < file.fault_count)
                got = str_printf(arena, "%u: %s", file.faults[k].line, file.faults[k].text);
            if (wanted ? strncmp(got, wanted, strlen(wanted)) != 0 : *got != '\0')
                fail_msg("%s\n  expected \"%s\",\n  got \"%s\"", cases[i].text, wanted ? wanted : "", got);
        }
        arena_free(arena);
    }
}

static void test_origin(void **state)
{
    struct arena *arena = arena_new(SIZE_MAX);
    struct zone_file file;

    (void)state;
    zone_file_read(arena, str_of("@ 60 SOA ns hostmaster 1 2h 30m 2w 300\n NS ns\n"), "Example.org", &file);
    assert_int_equal(file.fault_count, 0);
    assert_string_equal(file.apex, "example.org");
    zone_file_read(arena, str_of(HEAD), "example.net", &file);
    assert_int_equal(file.fault_count, 1);
    assert_int_equal(file.faults[0].line, 3);
    arena_free(arena);
}

/* ZONE_FAULTS_MAX lines, each with a fault of a kind, and a record behind them. */
static const char *faulty(struct arena *arena, const char *head, const char *line)
{
    const char *text = head;

    for (size_t i = 0; i <= ZONE_FAULTS_MAX; i++)
        text = str_printf(arena, "%s%s\n", text, line);
    return str_printf(arena, "%slast A 192.0.2.1\n", text);
}

static void test_many_faults(void **state)
{
    struct arena *arena = arena_new(SIZE_MAX);
    struct zone_file file;

    (void)state;
    zone_file_read(arena, str_of(faulty(arena, "", "a b")), "example.org", &file);
    assert_int_equal(file.fault_count, ZONE_FAULTS_MAX);
    assert_int_equal(file.faults[ZONE_FAULTS_MAX - 1].line, ZONE_FAULTS_MAX);
    assert_int_equal(file.count, 0); /* nothing is read behind them */
    zone_file_read(arena, str_of(faulty(arena, HEAD, "www.example.net. A 192.0.2.1")), NULL, &file);
    assert_int_equal(file.fault_count, ZONE_FAULTS_MAX);
    assert_int_equal(file.faults[ZONE_FAULTS_MAX - 1].line, 4 + ZONE_FAULTS_MAX);
    arena_free(arena);
}

/* Nothing is dropped in silence. */
static void test_as_many_records_as_are_read(void **state)
{
    static const char head[] = "@ 60 SOA ns hostmaster 1 2 3 4 5\n NS ns\n", record[] = "a 60 A 11.0.0.1\n";

    (void)state;
    for (size_t more = 0; more < 2; more++) {
        struct arena *arena = arena_new(SIZE_MAX);
        size_t count = ZONE_RECORDS_MAX - 2 + more, len = strlen(head) + count * strlen(record);
        char *text = arena_alloc(arena, len + 1);
        struct zone_file file;

        memcpy(text, head, strlen(head));
        for (size_t i = 0; i < count; i++)
            memcpy(text + strlen(head) + i * strlen(record), record, strlen(record));
        zone_file_read(arena, (struct str){text, len}, "good.lab", &file);
        assert_int_equal(file.count, ZONE_RECORDS_MAX);
        assert_int_equal(file.fault_count, more);
        if (more) {
            assert_string_equal(file.faults[0].text, "more records than are read");
            assert_int_equal(file.faults[0].line, ZONE_RECORDS_MAX + 1);
        }
        arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records), cmocka_unit_test(test_strings),     cmocka_unit_test(test_faults),
        cmocka_unit_test(test_origin),  cmocka_unit_test(test_many_faults),
        cmocka_unit_test(test_as_many_records_as_are_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
