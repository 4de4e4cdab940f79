/* The table of providers, and the services that are recognised by it: each by every kind of evidence that its line has,
 * and nobody by names that are almost the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/audit/engine.h"
#include "core/audit/recording.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/loop.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/services.h"
#include "core/facts/evidence.h"
#include "core/result/result.h"
#include "probes/probes.h"

enum { RECOGNISED_LEAST = 60, NEAR_NAMES_LEAST = 1000 };

/* ---- the lines of the table ---- */

static bool is_pattern_of_names(const char *item, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!islower((unsigned char)item[i]) && !isdigit((unsigned char)item[i]) && !strchr("-_.*", item[i]))
            return false;
    return length > 0 && item[0] != '.' && item[length - 1] != '.';
}

/* The last two labels. */
static const char *tail_of(const char *name)
{
    while (name_labels(name) > 2)
        name = name_parent(name);
    return name;
}

/* A star in what anybody could register would make anybody the provider; so would a suffix of registries. */
static bool is_anchored(struct arena *arena, const char *item, size_t length)
{
    const char *text = str_text(arena, (struct str){item, length}), *tail = tail_of(text);

    return name_labels(text) >= 2 && !strchr(tail, '*') &&
           (!strchr(name_org_domain(text), '*') || name_is_registered(tail));
}

static void check_patterns(struct arena *arena, const struct provider *p, const char *list)
{
    const char *item;

    for (size_t length; (length = provider_item(&list, &item)) > 0;) {
        if (!is_pattern_of_names(item, length) || !is_anchored(arena, item, length))
            fail_msg("%s: \"%.*s\" is no pattern of names", p->id, (int)length, item);
    }
}

static bool has_a_date(const char *text)
{
    for (; *text; text++)
        if (strncmp(text, "20", 2) == 0 && isdigit((unsigned char)text[2]) && isdigit((unsigned char)text[3]))
            return true;
    return false;
}

static void the_table_is_well_formed(void **state)
{
    static const char marks[] = {[SOURCE_PROVIDER] = 'P', [SOURCE_ZONES] = 'Z', [SOURCE_THIRD_PARTY] = 'T'};
    struct arena *arena = arena_new(SIZE_MAX);

    (void)state;
    for (size_t i = 0; i < provider_count(); i++) {
        const struct provider *p = provider_at(i);
        const char *list = p->selectors, *item;

        if (!p->id || !p->name || !p->owner || !p->source || !p->mark)
            fail_msg("line %zu lacks an id, a name, an owner or a source", i + 1);
        if (provider_from_id(p->id) != p)
            fail_msg("%s: two lines have this id", p->id);
        if (!p->mx && !p->spf && !p->targets)
            fail_msg("%s: nothing to recognise it by", p->id);
        if (p->source[0] != '[' || p->source[1] != marks[p->mark] || p->source[2] != ']')
            fail_msg("%s: the source does not begin with its mark", p->id);
        if ((p->choice == SELECTORS_FIXED) != (p->selectors != NULL) && p->choice != SELECTORS_CHOSEN)
            fail_msg("%s: fixed selectors, and none named; or the other way round", p->id);
        if (p->panel_source && (!p->panel || !has_a_date(p->panel_source)))
            fail_msg("%s: a place without its date", p->id);
        if (p->sold_as && !provider_from_id(p->sold_as))
            fail_msg("%s: sold as a service that is not here", p->id);
        check_patterns(arena, p, p->mx);
        check_patterns(arena, p, p->spf);
        check_patterns(arena, p, p->targets);
        check_patterns(arena, p, p->envelopes);
        for (size_t length; (length = provider_item(&list, &item)) > 0;)
            if (memchr(item, '*', length) || memchr(item, '.', length))
                fail_msg("%s: \"%.*s\" is no selector", p->id, (int)length, item);
    }
    arena_free(arena);
}

/* ---- names that each line is for ---- */

/* The item with something in the place of its stars. */
static const char *example(struct arena *arena, const char *item, size_t length)
{
    const char *text = "";

    for (size_t i = 0; i < length; i++)
        text = item[i] == '*' ? str_printf(arena, "%s%s", text, "x7") : str_printf(arena, "%s%c", text, item[i]);
    return text;
}

