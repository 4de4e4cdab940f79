/* reports/sarif.c - SARIF 2.1.0: one run, a result for each finding that is amiss, a rule for each check that has one.
 *
 * What is unknown has the kind "open": the check was made, and there was too little to decide by (SARIF 3.27.9).  Notes
 * and passes are left out, for GitHub shows every result as an alert.  It takes 5,000 results of a run: those that come
 * first are written, the worst of each domain before others, and a notification says how many are not.
 */

#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "reports/notices.h"
#include "reports/reporter.h"
#include "reports/words.h"

enum { RESULTS_MAX = 5000 };

struct sarif {
    size_t written, left_out;
    bool has_rule[CHECK_COUNT];
};

#define STRING(sink, before, text, after)                                                                              \
    (sink_literal((sink), before "\""), sink_text((sink), (text)), sink_literal((sink), "\"" after))

/* A path as a relative reference: RFC 3986 2.1. */
static const char *uri_of(struct arena *arena, const char *path)
{
    const char *uri = "";

    for (; *path; path++) {
        bool is_plain = strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/", *path);

        uri = is_plain ? str_printf(arena, "%s%c", uri, *path)
                       : str_printf(arena, "%s%%%02X", uri, (unsigned)(unsigned char)*path);
    }
    return uri;
}

static void result_location(struct report *report, const struct result *result, const struct finding *f)
{
    const struct place place = place_of(report->arena, result, f);
    struct sink *sink = &report->sink;

    STRING(sink, ", \"locations\": [{\"physicalLocation\": {\"artifactLocation\": {\"uri\": ",
           uri_of(report->arena, place.file), "}, \"region\": {\"startLine\": ");
    sink_number(sink, (long long)place.line);
    STRING(sink, "}}, \"logicalLocations\": [{\"name\": ", f->subject, ", \"kind\": ");
    STRING(sink, "", subject_kind_word(f->about.kind), "}]}]");
}

static void result_entry(struct report *report, const struct result *result, const struct notice *notice)
{
    const struct finding *f = notice->finding;
    struct sink *sink = &report->sink;

    STRING(sink, "{\"ruleId\": ", check_of(f->check)->name, "");
    if (f->status == NOTE && f->suppressed)
        sink_literal(sink, ", \"kind\": \"informational\", \"level\": \"none\"");
    else if (notice_is_open(notice))
        sink_literal(sink, ", \"kind\": \"open\", \"level\": \"none\"");
    else if (f->status == FAIL)
        sink_literal(sink, ", \"kind\": \"fail\", \"level\": \"error\"");
    else
        sink_literal(sink, ", \"kind\": \"fail\", \"level\": \"warning\"");
    sink_literal(sink, ", \"message\": {\"text\": \"");
    sink_text(sink, notice_sentence(report->arena, result, notice, false));
    sink_literal(sink, "\"}");
    result_location(report, result, f);
    if (f->suppressed)
        STRING(sink, ", \"suppressions\": [{\"kind\": \"external\", \"status\": \"accepted\", \"justification\": ",
               f->suppressed->reason, "}]");
    STRING(sink, ", \"partialFingerprints\": {\"mailready/v1\": ", result_fingerprint(report->arena, result, f),
           "}, \"properties\": {\"domain\": ");
    STRING(sink, "", result->target->domain, ", \"status\": ");
    STRING(sink, "", status_word(f->status), "");
    if (f->reason != REASON_NONE)
        STRING(sink, ", \"reason\": ", reason_word(f->reason), "");
    if (!notice_is_open(notice) && remedy_text(f))
        STRING(sink, ", \"remedy\": ", remedy_text(f), "");
    sink_literal(sink, "}}");
}

static void begin(struct report *report)
{
    report->own = ARENA_NEW(report->kept, struct sarif);
    sink_literal(&report->sink, "{\"$schema\": \"https://json.schemastore.org/sarif-2.1.0.json\", \"version\": "
                                "\"2.1.0\", \"runs\": [{\"columnKind\": \"utf16CodeUnits\", \"results\": [\n");
}

static void one(struct report *report, const struct result *result)
{
    const struct notices notices = notices_of(report->arena, result, report->gate);

    for (size_t i = 0; i < notices.count; i++) {
        if (!notice_alarms(&notices.at[i]))
            continue;
        hand_number(report, notices.at[i].finding->check);
        result_entry(report, result, &notices.at[i]);
        hand_written(report);
    }
}

static void take(struct report *report)
{
    struct sarif *sarif = report->own;

    while (take_more(report)) {
        size_t check = taken_index(report, CHECK_COUNT);

        if (sarif->written == RESULTS_MAX) {
            sarif->left_out++;
            pass_taken(report);
            continue;
        }
        if (sarif->written++)
            sink_literal(&report->sink, ",\n");
        write_taken(report);
        sarif->has_rule[check] = true;
    }
}

static void rule(struct sink *sink, const struct check *check)
{
    STRING(sink, "{\"id\": ", check->name, ", \"shortDescription\": {\"text\": ");
    STRING(sink, "", check->title, "}, \"fullDescription\": {\"text\": ");
    STRING(sink, "", check->why, "}, \"help\": {\"text\": ");
    sink_literal(sink, "\"");
    sink_text(sink, check->remedy && *check->remedy ? check->remedy : check->title);
    sink_literal(sink, " (");
    sink_text(sink, check->sources);
    sink_literal(sink, ")\"}}");
}

static void end(struct report *report)
{
    const struct sarif *sarif = report->own;
    struct sink *sink = &report->sink;
    bool first = true;

    STRING(sink, "\n], \"tool\": {\"driver\": {\"name\": \"mailready\", \"version\": ", MAILREADY_VERSION,
           ", \"rules\": [\n");
    for (enum check_id id = 0; id < CHECK_COUNT; id++) {
        if (!sarif->has_rule[id])
            continue;
        if (!first)
            sink_literal(sink, ",\n");
        first = false;
        rule(sink, check_of(id));
    }
    sink_literal(sink, "\n]}}, \"invocations\": [{\"executionSuccessful\": true");
    if (sarif->left_out) {
        sink_literal(sink, ", \"toolExecutionNotifications\": [{\"level\": \"warning\", \"message\": {\"text\": \"");
        sink_number(sink, (long long)sarif->left_out);
        sink_literal(sink, " more results are left out\"}}]");
    }
    sink_literal(sink, "}]}]}\n");
}

const struct reporter sarif_reporter = {
    .name = "sarif",
    .suffix = ".sarif",
    .summary = "SARIF 2.1.0, for code scanning",
    .language = SINK_JSON,
    .begin = begin,
    .one = one,
    .take = take,
    .end = end,
};
