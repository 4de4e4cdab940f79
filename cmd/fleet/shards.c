/* cmd/fleet/shards.c - counts and chooses shards. */
#include "cmd/fleet/shards.h"

#include <stdlib.h>

size_t shards_share(size_t workers)
{
    size_t count = workers ? workers : 1;

    return (DESTINATION_SHARDS + count - 1) / count;
}

size_t shards_held(const struct shards *shards)
{
    size_t held = 0;

    for (size_t i = 0; i < DESTINATION_SHARDS; i++)
        held += shards->at[i].is_held;
    return held;
}

static struct shard *least_busy(struct shards *shards)
{
    struct shard *least = NULL;

    for (size_t i = 0; i < DESTINATION_SHARDS; i++) {
        struct shard *shard = &shards->at[i];

        if (shard->is_held && !shard->is_leaving && (!least || shard->under_way < least->under_way))
            least = shard;
    }
    return least;
}

void shards_fit(struct shards *shards, size_t share)
{
    size_t surplus = shards_held(shards);

    surplus = surplus > share ? surplus - share : 0;
    for (size_t i = 0; i < DESTINATION_SHARDS; i++) {
        struct shard *shard = &shards->at[i];

        if (!shard->is_leaving)
            continue;
        shard->is_leaving = surplus > 0;
        surplus -= shard->is_leaving;
    }
    for (struct shard *least; surplus > 0 && (least = least_busy(shards)); surplus--)
        least->is_leaving = true;
}

/* Where `begin` is 0, in the order of their numbers. */
static struct shard_list choose(const struct shards *shards, unsigned begin,
                                bool (*is_chosen)(const struct shard *, int64_t), int64_t now_ms)
{
    struct shard_list list = {.count = 0};

    for (unsigned i = 0; i < DESTINATION_SHARDS; i++) {
        unsigned number = (begin % DESTINATION_SHARDS + i) % DESTINATION_SHARDS;

        if (is_chosen(&shards->at[number], now_ms))
            list.at[list.count++] = number;
    }
    return list;
}

static bool is_spare(const struct shard *shard, int64_t unused)
{
    (void)unused;
    return shard->is_held && shard->is_leaving && shard->under_way == 0;
}

static bool is_others(const struct shard *shard, int64_t unused)
{
    (void)unused;
    return !shard->is_held;
}

static bool is_open(const struct shard *shard, int64_t now_ms)
{
    return shard->is_held && !shard->is_leaving && now_ms >= shard->begins_ms;
}

struct shard_list shards_to_give_back(const struct shards *shards)
{
    return choose(shards, 0, is_spare, 0);
}

struct shard_list shards_to_try(const struct shards *shards, unsigned begin)
{
    return choose(shards, begin, is_others, 0);
}

struct shard_list shards_to_work_on(const struct shards *shards, int64_t now_ms, unsigned begin)
{
    return choose(shards, begin, is_open, now_ms);
}
