/* Which of two sessions with a mail server is judged: tests/data/sessions.txt, and by which
 * names: tests/data/session_names.txt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/str.h"
#include "core/derive/inventory.h"
#include "core/derive/session.h"
#include "core/facts/smtp_session.h"
#include "tests/unit/worlds.h"
#include "tests/unit/zone_lines.h"

static const char *const hosts[] = {"11.0.0.1", "2600::1"};

struct looked {
    struct arena *arena;
    struct ip ip;
    const char *text;
};

static const char *trouble_text(struct arena *arena, const struct trouble *t)
{
    static const char *const sides[] = {
        [SIDE_TARGET] = "target", [SIDE_NETWORK] = "network", [SIDE_US] = "us", [SIDE_RESOLVER] = "resolver"};

    return t->reason ? str_printf(arena, "%s of %s, %s", reason_word(t->reason), sides[t->side], t->why) : "a fact";
}

/* "the second: a fact; first lost" */
static void judge(struct run *run, void *arg)
{
    struct looked *l = arg;
    const struct smtp_session *first = need_smtp(run, &l->ip, "mx1.lab"), *lost;
    struct trouble trouble;
    const struct smtp_session *judged = need_judged_session(run, "mx1.lab", &l->ip, &trouble);

    l->text = "on its way";
    if (!judged)
        return;
    lost = need_lost_session(run, judged);
    l->text = str_printf(l->arena, "%s: %s%s", judged == first ? "the first" : "the second",
                         trouble_text(l->arena, &trouble), lost ? "; the first was lost" : "");
}

static const char *made(struct arena *arena, const struct world *world, uint64_t seed, const char *again, struct ip ip)
{
    static const char *const canaries[] = {"canary.lab"};
    const struct target target = {.domain = "good.lab", .smtp_port = 25, .canaries = canaries, .canary_count = 1};
    struct looked l = {.arena = arena, .ip = ip};
    struct zone *zone = zone_new();
    struct zone_session s;

    for (size_t i = 0; i < world->count; i++)
        zone_add_line(zone, world->lines[i]);
    if (again)
        zone_add_line(zone, again);
    zone_open(&s, zone, &target, seed);
    zone_run(&s, judge, &l);
    zone_close(&s);
    zone_free(zone);
    return l.text;
}

/* The world is a first session: each of these comes second. */
static const char *const seconds[] = {
    "'refused'",
    "{'end': 'timeout', 'state': 'connecting'}",
    "{'end': 'unreachable', 'state': 'connecting'}",
    "{'end': 'local', 'state': 'connecting'}",
    "{'end': 'budget', 'state': 'connecting'}",
    "{'end': 'timeout', 'state': 'greeting'}",
    "{'end': 'closed', 'state': 'greeting'}",
    "{'end': 'reset', 'state': 'ehlo', 'greeting': '220 mx1.lab'}",
    "{'end': 'closed', 'state': 'handshake', 'greeting': '220 mx1.lab', 'tls': {}}",
    "{'end': 'reset', 'state': 'ehlo_tls', 'greeting': '220 mx1.lab', 'tls': {'protocol': 'TLSv1.3'}}",
    "{'end': 'tls', 'state': 'handshake', 'greeting': '220 mx1.lab', 'tls': {}}",
    "{'end': 'protocol', 'state': 'greeting', 'greeting': 'hello'}",
    "{'end': 'injection', 'state': 'starttls', 'greeting': '220 mx1.lab'}",
    "{'greeting': '220 mx1.lab', 'ehlo': '250 mx1.lab'}",
    "{'greeting': '450 later'}",
    "{'greeting': '554 never'}",
};

static const char *judged_of(struct arena *arena, const struct world *world, uint64_t seed)
{
    const char *text = "", *before = "", *alike = "";

    for (size_t h = 0; h < sizeof hosts / sizeof *hosts; h++) {
        for (size_t i = 0; i <= sizeof seconds / sizeof *seconds; i++) {
            const char *second = i < sizeof seconds / sizeof *seconds ? seconds[i] : "nothing", *now;
            struct world w = *world;
            struct ip ip;

            assert_true(ip_parse(hosts[h], &ip));
            w.lines[0] = str_printf(arena, "smtp:%s:25/mx1.lab %s", ip.family == IP_V6 ? "[2600::1]" : hosts[h],
                                    world->lines[0]);
            now = made(
                arena, &w, seed,
                i < sizeof seconds / sizeof *seconds
                    ? str_printf(arena, "smtp:%s:25/mx1.lab#2 %s", ip.family == IP_V6 ? "[2600::1]" : hosts[h], second)
                    : NULL,
                ip);
            if (i && strcmp(now, before) == 0) {
                alike = str_printf(arena, "%s, %zu", alike, i);
                continue;
            }
            if (i)
                text = str_printf(arena, "%s%s: %s\n", text, alike, before);
            before = now;
            alike = str_printf(arena, "%s behind %zu", ip.family == IP_V6 ? "IPv6" : "IPv4", i);
        }
        text = str_printf(arena, "%s%s: %s\n", text, alike, before);
    }
    return text;
}

static void which_is_judged(void **state)
{
    (void)state;
    read_worlds("tests/data/sessions.txt", judged_of);
}

/* ---- names ---- */

struct named {
    struct looked looked;
    struct mail_address address;
};

/* "mx1.lab stands in; another: mx2.lab" */
static void name(struct run *run, void *arg)
{
    struct named *n = arg;
    const struct smtp_session *first = need_smtp(run, &n->address.ip, "mx1.lab"), *other;
    const char *stand_in;

    n->looked.text = "on its way";
    if (!first || !need_helo_stand_in(run, &n->address.ip, first, &stand_in))
        return;
    other = need_other_session(run, "mx1.lab", &n->address, first);
    n->looked.text = str_printf(n->looked.arena, "%s stands in%s%s", *stand_in ? stand_in : "nothing",
                                other ? "; another: " : "", other ? greeting_host_name(run, other) : "");
}

/* "sessions 2", "no sender" and "helo a.lab" stand before what else there is. */
static const char *names_of(struct arena *arena, const struct world *world, uint64_t seed)
{
    struct target target = {.domain = "good.lab", .smtp_port = 25};
    const char *helos[1];
    struct named n = {.looked = {.arena = arena},
                      .address = {.roles = ROLE_SENDER, .origin = SENDER_ASSUMED, .helos = helos}};
    struct zone *zone = zone_new();
    struct zone_session s;

    assert_true(ip_parse("11.0.0.1", &n.address.ip));
    for (size_t i = 0; i < world->count; i++) {
        const char *line = world->lines[i], *rest = strchr(line, ' ') + 1;

        if (strncmp(line, "sessions ", 9) == 0)
            target.sessions = (unsigned)strtoul(rest, NULL, 10);
        else if (strcmp(line, "no sender") == 0)
            n.address.roles = ROLE_MX;
        else if (strncmp(line, "helo ", 5) == 0)
            helos[n.address.helo_count++] = rest;
        else
            zone_add_line(zone, line);
    }
    zone_open(&s, zone, &target, seed);
    zone_run(&s, name, &n);
    zone_close(&s);
    zone_free(zone);
    return n.looked.text;
}

static void by_which_names(void **state)
{
    (void)state;
    read_worlds("tests/data/session_names.txt", names_of);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(which_is_judged), cmocka_unit_test(by_which_names)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
