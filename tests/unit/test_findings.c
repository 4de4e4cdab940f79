/* What probes find in small zones, each with a file of its own: tests/data/findings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/str.h"
#include "core/result/cause_kind.h"
#include "core/result/finding.h"
#include "core/result/probe.h"
#include "probes/probes.h"
#include "tests/unit/worlds.h"
#include "tests/unit/zone_lines.h"

enum { ITEMS_MAX = 16 };

/* A target, while its lines are gathered. */
struct gathered {
    struct target target;
    const char *froms[ITEMS_MAX], *mail_froms[ITEMS_MAX], *selectors[ITEMS_MAX];
    struct sender senders[ITEMS_MAX];
    struct ip_network not_senders[ITEMS_MAX];
    struct expectation expectations[ITEMS_MAX];
};

static const struct probe *probe;
static const char *probe_name;

/* False: the line is none of a target. */
static bool gather(struct arena *arena, struct gathered *g, const char *line)
{
    const char *rest = strchr(line, ' ') + 1, *why = "";
    struct target *t = &g->target;

    if (str_starts_nocase(str_of(line), "domain ")) {
        t->domain = rest;
    } else if (str_starts_nocase(str_of(line), "from ")) {
        g->froms[t->from_count++] = rest;
    } else if (str_starts_nocase(str_of(line), "mail_from ")) {
        g->mail_froms[t->mail_from_count++] = rest;
    } else if (str_starts_nocase(str_of(line), "selector ")) {
        g->selectors[t->selector_count++] = rest;
    } else if (str_starts_nocase(str_of(line), "volume ")) {
        t->volume = strcmp(rest, "bulk") == 0 ? VOLUME_BULK : VOLUME_LOW;
    } else if (str_starts_nocase(str_of(line), "guess ")) {
        t->guess_selectors = true;
    } else if (str_starts_nocase(str_of(line), "sender ")) {
        const char *ip = str_printf(arena, "%.*s", (int)strcspn(rest, " "), rest), *helo = strchr(rest, ' ');
        struct sender *sender = &g->senders[t->sender_count++];

        sender->helo = helo ? helo + 1 : NULL;
        if (!ip_parse(ip, &sender->ip))
            sender->host = ip;
    } else if (str_starts_nocase(str_of(line), "expect ")) {
        if (!expectation_parse(arena, rest, &g->expectations[t->expectation_count++], &why))
            fail_msg("%s: %s", line, why);
    } else {
        return false;
    }
    return true;
}

static const char *list_text_of(struct arena *arena, const char *before, const struct text_list *list)
{
    const char *text = "";

    for (size_t i = 0; i < list->count; i++)
        text = str_printf(arena, "%s%s%s", text, i ? ", " : before, list->at[i]);
    return text;
}

/* Without its check, and without what it says where all is well. */
static const char *finding_text(struct arena *arena, const struct finding *f)
{
    static const char *const marks[] = {"",          " (permerror)",    " (voids)",        " (no policy)",
                                        " (reject)", " (of a service)", " (secret is out)", ""};
    const struct check *check = check_of(f->check);
    const char *cause = cause_name(arena, f), *text;

    text = str_printf(arena, "%s %s%s", status_word(f->status), f->subject, marks[f->mark]);
    if (f->status != PASS && f->status != SKIPPED)
        text = str_printf(arena, "%s: %s", text, f->message);
    if (f->status == UNKNOWN)
        text = str_printf(arena, "%s [%s]", text, reason_word(f->reason));
    if (f->worst != check->worst)
        text = str_printf(arena, "%s [%s at worst]", text, status_word(f->worst));
    if (cause)
        text = str_printf(arena, "%s [%s]", text, cause);
    if (f->because != CHECK_NONE)
        text = str_printf(arena, "%s [follows from %s]", text, check_of(f->because)->name);
    if (f->remedy)
        text = str_printf(arena, "%s | %s", text, f->remedy);
    return str_printf(arena, "%s%s%s%s", text, list_text_of(arena, " | ", &f->records),
                      list_text_of(arena, " | in place of ", &f->before), list_text_of(arena, " @ ", &f->evidence));
}

struct looked {
    struct arena *arena;
    const char *text;
};

static void look(struct run *run, void *arg)
{
    struct looked *l = arg;

    const char *checks = "", *text = "", *next;

    probe->run(run);
    l->text = "";
    for (size_t i = 0; i <= run->finding_count; i++) { /* those that stand in a row, and say the same, in one line */
        next = i < run->finding_count ? finding_text(l->arena, run->findings[i]) : "";
        if (i && strcmp(next, text) != 0) {
            l->text = str_printf(l->arena, "%s%s%s %s", l->text, *l->text ? "\n" : "", checks, text);
            checks = "";
        }
        if (i < run->finding_count)
            checks =
                str_printf(l->arena, "%s%s%s", checks, *checks ? ", " : "", check_of(run->findings[i]->check)->name);
        text = next;
    }
}

static const char *findings_of(struct arena *arena, const struct world *world, uint64_t seed)
{
    struct gathered *g = ARENA_NEW(arena, struct gathered);
    struct looked l = {.arena = arena};
    struct zone *zone = zone_new();
    struct zone_session s;

    g->target = (struct target){.domain = "good.lab",
                                .unicode = "good.lab",
                                .senders = g->senders,
                                .not_senders = g->not_senders,
                                .selectors = g->selectors,
                                .mail_froms = g->mail_froms,
                                .froms = g->froms,
                                .smtp_port = 25,
                                .expectations = g->expectations};
    zone_add_line(zone, "lab NS ns1.lab");
    zone_add_line(zone, "ns1.lab A 11.9.0.53");
    for (size_t i = 0; i < world->count; i++)
        if (!gather(arena, g, world->lines[i]))
            zone_add_line(zone, world->lines[i]);
    zone_open(&s, zone, &g->target, seed);
    zone_run(&s, look, &l);
    zone_close(&s);
    zone_free(zone);
    return l.text;
}

static void findings_in_zones(void **state)
{
    char path[64];

    probe_name = *state;
    snprintf(path, sizeof path, "tests/data/findings/%s.txt", probe_name);
    for (size_t i = 0; i < all_probe_count; i++)
        probe = strcmp(all_probes[i]->name, probe_name) == 0 ? all_probes[i] : probe;
    read_worlds(path, findings_of);
}

#define IN_ZONES(name) cmocka_unit_test_prestate(findings_in_zones, name)

int main(void)
{
    static char dkim[] = "dkim", dmarc[] = "dmarc", dnssec[] = "dnssec", expect[] = "expect", mx[] = "mx", ns[] = "ns",
                spf[] = "spf";
    const struct CMUnitTest tests[] = {IN_ZONES(dkim), IN_ZONES(dmarc), IN_ZONES(dnssec), IN_ZONES(expect),
                                       IN_ZONES(mx),   IN_ZONES(ns),    IN_ZONES(spf)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
