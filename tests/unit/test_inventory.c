/* The mail hosts and mail addresses of a domain: a table of zones, and the lists at their limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/ip_network.h"
#include "core/base/str.h"
#include "core/derive/inventory.h"
#include "core/derive/spf.h"
#include "tests/unit/zone_lines.h"

enum { LINES_MAX = 8, SENDERS = 4 };

static const char *described_address(struct arena *arena, const struct mail_address *a)
{
    const char *text = str_printf(arena, "%s%s%s", a->label, a->roles & ROLE_MX ? " mx" : "",
                                  address_is_sender(a) ? str_printf(arena, " %s", sender_origin_word(a->origin)) : "");

    assert_true(address_is_sender(a) == (a->origin != SENDER_NOT));
    for (size_t i = 0; i < a->host_count; i++)
        text = str_printf(arena, "%s%s%s", text, i ? "," : " of ", a->hosts[i]);
    for (size_t i = 0; i < a->helo_count; i++)
        text = str_printf(arena, "%s%s%s", text, i ? "," : " says ", a->helos[i]);
    return a->term ? str_printf(arena, "%s by %s", text, a->term) : text;
}

/* "listed: 10 mx1.lab; 11.0.0.1 mx spf of mx1.lab by mx; unknown mx2.lab" */
static const char *described(struct arena *arena, const struct inventory *mail)
{
    static const char *const kinds[] = {"pending", "undecided", "listed", "null", "implicit", "none", "no domain"};
    const char *text = str_printf(arena, "%s%s:", kinds[mail->kind], mail->mixed_null ? ", mixed null" : "");

    for (size_t i = 0; i < mail->host_count; i++) {
        const struct mx_host *host = &mail->hosts[i];

        text = str_printf(arena, "%s %u %s", text, host->preference, host->name);
        for (size_t k = 0; k < host->address_count; k++)
            text = str_printf(arena, "%s %s", text, mail->addresses[host->addresses[k]].label);
    }
    for (size_t i = 0; i < mail->address_count; i++)
        text = str_printf(arena, "%s; %s", text, described_address(arena, &mail->addresses[i]));
    for (size_t i = 0; i < mail->unresolved_count; i++)
        text = str_printf(arena, "%s; %s %s", text, mail->unresolved[i].trouble ? "unknown" : "no address",
                          mail->unresolved[i].host);
    return text;
}

struct given {
    const char *zone[LINES_MAX];
    struct sender senders[SENDERS]; /* with the address as `host`, too */
    const char *not_sender;
    const char *inventory;
};

