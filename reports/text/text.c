/* reports/text/text.c - the report for a terminal: verdict, findings by group, what to fix first at the end. */

#include "reports/reporter.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/derive/resolver.h"
#include "reports/difference.h"
#include "reports/outline.h"
#include "reports/plan_text.h"
#include "reports/services.h"
#include "reports/text/terminal.h"
#include "reports/text/text_causes.h"
#include "reports/text/text_findings.h"
#include "reports/text/text_identity.h"
#include "reports/text/text_receivers.h"
#include "reports/text/text_services.h"
#include "reports/words.h"

enum {
    NAME_COLUMN = 13,  /* where the name of a check begins: "  x FAIL     " */
    LABEL_COLUMN = 13, /* where the values of the header begin */
};

static void labelled(struct report *report, const char *label, const char *text)
{
    terminal_dim(report);
    sink_literal(&report->sink, "  ");
    sink_text(&report->sink, label);
    terminal_plain(report);
    terminal_spaces(report, LABEL_COLUMN - 2 - strlen(label));
    terminal_wrapped_from(report, LABEL_COLUMN, LABEL_COLUMN, text);
}

static void header(struct report *report, const struct result *result)
{
    const char *next = services_next(report->arena, result);
    const struct target *target = result->target;
    const struct vantage *vantage = result->vantage;
    const struct inventory *mail = result->inventory;
    enum status as = verdict_as_status(result->verdict);
    bool any = false; /* sender; they come next */

    terminal_rule(report);
    terminal_bold(report);
    terminal_wrapped(report, 0, target->domain);
    terminal_plain(report);
    if (target->unicode && strcmp(target->unicode, target->domain) != 0)
        terminal_wrapped(report, 0, target->unicode);
    if (result->plan) {
        terminal_bold(report);
        terminal_wrapped(report, 0, plan_text(report->arena, result));
        terminal_plain(report);
        terminal_wrapped(report, 0, plan_answers_text(report->arena, result));
    }
    terminal_newline(report);
    terminal_colour(report, as);
    sink_text(&report->sink, status_symbol(as, report->options.utf8));
    sink_literal(&report->sink, " ");
    sink_text(&report->sink, verdict_title(report->arena, result));
    terminal_plain(report);
    terminal_newline(report);
    terminal_wrapped(report, 2, verdict_sentence(report->arena, result));
    if (next)
        terminal_wrapped(report, 2, next);
    terminal_wrapped(report, 2, counts_text(report->arena, result->counts, result->suppressed_count, ", "));
    terminal_newline(report);
    labelled(report, "when",
             str_printf(report->arena, "%s, took %s", time_text(report->arena, result->started_s),
                        elapsed_text(report->arena, result->elapsed_ms)));
    if (vantage) {
        labelled(report, "seen from", vantage->host ? vantage->host : "?");
        for (size_t i = 0; i < vantage->resolver_count; i++)
            labelled(report, i ? "" : "resolver",
                     i ? vantage->resolvers[i]
                       : str_printf(report->arena, "%s (%s)", vantage->resolvers[i], resolver_trust_text(result)));
        if (result->instrument)
            labelled(report, "tested", instrument_text(report->arena, result->instrument));
    }
    for (size_t i = 0; mail && i < mail->address_count; i++)
        any = any || address_is_sender(&mail->addresses[i]);
    if (target->owner)
        labelled(report, "owner", target->owner);
    if (!any && !result_is_hosted(result))
        labelled(report, "senders", "none known; name them with --sender ADDRESS=HELO");
}

static void what_changed(struct report *report)
{
    const struct difference *d = report->gate->difference;

    if (!d)
        return;
    terminal_newline(report);
    terminal_bold(report);
    sink_literal(&report->sink, "What changed");
    terminal_plain(report);
    sink_literal(&report->sink, "  ");
    terminal_wrapped_from(report, strlen("What changed  "), 2, difference_summary(report->arena, d));
    for (size_t i = 0; i < d->count; i++) {
        if (i == 0 || d->items[i].change != d->items[i - 1].change)
            terminal_wrapped(report, 2, change_title(d->items[i].change));
        terminal_wrapped(report, 4, change_line(report->arena, &d->items[i]));
    }
}

static void what_is_suppressed(struct report *report, const struct result *result)
{
    const struct target *target = result->target;

    if (target->suppression_count == 0)
        return;
    terminal_newline(report);
    terminal_bold(report);
    sink_literal(&report->sink, "Suppressions");
    terminal_plain(report);
    terminal_newline(report);
    for (size_t i = 0; i < target->suppression_count; i++)
        terminal_wrapped(report, 2, suppression_sentence(report->arena, result, &target->suppressions[i]));
}

static void what_is_open(struct report *report, const struct outline *outline)
{
    terminal_newline(report);
    terminal_rule(report);
    terminal_bold(report);
    sink_literal(&report->sink, "What is in the way of a verdict");
    terminal_plain(report);
    terminal_newline(report);
    for (size_t g = 0; g < outline->group_count; g++) {
        for (size_t e = 0; e < outline->groups[g].entry_count; e++) {
            const struct entry *entry = &outline->groups[g].entries[e];
            const struct finding *f = entry->findings[0];

            if (entry->status != UNKNOWN || f->suppressed)
                continue;
            terminal_newline(report);
            terminal_marked(report, UNKNOWN, status_label(UNKNOWN), NAME_COLUMN);
            terminal_wrapped_from(report, NAME_COLUMN, NAME_COLUMN, f->message);
            if (side_sentence(f->side))
                terminal_wrapped(report, NAME_COLUMN, side_sentence(f->side));
            if (remedy_text(f))
                terminal_wrapped(report, NAME_COLUMN, remedy_text(f));
        }
    }
}

static void one(struct report *report, const struct result *result)
{
    const struct outline *outline;

    if (report->options.quiet) {
        sink_text(&report->sink, verdict_line(report->arena, result));
        terminal_newline(report);
        return;
    }
    outline = outline_of(report->arena, result);
    if (report->results)
        terminal_newline(report);
    header(report, result);
    text_services(report, result);
    text_identities(report, result);
    text_findings(report, outline);
    what_is_suppressed(report, result);
    what_changed(report);
    text_receivers(report, result);
    if (result->cause_count)
        text_causes(report, result);
    else if (result->verdict == VERDICT_UNKNOWN)
        what_is_open(report, outline);
}

static void begin(struct report *report)
{
    (void)report;
}

static void end(struct report *report)
{
    if (!report->options.several || report->results < 2 || report->options.quiet)
        return;
    terminal_newline(report);
    terminal_rule(report);
    terminal_bold(report);
    sink_number(&report->sink, (long long)report->results);
    sink_literal(&report->sink, " domains");
    terminal_plain(report);
    terminal_newline(report);
    for (int verdict = VERDICT_NOT_READY; verdict >= VERDICT_READY; verdict--) {
        enum status as = verdict_as_status((enum verdict)verdict);
        char number[24];

        if (report->verdicts[verdict] == 0)
            continue;
        snprintf(number, sizeof number, "%6zu ", report->verdicts[verdict]);
        sink_text(&report->sink, number);
        terminal_colour(report, as);
        sink_text(&report->sink, status_symbol(as, report->options.utf8));
        sink_literal(&report->sink, " ");
        sink_text(&report->sink, verdict_label((enum verdict)verdict));
        terminal_plain(report);
        terminal_newline(report);
    }
}

const struct reporter text_reporter = {
    .name = "text",
    .suffix = ".txt",
    .summary = "for people at a terminal",
    .language = SINK_TEXT,
    .begin = begin,
    .one = one,
    .end = end,
};
