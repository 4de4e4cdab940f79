/* The name servers of a zone, and which zone it is: a table, and the limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/str.h"
#include "core/base/trouble.h"
#include "core/derive/zone.h"
#include "tests/unit/zone_lines.h"

enum { LINES_MAX = 12, FEW = 4 /* names that are asked for at once */ };

static const struct target target = {.domain = "example.com"};

static void ask_servers(struct run *run, void *arg)
{
    *(struct zone_servers *)arg = need_zone_servers(run, "example.com");
}

static const char *servers_in(struct zone *zone, uint64_t seed)
{
    struct zone_servers servers;
    struct zone_session s;
    const char *text;

    zone_open(&s, zone, &target, seed);
    zone_run(&s, ask_servers, &servers);
    assert_false(servers.pending);
    text = servers.trouble.reason ? reason_word(servers.trouble.reason) : "";
    for (size_t i = 0; i < servers.count; i++)
        text = str_printf(zone->arena, "%s%s%s %s", text, i ? ", " : "", servers.at[i].host,
                          ip_text(zone->arena, &servers.at[i].ip));
    zone_close(&s);
    return text;
}

#define OWN_DENIAL "dns:example.com/NS {'status': 'nodata', 'own': true}"
#define ABOVE "com NS c.lab", "c.lab A 11.0.0.9"

