/* reports/html/html_index.c - the index of many domains: totals, what is amiss with most of them, and a row for each.
 *
 * A row is as short as can be, since there may be ten thousand: what it has of colour, words before a value on a
 * narrow screen and the like comes from the style sheet.
 */
#include "reports/html/html_index.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/list_text.h"
#include "core/base/str.h"
#include "core/result/receiver.h"
#include "reports/html/html.h"
#include "reports/overview.h"
#include "reports/words.h"

enum { CAUSES_SHOWN = 20, OWNERS_SHOWN = 200, RESOLVERS_SHOWN = 4 };

struct report_index {
    struct overview overview;
    const char *host, *resolvers; /* of the first result; NULL */
    struct letterhead letterhead; /* what all results have of it */
};

/* "10,000" */
static const char *grouped(struct arena *arena, size_t number)
{
    if (number < 1000)
        return str_printf(arena, "%zu", number);
    return str_printf(arena, "%s,%03zu", grouped(arena, number / 1000), number % 1000);
}

static const char *domains_text(struct arena *arena, size_t number)
{
    return number == 1 ? "1 domain" : str_printf(arena, "%s domains", grouped(arena, number));
}

static enum verdict worst_verdict(const struct overview *overview)
{
    for (int verdict = VERDICT_NOT_READY; verdict > VERDICT_READY; verdict--)
        if (overview->verdicts[verdict])
            return (enum verdict)verdict;
    return VERDICT_READY;
}

/* ---- the top ---- */

static void warn(struct sink *sink, const char *bold, const char *text)
{
    ELEMENT(sink, "<p class=\"caveat\"><strong>", bold, "</strong> ");
    ELEMENT(sink, "", text, "</p>\n");
}

static void caveats(struct report *report, const struct overview *overview)
{
    struct sink *sink = &report->sink;
    const char *of = str_printf(report->arena, "%s of %s", grouped(report->arena, overview->planned),
                                domains_text(report->arena, overview->count));

    if (report->is_cut_short)
        warn(sink, "Not all domains are here.",
             "The run ended before all were audited, or pages could not be written. Nothing is known of those that are "
             "missing.");
    if (overview->planned)
        warn(sink, "This speaks of a plan.",
             str_printf(report->arena, "%s are judged as if records were published that are not.", of));
    if (overview->partial)
        warn(sink, "Not everything was asked for.",
             "Checks, senders or address families were left out: \"ready\" means as far as asked. Each page tells.");
}

static void sentence(struct report *report, const struct overview *overview)
{
    static const struct {
        enum verdict verdict;
        const char *one, *several;
    } sentences[] = {
        {VERDICT_NOT_READY, "is not ready: large receivers refuse its mail, or it cannot flow at all",
         "are not ready: large receivers refuse their mail, or it cannot flow at all"},
        {VERDICT_UNKNOWN, "could not be judged, which says nothing against it",
         "could not be judged, which says nothing against them"},
        {VERDICT_WARNINGS, "can send, with something that some receivers score against it or that breaks easily",
         "can send, with something that some receivers score against them or that breaks easily"},
        {VERDICT_READY, "is ready", "are ready"},
    };
    bool is_first = true;

    sink_literal(&report->sink, "<p class=\"sentence\">");
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++) {
        size_t count = overview->verdicts[sentences[i].verdict];

        if (!count)
            continue;
        if (!is_first)
            sink_literal(&report->sink, "; ");
        ELEMENT(&report->sink, "", grouped(report->arena, count), " ");
        ELEMENT(&report->sink, "", count == 1 ? sentences[i].one : sentences[i].several, "");
        is_first = false;
    }
    sink_literal(&report->sink, ".</p>\n");
}

