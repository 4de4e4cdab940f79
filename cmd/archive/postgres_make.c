/* cmd/archive/postgres_make.c - judges the schema of a store, makes it where there is none, brings it up to date. */
#include "cmd/archive/postgres_store.h"

#include <stdio.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"

/* Beside what the first version had.  What is in `packed` is packed already. */
#define SINCE_2                                                                                                        \
    "CREATE TABLE mailready.session (vantage text NOT NULL, key text COLLATE \"C\" NOT NULL,"                          \
    " asked text COLLATE \"C\" NOT NULL, packed bytea NOT NULL, PRIMARY KEY (vantage, key));"                          \
    "ALTER TABLE mailready.session ALTER packed SET STORAGE EXTERNAL;"                                                 \
    "CREATE INDEX session_of_time ON mailready.session (asked);"

/* Names and moments in the order of their octets, as in reports. */
static const char tables[] =
    "CREATE TABLE mailready.store (application text NOT NULL, version integer NOT NULL);"
    "CREATE TABLE mailready.run (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text NOT NULL UNIQUE,"
    " version text NOT NULL, started text COLLATE \"C\" NOT NULL, ended text COLLATE \"C\");"
    "CREATE TABLE mailready.result (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    " run bigint NOT NULL REFERENCES mailready.run, domain text COLLATE \"C\" NOT NULL,"
    " started text COLLATE \"C\" NOT NULL, verdict text NOT NULL, only_checks text NOT NULL, skipped_checks text NOT "
    "NULL,"
    " findings uuid[] NOT NULL, UNIQUE (run, domain));"
    "CREATE INDEX result_of_domain ON mailready.result (domain, started, id);"
    "CREATE INDEX result_of_time ON mailready.result (started, id);"
    "CREATE TABLE mailready.said (id uuid PRIMARY KEY, check_id text NOT NULL, subject text NOT NULL,"
    " subject_key text NOT NULL, status text NOT NULL, suppressed boolean NOT NULL, message text NOT NULL,"
    " records text NOT NULL);"
    "CREATE VIEW mailready.finding AS SELECT result.id AS result, place - 1 AS place, listed.said AS said"
    " FROM mailready.result, unnest(findings) WITH ORDINALITY AS listed (said, place);" SINCE_2
    "INSERT INTO mailready.store VALUES ('mailready', 2)";

enum { TABLES_OF_1 = 4, TABLES = 5 };

struct schema {
    bool is_there;
    int64_t relations, tables, triggers; /* in it; of ours; that would change what is written */
    int64_t version;
};

static enum archive_outcome unfit(struct postgres *postgres, const char *why)
{
    snprintf(postgres->why, sizeof postgres->why, "%s", why);
    return ARCHIVE_UNFIT;
}

/* From the catalogue, which everybody may read. */
static enum archive_outcome look(struct postgres *postgres, struct schema *out)
{
    struct postgres_query query =
        postgres_query(postgres, "SELECT (SELECT count(*) FROM pg_class WHERE relnamespace = s.oid),"
                                 " (SELECT count(*) FROM pg_class WHERE relnamespace = s.oid AND relkind = 'r'"
                                 " AND relname IN ('store', 'run', 'result', 'said', 'session')),"
                                 " (SELECT count(*) FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
                                 " WHERE relnamespace = s.oid AND NOT tgisinternal) +"
                                 " (SELECT count(*) FROM pg_rewrite JOIN pg_class ON pg_class.oid = ev_class"
                                 " WHERE relnamespace = s.oid AND rulename <> '_RETURN')"
                                 " FROM pg_namespace AS s WHERE nspname = 'mailready'");

    *out = (struct schema){.is_there = postgres_row(&query)};
    if (out->is_there) {
        out->relations = postgres_read_number(&query);
        out->tables = postgres_read_number(&query);
        out->triggers = postgres_read_number(&query);
    }
    return postgres_end(&query);
}

static enum archive_outcome judge(struct postgres *postgres, struct arena *arena, struct schema *schema)
{
    struct postgres_query query;
    const char *application = "";
    enum archive_outcome outcome;
    bool is_one;

