/* reports/lines.c - one finding a line, and the verdict: for grep, and for the log of a job that failed.
 *
 *     FAIL ptr.fcrdns 192.0.2.1: no reverse name leads back
 *     FAIL expect.ptr 192.0.2.1: expected mx.example.org, seen: nothing (.mailready.conf:7)
 *     example.org: NOT READY (1 fail, 14 ok)
 */

#include "reports/notices.h"
#include "reports/reporter.h"
#include "reports/words.h"

static void line(struct report *report, const struct finding *f, const char *text)
{
    sink_text(&report->sink, finding_line(report->arena, f, text));
    if (finding_place(f)) {
        sink_literal(&report->sink, " (");
        sink_text(&report->sink, finding_place(f));
        sink_literal(&report->sink, ")");
    }
    sink_literal(&report->sink, "\n");
}

static void what_counts(struct report *report, const struct result *result)
{
    const struct notices notices = notices_of(report->arena, result, report->gate);

    for (size_t i = 0; i < notices.count; i++)
        if (notices.outcome.fails ? notices.at[i].fails : notices.at[i].undecided)
            line(report, notices.at[i].finding, notice_text(report->arena, &notices.at[i]));
}

static void everything(struct report *report, const struct result *result)
{
    for (size_t i = 0; i < result->finding_count; i++)
        line(report, result->findings[i], finding_text(report->arena, result, result->findings[i]));
}

static void one(struct report *report, const struct result *result)
{
    if (!report->options.quiet)
        (report->options.what_counts ? what_counts : everything)(report, result);
    sink_text(&report->sink, verdict_line(report->arena, result));
    sink_literal(&report->sink, "\n");
}

static void nothing(struct report *report)
{
    (void)report;
}

const struct reporter lines_reporter = {
    .name = "lines",
    .summary = "one finding a line: STATUS CHECK SUBJECT: message [(FILE:LINE)]; then the verdict",
    .language = SINK_TEXT,
    .begin = nothing,
    .one = one,
    .end = nothing,
};