/* How many of each verdict, which lead to them. */
static void tiles(struct report *report, const struct overview *overview)
{
    struct sink *sink = &report->sink;

    sink_literal(sink, "<nav aria-label=\"Domains by verdict\">\n<ul class=\"tiles\">\n");
    for (int at = VERDICT_NOT_READY; at >= 0; at--) {
        enum verdict verdict = (enum verdict)at;
        enum status status = verdict_as_status(verdict);

        if (!overview->verdicts[verdict])
            continue;
        ELEMENT(sink, "<li class=\"", status_word(status), "\">");
        ELEMENT(sink, "<a href=\"#", verdict_word(verdict), "\"><b>");
        ELEMENT(sink, "", grouped(report->arena, overview->verdicts[verdict]), "</b> <span aria-hidden=\"true\">");
        ELEMENT(sink, "", status_symbol(status, true), "</span> ");
        ELEMENT(sink, "", verdict_label(verdict), "</a></li>\n");
    }
    sink_literal(sink, "</ul>\n</nav>\n");
}

static void facts(struct report *report, const struct report_index *index)
{
    struct sink *sink = &report->sink;
    const char *first = html_date(report->arena, index->overview.first_s);
    const char *last = html_date(report->arena, index->overview.last_s);

    sink_literal(sink, "<dl class=\"facts wide\">\n");
    if (index->letterhead.client)
        QUOTE(sink, "<dt>For</dt><dd>", index->letterhead.client, "</dd>\n");
    if (index->letterhead.consultant)
        QUOTE(sink, "<dt>By</dt><dd>", index->letterhead.consultant, "</dd>\n");
    if (index->overview.last_s) {
        ELEMENT(sink, "<dt>When</dt><dd>", first, "");
        if (strcmp(first, last) != 0)
            ELEMENT(sink, " to ", last, "");
        sink_literal(sink, "</dd>\n");
    }
    if (index->host)
        QUOTE(sink, "<dt>Seen from</dt><dd>", index->host, "</dd>\n");
    if (index->resolvers)
        QUOTE(sink, "<dt>Resolver</dt><dd>", index->resolvers, "</dd>\n");
    ELEMENT(sink, "<dt>Receivers\xe2\x80\x99 rules of</dt><dd>", receiver_rules_date(), "</dd>\n</dl>\n");
}

static void hero(struct report *report, const struct report_index *index)
{
    struct sink *sink = &report->sink;
    const struct overview *overview = &index->overview;

    ELEMENT(sink, "<header class=\"hero ", status_word(verdict_as_status(worst_verdict(overview))), "\">\n");
    html_logo(sink, &index->letterhead);
    sink_literal(sink, "<p class=\"kicker\">Outbound mail readiness</p>\n");
    ELEMENT(sink, "<h1>", domains_text(report->arena, overview->count), "</h1>\n");
    caveats(report, overview);
    tiles(report, overview);
    sentence(report, overview);
    facts(report, index);
    sink_literal(sink, "</header>\n");
}

/* ---- what they have in common ---- */

static void meter(struct report *report, size_t part, size_t whole, const char *label)
{
    struct sink *sink = &report->sink;

    sink_literal(sink, "<meter max=\"");
    sink_number(sink, (long long)whole);
    sink_literal(sink, "\" value=\"");
    sink_number(sink, (long long)part);
    ELEMENT(sink, "\" aria-label=\"", label, "\">");
    ELEMENT(sink, "of ", grouped(report->arena, whole), "</meter>");
}

static void common_causes(struct report *report, const struct overview *overview)
{
    struct sink *sink = &report->sink;
    size_t count;
    const struct overview_cause *const *causes = overview_causes(report->arena, overview, &count);

    if (count == 0)
        return;
    sink_literal(sink, "<section>\n<h2>What to repair, by the number of domains</h2>\n<table class=\"common\">\n"
                       "<thead><tr><th scope=\"col\">What is amiss</th><th scope=\"col\">Who can repair it</th>"
                       "<th scope=\"col\">Domains</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < count && i < CAUSES_SHOWN; i++) {
        const struct overview_cause *cause = causes[i];

        sink_literal(sink, "<tr><th scope=\"row\">");
        html_badge(sink, cause->status, status_label(cause->status));
        ELEMENT(sink, " ", cause->text, " ");
        QUOTE(sink, "<code class=\"id\">", cause->name, "</code></th>");
        ELEMENT(sink, "<td data-head=\"Who can repair it\">", actor_text(cause->actor), "</td>");
        ELEMENT(sink, "<td data-head=\"Domains\">", grouped(report->arena, cause->domains), " ");
        meter(report, cause->domains, overview->count, cause->text);
        sink_literal(sink, "</td></tr>\n");
    }
    sink_literal(sink, "</tbody>\n</table>\n");
    if (count > CAUSES_SHOWN)
        ELEMENT(sink, "<p class=\"muted\">", grouped(report->arena, count - CAUSES_SHOWN),
                " more, of fewer domains, are on their pages.</p>\n");
    sink_literal(sink, "</section>\n");
}

