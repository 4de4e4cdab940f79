/* cmd/options/wrap.h - our own texts on standard output, in lines. */
#pragma once

#include <stdio.h>

enum { HELP_WIDTH = 79 };

/* Words of the text from the column that the line has reached; further lines begin at `indent`. */
void print_wrapped(FILE *, const char *text, size_t column, size_t indent);
