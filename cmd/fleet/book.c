/* cmd/fleet/book.c - the statements of a worker's session. */
#include "cmd/fleet/book.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "cmd/account.h"
#include "cmd/archive/postgres_store.h"
#include "cmd/archive/report_tape.h"
#include "cmd/fleet/fleet.h"
#include "core/base/arena.h"
#include "core/base/date.h"
#include "core/base/limits.h"
#include "core/base/str.h"

enum { NUMBER_TEXT = sizeof "-9223372036854775808", RUN_BYTES = 4096 };

/* Advisory locks of this database whose first key is $1. */
#define LOCKS_OF                                                                                                       \
    "pg_locks l WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2 AND l.classid = $1::bigint::oid"        \
    " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"

/* ---- values ---- */

/* As text[], which the statement makes numbers of. */
static void bind_numbers(struct postgres_query *query, const int64_t *numbers, size_t count)
{
    char(*texts)[NUMBER_TEXT] = calloc(count + 1, sizeof *texts);
    const char **values = calloc(count + 1, sizeof *values);

    for (size_t i = 0; texts && values && i < count; i++) {
        snprintf(texts[i], sizeof texts[i], "%" PRId64, numbers[i]);
        values[i] = texts[i];
    }
    if (texts && values)
        postgres_bind_texts(query, values, count);
    else
        query->outcome = ARCHIVE_FAILED;
    free(values);
    free(texts);
}

static void bind_shards(struct postgres_query *query, const struct shard_list *shards)
{
    int64_t numbers[DESTINATION_SHARDS];

    for (size_t i = 0; i < shards->count; i++)
        numbers[i] = shards->at[i];
    bind_numbers(query, numbers, shards->count);
}

static enum archive_outcome run(struct postgres_query *query, int64_t *changed)
{
    postgres_row(query);
    if (changed)
        *changed = postgres_changed(query);
    return postgres_end(query);
}

/* ---- the session ---- */

static enum archive_outcome end_former(struct book *book)
{
    struct postgres_query query = postgres_query(book->postgres, "SELECT pg_terminate_backend(l.pid) FROM " LOCKS_OF
                                                                 " AND l.objid = $2::bigint::oid");

    postgres_bind_number(&query, FLEET_OF_WORKERS);
    postgres_bind_number(&query, book->session);
    return run(&query, NULL);
}

static enum archive_outcome forgive(struct book *book, const int64_t *domains, size_t count)
{
    struct postgres_query query = postgres_query(
        book->postgres, "UPDATE mailready_fleet.domain SET tries = tries - 1"
                        " WHERE id = ANY ($1::text[]::bigint[]) AND state < 2 AND tries > 0"
                        " AND EXISTS (SELECT FROM mailready_fleet.worker former"
                        " WHERE former.id = $2::integer AND former.server = pg_postmaster_start_time())");

    bind_numbers(&query, domains, count);
    postgres_bind_number(&query, book->session);
    return run(&query, NULL);
}

/* Each session is a run: a domain that is audited once more has a result more in the store. */
static enum archive_outcome begin_run(struct book *book)
{
    struct arena *arena = arena_new(RUN_BYTES);
    enum archive_outcome outcome = ARCHIVE_FAILED;
    uint64_t mark[2];

    if (arena && getrandom(mark, sizeof mark, 0) == (ssize_t)sizeof mark)
        outcome = postgres_add_run(book->postgres, str_printf(arena, "%016" PRIx64 "%016" PRIx64, mark[0], mark[1]),
                                   date_text(arena, time(NULL)), &book->run);
    else
        snprintf(book->postgres->why, sizeof book->postgres->why, "%s", arena ? strerror(errno) : no_memory);
    arena_free(arena);
    return outcome;
}

static enum archive_outcome end_run(struct book *book)
{
    struct arena *arena = arena_new(RUN_BYTES);
    enum archive_outcome outcome =
        postgres_mark_run(book->postgres, book->run, arena ? date_text(arena, time(NULL)) : "");

    arena_free(arena);
    return outcome;
}

