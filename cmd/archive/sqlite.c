/* cmd/archive/sqlite.c - opens a store in a file, and speaks with SQLite. */
#include "cmd/archive/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/arena.h"
#include "core/base/str.h"

static const char scheme[] = "sqlite:", magic[] = "SQLite format 3";

/* ---- speaking with SQLite ---- */

/* Of a commit SQLite does not tell why the disk refused it, and errno does. */
enum archive_outcome sqlite_outcome(struct sqlite *sqlite, int result)
{
    int error = sqlite->db && sqlite3_system_errno(sqlite->db) ? sqlite3_system_errno(sqlite->db) : errno;

    if (result == SQLITE_READONLY_DBMOVED) {
        sqlite->why = "was removed, or has another name now";
        return ARCHIVE_FAILED;
    }
    switch (result & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return ARCHIVE_DONE;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        sqlite->why = "is in use by another run";
        return ARCHIVE_BUSY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_SCHEMA:
    case SQLITE_ERROR: /* a table or a column is not there */
        sqlite->why = str_printf(sqlite->arena, "is damaged, or no store of mailready: %s",
                                 sqlite->db && sqlite3_errcode(sqlite->db) == result ? sqlite3_errmsg(sqlite->db)
                                                                                     : sqlite3_errstr(result));
        return ARCHIVE_UNFIT;
    case SQLITE_NOMEM:
        sqlite->why = no_memory;
        return ARCHIVE_FAILED;
    case SQLITE_FULL:
        sqlite->why = strerror(ENOSPC);
        return ARCHIVE_FAILED;
    case SQLITE_READONLY:
    case SQLITE_PERM:
        sqlite->why = strerror(EACCES);
        return ARCHIVE_FAILED;
    default:
        sqlite->why = error ? strerror(error) : sqlite3_errstr(result);
        return ARCHIVE_FAILED;
    }
}

enum archive_outcome sqlite_do(struct sqlite *sqlite, const char *statements)
{
    errno = 0;
    return sqlite_outcome(sqlite, sqlite3_exec(sqlite->db, statements, NULL, NULL, NULL));
}

struct sqlite_query sqlite_query(struct sqlite *sqlite, const char *sql)
{
    struct sqlite_query query = {.sqlite = sqlite};

    errno = 0;
    query.result = sqlite3_prepare_v2(sqlite->db, sql, -1, &query.statement, NULL);
    return query;
}

void sqlite_bind_text(struct sqlite_query *query, const char *text)
{
    if (query->result == SQLITE_OK)
        query->result = sqlite3_bind_text(query->statement, ++query->bound, text, -1, SQLITE_STATIC);
}

void sqlite_bind_octets(struct sqlite_query *query, struct str octets)
{
    if (query->result == SQLITE_OK)
        query->result = sqlite3_bind_blob64(query->statement, ++query->bound, octets.at, octets.len, SQLITE_STATIC);
}

void sqlite_bind_number(struct sqlite_query *query, int64_t number)
{
    if (query->result == SQLITE_OK)
        query->result = sqlite3_bind_int64(query->statement, ++query->bound, number);
}

void sqlite_again(struct sqlite_query *query)
{
    if (query->result == SQLITE_ROW || query->result == SQLITE_DONE)
        query->result = sqlite3_reset(query->statement);
    query->bound = 0;
}

bool sqlite_row(struct sqlite_query *query)
{
    query->read = 0;
    if (query->result == SQLITE_OK || query->result == SQLITE_ROW)
        query->result = sqlite3_step(query->statement);
    return query->result == SQLITE_ROW;
}

const char *sqlite_text(struct sqlite_query *query, struct arena *arena)
{
    const unsigned char *text = sqlite3_column_text(query->statement, query->read++);

    return text ? str_dup(arena, (const char *)text) : "";
}

struct str sqlite_octets(struct sqlite_query *query)
{
    const char *at = sqlite3_column_blob(query->statement, query->read);
    int size = sqlite3_column_bytes(query->statement, query->read++);

    return at ? (struct str){at, (size_t)size} : (struct str){"", 0};
}

int64_t sqlite_read_number(struct sqlite_query *query)
{
    return sqlite3_column_int64(query->statement, query->read++);
}

enum archive_outcome sqlite_end(struct sqlite_query *query)
{
    enum archive_outcome outcome = sqlite_outcome(query->sqlite, query->result);

    sqlite3_finalize(query->statement);
    return outcome;
}

enum archive_outcome sqlite_number(struct sqlite *sqlite, const char *sql, int64_t *out)
{
    struct sqlite_query query = sqlite_query(sqlite, sql);

