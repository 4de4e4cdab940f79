/* cmd/archive/postgres_batch.c - sends results to a server in batches, and hears later whether it has them. */
#include "cmd/archive/postgres_store.h"

#include <string.h>

/* About so many: checks and subjects are short. */
static size_t octets_of(const struct seen_report *report)
{
    size_t octets = 0;

    for (size_t i = 0; i < report->finding_count; i++)
        octets += strlen(report->findings[i].message) + strlen(report->findings[i].records);
    return octets;
}

static enum archive_outcome open_batch(struct postgres_store *store)
{
    struct postgres *postgres = &store->postgres;
    struct postgres_query lock;

    if (!PQenterPipelineMode(postgres->link))
        return postgres_lose(postgres, NULL);
    store->batch = BATCH_OPEN;
    store->batch_count = store->batch_octets = 0;
    store->batch_outcome = ARCHIVE_DONE;
    if (store->has_failed && !postgres_forget(postgres))
        return postgres_lose(postgres, NULL);
    store->has_failed = false;
    lock = postgres_query(postgres, "SELECT pg_advisory_xact_lock_shared(" POSTGRES_LOCK_OF_SAID ")");
    postgres_send(&lock);
    return postgres_end(&lock);
}

/* Where the connection was lost, those that it took with it are lost first. */
enum archive_outcome postgres_keep(void *arg, const struct seen_report *report, bool is_restored)
{
    struct postgres_store *store = arg;
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
        outcome = postgres_send_result(&store->postgres, store->run, report, is_restored);
    if (outcome == ARCHIVE_DONE) {
        store->batch_count++;
        store->batch_octets += octets_of(report);
    }
    return outcome;
}

static enum archive_outcome end_batch(struct postgres_store *store, enum archive_outcome outcome, size_t *kept)
{
    *kept = outcome == ARCHIVE_DONE ? store->batch_count : 0;
    store->has_failed |= outcome != ARCHIVE_DONE;
    store->batch = BATCH_NONE;
    store->batch_count = store->batch_octets = 0;
    return outcome;
}

/* Each answer that is there: of all of them, the first failure counts.  True: the batch is over. */
static bool read_answers(struct postgres_store *store)
{
    struct postgres *postgres = &store->postgres;

    if (PQflush(postgres->link) < 0 || !PQconsumeInput(postgres->link))
        postgres_lose(postgres, NULL);
    while (postgres_is_there(postgres) && !PQisBusy(postgres->link)) {
        PGresult *result = PQgetResult(postgres->link);
        bool is_last = PQresultStatus(result) == PGRES_PIPELINE_SYNC;
        enum archive_outcome outcome;

        if (!result && PQstatus(postgres->link) == CONNECTION_OK) /* between two answers */
            continue;
        if (store->batch_outcome != ARCHIVE_DONE && PQresultStatus(result) == PGRES_PIPELINE_ABORTED) {
            PQclear(result);
            continue;
        }
        outcome = postgres_judge(postgres, result);
        if (store->batch_outcome == ARCHIVE_DONE)
            store->batch_outcome = outcome;
        if (is_last && !PQexitPipelineMode(postgres->link))
            postgres_lose(postgres, NULL);
        if (is_last)
            return true;
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
    if (store->batch == BATCH_OPEN && postgres_is_there(postgres)) {
        if (!PQpipelineSync(postgres->link))
            postgres_lose(postgres, NULL);
        store->batch = BATCH_SENT;
        store->batch_due_ms = postgres_clock_ms() + POSTGRES_SILENCE_MS;
    }
    while (postgres_is_there(postgres)) {
        if (read_answers(store))
            return end_batch(store, postgres_is_there(postgres) ? store->batch_outcome : ARCHIVE_FAILED, kept);
        if (!postgres_is_there(postgres))
            break;
        if (postgres_clock_ms() >= store->batch_due_ms)
            postgres_lose(postgres, "the server does not answer");
        else if (!store->waits) {
            *is_open = true;
            return ARCHIVE_BUSY;
        } else
            postgres_await(postgres, store->batch_due_ms);
    }
    return end_batch(store, ARCHIVE_FAILED, kept);
}
