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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_names_are_tried),
        cmocka_unit_test(what_a_service_includes_is_its_own_matter),
        cmocka_unit_test(a_provider_is_not_its_own_customer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
