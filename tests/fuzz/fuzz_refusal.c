/* What a server says when it refuses, in any bytes: its own name behind it changes nothing. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/derive/refusal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TEXT_MAX = 4000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct refusal_parties parties = {{IP_V4, {11, 9, 9, 9}}, "audit.example.net", "mx1.example.org"};
    static const char own[] = " mx1.example.org";
    struct arena *arena = size > 0 && size < TEXT_MAX ? arena_new(1u << 20) : NULL;
    enum refusal refusal;
    char *text;
    int code;

    if (!arena)
        return 0;
    code = data[0] & 1 ? 450 : 554;
    text = (char *)arena_alloc(arena, size + sizeof own);
    memcpy(text, data + 1, size - 1);
    memcpy(text + size - 1, own, sizeof own - 1);
    refusal = refusal_by_words(arena, &parties, code, (struct str){text, size - 1});
    if (refusal >= REFUSAL_COUNT || !refusal_text(refusal))
        abort();
    if (refusal_by_words(arena, &parties, code, (struct str){text, size - 1 + sizeof own - 1}) != refusal)
        abort();
    arena_free(arena);
    return 0;
}