static const struct given table[] = {
    /* without MX records */
    {{"www.example.com A 11.0.0.1"}, .inventory = "no domain:"},
    {{"example.com TXT hello"}, .inventory = "none:"},
    {{"example.com A 11.0.0.1"}, .inventory = "implicit: 0 example.com 11.0.0.1; 11.0.0.1 mx assumed of example.com"},
    {{"example.com AAAA 2600::1"}, .inventory = "implicit: 0 example.com 2600::1; 2600::1 mx assumed of example.com"},
    {{"example.com BROKEN"}, .inventory = "undecided:"},

    /* the null MX is one record, with the preference 0: RFC 7505 3 */
    {{"example.com MX 0 ."}, .inventory = "null:"},
    {{"example.com MX 10 ."}, .inventory = "null, mixed null:"},
    {{"example.com MX 0 .", "example.com MX 10 mx1.lab"}, .inventory = "listed, mixed null: 10 mx1.lab"},

    /* hosts, by preference and then by name, each once and with the best of its preferences */
    {{"example.com MX 20 b.lab", "example.com MX 10 c.lab", "example.com MX 20 a.lab"},
     .inventory = "listed: 10 c.lab 20 a.lab 20 b.lab"},
    {{"example.com MX 20 a.lab", "example.com MX 20 b.lab", "example.com MX 20 c.lab"},
     .inventory = "listed: 20 a.lab 20 b.lab 20 c.lab"},
    {{"example.com MX 20 A.lab", "example.com MX 10 a.lab"}, .inventory = "listed: 10 a.lab"},
    {{"example.com MX 10 a.lab", "example.com MX 20 a.lab"}, .inventory = "listed: 10 a.lab"},
    {{"example.com MX 10 a.lab", "a.lab A 11.0.0.2", "a.lab A 11.0.0.1", "a.lab AAAA 2600::1"},
     .inventory = "listed: 10 a.lab 11.0.0.1 11.0.0.2 2600::1; 11.0.0.1 mx assumed of a.lab; "
                  "11.0.0.2 mx assumed of a.lab; 2600::1 mx assumed of a.lab"},
    {{"example.com MX 10 a.lab", "example.com MX 20 b.lab", "a.lab A 11.0.0.1", "b.lab A 11.0.0.1"},
     .inventory = "listed: 10 a.lab 11.0.0.1 20 b.lab 11.0.0.1; 11.0.0.1 mx assumed of a.lab,b.lab"},
    {{"example.com MX 10 a.lab", "a.lab BROKEN"}, .inventory = "listed: 10 a.lab; unknown a.lab"},
    {{"example.com MX 10 a.lab", "a.lab A 11.0.0.1", "a.lab BROKEN"},
     .inventory = "listed: 10 a.lab 11.0.0.1; 11.0.0.1 mx assumed of a.lab; unknown a.lab"},
    {{"example.com MX 10 11.0.0.1", "example.com MX 20 x.invalid", "x.invalid A 11.0.0.1"},
     .inventory = "listed: 10 11.0.0.1 20 x.invalid"},

    /* senders that are declared */
    {{"example.com MX 0 ."},
     {{.host = "11.0.0.9", .helo = "a.lab"}},
     .inventory = "null:; 11.0.0.9 declared says a.lab"},
    {{"example.com MX 0 ."},
     {{.host = "11.0.0.9", .helo = "a.lab"},
      {.host = "11.0.0.9", .helo = "A.lab"},
      {.host = "11.0.0.9", .helo = "b.lab"}},
     .inventory = "null:; 11.0.0.9 declared says a.lab,b.lab"},
    {{"example.com MX 0 .", "a.lab A 11.0.0.9", "a.lab AAAA 2600::9"},
     {{.host = "a.lab"}, {.host = "a.lab"}},
     .inventory = "null:; 11.0.0.9 declared of a.lab; 2600::9 declared of a.lab"},
    {{"example.com MX 0 ."}, {{.host = "a.lab"}}, .inventory = "null:; no address a.lab"},
    {{"example.com MX 0 .", "a.lab BROKEN"},
     {{.host = "a.lab"}, {.host = "a.lab"}},
     .inventory = "null:; unknown a.lab"},
    {{"example.com MX 0 .", "a.lab AAAA 2600::9", "a.lab BROKEN"},
     {{.host = "a.lab"}},
     .inventory = "null:; 2600::9 declared of a.lab; unknown a.lab"},
    {{"example.com MX 10 a.lab", "a.lab A 11.0.0.1"},
     {{.host = "11.0.0.9"}},
     .inventory = "listed: 10 a.lab 11.0.0.1; 11.0.0.1 mx of a.lab; 11.0.0.9 declared"},

    /* senders by SPF */
    {{"example.com MX 0 .", "example.com TXT v=spf1 ip4:11.0.0.9 ip4:10.0.0.1 -all"},
     .inventory = "null:; 11.0.0.9 spf by ip4:11.0.0.9"},
    {{"example.com MX 0 .", "example.com TXT v=spf1 ip4:11.0.0.9 -all"},
     {{.host = "11.0.0.9"}},
     .inventory = "null:; 11.0.0.9 declared by ip4:11.0.0.9"},
    {{"example.com MX 10 a.lab", "a.lab A 11.0.0.1", "example.com TXT v=spf1 ip4:11.0.0.0/24 -all"},
     .inventory = "listed: 10 a.lab 11.0.0.1; 11.0.0.1 mx spf of a.lab"},
    /* whoever is included has hosts that only take mail among its own */
    {{"example.com MX 10 a.lab", "a.lab A 11.0.0.1", "example.com TXT v=spf1 include:b.lab -all",
      "b.lab TXT v=spf1 ip4:11.0.0.0/24 -all"},
     .inventory = "listed: 10 a.lab 11.0.0.1; 11.0.0.1 mx of a.lab"},
    {{"example.com MX 10 a.lab", "a.lab A 11.0.0.1", "example.com TXT v=spf1 -all"},
     .inventory = "listed: 10 a.lab 11.0.0.1; 11.0.0.1 mx of a.lab"},
    {{"example.com MX 10 a.lab", "a.lab A 11.0.0.1", "example.com TXT v=spf1 broken"},
     .inventory = "listed: 10 a.lab 11.0.0.1; 11.0.0.1 mx assumed of a.lab"},
    {{"example.com MX 10 a.lab", "a.lab A 11.0.0.1", "example.com TXT v=spf1 a:b.lab -all", "b.lab BROKEN"},
     .inventory = "listed: 10 a.lab 11.0.0.1; 11.0.0.1 mx assumed of a.lab; unknown b.lab"},
    {{"example.com MX 10 a.lab", "a.lab A 10.0.0.1"}, .inventory = "listed: 10 a.lab 10.0.0.1; 10.0.0.1 mx of a.lab"},

    /* what is declared to be no sender is none, whatever SPF says */
    {{"example.com MX 0 .", "example.com TXT v=spf1 ip4:11.0.0.9 -all"},
     .not_sender = "11.0.0.8/31",
     .inventory = "null:; 11.0.0.9 by ip4:11.0.0.9"},
    {{"example.com MX 0 .", "example.com TXT v=spf1 ip4:11.0.0.9 -all"},
     .not_sender = "11.0.0.8",
     .inventory = "null:; 11.0.0.9 spf by ip4:11.0.0.9"},
};

