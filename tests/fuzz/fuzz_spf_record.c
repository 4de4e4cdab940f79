/* A hostile SPF record: every term lies in it, and its terms alone, a blank between them, are the same record. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/derive/spf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};
    struct arena *arena = arena_new(SIZE_MAX);

    if (spf_record_is(text)) {
        const struct spf_record *r = spf_record_parse(arena, text), *again;
        struct str same = str_of("v=spf1");

        for (size_t i = 0; i < r->count; i++) {
            const struct spf_term *t = &r->terms[i];

            if (t->text.at < text.at || t->text.at + t->text.len > text.at + size || !t->text.len ||
                t->fault_at > t->text.len)
                abort();
            spf_fault_text(arena, r, t);
            same = spf_with_term(arena, &(struct spf_record){.text = same}, NULL, "x");
            same = (struct str){same.at, same.len - 1};
            char *copy = arena_alloc(arena, same.len + t->text.len);
            memcpy(copy, same.at, same.len);
            memcpy(copy + same.len, t->text.at, t->text.len);
            same = (struct str){copy, same.len + t->text.len};
        }
        again = spf_record_parse(arena, same);
        if (again->count != r->count || again->faults != r->faults || again->lookups != r->lookups ||
            again->too_many != r->too_many)
            if (!r->too_many)
                abort();
        spf_zone_text(arena, text);
    }
    arena_free(arena);
    return 0;
}