static const char *whose(enum side side)
{
    static const char *const words[] = {[SIDE_NONE] = "",
                                        [SIDE_US] = "where the audit ran, not the domain",
                                        [SIDE_NETWORK] = "the network between",
                                        [SIDE_RESOLVER] = "the resolver or list that was asked",
                                        [SIDE_TARGET] = "the domain\xe2\x80\x99s servers"};

    return words[side];
}

/* The reason with the most domains that is not in `told` yet; REASON_NONE: all are. */
static enum reason next_reason(const struct overview *overview, const bool told[REASON_COUNT])
{
    enum reason most = REASON_NONE;

    for (int reason = REASON_NONE + 1; reason < REASON_COUNT; reason++)
        if (!told[reason] && overview->undecided[reason] &&
            (most == REASON_NONE || overview->undecided[reason] > overview->undecided[most]))
            most = (enum reason)reason;
    return most;
}

/* Trouble of this machine is told as that, before any domain is suspected. */
static void undecided(struct report *report, const struct overview *overview)
{
    struct sink *sink = &report->sink;
    bool told[REASON_COUNT] = {false};
    enum reason reason = next_reason(overview, told);

    if (reason == REASON_NONE)
        return;
    sink_literal(sink, "<section>\n<h2>What could not be seen</h2>\n<table class=\"common\">\n<thead><tr>"
                       "<th scope=\"col\">Why</th><th scope=\"col\">Where the trouble is</th>"
                       "<th scope=\"col\">Domains</th></tr></thead>\n<tbody>\n");
    for (; reason != REASON_NONE; told[reason] = true, reason = next_reason(overview, told)) {
        struct trouble trouble = trouble_of(reason);

        ELEMENT(sink, "<tr><th scope=\"row\">", trouble.why, "</th>");
        ELEMENT(sink, "<td data-head=\"Where the trouble is\">", whose(trouble.side), "</td>");
        ELEMENT(sink, "<td data-head=\"Domains\">", grouped(report->arena, overview->undecided[reason]), " ");
        meter(report, overview->undecided[reason], overview->count, trouble.why);
        sink_literal(sink, "</td></tr>\n");
    }
    sink_literal(sink, "</tbody>\n</table>\n</section>\n");
}

static void by_owner(struct report *report, const struct overview *overview)
{
    struct sink *sink = &report->sink;
    size_t count;
    const struct overview_owner *const *owners = overview_owners(report->arena, overview, &count);

    if (count == 0)
        return;
    sink_literal(sink, "<section>\n<h2>Owners</h2>\n<table class=\"owners\">\n<thead><tr><th scope=\"col\">Owner</th>");
    for (int verdict = VERDICT_NOT_READY; verdict >= 0; verdict--)
        ELEMENT(sink, "<th scope=\"col\">", verdict_label((enum verdict)verdict), "</th>");
    sink_literal(sink, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < count && i < OWNERS_SHOWN; i++) {
        QUOTE(sink, "<tr><th scope=\"row\">", owners[i]->name, "</th>");
        for (int verdict = VERDICT_NOT_READY; verdict >= 0; verdict--) {
            ELEMENT(sink, "<td data-head=\"", verdict_label((enum verdict)verdict), "\">");
            ELEMENT(sink, "", grouped(report->arena, owners[i]->verdicts[verdict]), "</td>");
        }
        sink_literal(sink, "</tr>\n");
    }
    sink_literal(sink, "</tbody>\n</table>\n</section>\n");
}

/* ---- the rows ---- */

struct columns { /* that any row of a table has something in */
    bool refusals, owner, changes;
};

