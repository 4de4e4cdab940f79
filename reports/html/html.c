/* reports/html/html.c - the report as one HTML file that loads nothing: verdict, what to fix first, mail path,
 * findings.
 *
 * Results are streamed, so the index of several domains comes last in the file; the style sheet shows it first.
 */

#include "reports/html/html.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/derive/resolver.h"
#include "core/facts/evidence.h"
#include "reports/difference.h"
#include "reports/evidence_text.h"
#include "reports/outline.h"
#include "reports/plan_text.h"
#include "reports/services.h"
#include "reports/words.h"

enum { INDEX_MAX = 100000 };

struct report_index {             /* a line of the index of domains, the last one first */
    const char *domain, *unicode; /* the latter only where it differs */
    enum verdict verdict;
    const char *counts;
    size_t number;
    struct report_index *before;
};

void html_badge(struct sink *sink, enum status status, const char *label)
{
    sink_literal(sink, "<span class=\"badge ");
    sink_text(sink, status_word(status));
    sink_literal(sink, "\"><span aria-hidden=\"true\">");
    sink_text(sink, status_symbol(status, true));
    sink_literal(sink, "</span> ");
    sink_text(sink, label);
    sink_literal(sink, "</span>");
}

static void head(struct report *report, const char *title)
{
    html_head(&report->sink, title);
    if (report->options.several)
        sink_literal(&report->sink, "<p class=\"skip\"><a href=\"#domains\">All domains</a></p>\n");
    sink_literal(&report->sink, "<main class=\"page\">\n");
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

static void facts(struct report *report, const struct result *result)
{
    struct sink *sink = &report->sink;
    const struct vantage *vantage = result->vantage;

    sink_literal(sink, "<dl class=\"facts\">\n");
    ELEMENT(sink, "<dt>When</dt><dd>", time_text(report->arena, result->started_s), ", took ");
    ELEMENT(sink, "", elapsed_text(report->arena, result->elapsed_ms), "</dd>\n");
    if (vantage) {
        ELEMENT(sink, "<dt>Seen from</dt><dd>", vantage->host ? vantage->host : "?", "</dd>\n");
        sink_literal(sink, "<dt>Resolver</dt><dd>");
        for (size_t i = 0; i < vantage->resolver_count; i++) {
            if (i)
                sink_literal(sink, ", ");
            sink_text(sink, vantage->resolvers[i]);
        }
        sink_literal(sink, " (");
        sink_text(sink, resolver_trust_text(result));
        if (result->instrument) {
            sink_literal(sink, "; ");
            sink_text(sink, instrument_text(report->arena, result->instrument));
        }
        sink_literal(sink, ")</dd>\n");
    }
    sink_literal(sink, "</dl>\n");
}

static bool has_unicode(const struct target *target)
{
    return target->unicode && strcmp(target->unicode, target->domain) != 0;
}

static void hero(struct report *report, const struct result *result)
{
    const char *next = services_next(report->arena, result);
    struct sink *sink = &report->sink;
    const struct target *target = result->target;

    sink_literal(sink, "<header class=\"hero ");
    sink_text(sink, status_word(verdict_as_status(result->verdict)));
    sink_literal(sink, "\">\n<p class=\"kicker\">Outbound mail readiness</p>\n");
    ELEMENT(sink, "<h1>", target->domain, "</h1>\n");
    if (has_unicode(target))
        ELEMENT(sink, "<p class=\"unicode\">", target->unicode, "</p>\n");
    if (target->owner)
        ELEMENT(sink, "<p class=\"owner\">Owner: ", target->owner, "</p>\n");
    if (result->plan) {
        ELEMENT(sink, "<p class=\"plan\"><strong>", plan_text(report->arena, result), "</strong> ");
        ELEMENT(sink, "", plan_answers_text(report->arena, result), "</p>\n");
    }
    sink_literal(sink, "<p class=\"verdict\">");
    html_badge(sink, verdict_as_status(result->verdict), verdict_title(report->arena, result));
    ELEMENT(sink, "</p>\n<p class=\"sentence\">", verdict_sentence(report->arena, result), "</p>\n");
    if (next)
        ELEMENT(sink, "<p class=\"sentence\">", next, "</p>\n");
    counts(sink, result->counts);
    facts(report, result);
    sink_literal(sink, "</header>\n");
}

static void evidence_of(struct report *report, const struct result *result, const struct entry *entry)
{
    struct sink *sink = &report->sink;

    sink_literal(sink, "<details>\n<summary>Why it matters, and the evidence</summary>\n");
    ELEMENT(sink, "<p>", entry->check->why, "</p>\n");
    ELEMENT(sink, "<p class=\"muted\">Sources: ", entry->check->sources, "</p>\n");
    for (size_t i = 0; i < entry->count; i++) {
        for (size_t k = 0; k < entry->findings[i]->evidence.count; k++) {
            const char *key = entry->findings[i]->evidence.at[k];
            const struct evidence *evidence = result_evidence(result, key);

            ELEMENT(sink, "<p class=\"key\"><code>", key, "</code></p>\n");
            if (!evidence)
                continue;
            sink_literal(sink, "<pre tabindex=\"0\">");
            evidence_text(sink, report->arena, evidence);
            sink_literal(sink, "</pre>\n");
        }
    }
    sink_literal(sink, "</details>\n");
}

static void entry_in_full(struct report *report, const struct result *result, const struct entry *entry)
{
    struct sink *sink = &report->sink;
    const struct finding *f = entry->findings[0];

    sink_literal(sink, "<article class=\"card ");
    sink_text(sink, status_word(entry->status));
    sink_literal(sink, "\">\n<div class=\"top\">");
    html_badge(sink, entry->status, status_label(entry->status));
    ELEMENT(sink, "<code class=\"id\">", entry->check->name, "</code></div>\n");
    ELEMENT(sink, "<h4>", entry->check->title, "</h4>\n");
    html_subjects(sink, entry->findings, entry->count);
    ELEMENT(sink, "<p>", f->message, "</p>\n");
    if (f->level)
        ELEMENT(sink, "<p>", level_sentence(report->arena, f), "</p>\n");
    if (f->suppressed)
        ELEMENT(sink, "<p><b>", suppressed_sentence(report->arena, f), "</b></p>\n");
    if (entry->status == UNKNOWN && side_sentence(f->side))
        ELEMENT(sink, "<p>", side_sentence(f->side), "</p>\n");
    if (entry->dependant_count)
        ELEMENT(sink, "<p>Undecided because of this, too: ", entry_dependants(report->arena, entry), ".</p>\n");
    if (entry->fix) {
        sink_literal(sink, "<p class=\"remedy\"><a href=\"#");
        html_cause_anchor(report, entry->fix);
        sink_literal(sink, "\">How to fix it: number ");
        sink_number(sink, (long long)entry->fix);
        sink_literal(sink, " above</a></p>\n");
    } else {
        if (remedy_text(f))
            ELEMENT(sink, "<p class=\"remedy\"><b>To do:</b> ", remedy_text(f), "</p>\n");
        html_records(sink, f);
    }
    evidence_of(report, result, entry);
    sink_literal(sink, "</article>\n");
}

/* What passed or was skipped: folded away, a row for each check and subject. */
static void in_short(struct report *report, const struct group *group, enum status status)
{
    struct sink *sink = &report->sink;

    if (group->counts[status] == 0)
        return;
    sink_literal(sink, "<details class=\"short\">\n<summary>");
    html_badge(sink, status, str_printf(report->arena, "%zu %s", group->counts[status], status_label(status)));
    sink_literal(
        sink,
        "</summary>\n<table class=\"results\">\n<thead><tr><th scope=\"col\">Check</th><th scope=\"col\">Subject</th>"
        "<th scope=\"col\">Result</th></tr></thead>\n<tbody>\n");
    for (size_t e = 0; e < group->entry_count; e++) {
        for (size_t i = 0; group->entries[e].status == status && i < group->entries[e].count; i++) {
            ELEMENT(sink, "<tr><th scope=\"row\"><code>", group->entries[e].check->name, "</code></th>");
            ELEMENT(sink, "<td data-head=\"Subject\"><code>", group->entries[e].findings[i]->subject, "</code></td>");
            ELEMENT(sink, "<td data-head=\"Result\">", group->entries[e].findings[i]->message, "</td></tr>\n");
        }
    }
    sink_literal(sink, "</tbody>\n</table>\n</details>\n");
}

static void findings(struct report *report, const struct result *result, const struct outline *outline)
{
    struct sink *sink = &report->sink;

    sink_literal(sink, "<section>\n<h2>All findings</h2>\n");
    for (size_t g = 0; g < outline->group_count; g++) {
        const struct group *group = &outline->groups[g];

        if (group->entry_count == 0) /* all of it is told elsewhere, as a consequence */
            continue;
        sink_literal(sink, "<section class=\"group\">\n<div class=\"grouphead\">");
        ELEMENT(sink, "<h3>", group->title, "</h3>");
        ELEMENT(sink, "<p class=\"muted\">", group_counts(report->arena, group, " \xc2\xb7 "), "</p></div>\n");
        for (size_t e = 0; e < group->entry_count; e++)
            if (group->entries[e].status > SKIPPED)
                entry_in_full(report, result, &group->entries[e]);
        in_short(report, group, SKIPPED);
        in_short(report, group, PASS);
        sink_literal(sink, "</section>\n");
    }
    sink_literal(sink, "</section>\n");
}

static void what_changed(struct report *report)
{
    const struct difference *d = report->gate->difference;
    struct sink *sink = &report->sink;

    if (!d)
        return;
    ELEMENT(sink, "<section>\n<h2>What changed</h2>\n<p>", difference_summary(report->arena, d), "</p>\n");
    for (size_t i = 0; i < d->count; i++) {
        if (i == 0 || d->items[i].change != d->items[i - 1].change)
            ELEMENT(sink, "<h3>", change_title(d->items[i].change), "</h3>\n<ul>\n");
        ELEMENT(sink, "<li>", change_line(report->arena, &d->items[i]), "</li>\n");
        if (i + 1 == d->count || d->items[i + 1].change != d->items[i].change)
            sink_literal(sink, "</ul>\n");
    }
    sink_literal(sink, "</section>\n");
}

static void what_is_suppressed(struct report *report, const struct result *result)
{
    const struct target *target = result->target;

    if (target->suppression_count == 0)
        return;
    sink_literal(&report->sink, "<section>\n<h2>Suppressions</h2>\n<ul>\n");
    for (size_t i = 0; i < target->suppression_count; i++)
        ELEMENT(&report->sink, "<li>", suppression_sentence(report->arena, result, &target->suppressions[i]),
                "</li>\n");
    sink_literal(&report->sink, "</ul>\n</section>\n");
}

static void all_evidence(struct report *report, const struct result *result)
{
    struct sink *sink = &report->sink;

    if (result->evidence_count == 0)
        return;
    sink_literal(sink,
                 "<section>\n<h2>All evidence</h2>\n<details>\n<summary>Every question that was asked, and what was "
                 "answered</summary>\n");
    for (size_t i = 0; i < result->evidence_count; i++) {
        ELEMENT(sink, "<p class=\"key\"><code>", result->evidence[i]->text, "</code></p>\n<pre tabindex=\"0\">");
        evidence_text(sink, report->arena, result->evidence[i]);
        sink_literal(sink, "</pre>\n");
    }
    sink_literal(sink, "</details>\n</section>\n");
}

static void add_to_index(struct report *report, const struct result *result)
{
    struct report_index *line;

    if (!report->options.several || report->results >= INDEX_MAX)
        return;
    line = ARENA_NEW(report->kept, struct report_index);
    line->domain = str_dup(report->kept, result->target->domain);
    if (has_unicode(result->target))
        line->unicode = str_dup(report->kept, result->target->unicode);
    line->verdict = result->verdict;
    line->counts = counts_text(report->kept, result->counts, result->suppressed_count, " \xc2\xb7 ");
    line->number = report->results + 1;
    line->before = report->own;
    report->own = line;
}

static void one(struct report *report, const struct result *result)
{
    struct sink *sink = &report->sink;
    const struct outline *outline = outline_of(report->arena, result);
    const struct mail_path *paths = result->paths ? result->paths->at : NULL;

    if (report->results == 0)
        head(report, report->options.several ? "several domains" : result->target->domain);
    sink_literal(sink, "<article class=\"domain\" id=\"domain-");
    sink_number(sink, (long long)report->results + 1);
    sink_literal(sink, "\">\n");
    hero(report, result);
    html_services(report, result);
    html_identities(report, result);
    html_causes(report, result);
    html_receivers(report, result);
    if (paths) {
        sink_literal(sink, "<section>\n<h2>The mail path</h2>\n");
        html_path(report, result, paths);
        html_addresses(report, result, paths);
        html_ranges(report, result);
        sink_literal(sink, "</section>\n");
    }
    findings(report, result, outline);
    what_is_suppressed(report, result);
    what_changed(report);
    all_evidence(report, result);
    sink_literal(sink, "</article>\n");
    add_to_index(report, result);
}

static void write_index(struct report *report)
{
    struct sink *sink = &report->sink;
    struct report_index *line = report->own, *next, *first = NULL;

    for (; line; line = next) { /* in the order in which they came */
        next = line->before;
        line->before = first;
        first = line;
    }
    sink_literal(sink, "<nav id=\"domains\" aria-label=\"Domains\">\n<h1>Outbound mail readiness of ");
    sink_number(sink, (long long)report->results);
    sink_literal(sink, " domains</h1>\n<table>\n<thead><tr><th scope=\"col\">Domain</th><th scope=\"col\">Verdict</th>"
                       "<th scope=\"col\">Findings</th></tr></thead>\n<tbody>\n");
    for (line = first; line; line = line->before) {
        sink_literal(sink, "<tr><th scope=\"row\"><a href=\"#domain-");
        sink_number(sink, (long long)line->number);
        ELEMENT(sink, "\">", line->domain, "</a>");
        if (line->unicode)
            ELEMENT(sink, " ", line->unicode, "");
        sink_literal(sink, "</th><td data-head=\"Verdict\">");
        html_badge(sink, verdict_as_status(line->verdict), verdict_label(line->verdict));
        ELEMENT(sink, "</td><td data-head=\"Findings\">", line->counts, "</td></tr>\n");
    }
    sink_literal(sink, "</tbody>\n</table>\n</nav>\n");
}

static void begin(struct report *report)
{
    (void)report; /* the title needs the first result */
}

static void end(struct report *report)
{
    if (report->results == 0)
        head(report, "no domain");
    if (report->own)
        write_index(report);
    sink_literal(&report->sink, "</main>\n");
    html_foot(&report->sink);
}

const struct reporter html_reporter = {
    .name = "html",
    .suffix = ".html",
    .summary = "one file for a browser, to hand on",
    .language = SINK_HTML,
    .begin = begin,
    .one = one,
    .end = end,
};
