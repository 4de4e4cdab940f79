/* cmd/fleet/status.c - `mailready fleet status`: how far a fleet is, and who works for it. */
#include "cmd/fleet/fleet.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd/io/output.h"
#include "core/base/arena.h"
#include "core/base/str.h"
#include "reports/sink.h"

enum { SHOWN_MAX = 10000, RATE_S = 60 };

struct telling {
    struct fleet *fleet;
    struct sink sink;
    int64_t domains[FLEET_SET_ASIDE + 1], results_of_late;
    enum archive_outcome outcome;
};

static bool in_json(const struct telling *telling)
{
    return telling->sink.language == SINK_JSON;
}

/* One transaction's view, so that the numbers agree. */
static const char counts[] = "SELECT state, count(*) FROM mailready_fleet.domain GROUP BY state";
static const char of_late[] =
    "SELECT count(*) FROM mailready_fleet.result WHERE ended > clock_timestamp() - interval '60 seconds'";
/* A session lives as long as its lock. */
static const char workers[] =
    "SELECT w.id, left(w.host, 255), w.pid, to_char(w.since AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'),"
    " coalesce(s.count, 0), coalesce(d.count, 0), coalesce(r.count, 0)"
    " FROM mailready_fleet.worker w"
    " LEFT JOIN (SELECT worker, count(*) FROM mailready_fleet.shard GROUP BY worker) s ON s.worker = w.id"
    " LEFT JOIN (SELECT worker, count(*) FROM mailready_fleet.domain WHERE state = 1 GROUP BY worker) d"
    " ON d.worker = w.id"
    " LEFT JOIN (SELECT worker, count(*) FROM mailready_fleet.result GROUP BY worker) r ON r.worker = w.id WHERE "
    "EXISTS (SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted"
    " AND l.classid = $1::bigint::oid AND l.objid = w.id::oid AND l.objsubid = 2"
    " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())) ORDER BY w.id";
static const char reasons[] =
    "SELECT left(given.reason, 64), count(*) FROM mailready_fleet.result, unnest(reasons) AS given (reason)"
    " GROUP BY 1 ORDER BY 2 DESC, 1";

static void count(struct telling *telling)
{
    struct postgres_query query = postgres_query(&telling->fleet->postgres, counts);

    while (postgres_row(&query)) {
        int64_t state = postgres_read_number(&query), number = postgres_read_number(&query);

        if (state >= 0 && state <= FLEET_SET_ASIDE)
            telling->domains[state] = number;
    }
    telling->outcome = postgres_end(&query);
    if (telling->outcome == ARCHIVE_DONE)
        telling->outcome = postgres_number(&telling->fleet->postgres, of_late, &telling->results_of_late);
}

static void tell_domains(struct telling *telling)
{
    static const struct {
        enum fleet_state state;
        const char *key, *word;
    } states[] = {{FLEET_WAITING, "waiting", "waiting"},
                  {FLEET_UNDER_WAY, "under_way", "under way"},
                  {FLEET_DONE, "done", "done"},
                  {FLEET_SET_ASIDE, "set_aside", "set aside"}};
    struct sink *sink = &telling->sink;

    if (in_json(telling))
        sink_literal(sink, "{\n  \"schema\": \"https://mailready.example/schema/fleet-1.json\",\n  \"domains\": {");
    else
        sink_literal(sink, "domains: ");
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        if (i)
            sink_literal(sink, ", ");
        if (in_json(telling)) {
            sink_literal(sink, "\"");
            sink_text(sink, states[i].key);
            sink_literal(sink, "\": ");
        }
        sink_number(sink, telling->domains[states[i].state]);
        if (!in_json(telling)) {
            sink_literal(sink, " ");
            sink_text(sink, states[i].word);
        }
    }
    if (in_json(telling))
        sink_literal(sink, "},\n  \"results_in_the_last_minute\": ");
    else
        sink_literal(sink, "\nresults in the last minute: ");
    sink_number(sink, telling->results_of_late);
    if (!in_json(telling))
        sink_literal(sink, "\n");
}

