/* cmd/archive/sqlite_read.c - finds what was kept. */
#include "cmd/archive/sqlite.h"

#include <string.h>

#include "cmd/archive/row.h"
#include "core/base/arena.h"
#include "core/base/status.h"
#include "core/base/str.h"

enum { NAME_BYTES = 65536 };

/* From one name to the next: the index has each as often as it was audited. */
enum archive_outcome sqlite_domains(void *store, archive_domain_visit *visit, void *arg)
{
    struct sqlite *sqlite = store;
    struct arena *arena = arena_new(NAME_BYTES);
    enum archive_outcome outcome = arena ? ARCHIVE_DONE : sqlite_outcome(sqlite, SQLITE_NOMEM);
    char last[NAME_BYTES / 4] = "";
    const char *domain = last;

    while (outcome == ARCHIVE_DONE && domain) {
        struct sqlite_query query = sqlite_query(sqlite, "SELECT min(domain) FROM result WHERE domain > ?");

        sqlite_bind_text(&query, last);
        arena_reset(arena);
        domain = sqlite_row(&query) && sqlite3_column_bytes(query.statement, 0) < (int)sizeof last
                     ? sqlite_text(&query, arena)
                     : "";
        outcome = sqlite_end(&query);
        memcpy(last, domain, strlen(domain) + 1);
        if (outcome != ARCHIVE_DONE || !*last || !visit(arg, last))
            domain = NULL;
    }
    arena_free(arena);
    return outcome;
}

enum archive_outcome sqlite_results(void *store, struct arena *arena, const char *domain, struct archive_results *out)
{
    struct sqlite *sqlite = store;
    struct sqlite_query query = sqlite_query(sqlite, "SELECT result.id, started, verdict,"
                                                     " count(CASE WHEN status = 'fail' THEN 1 END),"
                                                     " count(CASE WHEN status = 'warn' THEN 1 END),"
                                                     " count(CASE WHEN status = 'unknown' THEN 1 END)"
                                                     " FROM result LEFT JOIN finding ON result = result.id"
                                                     " LEFT JOIN said ON said.id = said AND NOT suppressed"
                                                     " WHERE domain = ? GROUP BY started, result.id"
                                                     " ORDER BY started, result.id");
    struct archive_result *all = NULL, *more;

    *out = (struct archive_results){NULL, 0};
    sqlite_bind_text(&query, domain);
    while (sqlite_row(&query)) {
        more = arena_grown(arena, all, out->count, sizeof *more);
        if (more)
            all = more;
        all[out->count].id = sqlite_read_number(&query);
        all[out->count].started = sqlite_text(&query, arena);
        all[out->count].verdict = sqlite_text(&query, arena);
        all[out->count].fails = (size_t)sqlite_read_number(&query);
        all[out->count].warns = (size_t)sqlite_read_number(&query);
        all[out->count].unknown = (size_t)sqlite_read_number(&query);
        out->count++;
    }
    out->at = all;
    return sqlite_end(&query);
}

enum archive_outcome sqlite_latest(void *store, const char *domain, const char *before, size_t skipped, int64_t *id)
{
    struct sqlite *sqlite = store;
    struct sqlite_query query =
        sqlite_query(sqlite, "SELECT id FROM result WHERE domain = ?1 AND (?2 = '' OR started < ?2)"
                             " ORDER BY started DESC, id DESC LIMIT 1 OFFSET ?3");

    *id = 0;
    sqlite_bind_text(&query, domain);
    sqlite_bind_text(&query, before ? before : "");
    sqlite_bind_number(&query, (int64_t)skipped);
    if (sqlite_row(&query))
        *id = sqlite_read_number(&query);
    return sqlite_end(&query);
}

/* ---- a result with its findings ---- */

static struct seen read_seen(struct sqlite_query *query, struct arena *arena, bool *is_one)
{
    struct seen seen = {.check = sqlite_text(query, arena)};

