/* Does port 25 leave this machine, and does IPv6?  Tables of what the domain's servers and the canaries do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/str.h"
#include "core/derive/ipv6.h"
#include "core/derive/port25.h"
#include "tests/unit/zone_lines.h"

enum { LINES_MAX = 12, SEEDS = 3, CANARIES = 9 };

static const char *const canaries[CANARIES] = {"c1.lab1", "c2.lab2", "c3.lab", "c4.lab", "c5.lab",
                                               "c6.lab",  "c7.lab",  "c8.lab", "c9.lab"};
static const struct target target = {
    .domain = "example.com", .smtp_port = 25, .canaries = canaries, .canary_count = CANARIES};

struct situation {
    const char *lines[LINES_MAX], *text;
};

static void are_so(const struct situation *table, size_t count, void (*ask)(struct run *, void *))
{
    for (size_t i = 0; i < count; i++) {
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            struct zone *zone = zone_new();

            for (size_t k = 0; k < LINES_MAX && table[i].lines[k]; k++)
                zone_add_line(zone, table[i].lines[k]);
            zone_says(zone, &target, seed, ask, i, table[i].text);
        }
    }
}

static void ask_port25(struct run *run, void *arg)
{
    static const char *const words[] = {"pending",     "untested",   "works",    "blocked",
                                        "intercepted", "no network", "undecided"};

    *(const char **)arg = words[need_port25(run)];
}

#define HOST "example.com MX 0 mx.lab", "mx.lab A 11.0.0.1"
#define SESSION "smtp:11.0.0.1:25/mx.lab "
#define SILENT SESSION "{'end': 'timeout', 'state': 'connecting'}"
#define C1 "c1.lab1 A 11.1.0.1"
#define C2 "c2.lab2 A 11.1.0.2"
#define AT_C1 "connect:11.1.0.1:25 "
#define AT_C2 "connect:11.1.0.2:25 "
#define HTTPS_C1 "connect:11.1.0.1:443 "
#define HTTPS_C2 "connect:11.1.0.2:443 "

static const struct situation port25s[] = {
    /* the domain's own servers */
    {{HOST, SESSION "{'greeting': '220 mx.lab ESMTP'}"}, "works"},
    {{HOST, SESSION "{'greeting': '554 no'}"}, "works"},
    {{HOST, SESSION "{'end': 'timeout', 'state': 'greeting'}", C1, AT_C1 "'refused'"}, "untested"},
    {{HOST, SESSION "'budget'", C1, AT_C1 "'refused'"}, "untested"},
    {{NULL}, "untested"},
    {{"example.com MX 0 mx.lab", "mx.lab A 10.0.0.1", "smtp:10.0.0.1:25/mx.lab 'refused'", C1}, "untested"},
    {{"example.com MX 0 mx.lab", "mx.lab A 11.0.0.1", "mx.lab A 11.0.0.2", SILENT,
      "smtp:11.0.0.2:25/mx.lab {'greeting': '220 mx.lab'}"},
     "works"},
    {{"example.com MX 0 mx.lab", "example.com MX 1 mx2.lab", "mx.lab A 11.0.0.1", "mx2.lab A 11.0.0.2", SILENT,
      "smtp:11.0.0.2:25/mx2.lab {'greeting': '220 mx2.lab'}"},
     "works"},

    /* what makes one wonder, and no canary */
    {{HOST, SILENT}, "undecided"},
    {{HOST, SESSION "'refused'"}, "undecided"},
    {{HOST, SESSION "'unreachable'"}, "undecided"},
    {{HOST, SILENT, "c1.lab1 A 10.1.0.1"}, "undecided"},
    {{HOST, SILENT, "c1.lab1 BROKEN"}, "undecided"},

    /* canaries */
    {{HOST, SILENT, C1, AT_C1 "{'greeting': '220 mx9.c1.lab1 ESMTP'}"}, "works"},
    {{HOST, SILENT, C1, C2, AT_C1 "'refused'", AT_C2 "{'greeting': '220 c2.lab2 ESMTP'}"}, "works"},
    {{HOST, SILENT, "c9.lab A 11.1.0.9", "connect:11.1.0.9:25 {'greeting': '220 c9.lab'}"}, "works"},
    {{HOST, SILENT, C1, AT_C1 "{'greeting': '220 firewall.lab3 ESMTP'}"}, "undecided"},
    {{HOST, SILENT, C1, C2, AT_C1 "{'greeting': '220 firewall.lab3 ESMTP'}", AT_C2 "{'greeting': '220 firewall.lab3'}"},
     "intercepted"},
    {{HOST, SILENT, C1, C2, AT_C1 "{'greeting': '220 firewall.lab3 ESMTP'}", AT_C2 "{'greeting': '220 a.c2.lab2'}"},
     "works"},
    {{HOST, SILENT, C1, AT_C1 "'timeout'", HTTPS_C1 "'ok'"}, "blocked"},
    {{HOST, SILENT, C1, C2, AT_C1 "'timeout'", AT_C2 "'timeout'", HTTPS_C1 "'timeout'", HTTPS_C2 "'ok'"}, "blocked"},
    {{HOST, SILENT, C1, C2, AT_C1 "'timeout'", AT_C2 "'timeout'", HTTPS_C1 "'timeout'", HTTPS_C2 "'refused'"},
     "no network"},
    {{HOST, SILENT, C1, C2, AT_C1 "{'greeting': '220 firewall.lab3 ESMTP'}", AT_C2 "'timeout'", HTTPS_C2 "'ok'"},
     "undecided"},
};

