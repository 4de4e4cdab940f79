/* tests/fuzz/fuzz_name.c - a name that is accepted from a user is a lower-case LDH name that is accepted again; every
 * other text, taken for a name from the wire, is judged without harm. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/name.h"

static void expect(int ok)
{
    if (!ok)
        abort();
}

static void accepted(struct arena *arena, const char *name)
{
    const char *why = NULL, *again = name_from_user(arena, name, &why);

    expect(again && strcmp(again, name) == 0);
    expect(strlen(name) <= 253 && name_labels(name) >= 2);
    for (const char *at = name; *at; at++)
        expect((*at >= 'a' && *at <= 'z') || (*at >= '0' && *at <= '9') || strchr("-_.", *at) != NULL);
    switch (name_fault(name)) {
    case NAME_OK:
    case NAME_UNDERSCORE:
    case NAME_REVERSE:
    case NAME_LOCALHOST:
    case NAME_SPECIAL_USE:
        break;
    default:
        abort();
    }
}

static void any(struct arena *arena, const char *text)
{
    const char *why = NULL, *domain = name_org_domain(text), *at = text;
    size_t labels = 0;

    for (; *at; at = name_parent(at))
        labels++;
    expect(labels == name_labels(text));
    expect(name_equal(text, text) && name_equal(text, name_lower(arena, text)) && name_is_under(text, domain));
    expect(name_fault_text(name_fault(text)) != NULL);
    if (name_is_host(text) && strlen(text) <= 253 && !strchr(text, '\\'))
        expect(name_from_user(arena, text, &why) != NULL);
    why = name_unicode(arena, text);
    expect(why == text || strlen(why) < NAME_TEXT_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(1 << 20);
    char text[2048] = "";
    const char *name, *why = NULL;

    if (size > 0 && size < sizeof text)
        memcpy(text, data, size);
    name = name_from_user(arena, text, &why);
    expect((name != NULL) == (why == NULL));
    if (name)
        accepted(arena, name);
    any(arena, text);
    arena_free(arena);
    return 0;
}
