/* cmd/io/journal.h - what a run of many domains has finished, so that another run can go on with it.
 *
 * The first entry says what the run is (options/run_text.h), each further one is a finished audit: its place in the
 * list, its domain, and its evidence as --record writes it, packed.  A run that goes on judges that evidence again, so
 * that its reports are whole by themselves, in any format.  A domain that has no whole entry is audited again: what is
 * lost of a journal costs time and nothing else.
 *
 * A journal appears with its first entry in it, by a rename, and belongs to one run at a time, by flock(2).  After each
 * entry the kernel has it, which is enough for whatever ends the program; journal_settle() waits for the disk, which
 * is needed for a machine that loses power, and costs the audits under way some time.  So that is done now and then.
 *
 * Everything that may need the file system by name is done when it is opened, but for the removal of the journal:
 * `directory` is for the sandbox.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cmd/io/journal_file.h"

struct arena;

struct journal_audit {
    uint64_t number, at; /* in the list, from 1; the entry */
};

struct journal {
    const char *path;
    int directory; /* -1: not open */
    const char *name;
    struct journal_file file;
    struct journal_audit *audits; /* of earlier runs: by number, then as they were written */
    size_t audit_count, audit_room;
    uint64_t damaged; /* octets between entries and behind them that are none */
    size_t gaps;      /* in how many places */
    bool unsettled;   /* there is something to wait for the disk for */
    bool failing;     /* what was to be written last was not */
};

enum journal_opening {
    JOURNAL_OPEN,
    JOURNAL_UNFIT, /* the file is not what it has to be */
    JOURNAL_FAILED /* another run has it, or the machine does not do it */
};

/* Else *why is in the arena.  A journal that is there already is never begun anew: it is unfit. */
enum journal_opening journal_begin(struct journal *, struct arena *, const char *path, const char *run_text,
                                   const char **why);
/* JOURNAL_OPEN with *run_text NULL: there is none to go on with, and nothing is open. */
enum journal_opening journal_resume(struct journal *, struct arena *, const char *path, const char **run_text,
                                    const char **why);

struct journal_entry {
    struct str domain, packed; /* the recording; valid until the journal is used again */
};

/* The finished audit of this number; false: there is none. */
bool journal_find(struct journal *, uint64_t number, struct journal_entry *out);
/* False: not kept.  *error is its errno the first time in a row, then 0. */
bool journal_keep(struct journal *, uint64_t number, const char *domain, struct str packed, int *error);
bool journal_settle(struct journal *, int *error); /* as journal_keep() */
void journal_remove(const struct journal *);       /* the file; once all that it is for is done */
void journal_close(struct journal *);              /* one that is not open is fine */
