/* reports/html/html_identity.c - a card for each sender: its names
 * side by side, what is wrong, who refuses, what to publish. */

#include "reports/html/html.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/result/cause.h"
#include "core/result/identity.h"
#include "reports/receivers.h"
#include "reports/words.h"

enum { WRONGS_MAX = 5 };

static void empty_cell(struct sink *sink)
{
    sink_literal(sink, "<td class=\"empty\">\xe2\x80\x93</td>");
}

/* With the parts above it: that is enough, and the first ones are those that receivers look at. */
static void compared(struct sink *sink, const struct identity_name *row)
{
    static const char *const labels[PART_NAMES] = {"PTR", "HELO", "greeting", "EHLO", "certificate"};
    bool any = false;

    for (int part = 0; part < (int)row->part && part < PART_NAMES; part++) {
        bool same = row->with[part] == CELL_OK;

        if (row->with[part] == CELL_NONE)
            continue;
        if (any)
            sink_literal(sink, " <span class=\"chip ");
        else
            sink_literal(sink, "<td data-head=\"Compared\"><span class=\"chip ");
        any = true;
        sink_text(sink, status_word(same ? PASS : row->state == CELL_OK ? SKIPPED : row->weight));
        sink_literal(sink, "\">");
        if (row->part == PART_CERTIFICATE && same)
            sink_literal(sink, "covers ");
        else if (row->part == PART_CERTIFICATE)
            sink_literal(sink, "not ");
        else if (same)
            sink_literal(sink, "= ");
        else
            sink_literal(sink, "\xe2\x89\xa0 ");
        sink_text(sink, labels[part]);
        sink_literal(sink, "</span>");
    }
    if (any)
        sink_literal(sink, "</td>");
    else
        empty_cell(sink);
}

static void leads(struct report *report, const struct identity *identity, const struct identity_name *row)
{
    struct sink *sink = &report->sink;

    if (!row->leads_says && (row->part == PART_EHLO || row->part == PART_CERTIFICATE)) {
        empty_cell(sink);
        return;
    }
    if (row->leads_says)
        sink_literal(sink, "<td data-head=\"Leads to\">");
    else
        sink_literal(sink, "<td>");
    if (row->leads == CELL_OK) {
        sink_literal(sink, "<span class=\"sign pass\" aria-hidden=\"true\">\xe2\x9c\x93</span> <code>");
        sink_text(sink, identity->sender->label);
        sink_literal(sink, "</code>");
    } else if (row->leads == CELL_DIFFERS && row->forward->count) {
        sink_literal(sink, "<span class=\"sign fail\" aria-hidden=\"true\">\xe2\x9c\x97</span> <code>");
        sink_text(sink, ip_text(report->arena, &row->forward->records[0].ip));
        sink_literal(sink, "</code>");
        if (row->forward->count > 1)
            sink_text(sink, str_printf(report->arena, " and %zu more", row->forward->count - 1));
    } else {
        sink_text(sink, row->leads_says ? row->leads_says : row->says);
    }
    sink_literal(sink, "</td>");
}

static size_t name_row(struct report *report, const struct identity *identity, size_t index)
{
    const struct identity_name *row = &identity->names[index];
    struct sink *sink = &report->sink;
    size_t next;

    sink_literal(sink, "<tr class=\"");
    sink_text(sink, status_word(row->weight));
    sink_literal(sink, "\"><th scope=\"row\">");
    sink_text(sink, identity_parts(report->arena, identity, index, &next));
    if (row->part == PART_HELO && row->name.len && row->assumed)
        sink_literal(sink, " <span class=\"origin\">assumed from greeting</span>");
    else if (row->part == PART_HELO && row->name.len)
        sink_literal(sink, " <span class=\"origin\">declared</span>");
    sink_literal(sink, "</th><td>");
    html_badge(sink, row->weight, cell_word(row->state));
    if (!row->name.len) {
        sink_literal(sink, "</td><td colspan=\"3\">");
        sink_text(sink, row->says);
    } else {
        sink_literal(sink, "</td><td data-head=\"Name\"><code>");
        sink_bytes(sink, row->name);
        sink_literal(sink, "</code></td>");
        leads(report, identity, row);
        compared(sink, row);
    }
    if (!row->name.len)
        sink_literal(sink, "</td>");
    sink_literal(sink, "</tr>\n");
    return next;
}

static void names(struct report *report, const struct identity *identity)
{
    struct sink *sink = &report->sink;

    sink_literal(
        sink, "<table class=\"names\">\n<thead><tr><th scope=\"col\">What</th><th scope=\"col\">State</th>"
              "<th scope=\"col\">Name</th><th scope=\"col\">Leads to</th><th scope=\"col\">Compared</th></tr></thead>\n"
              "<tbody>\n");
    for (size_t i = 0; i < identity->name_count;)
        i = name_row(report, identity, i);
    sink_literal(sink, "</tbody>\n</table>\n");
    if (identity->ptr_left_out) {
        sink_literal(sink, "<p class=\"muted\">");
        sink_number(sink, (long long)identity->ptr_left_out);
        sink_literal(sink, " more PTR names are not shown.</p>\n");
    }
}