static void link_to(struct report *report, const struct overview_row *row)
{
    struct sink *sink = &report->sink;

    QUOTE(sink, "<a href=\"", html_page_file(report->arena, row->domain), "\">");
    QUOTE(sink, "", row->domain, "</a>");
    if (row->unicode)
        QUOTE(sink, " ", row->unicode, "");
}

static const char *changes_text(struct arena *arena, const struct overview_row *row)
{
    if (!row->was_seen)
        return "not seen before";
    if (!row->worse && !row->better)
        return "nothing";
    if (!row->better)
        return str_printf(arena, "%u worse", row->worse);
    return row->worse ? str_printf(arena, "%u worse, %u better", row->worse, row->better)
                      : str_printf(arena, "%u better", row->better);
}

static void more_text(struct sink *sink, const struct overview_row *row)
{
    size_t more = row->fails + row->warns - (row->cause ? 1u : 0u);

    if (more == 0 || (!row->cause && !row->message))
        return;
    sink_literal(sink, ", and ");
    sink_number(sink, (long long)more);
    sink_literal(sink, " more");
}

static void fault(struct sink *sink, const struct overview_row *row)
{
    if (row->cause)
        sink_text(sink, row->cause->text);
    else if (row->message)
        QUOTE(sink, "", row->message, "");
    if (row->subject)
        QUOTE(sink, " <code>", row->subject, "</code>");
    more_text(sink, row);
}

static void in_table(struct report *report, const struct overview_row *row, const struct columns *columns)
{
    struct sink *sink = &report->sink;

    sink_literal(sink, "<tr><th scope=\"row\">");
    link_to(report, row);
    sink_literal(sink, "</th><td>");
    fault(sink, row);
    if (columns->refusals) {
        sink_literal(sink, "</td><td class=\"r\">");
        if (row->refusals)
            sink_number(sink, row->refusals);
    }
    if (columns->owner)
        QUOTE(sink, "</td><td class=\"o\">", row->owner ? row->owner->name : "", "");
    if (columns->changes)
        ELEMENT(sink, "</td><td class=\"b\">", row->is_compared ? changes_text(report->arena, row) : "", "");
    sink_literal(sink, "</td></tr>\n");
}

static void table(struct report *report, const struct overview_row *const *rows, size_t count)
{
    struct sink *sink = &report->sink;
    struct columns columns = {false, false, false};

    for (size_t i = 0; i < count; i++) {
        columns.refusals = columns.refusals || rows[i]->refusals;
        columns.owner = columns.owner || rows[i]->owner;
        columns.changes = columns.changes || rows[i]->is_compared;
    }
    sink_literal(sink, "<table class=\"rows\">\n<thead><tr><th scope=\"col\">Domain</th>"
                       "<th scope=\"col\">Begin with</th>");
    if (columns.refusals)
        sink_literal(sink, "<th scope=\"col\" class=\"r\">Receivers that refuse</th>");
    if (columns.owner)
        sink_literal(sink, "<th scope=\"col\" class=\"o\">Owner</th>");
    if (columns.changes)
        sink_literal(sink, "<th scope=\"col\" class=\"b\">Changed</th>");
    sink_literal(sink, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < count; i++)
        in_table(report, rows[i], &columns);
    sink_literal(sink, "</tbody>\n</table>\n");
}

/* Where nothing is amiss there is nothing to say but the name. */
static void list(struct report *report, const struct overview_row *const *rows, size_t count)
{
    struct sink *sink = &report->sink;

    sink_literal(sink, "<ul class=\"ready\">\n");
    for (size_t i = 0; i < count; i++) {
        sink_literal(sink, "<li>");
        link_to(report, rows[i]);
        if (rows[i]->owner)
            QUOTE(sink, " <span>", rows[i]->owner->name, "</span>");
        if (rows[i]->is_compared && (!rows[i]->was_seen || rows[i]->worse || rows[i]->better))
            ELEMENT(sink, " <span>", changes_text(report->arena, rows[i]), "</span>");
        sink_literal(sink, "</li>\n");
    }
    sink_literal(sink, "</ul>\n");
}

