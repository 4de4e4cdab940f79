/* cmd/keep.c - keeps what an audit has found. */
#include "cmd/keep.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "cmd/account.h"
#include "cmd/command.h"
#include "cmd/io/journal.h"
#include "cmd/io/progress.h"
#include "cmd/io/sheets.h"
#include "core/base/arena.h"
#include "core/base/date.h"
#include "core/base/limits.h"
#include "core/base/str.h"

/* ---- the store ---- */

/* Two runs with one key would be one: a run that goes on with a journal goes on in the store, too. */
static const char *key_of_run(struct arena *arena, const struct journal *journal)
{
    unsigned char mark[JOURNAL_MARK] = {0};
    const char *text = "";

    if (journal->path)
        memcpy(mark, journal->file.mark, sizeof mark);
    else if (getrandom(mark, sizeof mark, 0) != (ssize_t)sizeof mark)
        return NULL;
    for (size_t i = 0; i < sizeof mark; i++)
        text = str_printf(arena, "%s%02x", text, mark[i]);
    return text;
}

static enum archive_outcome begin_run(struct archive *archive, struct arena *arena, const struct journal *journal,
                                      const char *vantage, const char **why)
{
    const char *key = key_of_run(arena, journal);
    enum archive_outcome outcome = ARCHIVE_FAILED;

    *why = strerror(errno);
    if (key) {
        outcome = archive_begin_run(archive, key, date_text(arena, time(NULL)), vantage);
        *why = archive_why(archive);
    }
    *why = str_printf(arena, "%s: %s", archive_path(archive), *why ? *why : "");
    return outcome;
}

enum exit_status keep_open_store(struct arena *arena, const char *url, const struct sheets *sheets,
                                 const struct journal *journal, const char *vantage, struct archive **archive,
                                 const char **why)
{
    enum archive_outcome outcome = ARCHIVE_UNFIT;

    if (!sheets_spare(sheets, archive_path_of(url))) {
        *why = str_printf(arena, "%s: is a report of this run, and no place for its store", archive_path_of(url));
        return EXIT_STATUS_USAGE;
    }
    *archive = archive_open(arena, url, ARCHIVE_WRITE, &outcome, why);
    if (*archive)
        outcome = begin_run(*archive, arena, journal, vantage, why);
    if (outcome != ARCHIVE_DONE)
        return outcome == ARCHIVE_UNFIT ? EXIT_STATUS_USAGE : EXIT_STATUS_FAULT;
    archive_wait(*archive, false);
    return EXIT_STATUS_READY;
}

/* Once for a disk that stays full, or a server that stays away.  Another run that writes is no reason: what is queued
 * is offered again. */
static void offer(struct keeping *keeping)
{
    enum archive_outcome outcome = archive_queue_flush(&keeping->queue);

    if (outcome != ARCHIVE_DONE && outcome != ARCHIVE_BUSY && !keeping->is_said) {
        progress_erase(keeping->progress);
        complain("%s: %s: the store does not take what is found", archive_path(keeping->queue.archive),
                 archive_why(keeping->queue.archive));
        keeping->is_said = true;
    }
    keeping->is_refusing = outcome != ARCHIVE_DONE && outcome != ARCHIVE_BUSY;
    keeping->is_said = keeping->is_said && keeping->queue.first;
}

/* What is nothing but a lack of this machine's memory, or of time after a signal, is no part of a domain's history. */
static void archive(struct keeping *keeping, const char *domain, struct account *account, bool is_cut_short)
{
    if (!keeping->queue.archive || is_cut_short || account->is_out_of_memory)
        return;
    if (account->is_unseen || !account->seen.size)
        keeping->queue.lost++;
    else
        archive_queue_add(&keeping->queue, domain, &account->seen, account->is_restored);
    if (!keeping->is_refusing)
        offer(keeping);
}

static void settle_store(struct keeping *keeping)
{
    offer(keeping);
    if (!keeping->is_refusing && archive_settle(keeping->queue.archive) != ARCHIVE_DONE) {
        progress_erase(keeping->progress);
        complain("%s: %s", archive_path(keeping->queue.archive), archive_why(keeping->queue.archive));
        keeping->is_refusing = true;
    }
}

bool keep_end(struct keeping *keeping, bool is_whole)
{
    struct archive_queue *queue = &keeping->queue;
    struct arena *arena = queue->archive ? arena_new(CONFIG_BYTES) : NULL;
    enum archive_outcome outcome = ARCHIVE_DONE;
    size_t missing;

    if (!queue->archive)
        return true;
    archive_wait(queue->archive, true);
    /* A server that turned out to be lost may be back, and who was in the way may be gone. */
    outcome = archive_queue_flush(queue);
    for (int more = 2; more > 0 && (outcome == ARCHIVE_FAILED || outcome == ARCHIVE_BUSY); more--)
        outcome = archive_queue_flush(queue);
    missing = queue->count + queue->lost;
    if (outcome == ARCHIVE_DONE)
        outcome = archive_end_run(queue->archive, is_whole && !missing && arena ? date_text(arena, time(NULL)) : "");
    if (missing)
        complain("%s: %zu %s not kept: %s", archive_path(queue->archive), missing,
                 missing == 1 ? "result is" : "results are",
                 outcome == ARCHIVE_DONE ? no_memory : archive_why(queue->archive));
    else if (outcome != ARCHIVE_DONE)
        complain("%s: %s", archive_path(queue->archive), archive_why(queue->archive));
    arena_free(arena);
    archive_queue_free(queue);
    return !missing && outcome == ARCHIVE_DONE;
}

/* ---- the journal ---- */

static void complain_of(const struct keeping *keeping, const char *domain, int error)
{
    if (!error)
        return;
    progress_erase(keeping->progress);
    complain("%s: %s%s%s: what is not kept would be audited again", keeping->journal->path, domain ? domain : "",
             domain ? ": " : "", strerror(error));
}

/* What was cut short, by a signal or by what this machine lacks, is worth another audit. */
void keep_audit(struct keeping *keeping, uint64_t number, const char *domain, struct account *account,
                bool is_cut_short)
{
    int error = account->keep_error;

    archive(keeping, domain, account, is_cut_short);
    if (!keeping->journal || is_cut_short || account->is_starved || account->is_restored)
        return;
    if (!error)
        keeping->kept +=
            journal_keep(keeping->journal, number, domain, (struct str){account->kept.at, account->kept.size}, &error);
    complain_of(keeping, domain, error);
}

void keep_settle(struct keeping *keeping, int64_t now_ms)
{
    int error = 0;

    if (keeping->queue.first && !keeping->is_refusing)
        offer(keeping);
    if (now_ms < keeping->settle_ms)
        return;
    if (keeping->journal)
        journal_settle(keeping->journal, &error);
    complain_of(keeping, NULL, error);
    if (keeping->queue.archive)
        settle_store(keeping);
    keeping->settle_ms = now_ms + JOURNAL_SETTLE_MS;
}