static void port25_leaves(void **state)
{
    (void)state;
    are_so(port25s, sizeof port25s / sizeof *port25s, ask_port25);
}

/* Eight are asked; and none where the audit is of another port. */
static void few_canaries_are_asked(void **state)
{
    static const struct {
        const char *greeted;
        uint16_t port;
        const char *text;
    } rows[] = {
        {"connect:11.1.0.8:25 {'greeting': '220 c8.lab'}", 25, "works"},
        {"connect:11.1.0.9:25 {'greeting': '220 c9.lab'}", 25, "no network"},
        {"connect:11.1.0.8:25 {'greeting': '220 c8.lab'}", 26, "untested"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct target other = {
            .domain = "example.com", .smtp_port = rows[i].port, .canaries = canaries, .canary_count = CANARIES};
        static const char *const lines[] = {HOST, SILENT, "smtp:11.0.0.1:26/mx.lab {'greeting': '220 mx.lab'}"};
        struct zone *zone = zone_new();
        struct zone_session s;
        const char *text;

        for (size_t k = 0; k < sizeof lines / sizeof *lines; k++)
            zone_add_line(zone, lines[k]);
        for (size_t k = 0; k < CANARIES; k++)
            zone_add_line(zone, str_printf(zone->arena, "%s A 11.1.0.%zu", canaries[k], k + 1));
        zone_add_line(zone, rows[i].greeted);
        zone_open(&s, zone, &other, 0);
        zone_run(&s, ask_port25, &text);
        assert_string_equal(text, rows[i].text);
        zone_close(&s);
        zone_free(zone);
    }
}

static void ask_ipv6(struct run *run, void *arg)
{
    static const char *const words[] = {
        [IPV6_PENDING] = "pending", [IPV6_OFF] = "off",           [IPV6_MISSING] = "missing",
        [IPV6_WORKS] = "works",     [IPV6_UNTESTED] = "untested", [IPV6_NOT_SEEN] = "not seen"};

    *(const char **)arg = words[need_ipv6(run)];
}

#define HOST6 "vantage {}", "example.com MX 0 mx.lab", "mx.lab AAAA 2600::1"
#define SESSION6 "smtp:[2600::1]:25/mx.lab "
#define SILENT6 SESSION6 "'timeout'"
#define CANARY6 "c1.lab1 AAAA 2600:1::1"

static const struct situation ipv6s[] = {
    {{"vantage {'ipv6_used': false}", HOST}, "off"},
    {{"vantage {'ipv6_route': false}", HOST}, "missing"},
    {{"vantage {'ipv6_route': false, 'ipv6_used': false}", HOST}, "off"},

    /* the domain's own servers */
    {{HOST6, SESSION6 "{'greeting': '220 mx.lab', 'connect_ms': 0}"}, "works"},
    {{HOST6, SESSION6 "{'end': 'timeout', 'state': 'greeting', 'connect_ms': 0}"}, "works"},
    {{HOST6, SESSION6 "'refused'"}, "works"},
    {{"vantage {}", HOST, SESSION "'timeout'", CANARY6}, "untested"},
    {{"vantage {}", "example.com MX 0 mx.lab", "mx.lab AAAA fd00::1", "smtp:[fd00::1]:25/mx.lab 'refused'"},
     "untested"},
    {{HOST6, "mx.lab AAAA 2600::2", SILENT6, "smtp:[2600::2]:25/mx.lab 'refused'"}, "works"},
    {{HOST6, "example.com MX 1 mx2.lab", "mx2.lab AAAA 2600::2", SILENT6, "smtp:[2600::2]:25/mx2.lab 'refused'"},
     "works"},
    {{HOST6, "mx.lab A 11.0.0.1", SILENT6, SESSION "'refused'"}, "not seen"},

    /* canaries, by port 25 and by another */
    {{HOST6, SILENT6}, "not seen"},
    {{HOST6, SILENT6, CANARY6, "connect:[2600:1::1]:25 'refused'"}, "works"},
    {{HOST6, SILENT6, CANARY6, "connect:[2600:1::1]:25 'timeout'", "connect:[2600:1::1]:443 'refused'"}, "works"},
    {{HOST6, SILENT6, CANARY6, "connect:[2600:1::1]:25 'timeout'", "connect:[2600:1::1]:443 'timeout'"}, "not seen"},
    {{HOST6, SILENT6, CANARY6, "c2.lab2 AAAA 2600:1::2", "connect:[2600:1::1]:25 'timeout'",
      "connect:[2600:1::2]:25 'refused'"},
     "works"},
    {{HOST6, SILENT6, "c1.lab1 AAAA fd00::1", "connect:[fd00::1]:25 'refused'", "connect:[fd00::1]:443 'refused'"},
     "not seen"},
    {{HOST6, SILENT6, "c1.lab1 BROKEN"}, "not seen"},
    {{HOST6, SILENT6, "c9.lab AAAA 2600:1::9", "connect:[2600:1::9]:25 'refused'"}, "works"},
};

static void ipv6_leaves(void **state)
{
    (void)state;
    are_so(ipv6s, sizeof ipv6s / sizeof *ipv6s, ask_ipv6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(port25_leaves),
        cmocka_unit_test(few_canaries_are_asked),
        cmocka_unit_test(ipv6_leaves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
