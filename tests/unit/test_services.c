/* The services of a domain: what is asked for on their account, and whose they are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/name.h"
#include "tests/unit/file_text.h"
#include "tests/unit/recognise.h"

/* ---- what is asked for ---- */

static const struct {
    const char *about, *mx, *spf, *target;
    const char *ids;
    size_t tried; /* selectors, that of nobody counted, and return paths */
} worlds[] = {
    {"nobody known", "mx.good.lab", "v=spf1 mx -all", "", "", 0},
    {"a service without fixed selectors", "inbound-smtp.eu-west-1.amazonaws.com", "v=spf1 -all", "", " ses", 0},
    {"one service", "smtp.google.com", "v=spf1 include:_spf.google.com ~all", "", " google", 2},
    {"one known by its return path", "mx.good.lab", "v=spf1 mx include:spf.mtasv.net -all", "", " postmark", 1},
    {"selectors before return paths", "mx.good.lab",
     "v=spf1 include:spf.mailjet.com include:spf.mail.intercom.io include:_spf.mailersend.net -all", "",
     " mailjet intercom mailersend", 6},
    {"its selector declared", "smtp.google.com", "v=spf1 include:_spf.google.com ~all", ", \"selectors\": [\"google\"]",
     " google", 2},
    {"a migration", "smtp.google.com", "v=spf1 include:_spf.google.com include:spf.protection.outlook.com ~all", "",
     " google m365", 6},
    {"many", "smtp.google.com",
     "v=spf1 include:_spf.google.com include:servers.mcsv.net include:sendgrid.net include:mail.zendesk.com "
     "include:spf.brevo.com include:spf.mandrillapp.com ~all",
     "", " google sendgrid mailchimp mandrill brevo zendesk", 6},
    {"sold by another", "good-lab.mail.protection.outlook.com", "v=spf1 include:secureserver.net -all", "",
     " godaddy-m365", 3},
    {"that other alone", "mx.good.lab", "v=spf1 include:secureserver.net -all", "", " godaddy", 3},
    {"named, and not let pass", "mx.good.lab", "v=spf1 -include:_spf.google.com -all", "", " google", 2},
};

/* Of one of the lists of every provider, the question for each item. */
static const char *each_key(struct arena *arena, const char *text, const char *list, const char *below)
{
    const char *item;

    for (size_t length; (length = provider_item(&list, &item)) > 0;) {
        const char *key = str_printf(arena, "dns:%.*s%s.good.lab/TXT\n", (int)length, item, below);

        if (!strstr(text, key))
            text = str_printf(arena, "%s%s", text, key);
    }
    return text;
}

/* All that is tried of the table, a line each. */
static const char *usual_names(struct arena *arena)
{
    const char *text = "dns:mailready-1767225600._domainkey.good.lab/TXT\n";

    for (size_t i = 0; i < provider_count(); i++) {
        text = each_key(arena, text, provider_at(i)->selectors, "._domainkey");
        text = each_key(arena, text, provider_at(i)->return_paths, "");
    }
    return text;
}

/* What nobody asks for is not among an audit's evidence. */
static const char *absences(struct arena *arena)
{
    const char *text = "";

    for (const char *line = usual_names(arena); *line; line += strcspn(line, "\n") + 1)
        text = str_printf(arena, "%s, \"%.*s\": \"nxdomain\"", text, (int)strcspn(line, "\n"), line);
    return text;
}

static size_t tried(struct arena *arena, const struct seen *seen)
{
    size_t count = 0;

    for (const char *line = usual_names(arena); *line; line += strcspn(line, "\n") + 1)
        count += strstr(seen->asked, str_text(arena, (struct str){line, strcspn(line, "\n") + 1})) != NULL;
    return count;
}

static void few_names_are_tried(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof worlds / sizeof *worlds; i++) {
        struct arena *arena = arena_new(SIZE_MAX);
        struct seen seen =
            recognise(arena,
                      str_printf(arena, "\"dns:good.lab/MX\": [\"10 %s\"], \"dns:good.lab/TXT\": [\"%s\"]%s",
                                 worlds[i].mx, worlds[i].spf, absences(arena)),
                      worlds[i].target);

        if (strcmp(seen.ids, worlds[i].ids) != 0 || tried(arena, &seen) != worlds[i].tried)
            fail_msg("%s:%s, %zu names tried", worlds[i].about, seen.ids, tried(arena, &seen));
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

    (void)state;
    assert_string_equal(recognise_in(arena, text).ids, "");
    arena_free(arena);
}

/* ---- what it costs ---- */

/* Domains that send through services: tests/cases/services. */
static const char *const hosted[] = {
    "workspace",
    "workspace-no-dkim",
    "m365",
    "m365-no-dkim",
    "m365-behind-gateway",
    "zoho",
    "proton",
    "ses-beside-workspace",
    "mailchimp-refused",
    "mailchimp-authenticated",
    "sendgrid-subdomain",
    "postmark-return-path",
    "two-mailbox-services",
    "forwarder",
};

enum { QUESTIONS_MORE = USUAL_NAMES_TRIED + 1, ROUNDS_MORE = 1, KEY_ROOM = 512 };

