/* reports/html/html_receivers.c - a table of receivers and senders:
 * who would take this mail, and what the others would say. */

#include "reports/html/html.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/list_text.h"
#include "core/base/str.h"
#include "reports/receivers.h"
#include "reports/words.h"

enum {
    SENDER_COLUMNS = 4, /* more do not fit: then senders are listed in one */
    SENDERS_NAMED = 3,  /* in the head of a column */
};

struct column { /* senders that every receiver treats alike */
    const char *first;
    struct list_text names; /* addresses, and names of services */
};

struct columns {
    struct column at[SENDER_COLUMNS];
    size_t count; /* 0: senders are listed */
    size_t senders;
};

static const struct fate *fate_of(const struct receiver_view *view, const char *sender)
{
    for (size_t f = 0; f < view->fate_count; f++)
        for (size_t i = 0; i < view->fates[f].sender_count; i++)
            if (view->fates[f].senders[i] == sender)
                return &view->fates[f];
    return NULL;
}

static bool fare_alike(const struct receiver_view *views, size_t count, const char *a, const char *b)
{
    for (size_t i = 0; i < count; i++)
        if (fate_of(&views[i], a) != fate_of(&views[i], b))
            return false;
    return true;
}

static struct columns columns_of(struct arena *arena, const struct result *result, const struct receiver_view *views,
                                 size_t count)
{
    const struct receiver *first = result->receiver_count ? result->receivers[0].receiver : NULL;
    struct columns columns = {.count = 0};
    bool fit = true;

    for (size_t i = 0; i < result->receiver_count && result->receivers[i].receiver == first; i++) {
        const char *who = result->receivers[i].who;
        size_t at = 0;

        columns.senders++;
        while (at < columns.count && !fare_alike(views, count, columns.at[at].first, who))
            at++;
        fit = at < SENDER_COLUMNS;
        if (!fit)
            break;
        if (at == columns.count)
            columns.at[columns.count++] = (struct column){who, list_text(arena, ", ", SENDERS_NAMED)};
        list_add(&columns.at[at].names, who);
    }
    if (!fit)
        columns.count = 0;
    return columns;
}

static const char *column_head(struct arena *arena, struct columns *columns, size_t index)
{
    struct column *column = &columns->at[index];

    if (columns->count == 1 && columns->senders > 1)
        return str_printf(arena, "all %zu senders", columns->senders);
    return list_end(&column->names);
}

static void outcome(struct sink *sink, enum receiver_outcome outcome)
{
    html_badge(sink, outcome_as_status(outcome), outcome_label(outcome));
}

static void cells(struct report *report, const struct receiver_view *view, struct columns *columns)
{
    struct sink *sink = &report->sink;

    for (size_t i = 0; i < columns->count; i++) {
        const struct fate *fate = fate_of(view, columns->at[i].first);

        ELEMENT(sink, "<td data-head=\"", column_head(report->arena, columns, i), "\">");
        if (fate)
            outcome(sink, fate->outcome);
        else
            sink_literal(sink, "\xe2\x80\x93");
        sink_literal(sink, "</td>");
    }
    if (columns->count)
        return;
    sink_literal(sink, "<td data-head=\"Senders\">");
    for (size_t f = 0; f < view->fate_count; f++) {
        sink_literal(sink, "<p>");
        outcome(sink, view->fates[f].outcome);
        if (view->fate_count == 1) {
            sink_literal(sink, " all senders");
        } else {
            sink_literal(sink, " <code>");
            sink_text(sink, fate_senders(report->arena, &view->fates[f]));
            sink_literal(sink, "</code>");
        }
        sink_literal(sink, "</p>\n");
    }
    sink_literal(sink, "</td>");
}

/* Two fates may share a reason: it is told with the first. */
static bool is_told(const struct receiver_view *view, size_t before, const struct receiver_reason *reason)
{
    for (size_t f = 0; f < before; f++)
        for (size_t i = 0; i < view->fates[f].verdict->reason_count; i++)
            if (view->fates[f].verdict->reasons[i].rule == reason->rule)
                return true;
    return false;
}

/* Whom it is about, where others fare otherwise. */
static void whom(struct report *report, const struct receiver_view *view, const struct fate *fate)
{
    if (view->fate_count == 1)
        return;
    sink_literal(&report->sink, " \xc2\xb7 <code>");
    sink_text(&report->sink, fate_senders(report->arena, fate));
    sink_literal(&report->sink, "</code>");
}

