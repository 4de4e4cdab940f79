/* cmd/io/sheets.h - the reports of a run, all written at once, each to its own place.
 *
 * A place that fails is reported once and given up; the others go on.  When none is left, there is nobody to work for.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "cmd/command.h"
#include "cmd/io/output.h"
#include "cmd/options/settings.h"
#include "reports/reporter.h"

struct sheet {
    struct output output;
    struct report report;
    bool open;
};

struct sheets {
    struct sheet *at;
    size_t count, open;
    struct output record; /* of --record; stream NULL: none */
    bool failed;          /* something could not be written */
    bool reader_left;     /* EPIPE on standard output */
};

/* Opens everything before any work begins.  EXIT_STATUS_READY, or the status to end with, and *why: then nothing is
 * open. */
enum exit_status sheets_open(struct sheets *, struct arena *, const struct settings *, const char **why);
bool sheets_spare(const struct sheets *, const char *path); /* false: a report would replace this file; NULL is fine */
void sheets_begin(struct sheets *, bool several);
void sheets_one(struct sheets *, const struct result *);
void sheets_close(struct sheets *, bool complete);
void sheets_abandon(struct sheets *);
void sheets_remove(const void *sheets); /* for a signal handler */
