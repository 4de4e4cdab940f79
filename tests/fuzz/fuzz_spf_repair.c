/* A hostile text that may have been meant for SPF: what is repaired is a sound record, and needs no repair any more. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/base/arena.h"
#include "core/records/spf_record.h"
#include "core/records/spf_repair.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};
    struct arena *arena = arena_new(SIZE_MAX);
    const struct spf_repair *r = spf_repair(arena, text), *again;

    if (!r && spf_record_is(text))
        abort();
    if (r && r->record.len) {
        again = spf_repair(arena, r->record);
        if (!spf_record_is(r->record) || spf_record_parse(arena, r->record)->faults || !r->fault_count ||
            again->fault_count)
            abort();
    }
    if (r)
        spf_repair_text(arena, r);
    arena_free(arena);
    return 0;
}
