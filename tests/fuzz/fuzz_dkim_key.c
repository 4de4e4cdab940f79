/* tests/fuzz/fuzz_dkim_key.c - a usable key has a size, a type and p=; faults lie within the record. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/base/arena.h"
#include "core/base/x509_key.h"
#include "core/records/dkim_key.h"

static void expect(int ok)
{
    if (!ok)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(64 << 20);
    struct str text = {(const char *)data, size};
    struct dkim_key key = dkim_key_parse(arena, text);
    struct x509_rsa_facts facts = x509_rsa_facts(text); /* the same bytes as DER */

    expect((facts.form == X509_RSA_NONE) == (facts.bits == 0));
    expect(key.fault_count <= DKIM_FAULTS_MAX);
    expect(!key.revoked || key.bits == 0);
    for (size_t i = 0; i < key.fault_count; i++)
        expect(!key.faults[i].span.at ||
               taglist_column(&key.tags, key.faults[i].span) + key.faults[i].span.len <= size + 1);
    if (dkim_key_is_usable(&key))
        expect(key.bits > 0 && key.type != DKIM_KEY_OTHER && key.is_key_record && taglist_find(&key.tags, "p"));
    arena_free(arena);
    return 0;
}