    seen.group = row_group(arena, seen.check);
    seen.subject = sqlite_text(query, arena);
    seen.key = sqlite_text(query, arena);
    *is_one = status_from_word(sqlite_text(query, arena), &seen.status);
    seen.suppressed = sqlite_read_number(query) != 0;
    seen.message = sqlite_text(query, arena);
    seen.records = sqlite_text(query, arena);
    return seen;
}

static enum archive_outcome read_findings(struct sqlite *sqlite, struct arena *arena, int64_t id,
                                          struct seen_report *report)
{
    struct sqlite_query query =
        sqlite_query(sqlite, "SELECT check_id, subject, subject_key, status, suppressed, message, records"
                             " FROM finding JOIN said ON said.id = said WHERE result = ? ORDER BY place");
    struct seen *all = NULL, *more;
    enum archive_outcome outcome;
    bool is_one = true;

    sqlite_bind_number(&query, id);
    while (is_one && sqlite_row(&query)) {
        more = arena_grown(arena, all, report->finding_count, sizeof *more);
        if (more)
            all = more;
        all[report->finding_count++] = read_seen(&query, arena, &is_one);
    }
    report->findings = all;
    outcome = sqlite_end(&query);
    if (outcome != ARCHIVE_DONE || is_one)
        return outcome;
    sqlite->why = row_no_status;
    return ARCHIVE_UNFIT;
}

/* In one transaction, or the findings may be removed in between. */
enum archive_outcome sqlite_report(void *store, struct arena *arena, int64_t id, const struct seen_report **out)
{
    struct sqlite *sqlite = store;
    struct seen_report *report = ARENA_NEW(arena, struct seen_report);
    enum archive_outcome outcome = sqlite_do(sqlite, "BEGIN"), ended;
    struct sqlite_query query;

    *out = NULL;
    if (outcome != ARCHIVE_DONE)
        return outcome;
    query =
        sqlite_query(sqlite, "SELECT domain, started, verdict, only_checks, skipped_checks FROM result WHERE id = ?");
    sqlite_bind_number(&query, id);
    if (sqlite_row(&query)) {
        report->domain = sqlite_text(&query, arena);
        report->started = sqlite_text(&query, arena);
        report->verdict = sqlite_text(&query, arena);
        report->only = row_words(arena, sqlite_text(&query, arena), &report->only_count);
        report->skip = row_words(arena, sqlite_text(&query, arena), &report->skip_count);
        *out = report;
    }
    outcome = sqlite_end(&query);
    if (outcome == ARCHIVE_DONE && *out)
        outcome = read_findings(sqlite, arena, id, report);
    ended = sqlite_do(sqlite, "COMMIT");
    return outcome == ARCHIVE_DONE ? ended : outcome;
}

/* ---- sessions ---- */

static size_t octets_of(const struct archive_session *session)
{
    return strlen(session->key) + session->packed.len;
}

enum archive_outcome sqlite_sessions(void *store, const char *vantage, const char *since, size_t octets,
                                     archive_session_visit *visit, void *arg)
{
    struct sqlite *sqlite = store;
    struct arena *arena = arena_new(ARCHIVE_VALUE_MAX);
    enum archive_outcome outcome;
    struct sqlite_query query;
    bool goes_on = arena;

    if (!arena)
        return sqlite_outcome(sqlite, SQLITE_NOMEM);
    query = sqlite_query(sqlite, "SELECT key, asked, packed FROM session WHERE vantage = ? AND asked >= ?"
                                 " ORDER BY asked DESC, key");
    sqlite_bind_text(&query, vantage);
    sqlite_bind_text(&query, since);
    while (goes_on && sqlite_row(&query)) {
        struct archive_session session = {.key = sqlite_text(&query, arena)};

        session.asked = sqlite_text(&query, arena);
        session.packed = sqlite_octets(&query);
        goes_on = octets_of(&session) <= octets && visit(arg, &session);
        octets -= goes_on ? octets_of(&session) : 0;
        arena_reset(arena);
    }
    outcome = sqlite_end(&query);
    arena_free(arena);
    return outcome;
}
