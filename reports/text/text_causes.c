/* reports/text/text_causes.c - what to fix, by cause: the first ones with their records, or all with all about them. */
#include "reports/text/text_causes.h"

#include <stdio.h>
#include <string.h>

#include "core/base/list_text.h"
#include "core/base/str.h"
#include "core/result/cause.h"
#include "reports/cause_words.h"
#include "reports/outline.h"
#include "reports/receivers.h"
#include "reports/reporter.h"
#include "reports/text/terminal.h"
#include "reports/words.h"

enum {
    COLUMN = 5,        /* where a cause begins: " 1.  " */
    LABEL_COLUMN = 14, /* where the values of its labels begin */
    CAUSES_SHOWN = 3,  /* with what to do; the others by name, unless all is wanted */
    STEPS_SHOWN = 2,   /* of one of them */
    SEEN_SHOWN = 2,    /* findings of one of them */
    SUBJECTS_SHOWN = 3,
    FREED_SHOWN = 9,
};

/* Records are for copying: a line each, never broken.  What they are in place of is a comment of zone files. */
void text_records(struct report *report, size_t indent, const struct finding *f)
{
    const struct text_list *list = &f->records;

    for (size_t i = 0; list->count && i < f->before.count; i++) {
        terminal_spaces(report, indent);
        terminal_dim(report);
        sink_literal(&report->sink, "; in place of ");
        sink_quote(&report->sink, f->before.at[i]);
        terminal_plain(report);
        terminal_newline(report);
    }
    for (size_t i = 0; i < list->count; i++) {
        terminal_spaces(report, indent);
        terminal_bold(report);
        sink_quote(&report->sink, list->at[i]);
        terminal_plain(report);
        terminal_newline(report);
    }
}

static void labelled(struct report *report, const char *label, const char *text)
{
    if (text && *text)
        terminal_labelled(report, COLUMN, LABEL_COLUMN, label, text);
}

/* A command is for copying, as records are: on a line of its own, never broken. */
static void command(struct report *report, const char *command)
{
    terminal_spaces(report, COLUMN);
    terminal_dim(report);
    sink_literal(&report->sink, "check");
    terminal_plain(report);
    terminal_up_to(report, COLUMN + terminal_columns(report, "check"), LABEL_COLUMN);
    sink_quote(&report->sink, command);
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

static void title(struct report *report, const struct cause *cause, size_t number)
{
    bool is_named = cause->repair_count > 0 && !report->options.verbose;
    char text[24];

    snprintf(text, sizeof text, "%2zu.", number);
    sink_literal(&report->sink, " ");
    terminal_colour(report, cause->status);
    sink_text(&report->sink, text);
    terminal_plain(report);
    sink_literal(&report->sink, " ");
    terminal_bold(report);
    terminal_wrapped_from(report, COLUMN, COLUMN,
                          is_named ? str_printf(report->arena, "%s (%s)", cause->text,
                                                check_of(cause->repairs[0]->check)->name)
                                   : cause->text);
    terminal_plain(report);
}

static void in_full(struct report *report, const struct result *result, const struct cause *cause, size_t number)
{
    terminal_newline(report);
    title(report, cause, number);
    for (size_t i = 0; i < cause->step_count; i++)
        show_step(report, cause, i, number);
    labelled(report, "who", actor_text(cause->actor));
    labelled(report, "repairs", cause_repairs(report->arena, cause));
    labelled(report, "unblocks", cause_frees(report->arena, result, cause));
    command(report, cause->command);
}

/* ---- in short ---- */

/* What was found, in the words of the checks: each message once, with what it is about. */
static void what_was_seen(struct report *report, const struct outline *outline, const struct cause *cause,
                          size_t number)
{
    size_t shown = 0, left_out = 0, most = cause->step_count > 1 ? 1 : SEEN_SHOWN; /* steps say what they are about */

    for (size_t g = 0; g < outline->group_count; g++) {
        for (size_t e = 0; e < outline->groups[g].entry_count; e++) {
            const struct entry *entry = &outline->groups[g].entries[e];
            struct list_text subjects = list_text(report->arena, ", ", SUBJECTS_SHOWN);

            if (entry->fix != number || entry->status < WARN)
                continue;
            if (shown++ >= most) {
                left_out += entry->count;
                continue;
            }
            for (size_t i = 0; i < entry->count; i++)
                list_add(&subjects, entry->findings[i]->subject);
            terminal_wrapped(report, COLUMN,
                             str_printf(report->arena, "%s: %s", list_end(&subjects), entry->findings[0]->message));
            if (entry->findings[0]->level)
                terminal_wrapped(report, COLUMN, level_sentence(report->arena, entry->findings[0]));
        }
    }
    if (left_out)
        terminal_wrapped(report, COLUMN, str_printf(report->arena, "and %zu more findings (-v)", left_out));
}

/* Receivers that take the mail afterwards; NULL: none of them is known to. */
static const char *whom_it_frees(struct report *report, const struct cause *cause)
{
    struct list_text list = list_text(report->arena, ", ", FREED_SHOWN);
    const struct receiver *last = NULL;

    for (size_t i = 0; i < cause->free_count; i++) {
        const struct receiver *receiver = cause->frees[i]->receiver;
        bool is_implied = receiver == last;

        for (size_t k = 0; k < cause->free_count && !is_implied; k++)
            is_implied = receiver_is_bulk_of(receiver, cause->frees[k]->receiver);
        last = receiver;
        if (!is_implied)
            list_add(&list, receiver_short(report->arena, receiver));
    }
    return list.count ? list_end(&list) : NULL;
}

static void in_short(struct report *report, const struct outline *outline, const struct cause *cause, size_t number)
{
    size_t steps = cause->step_count < STEPS_SHOWN ? cause->step_count : STEPS_SHOWN;

    title(report, cause, number);
    what_was_seen(report, outline, cause, number);
    for (size_t i = 0; i < steps; i++) {
        const struct cause_step *step = &cause->steps[i];

        if (cause->step_count > 1)
            bullet(report, str_printf(report->arena, "%s: %s", step_subjects(report->arena, step), step->what));
        else
            bullet(report, step->what);
        if (step->waits_for)
            terminal_wrapped(report, COLUMN + 2, step_wait(report->arena, step, number));
        else
            text_records(report, COLUMN + 2, step->lead);
    }
    if (cause->step_count > steps)
        terminal_wrapped(report, COLUMN,
                         str_printf(report->arena, "and %zu more like that (-v)", cause->step_count - steps));
    labelled(report, "who", actor_text(cause->actor));
    labelled(report, "unblocks", whom_it_frees(report, cause));
    command(report, cause->command);
}

void text_causes(struct report *report, const struct result *result, const struct outline *outline)
{
    bool all = report->options.verbose > 0;

    terminal_heading(report, result->cause_count > 1 ? "What to fix, in this order" : "What to fix");
    for (size_t i = 0; i < result->cause_count; i++) {
        if (all)
            in_full(report, result, &result->causes[i], i + 1);
        else if (i < CAUSES_SHOWN)
            in_short(report, outline, &result->causes[i], i + 1);
        else
            title(report, &result->causes[i], i + 1);
    }
    if (all)
        terminal_newline(report);
    terminal_wrapped(report, all ? 0 : COLUMN,
                     str_printf(report->arena, "%sWhy it matters: mailready explain %s",
                                !all && result->cause_count > CAUSES_SHOWN ? "The others in full: -v. " : "",
                                check_of(result->causes[0].repairs[0]->check)->name));
}
