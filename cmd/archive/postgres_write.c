/* cmd/archive/postgres_write.c - keeps results on a server, and removes those that are old. */
#include "cmd/archive/postgres_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/archive/row.h"
#include "core/base/arena.h"
#include "core/base/status.h"

/* ---- runs ---- */

/* Writes in any case: a store that cannot be written is to be known before anything is asked. */
enum archive_outcome postgres_add_run(struct postgres *postgres, const char *key, const char *started, int64_t *run)
{
    struct postgres_query query =
        postgres_query(postgres, "INSERT INTO mailready.run (key, version, started) VALUES ($1, $2, $3)"
                                 " ON CONFLICT (key) DO UPDATE SET ended = NULL RETURNING id");

    postgres_bind_text(&query, key);
    postgres_bind_text(&query, MAILREADY_VERSION);
    postgres_bind_text(&query, started);
    if (postgres_row(&query))
        *run = postgres_read_number(&query);
    return postgres_end(&query);
}

enum archive_outcome postgres_begin_run(void *arg, const char *key, const char *started, const char *vantage)
{
    struct postgres_store *store = arg;

    store->why = NULL;
    store->vantage = vantage;
    return postgres_add_run(&store->postgres, key, started, &store->run);
}

enum archive_outcome postgres_mark_run(struct postgres *postgres, int64_t run, const char *ended)
{
    struct postgres_query query =
        postgres_query(postgres, "UPDATE mailready.run SET ended = nullif($1, '') WHERE id = $2");

    postgres_bind_text(&query, ended);
    postgres_bind_number(&query, run);
    postgres_row(&query);
    return postgres_end(&query);
}

static enum archive_outcome mark_run(struct postgres_store *store, const char *ended)
{
    enum archive_outcome outcome = postgres_reach(store);

    return outcome == ARCHIVE_DONE ? postgres_mark_run(&store->postgres, store->run, ended) : outcome;
}

/* Again, where the connection was found to be lost: saying so twice does no harm. */
enum archive_outcome postgres_end_run(void *arg, const char *ended)
{
    struct postgres_store *store = arg;
    enum archive_outcome outcome = mark_run(store, ended);

    return outcome == ARCHIVE_FAILED && !postgres_is_there(&store->postgres) ? mark_run(store, ended) : outcome;
}

/* What the server has confirmed is as safe as its administrator wants. */
enum archive_outcome postgres_settle(void *arg)
{
    (void)arg;
    return ARCHIVE_DONE;
}

/* ---- a result ---- */

enum { TEXTS = 7 };

static const char *text_of(const struct seen *seen, size_t number)
{
    const char *const texts[TEXTS] = {
        seen->check,   seen->subject, seen->key, status_word(seen->status), seen->suppressed ? "true" : "false",
        seen->message, seen->records};

    return texts[number];
}

static bool bind_findings(struct postgres_query *query, const struct seen_report *report)
{
    const char **column = calloc(report->finding_count + 1, sizeof *column);

    for (size_t number = 0; column && number < TEXTS; number++) {
        for (size_t i = 0; i < report->finding_count; i++)
            column[i] = text_of(&report->findings[i], number);
        postgres_bind_texts(query, column, report->finding_count);
    }
    free(column);
    return column != NULL;
}

static bool bind_sessions(struct postgres_query *query, const struct archive_sessions *sessions)
{
    const char **texts = calloc(sessions->count + 1, sizeof *texts);
    struct str *packed = calloc(sessions->count + 1, sizeof *packed);
    bool has_room = texts && packed;

    for (size_t i = 0; has_room && i < sessions->count; i++)
        texts[i] = sessions->at[i].key;
    if (has_room)
        postgres_bind_texts(query, texts, sessions->count);
    for (size_t i = 0; has_room && i < sessions->count; i++) {
        texts[i] = sessions->at[i].asked;
        packed[i] = sessions->at[i].packed;
    }
    if (has_room) {
        postgres_bind_texts(query, texts, sessions->count);
        postgres_bind_octets_list(query, packed, sessions->count);
    }
    free(texts);
    free(packed);
    return has_room;
}

/* One statement, since each is a transaction of its own where several are under way: what was said goes in order of its
 * keys, and so do sessions, so two runs never wait for each other in a circle.  Whoever removes what nobody says any
 * more has the lock for himself: what he removed meanwhile is added again. */
