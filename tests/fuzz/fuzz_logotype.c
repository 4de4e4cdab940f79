/* tests/fuzz/fuzz_logotype.c - any octets as a logotype extension,
 * and as a PEM file: a logo within its limit, or a reason. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/x509_mark.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA_BYTES = 262144 }; /* beside what the input takes: what is exhausted aborts */

static void expect(int ok)
{
    if (!ok)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(ARENA_BYTES + 8 * size);
    struct str input = {(const char *)data, size}, svg = {NULL, 0}, der = {NULL, 0};
    const char *why = NULL;

    if (x509_logotype(arena, input, &svg, &why)) {
        expect(!why && svg.len <= (size > LOGOTYPE_INFLATE_MAX ? size : LOGOTYPE_INFLATE_MAX));
        expect(strlen(x509_sha256(arena, svg)) == 64);
    } else {
        expect(why && *why);
    }
    if (x509_pem(arena, input, &der))
        expect(der.len > 0 && der.len < size);
    arena_free(arena);
    return 0;
}
