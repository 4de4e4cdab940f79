/* What planned zones and records say, name by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/arena.h"
#include "core/facts/record_text.h"
#include "core/records/overlay.h"

static const char zone_text[] = "$ORIGIN example.org.\n"
                                "$TTL 600\n"
                                "@ SOA ns hostmaster 1 2h 30m 2w 300\n"
                                "  NS ns\n"
                                "  MX 20 mx2\n"
                                "  MX 10 mx1\n"
                                "  MX 10 MX1\n" /* said twice */
                                "mx1 A 192.0.2.1\n"
                                "mx2 CNAME mx1\n"
                                "_25._tcp.mx1 TLSA 3 1 1 ab\n"
                                "*.w TXT wild\n"
                                "x.y.w A 192.0.2.9\n"
                                "*.alias CNAME mx1\n"
                                "sub NS ns.sub\n"
                                "ns.sub A 192.0.2.53\n"
                                "gone DNAME example.net.\n"
                                "srv SRV 0 0 25 mx1\n"
                                "a\\.b A 192.0.2.2\n";

static struct overlay *overlay_of(struct arena *arena, const char *const *zones, const char *records)
{
    struct overlay *overlay = overlay_new(arena);
    struct zone_file *file;

    for (; *zones; zones++) {
        file = ARENA_NEW(arena, struct zone_file);
        zone_file_read(arena, str_of(*zones), NULL, file);
        assert_int_equal(file->fault_count, 0);
        overlay_add_zone(overlay, file, "zone");
    }
    file = ARENA_NEW(arena, struct zone_file);
    zone_records_read(arena, str_of(records), "", file);
    assert_int_equal(file->fault_count, 0);
    overlay_add_records(overlay, file, "record");
    overlay_finish(overlay);
    return overlay;
}

static const char *said(struct arena *arena, const struct overlay *overlay, const char *name, enum dns_type type)
{
    static const char *const words[] = {
        [OVERLAY_SILENT] = "silent",       [OVERLAY_RECORDS] = "",
        [OVERLAY_ALIAS] = "alias",         [OVERLAY_NODATA] = "nodata",
        [OVERLAY_NXDOMAIN] = "nxdomain",   [OVERLAY_EXISTS] = "exists",
        [OVERLAY_DELEGATED] = "delegated", [OVERLAY_REDIRECTS] = "redirects",
    };
    struct overlay_answer a = overlay_ask(overlay, arena, name, type);
    const char *text = words[a.says];

    for (size_t i = 0; i < a.count; i++)
        text = str_printf(arena, "%s%s%s", text, *text ? ", " : "", record_text(arena, &a.records[i]));
    if (a.cut)
        text = str_printf(arena, "%s at %s", text, a.cut);
    return str_printf(arena, "%s%s (%s)", text, a.by_wildcard ? " by wildcard" : "", a.source ? a.source : "");
}

struct question {
    const char *name;
    enum dns_type type;
    const char *said;
};

static void ask_all(const struct overlay *overlay, const struct question *all, size_t count)
{
    struct arena *arena = arena_new(SIZE_MAX);

    for (size_t i = 0; i < count; i++) {
        const char *got = said(arena, overlay, all[i].name, all[i].type);

        if (strcmp(got, all[i].said) != 0)
            fail_msg("%s %s: \"%s\" instead of \"%s\"", all[i].name, dns_type_name(all[i].type), got, all[i].said);
    }
    arena_free(arena);
}

#define ASK_ALL(overlay, questions) ask_all((overlay), (questions), sizeof(questions) / sizeof *(questions))

