/* tests/fuzz/fuzz_taglist.c - tags and faults lie within the text and in order; what was read reads the same again;
 * base 64 has its size. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/base/arena.h"
#include "core/base/base64.h"
#include "core/base/limits.h"
#include "core/records/taglist.h"

static void expect(int ok)
{
    if (!ok)
        abort();
}

static void lies_within(struct str text, struct str span)
{
    expect(span.len == 0 || (span.at >= text.at && span.at + span.len <= text.at + text.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(64 << 20);
    struct str text = {(const char *)data, size}, bytes;
    struct taglist list = taglist_parse(arena, text), again;
    const char *written = "";

    expect(list.count <= TAGLIST_TAGS_MAX && list.fault_count <= 2 * TAGLIST_TAGS_MAX + 1);
    for (size_t i = 0; i < list.fault_count; i++) {
        lies_within(text, list.faults[i].span);
        expect(taglist_column(&list, list.faults[i].span) <= size + 1);
    }
    for (size_t i = 0; i < list.count; i++) {
        const struct tag *tag = &list.tags[i];

        lies_within(text, tag->name);
        lies_within(text, tag->value);
        expect(tag->repeated == (taglist_find(&list, str_text(arena, tag->name)) != tag));
        if (base64_decode(arena, tag->value, &bytes))
            expect(bytes.len <= tag->value.len / 4 * 3 + 2);
        if (size < 4096)
            written = str_printf(arena, "%s%s=%s;", written, str_text(arena, tag->name), str_text(arena, tag->value));
    }
    again = taglist_parse(arena, str_of(written));
    expect(size >= 4096 || list.count == 0 || again.count == list.count);
    arena_free(arena);
    return 0;
}
