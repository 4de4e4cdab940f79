/* A hostile list of domains: the same items however it arrives, only names that mean themselves, none of them twice. */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/io/targets.h"
#include "core/base/arena.h"
#include "core/base/name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct source {
    const uint8_t *data;
    size_t left, piece;
    int waits; /* every other read finds nothing yet */
};

static ssize_t read_piece(void *arg, char *bytes, size_t room)
{
    struct source *source = arg;
    size_t taken = source->left < source->piece ? source->left : source->piece;

    if (source->waits++ % 2) {
        errno = EAGAIN;
        return -1;
    }
    if (taken > room)
        taken = room;
    memcpy(bytes, source->data, taken);
    source->data += taken;
    source->left -= taken;
    return (ssize_t)taken;
}

static enum list_step next(struct target_list *list, struct arena *arena, struct list_item *item)
{
    enum list_step step = LIST_WAIT;

    while (step == LIST_WAIT)
        step = target_list_next(list, arena, item);
    return step;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct source whole = {data, size, size ? size : 1, 0}, pieces = {data, size, size ? data[0] % 7 + 1 : 1, 0};
    struct target_list *a = target_list_new(NULL, 0, read_piece, &whole),
                       *b = target_list_new(NULL, 0, read_piece, &pieces);
    struct arena *arena = arena_new(SIZE_MAX);
    struct list_item one, other;
    enum list_step step;
    size_t line = 0;
    const char *why, *again;

    do {
        arena_reset(arena);
        step = next(a, arena, &one);
        if (step != next(b, arena, &other) || one.line != other.line || step == LIST_ERROR)
            abort();
        if (step == LIST_BAD && !one.why)
            abort();
        if (step == LIST_DOMAIN &&
            (!(again = name_from_user(arena, one.domain, &why)) || strcmp(again, one.domain) != 0))
            abort();
        if (step != LIST_END && one.line <= line)
            abort();
        line = one.line;
    } while (step != LIST_END);
    target_list_free(a);
    target_list_free(b);
    arena_free(arena);
    return 0;
}
