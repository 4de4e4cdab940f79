/* cmd/io/output.h - where reports go: standard output, or files that appear whole or not at all.
 *
 * A file is written beside its final name, in the same directory, and renamed when everything is in it and on the disk;
 * until then, and after any failure, the report that was there before stays as it was.  Opening does all that can fail
 * early: the directory, the permission to replace what is there, the lock against a second run.  Links are not
 * followed. The mode is 0600: reports name customers' hosts.  Devices and pipes are written to directly.
 *
 *     output_open(&out, arena, "report.json", &why)       complain(why)
 *     fprintf(out.stream, ...)
 *     output_keep(&out, true, &why)  or  output_abandon(&out)
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

struct arena;

struct output {
    struct arena *arena;
    const char *path; /* as the user wrote it; "standard output" */
    FILE *stream;
    int directory;         /* -1: written to directly */
    const char *name;      /* within the directory */
    const char *temporary; /* beside it */
    bool is_settled_later; /* one of many files: whoever writes them waits for the disk once, for all */
};

bool output_open(struct output *, struct arena *, const char *path, const char **why); /* path NULL: standard output */
bool output_same_file(const struct output *, const struct output *);
bool output_is_file(const struct output *, const char *path); /* would it replace this file, or is to become it? */

/* Writes the file to the disk and gives it its name, or NAME.partial; false with *why.  Standard output is flushed;
 * *error is the errno, so that EPIPE can be passed over in silence. */
bool output_keep(struct output *, bool complete, int *error, const char **why);
void output_abandon(struct output *);      /* removes what was written; NULL stream is fine */
void output_remove(const struct output *); /* only the file; may be called from a signal handler */

/* For commands that only print: checks what became of standard output.  EPIPE is no error: the reader had enough. */
bool output_stdout_done(void);
bool output_speaks_utf8(void); /* the locale of the user */
