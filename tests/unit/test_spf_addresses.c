/* What a domain's own SPF record names: a table of zones, and the lists at their limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/str.h"
#include "core/derive/spf.h"
#include "tests/unit/zone_lines.h"

enum { LINES_MAX = 8, HOST_ADDRESSES = ZONE_SET_MAX };

static const struct target target = {.domain = "example.com"};

static const char *with_left_out(struct arena *arena, const char *text, size_t left_out)
{
    return left_out ? str_printf(arena, "%s and %zu more", text, left_out) : text;
}

static const char *described(struct arena *arena, const struct spf_addresses *a)
{
    static const char *const reaches[] = {"nobody", "somebody", "who knows"};
    const char *text = "singles";

    for (size_t i = 0; i < a->single_count; i++)
        text = str_printf(arena, "%s %s", text, ip_text(arena, &a->singles[i].ip));
    text = str_printf(arena, "%s; ranges", with_left_out(arena, text, a->singles_left_out));
    for (size_t i = 0; i < a->range_count; i++)
        text = str_printf(arena, "%s %s", text, ip_network_text(arena, &a->ranges[i].network));
    text = with_left_out(arena, text, a->ranges_left_out);
    for (size_t i = 0; i < a->host_count; i++)
        text = str_printf(arena, "%s%s %s", text, i ? "" : "; around", ip_text(arena, &a->hosts[i]));
    for (size_t i = 0; i < a->include_count; i++)
        text =
            str_printf(arena, "%s; %s has %s", text, a->includes[i].domain, spf_include_text(arena, &a->includes[i]));
    for (size_t i = 0; i < a->doubt_count; i++)
        text = str_printf(arena, "%s%s %s", text, i ? "" : "; unknown", a->doubts[i].name);
    if (a->trouble)
        text = str_printf(arena, "%s; trouble with %s %s", text, a->trouble_is_of_record ? "the record of" : "the host",
                          a->trouble_at);
    return str_printf(arena, "%s; reaches %s", text, reaches[a->reach]);
}

static void ask(struct run *run, void *arg)
{
    const struct spf_addresses **addresses = arg;

    *addresses = need_spf_addresses(run, "example.com");
}

/* With all answers at hand, and with one at a time. */
static void names(struct zone *zone, const char *expected)
{
    for (uint64_t seed = 0; seed < 3; seed++) {
        const struct spf_addresses *addresses;
        struct zone_session s;

        zone_open(&s, zone, &target, seed);
        zone_run(&s, ask, &addresses);
        assert_true(addresses->complete);
        assert_string_equal(described(s.run.arena, addresses), expected);
        zone_close(&s);
    }
}

struct given {
    const char *zone[LINES_MAX];
    const char *named;
};

