/* reports/gitlab.c - GitLab's code quality report: what is amiss, and what stands in the way of a verdict.
 *
 * GitLab compares the fingerprints with those of the target branch, drops an entry whose fingerprint it has seen in the
 * file, and wants a path and a line.  What is unknown is `info`, the mildest severity, and says what it is.
 */

#include "core/base/arena.h"
#include "core/base/str.h"
#include "reports/notices.h"
#include "reports/reporter.h"

static const char *severity(const struct notice *notice)
{
    if (notice->finding->suppressed)
        return "info";
    if (notice->finding->status == FAIL)
        return "critical";
    if (notice->finding->status == WARN)
        return notice->fails ? "major" : "minor";
    return "info";
}

static void entry(struct report *report, const struct result *result, const struct notice *notice)
{
    struct sink *sink = &report->sink;
    const struct place place = place_of(report->arena, result, notice->finding);

    sink_literal(sink, "{\"description\": \"");
    sink_text(sink, notice_sentence(report->arena, result, notice, true));
    sink_literal(sink, "\", \"check_name\": \"");
    sink_text(sink, check_of(notice->finding->check)->name);
    sink_literal(sink, "\", \"fingerprint\": \"");
    sink_text(sink, result_fingerprint(report->arena, result, notice->finding));
    sink_literal(sink, "\", \"severity\": \"");
    sink_text(sink, severity(notice));
    sink_literal(sink, "\", \"location\": {\"path\": \"");
    sink_text(sink, place.file);
    sink_literal(sink, "\", \"lines\": {\"begin\": ");
    sink_number(sink, (long long)place.line);
    sink_literal(sink, "}}}");
}

static void begin(struct report *report)
{
    sink_literal(&report->sink, "[\n");
}

static void one(struct report *report, const struct result *result)
{
    const struct notices notices = notices_of(report->arena, result, report->gate);

    for (size_t i = 0; i < notices.count; i++) {
        if (!notice_alarms(&notices.at[i]))
            continue;
        entry(report, result, &notices.at[i]);
        hand_written(report);
    }
}

static void take(struct report *report)
{
    while (take_more(report)) {
        if (report->own)
            sink_literal(&report->sink, ",\n");
        report->own = report; /* not the first */
        write_taken(report);
    }
}

static void end(struct report *report)
{
    if (report->own)
        sink_literal(&report->sink, "\n");
    sink_literal(&report->sink, "]\n");
}

const struct reporter gitlab_reporter = {
    .name = "gitlab",
    .summary = "GitLab's code quality report",
    .language = SINK_JSON,
    .begin = begin,
    .one = one,
    .take = take,
    .end = end,
};
