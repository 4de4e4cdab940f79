/* cmd/archive/postgres.h - speaks with a server of PostgreSQL: a thin layer over libpq, for the store and for whoever
 * else keeps something there.
 *
 * No call waits longer than it says, whatever the server does: one that takes connections and never answers is as good
 * as gone.  A connection that is lost, or on which an answer is overdue, is dropped; postgres_return() makes it again,
 * step by step, without waiting.
 *
 * A password comes from where libpq looks for it (PGPASSFILE, a service file) and stays with it: a URL that has one is
 * refused, and neither is repeated anywhere.  What the server says is a peer's text: one line, for a sink.
 */
#pragma once

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cmd/archive/archive.h"
#include "core/base/str.h"

enum {
    POSTGRES_ANSWER_MS = 30000, /* for a question that somebody waits for */
    POSTGRES_LONG_ANSWER_MS = 3600000,
    POSTGRES_SILENCE_MS = 10000, /* for a connection, and for what nobody waits for */
    POSTGRES_PAUSE_MS = 1000,    /* before the first try to return; each is twice as long as the one before */
    POSTGRES_PAUSE_MAX_MS = 15000,
    POSTGRES_WHY_MAX = 512,
    POSTGRES_VALUES_MAX = 20,
    POSTGRES_STATEMENTS_MAX = 48,
    POSTGRES_SETTINGS_MAX = 64,
};

enum postgres_state { POSTGRES_AWAY, POSTGRES_CONNECTING, POSTGRES_SETTING_UP, POSTGRES_THERE };

struct postgres {
    PGconn *link; /* NULL where it is away */
    enum postgres_state state;
    bool is_over;            /* it does not return */
    bool is_local;           /* by a socket of this machine, which a sandbox does not let it open again */
    int64_t due_ms;          /* of the clock: away, the next try; connecting, its end */
    int pause_ms, answer_ms; /* answer_ms: for what is asked from now on; POSTGRES_ANSWER_MS at first */
    short awaits;            /* connecting: of poll(2) */
    const char *begin;       /* statements that each connection begins with */
    const char *names[POSTGRES_SETTINGS_MAX + 1];  /* of the connection that there was, to make the same again; */
    const char *values[POSTGRES_SETTINGS_MAX + 1]; /* a password among them */
    const char *prepared[POSTGRES_STATEMENTS_MAX]; /* on this connection */
    size_t prepared_count;
    char why[POSTGRES_WHY_MAX]; /* after an outcome other than ARCHIVE_DONE: one line */
};

/* NULL, or what is wrong with a URL that begins with "postgresql:" or "postgres:"; it does not repeat any of it. */
const char *postgres_url_fault(struct arena *, const char *url);

/* Of a URL without a fault.  Waits as long as its connect_timeout says, 10 seconds if it does not.  `begin`: more
 * statements that each connection begins with, "" for none.  Settings are in the arena. */
enum archive_outcome postgres_open(struct postgres *, struct arena *, const char *url, const char *begin);
void postgres_close(struct postgres *); /* of one that is not open, too, if it is all zeros */
/* Files and directories that making the connection again may read; the last is NULL.  Of an open one. */
const char *const *postgres_files(const struct postgres *, struct arena *);

bool postgres_is_there(const struct postgres *);
/* Where the connection is away, a step towards having it again.  DONE: it is there; BUSY: not yet; FAILED: this try
 * came to nothing, or the next one is not yet due.  Does not wait; postgres_await() does, for that step and an answer.
 */
enum archive_outcome postgres_return(struct postgres *);
/* Until the server sends something, takes something, or `until_ms` of postgres_clock_ms(). */
void postgres_await(const struct postgres *, int64_t until_ms);
int64_t postgres_clock_ms(void);
/* Drops the connection.  `why` NULL: libpq's own words.  ARCHIVE_FAILED. */
enum archive_outcome postgres_lose(struct postgres *, const char *why);

/* ---- questions ---- */

/* Statements without values, one or several: a transaction of their own unless they begin one. */
enum archive_outcome postgres_do(struct postgres *, const char *statements);
enum archive_outcome postgres_number(struct postgres *, const char *sql, int64_t *out); /* the one value of its row */

/* Ends a transaction: COMMIT where all went well so far, else ROLLBACK, and `why` stays.  What came of it. */
enum archive_outcome postgres_end_transaction(struct postgres *, enum archive_outcome so_far);

/* A statement, its values ($1 ...) in order, and its rows, column by column.  The first failure is kept, and what
 * follows it does nothing.
 *
 *     struct postgres_query query = postgres_query(postgres, "SELECT a, b FROM c WHERE d = $1");
 *
 *     postgres_bind_text(&query, d);
 *     while (postgres_row(&query)) {
 *         a = postgres_text(&query, arena);
 *         b = postgres_read_number(&query);
 *     }
 *     outcome = postgres_end(&query);
 */
struct postgres_query {
    struct postgres *postgres;
    const char *sql;
    enum archive_outcome outcome;
    int bound, row, read;
    PGresult *rows; /* NULL: not asked yet */
    const char *values[POSTGRES_VALUES_MAX];
    int lengths[POSTGRES_VALUES_MAX], formats[POSTGRES_VALUES_MAX];
    char *owned[POSTGRES_VALUES_MAX]; /* or NULL */
    char numbers[POSTGRES_VALUES_MAX][sizeof "-9223372036854775808"];
};

/* `sql` is prepared once for each connection, and found by its address: a literal. */
struct postgres_query postgres_query(struct postgres *, const char *sql);
/* Borrowed until postgres_end().  NULL is NULL of SQL.  Octets that are no UTF-8, which the server would refuse, become
 * U+FFFD, as in reports. */
void postgres_bind_text(struct postgres_query *, const char *);
void postgres_bind_texts(struct postgres_query *, const char *const *, size_t count); /* text[]; a copy */
void postgres_bind_octets(struct postgres_query *, struct str); /* bytea; borrowed; empty: NULL of SQL */
void postgres_bind_octets_list(struct postgres_query *, const struct str *, size_t count); /* bytea[]; a copy */
void postgres_bind_number(struct postgres_query *, int64_t);
bool postgres_row(struct postgres_query *);                         /* false: there is no other, or it has failed */
const char *postgres_text(struct postgres_query *, struct arena *); /* the next column; NULL of SQL is "" */
const char *postgres_borrow_text(struct postgres_query *);          /* the same, until postgres_end() */
char *postgres_octets(struct postgres_query *, size_t *); /* of bytea; malloc'ed; NULL: NULL of SQL, or no memory */
int64_t postgres_read_number(struct postgres_query *);
int64_t postgres_changed(const struct postgres_query *); /* rows, by a statement that postgres_row() has made run */
enum archive_outcome postgres_end(struct postgres_query *);

/* Into a pipeline, without waiting for an answer: the caller collects it.  The query may be ended at once. */
enum archive_outcome postgres_send(struct postgres_query *);
/* Into a pipeline: the server forgets what was prepared, some of which may not have been.  False: it is lost. */
bool postgres_forget(struct postgres *);
/* What an answer comes to.  Not DONE: postgres->why.  Frees it; NULL is a lost connection. */
enum archive_outcome postgres_judge(struct postgres *, PGresult *);
