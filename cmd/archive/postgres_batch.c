/* cmd/archive/postgres_batch.c - sends results to a server in batches, and hears later whether it has them. */
#include "cmd/archive/postgres_store.h"

#include <string.h>

/* About so many: checks and subjects are short. */
static size_t octets_of(const struct seen_report *report, const struct archive_sessions *sessions)
{
    size_t octets = 0;

    for (size_t i = 0; i < sessions->count; i++)
        octets += sessions->at[i].packed.len;
    for (size_t i = 0; i < report->finding_count; i++)
        octets += strlen(report->findings[i].message) + strlen(report->findings[i].records);
    return octets;
}

static enum archive_outcome open_batch(struct postgres_store *store)
{
    struct postgres *postgres = &store->postgres;

    if (!PQenterPipelineMode(postgres->link) || (store->has_failed && !postgres_forget(postgres)))
        return postgres_lose(postgres, NULL);
    store->has_failed = false;
    store->batch = BATCH_OPEN;
    store->batch_count = store->batch_octets = store->batch_answered = store->batch_kept = 0;
    store->batch_is_closed = false;
    store->batch_outcome = ARCHIVE_DONE;
    return ARCHIVE_DONE;
}

/* Where the connection was lost, those that it took with it are lost first. */
enum archive_outcome postgres_keep(void *arg, const struct seen_report *report, const struct archive_sessions *sessions,
                                   bool is_restored)
{
    struct postgres_store *store = arg;
    const struct postgres_result result = {.run = store->run,
                                           .vantage = store->vantage,
                                           .report = report,
                                           .sessions = sessions,
                                           .is_restored = is_restored};
    enum archive_outcome outcome = ARCHIVE_DONE;

    if (store->batch == BATCH_SENT || store->batch_count >= POSTGRES_BATCH_MAX ||
        store->batch_octets >= POSTGRES_BATCH_OCTETS)
        return ARCHIVE_BUSY;
    if (store->batch == BATCH_OPEN && !postgres_is_there(&store->postgres))
        return ARCHIVE_FAILED;
    if (store->batch == BATCH_NONE)
        outcome = postgres_reach(store);
    if (store->batch == BATCH_NONE && outcome == ARCHIVE_DONE)
        outcome = open_batch(store);
    if (outcome == ARCHIVE_DONE)
        outcome = postgres_send_result(&store->postgres, &result);
    if (outcome == ARCHIVE_DONE && !PQpipelineSync(store->postgres.link))
        outcome = postgres_lose(&store->postgres, NULL);
    if (outcome == ARCHIVE_DONE) {
        store->batch_count++;
        store->batch_octets += octets_of(report, sessions);
    }
    return outcome;
}

/* Writes something, whatever it is: with it, all that was written before it is on the disk, if that is what the
 * server's administrator wants of it. */
static void close_batch(struct postgres_store *store)
{
    struct postgres *postgres = &store->postgres;
    struct postgres_query query = postgres_query(postgres, "UPDATE mailready.run SET ended = NULL WHERE id = $1");

    postgres_bind_number(&query, store->run);
    postgres_send(&query);
    postgres_end(&query);
    if (postgres_is_there(postgres) && !PQpipelineSync(postgres->link))
        postgres_lose(postgres, NULL);
    store->batch = BATCH_SENT;
    store->batch_due_ms = postgres_clock_ms() + POSTGRES_SILENCE_MS;
}

static enum archive_outcome end_batch(struct postgres_store *store, enum archive_outcome outcome, size_t *kept)
{
    *kept = store->batch_is_closed ? store->batch_kept : 0;
    store->has_failed |= outcome != ARCHIVE_DONE;
    store->batch = BATCH_NONE;
    store->batch_count = store->batch_octets = 0;
    return outcome;
}

/* The end of a transaction. */
static void answered(struct postgres_store *store)
{
    store->batch_answered++;
    store->batch_due_ms = postgres_clock_ms() + POSTGRES_SILENCE_MS;
    store->patience_ms = 0; /* it gets on */
    if (store->batch_answered > store->batch_count)
        return;
    store->batch_is_closed = false;
    store->batch_kept += store->batch_outcome == ARCHIVE_DONE;
}

/* Each answer that is there.  True: the batch is over. */
static bool read_answers(struct postgres_store *store)
{
    struct postgres *postgres = &store->postgres;

    if (PQflush(postgres->link) < 0 || !PQconsumeInput(postgres->link))
        postgres_lose(postgres, NULL);
    while (postgres_is_there(postgres) && !PQisBusy(postgres->link)) {
        PGresult *result = PQgetResult(postgres->link);
        ExecStatusType status = PQresultStatus(result);

        if (!result && PQstatus(postgres->link) == CONNECTION_OK) /* between two answers */
            continue;
        if (status != PGRES_PIPELINE_SYNC)
            store->batch_is_closed = status == PGRES_COMMAND_OK;
        if (store->batch_outcome != ARCHIVE_DONE && PQstatus(postgres->link) == CONNECTION_OK) {
            PQclear(result); /* the first failure has said it */
        } else {
            store->batch_outcome = postgres_judge(postgres, result);
        }
        if (status == PGRES_PIPELINE_SYNC)
            answered(store);
        if (store->batch_answered > store->batch_count && !PQexitPipelineMode(postgres->link))
            postgres_lose(postgres, NULL);
        if (store->batch_answered > store->batch_count)
            return postgres_is_there(postgres);
    }
    return false;
}

/* Nobody waits, but for the end of a run: an answer that is overdue is none. */
enum archive_outcome postgres_confirm(void *arg, size_t *kept, bool *is_open)
{
    struct postgres_store *store = arg;
    struct postgres *postgres = &store->postgres;

    *kept = 0;
    *is_open = false;
    if (store->batch == BATCH_NONE)
        return ARCHIVE_DONE;
    if (store->batch == BATCH_OPEN && postgres_is_there(postgres))
        close_batch(store);
    while (postgres_is_there(postgres)) {
        if (read_answers(store))
            return end_batch(store, store->batch_outcome, kept);
        if (!postgres_is_there(postgres))
            break;
        if (postgres_clock_ms() >= store->batch_due_ms || (store->waits && !postgres_has_patience(store))) {
            postgres_lose(postgres, "the server does not answer");
        } else if (!store->waits) {
            *is_open = true;
            return ARCHIVE_BUSY;
        } else {
            postgres_await(postgres, store->batch_due_ms);
        }
    }
    store->batch_is_closed = false;
    return end_batch(store, ARCHIVE_FAILED, kept);
}
