/* cmd/archive/sqlite_write.c - keeps results, and removes those that are old. */
#include "cmd/archive/sqlite.h"

#include <stdlib.h>
#include <string.h>

#include "cmd/options/run_text.h"
#include "core/base/status.h"

enum { TEXTS = 6 };

/* All of it, or nothing. */
static enum archive_outcome end(struct archive *archive, enum archive_outcome outcome)
{
    const char *why = archive->why;

    if (outcome == ARCHIVE_DONE)
        outcome = sqlite_do(archive, "COMMIT");
    else
        sqlite_do(archive, "ROLLBACK");
    if (outcome != ARCHIVE_DONE && !sqlite3_get_autocommit(archive->db)) {
        why = archive->why;
        sqlite_do(archive, "ROLLBACK");
    }
    archive->why = why ? why : archive->why;
    return outcome;
}

/* ---- runs ---- */

static enum archive_outcome find_run(struct archive *archive, const char *key)
{
    struct sqlite_query query = sqlite_query(archive, "SELECT id FROM run WHERE key = ?");

    archive->run = 0;
    sqlite_bind_text(&query, key);
    if (sqlite_row(&query))
        archive->run = sqlite_read_number(&query);
    return sqlite_end(&query);
}

static enum archive_outcome add_run(struct archive *archive, const char *key, const char *started)
{
    struct sqlite_query query = sqlite_query(archive, "INSERT INTO run (key, version, started) VALUES (?, ?, ?)");

    sqlite_bind_text(&query, key);
    sqlite_bind_text(&query, MAILREADY_VERSION);
    sqlite_bind_text(&query, started);
    sqlite_row(&query);
    archive->run = sqlite3_last_insert_rowid(archive->db);
    return sqlite_end(&query);
}

static enum archive_outcome mark_run(struct archive *archive, const char *ended)
{
    struct sqlite_query query = sqlite_query(archive, "UPDATE run SET ended = nullif(?, '') WHERE id = ?");

    sqlite_bind_text(&query, ended);
    sqlite_bind_number(&query, archive->run);
    sqlite_row(&query);
    return sqlite_end(&query);
}

/* Writes in any case: a store that cannot be written is to be known before anything is asked. */
enum archive_outcome archive_begin_run(struct archive *archive, const char *key, const char *started)
{
    enum archive_outcome outcome = sqlite_do(archive, "BEGIN IMMEDIATE");

    if (outcome != ARCHIVE_DONE)
        return outcome;
    outcome = find_run(archive, key);
    if (outcome == ARCHIVE_DONE)
        outcome = archive->run ? mark_run(archive, "") : add_run(archive, key, started);
    return end(archive, outcome);
}

enum archive_outcome archive_settle(struct archive *archive)
{
    enum archive_outcome outcome = ARCHIVE_DONE;

    if (archive->is_unsettled)
        outcome = sqlite_outcome(archive,
                                 sqlite3_wal_checkpoint_v2(archive->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL));
    archive->is_unsettled = archive->is_unsettled && outcome == ARCHIVE_BUSY;
    return outcome == ARCHIVE_BUSY ? ARCHIVE_DONE : outcome;
}

enum archive_outcome archive_end_run(struct archive *archive, const char *ended)
{
    enum archive_outcome outcome = mark_run(archive, ended);

    archive->is_unsettled = true;
    return outcome == ARCHIVE_DONE ? archive_settle(archive) : outcome;
}

/* ---- results ---- */

static enum archive_outcome find_result(struct archive *archive, const char *domain, int64_t *id)
{
    struct sqlite_query query = sqlite_query(archive, "SELECT id FROM result WHERE run = ? AND domain = ?");

    *id = 0;
    sqlite_bind_number(&query, archive->run);
    sqlite_bind_text(&query, domain);
    if (sqlite_row(&query))
        *id = sqlite_read_number(&query);
    return sqlite_end(&query);
}

static enum archive_outcome remove_result(struct archive *archive, int64_t id)
{
    static const char *const steps[] = {"DELETE FROM finding WHERE result = ?", "DELETE FROM result WHERE id = ?"};
    enum archive_outcome outcome = ARCHIVE_DONE;

    for (size_t i = 0; i < sizeof steps / sizeof *steps && outcome == ARCHIVE_DONE; i++) {
        struct sqlite_query query = sqlite_query(archive, steps[i]);

        sqlite_bind_number(&query, id);
        sqlite_row(&query);
        outcome = sqlite_end(&query);
    }
    return outcome;
}

/* By commas; to be freed.  NULL: no memory. */
static char *joined(const char *const *words, size_t count)
{
    size_t length = 0, at = 0;
    char *all;

    for (size_t i = 0; i < count; i++)
        length += strlen(words[i]) + 1;
    all = calloc(length + 1, 1);
    for (size_t i = 0; all && i < count; i++) {
        if (i)
            all[at++] = ',';
        memcpy(all + at, words[i], strlen(words[i]));
        at += strlen(words[i]);
    }
    return all;
}

static enum archive_outcome add_result(struct archive *archive, const struct seen_report *report, int64_t *id)
{
    char *only = joined(report->only, report->only_count), *skip = joined(report->skip, report->skip_count);
    enum archive_outcome outcome;
    struct sqlite_query query =
        sqlite_query(archive, "INSERT INTO result (run, domain, started, verdict, only_checks, skipped_checks)"
                              " VALUES (?, ?, ?, ?, ?, ?)");

