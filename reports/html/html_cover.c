/* reports/html/html_cover.c - the first page: whose domain, by whom, the verdict, one sentence, the contents, and five
 * tiles. */
#include "reports/html/html.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/list_text.h"
#include "core/base/str.h"
#include "core/derive/resolver.h"
#include "core/derive/services.h"
#include "core/result/receiver.h"
#include "reports/difference.h"
#include "reports/plan_text.h"
#include "reports/services.h"
#include "reports/summary.h"
#include "reports/words.h"

enum { SELECTORS_NAMED = 4, ADDRESSES_NAMED = 2 };

const char *html_date(struct arena *arena, int64_t seconds)
{
    static const char *const months[] = {"January", "February", "March",     "April",   "May",      "June",
                                         "July",    "August",   "September", "October", "November", "December"};
    const char *text = time_text(arena, seconds);
    int month;

    if (strlen(text) != strlen("2026-11-24T23:42:03Z"))
        return text;
    month = (text[5] - '0') * 10 + text[6] - '1';
    return str_printf(arena, "%.*s %s %.4s, %.5s UTC", text[8] == '0' ? 1 : 2, text + (text[8] == '0' ? 9 : 8),
                      months[month], text, text + 11);
}

static void fact(struct sink *sink, const char *name, const char *text)
{
    ELEMENT(sink, "<dt>", name, "</dt>");
    ELEMENT(sink, "<dd>", text, "</dd>\n");
}

static const char *vantage_text(struct arena *arena, const struct vantage *vantage)
{
    struct list_text list = list_text(arena, ", ", ADDRESSES_NAMED + 1);

    list_add(&list, vantage->host ? vantage->host : "an unnamed machine");
    for (size_t i = 0; i < vantage->address_count && i < ADDRESSES_NAMED; i++)
        list_add(&list, ip_text(arena, &vantage->addresses[i]));
    return list_end(&list);
}

static const char *resolvers_text(struct arena *arena, const struct result *result)
{
    struct list_text list = list_text(arena, ", ", ADDRESSES_NAMED + 1);

    for (size_t i = 0; i < result->vantage->resolver_count; i++)
        list_add(&list, result->vantage->resolvers[i]);
    return str_printf(arena, "%s (%s%s%s)", list_end(&list), resolver_trust_text(result),
                      result->instrument ? "; " : "",
                      result->instrument ? instrument_text(arena, result->instrument) : "");
}

static size_t sending_addresses(const struct result *result)
{
    size_t count = 0;

    for (size_t i = 0; result->inventory && i < result->inventory->address_count; i++)
        count += address_is_sender(&result->inventory->addresses[i]);
    return count;
}

static size_t sending_services(const struct result *result)
{
    size_t count = 0;

    for (size_t i = 0; result->services && i < result->services->count; i++)
        count += (result->services->at[i].roles & SERVICE_SENDS) != 0;
    return count;
}

static const char *counted(struct arena *arena, size_t count, const char *one, const char *many)
{
    return str_printf(arena, "%zu %s", count, count == 1 ? one : many);
}

static const char *scope_text(struct arena *arena, const struct result *result)
{
    size_t addresses = sending_addresses(result), services = sending_services(result);
    struct list_text list = list_text(arena, ", ", 3), selectors = list_text(arena, ", ", SELECTORS_NAMED);

    for (size_t i = 0; i < result->target->selector_count; i++)
        list_add(&selectors, result->target->selectors[i]);
    if (addresses || !services)
        list_add(&list, counted(arena, addresses, "sending address", "sending addresses"));
    if (services)
        list_add(&list, counted(arena, services, "service that sends", "services that send"));
    list_add(&list, selectors.count ? str_printf(arena, "DKIM selector%s %s", selectors.count == 1 ? "" : "s",
                                                 list_end(&selectors))
                                    : "no DKIM selector named");
    return list_end(&list);
}

static const char *rules_text(struct arena *arena, const struct result *result)
{
    long age = receiver_rules_age_days(result->started_s);
    const char *day = receiver_rules_date();

    if (age <= 0)
        return str_printf(arena, "as of %s", day);
    return str_printf(arena, "as of %s, %ld day%s old%s", day, age, age == 1 ? "" : "s",
                      age > RECEIVER_RULES_OLD_DAYS ? ": receivers may have changed theirs since" : "");
}

static void facts(struct report *report, const struct result *result)
{
    const struct letterhead *letterhead = &result->target->letterhead;
    struct arena *arena = report->arena;
    struct sink *sink = &report->sink;

    sink_literal(sink, "<dl class=\"facts\">\n");
    if (letterhead->client)
        fact(sink, "For", letterhead->client);
    if (letterhead->consultant)
        fact(sink, "By", letterhead->consultant);
    if (result->target->owner)
        fact(sink, "Owner", result->target->owner);
    fact(sink, "When", html_date(arena, result->started_s));
    if (result->vantage)
        fact(sink, "Seen from", vantage_text(arena, result->vantage));
    fact(sink, "Scope", scope_text(arena, result));
    if (result->receiver_count)
        fact(sink, "Rules", rules_text(arena, result));
    if (report->gate->difference)
        fact(sink, "Before", difference_summary(arena, report->gate->difference));
    sink_literal(sink, "</dl>\n");
}

void html_logo(struct sink *sink, const struct letterhead *letterhead)
{
    if (!letterhead->logo)
        return;
    ELEMENT(sink, "<p class=\"logo\"><img alt=\"", letterhead->consultant ? letterhead->consultant : "Logo",
            "\" src=\"");
    ELEMENT(sink, "data:", letterhead->logo_type, ";base64,");
    ELEMENT(sink, "", letterhead->logo, "\"></p>\n");
}

