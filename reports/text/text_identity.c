/* reports/text/text_identity.c - for a terminal: the names of
 * each sender side by side, and what the receivers would do. */

#include "reports/text/text_identity.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/result/identity.h"
#include "reports/receivers.h"
#include "reports/reporter.h"
#include "reports/text/terminal.h"
#include "reports/words.h"

enum {
    PART_COLUMN = 13,                /* behind "  x broken   " */
    NAME_COLUMN = PART_COLUMN + 13,  /* behind "certificate  " */
    SAYS_LEAST = 22,                 /* columns that the words beside a name need */
    RECEIVER_COLUMN = 23,            /* behind "  + no obstacle found  " */
    WORDS_COLUMN = 6,
    NARROW = 70,                     /* below it everything stands under each other */
};

static void heading(struct report *report, const char *text)
{
    terminal_newline(report);
    terminal_bold(report);
    terminal_wrapped(report, 0, text);
    terminal_plain(report);
}

static void marked(struct report *report, enum status status, const char *word, size_t column)
{
    size_t used = 4 + strlen(word);

    sink_literal(&report->sink, "  ");
    terminal_colour(report, status);
    sink_text(&report->sink, status_symbol(status, report->options.utf8));
    sink_literal(&report->sink, " ");
    sink_text(&report->sink, word);
    terminal_plain(report);
    terminal_spaces(report, column > used ? column - used : 2);
}

static size_t columns_of(struct report *report, struct str text)
{
    const char *visible = sink_visible(report->arena, text);

    return sink_columns(visible, strlen(visible));
}

/* Where the words begin that stand beside the names; 0: below each other. */
static size_t says_column(struct report *report, const struct identity *identity)
{
    size_t widest = 0, room = report->options.width;

    if (room < NARROW)
        return 0;
    room -= NAME_COLUMN + SAYS_LEAST + 2;
    for (size_t i = 0; i < identity->name_count; i++) {
        size_t columns = columns_of(report, identity->names[i].name);

        if (columns > widest && columns <= room)
            widest = columns;
    }
    return NAME_COLUMN + widest + (widest ? 2 : 0);
}

static void name_row(struct report *report, const struct identity_name *row, const char *part, size_t says_at)
{
    size_t columns = columns_of(report, row->name), column = PART_COLUMN + strlen(part), name_at = NAME_COLUMN;

    marked(report, row->weight, cell_word(row->state), PART_COLUMN);
    if (column + 2 > NAME_COLUMN) { /* several parts, none of them with a name */
        terminal_wrapped_from(report, PART_COLUMN, PART_COLUMN,
                              str_printf(report->arena, "%s: %s", part, identity_says(report->arena, row)));
        return;
    }
    sink_text(&report->sink, part);
    if (report->options.width < NARROW) {
        terminal_newline(report);
        name_at = PART_COLUMN;
        terminal_spaces(report, name_at);
    } else {
        terminal_spaces(report, name_at - column);
    }
    if (columns && says_at && name_at + columns + 2 <= says_at) {
        sink_bytes(&report->sink, row->name);
        terminal_spaces(report, says_at - name_at - columns);
    } else if (columns) {
        terminal_wrapped_from(report, name_at, name_at, str_text(report->arena, row->name));
        says_at = name_at;
        terminal_spaces(report, says_at);
    } else {
        says_at = name_at;
    }
    terminal_wrapped_from(report, says_at, says_at, identity_says(report->arena, row));
}

