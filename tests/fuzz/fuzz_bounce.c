/* Any text: ends, names only rules of the data, and the code is one that stands in the text. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/result/bounce.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(size * 4 + 65536);
    struct bounce b = bounce_explain(arena, (struct str){(const char *)data, size});

    if (b.match_count > receiver_rule_count())
        abort();
    if (b.code && strspn(b.code, "0123456789.") != strlen(b.code))
        abort();
    arena_free(arena);
    return 0;
}
