/* The table of providers against the facts that it was made from, where these are at hand: what it holds is told there,
 * and what it does without is listed here with the reason.  So a line is neither lost nor invented. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/records/provider.h"

#define SOURCE "../shared/providers.tsv"

enum { F_ID, F_NAME, F_KIND, F_MX, F_SPF, F_SELECTORS, F_FORM, F_RETURN_PATH, F_SIGNER, F_NOTES, F_SOURCE, FIELDS };

/* Lines of the source that are no lines of the table, and why. */
static const struct {
    const char *id, *why;
} left_out[] = {
    {"google-groups", "nothing of it is published in the customer's zone"},
    {"eop", "MX and include are those of Microsoft 365, which is recognised by them"},
    {"godaddy-cpanel",
     "the include is that of GoDaddy's mailboxes, which are recognised by it; MX is the domain's own"},
    {"workmail", "MX, include and aliases are those of Amazon SES, which is recognised by them; it ends 2027-03-31"},
    {"cpanel", "a pattern of the domain's own names: its server is judged like any other"},
    {"plesk", "a pattern of the domain's own names: its server is judged like any other"},
    {"allinkl", "MX and SPF were not seen, and a selector's name shows nobody"},
    {"resend", "MX and include are those of Amazon SES, which is recognised by them; a selector's name shows nobody"},
    {"customerio", "the include is Mailgun's, which is recognised by it"},
    {"emailoctopus", "what its aliases lead to was not seen"},
    {"mailrelay", "SPF and what its aliases lead to were not seen"},
    {"gorgias", "what its aliases lead to was not seen"},
    {"mxguarddog", "MX was not seen"},
    {"sendmarc", "shows by NS records of _domainkey only, which nobody asks for"},
    {"fraudmarc", "shows by NS records of _domainkey only, which nobody asks for"},
};

/* Single facts that the table does without, and why. */
static const struct {
    const char *id, *item, *why;
} not_taken[] = {
    {"outlook-personal", "outlook.com",
     "an old include of all of Microsoft's, which leads on to that of Microsoft 365"},
    {"outlook-personal", "hotmail.com", "the same"},
    {"acs", "spf.protection.outlook.com", "that of Microsoft 365, which does not show this service"},
    {"godaddy-m365", "mail.protection.outlook.com", "that of Microsoft 365, as which it is sold"},
    {"godaddy-m365", "selector*-*._domainkey.netorgft*.onmicrosoft.com", "the same"},
    {"godaddy-m365", "*.dkim.mail.microsoft", "the same"},
    {"ionos", "mx00.ionos.*", "anybody may register such a name under some suffix: those that are known stand there"},
    {"ionos", "mx01.ionos.*", "the same"},
    {"bluehost", "mail.<domain>", "the domain's own name"},
    {"dreamhost", "relay.mailchannels.net", "that of MailChannels, which is recognised by it"},
    {"leadconnector", "mailgun.org", "that of Mailgun, which is recognised by it"},
    {"trendmicro", "trendmicro.com", "Trend Micro's own mail, too"},
    {"trendmicro", "trendmicro.eu", "the same"},
    {"cloudflare-sending", "_spf.mx.cloudflare.net", "at a bounce domain only: else it is that of the routing"},
};

static const char *why_left_out(const char *id)
{
    for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++)
        if (strcmp(left_out[i].id, id) == 0)
            return left_out[i].why;
    return NULL;
}

static bool is_not_taken(const char *id, const char *item)
{
    for (size_t i = 0; i < sizeof not_taken / sizeof *not_taken; i++)
        if (strcmp(not_taken[i].id, id) == 0 && strcmp(not_taken[i].item, item) == 0)
            return true;
    return false;
}