    if (sqlite_row(&query))
        *out = sqlite_read_number(&query);
    return sqlite_end(&query);
}

/* ---- opening ---- */

static enum archive_outcome unfit(struct sqlite *sqlite, const char *why)
{
    sqlite->why = why;
    return ARCHIVE_UNFIT;
}

static enum archive_outcome failed(struct sqlite *sqlite)
{
    sqlite->why = strerror(errno);
    return ARCHIVE_FAILED;
}

/* Before SQLite has it: closing a file drops the locks that this process has on it (fcntl(2)). */
static enum archive_outcome look_at_file(struct sqlite *sqlite, off_t *size)
{
    int fd = openat(sqlite->directory, sqlite->name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    char octets[sizeof magic];
    enum archive_outcome outcome = ARCHIVE_DONE;
    struct stat about;
    ssize_t got = 0;

    if (fd < 0 || fstat(fd, &about) != 0 || (S_ISREG(about.st_mode) && (got = read(fd, octets, sizeof octets)) < 0)) {
        outcome = failed(sqlite);
    } else if (!S_ISREG(about.st_mode)) {
        outcome = unfit(sqlite, "is no regular file");
    } else if (got == 0) {
        outcome = unfit(sqlite, "is empty, and no store: where there is no file, one is made");
    } else if ((size_t)got < sizeof octets || memcmp(octets, magic, sizeof magic) != 0) {
        outcome = unfit(sqlite, "is no store of mailready");
    } else {
        *size = about.st_size;
    }
    if (fd >= 0)
        close(fd);
    return outcome;
}

/* Waiting comes first: the other words may look into the file, in which another run may be at work. */
static enum archive_outcome configure(struct sqlite *sqlite, enum archive_use use)
{
    enum archive_outcome outcome;

    sqlite3_busy_timeout(sqlite->db, ARCHIVE_WAIT_MS);
    sqlite3_limit(sqlite->db, SQLITE_LIMIT_LENGTH, ARCHIVE_VALUE_MAX);
    sqlite3_db_config(sqlite->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    outcome = sqlite_do(sqlite, "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY;"
                                "PRAGMA mmap_size=0; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=FAST;");
    if (outcome == ARCHIVE_DONE && use == ARCHIVE_READ)
        outcome = sqlite_do(sqlite, "PRAGMA query_only=ON");
    return outcome;
}

enum { TABLES_OF_1 = 4, TABLES = 5 };

/* As it is at one moment: another run may be bringing it up to date. */
static enum archive_outcome check_whose(struct sqlite *sqlite)
{
    int64_t application = 0, triggers = 0, tables = 0;
    enum archive_outcome outcome = sqlite_do(sqlite, "BEGIN");

    if (outcome == ARCHIVE_DONE)
        outcome = sqlite_number(sqlite, "PRAGMA application_id", &application);
    if (outcome == ARCHIVE_DONE)
        outcome = sqlite_number(sqlite, "PRAGMA user_version", &sqlite->version);
    if (outcome == ARCHIVE_DONE)
        outcome = sqlite_number(sqlite, "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'", &triggers);
    if (outcome == ARCHIVE_DONE)
        outcome = sqlite_number(sqlite,
                                "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND"
                                " name IN ('run', 'result', 'said', 'finding', 'session')",
                                &tables);
    if (!sqlite3_get_autocommit(sqlite->db))
        sqlite3_exec(sqlite->db, "ROLLBACK", NULL, NULL, NULL); /* what is wrong stays said */
    if (outcome != ARCHIVE_DONE)
        return outcome;
    if (application != ARCHIVE_APPLICATION || triggers > 0)
        return unfit(sqlite, "is a database of another program");
    if (sqlite->version > ARCHIVE_VERSION)
        return unfit(sqlite,
                     str_printf(sqlite->arena, "is of a newer mailready: its schema is %lld, and this version knows %d",
                                (long long)sqlite->version, ARCHIVE_VERSION));
    return sqlite->version >= 1 && tables == (sqlite->version == 1 ? TABLES_OF_1 : TABLES)
               ? ARCHIVE_DONE
               : unfit(sqlite, "is damaged: it lacks a version, or a table");
}

static enum archive_outcome check_whole(struct sqlite *sqlite, off_t size)
{
    static const char unread[] = "unable to get the page. error code="; /* memory or the disk, perhaps */
    struct sqlite_query query;
    const char *said = "ok", *code;
    enum archive_outcome outcome;

