/* cmd/archive/sqlite.h - a store in a file of SQLite: inside the room.
 *
 * Write-ahead log, so that readers and a writer do not wait for each other, and a kill at any moment leaves whole
 * transactions.  `synchronous` is NORMAL: a commit is with the kernel, and on the disk at the next checkpoint, which
 * sqlite_settle() makes.  A power cut costs what was written since, as it does of the journal, and never the file.
 * FULL would wait for the disk once for each domain, and hold up all audits each time.
 *
 * A new file appears whole, by link(2): nobody sees one that is half made, so an empty one is damaged.
 */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "cmd/archive/archive_kind.h"

enum {
    ARCHIVE_APPLICATION = 0x6d726479, /* "mrdy": PRAGMA application_id (sqlite.org/fileformat2.html 1.3.17) */
    ARCHIVE_VERSION = 2,              /* of the schema: PRAGMA user_version */
    ARCHIVE_WAIT_MS = 30000,          /* for another run, where nothing else is to do */
    ARCHIVE_VALUE_MAX = 16777216,     /* octets of one text */
    ARCHIVE_CHECK_BYTES =
        67108864, /* files up to that are looked through when they are opened: a quarter of a second */
};

struct sqlite {
    sqlite3 *db;
    const char *path;
    int directory;    /* of the file; -1 */
    const char *name; /* in it */
    int64_t version;  /* of its schema, as it was found */
    int64_t run;
    const char *vantage; /* of the run */
    bool is_unsettled;
    size_t kept; /* since sqlite_confirm() */
    const char *why;
    struct arena *arena;
};

extern const struct archive_kind sqlite_archive;

enum archive_outcome sqlite_begin_run(void *store, const char *key, const char *started, const char *vantage);
enum archive_outcome sqlite_keep(void *store, const struct seen_report *, const struct archive_sessions *,
                                 bool is_restored);
enum archive_outcome sqlite_confirm(void *store, size_t *kept, bool *is_open);
enum archive_outcome sqlite_settle(void *store);
enum archive_outcome sqlite_end_run(void *store, const char *ended);
enum archive_outcome sqlite_prune(void *store, const char *before, size_t *removed);
enum archive_outcome sqlite_domains(void *store, archive_domain_visit *, void *arg);
enum archive_outcome sqlite_results(void *store, struct arena *, const char *domain, struct archive_results *);
enum archive_outcome sqlite_latest(void *store, const char *domain, const char *before, size_t skipped, int64_t *id);
enum archive_outcome sqlite_report(void *store, struct arena *, int64_t id, const struct seen_report **);
enum archive_outcome sqlite_sessions(void *store, const char *vantage, const char *since, size_t octets,
                                     archive_session_visit *, void *arg);

/* Makes the file where there is none.  ARCHIVE_DONE: it is there, by whomever. */
enum archive_outcome sqlite_make(struct sqlite *);
/* What the schema has had since its first version, in one of these that lacks it. */
enum archive_outcome sqlite_bring_up(struct sqlite *);
/* What an outcome of SQLite comes to; sqlite->why is set. */
enum archive_outcome sqlite_outcome(struct sqlite *, int result);
enum archive_outcome sqlite_do(struct sqlite *, const char *statements);
enum archive_outcome sqlite_number(struct sqlite *, const char *query,
                                   int64_t *out); /* the first column of its one row */

/* A statement that is prepared, bound and stepped through in order.  The first failure is kept, and what follows it
 * does nothing. */
struct sqlite_query {
    struct sqlite *sqlite;
    sqlite3_stmt *statement;
    int result; /* of SQLite; SQLITE_OK: all is well so far */
    int bound, read;
};

struct sqlite_query sqlite_query(struct sqlite *, const char *sql);
void sqlite_bind_text(struct sqlite_query *, const char *); /* borrowed until sqlite_end() */
void sqlite_bind_octets(struct sqlite_query *, struct str); /* likewise */
void sqlite_bind_number(struct sqlite_query *, int64_t);
void sqlite_again(struct sqlite_query *);                       /* from the beginning, with nothing bound */
bool sqlite_row(struct sqlite_query *);                         /* false: there is no other, or it has failed */
const char *sqlite_text(struct sqlite_query *, struct arena *); /* the next column; NULL of SQL is "" */
struct str sqlite_octets(struct sqlite_query *);                /* the next column; until the next row */
int64_t sqlite_read_number(struct sqlite_query *);
enum archive_outcome sqlite_end(struct sqlite_query *);
