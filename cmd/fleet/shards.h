/* cmd/fleet/shards.h - which shards a worker has, gives back, and would take: no word to the server here.
 *
 * All workers that there are share them evenly.  A worker that has more than its share takes nothing new out of those
 * that it can spare, and gives each back when nothing of it is under way any more: two workers never ask one
 * destination at a time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cmd/destination.h"

struct shard {
    bool is_held, is_leaving;
    size_t under_way;  /* domains */
    int64_t begins_ms; /* nothing of it is begun before */
};

struct shards {
    struct shard at[DESTINATION_SHARDS];
};

/* Numbers of shards. */
struct shard_list {
    unsigned at[DESTINATION_SHARDS];
    size_t count;
};

size_t shards_share(size_t workers); /* of each, rounded up; 0 workers are one */
size_t shards_held(const struct shards *);
/* Marks what is to leave, so that `share` stay: first those of which nothing is under way, then those of which least
 * is; or keeps again what was to leave. */
void shards_fit(struct shards *, size_t share);
struct shard_list shards_to_give_back(const struct shards *); /* leaving, and idle */
/* Those that are not held, beginning with any, so that workers do not all ask for the same. */
struct shard_list shards_to_try(const struct shards *, unsigned begin);
/* Of which domains may be taken now, beginning with any. */
struct shard_list shards_to_work_on(const struct shards *, int64_t now_ms, unsigned begin);
