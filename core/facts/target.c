/* core/facts/target.c - the words for what a user may ask for. */
#include "core/facts/target.h"

#include <string.h>

#include "core/base/limits.h"

static const struct {
    enum active active;
    const char *word;
} tests[] = {
    {ACTIVE_POSTMASTER, "postmaster"},
    {ACTIVE_RELAY, "relay"},
    {ACTIVE_OLD_TLS, "old-tls"},
    {ACTIVE_INJECTION, "injection"},
};

enum { TESTS = sizeof tests / sizeof *tests };

bool active_from_word(const char *word, enum active *out)
{
    for (size_t i = 0; i < TESTS; i++) {
        if (strcmp(tests[i].word, word) == 0) {
            *out = tests[i].active;
            return true;
        }
    }
    return false;
}

const char *active_word(enum active active)
{
    for (size_t i = 0; i < TESTS; i++)
        if (tests[i].active == active)
            return tests[i].word;
    return NULL;
}

size_t target_memory(const struct target *target)
{
    return AUDIT_BYTES + target->sender_count * SENDER_BYTES;
}

bool target_selects(const struct target *target, size_t check)
{
    return !target->selected || target->selected[check];
}
