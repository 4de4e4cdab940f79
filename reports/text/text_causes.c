/* reports/text/text_causes.c - what to fix first, by cause. */
#include "reports/text/text_causes.h"

#include <stdio.h>
#include <string.h>

#include "core/base/str.h"
#include "core/result/cause.h"
#include "reports/cause_words.h"
#include "reports/reporter.h"
#include "reports/text/terminal.h"

enum {
    COLUMN = 5,        /* where a cause begins: " 1.  " */
    LABEL_COLUMN = 14, /* where the values of its labels begin */
};

/* Records are for copying: a line each, never broken.  What they are in place of is a comment of zone files. */
void text_records(struct report *report, size_t indent, const struct finding *f)
{
    const struct text_list *list = &f->records;

    for (size_t i = 0; list->count && i < f->before.count; i++) {
        terminal_spaces(report, indent);
        terminal_dim(report);
        sink_literal(&report->sink, "; in place of ");
        sink_text(&report->sink, f->before.at[i]);
        terminal_plain(report);
        terminal_newline(report);
    }
    for (size_t i = 0; i < list->count; i++) {
        terminal_spaces(report, indent);
        terminal_bold(report);
        sink_text(&report->sink, list->at[i]);
        terminal_plain(report);
        terminal_newline(report);
    }
}

static void labelled(struct report *report, const char *label, const char *text)
{
    if (!text)
        return;
    terminal_spaces(report, COLUMN);
    terminal_dim(report);
    sink_text(&report->sink, label);
    terminal_plain(report);
    terminal_spaces(report, LABEL_COLUMN - COLUMN - strlen(label));
    terminal_wrapped_from(report, LABEL_COLUMN, LABEL_COLUMN, text);
}

/* A command is for copying, as records are: on a line of its own, never broken. */
static void command(struct report *report, const char *command)
{
    terminal_spaces(report, COLUMN);
    terminal_dim(report);
    sink_literal(&report->sink, "then");
    terminal_plain(report);
    terminal_spaces(report, LABEL_COLUMN - COLUMN - 4);
    sink_text(&report->sink, command);
    terminal_newline(report);
}

static void bullet(struct report *report, const char *text)
{
    terminal_spaces(report, COLUMN);
    sink_literal(&report->sink, "- ");
    terminal_wrapped_from(report, COLUMN + 2, COLUMN + 2, text);
}

static void show_step(struct report *report, const struct cause *cause, size_t index, size_t number)
{
    const struct cause_step *step = &cause->steps[index];

    if (cause->step_count > 1)
        bullet(report, str_printf(report->arena, "%s: %s", step_subjects(report->arena, step), step->what));
    else
        terminal_wrapped(report, COLUMN, step->what);
    if (step->waits_for) {
        terminal_wrapped(report, COLUMN, step_wait(report->arena, step, number));
    } else if (step->lead->records.count) {
        terminal_newline(report);
        text_records(report, COLUMN + 2, step->lead);
        terminal_newline(report);
    }
}

static void one(struct report *report, const struct result *result, const struct cause *cause, size_t number)
{
    char text[24];

    terminal_newline(report);
    snprintf(text, sizeof text, "%2zu.", number);
    sink_literal(&report->sink, " ");
    terminal_colour(report, cause->status);
    sink_text(&report->sink, text);
    terminal_plain(report);
    sink_literal(&report->sink, " ");
    terminal_bold(report);
    terminal_wrapped_from(report, COLUMN, COLUMN, cause->text);
    terminal_plain(report);
    for (size_t i = 0; i < cause->step_count; i++)
        show_step(report, cause, i, number);
    labelled(report, "who", actor_text(cause->actor));
    labelled(report, "repairs", cause_repairs(report->arena, cause));
    labelled(report, "frees", cause_frees(report->arena, result, cause));
    command(report, cause->command);
}

void text_causes(struct report *report, const struct result *result)
{
    terminal_newline(report);
    terminal_rule(report);
    terminal_bold(report);
    sink_literal(&report->sink, "What to fix first");
    terminal_plain(report);
    terminal_newline(report);
    for (size_t i = 0; i < result->cause_count; i++)
        one(report, result, &result->causes[i], i + 1);
    terminal_newline(report);
    terminal_wrapped(report, 0,
                     str_printf(report->arena, "Why, and for whom it matters: mailready explain %s",
                                check_of(result->causes[0].repairs[0]->check)->name));
}