static enum archive_outcome sign_on(struct book *book, const char *host)
{
    struct postgres_query query = postgres_query(
        book->postgres, "WITH new AS (INSERT INTO mailready_fleet.worker (host, pid) VALUES ($1, $2) RETURNING id)"
                        " SELECT id, pg_advisory_lock($3::integer, id) FROM new");

    postgres_bind_text(&query, host);
    postgres_bind_number(&query, getpid());
    postgres_bind_number(&query, FLEET_OF_WORKERS);
    if (postgres_row(&query))
        book->session = postgres_read_number(&query);
    return postgres_end(&query);
}

enum archive_outcome book_open(struct book *book, const char *host, const int64_t *forgiven, size_t count)
{
    enum archive_outcome outcome = book->session ? end_former(book) : ARCHIVE_DONE;

    if (outcome == ARCHIVE_DONE && count)
        outcome = forgive(book, forgiven, count);
    if (outcome == ARCHIVE_DONE)
        outcome = begin_run(book);
    return outcome == ARCHIVE_DONE ? sign_on(book, host) : outcome;
}

static enum archive_outcome change(struct book *book, const char *sql)
{
    struct postgres_query query = postgres_query(book->postgres, sql);

    postgres_bind_number(&query, book->session);
    return run(&query, NULL);
}

enum archive_outcome book_close(struct book *book)
{
    enum archive_outcome outcome = book_begin(book);

    if (outcome == ARCHIVE_DONE)
        outcome = change(book, "UPDATE mailready_fleet.domain SET state = 0, tries = tries - 1, worker = NULL"
                               " WHERE state = 1 AND worker = $1::integer");
    if (outcome == ARCHIVE_DONE)
        outcome = change(book, "UPDATE mailready_fleet.shard SET worker = NULL WHERE worker = $1::integer");
    if (outcome == ARCHIVE_DONE)
        outcome = change(book, "UPDATE mailready_fleet.worker SET ended = clock_timestamp() WHERE id = $1::integer");
    if (outcome == ARCHIVE_DONE)
        outcome = end_run(book);
    return book_end(book, outcome);
}

/* ---- shards ---- */

enum archive_outcome book_workers(struct book *book, size_t *count)
{
    struct postgres_query query = postgres_query(book->postgres, "SELECT count(*) FROM " LOCKS_OF);
    int64_t number = 1;

    postgres_bind_number(&query, FLEET_OF_WORKERS);
    if (postgres_row(&query))
        number = postgres_read_number(&query);
    *count = number > 0 ? (size_t)number : 1;
    return postgres_end(&query);
}

/* As many as are wanted, and not one lock more: rows are asked for one by one. */
static enum archive_outcome lock(struct book *book, const struct shard_list *wanted, size_t most,
                                 struct shard_list *locked)
{
    struct postgres_query query =
        postgres_query(book->postgres, "SELECT shard FROM unnest($1::text[]::integer[]) AS shard"
                                       " WHERE pg_try_advisory_lock($2::integer, shard) LIMIT $3::bigint");

    bind_shards(&query, wanted);
    postgres_bind_number(&query, FLEET_OF_SHARDS);
    postgres_bind_number(&query, (int64_t)most);
    while (postgres_row(&query) && locked->count < DESTINATION_SHARDS) {
        int64_t shard = postgres_read_number(&query);

        if (shard >= 0 && shard < DESTINATION_SHARDS)
            locked->at[locked->count++] = (unsigned)shard;
    }
    return postgres_end(&query);
}

/* What is under way there is nobody's any more, and is no try where the server ended all sessions.  A shard that was
 * not given back rests: whoever had it may not know yet that he has lost it. */
