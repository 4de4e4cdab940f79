/* reports/reports.c - the list of reporters, and what is common to running one. */

#include "reports/reporter.h"

#include <errno.h>
#include <setjmp.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"

#define FORMAT(name) extern const struct reporter name##_reporter;
#include "reports/formats.def"
#undef FORMAT

const struct reporter *const reporters[] = {
#define FORMAT(name) &name##_reporter,
#include "reports/formats.def"
#undef FORMAT
    NULL,
};

enum {
    REPORT_BYTES = 512 * 1024 * 1024, /* a thousand senders have 68 MiB; an octet takes four columns at most */
    REPORT_DEFAULT_WIDTH = 80,
    REPORT_MIN_WIDTH = 40,
};

const struct reporter *reporter_by_name(const char *name)
{
    for (size_t i = 0; reporters[i]; i++)
        if (strcmp(reporters[i]->name, name) == 0)
            return reporters[i];
    return NULL;
}

const struct reporter *reporter_by_suffix(const char *file_name)
{
    const char *slash = strrchr(file_name, '/');
    const char *dot = strrchr(slash ? slash + 1 : file_name, '.');

    for (size_t i = 0; dot && reporters[i]; i++)
        if (reporters[i]->suffix && text_equal_nocase(reporters[i]->suffix, dot))
            return reporters[i];
    return NULL;
}

/* The calls of a reporter own nothing outside the report, so a spent arena may leave them anywhere. */
static void call(struct report *report, void (*step)(struct report *), const struct result *result)
{
    jmp_buf spent;

    if (report->sink.error != 0)
        return;
    if (setjmp(spent) == 0) {
        arena_on_exhausted(report->arena, &spent);
        arena_on_exhausted(report->kept, &spent);
        if (result)
            report->reporter->one(report, result);
        else
            step(report);
    } else {
        sink_fail(&report->sink, ENOMEM);
    }
    if (report->reporter->drop)
        report->reporter->drop(report);
    arena_reset(report->arena);
}

const char *report_said(struct report *report, const char *text)
{
    return sink_said(&report->sink, text);
}

void report_begin(struct report *report, const struct reporter *reporter, FILE *out,
                  const struct report_options *options)
{
    *report = (struct report){.reporter = reporter, .options = *options, .sink = sink_to(out, reporter->language)};
    if (report->options.width == 0)
        report->options.width = REPORT_DEFAULT_WIDTH;
    if (report->options.width < REPORT_MIN_WIDTH)
        report->options.width = REPORT_MIN_WIDTH;
    report->arena = arena_new(REPORT_BYTES);
    report->kept = arena_new(REPORT_BYTES);
    if (!report->arena || !report->kept)
        sink_fail(&report->sink, ENOMEM);
    if (options->language && reporter->is_translated) {
        report->translator =
            (struct translator){.language = options->language,
                                .arena = report->arena,
                                .hears = options->hears,
                                .context = options->hears_context};
        report->sink.translator = &report->translator;
    }
    call(report, reporter->begin, NULL);
}

void report_one(struct report *report, const struct result *result, const struct gate *gate)
{
    report->gate = gate;
    call(report, NULL, result);
    report->results++;
    report->verdicts[result->verdict]++;
}

int report_end(struct report *report)
{
    call(report, report->reporter->end, NULL);
    arena_free(report->arena);
    arena_free(report->kept);
    return sink_finish(&report->sink);
}
