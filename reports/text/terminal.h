/* reports/text/terminal.h - lines of a terminal: colour where it is wanted, text wrapped to the width. */
#pragma once

#include <stddef.h>

#include "core/base/status.h"

struct report;

void terminal_colour(struct report *, enum status);
void terminal_bold(struct report *);
void terminal_dim(struct report *);
void terminal_plain(struct report *); /* ends any of them */

const char *terminal_visible(struct report *, const char *text); /* as the terminal will show it, for measuring */

void terminal_spaces(struct report *, size_t count);
void terminal_up_to(struct report *, size_t used, size_t column);  /* blanks from one column to another, one at least */
size_t terminal_columns(struct report *, const char *text);        /* of a text of ours as it is said */
void terminal_newline(struct report *);
void terminal_rule(struct report *);

/* Writes text from the column where the line stands now, further lines from `indent` on; ends the last line. */
void terminal_wrapped_from(struct report *, size_t column, size_t indent, const char *text);
void terminal_cut(struct report *, size_t column, const char *text); /* as much as the line has room for */
void terminal_wrapped(struct report *, size_t indent, const char *text); /* on a line of its own */

void terminal_heading(struct report *, const char *text); /* behind an empty line */
/* A symbol, what it is about, and text about that, further lines indented. */
void terminal_item(struct report *, enum status, const char *about, const char *text);
/* A label at `indent`, which is shorter than the way to `column`, and text from there on. */
void terminal_labelled(struct report *, size_t indent, size_t column, const char *label, const char *text);
/* A symbol and a word, "  x FAIL", and blanks up to `column`, or further where the word is longer.  Returns where the
 * line stands. */
size_t terminal_marked(struct report *, enum status, const char *word, size_t column);