static void ask(struct run *run, void *arg)
{
    const struct inventory **mail = arg;

    *mail = need_inventory(run);
}

static void inventory_is(struct zone *zone, const struct target *target, const char *expected)
{
    for (uint64_t seed = 0; seed < 3; seed++) {
        const struct inventory *mail;
        struct zone_session s;

        zone_open(&s, zone, target, seed);
        zone_run(&s, ask, &mail);
        assert_true(mail->complete || mail->kind == MX_UNDECIDED);
        assert_string_equal(described(s.run.arena, mail), expected);
        zone_close(&s);
    }
}

static void inventory_of_zones(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct zone *zone = zone_new();
        struct sender senders[SENDERS];
        struct ip_network network;
        struct target target = {.domain = "example.com", .senders = senders};

        for (size_t k = 0; k < LINES_MAX && table[i].zone[k]; k++)
            zone_add_line(zone, table[i].zone[k]);
        for (; target.sender_count < SENDERS && table[i].senders[target.sender_count].host; target.sender_count++) {
            struct sender *sender = &senders[target.sender_count];

            *sender = table[i].senders[target.sender_count];
            if (ip_parse(sender->host, &sender->ip))
                sender->host = NULL;
        }
        if (table[i].not_sender) {
            assert_true(ip_network_parse(table[i].not_sender, &network));
            target.not_senders = &network;
            target.not_sender_count = 1;
        }
        inventory_is(zone, &target, table[i].inventory);
        zone_free(zone);
    }
}

/* ---- limits ---- */

static const struct target domain = {.domain = "example.com"};

static const struct inventory *inventory_in(struct zone *zone, struct zone_session *s)
{
    const struct inventory *mail;

    zone_open(s, zone, &domain, 0);
    zone_run(s, ask, &mail);
    return mail;
}

static void hosts_are_bounded(void **state)
{
    (void)state;
    for (size_t count = MX_HOSTS_MAX - 1; count <= MX_HOSTS_MAX + 2; count++) {
        struct zone *zone = zone_new();
        struct zone_session s;
        const struct inventory *mail;

        for (size_t i = 0; i < count; i++)
            zone_add_line(zone, str_printf(zone->arena, "example.com MX 10 mx%02zu.lab", i));
        mail = inventory_in(zone, &s);
        assert_int_equal(mail->host_count, count < MX_HOSTS_MAX ? count : MX_HOSTS_MAX);
        assert_int_equal(mail->hosts_left_out, count - mail->host_count);
        zone_close(&s);
        zone_free(zone);
    }
}

/* Two hosts with the same addresses, and others with more: each address is counted once, also of those left out. */
static void addresses_are_bounded(void **state)
{
    static const size_t counts[] = {ADDRESSES_MAX - 1, ADDRESSES_MAX, ADDRESSES_MAX + 1, 3 * ADDRESSES_MAX + 2};

    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct zone *zone = zone_new();
        struct zone_session s;
        const struct inventory *mail;

        for (size_t k = 0; k < counts[i]; k++) {
            zone_add_line(zone, str_printf(zone->arena, "mx%zu.lab A 11.0.%zu.1", k / 50, k));
            zone_add_line(zone, str_printf(zone->arena, "twin%zu.lab A 11.0.%zu.1", k / 50, k));
            if (k % 50)
                continue;
            zone_add_line(zone, str_printf(zone->arena, "example.com MX 10 mx%zu.lab", k / 50));
            zone_add_line(zone, str_printf(zone->arena, "example.com MX 10 twin%zu.lab", k / 50));
        }
        mail = inventory_in(zone, &s);
        assert_int_equal(mail->address_count, counts[i] < ADDRESSES_MAX ? counts[i] : ADDRESSES_MAX);
        assert_int_equal(mail->addresses_left_out, counts[i] - mail->address_count);
        zone_close(&s);
        zone_free(zone);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inventory_of_zones),
        cmocka_unit_test(hosts_are_bounded),
        cmocka_unit_test(addresses_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