struct seen {
    struct arena *arena;
    const char *ids; /* " google ses" */
    size_t tried;
    bool done;
};

static void look(struct run *run, void *arg)
{
    struct seen *seen = arg;
    const struct services *services = need_services(run);

    seen->ids = "";
    for (size_t i = 0; services->complete && i < services->count; i++)
        seen->ids = str_printf(seen->arena, "%s %s", seen->ids, services->at[i].provider->id);
}

static void take(void *arg, const struct result *result)
{
    struct seen *seen = arg;

    for (size_t i = 0; i < result->evidence_count; i++)
        seen->tried += strstr(result->evidence[i]->text, "._domainkey.") != NULL;
    seen->done = true;
}

static struct seen recognise(struct arena *arena, const char *evidence, const char *selectors)
{
    const char *text =
        str_printf(arena,
                   "{\"mailready_evidence\": 1, \"target\": {\"domain\": \"good.lab\", \"selectors\": [%s]}, "
                   "\"evidence\": {%s}}",
                   selectors, evidence);
    const char *why = "";
    struct recording *recording = recording_read(arena, text, strlen(text), &why);
    struct engine_config config = {
        .probes = all_probes, .probe_count = all_probe_count, .audit_ms = AUDIT_MS, .replay = recording};
    struct loop *loop = loop_new();
    struct engine *engine = recording ? engine_new(loop, &config, &why) : NULL;
    struct seen seen = {.arena = arena};

    if (!engine || !engine_ask(engine, recording_target(recording), look, take, &seen))
        fail_msg("%s\n%s", why, text);
    while (!seen.done)
        loop_run(loop);
    engine_free(engine);
    loop_free(loop);
    recording_free(recording);
    return seen;
}

static struct seen with_mx(struct arena *arena, const char *host)
{
    return recognise(arena,
                     str_printf(arena, "\"dns:good.lab/MX\": [\"10 %s\"], \"dns:good.lab/TXT\": \"nodata\"", host), "");
}

static struct seen with_spf(struct arena *arena, const char *terms)
{
    return recognise(
        arena, str_printf(arena, "\"dns:good.lab/MX\": \"nodata\", \"dns:good.lab/TXT\": [\"v=spf1 %s\"]", terms), "");
}

static struct seen with_alias(struct arena *arena, const char *target)
{
    return recognise(arena,
                     str_printf(arena,
                                "\"dns:good.lab/MX\": \"nodata\", \"dns:good.lab/TXT\": \"nodata\", "
                                "\"dns:zz._domainkey.good.lab/TXT\": {\"records\": [\"p=x\"], "
                                "\"chain\": [[\"zz._domainkey.good.lab\", \"%s\"]]}",
                                target),
                     "\"zz\"");
}

static bool has_id(const struct seen *seen, const struct provider *p)
{
    const char *padded = str_printf(seen->arena, "%s ", seen->ids);

    return strstr(padded, str_printf(seen->arena, " %s ", p->id)) != NULL;
}

/* An include of a name that is not there is nothing, but a name that SPF leads to all the same. */
static bool is_recognised(struct arena *arena, const struct provider *p, const char *list,
                          struct seen (*how)(struct arena *, const char *), const char *before)
{
    const char *item;
    bool all = true;

    for (size_t length; (length = provider_item(&list, &item)) > 0;) {
        const char *name = example(arena, item, length);
        struct seen seen = how(arena, str_printf(arena, "%s%s", before, name));

        if (has_id(&seen, p))
            continue;
        print_error("%s: not by %s, which is for:%s\n", p->id, name, seen.ids);
        all = false;
    }
    return all;
}

static void each_is_recognised_by_each_evidence(void **state)
{
    size_t recognised = 0;

    (void)state;
    for (size_t i = 0; i < provider_count(); i++) {
        const struct provider *p = provider_at(i);
        struct arena *arena = arena_new(SIZE_MAX);

        if (!p->sold_as &&
            (!is_recognised(arena, p, p->mx, with_mx, "") || !is_recognised(arena, p, p->mx, with_mx, "a.b.") ||
             !is_recognised(arena, p, p->spf, with_spf, "include:") ||
             !is_recognised(arena, p, p->spf, with_spf, "redirect=") ||
             !is_recognised(arena, p, p->spf, with_spf, "a:") || !is_recognised(arena, p, p->targets, with_alias, "")))
            fail_msg("%s is not recognised", p->id);
        recognised++;
        arena_free(arena);
    }
    assert_true(recognised >= RECOGNISED_LEAST);
}

