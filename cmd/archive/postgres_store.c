/* cmd/archive/postgres_store.c - opens a store on a server, and has its connection. */
#include "cmd/archive/postgres_store.h"

#include "core/base/arena.h"
#include "core/base/str.h"

static const char *path_of(const char *url)
{
    return url; /* which has no password */
}

static void close_store(void *arg)
{
    struct postgres_store *store = arg;

    postgres_close(&store->postgres);
}

static const char *why(const void *arg)
{
    const struct postgres_store *store = arg;

    return store->why ? store->why : store->postgres.why;
}

static void *open_store(struct arena *arena, const char *url, enum archive_use use, enum archive_outcome *outcome,
                        const char **said)
{
    struct postgres_store *store = ARENA_NEW(arena, struct postgres_store);

    store->waits = true;
    *outcome = postgres_open(&store->postgres, arena, url,
                             use == ARCHIVE_READ ? "SET default_transaction_read_only = on;" : "");
    if (*outcome == ARCHIVE_DONE)
        *outcome = postgres_judge_store(&store->postgres, arena, use);
    if (*outcome == ARCHIVE_DONE)
        return store;
    *said = str_dup(arena, why(store));
    close_store(store);
    return NULL;
}

static int directory(const void *arg)
{
    (void)arg;
    return -1;
}

static const char *const *files(const void *arg, struct arena *arena)
{
    const struct postgres_store *store = arg;

    return postgres_files(&store->postgres, arena);
}

static void wait_for_server(void *arg, bool waits)
{
    struct postgres_store *store = arg;

    store->waits = waits;
    store->patience_ms = 0;
}

/* Of one half minute, however many questions follow, unless the server gets on. */
bool postgres_has_patience(struct postgres_store *store)
{
    if (!store->waits)
        return false;
    if (!store->patience_ms)
        store->patience_ms = postgres_clock_ms() + POSTGRES_ANSWER_MS;
    return postgres_clock_ms() < store->patience_ms;
}

enum archive_outcome postgres_reach(struct postgres_store *store)
{
    enum archive_outcome outcome = ARCHIVE_DONE;

    store->why = NULL;
    while (!postgres_is_there(&store->postgres)) {
        outcome = postgres_return(&store->postgres);
        if (outcome != ARCHIVE_DONE && (store->postgres.is_over || !postgres_has_patience(store)))
            break;
        if (outcome != ARCHIVE_DONE)
            postgres_await(&store->postgres, store->patience_ms);
    }
    return outcome;
}

const struct archive_kind postgres_archive = {
    .scheme = "postgres",
    .url_fault = postgres_url_fault,
    .path_of = path_of,
    .open = open_store,
    .close = close_store,
    .directory = directory,
    .files = files,
    .why = why,
    .wait = wait_for_server,
    .begin_run = postgres_begin_run,
    .keep = postgres_keep,
    .confirm = postgres_confirm,
    .settle = postgres_settle,
    .end_run = postgres_end_run,
    .prune = postgres_prune,
    .domains = postgres_domains,
    .results = postgres_results,
    .latest = postgres_latest,
    .report = postgres_report,
    .sessions = postgres_sessions,
};