static enum archive_outcome sign_for(struct book *book, const struct shard_list *locked, struct shards *shards,
                                     int64_t now_ms)
{
    struct postgres_query query = postgres_query(
        book->postgres, "WITH before AS (SELECT shard, worker FROM mailready_fleet.shard"
                        " WHERE shard = ANY ($1::text[]::integer[])),"
                        " changed AS (UPDATE mailready_fleet.shard SET worker = $2::integer"
                        " WHERE shard = ANY ($1::text[]::integer[])),"
                        " freed AS (UPDATE mailready_fleet.domain d SET state = 0, worker = NULL, tries = tries -"
                        " (SELECT count(*) FROM mailready_fleet.worker former WHERE former.id = d.worker"
                        " AND former.server <> pg_postmaster_start_time())"
                        " WHERE d.state = 1 AND d.shard = ANY ($1::text[]::integer[]))"
                        " SELECT shard, (worker IS NOT NULL)::integer FROM before");

    bind_shards(&query, locked);
    postgres_bind_number(&query, book->session);
    while (postgres_row(&query)) {
        int64_t number = postgres_read_number(&query), was_left = postgres_read_number(&query);

        if (number >= 0 && number < DESTINATION_SHARDS)
            shards->at[number] =
                (struct shard){.is_held = true, .begins_ms = was_left ? now_ms + FLEET_REST_MS : now_ms};
    }
    return postgres_end(&query);
}

enum archive_outcome book_take_shards(struct book *book, const struct shard_list *wanted, size_t most,
                                      struct shards *shards, int64_t now_ms)
{
    struct shard_list locked = {.count = 0};
    enum archive_outcome outcome = wanted->count && most ? lock(book, wanted, most, &locked) : ARCHIVE_DONE;

    return outcome == ARCHIVE_DONE && locked.count ? sign_for(book, &locked, shards, now_ms) : outcome;
}

enum archive_outcome book_give_back(struct book *book, const struct shard_list *list, struct shards *shards)
{
    struct postgres_query sign = postgres_query(book->postgres, "UPDATE mailready_fleet.shard SET worker = NULL"
                                                                " WHERE shard = ANY ($1::text[]::integer[])"),
                          unlock = postgres_query(book->postgres, "SELECT pg_advisory_unlock($2::integer, shard)"
                                                                  " FROM unnest($1::text[]::integer[]) AS shard");
    enum archive_outcome outcome;

    if (!list->count)
        return ARCHIVE_DONE;
    bind_shards(&sign, list);
    outcome = run(&sign, NULL);
    bind_shards(&unlock, list);
    postgres_bind_number(&unlock, FLEET_OF_SHARDS);
    if (outcome == ARCHIVE_DONE)
        run(&unlock, NULL);
    if (postgres_end(&unlock) != ARCHIVE_DONE || outcome != ARCHIVE_DONE)
        return ARCHIVE_FAILED;
    for (size_t i = 0; i < list->count; i++)
        shards->at[list->at[i]] = (struct shard){.is_held = false};
    return ARCHIVE_DONE;
}

/* ---- domains ---- */

/* Of one shard half of them at most, so that a slow destination does not fill the worker at once. */
enum archive_outcome book_take(struct book *book, const struct shard_list *shards, size_t most,
                               book_domain_visit *visit, void *arg, size_t *taken)
{
    struct postgres_query query = postgres_query(
        book->postgres, "UPDATE mailready_fleet.domain d SET state = 1, tries = tries + 1, worker = $4::integer FROM"
                        " (SELECT waiting.id FROM unnest($1::text[]::integer[]) AS own (shard) CROSS JOIN LATERAL"
                        " (SELECT id FROM mailready_fleet.domain w WHERE w.state = 0 AND w.shard = own.shard"
                        " ORDER BY id LIMIT $2::bigint) AS waiting LIMIT $3::bigint) AS chosen"
                        " WHERE d.id = chosen.id RETURNING d.id, d.shard, d.tries, d.moves, d.name");

    *taken = 0;
    if (!shards->count || !most)
        return ARCHIVE_DONE;
    bind_shards(&query, shards);
    postgres_bind_number(&query, (int64_t)(most / 2 + 1));
    postgres_bind_number(&query, (int64_t)most);
    postgres_bind_number(&query, book->session);
    for (; postgres_row(&query) && *taken < most; ++*taken) {
        struct book_domain domain = {.id = postgres_read_number(&query)};
        int64_t shard = postgres_read_number(&query);

        domain.shard = shard >= 0 && shard < DESTINATION_SHARDS ? (unsigned)shard : 0;
        domain.tries = (unsigned)postgres_read_number(&query);
        domain.moves = (unsigned)postgres_read_number(&query);
        domain.name = postgres_borrow_text(&query);
        visit(arg, &domain);
    }
    return postgres_end(&query);
}