static void plan(struct report *report, const struct result *result)
{
    if (!result->plan)
        return;
    ELEMENT(&report->sink, "<p class=\"plan\"><strong>", plan_text(report->arena, result), "</strong> ");
    ELEMENT(&report->sink, "", plan_answers_text(report->arena, result), "</p>\n");
}

static void sentences(struct report *report, const struct result *result)
{
    const char *lead = summary_sentence(report->arena, result), *verdict = verdict_sentence(report->arena, result);
    const char *next = services_next(report->arena, result);
    const char *open = summary_not_checked(report->arena, result);
    struct sink *sink = &report->sink;

    ELEMENT(sink, "<p class=\"sentence\">", lead, "</p>\n");
    if (strncmp(lead, verdict, strlen(verdict)) != 0)
        ELEMENT(sink, "<p>", verdict, "</p>\n");
    if (next)
        ELEMENT(sink, "<p>", next, "</p>\n");
    if (open)
        ELEMENT(sink, "<p>Not checked, or not known: ", open, ".</p>\n");
}

static void counts(struct sink *sink, const size_t numbers[STATUS_COUNT])
{
    static const enum status order[] = {FAIL, WARN, UNKNOWN, NOTE, PASS, SKIPPED};

    sink_literal(sink, "<ul class=\"counts\">\n");
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        if (numbers[order[i]] == 0)
            continue;
        sink_literal(sink, "<li class=\"");
        sink_text(sink, status_word(order[i]));
        sink_literal(sink, "\"><span aria-hidden=\"true\">");
        sink_text(sink, status_symbol(order[i], true));
        sink_literal(sink, "</span> <b>");
        sink_number(sink, (long long)numbers[order[i]]);
        ELEMENT(sink, "</b> ", status_label(order[i]), "</li>\n");
    }
    sink_literal(sink, "</ul>\n");
}

static void tiles(struct report *report, const struct result *result)
{
    struct tile all[TILE_COUNT];
    struct sink *sink = &report->sink;

    summary_tiles(report->arena, result, all);
    sink_literal(sink, "<ul class=\"tiles\">\n");
    for (size_t i = 0; i < TILE_COUNT; i++) {
        ELEMENT(sink, "<li class=\"tile ", status_word(all[i].status), "\"><p class=\"asks\">");
        ELEMENT(sink, "", all[i].asks, "</p><p class=\"what\"><span class=\"sign ");
        ELEMENT(sink, "", status_word(all[i].status), "\" aria-hidden=\"true\">");
        ELEMENT(sink, "", status_symbol(all[i].status, true), "</span> <b>");
        ELEMENT(sink, "", all[i].title, "</b></p><p class=\"state\">");
        ELEMENT(sink, "<span class=\"unseen\">", status_label(all[i].status), ": </span>");
        ELEMENT(sink, "", all[i].words, "</p></li>\n");
    }
    sink_literal(sink, "</ul>\n");
}

/* On paper it stands on every page. */
static void running_title(struct report *report, const struct result *result)
{
    const struct letterhead *letterhead = &result->target->letterhead;
    struct sink *sink = &report->sink;

    if (report->options.several)
        return;
    ELEMENT(sink, "<p class=\"running\" aria-hidden=\"true\">Mail readiness of ", result->target->domain, "");
    ELEMENT(sink, " \xc2\xb7 ", html_date(report->arena, result->started_s), "");
    if (letterhead->client)
        ELEMENT(sink, " \xc2\xb7 ", letterhead->client, "");
    sink_literal(sink, "</p>\n");
}

bool html_has_unicode(const struct target *target)
{
    return target->unicode && strcmp(target->unicode, target->domain) != 0;
}

void html_cover(struct report *report, const struct result *result,
                void (*contents)(struct report *, const struct result *))
{
    struct sink *sink = &report->sink;
    const struct target *target = result->target;

    running_title(report, result);
    ELEMENT(sink, "<header class=\"hero ", status_word(verdict_as_status(result->verdict)), "\">\n");
    sink_literal(sink, "<div class=\"cover\">\n<div class=\"lead\">\n"
                       "<p class=\"kicker\">Outbound mail readiness</p>\n");
    ELEMENT(sink, "<h1>", target->domain, "</h1>\n");
    if (html_has_unicode(target))
        ELEMENT(sink, "<p class=\"unicode\">", target->unicode, "</p>\n");
    plan(report, result);
    sink_literal(sink, "<p class=\"verdict\">");
    html_badge(sink, verdict_as_status(result->verdict), verdict_title(report->arena, result));
    sink_literal(sink, "</p>\n");
    sentences(report, result);
    sink_literal(sink, "</div>\n<div class=\"letter\">\n");
    html_logo(sink, &target->letterhead);
    facts(report, result);
    sink_literal(sink, "</div>\n</div>\n");
    tiles(report, result);
    contents(report, result);
    sink_literal(sink, "</header>\n");
}

void html_setting(struct report *report, const struct result *result)
{
    struct sink *sink = &report->sink;

    sink_literal(sink, "<p>Everything that was checked, by result:</p>\n");
    counts(sink, result->counts);
    sink_literal(sink, "<dl class=\"facts wide\">\n");
    fact(sink, "Took", elapsed_text(report->arena, result->elapsed_ms));
    if (result->vantage)
        fact(sink, "Resolver", resolvers_text(report->arena, result));
    sink_literal(sink, "</dl>\n");
}
