/* reports/html/html_open.c - what this report does not tell: what could not be checked, what the user has accepted, and
 * what has changed since another one. */
#include "core/base/str.h"
#include "core/facts/agreement.h"
#include "core/result/receiver.h"
#include "reports/difference.h"
#include "reports/html/html.h"
#include "reports/outline.h"
#include "reports/receivers.h"
#include "reports/summary.h"
#include "reports/words.h"

bool html_has_open(struct report *report, const struct result *result)
{
    (void)report;
    for (size_t i = 0; i < result->finding_count; i++)
        if (result->findings[i]->status == UNKNOWN && !result->findings[i]->run_by)
            return true;
    return result->receiver_count > 0;
}

static void undecided(struct report *report, const struct entry *entry)
{
    struct sink *sink = &report->sink;
    const struct finding *f = entry->findings[0];

    sink_literal(sink, "<li>");
    html_badge(sink, UNKNOWN, "not known");
    ELEMENT(sink, " <b>", entry->check->title, "</b>: ");
    ELEMENT(sink, "<code>", entry_subjects(report->arena, entry), "</code>. ");
    ELEMENT(sink, "", f->message, ".");
    if (side_sentence(f->side))
        ELEMENT(sink, " ", side_sentence(f->side), "");
    if (entry->dependant_count)
        ELEMENT(sink, " ",
                str_printf(report->arena, "Because of it %zu more %s could not be decided.", entry->dependant_count,
                           entry->dependant_count == 1 ? "check" : "checks"),
                "");
    if (remedy_text(f))
        ELEMENT(sink, " <i>To find out:</i> ", remedy_text(f), "");
    sink_literal(sink, "</li>\n");
}

/* Matters that nobody could look at, for want of a word from the user. */
static bool not_looked_at(struct report *report, const struct result *result, bool any)
{
    struct tile tiles[TILE_COUNT];
    struct sink *sink = &report->sink;

    summary_tiles(report->arena, result, tiles);
    for (size_t i = 0; i < TILE_COUNT; i++) {
        if (!tiles[i].unseen)
            continue;
        if (!any)
            sink_literal(sink, "<ul class=\"open-list\">\n");
        any = true;
        sink_literal(sink, "<li>");
        html_badge(sink, SKIPPED, "not looked at");
        ELEMENT(sink, " <b>", tiles[i].title, "</b>: ");
        ELEMENT(sink, "", tiles[i].unseen, ".</li>\n");
    }
    return any;
}

/* What nobody outside can see, once for each receiver. */
static void not_visible(struct report *report, const struct result *result)
{
    struct sink *sink = &report->sink;
    size_t count;
    const struct receiver_view *views = receiver_views(report->arena, result, &count);

    if (count == 0)
        return;
    sink_literal(sink, "<details>\n<summary>What nobody can see from outside, by receiver</summary>\n<ul>\n");
    for (size_t i = 0; i < count; i++) {
        ELEMENT(sink, "<li>", views[i].receiver->title, ": ");
        ELEMENT(sink, "", views[i].receiver->not_visible, "</li>\n");
    }
    sink_literal(sink, "</ul>\n</details>\n");
}

void html_open(struct report *report, const struct result *result)
{
    const struct outline *outline = outline_of(report->arena, result);
    struct sink *sink = &report->sink;
    bool any = false;

    for (size_t g = 0; g < outline->group_count; g++) {
        for (size_t e = 0; e < outline->groups[g].entry_count; e++) {
            const struct entry *entry = &outline->groups[g].entries[e];

            if (entry->status != UNKNOWN)
                continue;
            if (!any)
                sink_literal(sink, "<ul class=\"open-list\">\n");
            any = true;
            undecided(report, entry);
        }
    }
    if (not_looked_at(report, result, any))
        sink_literal(sink, "</ul>\n");
    else
        sink_literal(sink, "<p>Every question that was asked got an answer.</p>\n");
    not_visible(report, result);
}

void html_changes(struct report *report, const struct result *result)
{
    const struct difference *d = report->gate->difference;
    struct sink *sink = &report->sink;

    (void)result;
    ELEMENT(sink, "<p>", difference_summary(report->arena, d), "</p>\n");
    for (size_t i = 0; i < d->count; i++) {
        if (i == 0 || d->items[i].change != d->items[i - 1].change)
            ELEMENT(sink, "<h3>", change_title(d->items[i].change), "</h3>\n<ul>\n");
        ELEMENT(sink, "<li>", change_line(report->arena, &d->items[i]), "</li>\n");
        if (i + 1 == d->count || d->items[i + 1].change != d->items[i].change)
            sink_literal(sink, "</ul>\n");
    }
}

bool html_has_agreed(struct report *report, const struct result *result)
{
    (void)report;
    return result->target->suppression_count > 0;
}

void html_agreed(struct report *report, const struct result *result)
{
    const struct target *target = result->target;

    sink_literal(&report->sink, "<ul>\n");
    for (size_t i = 0; i < target->suppression_count; i++)
        ELEMENT(&report->sink, "<li>", suppression_sentence(report->arena, result, &target->suppressions[i]),
                "</li>\n");
    sink_literal(&report->sink, "</ul>\n");
}
