/* Which services the DNS of a domain shows, and how they stand: tests/data/services.txt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/str.h"
#include "core/derive/services.h"
#include "tests/unit/worlds.h"
#include "tests/unit/zone_lines.h"

static const char *clue_text(struct arena *arena, const struct service_clue *clue)
{
    static const char *const kinds[] = {"mx", "spf", "dkim", "envelope"};

    return str_printf(arena, " %s=%s%s%s", kinds[clue->kind], clue->name, clue->leads ? ">" : "",
                      clue->leads ? clue->leads : "");
}

static const char *selector_text(struct arena *arena, const struct service_selector *s)
{
    return str_printf(arena, " %s%s%s%s%s", s->name, s->is_declared ? " declared" : "", s->has_key ? " keyed" : "",
                      s->by_wildcard ? " wild" : "", s->dangles ? " dangles" : "");
}

/* "google receives sends: mx=smtp.google.com; spf unnamed; key unknown" and what else there is. */
static const char *service_text(struct arena *arena, const struct service *s)
{
    static const char *const spf[] = {"unnamed", "by mx", "not passed", "broken", "undecided", "perhaps", "passes"};
    static const char *const keys[] = {"unknown", "found", "none", "undecided"};
    const char *text = str_printf(arena, "%s%s%s:", s->provider->id, s->roles & SERVICE_RECEIVES ? " receives" : "",
                                  s->roles & SERVICE_SENDS ? " sends" : "");

    for (size_t i = 0; i < s->clue_count; i++)
        text = str_printf(arena, "%s%s", text, clue_text(arena, &s->clues[i]));
    text = str_printf(arena, "%s; spf %s%s%s; key %s%s", text, spf[s->spf], s->spf_fails ? " and fails" : "",
                      s->spf == SERVICE_SPF_UNDECIDED && s->spf_trouble ? " by trouble" : "", keys[s->key],
                      s->key == SERVICE_KEY_UNDECIDED && s->trouble ? " by trouble" : "");
    for (size_t i = 0; i < s->selector_count; i++)
        text = str_printf(arena, "%s%s", text, selector_text(arena, &s->selectors[i]));
    if (s->envelope.name)
        text =
            str_printf(arena, "%s; returns to %s%s%s%s", text, s->envelope.name, s->envelope.leads ? "" : " included",
                       s->envelope.has_record ? " with spf" : "", s->envelope.lacks_record ? " without spf" : "");
    return text;
}

struct looked {
    struct arena *arena;
    const char *text;
};

static void look(struct run *run, void *arg)
{
    struct looked *l = arg;
    const struct services *services = need_services(run);

    l->text = services->complete ? "" : "incomplete";
    for (size_t i = 0; services->complete && i < services->count; i++)
        l->text = str_printf(l->arena, "%s%s%s", l->text, i ? "\n" : "", service_text(l->arena, &services->at[i]));
}

/* Beside the lines of a zone "selector s1" and "mail_from b.good.lab", which the user declares. */
static const char *services_of(struct arena *arena, const struct world *world, uint64_t seed)
{
    const char *selectors[WORLD_LINES_MAX], *mail_froms[WORLD_LINES_MAX];
    struct target target = {.domain = "good.lab", .selectors = selectors, .mail_froms = mail_froms};
    struct looked l = {.arena = arena};
    struct zone *zone = zone_new();
    struct zone_session s;

    zone_add_line(zone, "lab NS ns1.lab");
    zone_add_line(zone, "ns1.lab A 11.9.0.53");
    for (size_t i = 0; i < world->count; i++) {
        const char *line = world->lines[i], *rest = strchr(line, ' ') + 1;

        if (strncmp(line, "selector ", 9) == 0)
            selectors[target.selector_count++] = rest;
        else if (strncmp(line, "mail_from ", 10) == 0)
            mail_froms[target.mail_from_count++] = rest;
        else
            zone_add_line(zone, line);
    }
    zone_open(&s, zone, &target, seed);
    zone_run(&s, look, &l);
    zone_close(&s);
    zone_free(zone);
    return l.text;
}

static void services_of_zones(void **state)
{
    (void)state;
    read_worlds("tests/data/services.txt", services_of);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(services_of_zones)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
