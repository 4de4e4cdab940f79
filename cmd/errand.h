/* cmd/errand.h - a domain that a worker is to audit, or audits, and queues of them. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "cmd/auditor.h"
#include "cmd/worker.h"

struct errand {
    struct errand *next;
    uint64_t number;
    char *domain;
    struct str kept; /* by a journal */
    enum place place;
    unsigned crashes; /* of workers that had it */
    unsigned shard;
    auditor_done *done;
    void (*elsewhere)(void *arg, uint64_t destination); /* NULL: whatever its shard is */
    void *arg;
};

struct errand_queue { /* zeroed: empty */
    struct errand *first, **last;
    size_t count;
};

struct errand *errand_new(const struct assignment *, auditor_done *, void *arg); /* NULL: no memory */
void errand_end(struct errand *, struct account *);                              /* tells it, and frees the errand */
void errand_move(struct errand *, uint64_t destination);                         /* so does this */

void errand_join(struct errand_queue *, struct errand *);
struct errand *errand_take_first(struct errand_queue *);               /* NULL: it is empty */
struct errand *errand_take(struct errand_queue *, uint64_t number);    /* NULL: it is not there */
void errand_forget_all(struct errand_queue *);