    if (size > ARCHIVE_CHECK_BYTES)
        return ARCHIVE_DONE;
    query = sqlite_query(sqlite, "PRAGMA quick_check(1)");
    if (sqlite_row(&query))
        said = sqlite_text(&query, sqlite->arena);
    outcome = sqlite_end(&query);
    if (outcome != ARCHIVE_DONE || strcmp(said, "ok") == 0)
        return outcome;
    code = strstr(said, unread);
    if (code)
        return sqlite_outcome(sqlite, (int)strtol(code + strlen(unread), NULL, 10));
    return unfit(sqlite, str_printf(sqlite->arena, "is damaged: %s", said));
}

/* Where links lead: SQLite makes its log there. */
static const char *resolved(struct arena *arena, const char *path)
{
    char real[PATH_MAX];

    return realpath(path, real) ? str_dup(arena, real) : path;
}

static enum archive_outcome open_file(struct sqlite *sqlite, enum archive_use use)
{
    const char *path = resolved(sqlite->arena, sqlite->path), *slash = strrchr(path, '/'), *directory = ".";
    enum archive_outcome outcome = ARCHIVE_DONE;
    off_t size = 0;

    sqlite->name = slash ? slash + 1 : path;
    if (slash)
        directory = slash == path ? "/" : str_text(sqlite->arena, (struct str){path, (size_t)(slash - path)});
    sqlite->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (sqlite->directory < 0)
        return failed(sqlite);
    if (use == ARCHIVE_WRITE)
        outcome = sqlite_make(sqlite);
    if (outcome == ARCHIVE_DONE)
        outcome = look_at_file(sqlite, &size);
    if (outcome == ARCHIVE_DONE)
        outcome =
            sqlite_outcome(sqlite, sqlite3_open_v2(str_printf(sqlite->arena, "%s/%s", directory, sqlite->name),
                                                   &sqlite->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL));
    if (outcome == ARCHIVE_DONE)
        outcome = configure(sqlite, use);
    if (outcome == ARCHIVE_DONE)
        outcome = check_whose(sqlite);
    if (outcome == ARCHIVE_DONE)
        outcome = check_whole(sqlite, size);
    if (outcome == ARCHIVE_DONE && use != ARCHIVE_READ && sqlite3_db_readonly(sqlite->db, "main"))
        outcome = sqlite_outcome(sqlite, SQLITE_READONLY);
    if (outcome == ARCHIVE_DONE && use != ARCHIVE_READ && sqlite->version < ARCHIVE_VERSION)
        outcome = sqlite_bring_up(sqlite);
    return outcome;
}

/* ---- the back end ---- */

static const char *url_fault(struct arena *arena, const char *url)
{
    (void)arena;
    return url[strlen(scheme)] ? NULL : "this is no store: sqlite:FILE names one";
}

static const char *path_of(const char *url)
{
    return url + strlen(scheme);
}

static void close_store(void *store)
{
    struct sqlite *sqlite = store;

    sqlite3_close_v2(sqlite->db); /* memory that ran out may have left a statement */
    if (sqlite->directory >= 0)
        close(sqlite->directory);
    *sqlite = (struct sqlite){.directory = -1};
}

static void *open_store(struct arena *arena, const char *url, enum archive_use use, enum archive_outcome *outcome,
                        const char **why)
{
    struct sqlite *sqlite = ARENA_NEW(arena, struct sqlite);

    *sqlite = (struct sqlite){.arena = arena, .path = path_of(url), .directory = -1};
    *outcome = open_file(sqlite, use);
    if (*outcome == ARCHIVE_DONE)
        return sqlite;
    *why = sqlite->why;
    close_store(sqlite);
    return NULL;
}

static void wait_for_others(void *store, bool waits)
{
    struct sqlite *sqlite = store;

    sqlite3_busy_timeout(sqlite->db, waits ? ARCHIVE_WAIT_MS : 0);
}

static int directory(const void *store)
{
    const struct sqlite *sqlite = store;

    return sqlite->directory;
}

static const char *const *files(const void *store, struct arena *arena)
{
    (void)store;
    return ARENA_ARRAY(arena, const char *, 1);
}

static const char *why(const void *store)
{
    const struct sqlite *sqlite = store;

    return sqlite->why;
}

const struct archive_kind sqlite_archive = {
    .scheme = scheme,
    .url_fault = url_fault,
    .path_of = path_of,
    .open = open_store,
    .close = close_store,
    .directory = directory,
    .files = files,
    .why = why,
    .wait = wait_for_others,
    .begin_run = sqlite_begin_run,
    .keep = sqlite_keep,
    .confirm = sqlite_confirm,
    .settle = sqlite_settle,
    .end_run = sqlite_end_run,
    .prune = sqlite_prune,
    .domains = sqlite_domains,
    .results = sqlite_results,
    .latest = sqlite_latest,
    .report = sqlite_report,
    .sessions = sqlite_sessions,
};
