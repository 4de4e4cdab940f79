/* cmd/archive/sqlite.h - a store in a file of SQLite: inside the room.
 *
 * Write-ahead log, so that readers and a writer do not wait for each other, and a kill at any moment leaves whole
 * transactions.  `synchronous` is NORMAL: a commit is with the kernel, and on the disk at the next checkpoint, which
 * archive_settle() makes.  A power cut costs what was written since, as it does of the journal, and never the file.
 * FULL would wait for the disk once for each domain, and hold up all audits each time.
 *
 * A new file appears whole, by link(2): nobody sees one that is half made, so an empty one is damaged.
 */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "cmd/archive/archive.h"

enum {
    ARCHIVE_APPLICATION = 0x6d726479, /* "mrdy": PRAGMA application_id (sqlite.org/fileformat2.html 1.3.17) */
    ARCHIVE_VERSION = 1,              /* of the schema: PRAGMA user_version */
    ARCHIVE_WAIT_MS = 30000,          /* for another run, where nothing else is to do */
    ARCHIVE_VALUE_MAX = 16777216,     /* octets of one text */
    ARCHIVE_CHECK_BYTES =
        67108864, /* files up to that are looked through when they are opened: a quarter of a second */
};

struct archive {
    sqlite3 *db;
    const char *path;
    int directory;    /* of the file; -1 */
    const char *name; /* in it */
    int64_t run;
    bool is_unsettled;
    const char *why;
    struct arena *arena;
};

/* Makes the file where there is none.  ARCHIVE_DONE: it is there, by whomever. */
enum archive_outcome sqlite_make(struct archive *);
/* What an outcome of SQLite comes to; archive->why is set. */
enum archive_outcome sqlite_outcome(struct archive *, int result);
enum archive_outcome sqlite_do(struct archive *, const char *statements);
enum archive_outcome sqlite_number(struct archive *, const char *query,
                                   int64_t *out); /* the first column of its one row */

/* A statement that is prepared, bound and stepped through in order.  The first failure is kept, and what follows it
 * does nothing. */
struct sqlite_query {
    struct archive *archive;
    sqlite3_stmt *statement;
    int result; /* of SQLite; SQLITE_OK: all is well so far */
    int bound, read;
};

struct sqlite_query sqlite_query(struct archive *, const char *sql);
void sqlite_bind_text(struct sqlite_query *, const char *); /* borrowed until sqlite_end() */
void sqlite_bind_number(struct sqlite_query *, int64_t);
void sqlite_again(struct sqlite_query *);                       /* from the beginning, with nothing bound */
bool sqlite_row(struct sqlite_query *);                         /* false: there is no other, or it has failed */
const char *sqlite_text(struct sqlite_query *, struct arena *); /* the next column; NULL of SQL is "" */
int64_t sqlite_read_number(struct sqlite_query *);
enum archive_outcome sqlite_end(struct sqlite_query *);
