/* reports/markdown.c - a summary for people who look at a job: what is amiss, what to do, and the counts.
 *
 * Messages quote peers, so they stand in code spans: nothing in them is a link, a mention, markup or the end of a cell.
 * GitHub takes a summary of 1 MiB; near that, rows are left out and counted.
 */

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/result/cause.h"
#include "reports/cause_words.h"
#include "reports/markdown_code.h"
#include "reports/notices.h"
#include "reports/reporter.h"
#include "reports/services.h"
#include "reports/words.h"

enum { SUMMARY_BYTES = 900 * 1024, CAUSES_MAX = 10 };

struct summary {
    size_t left_out;
};

static void heading(struct report *report, const struct result *result)
{
    struct sink *sink = &report->sink;

    sink_literal(sink, "## ");
    markdown_code(&report->sink, report->arena, result->target->domain);
    sink_literal(sink, " ");
    sink_text(sink, verdict_title(report->arena, result));
    sink_literal(sink, "\n\n");
    sink_text(sink, verdict_sentence(report->arena, result));
    sink_literal(sink, "\n");
    if (result->finding_count) {
        sink_literal(sink, "\n");
        sink_text(sink, counts_text(report->arena, result->counts, result->suppressed_count, ", "));
        sink_literal(sink, "\n");
    }
}

static void row(struct report *report, const struct notice *notice)
{
    struct sink *sink = &report->sink;

    sink_literal(sink, "| ");
    sink_text(sink, status_symbol(notice->finding->status, true));
    sink_literal(sink, " ");
    sink_text(sink, notice->finding->suppressed ? "suppressed" : status_word(notice->finding->status));
    sink_literal(sink, " | ");
    markdown_code(&report->sink, report->arena, check_of(notice->finding->check)->name);
    sink_literal(sink, " | ");
    markdown_code(&report->sink, report->arena, notice->finding->subject);
    sink_literal(sink, " | ");
    markdown_code(&report->sink, report->arena, notice_text(report->arena, notice));
    sink_literal(sink, " |\n");
}

static void item(struct report *report, const char *text)
{
    sink_literal(&report->sink, "     - ");
    markdown_code(&report->sink, report->arena, text);
    sink_literal(&report->sink, "\n");
}

static void step(struct report *report, const struct cause_step *step, size_t number)
{
    const struct text_list *records = &step->lead->records;

    sink_literal(&report->sink, "   - ");
    markdown_code(&report->sink, report->arena, step->what);
    sink_literal(&report->sink, "\n");
    if (step->waits_for)
        item(report, step_wait(report->arena, step, number));
    for (size_t i = 0; !step->waits_for && i < records->count; i++)
        item(report, records->at[i]);
}

static void causes(struct report *report, const struct result *result)
{
    for (size_t i = 0; i < result->cause_count && i < CAUSES_MAX; i++) {
        if (i == 0)
            sink_literal(&report->sink, "\nWhat to do, in this order:\n\n");
        sink_literal(&report->sink, "1. ");
        markdown_code(&report->sink, report->arena, result->causes[i].text);
        sink_literal(&report->sink, "\n");
        for (size_t s = 0; s < result->causes[i].step_count; s++)
            step(report, &result->causes[i].steps[s], i + 1);
        if (i + 1 == CAUSES_MAX && result->cause_count > CAUSES_MAX) {
            sink_literal(&report->sink, "\n");
            sink_number(&report->sink, (long long)(result->cause_count - CAUSES_MAX));
            sink_literal(&report->sink, " more causes: see the full report.\n");
        }
        hand_written(report);
    }
}

static void services(struct report *report, const struct result *result)
{
    struct sink *sink = &report->sink;
    size_t count;
    const struct service_view *views = service_views(report->arena, result, &count);

    if (count)
        sink_literal(sink, "\nWho sends for this domain:\n\n");
    for (size_t i = 0; i < count; i++) {
        sink_literal(sink, "- ");
        sink_text(sink, views[i].service->provider->name);
        for (size_t k = 0; k < views[i].part_count; k++) {
            sink_text(sink, k ? ", " : ": ");
            sink_text(sink, views[i].parts[k].label);
            sink_literal(sink, " ");
            sink_text(sink, status_label(views[i].parts[k].status));
        }
        sink_literal(sink, "\n");
    }
}

static void begin(struct report *report)
{
    report->own = ARENA_NEW(report->kept, struct summary);
}

static void one(struct report *report, const struct result *result)
{
    const struct notices notices = notices_of(report->arena, result, report->gate);
    bool any = false;

    heading(report, result);
    services(report, result);
    hand_written(report);
    for (size_t i = 0; i < notices.count; i++) {
        if (notices.at[i].finding->status == NOTE)
            continue;
        if (!any)
            sink_literal(&report->sink, "\n| Status | Check | Subject | What was found |\n|---|---|---|---|\n");
        any = true;
        row(report, &notices.at[i]);
        hand_written(report);
    }
    causes(report, result);
}

/* Of a domain that there is no room for the heading is what is left out. */
static void take(struct report *report)
{
    struct summary *summary = report->own;

    if (report->sink.written >= SUMMARY_BYTES) {
        summary->left_out++;
        return;
    }
    if (report->results)
        sink_literal(&report->sink, "\n");
    while (take_more(report)) {
        if (report->sink.written < SUMMARY_BYTES) {
            write_taken(report);
        } else {
            pass_taken(report);
            summary->left_out++;
        }
    }
}

static void end(struct report *report)
{
    const struct summary *summary = report->own;

    if (summary->left_out == 0)
        return;
    sink_literal(&report->sink, "\n");
    sink_number(&report->sink, (long long)summary->left_out);
    sink_literal(&report->sink, " more lines are left out: a summary may have 1 MiB.\n");
}

const struct reporter markdown_reporter = {
    .name = "markdown",
    .suffix = ".md",
    .summary = "a summary for the page of a job",
    .language = SINK_MARKDOWN,
    .begin = begin,
    .one = one,
    .take = take,
    .end = end,
};
