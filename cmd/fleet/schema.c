/* cmd/fleet/schema.c - the tables of a fleet: makes and judges them. */
#include "cmd/fleet/fleet.h"

#include <stdio.h>

#include "cmd/archive/postgres_store.h"
#include "cmd/destination.h"
#include "core/base/arena.h"
#include "core/base/str.h"

/* Each session; the numbers are those of fleet.h.  Waiting for a lock of somebody else's is no answer, either. */
static const char settings[] =
    "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 3; SET tcp_keepalives_count = 3;"
    "SET tcp_user_timeout = 14000; SET lock_timeout = 5000; SET idle_in_transaction_session_timeout = 20000;"
    "SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'idle_session_timeout';"; /* of 14 and later */

/* A name is looked up by its domain once, so that a domain is in a fleet once; a result by its domain, so that there is
 * one.  `worker` of a shard: who has taken it and not given it back.  `server`: a session that began with a server
 * which has been started anew since did not end with its worker. */
static const char tables[] =
    "CREATE SCHEMA IF NOT EXISTS mailready_fleet;"
    "CREATE TABLE mailready_fleet.version (version integer NOT NULL, made timestamptz NOT NULL DEFAULT now());"
    "CREATE TABLE mailready_fleet.worker (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, host text NOT NULL,"
    " pid integer NOT NULL, since timestamptz NOT NULL DEFAULT now(), ended timestamptz,"
    " server timestamptz NOT NULL DEFAULT pg_postmaster_start_time());"
    "CREATE TABLE mailready_fleet.shard (shard integer PRIMARY KEY, worker integer REFERENCES mailready_fleet.worker);"
    "CREATE TABLE mailready_fleet.domain (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL "
    "UNIQUE,"
    " shard integer NOT NULL REFERENCES mailready_fleet.shard, state integer NOT NULL DEFAULT 0,"
    " tries integer NOT NULL DEFAULT 0, moves integer NOT NULL DEFAULT 0, worker integer);"
    "CREATE INDEX fleet_waiting ON mailready_fleet.domain (shard, id) WHERE state = 0;"
    "CREATE INDEX fleet_under_way ON mailready_fleet.domain (shard) WHERE state = 1;"
    "CREATE TABLE mailready_fleet.result (domain bigint PRIMARY KEY REFERENCES mailready_fleet.domain,"
    " worker integer NOT NULL REFERENCES mailready_fleet.worker, ended timestamptz NOT NULL DEFAULT now(),"
    " verdict text NOT NULL, reasons text[] NOT NULL, evidence bytea);"
    "CREATE INDEX fleet_result_ended ON mailready_fleet.result (ended);"
    "ALTER TABLE mailready_fleet.result ALTER evidence SET STORAGE EXTERNAL;"; /* it is packed already */

static enum archive_outcome is_made(struct postgres *postgres, bool *made)
{
    int64_t there = 0;
    enum archive_outcome outcome = postgres_number(
        postgres, "SELECT count(*) FROM pg_class WHERE oid = to_regclass('mailready_fleet.version')", &there);

    *made = there > 0;
    return outcome;
}

static enum archive_outcome unfit(struct postgres *postgres, const char *why)
{
    snprintf(postgres->why, sizeof postgres->why, "%s", why);
    return ARCHIVE_UNFIT;
}

static enum archive_outcome check_version(struct postgres *postgres)
{
    int64_t version = 0;
    enum archive_outcome outcome =
        postgres_number(postgres, "SELECT max(version) FROM mailready_fleet.version", &version);

    if (outcome != ARCHIVE_DONE || version == FLEET_VERSION)
        return outcome;
    return unfit(postgres, version > FLEET_VERSION ? "its fleet is of a newer version of mailready, which has to go on "
                                                     "with it"
                                                   : "what it has is no fleet of mailready");
}

enum archive_outcome fleet_check(struct postgres *postgres)
{
    bool made = false;
    enum archive_outcome outcome = is_made(postgres, &made);

    if (outcome == ARCHIVE_DONE && !made)
        return unfit(postgres, "the database has no fleet: \"mailready fleet init\" makes one");
    return outcome == ARCHIVE_DONE ? check_version(postgres) : outcome;
}

static enum archive_outcome make(struct postgres *postgres)
{
    enum archive_outcome outcome = postgres_do(postgres, tables);
    char rows[256];

    snprintf(rows, sizeof rows,
             "INSERT INTO mailready_fleet.version (version) VALUES (%d);"
             "INSERT INTO mailready_fleet.shard (shard) SELECT generate_series(0, %d);",
             FLEET_VERSION, DESTINATION_SHARDS - 1);
    return outcome == ARCHIVE_DONE ? postgres_do(postgres, rows) : outcome;
}

enum archive_outcome fleet_make(struct postgres *postgres, bool *is_new)
{
    enum archive_outcome outcome = postgres_do(postgres, "BEGIN");
    char lock[96];
    bool made = false;

    snprintf(lock, sizeof lock, "SELECT pg_advisory_xact_lock(%d, 0)", FLEET_OF_MAKING);
    if (outcome == ARCHIVE_DONE)
        outcome = postgres_do(postgres, lock);
    if (outcome == ARCHIVE_DONE)
        outcome = is_made(postgres, &made);
    if (outcome == ARCHIVE_DONE)
        outcome = made ? check_version(postgres) : make(postgres);
    *is_new = !made;
    return postgres_end_transaction(postgres, outcome);
}

/* ---- for the commands ---- */

enum exit_status fleet_failed(const struct fleet *fleet, enum archive_outcome outcome)
{
    complain("fleet: %s", fleet->postgres.why);
    return outcome == ARCHIVE_UNFIT ? EXIT_STATUS_USAGE : EXIT_STATUS_FAULT;
}

static enum archive_outcome connect_to(struct fleet *fleet, struct arena *arena, const char *url)
{
    enum archive_outcome outcome = postgres_open(&fleet->postgres, arena, url, settings);

    fleet->arena = arena;
    fleet->postgres.answer_ms = POSTGRES_LONG_ANSWER_MS; /* a million rows are counted */
    return outcome;
}

enum exit_status fleet_open(struct fleet *fleet, struct arena *arena, const char *url)
{
    enum archive_outcome outcome = connect_to(fleet, arena, url);

    if (outcome == ARCHIVE_DONE)
        outcome = fleet_check(&fleet->postgres);
    return outcome == ARCHIVE_DONE ? EXIT_STATUS_READY : fleet_failed(fleet, outcome);
}

void fleet_close(struct fleet *fleet)
{
    postgres_close(&fleet->postgres);
}

enum exit_status fleet_init(struct arena *arena, const char *url)
{
    struct fleet fleet = {.arena = arena};
    enum archive_outcome outcome = connect_to(&fleet, arena, url);
    enum exit_status status = EXIT_STATUS_READY;
    bool is_new = false;

    if (outcome == ARCHIVE_DONE)
        outcome = fleet_make(&fleet.postgres, &is_new);
    if (outcome == ARCHIVE_DONE)
        outcome = postgres_judge_store(&fleet.postgres, arena, ARCHIVE_WRITE);
    if (outcome != ARCHIVE_DONE)
        status = fleet_failed(&fleet, outcome);
    else
        printf("%s\n", is_new ? "the fleet is made: \"mailready fleet add\" gives it domains"
                              : "there is a fleet already, and it is left as it is");
    fleet_close(&fleet);
    return status;
}
