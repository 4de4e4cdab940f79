/* A hostile macro string, with hostile values in the second half: what passes the check expands within the limits. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/records/spf_macro.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
    struct str text = {(const char *)data, end ? (size_t)(end - data) : size}, out;
    struct str value = end ? (struct str){(const char *)end + 1, size - text.len - 1} : str_of("a-b.c");
    struct spf_macro_values values = {
        .sender = value, .local = value, .sender_domain = value, .domain = value, .helo = value, .ptr_name = value};
    struct arena *arena = arena_new(1048576); /* without a place to go: running out aborts */
    const char *why, *name;
    size_t at;

    ip_parse(size & 1 ? "2001:db8::1" : "192.0.2.1", &values.ip);
    if (spf_macro_check(text, SPF_IN_EXPLANATION, &at, &why))
        spf_macro_expand(arena, text, SPF_IN_EXPLANATION, &values, &out);
    else if (at > text.len || !why)
        abort();
    if (spf_domain_spec_check(text, &at, &why) && spf_name_expand(arena, text, &values, &out)) {
        if (out.len > SPF_NAME_MAX)
            abort();
        name = spf_name_text(arena, out);
        if (name && (strlen(name) >= NAME_TEXT_MAX || !str_equal_nocase(spf_name_octets(arena, name), out)))
            abort();
    }
    spf_macro_uses(text);
    arena_free(arena);
    return 0;
}
