/* cmd/archive/sqlite_write.c - keeps results, and removes those that are old. */
#include "cmd/archive/sqlite.h"

#include <stdlib.h>
#include <string.h>

#include "cmd/archive/row.h"
#include "cmd/options/run_text.h"
#include "core/base/status.h"

enum { TEXTS = 6 };

/* All of it, or nothing. */
static enum archive_outcome end(struct sqlite *sqlite, enum archive_outcome outcome)
{
    const char *why = sqlite->why;

    if (outcome == ARCHIVE_DONE)
        outcome = sqlite_do(sqlite, "COMMIT");
    else
        sqlite_do(sqlite, "ROLLBACK");
    if (outcome != ARCHIVE_DONE && !sqlite3_get_autocommit(sqlite->db)) {
        why = sqlite->why;
        sqlite_do(sqlite, "ROLLBACK");
    }
    sqlite->why = why ? why : sqlite->why;
    return outcome;
}

/* ---- runs ---- */

static enum archive_outcome find_run(struct sqlite *sqlite, const char *key)
{
    struct sqlite_query query = sqlite_query(sqlite, "SELECT id FROM run WHERE key = ?");

    sqlite->run = 0;
    sqlite_bind_text(&query, key);
    if (sqlite_row(&query))
        sqlite->run = sqlite_read_number(&query);
    return sqlite_end(&query);
}

static enum archive_outcome add_run(struct sqlite *sqlite, const char *key, const char *started)
{
    struct sqlite_query query = sqlite_query(sqlite, "INSERT INTO run (key, version, started) VALUES (?, ?, ?)");

    sqlite_bind_text(&query, key);
    sqlite_bind_text(&query, MAILREADY_VERSION);
    sqlite_bind_text(&query, started);
    sqlite_row(&query);
    sqlite->run = sqlite3_last_insert_rowid(sqlite->db);
    return sqlite_end(&query);
}

static enum archive_outcome mark_run(struct sqlite *sqlite, const char *ended)
{
    struct sqlite_query query = sqlite_query(sqlite, "UPDATE run SET ended = nullif(?, '') WHERE id = ?");

    sqlite_bind_text(&query, ended);
    sqlite_bind_number(&query, sqlite->run);
    sqlite_row(&query);
    return sqlite_end(&query);
}

/* Writes in any case: a store that cannot be written is to be known before anything is asked. */
enum archive_outcome sqlite_begin_run(void *store, const char *key, const char *started, const char *vantage)
{
    struct sqlite *sqlite = store;
    enum archive_outcome outcome = sqlite_do(sqlite, "BEGIN IMMEDIATE");

    sqlite->vantage = vantage;
    if (outcome != ARCHIVE_DONE)
        return outcome;
    outcome = find_run(sqlite, key);
    if (outcome == ARCHIVE_DONE)
        outcome = sqlite->run ? mark_run(sqlite, "") : add_run(sqlite, key, started);
    return end(sqlite, outcome);
}

enum archive_outcome sqlite_settle(void *store)
{
    struct sqlite *sqlite = store;
    enum archive_outcome outcome = ARCHIVE_DONE;

    if (sqlite->is_unsettled)
        outcome =
            sqlite_outcome(sqlite, sqlite3_wal_checkpoint_v2(sqlite->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL));
    sqlite->is_unsettled = sqlite->is_unsettled && outcome == ARCHIVE_BUSY;
    return outcome == ARCHIVE_BUSY ? ARCHIVE_DONE : outcome;
}

enum archive_outcome sqlite_end_run(void *store, const char *ended)
{
    struct sqlite *sqlite = store;
    enum archive_outcome outcome = mark_run(sqlite, ended);

    sqlite->is_unsettled = true;
    return outcome == ARCHIVE_DONE ? sqlite_settle(sqlite) : outcome;
}

/* ---- results ---- */

static enum archive_outcome find_result(struct sqlite *sqlite, const char *domain, int64_t *id)
{
    struct sqlite_query query = sqlite_query(sqlite, "SELECT id FROM result WHERE run = ? AND domain = ?");

    *id = 0;
    sqlite_bind_number(&query, sqlite->run);
    sqlite_bind_text(&query, domain);
    if (sqlite_row(&query))
        *id = sqlite_read_number(&query);
    return sqlite_end(&query);
}

static enum archive_outcome remove_result(struct sqlite *sqlite, int64_t id)
{
    static const char *const steps[] = {"DELETE FROM finding WHERE result = ?", "DELETE FROM result WHERE id = ?"};
    enum archive_outcome outcome = ARCHIVE_DONE;

