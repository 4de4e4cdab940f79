/* cmd/archive/queue.c - keeps results until a store has them. */
#include "cmd/archive/queue.h"

#include <stdlib.h>
#include <string.h>

#include "cmd/archive/report_tape.h"
#include "core/base/arena.h"
#include "core/base/limits.h"

enum { QUEUE_OCTETS_MAX = 67108864 };

struct queued_result {
    struct queued_result *next;
    char *domain;
    struct tape report;
    bool is_restored;
    bool is_none; /* its tape cannot be read */
};

static void result_free(struct queued_result *result)
{
    free(result->domain);
    tape_free(&result->report);
    free(result);
}

void archive_queue_add(struct archive_queue *queue, const char *domain, struct tape *report, bool is_restored)
{
    bool has_room = queue->octets + report->size <= QUEUE_OCTETS_MAX;
    struct queued_result *result = has_room ? calloc(1, sizeof *result) : NULL;

    if (result)
        result->domain = strdup(domain);
    if (!result || !result->domain) {
        free(result);
        tape_free(report);
        queue->lost++;
        return;
    }
    result->report = *report;
    result->is_restored = is_restored;
    *report = (struct tape){NULL, 0, 0, false};
    if (!queue->first)
        queue->last = &queue->first;
    if (!queue->next)
        queue->next = result;
    *queue->last = result;
    queue->last = &result->next;
    queue->count++;
    queue->octets += result->report.size;
}

/* Whose result it is, the process that audited does not decide. */
static enum archive_outcome give(struct archive_queue *queue, struct queued_result *result)
{
    struct arena *arena = arena_new(2 * (size_t)JSON_BYTES);
    enum archive_outcome outcome = ARCHIVE_DONE;
    const struct seen_report *read = NULL;
    struct archive_sessions sessions;
    struct seen_report report;

    if (arena)
        read = report_tape_read(arena, (struct str){result->report.at, result->report.size}, &sessions);
    result->is_none = !read;
    if (read) {
        report = *read;
        report.domain = result->domain;
        outcome = archive_keep(queue->archive, &report, &sessions, result->is_restored);
    }
    arena_free(arena);
    return outcome;
}

static void remove_first(struct archive_queue *queue)
{
    struct queued_result *result = queue->first;

    queue->first = result->next;
    queue->count--;
    queue->octets -= result->report.size;
    result_free(result);
}

/* The store has so many more of those that are under way. */
static void remove_kept(struct archive_queue *queue, size_t kept)
{
    while (queue->first != queue->next && (kept > 0 || queue->first->is_none)) {
        queue->lost += queue->first->is_none;
        kept -= !queue->first->is_none;
        remove_first(queue);
    }
}

enum archive_outcome archive_queue_flush(struct archive_queue *queue)
{
    enum archive_outcome given, confirmed;
    bool is_open;
    size_t kept;

    do {
        given = ARCHIVE_DONE;
        while (queue->next && given == ARCHIVE_DONE) {
            given = give(queue, queue->next);
            if (given == ARCHIVE_DONE)
                queue->next = queue->next->next;
        }
        confirmed = archive_confirm(queue->archive, &kept, &is_open);
        remove_kept(queue, kept);
        if (!is_open)
            queue->next = queue->first;
    } while (kept > 0 && queue->first);
    return confirmed == ARCHIVE_DONE ? given : confirmed;
}

void archive_queue_free(struct archive_queue *queue)
{
    while (queue->first)
        remove_first(queue);
    *queue = (struct archive_queue){.archive = NULL};
}