/* ---- names that are almost theirs ---- */

static size_t near(struct arena *arena, const char *list, const char *(*make)(struct arena *, const char *),
                   struct seen (*how)(struct arena *, const char *), const char *before)
{
    const char *item;
    size_t count = 0;

    for (size_t length; (length = provider_item(&list, &item)) > 0;) {
        const char *name = make(arena, example(arena, item, length));
        struct seen seen;

        if (!name)
            continue;
        seen = how(arena, str_printf(arena, "%s%s", before, name));
        count++;
        if (*seen.ids)
            fail_msg("%s%s is taken for%s", before, name, seen.ids);
    }
    return count;
}

static const char *glued_behind(struct arena *arena, const char *name)
{
    return str_printf(arena, "%s.evil.example", name);
}

/* Its organisation, with something glued to it: "evilgoogle.com". */
static const char *glued_before(struct arena *arena, const char *name)
{
    const char *tail = tail_of(name);

    return str_printf(arena, "%.*sevil%s", (int)(tail - name), name, tail);
}

static const char *glued_as_suffix(struct arena *arena, const char *name)
{
    return str_printf(arena, "%sx", name);
}

static const char *as_one_label(struct arena *arena, const char *name)
{
    char *text = strdup(name);
    const char *made;

    for (char *at = text; *at; at++)
        *at = *at == '.' ? '-' : *at;
    made = str_printf(arena, "%s.example", text);
    free(text);
    return made;
}

/* Without the label that its organisation registered: "aspmx.l.com". */
static const char *without_a_label(struct arena *arena, const char *name)
{
    const char *tail = tail_of(name);

    return tail == name ? NULL : str_printf(arena, "%.*s%s", (int)(tail - name), name, name_parent(tail));
}

static void nobody_is_recognised_by_a_near_name(void **state)
{
    const char *(*const makers[])(struct arena *, const char *) = {glued_behind, glued_before, glued_as_suffix,
                                                                   as_one_label, without_a_label};
    size_t count = 0;

    (void)state;
    for (size_t i = 0; i < provider_count(); i++) {
        const struct provider *p = provider_at(i);
        struct arena *arena = arena_new(SIZE_MAX);

        for (size_t m = 0; m < sizeof makers / sizeof *makers; m++) {
            count += near(arena, p->mx, makers[m], with_mx, "");
            count += near(arena, p->spf, makers[m], with_spf, "include:");
            count += near(arena, p->targets, makers[m], with_alias, "");
        }
        arena_free(arena);
    }
    print_message("%zu near names\n", count);
    assert_true(count >= NEAR_NAMES_LEAST);
}

/* ---- what is asked for ---- */

static const struct {
    const char *about, *mx, *spf, *selectors;
    const char *ids;
    size_t tried; /* selectors, that of nobody counted */
} worlds[] = {
    {"nobody known", "mx.good.lab", "v=spf1 mx -all", "", "", 0},
    {"a service without fixed selectors", "inbound-smtp.eu-west-1.amazonaws.com", "v=spf1 -all", "", " ses", 0},
    {"one service", "smtp.google.com", "v=spf1 include:_spf.google.com ~all", "", " google", 2},
    {"its selector declared", "smtp.google.com", "v=spf1 include:_spf.google.com ~all", "\"google\"", " google", 2},
    {"a migration", "smtp.google.com", "v=spf1 include:_spf.google.com include:spf.protection.outlook.com ~all", "",
     " google m365", 4},
    {"many", "smtp.google.com",
     "v=spf1 include:_spf.google.com include:servers.mcsv.net include:sendgrid.net include:mail.zendesk.com "
     "include:spf.brevo.com include:spf.mandrillapp.com ~all",
     "", " google sendgrid mailchimp mandrill brevo zendesk", 6},
    {"sold by another", "good-lab.mail.protection.outlook.com", "v=spf1 include:secureserver.net -all", "",
     " godaddy-m365", 3},
    {"that other alone", "mx.good.lab", "v=spf1 include:secureserver.net -all", "", " godaddy", 3},
    {"named, and not let pass", "mx.good.lab", "v=spf1 -include:_spf.google.com -all", "", " google", 2},
};