static void all_rows(struct report *report, const struct overview *overview)
{
    struct sink *sink = &report->sink;
    const struct overview_row *const *rows = overview_rows(report->arena, overview);

    for (int at = VERDICT_NOT_READY; at >= 0; at--) {
        enum verdict verdict = (enum verdict)at;
        size_t count = overview->verdicts[verdict];

        if (count == 0)
            continue;
        ELEMENT(sink, "<section id=\"", verdict_word(verdict), "\">\n<h2>");
        html_badge(sink, verdict_as_status(verdict), verdict_label(verdict));
        ELEMENT(sink, " ", domains_text(report->arena, count), "</h2>\n");
        if (verdict == VERDICT_READY)
            list(report, rows, count);
        else
            table(report, rows, count);
        sink_literal(sink, "</section>\n");
        rows += count;
    }
}

/* ---- the report ---- */

static void begin(struct report *report)
{
    struct report_index *index = ARENA_NEW(report->kept, struct report_index);

    index->overview.arena = report->kept;
    report->own = index;
}

/* Of what two covers say, what both say.  Whose logo it is its type has to tell, too. */
static const char *common(struct arena *arena, bool is_first, const char *before, const char *now)
{
    if (is_first)
        return now ? str_dup(arena, now) : NULL;
    return before && now && strcmp(before, now) == 0 ? before : NULL;
}

static void add_letterhead(struct report *report, const struct letterhead *of)
{
    struct report_index *index = report->own;
    bool is_first = index->overview.count == 0;

    index->letterhead.client = common(report->kept, is_first, index->letterhead.client, of->client);
    index->letterhead.consultant = common(report->kept, is_first, index->letterhead.consultant, of->consultant);
    index->letterhead.logo_type = common(report->kept, is_first, index->letterhead.logo_type, of->logo_type);
    index->letterhead.logo =
        index->letterhead.logo_type ? common(report->kept, is_first, index->letterhead.logo, of->logo) : NULL;
}

static void one(struct report *report, const struct result *result)
{
    const struct vantage *vantage = result->vantage;
    struct list_text resolvers = list_text(report->arena, ", ", RESOLVERS_SHOWN);

    for (size_t i = 0; vantage && i < vantage->resolver_count; i++)
        list_add(&resolvers, vantage->resolvers[i]);
    hand_text(report, !vantage ? "" : vantage->host ? vantage->host : "?");
    hand_text(report, resolvers.count ? list_end(&resolvers) : "");
    overview_hand(report, result);
}

static void take(struct report *report)
{
    struct report_index *index = report->own;
    const char *host = taken_text(report), *resolvers = taken_text(report);

    add_letterhead(report, &report->target->letterhead);
    overview_take(&index->overview, report);
    if (*host && !index->host) {
        index->host = str_dup(report->kept, host);
        index->resolvers = *resolvers ? str_dup(report->kept, resolvers) : NULL;
    }
}

static void end(struct report *report)
{
    const struct report_index *index = report->own;

    html_index_head(&report->sink, domains_text(report->arena, index->overview.count), index->letterhead.logo != NULL);
    ELEMENT(&report->sink, "<p class=\"running\" aria-hidden=\"true\">Mail readiness of ",
            domains_text(report->arena, index->overview.count), "");
    if (index->overview.last_s)
        ELEMENT(&report->sink, " \xc2\xb7 ", html_date(report->arena, index->overview.last_s), "");
    if (index->letterhead.client)
        QUOTE(&report->sink, " \xc2\xb7 ", index->letterhead.client, "");
    sink_literal(&report->sink, "</p>\n<main class=\"page\">\n");
    hero(report, index);
    undecided(report, &index->overview);
    common_causes(report, &index->overview);
    by_owner(report, &index->overview);
    all_rows(report, &index->overview);
    sink_literal(&report->sink, "</main>\n");
    html_foot(&report->sink);
}

const struct reporter html_index_reporter = {
    .name = "html",
    .summary = "the index of many pages",
    .is_translated = true,
    .language = SINK_HTML,
    .begin = begin,
    .one = one,
    .take = take,
    .end = end,
};