    for (size_t i = 0; i < sizeof steps / sizeof *steps && outcome == ARCHIVE_DONE; i++) {
        struct sqlite_query query = sqlite_query(sqlite, steps[i]);

        sqlite_bind_number(&query, id);
        sqlite_row(&query);
        outcome = sqlite_end(&query);
    }
    return outcome;
}

static enum archive_outcome add_result(struct sqlite *sqlite, const struct seen_report *report, int64_t *id)
{
    char *only = row_joined(report->only, report->only_count), *skip = row_joined(report->skip, report->skip_count);
    enum archive_outcome outcome;
    struct sqlite_query query =
        sqlite_query(sqlite, "INSERT INTO result (run, domain, started, verdict, only_checks, skipped_checks)"
                             " VALUES (?, ?, ?, ?, ?, ?)");

    sqlite_bind_number(&query, sqlite->run);
    sqlite_bind_text(&query, report->domain);
    sqlite_bind_text(&query, report->started);
    sqlite_bind_text(&query, report->verdict);
    sqlite_bind_text(&query, only);
    sqlite_bind_text(&query, skip);
    sqlite_row(&query);
    *id = sqlite3_last_insert_rowid(sqlite->db);
    outcome = sqlite_end(&query);
    if (!only || !skip)
        outcome = sqlite_outcome(sqlite, SQLITE_NOMEM);
    free(only);
    free(skip);
    return outcome;
}

struct finding_queries {
    struct sqlite_query find, add, link;
};

static int64_t checksum_of(const struct seen *seen, const char *const *texts)
{
    uint64_t sum = seen->suppressed ? 2 : 1;

    for (size_t i = 0; i < TEXTS; i++)
        sum = run_checksum(sum, texts[i], strlen(texts[i]) + 1);
    return (int64_t)sum;
}

static void bind_said(struct sqlite_query *query, const struct seen *seen)
{
    const char *const texts[TEXTS] = {seen->check,   seen->subject, seen->key, status_word(seen->status),
                                      seen->message, seen->records};

    sqlite_again(query);
    sqlite_bind_number(query, checksum_of(seen, texts));
    sqlite_bind_number(query, seen->suppressed);
    for (size_t i = 0; i < TEXTS; i++)
        sqlite_bind_text(query, texts[i]);
}

/* False: it has failed. */
static bool find_said(struct sqlite *sqlite, struct finding_queries *queries, const struct seen *seen, int64_t *id)
{
    bind_said(&queries->find, seen);
    if (sqlite_row(&queries->find)) {
        *id = sqlite_read_number(&queries->find);
        return true;
    }
    if (queries->find.result != SQLITE_DONE)
        return false;
    bind_said(&queries->add, seen);
    sqlite_row(&queries->add);
    *id = sqlite3_last_insert_rowid(sqlite->db);
    return queries->add.result == SQLITE_DONE;
}

static bool link_said(struct sqlite_query *link, int64_t result, size_t place, int64_t said)
{
    sqlite_again(link);
    sqlite_bind_number(link, result);
    sqlite_bind_number(link, (int64_t)place);
    sqlite_bind_number(link, said);
    sqlite_row(link);
    return link->result == SQLITE_DONE;
}

/* Up to the first failure: it may have ended the transaction, and what came then would be kept without the rest
 * (sqlite.org/lang_transaction.html 2.3). */
static enum archive_outcome add_findings(struct sqlite *sqlite, int64_t result, const struct seen_report *report)
{
    struct finding_queries queries = {
        .find =
            sqlite_query(sqlite, "SELECT id FROM said WHERE checksum = ? AND suppressed = ? AND check_id = ?"
                                 " AND subject = ? AND subject_key = ? AND status = ? AND message = ? AND records = ?"),
        .add = sqlite_query(sqlite, "INSERT INTO said (checksum, suppressed, check_id, subject, subject_key, status,"
                                    " message, records) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
        .link = sqlite_query(sqlite, "INSERT INTO finding (result, place, said) VALUES (?, ?, ?)")};
    struct sqlite_query *const all[] = {&queries.find, &queries.add, &queries.link};
    enum archive_outcome outcome = ARCHIVE_DONE;
    bool is_good = true;

    for (size_t i = 0; is_good && i < report->finding_count; i++) {
        int64_t id;

        is_good = find_said(sqlite, &queries, &report->findings[i], &id) && link_said(&queries.link, result, i, id);
    }
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        enum archive_outcome ended = sqlite_end(all[i]);

        outcome = outcome == ARCHIVE_DONE ? ended : outcome;
    }
    return outcome;
}

