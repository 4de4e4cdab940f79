/* cmd/archive/sqlite_make.c - makes the file of a store, or brings it up to date. */
#include "cmd/archive/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "core/base/arena.h"
#include "core/base/str.h"

/* Beside what the first version had. */
#define SINCE_2                                                                                                        \
    "CREATE TABLE session (vantage TEXT NOT NULL, key TEXT NOT NULL, asked TEXT NOT NULL, packed BLOB NOT NULL,"       \
    " PRIMARY KEY (vantage, key)) WITHOUT ROWID;"                                                                      \
    "CREATE INDEX session_of_time ON session (asked);"

/* A finding is said in the same words for months: `said` has each once, found by a checksum of them. */
static const char schema[] =
    "CREATE TABLE run (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, version TEXT NOT NULL, started TEXT NOT NULL,"
    " ended TEXT);"
    "CREATE TABLE result (id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run, domain TEXT NOT NULL,"
    " started TEXT NOT NULL, verdict TEXT NOT NULL, only_checks TEXT NOT NULL, skipped_checks TEXT NOT NULL,"
    " UNIQUE (run, domain));"
    "CREATE INDEX result_of_domain ON result (domain, started);"
    "CREATE INDEX result_of_time ON result (started);"
    "CREATE TABLE said (id INTEGER PRIMARY KEY, checksum INTEGER NOT NULL, check_id TEXT NOT NULL,"
    " subject TEXT NOT NULL, subject_key TEXT NOT NULL, status TEXT NOT NULL, suppressed INTEGER NOT NULL,"
    " message TEXT NOT NULL, records TEXT NOT NULL);"
    "CREATE INDEX said_by_checksum ON said (checksum);"
    "CREATE TABLE finding (result INTEGER NOT NULL REFERENCES result, place INTEGER NOT NULL,"
    " said INTEGER NOT NULL REFERENCES said, PRIMARY KEY (result, place)) WITHOUT ROWID;"
    "CREATE INDEX finding_said ON finding (said);" SINCE_2;

/* File format 1.3.3: a reader that finds 2 here opens the file with a write-ahead log. */
enum { WRITE_FORMAT_AT = 18, READ_FORMAT_AT = 19, WITH_LOG = 2 };

/* What a new store is made of, to be freed by sqlite3_free().  NULL: sqlite->why. */
static unsigned char *image(struct sqlite *sqlite, sqlite3_int64 *size)
{
    const char *settings = str_printf(sqlite->arena,
                                      "PRAGMA page_size=4096; PRAGMA auto_vacuum=INCREMENTAL; PRAGMA application_id=%d;"
                                      "PRAGMA user_version=%d; BEGIN;",
                                      ARCHIVE_APPLICATION, ARCHIVE_VERSION);
    unsigned char *octets = NULL;
    int result = sqlite3_open_v2(":memory:", &sqlite->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);

    if (result != SQLITE_OK)
        sqlite_outcome(sqlite, result);
    else if (sqlite_do(sqlite, settings) == ARCHIVE_DONE && sqlite_do(sqlite, schema) == ARCHIVE_DONE &&
             sqlite_do(sqlite, "COMMIT") == ARCHIVE_DONE && !(octets = sqlite3_serialize(sqlite->db, "main", size, 0)))
        sqlite_outcome(sqlite, SQLITE_NOMEM);
    sqlite3_close(sqlite->db);
    sqlite->db = NULL;
    if (octets)
        octets[WRITE_FORMAT_AT] = octets[READ_FORMAT_AT] = WITH_LOG;
    return octets;
}

static bool write_all(int fd, const unsigned char *octets, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t put = write(fd, octets + done, size - done);

        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        done += (size_t)put;
    }
    return fsync(fd) == 0;
}

static enum archive_outcome failed(struct sqlite *sqlite, int error)
{
    sqlite->why = strerror(error);
    return ARCHIVE_FAILED;
}

/* A name of its own beside it: two runs may begin at once. */
static const char *beside(struct arena *arena, const char *name)
{
    uint64_t number = 0;

    if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
        return NULL;
    return str_printf(arena, ".%.200s.%016" PRIx64, name, number);
}

enum archive_outcome sqlite_make(struct sqlite *sqlite)
{
    const char *name = sqlite->name, *temporary = beside(sqlite->arena, name);
    enum archive_outcome outcome = ARCHIVE_DONE;
    unsigned char *octets;
    sqlite3_int64 size = 0;
    int fd;

    if (faccessat(sqlite->directory, name, F_OK, AT_EACCESS) == 0)
        return ARCHIVE_DONE;
    if (!temporary || errno != ENOENT)
        return failed(sqlite, errno);
    octets = image(sqlite, &size);
    if (!octets)
        return ARCHIVE_FAILED;
    fd = openat(sqlite->directory, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 || !write_all(fd, octets, (size_t)size))
        outcome = failed(sqlite, errno);
    else if (linkat(sqlite->directory, temporary, sqlite->directory, name, 0) != 0 && errno != EEXIST)
        outcome = failed(sqlite, errno);
    if (fd >= 0) {
        close(fd);
        unlinkat(sqlite->directory, temporary, 0);
    }
    if (outcome == ARCHIVE_DONE && fsync(sqlite->directory) != 0 && errno != EINVAL) /* not every file system can */
        outcome = failed(sqlite, errno);
    sqlite3_free(octets);
    return outcome;
}

/* Of two runs one waits for the other, and finds it done. */
enum archive_outcome sqlite_bring_up(struct sqlite *sqlite)
{
    enum archive_outcome outcome = sqlite_do(sqlite, "BEGIN IMMEDIATE");

    if (outcome == ARCHIVE_DONE)
        outcome = sqlite_number(sqlite, "PRAGMA user_version", &sqlite->version);
    if (outcome == ARCHIVE_DONE && sqlite->version == 1)
        outcome = sqlite_do(sqlite, SINCE_2 "PRAGMA user_version=2;");
    if (outcome == ARCHIVE_DONE)
        outcome = sqlite_do(sqlite, "COMMIT");
    else if (!sqlite3_get_autocommit(sqlite->db))
        sqlite3_exec(sqlite->db, "ROLLBACK", NULL, NULL, NULL); /* what is wrong stays said */
    return outcome;
}
