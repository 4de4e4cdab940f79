/* reports/text/text_findings.c - for a terminal: the findings by group. */
#include "reports/text/text_findings.h"

#include <string.h>

#include "core/base/str.h"
#include "reports/outline.h"
#include "reports/reporter.h"
#include "reports/text/terminal.h"
#include "reports/text/text_causes.h"
#include "reports/words.h"

enum { NAME_COLUMN = 13 }; /* where the name of a check begins: "  x FAIL     " */

static void entry_in_full(struct report *report, const struct entry *entry)
{
    const struct finding *f = entry->findings[0];

    size_t column = terminal_marked(report, entry->status, status_label(entry->status), NAME_COLUMN);

    terminal_bold(report);
    sink_text(&report->sink, entry->check->name);
    terminal_plain(report);
    sink_literal(&report->sink, "  ");
    terminal_wrapped_from(report, column + strlen(entry->check->name) + 2, NAME_COLUMN + 2,
                          entry_subjects(report->arena, entry));
    terminal_wrapped(report, NAME_COLUMN, f->message);
    if (f->level)
        terminal_wrapped(report, NAME_COLUMN, level_sentence(report->arena, f));
    if (f->suppressed)
        terminal_wrapped(report, NAME_COLUMN, suppressed_sentence(report->arena, f));
    if (entry->status == UNKNOWN && side_sentence(f->side))
        terminal_wrapped(report, NAME_COLUMN, side_sentence(f->side));
    if (entry->dependant_count)
        terminal_wrapped(
            report, NAME_COLUMN,
            str_printf(report->arena, "Undecided because of this, too: %s.", entry_dependants(report->arena, entry)));
    if (entry->fix) {
        terminal_wrapped(report, NAME_COLUMN,
                         str_printf(report->arena, "How to fix it: number %zu below.", entry->fix));
        return;
    }
    if (remedy_text(f) && (f->remedy || entry->status > NOTE))
        terminal_wrapped(report, NAME_COLUMN, remedy_text(f));
    text_records(report, NAME_COLUMN, f);
}

/* One paragraph for all that passed: "ptr.exists, ptr.fcrdns (2)". */
static void passed(struct report *report, const struct group *group)
{
    size_t counts[CHECK_COUNT] = {0};
    const char *text = "";

    for (size_t e = 0; e < group->entry_count; e++)
        if (group->entries[e].status == PASS)
            counts[group->entries[e].findings[0]->check] += group->entries[e].count;
    for (size_t id = 0; id < CHECK_COUNT; id++) {
        if (counts[id] == 0)
            continue;
        text = str_printf(report->arena, "%s%s%s", text, *text ? ", " : "", check_of((enum check_id)id)->name);
        if (counts[id] > 1)
            text = str_printf(report->arena, "%s (%zu)", text, counts[id]);
    }
    if (!*text)
        return;
    terminal_wrapped_from(report, terminal_marked(report, PASS, status_label(PASS), NAME_COLUMN), NAME_COLUMN, text);
}

/* One paragraph for each reason to skip. */
static void skipped(struct report *report, const struct group *group)
{
    for (size_t e = 0; e < group->entry_count; e++) {
        const char *message = group->entries[e].findings[0]->message, *text = "";
        bool told = false, seen[CHECK_COUNT] = {false};

        if (group->entries[e].status != SKIPPED)
            continue;
        for (size_t i = 0; i < group->entry_count; i++) {
            const struct entry *other = &group->entries[i];

            if (other->status != SKIPPED || strcmp(other->findings[0]->message, message) != 0)
                continue;
            told = told || i < e;
            if (!seen[other->findings[0]->check])
                text = str_printf(report->arena, "%s%s%s", text, *text ? ", " : "", other->check->name);
            seen[other->findings[0]->check] = true;
        }
        if (told)
            continue;
        terminal_wrapped_from(report, terminal_marked(report, SKIPPED, status_label(SKIPPED), NAME_COLUMN), NAME_COLUMN,
                              str_printf(report->arena, "%s: %s", text, message));
    }
}

static void findings_of(struct report *report, const struct group *group)
{
    if (group->entry_count == 0) /* all of it is told elsewhere, as a consequence */
        return;
    terminal_newline(report);
    terminal_bold(report);
    sink_text(&report->sink, group->title);
    terminal_plain(report);
    terminal_dim(report);
    sink_literal(&report->sink, "  ");
    terminal_wrapped_from(report, terminal_columns(report, group->title) + 2, 2,
                          group_counts(report->arena, group, ", "));
    terminal_plain(report);
    for (size_t e = 0; e < group->entry_count; e++)
        if (group->entries[e].status > SKIPPED)
            entry_in_full(report, &group->entries[e]);
    skipped(report, group);
    passed(report, group);
}

void text_findings(struct report *report, const struct outline *outline)
{
    for (size_t g = 0; g < outline->group_count; g++)
        findings_of(report, &outline->groups[g]);
}
