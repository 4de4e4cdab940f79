/* cmd/archive/queue.h - results on their way into a store.
 *
 * Whoever audits does not wait for another run that writes, nor for a disk that is full: what the store does not take
 * stays here, and is offered again.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "cmd/archive/archive.h"
#include "core/base/tape.h"

struct queued_result;

struct archive_queue {
    struct archive *archive;
    struct queued_result *first, **last; /* begin with zeros */
    size_t count, octets;
    size_t lost; /* results that there was no room for, or no memory */
};

void archive_queue_add(struct archive_queue *, const char *domain, struct tape *report,
                       bool is_restored);                         /* takes the tape */
enum archive_outcome archive_queue_flush(struct archive_queue *); /* as many as the store takes */
void archive_queue_free(struct archive_queue *);
