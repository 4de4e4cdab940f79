/* cmd/fleet/add.c - `mailready fleet add`: gives a fleet more domains. */
#include "cmd/fleet/fleet.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd/destination.h"
#include "cmd/io/file.h"
#include "cmd/io/targets.h"
#include "cmd/options/usage.h"
#include "core/base/arena.h"
#include "core/base/str.h"

enum { BATCH = 1000, BATCH_BYTES = BATCH * 2048, WAIT_MS = 10 };

struct adding {
    struct fleet *fleet;
    struct arena *arena; /* of a batch */
    const char *names[BATCH], *shards[BATCH];
    size_t count;
    uint64_t added, known, bad;
    const char *list_name;
};

/* Its own, until its MX records are known. */
static const char *shard_of(struct arena *arena, const char *domain)
{
    return str_printf(arena, "%u", destination_shard(destination_of_own(domain)));
}

static enum archive_outcome add_batch(struct adding *adding)
{
    struct postgres_query query = postgres_query(
        &adding->fleet->postgres, "INSERT INTO mailready_fleet.domain (name, shard) SELECT name, shard::integer"
                                  " FROM unnest($1::text[], $2::text[]) AS given (name, shard)"
                                  " ON CONFLICT (name) DO NOTHING");
    uint64_t added;
    enum archive_outcome outcome;

    if (!adding->count) {
        arena_reset(adding->arena);
        return ARCHIVE_DONE;
    }
    postgres_bind_texts(&query, adding->names, adding->count);
    postgres_bind_texts(&query, adding->shards, adding->count);
    postgres_row(&query);
    added = (uint64_t)postgres_changed(&query);
    outcome = postgres_end(&query);
    if (outcome == ARCHIVE_DONE) {
        adding->added += added;
        adding->known += adding->count - added;
    }
    adding->count = 0;
    arena_reset(adding->arena);
    return outcome;
}

static void take(struct adding *adding, const struct list_item *item)
{
    adding->names[adding->count] = item->domain;
    adding->shards[adding->count++] = shard_of(adding->arena, item->domain);
}

static bool is_full(const struct adding *adding)
{
    return adding->count == BATCH || arena_used(adding->arena) > BATCH_BYTES / 2;
}

static void complain_of(struct adding *adding, const struct list_item *item)
{
    const char *text = str_text(adding->arena, item->text);

    adding->bad++;
    if (item->line)
        complain("%s:%zu: \"%s\" %s", adding->list_name, item->line, text, item->why);
    else
        complain("\"%s\" %s", text, item->why);
}

/* What is added stays, whatever comes after it: the same list may be given again. */
static enum exit_status add_all(struct adding *adding, struct target_list *list)
{
    static const struct timespec pause = {.tv_nsec = WAIT_MS * 1000000L};
    enum archive_outcome outcome = ARCHIVE_DONE;
    enum list_step step = LIST_BAD;
    struct list_item item;

    while (outcome == ARCHIVE_DONE && step != LIST_END && step != LIST_ERROR) {
        step = target_list_next(list, adding->arena, &item);
        if (step == LIST_DOMAIN)
            take(adding, &item);
        else if (step == LIST_BAD)
            complain_of(adding, &item);
        else if (step == LIST_WAIT)
            nanosleep(&pause, NULL);
        else if (step == LIST_ERROR)
            complain("%s: %s", adding->list_name, strerror(errno));
        if (is_full(adding))
            outcome = add_batch(adding);
    }
    if (outcome == ARCHIVE_DONE)
        outcome = add_batch(adding);
    if (outcome != ARCHIVE_DONE)
        return fleet_failed(adding->fleet, outcome);
    return step == LIST_ERROR ? EXIT_STATUS_FAULT : EXIT_STATUS_READY;
}

static enum exit_status add_to(struct fleet *fleet, const char *const *domains, size_t count, const char *list_name,
                               int *list_fd)
{
    struct adding *adding = ARENA_NEW(fleet->arena, struct adding);
    struct target_list *list = target_list_new(domains, count, *list_fd >= 0 ? list_read_fd : NULL, list_fd);
    enum exit_status status = EXIT_STATUS_FAULT;

    adding->fleet = fleet;
    adding->list_name = list_name;
    adding->arena = arena_new(BATCH_BYTES);
    if (list && adding->arena) {
        status = add_all(adding, list);
        printf("%llu added, %llu there already", (unsigned long long)adding->added, (unsigned long long)adding->known);
        printf(adding->bad ? ", %llu left out\n" : "\n", (unsigned long long)adding->bad);
    } else {
        complain("%s", no_memory);
    }
    if (status == EXIT_STATUS_READY && adding->bad && !adding->added && !adding->known)
        status = EXIT_STATUS_USAGE;
    arena_free(adding->arena);
    target_list_free(list);
    return status;
}

enum exit_status fleet_add(struct arena *arena, const char *url, const char *const *domains, size_t count,
                           const char *list)
{
    struct fleet fleet = {.arena = arena};
    enum exit_status status;
    int list_fd = -1;
    const char *why;

    if (!list && count == 0)
        return usage_error("fleet add: which domains? \"--domains FILE\" names a list");
    if (list && (list_fd = file_open(arena, list, &why)) < 0)
        return usage_error(why);
    status = fleet_open(&fleet, arena, url);
    if (status == EXIT_STATUS_READY)
        status = add_to(&fleet, domains, count, list, &list_fd);
    fleet_close(&fleet);
    if (list_fd >= 0)
        close(list_fd);
    return status;
}
