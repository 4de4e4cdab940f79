/* tests/fuzz/fuzz_bimi_record.c - a valid BIMI record begins with its version and
 * names URLs that url.h takes, or declines; and says the same with one more tag. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/url.h"
#include "core/records/bimi_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(int ok)
{
    if (!ok)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(1 << 24);
    struct str text = {(const char *)data, size};
    struct bimi_record record, again;
    const char *why;
    struct url url;

    expect(!(bimi_record_is_one(arena, text) && bimi_record_seems_one(arena, text)));
    if (!bimi_record_parse(arena, text, &record, &why)) {
        expect(why != NULL);
        arena_free(arena);
        return 0;
    }
    expect(why == NULL && bimi_record_is_one(arena, text));
    expect(record.declines == !record.logo && (record.logo || !record.authority));
    expect(!record.logo || url_parse(arena, record.logo, &url));
    expect(!record.authority || url_parse(arena, record.authority, &url));
    if (size < 1000 && !memchr(data, 'x', size)) {
        const char *longer =
            str_printf(arena, "%s%s", str_text(arena, text), memchr(";", text.at[size - 1], 1) ? "x=1" : ";x=1");

        if (bimi_record_parse(arena, str_of(longer), &again, &why))
            expect(again.declines == record.declines && (!record.logo || strcmp(again.logo, record.logo) == 0));
    }
    arena_free(arena);
    return 0;
}
