/* cmd/archive/postgres_query.c - asks a server, and judges its answers. */
#include "cmd/archive/postgres.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/base/utf8.h"

/* ---- answers ---- */

/* What classes of SQLSTATE come to, by their beginnings (manual of PostgreSQL, appendix A); others: the machine does
 * not do it. */
static const struct {
    const char *begins;
    enum archive_outcome outcome;
    const char *says; /* in front of what the server says */
} states[] = {
    {"40", ARCHIVE_BUSY, "is in use by another run: "},                 /* deadlock, serialization */
    {"55P03", ARCHIVE_BUSY, "is in use by another run: "},              /* a lock */
    {"42P01", ARCHIVE_UNFIT, "is damaged, or no store of mailready: "}, /* no such table, */
    {"42703", ARCHIVE_UNFIT, "is damaged, or no store of mailready: "}, /* column, */
    {"42883", ARCHIVE_UNFIT, "is damaged, or no store of mailready: "}, /* function, */
    {"42804", ARCHIVE_UNFIT, "is damaged, or no store of mailready: "}, /* another type, */
    {"42P10", ARCHIVE_UNFIT, "is damaged, or no store of mailready: "}, /* no such key, */
    {"3F", ARCHIVE_UNFIT, "is damaged, or no store of mailready: "},    /* schema */
    {"XX001", ARCHIVE_UNFIT, "is damaged: "},
    {"XX002", ARCHIVE_UNFIT, "is damaged: "},
};

static bool is_of(const char *state, const char *begins)
{
    return strncmp(state, begins, strlen(begins)) == 0;
}

static bool is_good(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result); /* of NULL: PGRES_FATAL_ERROR */

    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_PIPELINE_SYNC;
}

/* libpq would give the same answer for ever: nothing that is asked here copies. */
static bool is_copying(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);

    return status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH;
}

enum archive_outcome postgres_judge(struct postgres *postgres, PGresult *result)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *words = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY), *says = "";
    enum archive_outcome outcome = ARCHIVE_FAILED;

    if (is_good(result)) {
        PQclear(result);
        return ARCHIVE_DONE;
    }
    if (is_copying(result)) {
        PQclear(result);
        return postgres_lose(postgres, "the server gives an answer to another question");
    }
    if (!result || PQstatus(postgres->link) == CONNECTION_BAD) {
        PQclear(result);
        return postgres_lose(postgres, NULL);
    }
    for (size_t i = 0; i < sizeof states / sizeof *states && state; i++) {
        if (!is_of(state, states[i].begins))
            continue;
        outcome = states[i].outcome;
        says = states[i].says;
        break;
    }
    if (!words)
        words = PQresultErrorMessage(result);
    snprintf(postgres->why, sizeof postgres->why, "%s%.*s", says, (int)strcspn(words, "\n"), words);
    PQclear(result);
    return outcome;
}

/* All that was sent is sent, and the next answer is there; false: the connection is dropped. */
static bool await_answer(struct postgres *postgres, int64_t until_ms)
{
    for (;;) {
        if (PQflush(postgres->link) < 0 || !PQconsumeInput(postgres->link)) {
            postgres_lose(postgres, NULL);
            return false;
        }
        if (!PQisBusy(postgres->link))
            return true;
        if (postgres_clock_ms() >= until_ms) {
            postgres_lose(postgres, "the server does not answer");
            return false;
        }
        postgres_await(postgres, until_ms);
    }
}

/* The last good answer to what was sent, or NULL with what it comes to: the first failure. */
static PGresult *answer(struct postgres *postgres, enum archive_outcome *outcome)
{
    int64_t until_ms = postgres_clock_ms() + postgres->answer_ms;
    PGresult *rows = NULL, *next;

    *outcome = ARCHIVE_DONE;
    for (;;) {
        if (!await_answer(postgres, until_ms)) {
            *outcome = ARCHIVE_FAILED;
            break;
        }
        next = PQgetResult(postgres->link);
        if (!next)
            break;
        PQclear(rows);
        rows = NULL;
        if (*outcome == ARCHIVE_DONE && is_good(next)) {
            rows = next;
        } else if (*outcome == ARCHIVE_DONE) {
            *outcome = postgres_judge(postgres, next);
        } else {
            PQclear(next);
        }
        if (!postgres->link)
            break;
    }
    if (*outcome == ARCHIVE_DONE)
        return rows;
    PQclear(rows);
    return NULL;
}

/* ---- questions ---- */

enum archive_outcome postgres_do(struct postgres *postgres, const char *statements)
{
    enum archive_outcome outcome;