static void tell_worker(struct telling *telling, struct postgres_query *query, bool is_first)
{
    struct arena *arena = telling->fleet->arena;
    struct sink *sink = &telling->sink;
    int64_t id = postgres_read_number(query);
    const char *host = postgres_text(query, arena);
    int64_t pid = postgres_read_number(query);
    const char *since = postgres_text(query, arena);
    int64_t shards = postgres_read_number(query), under_way = postgres_read_number(query),
            done = postgres_read_number(query);

    if (!in_json(telling)) {
        sink_text(sink,
                  str_printf(arena, "worker %" PRId64 ": %s, process %" PRId64 ", since %s: ", id, host, pid, since));
        sink_text(sink, str_printf(arena, "%" PRId64 " shards, %" PRId64 " under way, %" PRId64 " done", shards,
                                   under_way, done));
        sink_literal(sink, "\n");
        return;
    }
    if (!is_first)
        sink_literal(sink, ",");
    sink_literal(sink, "\n    {\"id\": ");
    sink_number(sink, id);
    sink_literal(sink, ", ");
    sink_member(sink, "host", host, false);
    sink_literal(sink, "\"pid\": ");
    sink_number(sink, pid);
    sink_literal(sink, ", ");
    sink_member(sink, "since", since, false);
    sink_literal(sink, "\"shards\": ");
    sink_number(sink, shards);
    sink_literal(sink, ", \"under_way\": ");
    sink_number(sink, under_way);
    sink_literal(sink, ", \"done\": ");
    sink_number(sink, done);
    sink_literal(sink, "}");
}

static void tell_workers(struct telling *telling)
{
    struct postgres_query query = postgres_query(&telling->fleet->postgres, workers);
    size_t shown = 0;

    if (in_json(telling))
        sink_literal(&telling->sink, ",\n  \"workers\": [");
    postgres_bind_number(&query, FLEET_OF_WORKERS);
    while (postgres_row(&query) && shown < SHOWN_MAX)
        tell_worker(telling, &query, shown++ == 0);
    telling->outcome = postgres_end(&query);
    if (in_json(telling))
        sink_literal(&telling->sink, "\n  ]");
    else if (shown == 0)
        sink_literal(&telling->sink, "no worker\n");
}

/* A reason that this version does not know is shown all the same. */
static void tell_reasons(struct telling *telling)
{
    struct postgres_query query = postgres_query(&telling->fleet->postgres, reasons);
    struct sink *sink = &telling->sink;
    size_t shown = 0;

    if (in_json(telling))
        sink_literal(sink, ",\n  \"unknown\": {");
    for (; postgres_row(&query) && shown < SHOWN_MAX; shown++) {
        const char *reason = postgres_text(&query, telling->fleet->arena);

        if (in_json(telling) && shown)
            sink_literal(sink, ", ");
        if (in_json(telling))
            sink_literal(sink, "\"");
        else if (shown)
            sink_literal(sink, ", ");
        else
            sink_literal(sink, "unknown: ");
        sink_quote(sink, reason);
        if (in_json(telling))
            sink_literal(sink, "\": ");
        else
            sink_literal(sink, " ");
        sink_number(sink, postgres_read_number(&query));
    }
    telling->outcome = postgres_end(&query);
    if (in_json(telling))
        sink_literal(sink, "}\n}\n");
    else if (shown)
        sink_literal(sink, "\n");
}

static void tell(struct telling *telling)
{
    telling->outcome = postgres_do(&telling->fleet->postgres, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    if (telling->outcome == ARCHIVE_DONE)
        count(telling);
    if (telling->outcome != ARCHIVE_DONE)
        return;
    tell_domains(telling);
    tell_workers(telling);
    if (telling->outcome == ARCHIVE_DONE)
        tell_reasons(telling);
}

enum exit_status fleet_status(struct arena *arena, const char *url, bool as_json)
{
    struct fleet fleet = {.arena = arena};
    struct telling telling = {.fleet = &fleet, .sink = sink_to(stdout, as_json ? SINK_JSON : SINK_TEXT)};
    enum exit_status status = fleet_open(&fleet, arena, url);

    telling.sink.ascii = !as_json && !output_speaks_utf8();
    if (status == EXIT_STATUS_READY) {
        tell(&telling);
        if (telling.outcome != ARCHIVE_DONE)
            status = fleet_failed(&fleet, telling.outcome);
        if (sink_finish(&telling.sink) != 0 || !output_stdout_done())
            status = EXIT_STATUS_FAULT;
    }
    fleet_close(&fleet);
    return status;
}
