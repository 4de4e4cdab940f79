/* cmd/errand.c - what is under way. */
#include "cmd/errand.h"

#include <stdlib.h>
#include <string.h>

static void errand_free(struct errand *errand)
{
    free((char *)(uintptr_t)errand->kept.at);
    free(errand->domain);
    free(errand);
}

/* False: no memory. */
static bool keep(struct errand *errand, struct str kept)
{
    char *copy = kept.len ? malloc(kept.len) : NULL;

    if (copy) {
        memcpy(copy, kept.at, kept.len);
        errand->kept = (struct str){copy, kept.len};
    }
    return copy || !kept.len;
}

struct errand *errand_new(const struct assignment *assignment, auditor_done *done, void *arg)
{
    struct errand *errand = calloc(1, sizeof *errand);

    if (!errand)
        return NULL;
    *errand = (struct errand){.number = assignment->number,
                              .domain = strdup(assignment->domain),
                              .crashes = assignment->crashes,
                              .shard = assignment->shard,
                              .elsewhere = assignment->elsewhere,
                              .done = done,
                              .arg = arg};
    if (errand->domain && keep(errand, assignment->kept))
        return errand;
    errand_free(errand);
    return NULL;
}

void errand_end(struct errand *errand, struct account *account)
{
    errand->done(errand->arg, account);
    errand_free(errand);
}

void errand_move(struct errand *errand, uint64_t destination)
{
    errand->elsewhere(errand->arg, destination);
    errand_free(errand);
}

void errand_join(struct errand_queue *queue, struct errand *errand)
{
    if (!queue->last)
        queue->last = &queue->first;
    errand->next = NULL;
    *queue->last = errand;
    queue->last = &errand->next;
    queue->count++;
}

static struct errand *take_at(struct errand_queue *queue, struct errand **at)
{
    struct errand *errand = *at;

    *at = errand->next;
    if (!*at)
        queue->last = at;
    queue->count--;
    return errand;
}

struct errand *errand_take_first(struct errand_queue *queue)
{
    return queue->first ? take_at(queue, &queue->first) : NULL;
}

struct errand *errand_take(struct errand_queue *queue, uint64_t number)
{
    struct errand **at = &queue->first;

    while (*at && (*at)->number != number)
        at = &(*at)->next;
    return *at ? take_at(queue, at) : NULL;
}

void errand_forget_all(struct errand_queue *queue)
{
    struct errand *errand;

    while ((errand = errand_take_first(queue)))
        errand_free(errand);
}
