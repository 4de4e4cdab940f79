/* A hostile recording: what is read is written, and what is written is read again and written the same. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/audit/recording.h"
#include "core/base/arena.h"
#include "core/result/result.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *write_again(struct arena *arena, const struct recording *r)
{
    size_t count = recording_count(r);
    struct evidence *all = ARENA_ARRAY(arena, struct evidence, count + 1);
    const struct evidence **list = ARENA_ARRAY(arena, const struct evidence *, count + 1);
    struct result result = {.target = recording_target(r), .elapsed_ms = recording_elapsed_ms(r), .evidence = list};

    for (size_t i = 0; i < count; i++) {
        const char *key = recording_key(r, i);

        all[i] = (struct evidence){.text = key, .known = true, .value = recording_value(r, arena, key)};
        if (!all[i].value || !key_parse(arena, key, &all[i].key))
            abort();
        list[i] = &all[i];
    }
    result.evidence_count = count;
    return recording_write(&result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(SIZE_MAX);
    const char *why = NULL;
    struct recording *first = recording_read(arena, (const char *)data, size, &why), *second = NULL;
    char *text = first ? write_again(arena, first) : NULL, *again = NULL;

    if (first) {
        second = text ? recording_read(arena, text, strlen(text), &why) : NULL;
        again = second ? write_again(arena, second) : NULL;
        if (!again || strcmp(text, again) != 0)
            abort();
    } else if (!why) {
        abort();
    }
    free(text);
    free(again);
    recording_free(first);
    recording_free(second);
    arena_free(arena);
    return 0;
}
