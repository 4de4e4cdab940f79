/* cmd/io/sheets.h - the reports of a run, all written at once, each to its own place.
 *
 * A place that fails is reported once and given up; the others go on.  When none is left, there is nobody to work for.
 *
 * Where a report goes into a file, and in CI (the variable CI is set), what counts for the exit status and the verdict
 * stand on standard error as well, in the format "lines": the log of a job that failed shows why.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "cmd/command.h"
#include "cmd/io/output.h"
#include "cmd/io/print.h"
#include "cmd/options/settings.h"
#include "reports/reporter.h"

struct pages;
struct sandbox;

struct sheet {
    struct output output; /* the index, where there are pages */
    struct print print; /* where the report is printed */
    struct report report;
    struct pages *pages; /* NULL: all in one file */
    bool open;
};

struct sheets {
    struct sheet *at;
    size_t count, open;
    struct output record; /* of --record; stream NULL: none */
    struct report log;    /* on standard error */
    bool logs, log_open;
    bool failed;          /* something could not be written */
    bool reader_left;     /* EPIPE on standard output */
};

/* Opens everything before any work begins, and complains of what cannot be opened.  EXIT_STATUS_READY where at least
 * one report can be written; or the status to end with, and *why, NULL if it was said: then nothing is open. */
enum exit_status sheets_open(struct sheets *, struct arena *, const struct settings *, const char **why);
bool sheets_spare(const struct sheets *, const char *path); /* false: a report would replace this file; NULL is fine */
/* To the directories of what is open, and these, of which some may be -1.  False: a report is to be printed, and
 * starting a program needs more. */
bool sheets_confine(const struct sheets *, struct arena *, const int *directories, size_t count, struct sandbox *);
void sheets_begin(struct sheets *, const struct settings *, bool several);
/* What all reports have to say of a result, and to say it: pieces, as many as sheets_piece_count() says. */
size_t sheets_piece_count(const struct sheets *);
void sheets_render(struct sheets *, const struct result *, const struct gate *, size_t number, struct piece *);
void sheets_take(struct sheets *, const struct target *, enum verdict, const struct piece *);
void sheets_close(struct sheets *, bool complete);
void sheets_abandon(struct sheets *);
void sheets_remove(const void *sheets); /* for a signal handler */