    if (schema->triggers > 0)
        return unfit(postgres, "has a schema \"mailready\" of another program, or with rules of one");
    query = postgres_query(postgres, "SELECT application, version FROM mailready.store");
    is_one = postgres_row(&query);
    if (is_one) {
        application = postgres_text(&query, arena);
        schema->version = postgres_read_number(&query);
    }
    outcome = postgres_end(&query);
    if (outcome == ARCHIVE_UNFIT || (outcome == ARCHIVE_DONE && is_one && strcmp(application, "mailready") != 0))
        return unfit(postgres, "has a schema \"mailready\" of another program");
    if (outcome != ARCHIVE_DONE)
        return outcome;
    if (schema->version > POSTGRES_VERSION)
        return unfit(postgres,
                     str_printf(arena, "is of a newer mailready: its schema is %lld, and this version knows %d",
                                (long long)schema->version, POSTGRES_VERSION));
    return schema->version >= 1 && schema->tables == (schema->version == 1 ? TABLES_OF_1 : TABLES)
               ? ARCHIVE_DONE
               : unfit(postgres, "is damaged: it lacks a version, or a table");
}

/* As it is at one moment: another run may be bringing it up to date. */
static enum archive_outcome examine(struct postgres *postgres, struct arena *arena, struct schema *schema)
{
    enum archive_outcome outcome = postgres_do(postgres, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");

    if (outcome == ARCHIVE_DONE)
        outcome = look(postgres, schema);
    if (outcome == ARCHIVE_DONE && schema->relations)
        outcome = judge(postgres, arena, schema);
    return postgres_end_transaction(postgres, outcome);
}

/* Of two first runs, one waits for the other, and finds it made.  An administrator may have made the schema, empty, for
 * a user who may not make any. */
static enum archive_outcome make(struct postgres *postgres)
{
    enum archive_outcome outcome =
        postgres_do(postgres, "BEGIN; SELECT pg_advisory_xact_lock(" POSTGRES_LOCK_OF_SCHEMA ")");
    struct schema schema = {.is_there = false};

    if (outcome == ARCHIVE_DONE)
        outcome = look(postgres, &schema);
    if (outcome == ARCHIVE_DONE && !schema.is_there)
        outcome = postgres_do(postgres, "CREATE SCHEMA mailready");
    if (outcome == ARCHIVE_DONE && !schema.relations)
        outcome = postgres_do(postgres, tables);
    return postgres_end_transaction(postgres, outcome);
}

/* Of two runs one waits for the other, and finds it done. */
static enum archive_outcome bring_up(struct postgres *postgres)
{
    enum archive_outcome outcome =
        postgres_do(postgres, "BEGIN; SELECT pg_advisory_xact_lock(" POSTGRES_LOCK_OF_SCHEMA ")");
    int64_t version = 0;

    if (outcome == ARCHIVE_DONE)
        outcome = postgres_number(postgres, "SELECT version FROM mailready.store", &version);
    if (outcome == ARCHIVE_DONE && version == 1)
        outcome = postgres_do(postgres, SINCE_2 "UPDATE mailready.store SET version = 2");
    return postgres_end_transaction(postgres, outcome);
}

enum archive_outcome postgres_judge_store(struct postgres *postgres, struct arena *arena, enum archive_use use)
{
    struct schema schema = {.is_there = false};
    enum archive_outcome outcome = examine(postgres, arena, &schema);

    if (outcome == ARCHIVE_DONE && !schema.relations && use == ARCHIVE_WRITE) {
        outcome = make(postgres);
        if (outcome == ARCHIVE_DONE)
            outcome = examine(postgres, arena, &schema);
    }
    if (outcome != ARCHIVE_DONE)
        return outcome;
    if (schema.relations)
        return use != ARCHIVE_READ && schema.version < POSTGRES_VERSION ? bring_up(postgres) : ARCHIVE_DONE;
    unfit(postgres, "has no store: it is made by an audit that keeps what it finds there");
    return ARCHIVE_FAILED;
}
