/* cmd/options/wrap.c - breaks text into lines. */
#include "cmd/options/wrap.h"

#include <string.h>

void print_wrapped(FILE *out, const char *text, size_t column, size_t indent)
{
    fprintf(out, "%*s", (int)(column < indent ? indent - column : 0), "");
    if (column < indent)
        column = indent;
    while (*text) {
        size_t word = strcspn(text, " ");

        if (column > indent && column + 1 + word > HELP_WIDTH) {
            fprintf(out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (column > indent) {
            putc(' ', out);
            column++;
        }
        fwrite(text, 1, word, out);
        column += word;
        text += word;
        text += strspn(text, " ");
    }
    putc('\n', out);
}
