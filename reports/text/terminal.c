/* reports/text/terminal.c - writes lines for a terminal. */

#include "reports/text/terminal.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "reports/reporter.h"
#include "reports/words.h"

void terminal_colour(struct report *report, enum status status)
{
    if (!report->options.colour)
        return;
    switch (status) {
    case PASS:
        sink_literal(&report->sink, "\x1b[32m");
        break;
    case SKIPPED:
        sink_literal(&report->sink, "\x1b[2m");
        break;
    case NOTE:
        sink_literal(&report->sink, "\x1b[36m");
        break;
    case UNKNOWN:
        sink_literal(&report->sink, "\x1b[35m");
        break;
    case WARN:
        sink_literal(&report->sink, "\x1b[33m");
        break;
    case FAIL:
        sink_literal(&report->sink, "\x1b[1;31m");
        break;
    }
}

void terminal_bold(struct report *report)
{
    if (report->options.colour)
        sink_literal(&report->sink, "\x1b[1m");
}

void terminal_dim(struct report *report)
{
    if (report->options.colour)
        sink_literal(&report->sink, "\x1b[2m");
}

void terminal_plain(struct report *report)
{
    if (report->options.colour)
        sink_literal(&report->sink, "\x1b[0m");
}

void terminal_spaces(struct report *report, size_t count)
{
    while (count-- > 0)
        sink_literal(&report->sink, " ");
}

void terminal_up_to(struct report *report, size_t used, size_t column)
{
    terminal_spaces(report, column > used ? column - used : 1);
}

size_t terminal_columns(struct report *report, const char *text)
{
    const char *visible = terminal_visible(report, report_said(report, text));

    return sink_columns(visible, strlen(visible));
}

void terminal_newline(struct report *report)
{
    sink_literal(&report->sink, "\n");
}

const char *terminal_visible(struct report *report, const char *text)
{
    const char *visible = sink_visible(report->arena, str_of(text));

    return report->options.utf8 ? visible : sink_visible_ascii(report->arena, visible);
}

/* Bytes of `text` that fit into `columns`, at least one code point. */
static size_t fitting(const char *text, size_t length, size_t columns)
{
    size_t bytes = 0;

    while (bytes < length) {
        size_t next = bytes + 1;

        while (next < length && ((unsigned char)text[next] & 0xc0) == 0x80)
            next++;
        if (bytes > 0 && sink_columns(text, next) > columns)
            break;
        bytes = next;
    }
    return bytes;
}

/* Writes text from the column where the line stands now (`column`), further lines from `indent` on; ends the last line.
 */
void terminal_wrapped_from(struct report *report, size_t column, size_t indent, const char *text)
{
    const char *at = terminal_visible(report, report_said(report, text));
    size_t width = report->options.width;
    bool empty = true; /* nothing of the text is in this line yet */

    while (*at) {
        size_t word = strcspn(at, " ");
        size_t columns = sink_columns(at, word);

        if (word == 0) {
            at++;
            continue;
        }
        if (column + columns + !empty > width && (!empty || column > indent)) {
            terminal_newline(report);
            terminal_spaces(report, indent);
            column = indent;
            empty = true;
        }
        if (!empty) {
            sink_literal(&report->sink, " ");
            column++;
        }
        if (column + columns > width) { /* longer than a line */
            word = fitting(at, word, width - column);
            columns = sink_columns(at, word);
        }
        sink_bytes(&report->sink, (struct str){at, word});
        column += columns;
        empty = false;
        at += word;
        if (*at && *at != ' ') {
            terminal_newline(report);
            terminal_spaces(report, indent);
            column = indent;
            empty = true;
        }
    }
    terminal_newline(report);
}

void terminal_cut(struct report *report, size_t column, const char *text)
{
    const char *visible = terminal_visible(report, report_said(report, text));
    size_t length = strlen(visible), width = report->options.width;

    if (column + sink_columns(visible, length) <= width) {
        sink_quote(&report->sink, visible);
    } else if (column + 4 <= width) {
        sink_bytes(&report->sink, (struct str){visible, fitting(visible, length, width - column - 3)});
        sink_literal(&report->sink, "...");
    }
}

void terminal_wrapped(struct report *report, size_t indent, const char *text)
{
    terminal_spaces(report, indent);
    terminal_wrapped_from(report, indent, indent, text);
}

void terminal_rule(struct report *report)
{
    terminal_dim(report);
    for (unsigned i = 0; i < report->options.width; i++) {
        if (report->options.utf8)
            sink_literal(&report->sink, "\xe2\x94\x80");
        else
            sink_literal(&report->sink, "-");
    }
    terminal_plain(report);
    terminal_newline(report);
}

void terminal_heading(struct report *report, const char *text)
{
    terminal_newline(report);
    terminal_bold(report);
    terminal_wrapped(report, 0, text);
    terminal_plain(report);
}

void terminal_labelled(struct report *report, size_t indent, size_t column, const char *label, const char *text)
{
    terminal_spaces(report, indent);
    terminal_dim(report);
    sink_text(&report->sink, label);
    terminal_plain(report);
    terminal_up_to(report, indent + terminal_columns(report, label), column);
    terminal_wrapped_from(report, column, column, text);
}

void terminal_item(struct report *report, enum status status, const char *about, const char *text)
{
    enum { ABOUT_COLUMN = 4, TEXT_COLUMN = 6, TEXT_LEAST = 20 };
    const char *visible = terminal_visible(report, report_said(report, about));
    size_t columns = sink_columns(visible, strlen(visible));

    sink_literal(&report->sink, "  ");
    terminal_colour(report, status);
    sink_text(&report->sink, status_symbol(status, report->options.utf8));
    terminal_plain(report);
    sink_literal(&report->sink, " ");
    terminal_bold(report);
    if (ABOUT_COLUMN + columns + TEXT_LEAST <= report->options.width) {
        sink_quote(&report->sink, visible);
        terminal_plain(report);
        terminal_spaces(report, 2);
        terminal_wrapped_from(report, ABOUT_COLUMN + columns + 2, TEXT_COLUMN, text);
    } else {
        terminal_wrapped_from(report, ABOUT_COLUMN, ABOUT_COLUMN, about);
        terminal_plain(report);
        terminal_wrapped(report, TEXT_COLUMN, text);
    }
}

size_t terminal_marked(struct report *report, enum status status, const char *word, size_t column)
{
    size_t used = 4 + terminal_columns(report, word);

    sink_literal(&report->sink, "  ");
    terminal_colour(report, status);
    sink_text(&report->sink, status_symbol(status, report->options.utf8));
    sink_literal(&report->sink, " ");
    sink_text(&report->sink, word);
    terminal_plain(report);
    if (column <= used)
        column = used + 2;
    terminal_spaces(report, column - used);
    return column;
}
