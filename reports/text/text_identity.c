/* reports/text/text_identity.c - for a terminal: the names of each sender side by side. */

#include "reports/text/text_identity.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/result/identity.h"
#include "reports/reporter.h"
#include "reports/text/terminal.h"
#include "reports/words.h"

enum {
    PART_COLUMN = 13,                /* behind "  x broken   " */
    NAME_COLUMN = PART_COLUMN + 13,  /* behind "certificate  " */
    SAYS_LEAST = 22,                 /* columns that the words beside a name need */
    NARROW = 70,                     /* below it everything stands under each other */
};

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

    terminal_marked(report, row->weight, cell_word(row->state), PART_COLUMN);
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
    terminal_heading(report, count == 1 ? "The sender and its names" : "The senders and their names");
    for (size_t i = 0; i < count; i++)
        identity_block(report, &all[i]);
}
