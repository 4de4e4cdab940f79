/* reports/junit.c - a test suite for each domain and a test case for each finding, for the test view of a CI system.
 *
 * A finding that fails, or counts for exit status 1, is a failure.  What is unknown is skipped, with the reason: it is
 * neither a failure nor a success, and JUnit's "error" would turn a pipeline red for a fault that nobody has seen.
 * What is suppressed is skipped as well, with the user's reason and the last day.
 * Warnings and notes that do not count are passes, so their words stand in system-out.  (JUnit.xsd of Ant)
 */

#include <inttypes.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "reports/notices.h"
#include "reports/reporter.h"
#include "reports/words.h"

static bool is_failure(const struct report *report, const struct result *result, const struct finding *f)
{
    return finding_is_error(report->gate, result, f);
}

/* A failure that does not count, as a baseline knows it, is no success either. */
static bool is_skipped(const struct report *report, const struct result *result, const struct finding *f)
{
    return f->status == UNKNOWN || f->status == SKIPPED || f->suppressed ||
           (f->status == FAIL && !is_failure(report, result, f));
}

#define ATTRIBUTE(report, name, text)                                                                                  \
    (sink_literal(&(report)->sink, " " name "=\""), sink_text(&(report)->sink, (text)),                                \
     sink_literal(&(report)->sink, "\""))

static void number(struct report *report, size_t value)
{
    sink_number(&report->sink, (long long)value);
    sink_literal(&report->sink, "\"");
}

static void failure(struct report *report, const struct finding *f)
{
    struct sink *sink = &report->sink;

    sink_literal(sink, ">\n      <failure");
    ATTRIBUTE(report, "type", status_word(f->status));
    ATTRIBUTE(report, "message", f->message);
    sink_literal(sink, ">");
    sink_text(sink, f->message);
    if (remedy_text(f)) {
        sink_literal(sink, "\n");
        sink_text(sink, remedy_text(f));
    }
    for (size_t i = 0; i < f->records.count; i++) {
        sink_literal(sink, "\n");
        sink_text(sink, f->records.at[i]);
    }
    sink_literal(sink, "</failure>\n    </testcase>\n");
}

static void test_case(struct report *report, const struct result *result, const struct finding *f)
{
    struct sink *sink = &report->sink;
    const char *text = finding_text(report->arena, result, f);

    sink_literal(sink, "    <testcase");
    ATTRIBUTE(report, "classname", result->target->domain);
    ATTRIBUTE(report, "name", str_printf(report->arena, "%s %s", check_of(f->check)->name, f->subject));
    sink_literal(sink, " time=\"0\"");
    if (is_failure(report, result, f)) {
        failure(report, f);
    } else if (is_skipped(report, result, f)) {
        sink_literal(sink, ">\n      <skipped");
        if (f->status == UNKNOWN && (f->suppressed || text == f->message))
            text = str_printf(report->arena, "could not be decided: %s", text);
        else if (f->status == FAIL && !f->suppressed)
            text = str_printf(report->arena, "fails as it did in the baseline: %s", text);
        ATTRIBUTE(report, "message", text);
        sink_literal(sink, "/>\n    </testcase>\n");
    } else {
        sink_literal(sink, "/>\n");
    }
}

/* A time zone may not be given: it is UTC. */
static const char *timestamp(struct arena *arena, const struct result *result)
{
    struct str text = str_of(time_text(arena, result->started_s));

    return str_text(arena, (struct str){text.at, text.len ? text.len - 1 : 0});
}

static void suite(struct report *report, const struct result *result, const struct finding *const *all, size_t count)
{
    struct sink *sink = &report->sink;
    const char *host = result->vantage && result->vantage->host ? result->vantage->host : "localhost";
    size_t failures = 0, skipped = 0;

    for (size_t i = 0; i < count; i++) {
        failures += is_failure(report, result, all[i]);
        skipped += is_skipped(report, result, all[i]);
    }
    sink_literal(sink, "  <testsuite package=\"mailready\"");
    ATTRIBUTE(report, "name", result->target->domain);
    ATTRIBUTE(report, "hostname", *host ? host : "localhost");
    ATTRIBUTE(report, "timestamp", timestamp(report->arena, result));
    sink_literal(sink, " id=\"");
    hand_written(report);
    sink_literal(sink, " tests=\"");
    number(report, count);
    sink_literal(sink, " failures=\"");
    number(report, failures);
    sink_literal(sink, " errors=\"0\" skipped=\"");
    number(report, skipped);
    ATTRIBUTE(
        report, "time",
        str_printf(report->arena, "%" PRId64 ".%03d", result->elapsed_ms / 1000, (int)(result->elapsed_ms % 1000)));
    sink_literal(sink, ">\n    <properties>\n      <property name=\"mailready\" value=\"" MAILREADY_VERSION
                       "\"/>\n      <property name=\"verdict\"");
    ATTRIBUTE(report, "value", verdict_word(result->verdict));
    sink_literal(sink, "/>\n    </properties>\n");
}

static void passed_with_words(struct report *report, const struct result *result)
{
    struct sink *sink = &report->sink;

    sink_literal(sink, "    <system-out>");
    sink_text(sink, verdict_line(report->arena, result));
    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *f = result->findings[i];

        if ((f->status != WARN && f->status != NOTE) || f->suppressed || is_failure(report, result, f))
            continue;
        sink_literal(sink, "\n");
        sink_text(sink, finding_line(report->arena, f, f->message));
    }
    sink_literal(sink, "</system-out>\n    <system-err></system-err>\n  </testsuite>\n");
}

static void begin(struct report *report)
{
    sink_literal(&report->sink, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
}

static void one(struct report *report, const struct result *result)
{
    const struct finding *nothing = nothing_known(report->arena, result);
    const struct finding *const *all = nothing ? &nothing : result->findings;
    size_t count = nothing ? 1 : result->finding_count;

    suite(report, result, all, count);
    for (size_t i = 0; i < count; i++)
        test_case(report, result, all[i]);
    passed_with_words(report, result);
    hand_written(report);
}

static void take(struct report *report)
{
    write_taken(report);
    number(report, report->results);
    write_taken(report);
}

static void end(struct report *report)
{
    sink_literal(&report->sink, "</testsuites>\n");
}

const struct reporter junit_reporter = {
    .name = "junit",
    .suffix = ".xml",
    .summary = "JUnit XML: a suite for each domain, a case for each finding; what is unknown or suppressed is skipped",
    .language = SINK_HTML,
    .begin = begin,
    .one = one,
    .take = take,
    .end = end,
};
