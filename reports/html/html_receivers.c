/* reports/html/html_receivers.c - a table of receivers and senders:
 * who would take this mail, and what the others would say. */

#include "reports/html/html.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "reports/receivers.h"
#include "reports/words.h"

enum { SENDER_COLUMNS = 4 }; /* more do not fit: then they are listed in one */

struct columns {
    const char *at[SENDER_COLUMNS]; /* addresses, and names of services */
    size_t count; /* 0: senders are listed */
};

static struct columns columns_of(const struct result *result)
{
    struct columns columns = {.count = 0};
    const struct receiver *first = result->receiver_count ? result->receivers[0].receiver : NULL;

    for (size_t i = 0; i < result->receiver_count && result->receivers[i].receiver == first; i++) {
        if (columns.count == SENDER_COLUMNS)
            return (struct columns){.count = 0};
        columns.at[columns.count++] = result->receivers[i].who;
    }
    return columns;
}

static const struct fate *fate_of(const struct receiver_view *view, const char *sender)
{
    for (size_t f = 0; f < view->fate_count; f++)
        for (size_t i = 0; i < view->fates[f].sender_count; i++)
            if (view->fates[f].senders[i] == sender)
                return &view->fates[f];
    return NULL;
}

static void outcome(struct sink *sink, enum receiver_outcome outcome)
{
    html_badge(sink, outcome_as_status(outcome), outcome_label(outcome));
}

static void cells(struct report *report, const struct receiver_view *view, const struct columns *columns)
{
    struct sink *sink = &report->sink;

    for (size_t i = 0; i < columns->count; i++) {
        const struct fate *fate = fate_of(view, columns->at[i]);

        sink_literal(sink, "<td data-head=\"");
        sink_text(sink, columns->at[i]);
        sink_literal(sink, "\">");
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
    sink_text(sink, reason_source(report->arena, reason));
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

static void row(struct report *report, const struct receiver_view *views, size_t index, const struct columns *columns)
{
    struct sink *sink = &report->sink;

    sink_literal(sink, "<tr><th scope=\"row\">");
    sink_text(sink, views[index].receiver->title);
    sink_literal(sink, "</th>");
    cells(report, &views[index], columns);
    sink_literal(sink, "<td data-head=\"What you would see\">");
    reasons(report, views, index);
    sink_literal(sink, "</td></tr>\n");
}

static void not_visible(struct report *report, const struct receiver_view *views, size_t count)
{
    struct sink *sink = &report->sink;

    sink_literal(sink, "<details>\n<summary>What cannot be seen from outside</summary>\n<ul>\n");
    for (size_t i = 0; i < count; i++) {
        sink_literal(sink, "<li>");
        sink_text(sink, views[i].receiver->title);
        sink_literal(sink, ": ");
        sink_text(sink, views[i].receiver->not_visible);
        sink_literal(sink, "</li>\n");
    }
    sink_literal(sink, "</ul>\n</details>\n");
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

void html_receivers(struct report *report, const struct result *result)
{
    struct sink *sink = &report->sink;
    struct columns columns;
    size_t count;
    const struct receiver_view *views = receiver_views(report->arena, result, &count);

    if (count == 0)
        return;
    columns = columns_of(result);
    sink_literal(sink, "<section>\n<h2>Who would take this mail</h2>\n<table class=\"receivers\">\n<thead><tr>"
                       "<th scope=\"col\">Receiver</th>");
    for (size_t i = 0; i < columns.count; i++) {
        sink_literal(sink, "<th scope=\"col\"><code>");
        sink_text(sink, columns.at[i]);
        sink_literal(sink, "</code></th>");
    }
    if (!columns.count)
        sink_literal(sink, "<th scope=\"col\">Senders</th>");
    sink_literal(sink, "<th scope=\"col\">What you would see</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < count; i++)
        row(report, views, i, &columns);
    sink_literal(sink, "</tbody>\n</table>\n<p class=\"muted\">");
    sink_text(sink, receiver_legend(report->arena, result));
    sink_literal(sink, "</p>\n");
    not_visible(report, views, count);
    contacts(report, views, count);
    sink_literal(sink, "</section>\n");
}
