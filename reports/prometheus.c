/* reports/prometheus.c - figures in the text format of Prometheus, for the textfile collector of its node exporter.
 *
 * Labels are the domain, as the user gave it, and our own words: remote text as a label would let a peer make as many
 * series as it likes.  All samples of a metric must stand together, so figures are kept until the end.
 */

#include <inttypes.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "reports/reporter.h"
#include "reports/words.h"

enum { CHECKS_MAX = CHECK_COUNT * STATUS_COUNT };

struct check_count {
    enum check_id check;
    enum status status;
    size_t findings;
};

struct sample {
    const char *domain;
    enum verdict verdict;
    size_t counts[STATUS_COUNT], suppressed;
    int64_t started_s, elapsed_ms;
    struct check_count *checks; /* what warns, fails or is unknown */
    size_t check_count;
    struct sample *next;
};

struct samples {
    struct sample *first, **last;
};

static void begin(struct report *report)
{
    struct samples *samples = ARENA_NEW(report->kept, struct samples);

    samples->last = &samples->first;
    report->own = samples;
}

static void count_checks(struct report *report, const struct result *result)
{
    size_t(*counts)[STATUS_COUNT] = arena_array(report->arena, CHECK_COUNT, sizeof *counts);

    for (size_t i = 0; i < result->finding_count; i++)
        counts[result->findings[i]->check][result->findings[i]->status] += !result->findings[i]->suppressed;
    for (enum check_id id = 0; id < CHECK_COUNT; id++)
        for (enum status status = UNKNOWN; status <= FAIL; status++) {
            if (!counts[id][status])
                continue;
            hand_number(report, id);
            hand_number(report, status);
            hand_number(report, (int64_t)counts[id][status]);
        }
}

static void one(struct report *report, const struct result *result)
{
    hand_number(report, result->started_s);
    hand_number(report, result->elapsed_ms);
    hand_number(report, (int64_t)result->suppressed_count);
    for (size_t i = 0; i < STATUS_COUNT; i++)
        hand_number(report, (int64_t)result->counts[i]);
    count_checks(report, result);
}

static void take(struct report *report)
{
    struct samples *samples = report->own;
    struct sample *sample = ARENA_NEW(report->kept, struct sample);
    struct check_count *checks = ARENA_ARRAY(report->arena, struct check_count, CHECKS_MAX);

    sample->domain = str_dup(report->kept, report->target->domain);
    sample->verdict = report->verdict;
    sample->started_s = taken_number(report);
    sample->elapsed_ms = taken_number(report);
    sample->suppressed = (size_t)taken_number(report);
    for (size_t i = 0; i < STATUS_COUNT; i++)
        sample->counts[i] = (size_t)taken_number(report);
    for (; take_more(report) && sample->check_count < CHECKS_MAX; sample->check_count++) {
        struct check_count *check = &checks[sample->check_count];

        check->check = (enum check_id)taken_index(report, CHECK_COUNT);
        check->status = (enum status)taken_index(report, STATUS_COUNT);
        check->findings = (size_t)taken_number(report);
    }
    sample->checks = ARENA_ARRAY(report->kept, struct check_count, sample->check_count);
    for (size_t i = 0; i < sample->check_count; i++)
        sample->checks[i] = checks[i];
    *samples->last = sample;
    samples->last = &sample->next;
}

static void value(struct sink *sink, int64_t number)
{
    sink_literal(sink, "\"} ");
    sink_number(sink, number);
    sink_literal(sink, "\n");
}

static void verdicts(struct sink *sink, const struct sample *sample)
{
    for (int verdict = VERDICT_READY; verdict <= VERDICT_NOT_READY; verdict++) {
        sink_literal(sink, "mailready_verdict{domain=\"");
        sink_text(sink, sample->domain);
        sink_literal(sink, "\",verdict=\"");
        sink_text(sink, verdict_word((enum verdict)verdict));
        value(sink, sample->verdict == (enum verdict)verdict);
    }
}

static void findings(struct sink *sink, const struct sample *sample)
{
    for (int status = PASS; status <= FAIL; status++) {
        sink_literal(sink, "mailready_findings{domain=\"");
        sink_text(sink, sample->domain);
        sink_literal(sink, "\",status=\"");
        sink_text(sink, status_word((enum status)status));
        value(sink, (int64_t)sample->counts[status]);
    }
    sink_literal(sink, "mailready_findings{domain=\"");
    sink_text(sink, sample->domain);
    sink_literal(sink, "\",status=\"suppressed");
    value(sink, (int64_t)sample->suppressed);
}

static void checks(struct sink *sink, const struct sample *sample)
{
    for (size_t i = 0; i < sample->check_count; i++) {
        sink_literal(sink, "mailready_check_findings{domain=\"");
        sink_text(sink, sample->domain);
        sink_literal(sink, "\",check=\"");
        sink_text(sink, check_of(sample->checks[i].check)->name);
        sink_literal(sink, "\",status=\"");
        sink_text(sink, status_word(sample->checks[i].status));
        value(sink, (int64_t)sample->checks[i].findings);
    }
}

static void started(struct sink *sink, const struct sample *sample)
{
    sink_literal(sink, "mailready_audit_timestamp_seconds{domain=\"");
    sink_text(sink, sample->domain);
    value(sink, sample->started_s);
}

static void duration(struct sink *sink, const struct sample *sample)
{
    char text[32];

    snprintf(text, sizeof text, "%" PRId64 ".%03d", sample->elapsed_ms / 1000, (int)(sample->elapsed_ms % 1000));
    sink_literal(sink, "mailready_audit_duration_seconds{domain=\"");
    sink_text(sink, sample->domain);
    sink_literal(sink, "\"} ");
    sink_text(sink, text);
    sink_literal(sink, "\n");
}

static void metric(struct report *report, const char *name, const char *help,
                   void (*samples_of)(struct sink *, const struct sample *))
{
    const struct samples *samples = report->own;
    struct sink *sink = &report->sink;

    sink_literal(sink, "# HELP ");
    sink_text(sink, name);
    sink_literal(sink, " ");
    sink_text(sink, help);
    sink_literal(sink, "\n# TYPE ");
    sink_text(sink, name);
    sink_literal(sink, " gauge\n");
    for (const struct sample *sample = samples->first; sample; sample = sample->next)
        samples_of(sink, sample);
}

static void end(struct report *report)
{
    metric(report, "mailready_verdict", "1 for the verdict on the domain, 0 for the others.", verdicts);
    metric(report, "mailready_findings", "Findings of the last audit by status.", findings);
    metric(report, "mailready_check_findings", "Findings of a check that fails, warns or could not be decided.",
           checks);
    metric(report, "mailready_audit_timestamp_seconds", "When the last audit began, in seconds since 1970.", started);
    metric(report, "mailready_audit_duration_seconds", "How long the last audit took.", duration);
    sink_literal(&report->sink,
                 "# HELP mailready_build_info The program that audited.\n# TYPE mailready_build_info gauge\n"
                 "mailready_build_info{version=\"" MAILREADY_VERSION "\"} 1\n");
}

const struct reporter prometheus_reporter = {
    .name = "prometheus",
    .suffix = ".prom",
    .summary = "figures for Prometheus, as a file for its node exporter",
    .language = SINK_TEXT,
    .begin = begin,
    .one = one,
    .take = take,
    .end = end,
};
