/* core/base/arena.c - blocks that double in size, handed out from front to back. */
#include "core/base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

const char no_memory[] = "out of memory";

/* Most arenas hold a few hundred bytes, and an audit that waits for an answer has a hundred of them. */
enum { FIRST_BLOCK = 256, LARGEST_BLOCK = 262144 };

struct block {
    struct block *next; /* the one before it in time */
    size_t size, used;
    alignas(max_align_t) unsigned char bytes[];
};

struct arena {
    struct block *newest;
    size_t limit, used, next_size;
    jmp_buf *place;
    bool refused;
};

static struct block *block_new(size_t size)
{
    struct block *block = malloc(sizeof *block + size);

    if (block) {
        block->next = NULL;
        block->size = size;
        block->used = 0;
    }
    return block;
}

static void blocks_free(struct block *block)
{
    while (block) {
        struct block *next = block->next;
        free(block);
        block = next;
    }
}

struct arena *arena_new(size_t limit_bytes)
{
    struct arena *arena = calloc(1, sizeof *arena);

    if (!arena)
        return NULL;
    arena->limit = limit_bytes;
    arena->newest = block_new(FIRST_BLOCK);
    arena->next_size = 2 * FIRST_BLOCK;
    if (arena->newest)
        return arena;
    free(arena);
    return NULL;
}

bool arena_reserve(struct arena *arena, size_t bytes)
{
    struct block *block = block_new(bytes);

    if (!block)
        return false;
    blocks_free(arena->newest);
    arena->newest = block;
    return true;
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    blocks_free(arena->newest);
    free(arena);
}

void arena_reset(struct arena *arena)
{
    struct block *first = arena->newest;

    while (first->next) {
        struct block *next = first->next;
        free(first);
        first = next;
    }
    arena->newest = first;
    arena->next_size = 2 * FIRST_BLOCK;
    first->used = 0;
    arena->used = 0;
}

void arena_on_exhausted(struct arena *arena, jmp_buf *place)
{
    arena->place = place;
}

static _Noreturn void jump(struct arena *arena)
{
    if (!arena->place)
        abort();
    longjmp(*arena->place, 1);
}

_Noreturn void arena_exhaust(struct arena *arena)
{
    arena->refused = true;
    jump(arena);
}

static struct block *grow(struct arena *arena, size_t bytes)
{
    size_t size = bytes > arena->next_size ? bytes : arena->next_size;
    struct block *block = block_new(size);

    if (!block)
        arena_exhaust(arena);
    if (arena->next_size < LARGEST_BLOCK)
        arena->next_size *= 2;
    block->next = arena->newest;
    arena->newest = block;
    return block;
}

static size_t aligned(size_t bytes)
{
    const size_t align = alignof(max_align_t);

    return (bytes + align - 1) / align * align;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
    struct block *block = arena->newest;
    void *at;

    if (bytes > arena->limit || arena->used > arena->limit - bytes)
        jump(arena);
    bytes = aligned(bytes);
    if (block->size - block->used < bytes)
        block = grow(arena, bytes);
    at = block->bytes + block->used;
    block->used += bytes;
    arena->used += bytes;
    return memset(at, 0, bytes);
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size)
        jump(arena);
    return arena_alloc(arena, count * size);
}

void arena_trim(struct arena *arena, void *latest, size_t bytes)
{
    struct block *block = arena->newest;
    size_t used = (size_t)((unsigned char *)latest - block->bytes) + aligned(bytes);

    arena->used -= block->used - used;
    block->used = used;
}

bool arena_is_refused(const struct arena *arena)
{
    return arena->refused;
}

size_t arena_held(const struct arena *arena)
{
    size_t bytes = sizeof *arena;

    for (const struct block *block = arena->newest; block; block = block->next)
        bytes += sizeof *block + block->size;
    return bytes;
}

size_t arena_used(const struct arena *arena)
{
    return arena->used;
}

void *arena_grown(struct arena *arena, const void *items, size_t count, size_t item_octets)
{
    void *more;

    if (count & (count - 1)) /* there is room up to the next power of two */
        return NULL;
    more = arena_array(arena, count ? 2 * count : 1, item_octets);
    if (count)
        memcpy(more, items, count * item_octets);
    return more;
}
