/* core/derive/derived.c - remembers what was derived, and from what was missing when. */
#include "core/derive/derived.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/derive/run_internal.h"
#include "core/facts/target.h"

struct derived {
    struct derived *next;
    const struct derivation *of;
    const char *key;
    uint32_t hash;
    struct arena *arena; /* of key and value */
    const void *value;
    bool is_whole; /* the derivation ran to its end */
    struct evidence **open;
    size_t open_count, open_room;
};

static int64_t cpu_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static uint32_t hash_of(const char *key) /* FNV-1a */
{
    uint32_t hash = 2166136261u;

    for (; *key; key++)
        hash = (hash ^ (unsigned char)*key) * 16777619u;
    return hash;
}

static struct derived **place_of(struct audit_view *audit, const struct derivation *of, const char *key, uint32_t hash)
{
    struct derived **at = &audit->derived[hash % DERIVED_BUCKETS];

    while (*at && ((*at)->of != of || (*at)->hash != hash || strcmp((*at)->key, key) != 0))
        at = &(*at)->next;
    return at;
}

static void move(struct derived **from, struct derived **to)
{
    struct derived *d = *from;

    *from = d->next;
    d->next = *to;
    *to = d;
}

void derived_waits_for(struct run *run, struct evidence *evidence)
{
    struct derived *d = run->deriving;

    if (!d)
        return;
    for (size_t i = 0; i < d->open_count; i++)
        if (d->open[i] == evidence)
            return;
    if (d->open_count == d->open_room) {
        size_t room = d->open_room ? d->open_room * 2 : 8;
        struct evidence **more = ARENA_ARRAY(d->arena, struct evidence *, room);

        if (d->open_count)
            memcpy(more, d->open, d->open_count * sizeof(struct evidence *));
        d->open = more;
        d->open_room = room;
    }
    d->open[d->open_count++] = evidence;
}

/* Nothing that it waits for has become known, so deriving it again would come to the same. */
static bool is_current(const struct run *run, const struct derived *d)
{
    if (!d->is_whole)
        return false;
    if (d->open_count && (run->audit->spent || run->last))
        return false;
    for (size_t i = 0; i < d->open_count; i++)
        if (d->open[i]->known)
            return false;
    return true;
}

static const void *reuse(struct run *run, const struct derived *d)
{
    for (size_t i = 0; i < d->open_count; i++) {
        store_wait(d->open[i], &run->audit->waiter, run->probe);
        derived_waits_for(run, d->open[i]);
    }
    run->open_wishes += d->open_count;
    return d->value;
}

/* It is among the retired until it is whole, since the derivation may end in a jump. */
static struct derived *begin(struct run *run, const struct derivation *of, const char *key, uint32_t hash)
{
    struct arena *arena = arena_new(target_memory(run->audit->target));
    struct derived *d = arena ? calloc(1, sizeof *d) : NULL;

    if (!d) {
        arena_free(arena);
        arena_exhaust(run->arena);
    }
    d->of = of;
    d->hash = hash;
    d->arena = arena;
    arena_on_exhausted(arena, run->exhausted);
    d->next = run->audit->retired;
    run->audit->retired = d;
    d->key = str_dup(arena, key);
    return d;
}

/* What was refused to this run alone is no fact for others: it is held for the findings of this run. */
static void keep(const struct run *run, struct derived *d)
{
    struct audit_view *audit = run->audit;
    bool is_private = run->refused && (run->only_looks || (!audit->spent && (run->last || run->is_extra)));
    struct derived **at = &audit->retired;

    while (*at != d)
        at = &(*at)->next;
    move(at, is_private ? &audit->held : &audit->derived[d->hash % DERIVED_BUCKETS]);
}

const void *derived_by_audit(const struct run *run, const struct derivation *of, const char *key)
{
    const struct audit_view *audit = run->audit->base;
    uint32_t hash = hash_of(key);
    const struct derived *d = audit ? audit->derived[hash % DERIVED_BUCKETS] : NULL;

    while (d && (d->of != of || d->hash != hash || strcmp(d->key, key) != 0))
        d = d->next;
    return d && d->is_whole && !d->open_count ? d->value : NULL;
}

const void *need_derived(struct run *run, const struct derivation *of, const char *key, const void *argument)
{
    struct audit_view *audit = run->audit;
    uint32_t hash = hash_of(key);
    struct derived **at = place_of(audit, of, key, hash), *outer = run->deriving, *d;
    struct arena *outer_arena = run->arena;
    bool outer_refused = run->refused;
    int64_t began_ns = audit->counts && !outer ? cpu_ns() : 0;

    if (audit->counts)
        audit->counts->needed++;
    if (*at && is_current(run, *at))
        return reuse(run, *at);
    if (*at)
        move(at, &audit->retired); /* somebody in this run may still look at it */
    d = begin(run, of, key, hash);
    run->deriving = d;
    run->arena = d->arena;
    run->refused = false;
    d->value = of->derive(run, argument);
    d->is_whole = true;
    arena_on_exhausted(d->arena, NULL);
    run->deriving = outer;
    run->arena = outer_arena;
    for (size_t i = 0; i < d->open_count; i++)
        derived_waits_for(run, d->open[i]);
    keep(run, d);
    run->refused |= outer_refused;
    if (audit->counts) {
        audit->counts->derived++;
        if (!outer)
            audit->counts->ns += cpu_ns() - began_ns;
    }
    return d->value;
}

static void list_free(struct derived **list)
{
    while (*list) {
        struct derived *d = *list;

        *list = d->next;
        arena_free(d->arena);
        free(d);
    }
}

size_t derived_held(const struct audit_view *audit)
{
    size_t bytes = 0;

    for (size_t i = 0; i < DERIVED_BUCKETS; i++)
        for (const struct derived *d = audit->derived[i]; d; d = d->next)
            bytes += arena_held(d->arena);
    for (const struct derived *d = audit->held; d; d = d->next)
        bytes += arena_held(d->arena);
    return bytes;
}

void derived_forget_retired(struct audit_view *audit)
{
    list_free(&audit->retired);
}

void derived_free_all(struct audit_view *audit)
{
    for (size_t i = 0; i < DERIVED_BUCKETS; i++)
        list_free(&audit->derived[i]);
    list_free(&audit->held);
    list_free(&audit->retired);
}
