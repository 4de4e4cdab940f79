/* reports/github.c - annotations of GitHub Actions: workflow commands on standard output.
 *
 * GitHub shows ten annotations of a kind for each step and drops the rest without a word, so of each kind nine are
 * written, and a tenth that says how many more there are.  What is unknown is a notice: an error or a warning would say
 * that the domain has a fault.
 */

#include "core/base/arena.h"
#include "core/base/str.h"
#include "reports/notices.h"
#include "reports/reporter.h"
#include "reports/words.h"

enum kind { ERROR, WARNING, NOTICE, KIND_COUNT };
enum { SHOWN = 9 };

struct counts {
    size_t of[KIND_COUNT];
};

static enum kind kind_of(const struct gate *gate, const struct result *result, const struct notice *notice)
{
    if (notice_is_open(notice) || notice->finding->suppressed)
        return NOTICE;
    return finding_is_error(gate, result, notice->finding) ? ERROR : WARNING;
}

static void command(struct sink *sink, enum kind kind)
{
    switch (kind) {
    case ERROR:
        sink_literal(sink, "::error ");
        break;
    case WARNING:
        sink_literal(sink, "::warning ");
        break;
    case NOTICE:
    case KIND_COUNT:
        sink_literal(sink, "::notice ");
        break;
    }
}

static void property(struct sink *sink, const char *text)
{
    sink->language = SINK_GITHUB_PROPERTY;
    sink_text(sink, text);
    sink->language = SINK_GITHUB;
}

static void annotation(struct report *report, const struct result *result, const struct notice *notice)
{
    const struct finding *f = notice->finding;
    const struct place place = place_of(report->arena, result, f);
    struct sink *sink = &report->sink;

    command(sink, kind_of(report->gate, result, notice));
    if (place.known) {
        sink_literal(sink, "file=");
        property(sink, place.file);
        sink_literal(sink, ",line=");
        sink_number(sink, (long long)place.line);
        sink_literal(sink, ",");
    }
    sink_literal(sink, "title=");
    property(sink, check_of(f->check)->name);
    sink_literal(sink, "::");
    sink_text(sink, notice_sentence(report->arena, result, notice, false));
    if (!notice_is_open(notice) && remedy_text(f)) {
        sink_literal(sink, "%0A");
        sink_text(sink, remedy_text(f));
    }
    sink_literal(sink, "\n");
}

static void begin(struct report *report)
{
    report->own = ARENA_NEW(report->kept, struct counts);
}

static void one(struct report *report, const struct result *result)
{
    const struct notices notices = notices_of(report->arena, result, report->gate);

    for (size_t i = 0; i < notices.count; i++) {
        if (!notice_alarms(&notices.at[i]))
            continue;
        hand_number(report, kind_of(report->gate, result, &notices.at[i]));
        annotation(report, result, &notices.at[i]);
        hand_written(report);
    }
}

static void take(struct report *report)
{
    struct counts *counts = report->own;

    while (take_more(report)) {
        if (counts->of[taken_index(report, KIND_COUNT)]++ < SHOWN)
            write_taken(report);
        else
            pass_taken(report);
    }
}

static void end(struct report *report)
{
    static const char *const what[KIND_COUNT] = {
        [ERROR] = "that fail", [WARNING] = "that warn", [NOTICE] = "that could not be decided or are suppressed"};
    const struct counts *counts = report->own;

    for (int kind = 0; kind < KIND_COUNT; kind++) {
        if (counts->of[kind] <= SHOWN)
            continue;
        command(&report->sink, (enum kind)kind);
        sink_literal(&report->sink, "title=mailready::");
        sink_number(&report->sink, (long long)(counts->of[kind] - SHOWN));
        sink_literal(&report->sink, " more ");
        sink_text(&report->sink, what[kind]);
        sink_literal(&report->sink, " are left out here: GitHub shows ten of a kind\n");
    }
}

const struct reporter github_reporter = {
    .name = "github",
    .summary = "annotations of GitHub Actions",
    .language = SINK_GITHUB,
    .begin = begin,
    .one = one,
    .take = take,
    .end = end,
};
