/* tests/fuzz/fuzz_generic.c - a size (4 or 16), an address, a name: whatever the name, hits lie within it and make the
 * class. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "probes/generic/generic.h"

static void expect(int ok)
{
    if (!ok)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(1 << 20);
    const size_t bytes = size > 0 ? data[0] : 0;
    const struct ip ip = ip_from_bytes(size > bytes ? data + 1 : NULL, size > bytes ? bytes : 0);
    const size_t from = ip.family == IP_NONE ? 0 : bytes + 1;
    char name[1024] = "";
    struct generic_verdict verdict;
    const char *begin = NULL, *end = NULL;

    if (size > from && size - from < sizeof name)
        memcpy(name, data + from, size - from);
    verdict = generic_judge(arena, &ip, name);
    for (size_t i = 0; i < verdict.hit_count; i++) {
        const struct str span = verdict.hits[i].span;

        expect(span.len > 0 && strnlen(span.at, span.len) == span.len && verdict.hits[i].cls != GENERIC_NONE);
        begin = begin == NULL || span.at < begin ? span.at : begin;
        end = end == NULL || span.at + span.len > end ? span.at + span.len : end;
    }
    expect(begin == NULL || (size_t)(end - begin) <= strlen(name));
    expect((int)verdict.cls + (verdict.exemption != NULL) == (int)generic_combine(verdict.hits, verdict.hit_count));
    arena_free(arena);
    return 0;
}