static enum archive_outcome keep_session(struct sqlite *sqlite, const struct archive_session *session)
{
    struct sqlite_query query = sqlite_query(
        sqlite, "INSERT INTO session (vantage, key, asked, packed) VALUES (?, ?, ?, ?) ON CONFLICT (vantage, key)"
                " DO UPDATE SET asked = excluded.asked, packed = excluded.packed WHERE session.asked < excluded.asked");

    sqlite_bind_text(&query, sqlite->vantage);
    sqlite_bind_text(&query, session->key);
    sqlite_bind_text(&query, session->asked);
    sqlite_bind_octets(&query, session->packed);
    sqlite_row(&query);
    return sqlite_end(&query);
}

enum archive_outcome sqlite_keep(void *store, const struct seen_report *report, const struct archive_sessions *sessions,
                                 bool is_restored)
{
    struct sqlite *sqlite = store;
    enum archive_outcome outcome = sqlite_do(sqlite, "BEGIN IMMEDIATE");
    int64_t id;

    if (outcome != ARCHIVE_DONE)
        return outcome;
    outcome = find_result(sqlite, report->domain, &id);
    if (outcome == ARCHIVE_DONE && (!id || !is_restored)) {
        if (id)
            outcome = remove_result(sqlite, id);
        if (outcome == ARCHIVE_DONE)
            outcome = add_result(sqlite, report, &id);
        if (outcome == ARCHIVE_DONE)
            outcome = add_findings(sqlite, id, report);
        sqlite->is_unsettled = true;
    }
    for (size_t i = 0; i < sessions->count && outcome == ARCHIVE_DONE; i++)
        outcome = keep_session(sqlite, &sessions->at[i]);
    outcome = end(sqlite, outcome);
    sqlite->kept += outcome == ARCHIVE_DONE;
    return outcome;
}

enum archive_outcome sqlite_confirm(void *store, size_t *kept, bool *is_open)
{
    struct sqlite *sqlite = store;

    *is_open = false;
    *kept = sqlite->kept;
    sqlite->kept = 0;
    return ARCHIVE_DONE;
}

/* ---- what is old ---- */

static enum archive_outcome change(struct sqlite *sqlite, const char *sql, const char *before, int64_t *changed)
{
    struct sqlite_query query = sqlite_query(sqlite, sql);

    sqlite_bind_text(&query, before);
    sqlite_row(&query);
    *changed = sqlite3_changes(sqlite->db);
    return sqlite_end(&query);
}

/* Few at a time, so that no run has to wait for long. */
static enum archive_outcome remove_some(struct sqlite *sqlite, const char *before, int64_t *removed)
{
#define OLD "(SELECT id FROM result WHERE started < ?1 ORDER BY started, id LIMIT 500)"
    enum archive_outcome outcome = sqlite_do(sqlite, "BEGIN IMMEDIATE");

    *removed = 0;
    if (outcome != ARCHIVE_DONE)
        return outcome;
    outcome = change(sqlite, "DELETE FROM finding WHERE result IN " OLD, before, removed);
    if (outcome == ARCHIVE_DONE)
        outcome = change(sqlite, "DELETE FROM result WHERE id IN " OLD, before, removed);
    return end(sqlite, outcome);
#undef OLD
}

enum archive_outcome sqlite_prune(void *store, const char *before, size_t *removed)
{
    struct sqlite *sqlite = store;
    enum archive_outcome outcome = sqlite_do(sqlite, "PRAGMA secure_delete=ON");
    int64_t some = 1;

    for (*removed = 0; outcome == ARCHIVE_DONE && some > 0; *removed += (size_t)some)
        outcome = remove_some(sqlite, before, &some);
    if (outcome == ARCHIVE_DONE)
        outcome = sqlite_do(sqlite, "DELETE FROM said WHERE NOT EXISTS (SELECT 1 FROM finding WHERE said = said.id)");
    if (outcome == ARCHIVE_DONE)
        outcome = change(sqlite,
                         "DELETE FROM run WHERE started < ?1 AND"
                         " NOT EXISTS (SELECT 1 FROM result WHERE run = run.id)",
                         before, &some);
    if (outcome == ARCHIVE_DONE)
        outcome = change(sqlite, "DELETE FROM session WHERE asked < ?1", before, &some);
    if (outcome == ARCHIVE_DONE)
        outcome = sqlite_do(sqlite, "PRAGMA incremental_vacuum");
    sqlite->is_unsettled = true;
    return outcome == ARCHIVE_DONE ? sqlite_settle(sqlite) : outcome;
}
