/* cmd/fleet/book.h - what a worker reads and writes in the database: all statements of its session.  What it finds goes
 * into the store that is there beside the fleet, too, each session being a run in it.
 *
 * Each call is a transaction, or part of the one between book_begin() and book_end().  Where the connection is lost
 * all that the session had is lost with it, and its locks are the server's to drop: postgres_is_there() tells. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cmd/archive/postgres.h"
#include "cmd/fleet/shards.h"

struct account;

struct book {
    struct postgres *postgres;
    int64_t session;     /* its number; 0: none */
    int64_t run;         /* its run in the store */
    const char *vantage; /* of its sessions with mail servers */
};

/* Begins a session.  What the one before had under way (`forgiven`, numbers of domains) did not end it: its tries are
 * not counted.  It may still stand in the server, where nobody holds the other end any more, and is ended there. */
enum archive_outcome book_open(struct book *, const char *host, const int64_t *forgiven, size_t count);
/* Gives all back, with nothing counted. */
enum archive_outcome book_close(struct book *);

enum archive_outcome book_workers(struct book *, size_t *count); /* that there are, with this one */
/* Free ones among those of the list, `most` of them: held from now on. */
enum archive_outcome book_take_shards(struct book *, const struct shard_list *, size_t most, struct shards *,
                                      int64_t now_ms);
enum archive_outcome book_give_back(struct book *, const struct shard_list *, struct shards *);

struct book_domain {
    int64_t id;
    const char *name; /* whatever the database has; until the call returns */
    unsigned shard;
    unsigned tries; /* of workers, with this one */
    unsigned moves; /* to another shard */
};
/* Up to `most` waiting domains of these shards, the first ones first: under way from now on.  Told of each. */
typedef void book_domain_visit(void *arg, const struct book_domain *);
enum archive_outcome book_take(struct book *, const struct shard_list *, size_t most, book_domain_visit *visit,
                               void *arg, size_t *taken);

enum archive_outcome book_begin(struct book *);
/* `account` NULL: nothing is known of it, for want of memory. */
enum archive_outcome book_result(struct book *, int64_t domain, const char *name, const struct account *,
                                 bool *is_ours);
enum archive_outcome book_move(struct book *, int64_t domain, unsigned shard, bool *is_ours);
enum archive_outcome book_end(struct book *, enum archive_outcome); /* postgres_end_transaction() */

enum archive_outcome book_is_over(struct book *, bool *is_over); /* nothing waits or is under way, anywhere */