    sqlite_bind_number(&query, archive->run);
    sqlite_bind_text(&query, report->domain);
    sqlite_bind_text(&query, report->started);
    sqlite_bind_text(&query, report->verdict);
    sqlite_bind_text(&query, only);
    sqlite_bind_text(&query, skip);
    sqlite_row(&query);
    *id = sqlite3_last_insert_rowid(archive->db);
    outcome = sqlite_end(&query);
    if (!only || !skip)
        outcome = sqlite_outcome(archive, SQLITE_NOMEM);
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

static int64_t said(struct archive *archive, struct finding_queries *queries, const struct seen *seen)
{
    bind_said(&queries->find, seen);
    if (sqlite_row(&queries->find))
        return sqlite_read_number(&queries->find);
    bind_said(&queries->add, seen);
    sqlite_row(&queries->add);
    return sqlite3_last_insert_rowid(archive->db);
}

static enum archive_outcome add_findings(struct archive *archive, int64_t result, const struct seen_report *report)
{
    struct finding_queries queries = {
        .find = sqlite_query(archive,
                             "SELECT id FROM said WHERE checksum = ? AND suppressed = ? AND check_id = ?"
                             " AND subject = ? AND subject_key = ? AND status = ? AND message = ? AND records = ?"),
        .add = sqlite_query(archive, "INSERT INTO said (checksum, suppressed, check_id, subject, subject_key, status,"
                                     " message, records) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
        .link = sqlite_query(archive, "INSERT INTO finding (result, place, said) VALUES (?, ?, ?)")};
    struct sqlite_query *const all[] = {&queries.find, &queries.add, &queries.link};
    enum archive_outcome outcome = ARCHIVE_DONE;

    for (size_t i = 0; i < report->finding_count; i++) {
        int64_t id = said(archive, &queries, &report->findings[i]);

        sqlite_again(&queries.link);
        sqlite_bind_number(&queries.link, result);
        sqlite_bind_number(&queries.link, (int64_t)i);
        sqlite_bind_number(&queries.link, id);
        sqlite_row(&queries.link);
    }
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        enum archive_outcome ended = sqlite_end(all[i]);

        outcome = outcome == ARCHIVE_DONE ? ended : outcome;
    }
    return outcome;
}

enum archive_outcome archive_keep(struct archive *archive, const struct seen_report *report, bool is_restored)
{
    enum archive_outcome outcome = sqlite_do(archive, "BEGIN IMMEDIATE");
    int64_t id;

    if (outcome != ARCHIVE_DONE)
        return outcome;
    outcome = find_result(archive, report->domain, &id);
    if (outcome == ARCHIVE_DONE && (!id || !is_restored)) {
        if (id)
            outcome = remove_result(archive, id);
        if (outcome == ARCHIVE_DONE)
            outcome = add_result(archive, report, &id);
        if (outcome == ARCHIVE_DONE)
            outcome = add_findings(archive, id, report);
        archive->is_unsettled = true;
    }
    return end(archive, outcome);
}

/* ---- what is old ---- */

static enum archive_outcome change(struct archive *archive, const char *sql, const char *before, int64_t *changed)
{
    struct sqlite_query query = sqlite_query(archive, sql);

    sqlite_bind_text(&query, before);
    sqlite_row(&query);
    *changed = sqlite3_changes(archive->db);
    return sqlite_end(&query);
}

/* Few at a time, so that no run has to wait for long. */
static enum archive_outcome remove_some(struct archive *archive, const char *before, int64_t *removed)
{
#define OLD "(SELECT id FROM result WHERE started < ?1 ORDER BY started, id LIMIT 500)"
    enum archive_outcome outcome = sqlite_do(archive, "BEGIN IMMEDIATE");

    *removed = 0;
    if (outcome != ARCHIVE_DONE)
        return outcome;
    outcome = change(archive, "DELETE FROM finding WHERE result IN " OLD, before, removed);
    if (outcome == ARCHIVE_DONE)
        outcome = change(archive, "DELETE FROM result WHERE id IN " OLD, before, removed);
    return end(archive, outcome);
#undef OLD
}

enum archive_outcome archive_prune(struct archive *archive, const char *before, size_t *removed)
{
    enum archive_outcome outcome = sqlite_do(archive, "PRAGMA secure_delete=ON");
    int64_t some = 1;

    for (*removed = 0; outcome == ARCHIVE_DONE && some > 0; *removed += (size_t)some)
        outcome = remove_some(archive, before, &some);
    if (outcome == ARCHIVE_DONE)
        outcome = sqlite_do(archive, "DELETE FROM said WHERE NOT EXISTS (SELECT 1 FROM finding WHERE said = said.id)");
    if (outcome == ARCHIVE_DONE)
        outcome = change(archive,
                         "DELETE FROM run WHERE started < ?1 AND"
                         " NOT EXISTS (SELECT 1 FROM result WHERE run = run.id)",
                         before, &some);
    if (outcome == ARCHIVE_DONE)
        outcome = sqlite_do(archive, "PRAGMA incremental_vacuum");
    archive->is_unsettled = true;
    return outcome == ARCHIVE_DONE ? archive_settle(archive) : outcome;
}
