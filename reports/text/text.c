/* reports/text/text.c - the report for a terminal: what was seen, and at the end what to fix, who refuses, the verdict;
 * of several domains a line each, and totals. */

#include "reports/reporter.h"

#include <string.h>

#include "core/base/str.h"
#include "core/derive/resolver.h"
#include "core/facts/evidence.h"
#include "core/result/agree.h"
#include "reports/difference.h"
#include "reports/evidence_text.h"
#include "reports/outline.h"
#include "reports/plan_text.h"
#include "reports/text/terminal.h"
#include "reports/text/text_conclusion.h"
#include "reports/text/text_findings.h"
#include "reports/text/text_identity.h"
#include "reports/text/text_receivers.h"
#include "reports/text/text_services.h"
#include "reports/text/text_several.h"
#include "reports/words.h"

enum { LABEL_COLUMN = 13 }; /* where the values of the header begin */

/* ---- a domain in full ---- */

static void plan(struct report *report, const struct result *result)
{
    if (!result->plan)
        return;
    terminal_bold(report);
    terminal_wrapped(report, 0, plan_text(report->arena, result));
    terminal_plain(report);
    terminal_wrapped(report, 0, plan_answers_text(report->arena, result));
}

static bool has_senders(const struct inventory *mail)
{
    for (size_t i = 0; mail && i < mail->address_count; i++)
        if (address_is_sender(&mail->addresses[i]))
            return true;
    return false;
}

static void where_from(struct report *report, const struct result *result)
{
    const struct vantage *vantage = result->vantage;

    terminal_labelled(report, 2, LABEL_COLUMN, "when",
                      str_printf(report->arena, "%s, took %s", time_text(report->arena, result->started_s),
                                 elapsed_text(report->arena, result->elapsed_ms)));
    if (!vantage)
        return;
    terminal_labelled(report, 2, LABEL_COLUMN, "seen from", vantage->host ? vantage->host : "?");
    for (size_t i = 0; i < vantage->resolver_count; i++)
        terminal_labelled(
            report, 2, LABEL_COLUMN, i ? "" : "resolver",
            i ? vantage->resolvers[i]
              : str_printf(report->arena, "%s (%s)", vantage->resolvers[i], resolver_trust_text(result)));
    if (result->instrument)
        terminal_labelled(report, 2, LABEL_COLUMN, "tested", instrument_text(report->arena, result->instrument));
}

/* At the top: whoever runs this can do something about it, and until then the rest says less. */
static void what_this_machine_lacks(struct report *report, const struct result *result)
{
    const char *sentence = machine_sentence(report->arena, result);
    struct machine_fault faults[MACHINE_FAULTS_MAX];
    size_t count = machine_faults(result, faults);

    if (!sentence)
        return;
    terminal_colour(report, UNKNOWN);
    terminal_wrapped(report, 2, sentence);
    terminal_plain(report);
    for (size_t i = 0; i < count; i++)
        if (remedy_text(faults[i].finding))
            terminal_wrapped(report, 2, remedy_text(faults[i].finding));
}

static void header(struct report *report, const struct result *result)
{
    const struct target *target = result->target;

    terminal_bold(report);
    terminal_wrapped(report, 0, target->domain);
    terminal_plain(report);
    if (target->unicode && report->options.utf8 && strcmp(target->unicode, target->domain) != 0)
        terminal_wrapped(report, 0, target->unicode);
    plan(report, result);
    if (report->options.verbose) {
        where_from(report, result);
    } else if (result->vantage) {
        terminal_dim(report);
        terminal_wrapped(report, 2,
                         str_printf(report->arena, "seen from %s, %s",
                                    result->vantage->host ? result->vantage->host : "?",
                                    time_text(report->arena, result->started_s)));
        terminal_plain(report);
    }
    what_this_machine_lacks(report, result);
    if (target->owner)
        terminal_labelled(report, 2, LABEL_COLUMN, "owner", target->owner);
    if (!has_senders(result->inventory) && !result_is_hosted(result))
        terminal_labelled(report, 2, LABEL_COLUMN, "senders", "none known; name them with --sender ADDRESS=HELO");
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
    terminal_wrapped_from(report, terminal_columns(report, "What changed") + 2, 2,
                          difference_summary(report->arena, d));
    for (size_t i = 0; i < d->count; i++) {
        if (i == 0 || d->items[i].change != d->items[i - 1].change)
            terminal_wrapped(report, 2, change_title(d->items[i].change));
        terminal_wrapped(report, 4, change_line(report->arena, &d->items[i]));
    }
}

static void what_is_suppressed(struct report *report, const struct result *result)
{
    const struct target *target = result->target;
    size_t count, shown = 0;

    for (size_t i = 0; i < target->suppression_count; i++) {
        enum suppression_state state = suppression_state(result, &target->suppressions[i], &count);

        if (!report->options.verbose && state == SUPPRESSION_NOT_ASKED)
            continue;
        if (shown++ == 0)
            terminal_heading(report, "Suppressions");
        terminal_wrapped(report, 2, suppression_sentence(report->arena, result, &target->suppressions[i]));
    }
}

static void evidence(struct report *report, const struct result *result)
{
    terminal_heading(report, "Evidence");
    for (size_t i = 0; i < result->evidence_count; i++) {
        terminal_newline(report);
        terminal_dim(report);
        sink_text(&report->sink, key_text(report->arena, &result->evidence[i]->key));
        terminal_plain(report);
        terminal_newline(report);
        evidence_text(&report->sink, report->arena, result->evidence[i]);
    }
}

static void in_full(struct report *report, const struct result *result)
{
    const struct outline *outline = outline_of(report->arena, result);

    header(report, result);
    if (report->options.verbose) {
        text_services(report, result);
        text_identities(report, result);
        text_findings(report, outline);
        if (report->options.verbose > 1)
            evidence(report, result);
        text_receivers(report, result);
    } else {
        text_services_summary(report, result);
        text_identities_summary(report, result);
    }
    what_is_suppressed(report, result);
    what_changed(report);
    if (report->options.verbose && !report->options.several)
        text_receivers_not_visible(report, result);
    text_conclusion(report, result, outline);
}

static void one(struct report *report, const struct result *result)
{
    bool only_a_line = report->options.several && !report->options.verbose;

    if (report->options.quiet) {
        sink_text(&report->sink, verdict_line(report->arena, result));
        terminal_newline(report);
        hand_written(report);
        return;
    }
    text_several_hand(report, result);
    if (only_a_line)
        plan(report, result);
    hand_written(report);
    if (only_a_line)
        text_several_line(report, result);
    else
        in_full(report, result);
    hand_written(report);
}

static void take(struct report *report)
{
    bool only_a_line = report->options.several && !report->options.verbose;

    if (!report->options.quiet)
        text_several_remember(report);
    if (!report->options.quiet && report->results && !only_a_line)
        terminal_newline(report);
    if (report->results && !report->options.quiet)
        pass_taken(report); /* the plan is told once */
    else
        write_taken(report);
    write_taken(report);
}

static void begin(struct report *report)
{
    text_several_begin(report);
    report->sink.ascii = report->translator.ascii = !report->options.utf8;
}

static void end(struct report *report)
{
    if (report->options.several && report->results && !report->options.quiet)
        text_several_end(report);
}

const struct reporter text_reporter = {
    .is_translated = true,
    .name = "text",
    .suffix = ".txt",
    .summary = "for people at a terminal",
    .language = SINK_TEXT,
    .begin = begin,
    .one = one,
    .take = take,
    .end = end,
};
