/* reports/text/text_conclusion.c - the end of a text report: what could not be decided, what to fix, who refuses, the
 * verdict. */
#include "reports/text/text_conclusion.h"

#include "core/base/list_text.h"
#include "core/base/str.h"
#include "reports/outline.h"
#include "reports/reporter.h"
#include "reports/services.h"
#include "reports/text/terminal.h"
#include "reports/text/text_causes.h"
#include "reports/text/text_receivers.h"
#include "reports/words.h"

enum { OPEN_SHOWN = 4, OPEN_SHOWN_IN_PASSING = 2, SUBJECTS_SHOWN = 3 };

static bool is_told_at_the_top(const struct result *result, const struct finding *f)
{
    struct machine_fault faults[MACHINE_FAULTS_MAX];
    size_t count = machine_faults(result, faults);

    for (size_t i = 0; i < count; i++)
        if (faults[i].finding == f)
            return true;
    return false;
}

static void entry_line(struct report *report, const struct entry *entry)
{
    const struct finding *f = entry->findings[0];
    const char *side = side_phrase(f->side);
    struct list_text subjects = list_text(report->arena, ", ", SUBJECTS_SHOWN);

    for (size_t i = 0; i < entry->count; i++)
        list_add(&subjects, entry->findings[i]->subject);
    terminal_item(report, entry->status, list_end(&subjects),
                  str_printf(report->arena, "%s (%s%s%s)%s%s", f->message, entry->check->name, side ? "; " : "",
                             side ? side : "", remedy_text(f) ? ". " : "", remedy_text(f) ? remedy_text(f) : ""));
}

/* A fault that is in no cause would be told nowhere else. */
static void what_else_is_amiss(struct report *report, const struct outline *outline)
{
    bool any = false;

    for (size_t g = 0; g < outline->group_count; g++) {
        for (size_t e = 0; e < outline->groups[g].entry_count; e++) {
            const struct entry *entry = &outline->groups[g].entries[e];

            if (entry->status < WARN || entry->fix || entry->findings[0]->suppressed)
                continue;
            if (!any)
                terminal_heading(report, "What is amiss");
            any = true;
            entry_line(report, entry);
        }
    }
}

static void what_is_open(struct report *report, const struct result *result, const struct outline *outline)
{
    bool matters = result->verdict == VERDICT_UNKNOWN || result->verdict == VERDICT_NOT_READY;
    size_t shown = 0, most = matters ? OPEN_SHOWN : OPEN_SHOWN_IN_PASSING;

    for (size_t g = 0; g < outline->group_count; g++) {
        for (size_t e = 0; e < outline->groups[g].entry_count; e++) {
            const struct entry *entry = &outline->groups[g].entries[e];

            if (entry->status != UNKNOWN || entry->findings[0]->suppressed ||
                is_told_at_the_top(result, entry->findings[0]))
                continue;
            if (shown++ == 0)
                terminal_heading(report, "What could not be decided");
            if (shown <= most)
                entry_line(report, entry);
        }
    }
    if (shown > most)
        terminal_wrapped(report, 4, str_printf(report->arena, "and %zu more (-v)", shown - most));
}

static void verdict(struct report *report, const struct result *result)
{
    static const char *const more[] = {"-v shows all", "-vv shows the evidence"};
    enum status as = verdict_as_status(result->verdict);
    const char *next = result->cause_count ? NULL : services_next(report->arena, result);
    const char *counts = counts_text(report->arena, result->counts, result->suppressed_count, ", ");

    terminal_newline(report);
    terminal_rule(report);
    terminal_colour(report, as);
    sink_text(&report->sink, status_symbol(as, report->options.utf8));
    sink_literal(&report->sink, " ");
    terminal_wrapped_from(report, 2, 2,
                          str_printf(report->arena, "%s: %s", result->target->domain,
                                     verdict_title(report->arena, result)));
    terminal_plain(report);
    terminal_wrapped(report, 2, domain_sentence(report->arena, result));
    if (next)
        terminal_wrapped(report, 2, next);
    if (report->options.verbose < sizeof more / sizeof *more && *counts)
        counts = str_printf(report->arena, "%s; %s", counts, more[report->options.verbose]);
    if (dkim_is_unchecked(result) && *counts)
        counts = str_printf(report->arena, "%s; %s", counts, "--dkim checks DKIM");
    if (*counts)
        terminal_wrapped(report, 2, counts);
}

void text_conclusion(struct report *report, const struct result *result, const struct outline *outline)
{
    what_is_open(report, result, outline);
    what_else_is_amiss(report, outline);
    if (result->cause_count)
        text_causes(report, result, outline);
    text_receivers_outlook(report, result);
    verdict(report, result);
}
