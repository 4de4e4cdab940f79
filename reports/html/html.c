/* reports/html/html.c - the report as one HTML file that loads nothing: a cover, and the parts in their order.
 *
 * Results are streamed, so the index of several domains comes last in the file; the style sheet shows it first.
 */

#include "reports/html/html.h"

#include "core/base/arena.h"
#include "core/base/str.h"
#include "reports/words.h"

enum { INDEX_MAX = 100000 };

struct report_index {             /* a line of the index of domains, the last one first */
    const char *domain, *unicode; /* the latter only where it differs */
    enum verdict verdict;
    const char *counts;
    size_t number;
    struct report_index *before;
};

static void head(struct report *report, const char *title, bool has_images)
{
    html_head(&report->sink, title, has_images);
    if (report->options.several)
        sink_literal(&report->sink,
                     "<p class=\"running\" aria-hidden=\"true\">Mail readiness of several domains</p>\n"
                     "<p class=\"skip\"><a href=\"#domains\">All domains</a></p>\n");
    if (report->options.index)
        ELEMENT(&report->sink, "<p class=\"up\"><a href=\"", report->options.index, "\">All domains</a></p>\n");
    sink_literal(&report->sink, "<main class=\"page\">\n");
}

static void add_to_index(struct report *report, size_t number, const char *counts)
{
    struct report_index *line;

    if (!report->options.several || report->results >= INDEX_MAX)
        return;
    line = ARENA_NEW(report->kept, struct report_index);
    line->domain = str_dup(report->kept, report->target->domain);
    if (html_has_unicode(report->target))
        line->unicode = str_dup(report->kept, report->target->unicode);
    line->verdict = report->verdict;
    line->counts = str_dup(report->kept, counts);
    line->number = number;
    line->before = report->own;
    report->own = line;
}

/* ---- the parts of a domain's report, in order ---- */

static bool has_changes(struct report *report, const struct result *result)
{
    (void)result;
    return report->gate->difference;
}

static bool always(struct report *report, const struct result *result)
{
    (void)report;
    (void)result;
    return true;
}

static const struct part {
    const char *id;    /* of its anchor, "ID-NUMBER" */
    const char *title;
    const char *entry; /* in the contents */
    bool (*is_there)(struct report *, const struct result *);
    void (*write)(struct report *, const struct result *);
} parts[] = {
    {"todo", "What to do, in this order", "To do", html_has_causes, html_causes},
    {"receivers", "Who would take this mail", "Receivers", html_has_receivers, html_receivers},
    {"path", "The way your mail takes", "Mail path", html_has_path, html_path},
    {"services", "Who sends for this domain", "Services", html_has_services, html_services},
    {"senders", "The senders and their names", "Senders", html_has_identities, html_identities},
    {"addresses", "Server addresses", "Addresses", html_has_addresses, html_addresses},
    {"open", "What could not be checked, and why", "Not checked", html_has_open, html_open},
    {"changes", "What changed", "Changes", has_changes, html_changes},
    {"agreed", "What is accepted", "Accepted", html_has_agreed, html_agreed},
    {"findings", "All findings", "Findings", always, html_findings},
    {"evidence", "All evidence", "Evidence", html_has_evidence, html_evidence},
    {"words", "Glossary and sources", "Glossary", always, html_glossary},
};

static void contents(struct report *report, const struct result *result)
{
    struct sink *sink = &report->sink;

    ELEMENT(sink, "<nav class=\"contents\" aria-label=\"Contents: ", result->target->domain, "\"><ul>\n");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!parts[i].is_there(report, result))
            continue;
        sink_literal(sink, "<li><a href=\"#");
        html_anchor(report, parts[i].id);
        ELEMENT(sink, "\">", parts[i].entry, "</a></li>\n");
    }
    sink_literal(sink, "</ul></nav>\n");
}

static void one(struct report *report, const struct result *result)
{
    struct sink *sink = &report->sink;

    sink_literal(sink, "<article class=\"domain\" id=\"");
    html_anchor(report, "domain");
    sink_literal(sink, "\">\n");
    html_cover(report, result, contents);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!parts[i].is_there(report, result))
            continue;
        ELEMENT(sink, "<section class=\"part ", parts[i].id, "\" id=\"");
        html_anchor(report, parts[i].id);
        ELEMENT(sink, "\">\n<h2>", parts[i].title, "</h2>\n");
        parts[i].write(report, result);
        sink_literal(sink, "</section>\n");
    }
    sink_literal(sink, "</article>\n");
    hand_written(report);
    hand_number(report, (int64_t)report->number);
    hand_text(report, counts_text(report->arena, result->counts, result->suppressed_count, " \xc2\xb7 "));
}

static void take(struct report *report)
{
    size_t number;

    if (report->results == 0)
        head(report, report->options.several ? "several domains" : report->target->domain,
             report->options.several ? report->options.logos : report->target->letterhead.logo != NULL);
    write_taken(report);
    if (report->results == 0)
        html_glossary_words(report);
    write_taken(report);
    number = (size_t)taken_number(report);
    add_to_index(report, number, taken_text(report));
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
        head(report, "no domain", false);
    if (report->own)
        write_index(report);
    sink_literal(&report->sink, "</main>\n");
    html_foot(&report->sink);
}

const struct reporter html_reporter = {
    .is_translated = true,
    .name = "html",
    .suffix = ".html",
    .summary = "one file for a browser, to hand on",
    .language = SINK_HTML,
    .begin = begin,
    .one = one,
    .take = take,
    .end = end,
};

const struct reporter pdf_reporter = {
    .is_translated = true,
    .name = "pdf",
    .suffix = ".pdf",
    .summary = "the same on paper, by Chromium or WeasyPrint of this machine",
    .language = SINK_HTML,
    .is_printed = true,
    .begin = begin,
    .one = one,
    .take = take,
    .end = end,
};