static void identity_block(struct report *report, const struct identity *identity)
{
    enum status as = verdict_as_status(identity->verdict);
    size_t says_at = says_column(report, identity);

    terminal_newline(report);
    terminal_bold(report);
    sink_text(&report->sink, identity->sender->label);
    terminal_plain(report);
    if (report->options.width < NARROW)
        terminal_newline(report);
    sink_literal(&report->sink, "  ");
    terminal_colour(report, as);
    sink_text(&report->sink, status_symbol(as, report->options.utf8));
    sink_literal(&report->sink, " ");
    sink_text(&report->sink, identity_label(identity->verdict));
    terminal_plain(report);
    terminal_newline(report);
    terminal_wrapped(report, 2, identity_role(report->arena, identity->sender));
    for (size_t i = 0; i < identity->name_count;) {
        size_t next;
        const char *part = identity_parts(report->arena, identity, i, &next);

        name_row(report, &identity->names[i], part, says_at);
        i = next;
    }
    if (identity->ptr_left_out)
        terminal_wrapped(report, PART_COLUMN,
                         str_printf(report->arena, "%zu more PTR names are not shown.", identity->ptr_left_out));
}

void text_identities(struct report *report, const struct result *result)
{
    size_t count;
    const struct identity *all = identities_of(report->arena, result, &count);

    if (count == 0)
        return;
    heading(report, count == 1 ? "The sender and its names" : "The senders and their names");
    for (size_t i = 0; i < count; i++)
        identity_block(report, &all[i]);
}

static void reasons(struct report *report, const struct fate *fate)
{
    const struct receiver_verdict *v = fate->verdict;

    if (fate->outcome == RECEIVER_CANT_TELL && *fate_checks(report->arena, fate))
        terminal_wrapped(report, WORDS_COLUMN,
                         str_printf(report->arena, "hangs on %s", fate_checks(report->arena, fate)));
    if (fate->outcome < RECEIVER_AT_RISK)
        return;
    for (size_t i = 0; i < v->reason_count; i++) {
        terminal_wrapped(report, WORDS_COLUMN, v->reasons[i].rule->words);
        terminal_dim(report);
        terminal_wrapped(report, WORDS_COLUMN,
                         str_printf(report->arena, "for %s (%s)", reason_check(&v->reasons[i]),
                                    reason_source(report->arena, &v->reasons[i])));
        terminal_plain(report);
    }
    if (fate->outcome == RECEIVER_REJECTS && *receiver_contact_of(v->receiver).contact)
        terminal_wrapped(report, WORDS_COLUMN, receiver_contact_of(v->receiver).contact);
}

static void not_visible(struct report *report, const struct receiver_view *views, size_t count)
{
    terminal_dim(report);
    terminal_wrapped(report, 2, "They also look at what cannot be seen from outside:");
    for (size_t i = 0; i < count; i++) {
        const char *enrol = receiver_contact_of(views[i].receiver).enrol;
        bool twin = i > 0 && views[i].receiver->kind == RECEIVER_BULK;

        terminal_wrapped(report, 4,
                         str_printf(report->arena, "%s: %s.%s%s", views[i].receiver->title,
                                    views[i].receiver->not_visible, *enrol && !twin ? " " : "", twin ? "" : enrol));
    }
    terminal_plain(report);
}

void text_receivers(struct report *report, const struct result *result)
{
    size_t count;
    const struct receiver_view *views = receiver_views(report->arena, result, &count);

    if (count == 0)
        return;
    heading(report, "Who would take this mail, by published rules");
    for (size_t i = 0; i < count; i++) {
        for (size_t f = 0; f < views[i].fate_count; f++) {
            const struct fate *fate = &views[i].fates[f];

            marked(report, outcome_as_status(fate->outcome), outcome_label(fate->outcome), RECEIVER_COLUMN);
            terminal_wrapped_from(
                report, RECEIVER_COLUMN, RECEIVER_COLUMN,
                views[i].fate_count == 1
                    ? views[i].receiver->title
                    : str_printf(report->arena, "%s: %s", views[i].receiver->title, fate_senders(report->arena, fate)));
            if (fate_told_by(views, i, fate))
                terminal_wrapped(report, WORDS_COLUMN,
                                 str_printf(report->arena, "as for %s", fate_told_by(views, i, fate)->title));
            else
                reasons(report, fate);
        }
    }
    terminal_wrapped(report, 2, receiver_legend(report->arena, result));
    not_visible(report, views, count);
}