static const struct given table[] = {
    /* by address */
    {{"example.com TXT v=spf1 -all"}, "singles; ranges; reaches nobody"},
    {{"example.com TXT v=spf1 ip4:11.0.0.2 ip4:11.0.0.1 ip4:11.0.0.2/32 ip6:2600::1 -all"},
     "singles 11.0.0.1 11.0.0.2 2600::1; ranges; reaches somebody"},
    {{"example.com TXT v=spf1 ip4:10.0.0.1 -all"}, "singles 10.0.0.1; ranges; reaches nobody"},
    {{"example.com TXT v=spf1 ip4:11.0.0.0/31 ip4:11.0.0.1/31 ip4:11.0.0.0/30 -all"},
     "singles; ranges 11.0.0.0/31 11.0.0.0/30; reaches somebody"},
    {{"example.com TXT v=spf1 -ip4:11.0.0.1 ~ip4:11.0.0.0/24 ?a -all", "example.com A 11.0.0.2"},
     "singles; ranges; reaches nobody"},

    /* by host */
    {{"example.com TXT v=spf1 a/24//64 -all", "example.com A 11.0.0.7", "example.com AAAA 2600::7"},
     "singles; ranges 11.0.0.0/24 2600::/64; around 11.0.0.7 2600::7; reaches somebody"},
    {{"example.com TXT v=spf1 a//64 -all", "example.com A 11.0.0.7", "example.com AAAA 2600::7"},
     "singles 11.0.0.7; ranges 2600::/64; around 2600::7; reaches somebody"},
    {{"example.com TXT v=spf1 a:%{d} a:%{i}.example.com -all", "example.com A 11.0.0.7"},
     "singles 11.0.0.7; ranges; reaches somebody"},
    {{"example.com TXT v=spf1 mx:%{i}.example.com -all"}, "singles; ranges; reaches somebody"},
    {{"example.com TXT v=spf1 ptr -all"}, "singles; ranges; reaches somebody"},
    {{"example.com TXT v=spf1 exists:%{i}.example.com -all"}, "singles; ranges; reaches somebody"},

    /* by hosts that cannot be looked up: of a single there may be more, of a range nothing is known */
    {{"example.com TXT v=spf1 a:h.lab a:H.lab a:i.lab -all", "h.lab BROKEN", "i.lab BROKEN"},
     "singles; ranges; unknown h.lab i.lab; reaches who knows"},
    {{"example.com TXT v=spf1 a:h.lab/24 -all", "h.lab A 11.0.0.1", "h.lab BROKEN"},
     "singles; ranges 11.0.0.0/24; around 11.0.0.1; unknown h.lab; reaches somebody"},
    {{"example.com TXT v=spf1 a:h.lab/31 -all", "h.lab BROKEN"},
     "singles; ranges; unknown h.lab; trouble with the host h.lab; reaches who knows"},
    {{"example.com TXT v=spf1 a:h.lab//127 -all", "h.lab BROKEN"},
     "singles; ranges; unknown h.lab; trouble with the host h.lab; reaches who knows"},
    {{"example.com TXT v=spf1 mx:h.lab -all", "h.lab BROKEN"}, "singles; ranges; unknown h.lab; reaches who knows"},
    {{"example.com TXT v=spf1 mx:h.lab/31 -all", "h.lab BROKEN"},
     "singles; ranges; unknown h.lab; trouble with the host h.lab; reaches who knows"},
    {{"example.com TXT v=spf1 mx:h.lab//127 -all", "h.lab BROKEN"},
     "singles; ranges; unknown h.lab; trouble with the host h.lab; reaches who knows"},
    {{"example.com TXT v=spf1 mx:h.lab/31//127 -all", "h.lab BROKEN"},
     "singles; ranges; trouble with the host h.lab; reaches who knows"},

    /* by includes: those of the own organisation are its own, of others only the name is */
    {{"example.com TXT v=spf1 include:a.example.com -all", "a.example.com TXT v=spf1 ip4:11.0.0.1 -all"},
     "singles 11.0.0.1; ranges; reaches somebody"},
    {{"example.com TXT v=spf1 include:a.example.com -all", "a.example.com BROKEN"},
     "singles; ranges; trouble with the record of a.example.com; reaches who knows"},
    {{"example.com TXT v=spf1 include:a.lab include:b.lab include:A.lab -all", "a.lab TXT v=spf1 ip4:12.0.0.1 -all",
      "b.lab TXT v=spf1 ip4:12.0.0.0/31 ip6:2600::/32 mx a ptr -all"},
     "singles; ranges; a.lab has 1 IPv4 address in 1 range; "
     "b.lab has 2 IPv4 addresses in 1 range, 1 IPv6 range, hosts by name; reaches somebody"},
    {{"example.com TXT v=spf1 include:a.lab -all", "a.lab TXT v=spf1 a mx -all"},
     "singles; ranges; a.lab has hosts by name; reaches somebody"},
    {{"example.com TXT v=spf1 include:a.lab -all", "a.lab TXT v=spf1 -all"},
     "singles; ranges; a.lab has no address; reaches nobody"},
    {{"example.com TXT v=spf1 include:a.lab -all", "a.lab TXT v=spf1 ip4:10.0.0.1 -ptr -all"},
     "singles; ranges; a.lab has 1 IPv4 address in 1 range; reaches nobody"},
    {{"example.com TXT v=spf1 include:a.lab -all", "a.lab BROKEN"},
     "singles; ranges; a.lab has what is in records that could not be read; reaches who knows"},
    {{"example.com TXT v=spf1 include:%{i}.lab -all"}, "singles; ranges; reaches somebody"},
    {{"example.com TXT v=spf1 include:a.lab -all", "a.lab TXT v=spf1 redirect=b.lab", "b.lab TXT v=spf1 ip4:12.0.0.1"},
     "singles; ranges; a.lab has 1 IPv4 address in 1 range; reaches somebody"},
    {{"example.com TXT v=spf1 ?include:a.lab -all", "a.lab TXT v=spf1 ip4:12.0.0.1 -all"},
     "singles; ranges; reaches nobody"},
    {{"example.com TXT v=spf1 redirect=a.lab", "a.lab TXT v=spf1 ip4:12.0.0.1 -all"},
     "singles 12.0.0.1; ranges; reaches somebody"},

    /* nobody passes by a broken record, which still shows that somebody is meant to */
    {{"example.com TXT v=spf1 ip4:11.0.0.1 broken -all"}, "singles; ranges; reaches somebody"},
};

static void what_a_record_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct zone *zone = zone_new();

        for (size_t k = 0; k < LINES_MAX && table[i].zone[k]; k++)
            zone_add_line(zone, table[i].zone[k]);
        names(zone, table[i].named);
        zone_free(zone);
    }
}