static void test_zone(void **state)
{
    static const struct question questions[] = {
        {"example.org", DNS_MX, "20 mx2.example.org, 10 mx1.example.org (zone)"},
        {"EXAMPLE.org", DNS_NS, "ns.example.org (zone)"},
        {"example.org", DNS_TXT, "nodata (zone)"},
        {"mx1.example.org", DNS_A, "192.0.2.1 (zone)"},
        {"mx1.example.org", DNS_AAAA, "nodata (zone)"},
        {"mx2.example.org", DNS_A, "alias, mx1.example.org (zone)"},
        {"mx2.example.org", DNS_CNAME, "mx1.example.org (zone)"},
        {"mx3.example.org", DNS_A, "nxdomain (zone)"},
        {"a.mx1.example.org", DNS_A, "nxdomain (zone)"},
        /* names that exist because of what is below them (RFC 4592 2.2.2) */
        {"_tcp.mx1.example.org", DNS_TXT, "nodata (zone)"},
        {"y.w.example.org", DNS_TXT, "nodata (zone)"},
        {"w.example.org", DNS_TXT, "nodata (zone)"},
        /* wildcards (RFC 4592 2.2.1, 3.3.1) */
        {"v.w.example.org", DNS_TXT, "wild by wildcard (zone)"},
        {"u.v.w.example.org", DNS_TXT, "wild by wildcard (zone)"},
        {"v.w.example.org", DNS_A, "nodata by wildcard (zone)"},
        {"v.y.w.example.org", DNS_TXT, "nxdomain (zone)"},
        {"x.y.w.example.org", DNS_TXT, "nodata (zone)"},
        {"*.w.example.org", DNS_TXT, "wild (zone)"},
        {"z.alias.example.org", DNS_A, "alias, mx1.example.org by wildcard (zone)"},
        /* what is delegated, the addresses of its servers too */
        {"sub.example.org", DNS_MX, "delegated at sub.example.org (zone)"},
        {"ns.sub.example.org", DNS_A, "delegated at sub.example.org (zone)"},
        {"a.b.sub.example.org", DNS_NS, "delegated at sub.example.org (zone)"},
        {"gone.example.org", DNS_A, "nodata (zone)"},
        {"www.gone.example.org", DNS_A, "redirects (zone)"},
        {"srv.example.org", DNS_A, "nodata (zone)"},
        {"a\\.b.example.org", DNS_A, "192.0.2.2 (zone)"},
        {"b.example.org", DNS_A, "nxdomain (zone)"},
        {"org", DNS_SOA, "silent ()"},
        {"", DNS_SOA, "silent ()"},
        {"badexample.org", DNS_A, "silent ()"},
        {"example.org.net", DNS_A, "silent ()"},
    };
    const char *const zones[] = {zone_text, NULL};
    struct arena *arena = arena_new(SIZE_MAX);

    (void)state;
    ASK_ALL(overlay_of(arena, zones, ""), questions);
    arena_free(arena);
}

static void test_records(void **state)
{
    static const struct question questions[] = {
        {"mail.example.net", DNS_A, "192.0.2.1, 192.0.2.2 (record)"},
        {"mail.example.net", DNS_AAAA, "exists (record)"},
        {"mail.example.net", DNS_CNAME, "exists (record)"},
        {"example.net", DNS_MX, "exists (record)"},
        {"net", DNS_NS, "exists (record)"},
        {"x.mail.example.net", DNS_A, "silent ()"},
        {"www.example.com", DNS_A, "alias, example.net (record)"},
        {"1.2.0.192.in-addr.arpa", DNS_PTR, "mail.example.net (record)"},
    };
    const char *const zones[] = {NULL};
    struct arena *arena = arena_new(SIZE_MAX);

    (void)state;
    ASK_ALL(overlay_of(arena, zones,
                       "mail.example.net. A 192.0.2.1\nwww.example.com CNAME example.net\n"
                       "1.2.0.192.in-addr.arpa PTR mail.example.net.\nMAIL.example.net 5 A 192.0.2.2\n"),
            questions);
    arena_free(arena);
}

