/* cmd/archive/postgres_read.c - finds what was kept on a server. */
#include "cmd/archive/postgres_store.h"

#include <string.h>

#include "cmd/archive/row.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/status.h"
#include "core/base/str.h"

enum { DOMAINS_BYTES = 1048576 };

/* Some hundreds at a time: the next ones begin behind the last of these, and no transaction stays open for as long as
 * whoever asks looks at them. */
static enum archive_outcome visit_some(struct postgres_store *store, struct arena *arena, const char **last,
                                       archive_domain_visit *visit, void *arg)
{
    struct postgres_query query =
        postgres_query(&store->postgres, "SELECT DISTINCT domain FROM mailready.result WHERE domain > $1"
                                         " ORDER BY domain LIMIT 500");
    const char *domain = NULL;

    postgres_bind_text(&query, *last);
    while (postgres_row(&query)) {
        domain = postgres_text(&query, arena);
        if (visit(arg, domain))
            continue;
        domain = NULL;
        break;
    }
    *last = domain;
    return postgres_end(&query);
}

enum archive_outcome postgres_domains(void *arg, archive_domain_visit *visit, void *visit_arg)
{
    struct postgres_store *store = arg;
    struct arena *arenas[2] = {arena_new(DOMAINS_BYTES), arena_new(DOMAINS_BYTES)};
    enum archive_outcome outcome = arenas[0] && arenas[1] ? ARCHIVE_DONE : ARCHIVE_FAILED;
    const char *last = "";

    store->why = outcome == ARCHIVE_DONE ? NULL : no_memory;
    for (size_t turn = 0; outcome == ARCHIVE_DONE && last; turn = !turn) {
        arena_reset(arenas[turn]);
        outcome = visit_some(store, arenas[turn], &last, visit, visit_arg);
    }
    arena_free(arenas[0]);
    arena_free(arenas[1]);
    return outcome;
}

enum archive_outcome postgres_results(void *arg, struct arena *arena, const char *domain, struct archive_results *out)
{
    struct postgres_store *store = arg;
    struct postgres_query query = postgres_query(
        &store->postgres, "SELECT result.id, started, verdict, count(*) FILTER (WHERE status = 'fail'),"
                          " count(*) FILTER (WHERE status = 'warn'), count(*) FILTER (WHERE status = 'unknown')"
                          " FROM mailready.result LEFT JOIN LATERAL unnest(findings) AS listed (said) ON true"
                          " LEFT JOIN mailready.said ON said.id = listed.said AND NOT suppressed"
                          " WHERE domain = $1 GROUP BY result.id ORDER BY started, result.id");
    struct archive_result *all = NULL, *more;

    store->why = NULL;
    *out = (struct archive_results){NULL, 0};
    postgres_bind_text(&query, domain);
    while (postgres_row(&query)) {
        more = arena_grown(arena, all, out->count, sizeof *more);
        if (more)
            all = more;
        all[out->count].id = postgres_read_number(&query);
        all[out->count].started = postgres_text(&query, arena);
        all[out->count].verdict = postgres_text(&query, arena);
        all[out->count].fails = (size_t)postgres_read_number(&query);
        all[out->count].warns = (size_t)postgres_read_number(&query);
        all[out->count].unknown = (size_t)postgres_read_number(&query);
        out->count++;
    }
    out->at = all;
    return postgres_end(&query);
}

enum archive_outcome postgres_latest(void *arg, const char *domain, const char *before, size_t skipped, int64_t *id)
{
    struct postgres_store *store = arg;
    struct postgres_query query = postgres_query(
        &store->postgres, "SELECT id FROM mailready.result WHERE domain = $1 AND ($2 = '' OR started < $2)"
                          " ORDER BY started DESC, id DESC LIMIT 1 OFFSET $3::bigint");

    store->why = NULL;
    *id = 0;
    postgres_bind_text(&query, domain);
    postgres_bind_text(&query, before ? before : "");
    postgres_bind_number(&query, (int64_t)skipped);
    if (postgres_row(&query))
        *id = postgres_read_number(&query);
    return postgres_end(&query);
}

