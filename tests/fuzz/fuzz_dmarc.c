/* tests/fuzz/fuzz_dmarc.c - what is remarked on lies within the record and in order, hosts are names, a record is no
 * near miss; the walk of any name is short. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/derive/dmarc.h"

static void expect(int ok)
{
    if (!ok)
        abort();
}

static void are_names(const struct dmarc_uri *uris, size_t count)
{
    expect(count <= DMARC_URIS_MAX);
    for (size_t i = 0; i < count; i++)
        expect(!uris[i].host || (name_labels(uris[i].host) >= 2 && uris[i].text.len > 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(64 << 20);
    struct str text = {(const char *)data, size};
    bool is_record = dmarc_is_record(text);
    struct dmarc_record r = dmarc_record_parse(arena, text);
    const char *names[DMARC_WALK_QUERIES], *name = str_text(arena, text);
    size_t column = 0;

    expect(!is_record || (r.tags.count > 0 && str_equal(r.tags.tags[0].value, str_of("DMARC1"))));
    expect(r.pct <= 100 && r.p <= DMARC_REJECT && r.sp <= DMARC_REJECT && r.np <= DMARC_REJECT);
    are_names(r.rua, r.rua_count);
    are_names(r.ruf, r.ruf_count);
    for (size_t i = 0; i < r.remark_count; i++) {
        size_t next = taglist_column(&r.tags, r.remarks[i].span);

        expect(next >= column && next + r.remarks[i].span.len <= size + 1);
        column = next;
    }
    expect(dmarc_walk_names(name, names) <= DMARC_WALK_QUERIES && names[0] == name);
    arena_free(arena);
    return 0;
}