static void reason(struct report *report, const struct receiver_view *view, const struct fate *fate,
                   const struct receiver_reason *reason)
{
    struct sink *sink = &report->sink;

    sink_literal(sink, "<p class=\"says ");
    sink_text(sink, status_word(outcome_as_status(fate->outcome)));
    sink_literal(sink, "\">");
    sink_text(sink, reason->rule->words);
    sink_literal(sink, "</p><p class=\"muted\">for <code>");
    sink_text(sink, reason_check(reason));
    sink_literal(sink, "</code> \xc2\xb7 ");
    html_sources(report, reason->rule->source);
    if (strcmp(reason->rule->date, "undated") == 0)
        sink_literal(sink, ", undated");
    else if (*reason->rule->date)
        ELEMENT(sink, ", as of ", reason->rule->date, "");
    whom(report, view, fate);
    sink_literal(sink, "</p>\n");
}

static void reasons(struct report *report, const struct receiver_view *views, size_t index)
{
    const struct receiver_view *view = &views[index];
    struct sink *sink = &report->sink;
    bool any = false;

    for (size_t f = 0; f < view->fate_count; f++) {
        const struct fate *fate = &view->fates[f];
        const struct receiver *twin = fate_told_by(views, index, fate);

        if (twin) {
            sink_literal(sink, "<p class=\"muted\">as for ");
            sink_text(sink, twin->title);
            whom(report, view, fate);
            sink_literal(sink, "</p>\n");
        } else if (fate->outcome >= RECEIVER_AT_RISK) {
            for (size_t i = 0; i < fate->verdict->reason_count; i++)
                if (!is_told(view, f, &fate->verdict->reasons[i]))
                    reason(report, view, fate, &fate->verdict->reasons[i]);
        } else if (fate->outcome == RECEIVER_CANT_TELL) {
            sink_literal(sink, "<p class=\"muted\">not decided: <code>");
            sink_text(sink, fate_checks(report->arena, fate));
            sink_literal(sink, "</code>");
            whom(report, view, fate);
            sink_literal(sink, "</p>\n");
        } else {
            continue;
        }
        any = true;
    }
    if (!any)
        sink_literal(sink, "\xe2\x80\x93");
}

static void row(struct report *report, const struct receiver_view *views, size_t index, struct columns *columns)
{
    struct sink *sink = &report->sink;

    sink_literal(sink, "<tr><th scope=\"row\">");
    sink_text(sink, views[index].receiver->title);
    sink_literal(sink, "</th>");
    cells(report, &views[index], columns);
    sink_literal(sink, "<td data-head=\"If refused, your users see\">");
    reasons(report, views, index);
    sink_literal(sink, "</td></tr>\n");
}

static void contacts(struct report *report, const struct receiver_view *views, size_t count)
{
    struct sink *sink = &report->sink;

    sink_literal(sink,
                 "<details>\n<summary>Whom to write to, before the first mail and after a block</summary>\n<ul>\n");
    for (size_t i = 0; i < count; i++) {
        struct receiver_contact contact = receiver_contact_of(views[i].receiver);

        if (views[i].receiver->kind == RECEIVER_BULK || (!*contact.enrol && !*contact.contact))
            continue;
        sink_literal(sink, "<li>");
        sink_text(sink, views[i].receiver->title);
        sink_literal(sink, ": ");
        sink_text(sink, contact.enrol);
        sink_literal(sink, " ");
        sink_text(sink, contact.contact);
        sink_literal(sink, "</li>\n");
    }
    sink_literal(sink, "</ul>\n</details>\n");
}

bool html_has_receivers(struct report *report, const struct result *result)
{
    size_t count;

    receiver_views(report->arena, result, &count);
    return count > 0;
}

void html_receivers(struct report *report, const struct result *result)
{
    struct sink *sink = &report->sink;
    size_t count;
    const struct receiver_view *views = receiver_views(report->arena, result, &count);
    struct columns columns = columns_of(report->arena, result, views, count);

    sink_literal(sink, "<table class=\"receivers\">\n<thead><tr><th scope=\"col\">Receiver</th>");
    for (size_t i = 0; i < columns.count; i++)
        ELEMENT(sink, "<th scope=\"col\">", column_head(report->arena, &columns, i), "</th>");
    if (!columns.count)
        sink_literal(sink, "<th scope=\"col\">Senders</th>");
    sink_literal(sink, "<th scope=\"col\">If refused, your users see; the rule</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < count; i++)
        row(report, views, i, &columns);
    ELEMENT(sink, "</tbody>\n</table>\n<p class=\"muted\">", receiver_legend(report->arena, result), "</p>\n");
    contacts(report, views, count);
}
