/* Which services the DNS of a domain shows, and how they stand: tests/data/services.txt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/str.h"
#include "core/derive/inventory.h"
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
                      s->spf_trouble ? " by trouble" : "", keys[s->key],
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
    const struct service *pair[2];

    l->text = services->complete ? "" : "incomplete";
    for (size_t i = 0; services->complete && i < services->count; i++)
        l->text = str_printf(l->arena, "%s%s%s", l->text, i ? "\n" : "", service_text(l->arena, &services->at[i]));
    if (services_are_moving(services, pair))
        l->text = str_printf(l->arena, "%s\nmoving: %s, %s", l->text, pair[0]->provider->id, pair[1]->provider->id);
}

/* Beside the lines of a zone "domain good.lab", "selector s1" and "mail_from b.good.lab", which the user declares. */
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
        else if (strncmp(line, "domain ", 7) == 0)
            target.domain = rest;
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

/* Whose an MX host and a sender are, of services of which one is sold by another. */
static void whose_servers(void **state)
{
    const struct service_clue by_spf[] = {{.kind = CLUE_MX, .name = "mx.lab"}, {.kind = CLUE_SPF, .name = "spf.lab"}};
    const struct service_clue by_mx[] = {{.kind = CLUE_MX, .name = "spf.lab"}};
    const struct service all[] = {
        {.provider = provider_from_id("google"), .roles = SERVICE_RECEIVES, .clues = by_mx, .clue_count = 1},
        {.provider = provider_from_id("godaddy-m365"), .roles = SERVICE_RECEIVES | SERVICE_SENDS},
        {.provider = provider_from_id("zoho"), .roles = SERVICE_SENDS, .clues = by_spf, .clue_count = 2},
    };
    const struct services services = {.at = all, .count = 3};
    const char *google = "smtp.google.com", *m365 = "x.mail.protection.outlook.com", *zoho = "mx.zoho.com";
    const char *both[] = {google, google}, *mixed[] = {google, m365}, *half[] = {google, "mx1.lab"};
    struct mail_address address = {.origin = SENDER_ASSUMED, .hosts = both, .host_count = 2};

    (void)state;
    assert_ptr_equal(service_of_host(&services, google), &all[0]);
    assert_ptr_equal(service_of_host(&services, m365), &all[1]);
    assert_null(service_of_host(&services, zoho)); /* it sends only */
    assert_null(service_of_host(&services, "mx1.lab"));

    assert_ptr_equal(service_of_address(&services, &address), &all[0]);
    address.hosts = mixed;
    assert_ptr_equal(service_of_address(&services, &address), &all[1]);
    address.hosts = half;
    assert_null(service_of_address(&services, &address));
    address.host_count = 1;
    assert_ptr_equal(service_of_address(&services, &address), &all[0]);
    address.origin = SENDER_DECLARED;
    assert_null(service_of_address(&services, &address));

    address = (struct mail_address){.origin = SENDER_SPF, .record = "SPF.lab"};
    assert_ptr_equal(service_of_address(&services, &address), &all[2]);
    address.record = "mx.lab";
    assert_null(service_of_address(&services, &address));
    address.record = NULL;
    assert_null(service_of_address(&services, &address));
    address.record = "SPF.lab";
    address.origin = SENDER_DECLARED;
    assert_null(service_of_address(&services, &address));
    address.origin = SENDER_SPF;
    address.hosts = half; /* hosts that it is of say more */
    address.host_count = 2;
    assert_null(service_of_address(&services, &address));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(services_of_zones), cmocka_unit_test(whose_servers)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
