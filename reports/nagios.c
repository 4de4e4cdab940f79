/* reports/nagios.c - one line with state and figures, then a line for each finding, for Nagios and Icinga.
 *
 *     MAILREADY CRITICAL - example.org: NOT READY (1 fail, 14 ok): ptr.fcrdns 192.0.2.1 | domains=1;;;0 fail=1;;0;0 ...
 *     FAIL ptr.fcrdns 192.0.2.1: no reverse name leads back
 */
#include "reports/nagios.h"

#include "core/base/arena.h"
#include "core/base/str.h"
#include "reports/notices.h"
#include "reports/reporter.h"
#include "reports/words.h"

enum { LINES_MAX = 25 }; /* cores cut what a plugin says at 4 or 8 KiB */

struct line {
    const char *text;
    struct line *next;
};

struct figures {
    bool fails, undecided, warned;
    size_t counts[STATUS_COUNT];
    int64_t elapsed_ms;  /* of the slowest */
    const char *verdict; /* of the first domain */
    struct line *first, **last;
    size_t lines, left_out;
};

enum nagios_state nagios_state(bool fails, bool undecided, bool warned)
{
    return fails ? NAGIOS_CRITICAL : undecided ? NAGIOS_UNKNOWN : warned ? NAGIOS_WARNING : NAGIOS_OK;
}

static void keep(struct report *report, const char *text)
{
    struct figures *figures = report->own;
    struct line *line;

    if (figures->lines++ >= LINES_MAX) {
        figures->left_out++;
        return;
    }
    line = ARENA_NEW(report->kept, struct line);
    line->text = str_dup(report->kept, text);
    *figures->last = line;
    figures->last = &line->next;
}

static void begin(struct report *report)
{
    struct figures *figures = ARENA_NEW(report->kept, struct figures);

    figures->last = &figures->first;
    report->own = figures;
}

/* The first line is what goes out by SMS. */
static const char *with_worst(struct arena *arena, const char *verdict, const struct notices *notices)
{
    const struct finding *worst = notices->count && notice_alarms(&notices->at[0]) ? notices->at[0].finding : NULL;

    return worst ? str_printf(arena, "%s: %s %s", verdict, check_of(worst->check)->name, worst->subject) : verdict;
}

static void one(struct report *report, const struct result *result)
{
    const struct notices notices = notices_of(report->arena, result, report->gate);
    const char *verdict = verdict_line(report->arena, result);

    hand_number(report, notices.outcome.fails);
    hand_number(report, notices.outcome.undecided);
    for (size_t i = 0; i < STATUS_COUNT; i++)
        hand_number(report, (int64_t)result->counts[i]);
    hand_number(report, result->elapsed_ms);
    hand_text(report, with_worst(report->arena, verdict, &notices));
    if (report->options.several)
        hand_text(report, verdict);
    for (size_t i = 0; i < notices.count; i++) {
        const struct finding *f = notices.at[i].finding;

        if (notice_alarms(&notices.at[i]))
            hand_text(report, finding_line(report->arena, f, notice_text(report->arena, &notices.at[i])));
    }
}

static void take(struct report *report)
{
    struct figures *figures = report->own;
    size_t counts[STATUS_COUNT];
    const char *verdict;
    int64_t elapsed_ms;

    figures->fails |= taken_number(report) != 0;
    figures->undecided |= taken_number(report) != 0;
    for (size_t i = 0; i < STATUS_COUNT; i++)
        figures->counts[i] += counts[i] = (size_t)taken_number(report);
    figures->warned = figures->warned || counts[WARN] > 0 || counts[FAIL] > 0;
    elapsed_ms = taken_number(report);
    if (elapsed_ms > figures->elapsed_ms)
        figures->elapsed_ms = elapsed_ms;
    verdict = taken_text(report);
    if (report->results == 0)
        figures->verdict = str_dup(report->kept, verdict);
    while (take_more(report))
        keep(report, taken_text(report));
}

static void state(struct report *report)
{
    static const char *const words[] = {
        [NAGIOS_OK] = "OK", [NAGIOS_WARNING] = "WARNING", [NAGIOS_CRITICAL] = "CRITICAL", [NAGIOS_UNKNOWN] = "UNKNOWN"};
    const struct figures *figures = report->own;

    sink_literal(&report->sink, "MAILREADY ");
    sink_text(&report->sink,
              words[nagios_state(figures->fails, figures->undecided || report->results == 0, figures->warned)]);
    sink_literal(&report->sink, " - ");
}

static void what(struct report *report)
{
    struct sink *sink = &report->sink;
    const struct figures *figures = report->own;
    const char *separator = "";

    if (report->results == 1)
        sink_text(sink, figures->verdict);
    else if (report->results == 0)
        sink_literal(sink, "no domain was audited");
    for (int verdict = VERDICT_NOT_READY; report->results > 1 && verdict >= VERDICT_READY; verdict--) {
        if (report->verdicts[verdict] == 0)
            continue;
        sink_text(sink, separator);
        sink_number(sink, (long long)report->verdicts[verdict]);
        sink_literal(sink, " ");
        sink_text(sink, verdict_label((enum verdict)verdict));
        separator = ", ";
    }
}

/* 'label'=value;warn;crit;min: a value outside 0 to the threshold is that bad. */
static void figure(struct report *report, const char *label, size_t value, const char *thresholds)
{
    sink_literal(&report->sink, " ");
    sink_text(&report->sink, label);
    sink_literal(&report->sink, "=");
    sink_number(&report->sink, (long long)value);
    sink_text(&report->sink, thresholds);
}

static void end(struct report *report)
{
    const struct figures *figures = report->own;
    struct sink *sink = &report->sink;

    state(report);
    what(report);
    sink_literal(sink, " |");
    figure(report, "domains", report->results, ";;;0");
    figure(report, "fail", figures->counts[FAIL], ";;0;0");
    figure(report, "warn", figures->counts[WARN], ";0;;0");
    figure(report, "unknown", figures->counts[UNKNOWN], ";;;0");
    figure(report, "note", figures->counts[NOTE], ";;;0");
    figure(report, "pass", figures->counts[PASS], ";;;0");
    figure(report, "time", (size_t)figures->elapsed_ms, "ms;;;0");
    sink_literal(sink, "\n");
    for (const struct line *line = figures->first; line; line = line->next) {
        sink_text(sink, line->text);
        sink_literal(sink, "\n");
    }
    if (figures->left_out) {
        sink_number(sink, (long long)figures->left_out);
        sink_literal(sink, " more lines are left out\n");
    }
}

const struct reporter nagios_reporter = {
    .name = "nagios",
    .summary = "a plugin's output for Nagios and Icinga, whose exit statuses then apply",
    .language = SINK_NAGIOS,
    .begin = begin,
    .one = one,
    .take = take,
    .end = end,
};