static void servers_of_zones(void **state)
{
    static const struct {
        const char *zone[LINES_MAX], *servers;
    } table[] = {
        {{"example.com NS b.lab", "example.com NS A.lab", "a.lab A 11.0.0.2", "a.lab A 11.0.0.1", "b.lab A 11.0.0.3"},
         "a.lab 11.0.0.1, a.lab 11.0.0.2, b.lab 11.0.0.3"},
        {{"example.com NS a.lab", "a.lab A 10.0.0.1", "a.lab A 11.0.0.1"}, "a.lab 11.0.0.1"},
        {{"example.com NS a.lab", "a.lab A 11.0.0.1", "a.lab AAAA 2600::1"}, "a.lab 11.0.0.1"}, /* no IPv6 here */
        {{"example.com NS a.lab", "a.lab BROKEN"}, ""},
        {{"example.com BROKEN"}, "timeout"},
        {{"example.com A 11.0.0.1"}, "protocol"},
        /* IPv6 where this machine has it, and uses it */
        {{"vantage {}", "example.com NS a.lab", "a.lab A 11.0.0.1", "a.lab AAAA 2600::1"},
         "a.lab 11.0.0.1, a.lab 2600::1"},
        {{"vantage {'ipv6_route': false}", "example.com NS a.lab", "a.lab A 11.0.0.1", "a.lab AAAA 2600::1"},
         "a.lab 11.0.0.1"},
        {{"vantage {'ipv6_used': false}", "example.com NS a.lab", "a.lab A 11.0.0.1", "a.lab AAAA 2600::1"},
         "a.lab 11.0.0.1"},
        /* a denial of the resolver's own, which has an address in its hosts file: the zone above is asked */
        {{OWN_DENIAL, ABOVE, "dns@11.0.0.9:example.com/NS ['a.lab']", "a.lab A 11.0.0.1"}, "a.lab 11.0.0.1"},
        {{OWN_DENIAL, ABOVE, "dns@11.0.0.9:example.com/NS 'nodata'", "a.lab A 11.0.0.1"}, "protocol"},
        {{OWN_DENIAL, ABOVE, "dns@11.0.0.9:example.com/NS 'timeout'", "a.lab A 11.0.0.1"}, "protocol"},
        {{OWN_DENIAL, "com NS c.lab", "dns@11.0.0.9:example.com/NS ['a.lab']", "a.lab A 11.0.0.1"}, "protocol"},
        {{OWN_DENIAL, "dns@11.0.0.9:example.com/NS ['a.lab']", "a.lab A 11.0.0.1"}, "protocol"},
        {{"dns:example.com/NS 'nodata'", ABOVE, "dns@11.0.0.9:example.com/NS ['a.lab']", "a.lab A 11.0.0.1"},
         "protocol"},
        {{"dns:example.com/NS {'records': ['b.lab'], 'own': true}", ABOVE, "dns@11.0.0.9:example.com/NS ['a.lab']",
          "a.lab A 11.0.0.1", "b.lab A 11.0.0.2"},
         "b.lab 11.0.0.2"},
        {{OWN_DENIAL, "dns:com/NS {'status': 'nodata', 'own': true}", " NS c.lab", "c.lab A 11.0.0.9",
          "dns@11.0.0.9:com/NS ['d.lab']", "d.lab A 11.0.0.10", "dns@11.0.0.10:example.com/NS ['a.lab']",
          "dns@11.0.0.9:example.com/NS ['b.lab']", "a.lab A 11.0.0.1", "b.lab A 11.0.0.2"},
         "b.lab 11.0.0.2"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct zone *zone = zone_new();

        for (size_t k = 0; k < LINES_MAX && table[i].zone[k]; k++)
            zone_add_line(zone, table[i].zone[k]);
        for (uint64_t seed = 0; seed < 3; seed++)
            assert_string_equal(servers_in(zone, seed), table[i].servers);
        zone_free(zone);
    }
}

/* A ninth is not looked up, also where one of the eight has no address; nor is a ninth address asked. */
static void servers_are_bounded(void **state)
{
    struct zone *zone = zone_new(), *addresses = zone_new();

    (void)state;
    for (int i = 0; i <= ZONE_SERVERS_MAX; i++) {
        zone_add_line(zone, str_printf(zone->arena, "example.com NS n%d.lab", i));
        if (i != 3)
            zone_add_line(zone, str_printf(zone->arena, "n%d.lab A 11.0.0.%d", i, i));
        zone_add_line(addresses, str_printf(addresses->arena, "n.lab A 11.0.0.%d", i));
    }
    zone_add_line(addresses, "example.com NS n.lab");
    assert_string_equal(servers_in(zone, 0), "n0.lab 11.0.0.0, n1.lab 11.0.0.1, n2.lab 11.0.0.2, n4.lab 11.0.0.4, "
                                             "n5.lab 11.0.0.5, n6.lab 11.0.0.6, n7.lab 11.0.0.7");
    assert_string_equal(servers_in(addresses, 0),
                        "n.lab 11.0.0.0, n.lab 11.0.0.1, n.lab 11.0.0.2, n.lab 11.0.0.3, n.lab 11.0.0.4, "
                        "n.lab 11.0.0.5, n.lab 11.0.0.6, n.lab 11.0.0.7");
    zone_free(zone);
    zone_free(addresses);
}

struct above {
    const char *name, *zone;
    struct trouble trouble;
};

static void ask_above(struct run *run, void *arg)
{
    struct above *a = arg;

    a->zone = need_zone_above(run, a->name, &a->trouble);
}

/* The closest name with NS records; a few names at a time are asked for, and what is above the organisation last. */
static void zones_above(void **state)
{
    static const struct {
        const char *name, *zones[LINES_MAX], *found;
        size_t questions;
    } table[] = {
        {"a.b.c.d.e.example.com", {"a.b.c.d.e.example.com NS n.lab"}, "a.b.c.d.e.example.com", FEW},
        {"a.b.c.d.e.example.com", {"d.e.example.com NS n.lab", "e.example.com NS n.lab"}, "d.e.example.com", FEW},
        {"a.b.c.d.e.example.com", {"e.example.com NS n.lab"}, "e.example.com", FEW + 2},
        {"a.b.c.d.e.example.com", {"example.com NS n.lab", "com NS n.lab"}, "example.com", FEW + 2},
        {"www.example.com", {"com NS n.lab"}, "com", 2 + 2},
        {"www.example.com", {"www.example.com BROKEN"}, NULL, 2 + 2},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct above a = {.name = table[i].name};
        struct zone *zone = zone_new();
        struct zone_session s;

        for (size_t k = 0; k < LINES_MAX && table[i].zones[k]; k++)
            zone_add_line(zone, table[i].zones[k]);
        zone_open(&s, zone, &target, 1);
        zone_run(&s, ask_above, &a);
        if (table[i].found)
            assert_string_equal(a.zone, table[i].found);
        else
            assert_null(a.zone);
        assert_true(!a.zone == (a.trouble.reason != REASON_NONE));
        assert_int_equal(zone->questions, table[i].questions);
        zone_close(&s);
        zone_free(zone);
    }
}

static void ask_zone(struct run *run, void *arg)
{
    struct above *a = arg;

    a->zone = need_zone_of(run, a->name, &a->trouble);
}

/* By the SOA record, or its owner; where no reply names one, by NS records. */
static void zones_of_names(void **state)
{
    static const struct {
        const char *zone[LINES_MAX], *found;
    } table[] = {
        {{"a.example.com SOA n.lab h.lab 1 2 3 4 5", "example.com NS n.lab"}, "a.example.com"},
        {{"dns:a.example.com/SOA {'status': 'nodata', 'zone': 'Example.ORG'}", "example.com NS n.lab"}, "example.org"},
        {{"dns:a.example.com/SOA {'status': 'nxdomain', 'zone': 'com'}", "example.com NS n.lab"}, "com"},
        {{"dns:a.example.com/SOA 'nxdomain'", "example.com NS n.lab"}, "example.com"},
        {{"dns:a.example.com/SOA 'nxdomain'"}, NULL},
        {{"dns:a.example.com/SOA 'timeout'", "example.com NS n.lab"}, NULL},
        {{"dns:a.example.com/SOA {'records': ['n.lab h.lab 1 2 3 4 5'], 'chain': [['a.example.com', 'b.lab']]}",
          "example.com NS n.lab"},
         "example.com"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        for (uint64_t seed = 0; seed < 3; seed++) {
            struct above a = {.name = "a.example.com"};
            struct zone *zone = zone_new();
            struct zone_session s;

            for (size_t k = 0; k < LINES_MAX && table[i].zone[k]; k++)
                zone_add_line(zone, table[i].zone[k]);
            zone_open(&s, zone, &target, seed);
            zone_run(&s, ask_zone, &a);
            assert_true(!a.zone == !table[i].found && !a.zone == (a.trouble.reason != REASON_NONE));
            if (a.zone)
                assert_string_equal(a.zone, table[i].found);
            zone_close(&s);
            zone_free(zone);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(servers_of_zones),
        cmocka_unit_test(servers_are_bounded),
        cmocka_unit_test(zones_above),
        cmocka_unit_test(zones_of_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
