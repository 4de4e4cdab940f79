/* cmd/archive/queue.h - results on their way into a store.
 *
 * Whoever audits does not wait for another run that writes, for a disk that is full, nor for a server: what the store
 * does not take, or has not confirmed, stays here, and is offered again.
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
    struct queued_result *next;          /* those before it are under way; NULL: all are, or there is none */
    size_t count, octets;
    size_t lost; /* results that there was no room for, or no memory */
};

void archive_queue_add(struct archive_queue *, const char *domain, struct tape *report,
                       bool is_restored); /* takes the tape */
/* As many as the store takes.  BUSY: of the others it may take some later, or say that it has them. */
enum archive_outcome archive_queue_flush(struct archive_queue *);
void archive_queue_free(struct archive_queue *);
