/* reports/csv.c - a table of all findings, for spreadsheets and databases (RFC 4180).
 *
 * Every field is quoted.  One that begins as a formula does gets an apostrophe in front, which spreadsheets do not
 * show: names and texts of peers stand in the fields.
 */

#include <string.h>

#include "core/base/arena.h"
#include "core/base/list_text.h"
#include "core/base/str.h"
#include "reports/notices.h"
#include "reports/reporter.h"
#include "reports/words.h"

/* Of "=1+1", and of what some spreadsheets take for it: the same signs in full width (U+FF1D, U+FF0B, U+FF0D, U+FF20).
 */
static bool begins_formula(const char *text)
{
    static const char *const signs[] = {
        "=", "+", "-", "@", "\t", "\r", "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"};

    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strncmp(text, signs[i], strlen(signs[i])) == 0)
            return true;
    return false;
}

static void field(struct report *report, const char *text)
{
    sink_literal(&report->sink, "\"");
    if (begins_formula(text))
        sink_literal(&report->sink, "'");
    sink_text(&report->sink, text);
    sink_literal(&report->sink, "\",");
}

static void row(struct report *report, const struct result *result, const struct finding *f)
{
    struct list_text records = list_text(report->arena, "; ", SIZE_MAX);
    const char *remedy = remedy_text(f);

    for (size_t i = 0; i < f->records.count; i++)
        list_add(&records, f->records.at[i]);
    field(report, result->target->domain);
    field(report, status_word(f->status));
    field(report, check_of(f->check)->name);
    field(report, check_of(f->check)->group);
    field(report, f->subject);
    field(report, f->suppressed ? f->message : finding_text(report->arena, result, f));
    field(report, f->reason == REASON_NONE ? "" : reason_word(f->reason));
    field(report, f->side == SIDE_NONE ? "" : side_word(f->side));
    field(report, f->suppressed ? f->suppressed->until : "");
    field(report, f->suppressed ? f->suppressed->reason : "");
    field(report, f->because == CHECK_NONE ? "" : check_of(f->because)->name);
    field(report, remedy ? remedy : "");
    field(report, list_end(&records));
    sink_literal(&report->sink, "\"");
    sink_text(&report->sink, result_fingerprint(report->arena, result, f));
    sink_literal(&report->sink, "\"\r\n");
}

static void begin(struct report *report)
{
    sink_literal(&report->sink,
                 "\"domain\",\"status\",\"check\",\"group\",\"subject\",\"message\",\"reason\",\"side\","
                 "\"suppressed_until\",\"suppression\",\"because\",\"remedy\",\"records\",\"fingerprint\"\r\n");
}

static void one(struct report *report, const struct result *result)
{
    const struct finding *nothing = nothing_known(report->arena, result);

    if (nothing)
        row(report, result, nothing);
    for (size_t i = 0; i < result->finding_count; i++)
        row(report, result, result->findings[i]);
}

static void end(struct report *report)
{
    (void)report;
}

const struct reporter csv_reporter = {
    .name = "csv",
    .suffix = ".csv",
    .summary = "a table of all findings, for spreadsheets",
    .language = SINK_CSV,
    .begin = begin,
    .one = one,
    .end = end,
};