enum archive_outcome book_begin(struct book *book)
{
    return postgres_do(book->postgres, "BEGIN");
}

enum archive_outcome book_end(struct book *book, enum archive_outcome outcome)
{
    return postgres_end_transaction(book->postgres, outcome);
}

static void bind_reasons(struct postgres_query *query, const struct account *account)
{
    const char *words[REASON_COUNT];
    size_t count = 0;

    for (enum reason reason = REASON_NONE + 1; reason < REASON_COUNT; reason++)
        if (account ? account->undecided_for[reason] : reason == REASON_RESOURCES)
            words[count++] = reason_word(reason);
    postgres_bind_texts(query, words, count);
}

/* In the same transaction.  Whose result it is, the process that audited does not decide. */
static enum archive_outcome keep(struct book *book, const char *name, const struct account *account)
{
    struct arena *arena = arena_new(2 * (size_t)JSON_BYTES);
    enum archive_outcome outcome = ARCHIVE_DONE;
    struct archive_sessions sessions;
    const struct seen_report *read =
        arena ? report_tape_read(arena, (struct str){account->seen.at, account->seen.size}, &sessions) : NULL;
    struct seen_report report;

    if (read) {
        report = *read;
        report.domain = name;
        outcome = postgres_send_result(
            book->postgres, &(struct postgres_result){
                                .run = book->run, .vantage = book->vantage, .report = &report, .sessions = &sessions});
    }
    arena_free(arena);
    return outcome;
}

enum archive_outcome book_result(struct book *book, int64_t domain, const char *name, const struct account *account,
                                 bool *is_ours)
{
    struct postgres_query query = postgres_query(
        book->postgres, "WITH mine AS (UPDATE mailready_fleet.domain SET state = $3, worker = NULL"
                        " WHERE id = $1 AND state = 1 AND worker = $2::integer RETURNING id)"
                        " INSERT INTO mailready_fleet.result (domain, worker, ended, verdict, reasons, evidence)"
                        " SELECT id, $2::integer, clock_timestamp(), $4, $5::text[], $6::bytea FROM mine");
    bool is_given_up = account && account->undecided_for[REASON_WORKER_CRASHED];
    int64_t changed = 0;
    enum archive_outcome outcome;

    postgres_bind_number(&query, domain);
    postgres_bind_number(&query, book->session);
    postgres_bind_number(&query, is_given_up ? FLEET_SET_ASIDE : FLEET_DONE);
    postgres_bind_text(&query, verdict_word(account ? account->verdict : VERDICT_UNKNOWN));
    bind_reasons(&query, account);
    postgres_bind_octets(&query, account ? (struct str){account->kept.at, account->kept.size} : (struct str){0});
    outcome = run(&query, &changed);
    *is_ours = changed == 1;
    if (outcome == ARCHIVE_DONE && *is_ours && account && account->seen.size && !account->is_out_of_memory)
        outcome = keep(book, name, account);
    return outcome;
}

enum archive_outcome book_move(struct book *book, int64_t domain, unsigned shard, bool *is_ours)
{
    struct postgres_query query = postgres_query(
        book->postgres, "UPDATE mailready_fleet.domain SET shard = $3, state = 0, tries = tries - 1, moves = moves + 1,"
                        " worker = NULL WHERE id = $1 AND state = 1 AND worker = $2::integer");
    int64_t changed = 0;
    enum archive_outcome outcome;

    postgres_bind_number(&query, domain);
    postgres_bind_number(&query, book->session);
    postgres_bind_number(&query, shard);
    outcome = run(&query, &changed);
    *is_ours = changed == 1;
    return outcome;
}

enum archive_outcome book_is_over(struct book *book, bool *is_over)
{
    int64_t left = 1;
    enum archive_outcome outcome =
        postgres_number(book->postgres,
                        "SELECT (EXISTS (SELECT FROM mailready_fleet.domain WHERE state = 0)"
                        " OR EXISTS (SELECT FROM mailready_fleet.domain WHERE state = 1))::integer",
                        &left);

    *is_over = outcome == ARCHIVE_DONE && left == 0;
    return outcome;
}