/* In a zone of the plan a single record counts for more. */
static void test_records_in_a_zone(void **state)
{
    static const struct question questions[] = {
        {"example.org", DNS_MX, "5 new.example.org (record)"},
        {"example.org", DNS_NS, "ns.example.org (zone)"},
        {"example.org", DNS_SOA, "ns.example.org hostmaster.example.org 1 7200 1800 1209600 300 (zone)"},
        {"new.example.org", DNS_A, "192.0.2.7 (record)"},
        {"new.example.org", DNS_AAAA, "nodata (zone)"},
        {"mx2.example.org", DNS_A, "192.0.2.8 (record)"},
        {"mx2.example.org", DNS_CNAME, "nodata (zone)"},
        {"mx1.example.org", DNS_A, "alias, new.example.org (record)"},
        {"v.w.example.org", DNS_TXT, "nodata (zone)"},
        {"t.w.example.org", DNS_TXT, "wild by wildcard (zone)"},
        {"host.sub.example.org", DNS_A, "192.0.2.4 (record)"},
        {"host.sub.example.org", DNS_MX, "exists at sub.example.org (record)"},
        {"more.sub.example.org", DNS_A, "delegated at sub.example.org (zone)"},
        {"last.example.org", DNS_A, "192.0.2.5 (record)"},
        {"last.example.org", DNS_MX, "nodata (zone)"},
    };
    const char *const zones[] = {zone_text, NULL};
    struct arena *arena = arena_new(SIZE_MAX);

    (void)state;
    ASK_ALL(overlay_of(arena, zones,
                       "example.org MX 5 new.example.org\nnew.example.org A 192.0.2.7\nmx2.example.org A 192.0.2.8\n"
                       "mx1.example.org CNAME new.example.org\nv.w.example.org A 192.0.2.3\n"
                       "host.sub.example.org A 192.0.2.4\nlast.example.org A 192.0.2.5\n"),
            questions);
    arena_free(arena);
}

static void test_several_zones(void **state)
{
    static const struct question questions[] = {
        {"sub.example.org", DNS_MX, "nodata (zone)"},
        {"ns.sub.example.org", DNS_A, "nxdomain (zone)"},
        {"mx1.example.org", DNS_A, "192.0.2.1 (zone)"},
        {"9.2.0.192.in-addr.arpa", DNS_PTR, "mx1.example.org (zone)"},
        {"8.2.0.192.in-addr.arpa", DNS_PTR, "nxdomain (zone)"},
        {"8.3.0.192.in-addr.arpa", DNS_PTR, "silent ()"},
    };
    const char *const zones[] = {"$ORIGIN sub.example.org.\n@ 60 NS ns.example.net.\n@ 60 SOA ns . 1 2 3 4 5\n",
                                 zone_text,
                                 "$ORIGIN 2.0.192.in-addr.arpa.\n@ 4 SOA ns . 1 2 3 4 5\n@ NS ns.example.net.\n"
                                 "9 PTR mx1.example.org.\n",
                                 NULL};
    struct arena *arena = arena_new(SIZE_MAX);
    struct overlay *overlay = overlay_of(arena, zones, "mail.example.net. TXT x");
    const char *source;

    (void)state;
    ASK_ALL(overlay, questions);
    assert_int_equal(overlay_zone_count(overlay), 3);
    assert_string_equal(overlay_zone(overlay, 1, &source), "example.org");
    assert_string_equal(source, "zone");
    assert_int_equal(overlay_record_count(overlay), 1);
    assert_string_equal(overlay_record(overlay, arena, 0, &source), "mail.example.net. TXT x");
    assert_string_equal(source, "record");
    assert_int_equal(overlay_ask(overlay, arena, "no.example.org", DNS_A).ttl_s, 300);
    assert_int_equal(overlay_ask(overlay, arena, "no.sub.example.org", DNS_A).ttl_s, 5);
    assert_int_equal(overlay_ask(overlay, arena, "8.2.0.192.in-addr.arpa", DNS_A).ttl_s, 4); /* RFC 2308 5 */
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zone),
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_records_in_a_zone),
        cmocka_unit_test(test_several_zones),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
