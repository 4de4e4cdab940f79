/* cmd/fleet/fleet.h - domains that several machines audit together, in a database of PostgreSQL: what all of this room
 * knows of it.  docs/fleet.md tells the whole.
 *
 * A domain is in a shard, one of DESTINATION_SHARDS, and a shard belongs to the one session that holds its advisory
 * lock, which the server drops with the connection.  Nothing is written about a domain but by the owner of its shard.
 *
 *     waiting ──► under way ──► done, or set aside: with its result, in one transaction
 *        ▲            │
 *        └────────────┘  it goes elsewhere, is given back, or its worker is gone
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cmd/archive/postgres.h"
#include "cmd/command.h"

struct arena;
struct options;
struct project;

enum {
    FLEET_VERSION = 1,           /* of the tables */
    FLEET_OF_SHARDS = 0x6d7273,  /* first keys of advisory locks: "mrs", the second is a shard; */
    FLEET_OF_WORKERS = 0x6d7277, /* "mrw", the second is a session's number; "mri": */
    FLEET_OF_MAKING = 0x6d7269,
};

/* The server drops a session that it has not heard of for FLEET_DROP_MS at the earliest: the session sets it so.  A
 * worker asks every FLEET_BEAT_MS, and has ended all that it had under way FLEET_ANSWER_MS after a question that is not
 * answered.  So it is silent before anybody else can have its shards:
 *
 *     FLEET_BEAT_MS + FLEET_ANSWER_MS < FLEET_DROP_MS
 *
 * A server that is started anew, or an administrator, drops a session at any time.  Hence a shard that was not given
 * back rests for FLEET_REST_MS before its new owner begins, which is longer than that sum, too. */
enum {
    FLEET_BEAT_MS = 1000,
    FLEET_ANSWER_MS = 8000,
    FLEET_DROP_MS = 14000, /* tcp_keepalives_idle + tcp_keepalives_interval * tcp_keepalives_count */
    FLEET_REST_MS = 12000,
};

enum fleet_state { FLEET_WAITING, FLEET_UNDER_WAY, FLEET_DONE, FLEET_SET_ASIDE };

struct fleet {
    struct postgres postgres;
    struct arena *arena;
};

/* The tables are there, and of this version.  Else the status to end with, which is said. */
enum exit_status fleet_open(struct fleet *, struct arena *, const char *url);
void fleet_close(struct fleet *);
enum exit_status fleet_failed(const struct fleet *, enum archive_outcome); /* says why: postgres.why */
enum archive_outcome fleet_check(struct postgres *);                       /* the version of the tables */
enum archive_outcome fleet_make(struct postgres *, bool *is_new);          /* makes them where there are none */

/* The subcommands.  `domains`: of the command line. */
enum exit_status fleet_init(struct arena *, const char *url);
enum exit_status fleet_add(struct arena *, const char *url, const char *const *domains, size_t count, const char *list);
enum exit_status fleet_status(struct arena *, const char *url, bool in_json);
enum exit_status fleet_work(struct arena *, struct project *);
enum exit_status fleet_export(struct arena *, struct project *);