#define NO_ANSWER "timeout"

struct cost {
    size_t questions; /* to the resolver */
    size_t confirmed; /* answers that the zone's own servers were asked to confirm */
    size_t rounds;    /* the longest chain of questions of which each needs the answer to one before */
};

static size_t count_lines(const char *text, const char *start)
{
    size_t count = 0;

    for (; *text; text += strcspn(text, "\n") + 1)
        count += strncmp(text, start, strlen(start)) == 0;
    return count;
}

/* What was asked for has its answer from now on, in place of none.  False: it had before. */
static bool learn(const cJSON *world, cJSON *known, const char *asked)
{
    const cJSON *item;
    bool any = false;

    cJSON_ArrayForEach(item, world)
    {
        cJSON *so_far = cJSON_GetObjectItemCaseSensitive(known, item->string);
        char line[KEY_ROOM];

        snprintf(line, sizeof line, "%s\n", item->string);
        if (!strstr(asked, line) || !cJSON_IsString(so_far) || strcmp(so_far->valuestring, NO_ANSWER) != 0)
            continue;
        cJSON_ReplaceItemInObjectCaseSensitive(known, item->string, cJSON_Duplicate(item, true));
        any = true;
    }
    return any;
}

/* Audited again and again, each time with the answers to what was asked for the time before. */
static struct cost cost_of(const char *text)
{
    cJSON *root = cJSON_Parse(text), *world = cJSON_DetachItemFromObjectCaseSensitive(root, "evidence");
    cJSON *known = cJSON_AddObjectToObject(root, "evidence");
    struct cost cost = {.rounds = 0};
    const cJSON *item;
    bool more = true;

    cJSON_ArrayForEach(item, world) cJSON_AddStringToObject(known, item->string, NO_ANSWER);
    while (more) {
        struct arena *arena = arena_new(SIZE_MAX);
        char *so_far = cJSON_PrintUnformatted(root);
        const char *asked = look_at_recording(arena, so_far, NULL, NULL, 0);

        cost.questions = count_lines(asked, "dns:");
        cost.confirmed = count_lines(asked, "dns@");
        more = learn(world, known, asked);
        cost.rounds += more;
        free(so_far);
        arena_free(arena);
    }
    cJSON_Delete(world);
    cJSON_Delete(root);
    return cost;
}

/* Everywhere in the text: "google.com" becomes "xgoogle.com", which is nobody. */
static const char *renamed(struct arena *arena, const char *text, const char *list)
{
    const char *item;

    for (size_t length; (length = provider_item(&list, &item)) > 0;) {
        const char *name = str_text(arena, (struct str){item, length}), *made = "", *at;

        while (name_labels(name) > 2)
            name = name_parent(name);
        for (; (at = strstr(text, name)); text = at + strlen(name))
            made = str_printf(arena, "%s%.*s%s%s", made, (int)(at - text), text, at[-1] == 'x' ? "" : "x", name);
        text = str_printf(arena, "%s%s", made, text);
    }
    return text;
}

static const char *without_services(struct arena *arena, const char *text)
{
    for (size_t i = 0; i < provider_count(); i++) {
        const struct provider *p = provider_at(i);

        text = renamed(arena, renamed(arena, text, p->mx), p->spf);
        text = renamed(arena, renamed(arena, text, p->targets), p->envelopes);
    }
    return text;
}

static const char *recording_of_case(struct arena *arena, const char *name)
{
    static const char *const only_of_cases[] = {"about",    "judge", "expect",  "records",
                                                "services", "yours", "senders", "receivers"};
    char *text = read_file(str_printf(arena, "tests/cases/services/%s.json", name)), *rest;
    cJSON *root = cJSON_Parse(text);
    const char *kept;

    for (size_t i = 0; i < sizeof only_of_cases / sizeof *only_of_cases; i++)
        cJSON_DeleteItemFromObjectCaseSensitive(root, only_of_cases[i]);
    rest = cJSON_PrintUnformatted(root);
    kept = str_text(arena, str_of(rest));
    free(rest);
    free(text);
    cJSON_Delete(root);
    return kept;
}

/* The same worlds with other names for every provider, so that none is recognised. */
static void services_cost_six_questions_and_one_round(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof hosted / sizeof *hosted; i++) {
        struct arena *arena = arena_new(SIZE_MAX);
        const char *text = recording_of_case(arena, hosted[i]);
        struct cost with = cost_of(text), without = cost_of(without_services(arena, text));

        print_message("%-24s %zu questions, %zu to zones, %zu rounds; else %zu, %zu, %zu\n", hosted[i], with.questions,
                      with.confirmed, with.rounds, without.questions, without.confirmed, without.rounds);
        if (with.questions > without.questions + QUESTIONS_MORE ||
            with.confirmed > without.confirmed + USUAL_NAMES_TRIED || with.rounds > without.rounds + ROUNDS_MORE)
            fail_msg("%s costs more than that", hosted[i]);
        arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_names_are_tried),
        cmocka_unit_test(services_cost_six_questions_and_one_round),
        cmocka_unit_test(what_a_service_includes_is_its_own_matter),
        cmocka_unit_test(a_provider_is_not_its_own_customer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
