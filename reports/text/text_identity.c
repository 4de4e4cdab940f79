/* reports/text/text_identity.c - for a terminal: the names of each sender, in a line and side by side. */

#include "reports/text/text_identity.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/list_text.h"
#include "core/base/str.h"
#include "core/result/identity.h"
#include "reports/reporter.h"
#include "reports/text/terminal.h"
#include "reports/words.h"

enum {
    PART_COLUMN = 13,               /* behind "  x broken   " */
    NAME_COLUMN = PART_COLUMN + 13, /* behind "certificate  " */
    SAYS_LEAST = 22,                /* columns that the words beside a name need */
    NARROW = 70,                    /* below it everything stands under each other */
    SENDERS_SHOWN = 8,              /* lines of them */
    ALIKE_SHOWN = 4,                /* addresses in one of these */
    ODD_SHOWN = 2,
};

static size_t columns_of(struct report *report, struct str text)
{
    const char *visible = terminal_visible(report, str_text(report->arena, text));

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
    size_t columns = columns_of(report, row->name), column = PART_COLUMN + terminal_columns(report, part),
           name_at = NAME_COLUMN;

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

/* ---- a line for each ---- */

/* The rows that tell something amiss: "PTR mail.example.org leads to 203.0.113.9, not back"; "" where none does. */
static const char *what_is_odd(struct arena *arena, const struct identity *identity)
{
    struct list_text text = list_text(arena, "; ", ODD_SHOWN);

    for (size_t i = 0, next; i < identity->name_count; i = next) {
        const struct identity_name *row = &identity->names[i];
        const char *parts = identity_parts(arena, identity, i, &next);

        if (row->weight < UNKNOWN)
            continue;
        if (row->name.len)
            parts = str_printf(arena, "%s %s", parts, str_text(arena, row->name));
        list_add(&text, str_printf(arena, "%s: %s", parts, identity_says(arena, row)));
    }
    return list_end(&text);
}

static bool same_name(struct str a, struct str b)
{
    return a.len == b.len && str_equal_nocase(a, b);
}

/* A certificate that covers the others goes with the first. */
static bool goes_with(const struct identity_name *row, const struct identity_name *first, bool is_first)
{
    return row->part == PART_CERTIFICATE ? is_first && row->state == CELL_OK : same_name(row->name, first->name);
}

/* Each name once, with where it shows: "mx1.example.org (PTR, greeting, EHLO, certificate)". */
static const char *names_of(struct arena *arena, const struct identity *identity)
{
    struct list_text names = list_text(arena, "; ", ODD_SHOWN + 1);
    bool *told = ARENA_ARRAY(arena, bool, identity->name_count + 1);

    for (size_t i = 0; i < identity->name_count; i++) {
        const struct identity_name *row = &identity->names[i];
        struct list_text parts = list_text(arena, ", ", PART_COUNT);

        if (told[i] || !row->name.len)
            continue;
        for (size_t k = i; k < identity->name_count; k++) {
            const struct identity_name *other = &identity->names[k];

            if (told[k] || !other->name.len || (k != i && !goes_with(other, row, names.count == 0)))
                continue;
            told[k] = true;
            if (!other->assumed) /* it is the greeting's */
                list_add(&parts, identity_part_label(other->part));
        }
        if (parts.count)
            list_add(&names, str_printf(arena, "%s (%s)", str_text(arena, row->name), list_end(&parts)));
    }
    return list_end(&names);
}

/* ": see spf.exists": what its verdict rests on, where the names do not show it. */
static const char *reasons_of(struct arena *arena, const struct identity *identity)
{
    struct list_text checks = list_text(arena, ", ", ODD_SHOWN + 1);
    bool seen[CHECK_COUNT] = {false};

    for (size_t i = 0; i < identity->finding_count; i++) {
        enum check_id id = identity->findings[i]->check;

        if (!seen[id])
            list_add(&checks, check_of(id)->name);
        seen[id] = true;
    }
    return checks.count ? str_printf(arena, ": see %s", list_end(&checks)) : "";
}

static const char *summary_of(struct arena *arena, const struct identity *identity)
{
    const char *text = identity->verdict == VERDICT_READY ? "" : what_is_odd(arena, identity);

    if (*text)
        return text;
    text = names_of(arena, identity);
    return str_printf(arena, "%s%s", *text ? text : identity_role(arena, identity->sender),
                      reasons_of(arena, identity));
}

void text_identities_summary(struct report *report, const struct result *result)
{
    size_t count, lines = 0, left_out = 0;
    const struct identity *all = identities_of(report->arena, result, &count);
    const char **says = ARENA_ARRAY(report->arena, const char *, count + 1);

    if (count == 0)
        return;
    terminal_heading(report, count == 1 ? "The sender and its names" : "The senders and their names");
    for (size_t i = 0; i < count; i++)
        says[i] = summary_of(report->arena, &all[i]);
    for (size_t i = 0; i < count; i++) {
        struct list_text alike = list_text(report->arena, ", ", ALIKE_SHOWN);
        const char *text = says[i];

        if (!text)
            continue;
        for (size_t k = i; k < count; k++) {
            if (!says[k] || all[k].verdict != all[i].verdict || strcmp(says[k], text) != 0)
                continue;
            list_add(&alike, all[k].sender->label);
            says[k] = NULL;
        }
        if (lines++ >= SENDERS_SHOWN) {
            left_out += alike.count;
            continue;
        }
        terminal_item(report, verdict_as_status(all[i].verdict), list_end(&alike), text);
    }
    if (left_out)
        terminal_wrapped(report, 4, str_printf(report->arena, "and %zu more (-v)", left_out));
}