/* ---- limits ---- */

/* The record has that many terms, in each of which "%d" becomes its number. */
static const char *record_of(struct zone *zone, int terms, const char *term)
{
    const char *text = "example.com TXT v=spf1";
    const char *number = strstr(term, "%d");

    for (int i = 0; i < terms; i++)
        text = number ? str_printf(zone->arena, "%s %.*s%d%s", text, (int)(number - term), term, i, number + 2)
                      : str_printf(zone->arena, "%s %s", text, term);
    return text;
}

static const struct spf_addresses *named_in(struct zone *zone, struct zone_session *s)
{
    const struct spf_addresses *addresses;

    zone_open(s, zone, &target, 0);
    zone_run(s, ask, &addresses);
    return addresses;
}

static void singles_are_bounded(void **state)
{
    static const size_t beyond[] = {0, 1};

    (void)state;
    for (size_t i = 0; i < sizeof beyond / sizeof *beyond; i++) {
        struct zone *zone = zone_new();
        struct zone_session s;
        const struct spf_addresses *addresses;
        const char *record = record_of(zone, SPF_SINGLES_MAX / HOST_ADDRESSES, "a:h.lab");

        for (int k = 0; k < HOST_ADDRESSES; k++)
            zone_add_line(zone, str_printf(zone->arena, "h.lab A 11.0.0.%d", k));
        zone_add_line(zone, beyond[i] ? str_printf(zone->arena, "%s ip4:11.0.1.0", record) : record);
        addresses = named_in(zone, &s);
        assert_int_equal(addresses->single_count, HOST_ADDRESSES); /* each once */
        assert_int_equal(addresses->singles_left_out, beyond[i]);
        zone_close(&s);
        zone_free(zone);
    }
}

static void hosts_inside_ranges_are_bounded(void **state)
{
    struct zone *zone = zone_new();
    struct zone_session s;
    const struct spf_addresses *addresses;

    (void)state;
    for (int k = 0; k < HOST_ADDRESSES; k++)
        zone_add_line(zone, str_printf(zone->arena, "h.lab A 11.0.0.%d", k));
    zone_add_line(zone, "i.lab A 11.0.1.1");
    zone_add_line(zone, "example.com TXT v=spf1 a:h.lab/24 a:i.lab/24 -all");
    addresses = named_in(zone, &s);
    assert_int_equal(addresses->range_count, 2);
    assert_int_equal(addresses->host_count, ADDRESSES_MAX);
    assert_int_equal(addresses->hosts[ADDRESSES_MAX - 1].bytes[3], HOST_ADDRESSES - 1);
    zone_close(&s);
    zone_free(zone);
}

/* Of 33 MX names that have an address each, the last is left out, and that is said. */
static void mx_hosts_are_bounded(void **state)
{
    (void)state;
    for (size_t count = MX_HOSTS_MAX - 1; count <= MX_HOSTS_MAX + 2; count++) {
        struct zone *zone = zone_new();
        struct zone_session s;
        const struct spf_addresses *addresses;

        zone_add_line(zone, "example.com TXT v=spf1 mx -all");
        for (size_t i = 0; i < count; i++) {
            zone_add_line(zone, str_printf(zone->arena, "example.com MX 10 mx%02zu.lab", i));
            zone_add_line(zone, str_printf(zone->arena, "mx%02zu.lab A 11.0.0.%zu", i, i));
        }
        addresses = named_in(zone, &s);
        assert_int_equal(addresses->single_count, count < MX_HOSTS_MAX ? count : MX_HOSTS_MAX);
        assert_int_equal(addresses->singles_left_out, count < MX_HOSTS_MAX ? 0 : count - MX_HOSTS_MAX);
        zone_close(&s);
        zone_free(zone);
    }
}

static void doubts_are_bounded(void **state)
{
    struct zone *zone = zone_new();
    struct zone_session s;
    const struct spf_addresses *addresses;

    (void)state;
    for (int i = 0; i <= ADDRESSES_MAX; i++)
        zone_add_line(zone, str_printf(zone->arena, "h%d.lab BROKEN", i));
    zone_add_line(zone, record_of(zone, ADDRESSES_MAX + 1, "a:h%d.lab"));
    addresses = named_in(zone, &s);
    assert_int_equal(addresses->doubt_count, ADDRESSES_MAX);
    zone_close(&s);
    zone_free(zone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_record_names),
        cmocka_unit_test(singles_are_bounded),
        cmocka_unit_test(hosts_inside_ranges_are_bounded),
        cmocka_unit_test(mx_hosts_are_bounded),
        cmocka_unit_test(doubts_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