static void wrongs(struct sink *sink, const struct identity *identity)
{
    if (identity->finding_count == 0)
        return;
    sink_literal(sink, "<dt>What is wrong</dt><dd><ul class=\"wrongs\">\n");
    for (size_t i = 0; i < identity->finding_count && i < WRONGS_MAX; i++) {
        const struct finding *f = identity->findings[i];

        sink_literal(sink, "<li>");
        html_badge(sink, f->status, status_label(f->status));
        sink_literal(sink, " ");
        sink_text(sink, f->message);
        sink_literal(sink, " <code class=\"id\">");
        sink_text(sink, check_of(f->check)->name);
        sink_literal(sink, "</code></li>\n");
    }
    if (identity->finding_count > WRONGS_MAX) {
        sink_literal(sink, "<li class=\"muted\">");
        sink_number(sink, (long long)(identity->finding_count - WRONGS_MAX));
        sink_literal(sink, " more below</li>\n");
    }
    sink_literal(sink, "</ul></dd>\n");
}

static void receivers_by(struct report *report, const struct result *result, const struct identity *identity,
                         enum receiver_outcome outcome)
{
    struct sink *sink = &report->sink;
    bool any = false;

    for (size_t i = 0; i < result->receiver_count; i++) {
        const struct receiver_verdict *v = &result->receivers[i];

        if (v->sender != identity->sender || v->outcome != outcome || !receiver_is_shown(result->target, v->receiver))
            continue;
        if (!any && outcome == RECEIVER_REJECTS)
            sink_literal(sink, "<dt>Refused by</dt><dd>");
        else if (!any)
            sink_literal(sink, "<dt>May refuse</dt><dd>");
        any = true;
        sink_literal(sink, "<span class=\"chip ");
        sink_text(sink, status_word(outcome_as_status(outcome)));
        sink_literal(sink, "\">");
        sink_text(sink, v->receiver->title);
        sink_literal(sink, "</span> ");
    }
    if (any)
        sink_literal(sink, "</dd>\n");
}

/* The causes of what is wrong, by their place in what to fix first: told there, and nowhere else. */
static void to_do(struct report *report, const struct result *result, const struct identity *identity)
{
    struct sink *sink = &report->sink;
    bool any = false;

    for (size_t c = 0; c < result->cause_count; c++) {
        bool is_of_this = false;

        for (size_t i = 0; i < identity->finding_count; i++)
            is_of_this = is_of_this || cause_number(result, identity->findings[i]) == c + 1;
        if (!is_of_this)
            continue;
        if (!any)
            sink_literal(sink, "<dt>To do</dt><dd>");
        any = true;
        sink_literal(sink, "<p><a href=\"#");
        html_cause_anchor(report, c + 1);
        ELEMENT(sink, "\">", str_printf(report->arena, "Number %zu", c + 1), "</a>: ");
        ELEMENT(sink, "", result->causes[c].text, "</p>\n");
    }
    if (any)
        sink_literal(sink, "</dd>\n");
}

static void card(struct report *report, const struct result *result, const struct identity *identity)
{
    struct sink *sink = &report->sink;
    enum status as = verdict_as_status(identity->verdict);

    sink_literal(sink, "<article class=\"card identity ");
    sink_text(sink, status_word(as));
    sink_literal(sink, "\">\n<div class=\"top\"><h3><code>");
    sink_text(sink, identity->sender->label);
    sink_literal(sink, "</code></h3>");
    html_badge(sink, as, identity_label(identity->verdict));
    sink_literal(sink, "<span class=\"muted\">");
    sink_text(sink, identity_role(report->arena, identity->sender));
    sink_literal(sink, "</span></div>\n");
    names(report, identity);
    sink_literal(sink, "<dl class=\"outcome\">\n");
    wrongs(sink, identity);
    receivers_by(report, result, identity, RECEIVER_REJECTS);
    receivers_by(report, result, identity, RECEIVER_AT_RISK);
    to_do(report, result, identity);
    sink_literal(sink, "</dl>\n</article>\n");
}

bool html_has_identities(struct report *report, const struct result *result)
{
    size_t count;

    identities_of(report->arena, result, &count);
    return count > 0;
}

void html_identities(struct report *report, const struct result *result)
{
    struct sink *sink = &report->sink;
    size_t count;
    const struct identity *all = identities_of(report->arena, result, &count);

    for (size_t i = 0; i < count; i++)
        card(report, result, &all[i]);
    sink_literal(
        sink,
        "<p class=\"muted\">= the same name, \xe2\x89\xa0 another one. Receivers look at the reverse name (PTR), "
        "where it leads, and HELO; a greeting, EHLO reply or certificate that differs is no fault by itself.</p>\n");
}
