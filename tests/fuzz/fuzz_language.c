/* tests/fuzz/fuzz_language.c - a catalogue, a NUL, and a text: neither can make trouble, and a catalogue without
 * entries leaves every text as it is. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "reports/language/language.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define EXPECT(condition) ((condition) ? (void)0 : abort())

enum { LIMIT = 1 << 28 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(LIMIT);
    const uint8_t *end = size ? memchr(data, 0, size) : NULL;
    size_t words = end ? (size_t)(end - data) : 0, from = end ? words + 1 : 0;
    const struct language *none = language_read(arena, "xx", (struct str){"", 0});
    const struct language *given = language_read(arena, "xx", (struct str){(const char *)data, words});
    const char *text = str_text(arena, (struct str){(const char *)data + from, size - from});

    EXPECT(language_entries(given) <= words);
    EXPECT(strcmp(in_language(&(struct translator){.language = none, .arena = arena}, text), text) == 0);
    EXPECT(in_language(&(struct translator){.language = given, .arena = arena}, text) != NULL);
    arena_free(arena);
    return 0;
}