static const char keep_sql[] =
    "WITH found AS MATERIALIZED (SELECT encode(substring(sha256(convert_to(ROW(check_id, subject, subject_key, status,"
    " suppressed, message, records)::text, 'UTF8')) for 16), 'hex')::uuid AS id, f.*"
    " FROM (SELECT pg_advisory_xact_lock_shared(" POSTGRES_LOCK_OF_SAID
    "), set_config('synchronous_commit', $15, true)) AS s,"
    " unnest($8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[])"
    " WITH ORDINALITY AS f (check_id, subject, subject_key, status, suppressed, message, records, place)),"
    " new AS (INSERT INTO mailready.said (id, check_id, subject, subject_key, status, suppressed, message, records)"
    " SELECT DISTINCT ON (id) id, check_id, subject, subject_key, status, suppressed::boolean, message, records FROM "
    "found"
    " ORDER BY id ON CONFLICT (id) DO NOTHING),"
    " met AS (INSERT INTO mailready.session (vantage, key, asked, packed)"
    " SELECT $16, s.* FROM unnest($17::text[], $18::text[], $19::bytea[]) AS s (key, asked, packed) ORDER BY key"
    " ON CONFLICT (vantage, key) DO UPDATE SET asked = excluded.asked, packed = excluded.packed"
    " WHERE session.asked < excluded.asked)"
    "INSERT INTO mailready.result (run, domain, started, verdict, only_checks, skipped_checks, findings)"
    " SELECT $1::bigint, $2, $3, $4, $5, $6, coalesce((SELECT array_agg(id ORDER BY place) FROM found), '{}')"
    " ON CONFLICT (run, domain) DO UPDATE SET started = excluded.started, verdict = excluded.verdict,"
    " only_checks = excluded.only_checks, skipped_checks = excluded.skipped_checks, findings = excluded.findings"
    " WHERE $7::integer = 0";

enum archive_outcome postgres_send_result(struct postgres *postgres, const struct postgres_result *result)
{
    const struct seen_report *report = result->report;
    struct postgres_query query = postgres_query(postgres, keep_sql);
    char *only = row_joined(report->only, report->only_count), *skip = row_joined(report->skip, report->skip_count);
    bool is_piped = PQpipelineStatus(postgres->link) == PQ_PIPELINE_ON, has_room;

    postgres_bind_number(&query, result->run);
    postgres_bind_text(&query, report->domain);
    postgres_bind_text(&query, report->started);
    postgres_bind_text(&query, report->verdict);
    postgres_bind_text(&query, only);
    postgres_bind_text(&query, skip);
    postgres_bind_number(&query, result->is_restored);
    has_room = bind_findings(&query, report) && only && skip;
    postgres_bind_text(&query, is_piped ? "off" : NULL);
    postgres_bind_text(&query, result->vantage);
    has_room = has_room && bind_sessions(&query, result->sessions);
    if (has_room && is_piped) {
        postgres_send(&query);
    } else if (has_room) {
        postgres_row(&query);
    } else {
        snprintf(postgres->why, sizeof postgres->why, "%s", no_memory);
        query.outcome = ARCHIVE_FAILED;
    }
    free(only);
    free(skip);
    return postgres_end(&query);
}

/* ---- what is old ---- */

static enum archive_outcome change(struct postgres_store *store, const char *sql, const char *before, int64_t *changed)
{
    struct postgres_query query = postgres_query(&store->postgres, sql);

    postgres_bind_text(&query, before);
    postgres_row(&query);
    *changed = postgres_changed(&query);
    return postgres_end(&query);
}

/* What somebody is about to say again is not removed under him: he waits for this, or this for him. */
static enum archive_outcome remove_said(struct postgres_store *store)
{
    struct postgres *postgres = &store->postgres;
    enum archive_outcome outcome =
        postgres_do(postgres, "BEGIN; SELECT pg_advisory_xact_lock(" POSTGRES_LOCK_OF_SAID ")");

    if (outcome == ARCHIVE_DONE)
        outcome = postgres_do(postgres, "DELETE FROM mailready.said WHERE id IN (SELECT id FROM mailready.said EXCEPT"
                                        " SELECT unnest(findings) FROM mailready.result)");
    return postgres_end_transaction(postgres, outcome);
}

/* Few at a time, so that no run has to wait for long. */
enum archive_outcome postgres_prune(void *arg, const char *before, size_t *removed)
{
    struct postgres_store *store = arg;
    enum archive_outcome outcome = ARCHIVE_DONE;
    int64_t some = 1;

    store->why = NULL;
    store->postgres.answer_ms = POSTGRES_LONG_ANSWER_MS;
    for (*removed = 0; outcome == ARCHIVE_DONE && some > 0; *removed += (size_t)some)
        outcome = change(store,
                         "DELETE FROM mailready.result WHERE id IN (SELECT id FROM mailready.result WHERE started < $1"
                         " ORDER BY started, id LIMIT 2000)",
                         before, &some);
    if (outcome == ARCHIVE_DONE)
        outcome = remove_said(store);
    if (outcome == ARCHIVE_DONE)
        outcome = change(store,
                         "DELETE FROM mailready.run WHERE started < $1 AND"
                         " NOT EXISTS (SELECT 1 FROM mailready.result WHERE run = run.id)",
                         before, &some);
    if (outcome == ARCHIVE_DONE)
        outcome = change(store, "DELETE FROM mailready.session WHERE asked < $1", before, &some);
    store->postgres.answer_ms = POSTGRES_ANSWER_MS;
    return outcome;
}
