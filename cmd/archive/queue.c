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
    *queue->last = result;
    queue->last = &result->next;
    queue->count++;
    queue->octets += result->report.size;
}

/* Whose result it is, the process that audited does not decide. */
static enum archive_outcome keep(struct archive_queue *queue, const struct queued_result *result, bool *is_none)
{
    struct arena *arena = arena_new(2 * (size_t)JSON_BYTES);
    enum archive_outcome outcome = ARCHIVE_DONE;
    const struct seen_report *read = NULL;
    struct seen_report report;

    if (arena)
        read = report_tape_read(arena, (struct str){result->report.at, result->report.size});
    *is_none = !read;
    if (read) {
        report = *read;
        report.domain = result->domain;
        outcome = archive_keep(queue->archive, &report, result->is_restored);
    }
    arena_free(arena);
    return outcome;
}

enum archive_outcome archive_queue_flush(struct archive_queue *queue)
{
    enum archive_outcome outcome = ARCHIVE_DONE;

    while (queue->first) {
        struct queued_result *result = queue->first;
        bool is_none;

        outcome = keep(queue, result, &is_none);
        if (outcome != ARCHIVE_DONE)
            break;
        queue->lost += is_none;
        queue->first = result->next;
        queue->count--;
        queue->octets -= result->report.size;
        result_free(result);
    }
    return outcome;
}

void archive_queue_free(struct archive_queue *queue)
{
    while (queue->first) {
        struct queued_result *result = queue->first;

        queue->first = result->next;
        result_free(result);
    }
    *queue = (struct archive_queue){.archive = NULL};
}
