/* cmd/io/complain.c - what the program says on standard error, and the guess at what was meant. */
#include "cmd/command.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "reports/sink.h"

enum { COMPLAINT_MAX = 2048, WORD_MAX = 64 };

void complain(const char *format, ...)
{
    char text[COMPLAINT_MAX];
    struct sink sink = sink_to(stderr, SINK_TEXT);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    sink_literal(&sink, "mailready: ");
    sink_text(&sink, text);
    sink_literal(&sink, "\n");
    sink_finish(&sink);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
static size_t edits(const char *a, const char *b)
{
    size_t rows[3][WORD_MAX + 1], *before = rows[0], *last = rows[1], *row = rows[2];
    size_t a_length = strlen(a), b_length = strlen(b);

    if (a_length > WORD_MAX || b_length > WORD_MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= b_length; j++)
        last[j] = before[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t *spare = before;

        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            row[j] = least(last[j - 1] + (a[i - 1] != b[j - 1]), least(last[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], before[j - 2] + 1);
        }
        before = last;
        last = row;
        row = spare;
    }
    return last[b_length];
}

const char *nearest_of(const char *word, const char *const *names, size_t count)
{
    size_t length = strlen(word), fewest = length / 3 + 2; /* more edits than that is another word */
    const char *nearest = NULL;

    for (size_t i = 0; i < count; i++) {
        size_t needed = edits(word, names[i]);

        /* The beginning of a name is what people type of it. */
        if (length > 1 && strncmp(word, names[i], length) == 0)
            needed = 1;
        if (needed < fewest) {
            fewest = needed;
            nearest = names[i];
        }
    }
    return nearest;
}