/* ---- a result with its findings ---- */

static struct seen read_seen(struct postgres_query *query, struct arena *arena, bool *is_one)
{
    struct seen seen = {.check = postgres_text(query, arena)};

    seen.group = row_group(arena, seen.check);
    seen.subject = postgres_text(query, arena);
    seen.key = postgres_text(query, arena);
    *is_one = status_from_word(postgres_text(query, arena), &seen.status);
    seen.suppressed = postgres_read_number(query) != 0;
    seen.message = postgres_text(query, arena);
    seen.records = postgres_text(query, arena);
    return seen;
}

static void read_head(struct postgres_query *query, struct arena *arena, struct seen_report *report)
{
    report->domain = postgres_text(query, arena);
    report->started = postgres_text(query, arena);
    report->verdict = postgres_text(query, arena);
    report->only = row_words(arena, postgres_text(query, arena), &report->only_count);
    report->skip = row_words(arena, postgres_text(query, arena), &report->skip_count);
}

/* By one statement, or findings may be removed in between. */
enum archive_outcome postgres_report(void *arg, struct arena *arena, int64_t id, const struct seen_report **out)
{
    enum { HEAD = 6 };
    struct postgres_store *store = arg;
    struct postgres_query query = postgres_query(
        &store->postgres, "SELECT coalesce(place, 0), domain, started, verdict, only_checks, skipped_checks, check_id, "
                          "subject, subject_key,"
                          " status, suppressed::integer, message, records FROM mailready.result"
                          " LEFT JOIN LATERAL unnest(findings) WITH ORDINALITY AS listed (said, place) ON true"
                          " LEFT JOIN mailready.said ON said.id = listed.said WHERE result.id = $1 ORDER BY place");
    struct seen_report *report = ARENA_NEW(arena, struct seen_report);
    struct seen *all = NULL, *more;
    enum archive_outcome outcome;
    bool is_one = true;

    store->why = NULL;
    *out = NULL;
    postgres_bind_number(&query, id);
    while (is_one && postgres_row(&query)) {
        bool has_finding = postgres_read_number(&query) > 0;

        if (!*out)
            read_head(&query, arena, report);
        *out = report;
        query.read = HEAD;
        if (!has_finding)
            continue;
        more = arena_grown(arena, all, report->finding_count, sizeof *more);
        if (more)
            all = more;
        all[report->finding_count++] = read_seen(&query, arena, &is_one);
    }
    report->findings = all;
    outcome = postgres_end(&query);
    if (outcome != ARCHIVE_DONE || is_one)
        return outcome;
    store->why = row_no_status;
    return ARCHIVE_UNFIT;
}

/* ---- sessions ---- */

enum archive_outcome postgres_sessions(void *arg, const char *vantage, const char *since, size_t octets,
                                       archive_session_visit *visit, void *visit_arg)
{
    struct postgres_store *store = arg;
    struct postgres_query query = postgres_query(
        &store->postgres, "SELECT key, asked, packed FROM (SELECT key, asked, packed, sum(length(key) + length(packed))"
                          " OVER (ORDER BY asked DESC, key) AS octets FROM mailready.session"
                          " WHERE vantage = $1 AND asked >= $2) AS counted WHERE octets <= $3::bigint"
                          " ORDER BY asked DESC, key");
    bool goes_on = true;

    store->why = NULL;
    postgres_bind_text(&query, vantage);
    postgres_bind_text(&query, since);
    postgres_bind_number(&query, octets < INT64_MAX ? (int64_t)octets : INT64_MAX);
    while (goes_on && postgres_row(&query)) {
        struct archive_session session = {.key = postgres_borrow_text(&query)};
        char *packed;

        session.asked = postgres_borrow_text(&query);
        packed = postgres_octets(&query, &session.packed.len);
        session.packed.at = packed;
        goes_on = !packed || visit(visit_arg, &session);
        PQfreemem(packed);
    }
    return postgres_end(&query);
}