    if (!postgres_is_there(postgres))
        return ARCHIVE_FAILED;
    if (!PQsendQuery(postgres->link, statements))
        return postgres_lose(postgres, NULL);
    PQclear(answer(postgres, &outcome));
    return outcome;
}

enum archive_outcome postgres_end_transaction(struct postgres *postgres, enum archive_outcome so_far)
{
    char why[POSTGRES_WHY_MAX];

    if (so_far == ARCHIVE_DONE)
        return postgres_do(postgres, "COMMIT");
    memcpy(why, postgres->why, sizeof why);
    postgres_do(postgres, "ROLLBACK");
    memcpy(postgres->why, why, sizeof why);
    return so_far;
}

struct postgres_query postgres_query(struct postgres *postgres, const char *sql)
{
    return (struct postgres_query){
        .postgres = postgres, .sql = sql, .outcome = postgres_is_there(postgres) ? ARCHIVE_DONE : ARCHIVE_FAILED};
}

static enum archive_outcome no_room(struct postgres *postgres)
{
    snprintf(postgres->why, sizeof postgres->why, "%s", no_memory);
    return ARCHIVE_FAILED;
}

/* Octets of the copy, which is made where there is room for it. */
static size_t clean(const char *text, char *copy)
{
    static const char replacement[] = "\xef\xbf\xbd";
    size_t left = strlen(text), size = 0;

    while (left > 0) {
        uint32_t code;
        size_t octets = utf8_decode((const unsigned char *)text, left, &code), put = octets;
        const char *from = text;

        if (!octets) {
            from = replacement;
            put = sizeof replacement - 1;
            octets = 1;
        }
        if (copy)
            memcpy(copy + size, from, put);
        size += put;
        text += octets;
        left -= octets;
    }
    return size;
}

static void bind_value(struct postgres_query *query, const char *value, char *owned, size_t size, int format)
{
    query->values[query->bound] = value;
    query->owned[query->bound] = owned;
    query->lengths[query->bound] = (int)size;
    query->formats[query->bound++] = format;
}

void postgres_bind_text(struct postgres_query *query, const char *text)
{
    size_t size = text ? clean(text, NULL) : 0;
    char *copy = NULL;

    if (query->outcome != ARCHIVE_DONE)
        return;
    if (text && size != strlen(text)) {
        copy = calloc(size + 1, 1);
        if (!copy) {
            query->outcome = no_room(query->postgres);
            return;
        }
        clean(text, copy);
    }
    bind_value(query, copy ? copy : text, copy, size, 0);
}

void postgres_bind_number(struct postgres_query *query, int64_t number)
{
    char *text = query->numbers[query->bound];

    if (query->outcome != ARCHIVE_DONE)
        return;
    snprintf(text, sizeof query->numbers[0], "%" PRId64, number);
    bind_value(query, text, NULL, strlen(text), 0);
}

void postgres_bind_octets(struct postgres_query *query, struct str octets)
{
    if (query->outcome == ARCHIVE_DONE && octets.len > INT32_MAX)
        query->outcome = no_room(query->postgres);
    if (query->outcome == ARCHIVE_DONE)
        bind_value(query, octets.len ? octets.at : NULL, NULL, octets.len, 1);
}

static char *put_number(char *at, size_t number)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        *at++ = (char)(number >> shift & 0xff);
    return at;
}

/* As array_recv() of the server reads it: dimensions, whether there are NULLs, the type; of the dimension its size and
 * its first index; then each item behind its size. */
enum { LIST_HEADER = 20, LIST_SIZE = 4, OCTETS_OID = 17, TEXT_OID = 25 };

static char *bind_list(struct postgres_query *query, size_t type, size_t count, size_t size)
{
    char *octets = size <= INT32_MAX ? malloc(size) : NULL, *at;

    if (!octets) {
        query->outcome = no_room(query->postgres);
        return NULL;
    }
    bind_value(query, octets, octets, size, 1);
    at = put_number(octets, 1);
    at = put_number(at, 0);
    at = put_number(at, type);
    at = put_number(at, count);
    return put_number(at, 1);
}

void postgres_bind_texts(struct postgres_query *query, const char *const *texts, size_t count)
{
    size_t size = LIST_HEADER;
    char *at;

    if (query->outcome != ARCHIVE_DONE)
        return;
    for (size_t i = 0; i < count; i++)
        size += LIST_SIZE + clean(texts[i], NULL);
    at = bind_list(query, TEXT_OID, count, size);
    for (size_t i = 0; at && i < count; i++) {
        size_t length = clean(texts[i], at + LIST_SIZE);

        at = put_number(at, length) + length;
    }
}