/* "<domain>" and "*" stand for something; "a:" and "exists:" are terms of SPF. */
static const char *example_of_source(struct arena *arena, const char *item)
{
    const char *text = "", *colon = strchr(item, ':');

    for (const char *at = colon ? colon + 1 : item; *at; at++) {
        if (*at == '<')
            at += strcspn(at, ">");
        text = *at == '*' || *at == '>' ? str_printf(arena, "%sx7", text) : str_printf(arena, "%s%c", text, *at);
    }
    return text;
}

/* How many facts of a field the table has; each that it has not must be told of above. */
static size_t facts_taken(struct arena *arena, const struct provider *p, const char *field,
                          bool (*has)(const struct provider *, const char *))
{
    size_t taken = 0;

    for (size_t length; *field; field += length + (field[length] == ',')) {
        const char *item = str_text(arena, (struct str){field, length = strcspn(field, ",")});
        bool is_taken;

        if (strcmp(item, "?") == 0)
            continue;
        is_taken = has(p, example_of_source(arena, item));
        if (is_taken == is_not_taken(p->id, item))
            fail_msg("%s: \"%s\" is %s", p->id, item,
                     is_taken ? "in the table, and told to be not" : "not in the table");
        taken += is_taken;
    }
    return taken;
}

static void check_selectors(const struct provider *p, const char *field)
{
    const char *list = p->selectors, *item;

    for (size_t length; (length = provider_item(&list, &item)) > 0;) {
        bool found = false;

        for (const char *at = field; *at; at += strcspn(at, ",") + (at[strcspn(at, ",")] == ','))
            found = found || (strcspn(at, ",") == length && memcmp(at, item, length) == 0);
        if (!found)
            fail_msg("%s: selector \"%.*s\" is not in the source", p->id, (int)length, item);
    }
}

/* False: it was left out. */
static bool compare_line(struct arena *arena, char *line, size_t *facts)
{
    static const char marks[] = {[SOURCE_PROVIDER] = 'P', [SOURCE_ZONES] = 'Z', [SOURCE_THIRD_PARTY] = 'T'};
    const char *fields[FIELDS] = {"", "", "", "", "", "", "", "", "", "", ""};
    const struct provider *p;

    for (size_t i = 0; line && i < FIELDS; i++)
        fields[i] = strsep(&line, "\t\n");
    p = provider_from_id(fields[F_ID]);
    if (!p == !why_left_out(fields[F_ID]))
        fail_msg("%s: %s", fields[F_ID],
                 p ? "in the table, and told to be left out" : "neither in the table nor left out");
    if (!p)
        return false;
    if (fields[F_SOURCE][1] != marks[p->mark])
        fail_msg("%s: the source is marked %.3s", p->id, fields[F_SOURCE]);
    *facts +=
        facts_taken(arena, p, fields[F_MX], provider_has_mx) + facts_taken(arena, p, fields[F_SPF], provider_has_spf);
    if (strncmp(fields[F_FORM], "cname:", 6) == 0)
        *facts += facts_taken(arena, p, fields[F_FORM] + 6, provider_has_target);
    check_selectors(p, fields[F_SELECTORS]);
    return true;
}

static void the_table_holds_what_its_source_says(void **state)
{
    FILE *file = fopen(SOURCE, "r");
    struct arena *arena = arena_new(SIZE_MAX);
    char line[8192];
    size_t lines = 0, taken = 0, facts = 0;

    (void)state;
    if (!file) {
        print_message("%s is not here: nothing to compare with\n", SOURCE);
        arena_free(arena);
        skip();
    }
    assert_non_null(fgets(line, sizeof line, file)); /* the names of the fields */
    while (fgets(line, sizeof line, file)) {
        lines++;
        taken += compare_line(arena, line, &facts);
    }
    fclose(file);
    arena_free(arena);
    print_message("%zu of %zu lines, %zu facts; %zu lines and %zu facts left out, each for a reason\n", taken, lines,
                  facts, lines - taken, sizeof not_taken / sizeof *not_taken);
    assert_int_equal(taken, provider_count());
    assert_int_equal(lines - taken, sizeof left_out / sizeof *left_out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_holds_what_its_source_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
