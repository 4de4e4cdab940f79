/* A hostile earlier report: it is understood, or refused with a reason; compared with itself nothing has changed. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/base/arena.h"
#include "core/result/seen_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(SIZE_MAX);
    const char *why = NULL;
    struct seen_list list;

    if (!seen_read(arena, (const char *)data, size, &list, &why)) {
        if (!why)
            abort();
    } else {
        for (size_t i = 0; i < list.count; i++)
            if (difference_of(arena, &list.at[i], &list.at[i])->count)
                abort();
    }
    arena_free(arena);
    return 0;
}