void postgres_bind_octets_list(struct postgres_query *query, const struct str *list, size_t count)
{
    size_t size = LIST_HEADER;
    char *at;

    if (query->outcome != ARCHIVE_DONE)
        return;
    for (size_t i = 0; i < count; i++)
        size += LIST_SIZE + list[i].len;
    at = bind_list(query, OCTETS_OID, count, size);
    for (size_t i = 0; at && i < count; i++) {
        at = put_number(at, list[i].len);
        memcpy(at, list[i].at, list[i].len);
        at += list[i].len;
    }
}

/* ---- asking ---- */

enum { NAME_MAX_OCTETS = 16 };

static void name_of(size_t number, char name[static NAME_MAX_OCTETS])
{
    snprintf(name, NAME_MAX_OCTETS, "m%zu", number);
}

bool postgres_forget(struct postgres *postgres)
{
    postgres->prepared_count = 0;
    return PQsendQueryParams(postgres->link, "DEALLOCATE ALL", 0, NULL, NULL, NULL, NULL, 0);
}

static enum archive_outcome prepare(struct postgres *postgres, const char *sql, char name[static NAME_MAX_OCTETS])
{
    enum archive_outcome outcome;
    size_t number = 0;

    while (number < postgres->prepared_count && postgres->prepared[number] != sql)
        number++;
    name_of(number, name);
    if (number < postgres->prepared_count)
        return ARCHIVE_DONE;
    if (number == POSTGRES_STATEMENTS_MAX)
        return no_room(postgres);
    if (!PQsendPrepare(postgres->link, name, sql, 0, NULL))
        return postgres_lose(postgres, NULL);
    if (PQpipelineStatus(postgres->link) == PQ_PIPELINE_OFF) {
        PQclear(answer(postgres, &outcome));
        if (outcome != ARCHIVE_DONE)
            return outcome;
    }
    postgres->prepared[postgres->prepared_count++] = sql;
    return ARCHIVE_DONE;
}

enum archive_outcome postgres_send(struct postgres_query *query)
{
    char name[NAME_MAX_OCTETS];

    if (query->outcome == ARCHIVE_DONE)
        query->outcome = prepare(query->postgres, query->sql, name);
    if (query->outcome == ARCHIVE_DONE && !PQsendQueryPrepared(query->postgres->link, name, query->bound, query->values,
                                                               query->lengths, query->formats, 0))
        query->outcome = postgres_lose(query->postgres, NULL);
    return query->outcome;
}

bool postgres_row(struct postgres_query *query)
{
    if (!query->rows && postgres_send(query) == ARCHIVE_DONE) {
        query->rows = answer(query->postgres, &query->outcome);
        query->row = -1;
    }
    query->read = 0;
    return query->outcome == ARCHIVE_DONE && query->rows && ++query->row < PQntuples(query->rows);
}

/* A server that is none may send fewer columns. */
static const char *next_value(struct postgres_query *query)
{
    const char *value = PQgetvalue(query->rows, query->row, query->read++);

    return value ? value : "";
}

const char *postgres_text(struct postgres_query *query, struct arena *arena)
{
    return str_dup(arena, next_value(query));
}

const char *postgres_borrow_text(struct postgres_query *query)
{
    return next_value(query);
}

char *postgres_octets(struct postgres_query *query, size_t *size)
{
    bool is_null = PQgetisnull(query->rows, query->row, query->read);
    const char *text = next_value(query);

    return is_null ? NULL : (char *)PQunescapeBytea((const unsigned char *)text, size);
}

int64_t postgres_read_number(struct postgres_query *query)
{
    return strtoll(next_value(query), NULL, 10);
}

int64_t postgres_changed(const struct postgres_query *query)
{
    return query->rows ? strtoll(PQcmdTuples(query->rows), NULL, 10) : 0;
}

enum archive_outcome postgres_end(struct postgres_query *query)
{
    for (int i = 0; i < query->bound; i++)
        free(query->owned[i]);
    PQclear(query->rows);
    query->rows = NULL;
    query->bound = 0;
    return query->outcome;
}

enum archive_outcome postgres_number(struct postgres *postgres, const char *sql, int64_t *out)
{
    struct postgres_query query = postgres_query(postgres, sql);

    if (postgres_row(&query))
        *out = postgres_read_number(&query);
    return postgres_end(&query);
}
