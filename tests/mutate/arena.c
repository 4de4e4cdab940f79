/* tests/mutate/arena.c - core/base/arena.h with nothing beside what is handed out: every piece is one of malloc()'s,
 * and octets that are neither zero nor text stand behind it.  What is written there ends the program when the piece is
 * freed: an array that is one too small has no other symptom. */
#include "core/base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BEHIND = 32, OCTET = 0xA5 };

struct piece {
    struct piece *next;
    size_t bytes;
    _Alignas(max_align_t) unsigned char at[];
};

struct arena {
    struct piece *pieces;
    size_t limit, used;
    jmp_buf *place;
    bool refused;
};

struct arena *arena_new(size_t limit_bytes)
{
    struct arena *arena = calloc(1, sizeof *arena);

    if (arena)
        arena->limit = limit_bytes;
    return arena;
}

bool arena_reserve(struct arena *arena, size_t bytes)
{
    (void)arena, (void)bytes;
    return true;
}

void arena_reset(struct arena *arena)
{
    while (arena->pieces) {
        struct piece *piece = arena->pieces;

        for (size_t i = 0; i < BEHIND; i++)
            if (piece->at[piece->bytes + i] != OCTET)
                abort();
        arena->pieces = piece->next;
        free(piece);
    }
    arena->used = 0;
}

void arena_free(struct arena *arena)
{
    if (arena)
        arena_reset(arena);
    free(arena);
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

static size_t aligned(size_t bytes)
{
    const size_t align = _Alignof(max_align_t);

    return (bytes + align - 1) / align * align;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
    struct piece *piece;

    if (bytes > arena->limit || arena->used > arena->limit - bytes)
        jump(arena);
    piece = malloc(sizeof *piece + bytes + BEHIND);
    if (!piece)
        arena_exhaust(arena);
    piece->bytes = bytes;
    piece->next = arena->pieces;
    arena->pieces = piece;
    arena->used += aligned(bytes);
    memset(piece->at, 0, bytes);
    memset(piece->at + bytes, OCTET, BEHIND);
    return piece->at;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size)
        jump(arena);
    return arena_alloc(arena, count * size);
}

void arena_trim(struct arena *arena, void *latest, size_t bytes)
{
    struct piece *piece = arena->pieces;

    (void)latest;
    arena->used -= aligned(piece->bytes) - aligned(bytes);
    piece->bytes = bytes;
    memset(piece->at + bytes, OCTET, BEHIND);
}

bool arena_is_refused(const struct arena *arena)
{
    return arena->refused;
}

size_t arena_used(const struct arena *arena)
{
    return arena->used;
}

size_t arena_held(const struct arena *arena)
{
    size_t bytes = sizeof *arena;

    for (const struct piece *piece = arena->pieces; piece; piece = piece->next)
        bytes += sizeof *piece + piece->bytes + BEHIND;
    return bytes;
}