/* For every selector of the table; what nobody asks for is not among an audit's evidence. */
static const char *absences(struct arena *arena)
{
    const char *text = ", \"dns:mailready-1767225600._domainkey.good.lab/TXT\": \"nxdomain\"", *item;

    for (size_t i = 0; i < provider_count(); i++) {
        const char *list = provider_at(i)->selectors;

        for (size_t length; (length = provider_item(&list, &item)) > 0;) {
            const char *key = str_printf(arena, ", \"dns:%.*s._domainkey.good.lab/TXT\"", (int)length, item);

            if (!strstr(text, key))
                text = str_printf(arena, "%s%s: \"nxdomain\"", text, key);
        }
    }
    return text;
}

static void few_selectors_are_tried(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof worlds / sizeof *worlds; i++) {
        struct arena *arena = arena_new(SIZE_MAX);
        struct seen seen =
            recognise(arena,
                      str_printf(arena, "\"dns:good.lab/MX\": [\"10 %s\"], \"dns:good.lab/TXT\": [\"%s\"]%s",
                                 worlds[i].mx, worlds[i].spf, absences(arena)),
                      worlds[i].selectors);

        if (strcmp(seen.ids, worlds[i].ids) != 0 || seen.tried != worlds[i].tried)
            fail_msg("%s:%s, %zu names of selectors", worlds[i].about, seen.ids, seen.tried);
        arena_free(arena);
    }
}

/* What a service's own record includes is no service of the domain's. */
static void what_a_service_includes_is_its_own_matter(void **state)
{
    struct arena *arena = arena_new(SIZE_MAX);
    struct seen seen =
        recognise(arena,
                  "\"dns:good.lab/MX\": \"nodata\", \"dns:good.lab/TXT\": [\"v=spf1 include:email.freshdesk.com "
                  "include:agency.example -all\"], \"dns:email.freshdesk.com/TXT\": [\"v=spf1 include:sendgrid.net "
                  "-all\"], \"dns:agency.example/TXT\": [\"v=spf1 include:_spf.google.com -all\"]",
                  "");

    (void)state;
    assert_string_equal(seen.ids, " google freshdesk");
    arena_free(arena);
}

/* The provider itself is not its own customer: faults of its hosts are its own. */
static void a_provider_is_not_its_own_customer(void **state)
{
    const char *text = "{\"mailready_evidence\": 1, \"target\": {\"domain\": \"google.com\"}, \"evidence\": {"
                       "\"dns:google.com/MX\": [\"10 smtp.google.com\"], "
                       "\"dns:google.com/TXT\": [\"v=spf1 include:_spf.google.com ~all\"]}}";
    struct arena *arena = arena_new(SIZE_MAX);
    const char *why = "";
    struct recording *recording = recording_read(arena, text, strlen(text), &why);
    struct engine_config config = {
        .probes = all_probes, .probe_count = all_probe_count, .audit_ms = AUDIT_MS, .replay = recording};
    struct loop *loop = loop_new();
    struct engine *engine = engine_new(loop, &config, &why);
    struct seen seen = {.arena = arena};

    (void)state;
    assert_true(engine_ask(engine, recording_target(recording), look, take, &seen));
    while (!seen.done)
        loop_run(loop);
    assert_string_equal(seen.ids, "");
    engine_free(engine);
    loop_free(loop);
    recording_free(recording);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_well_formed),
        cmocka_unit_test(each_is_recognised_by_each_evidence),
        cmocka_unit_test(nobody_is_recognised_by_a_near_name),
        cmocka_unit_test(few_selectors_are_tried),
        cmocka_unit_test(what_a_service_includes_is_its_own_matter),
        cmocka_unit_test(a_provider_is_not_its_own_customer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
