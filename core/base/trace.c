/* core/base/trace.c - one line an event on a stream. */
#include "core/base/trace.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/arena.h"

enum { TRACE_LINE_BYTES = 262144 };

struct trace {
    FILE *out;
    struct timespec start;
    struct arena *scratch;
};

struct trace *trace_new(FILE *out)
{
    struct trace *trace = calloc(1, sizeof *trace);

    if (!trace)
        return NULL;
    trace->scratch = arena_new(TRACE_LINE_BYTES * 32);
    if (!trace->scratch) {
        free(trace);
        return NULL;
    }
    trace->out = out;
    clock_gettime(CLOCK_MONOTONIC, &trace->start);
    return trace;
}

void trace_free(struct trace *trace)
{
    if (!trace)
        return;
    arena_free(trace->scratch);
    free(trace);
}

/* Logs of CI systems obey "##[error]" wherever it stands in a line. */
static const char *without_commands(struct arena *arena, const char *text)
{
    char *out = ARENA_ARRAY(arena, char, strlen(text) * 4 + 1);
    size_t used = 0;

    for (char before = '\0'; *text; before = *text++) {
        if (*text == '#' && before == '#') {
            memcpy(out + used, "\\x23", 4);
            used += 4;
        } else {
            out[used++] = *text;
        }
    }
    return out;
}

/* In one piece: other processes of the run write there as well. */
static void print_line(struct trace *trace, const char *what, const char *peer, const char *text)
{
    struct timespec now;
    const char *line;
    int64_t us;

    clock_gettime(CLOCK_MONOTONIC, &now);
    us = (int64_t)(now.tv_sec - trace->start.tv_sec) * 1000000 + (now.tv_nsec - trace->start.tv_nsec) / 1000;
    line = str_printf(trace->scratch, "%4d.%06d %-12s %-24s %s\n", (int)(us / 1000000), (int)(us % 1000000), what, peer,
                      without_commands(trace->scratch, text));
    fwrite(line, 1, strlen(line), trace->out);
}

void trace_event(struct trace *trace, const char *what, const char *peer, const char *format, ...)
{
    va_list args;
    jmp_buf full;

    if (!trace)
        return;
    if (setjmp(full) == 0) {
        arena_on_exhausted(trace->scratch, &full);
        va_start(args, format);
        print_line(trace, what, peer, bytes_escape(trace->scratch, str_of(str_vprintf(trace->scratch, format, args))));
        va_end(args);
    }
    arena_reset(trace->scratch);
}

void trace_bytes(struct trace *trace, const char *what, const char *peer, struct str bytes)
{
    jmp_buf full;

    if (!trace)
        return;
    if (bytes.len > TRACE_LINE_BYTES)
        bytes.len = TRACE_LINE_BYTES;
    if (setjmp(full) == 0) {
        arena_on_exhausted(trace->scratch, &full);
        print_line(trace, what, peer, bytes_escape(trace->scratch, bytes));
    }
    arena_reset(trace->scratch);
}
