/* core/records/provider.c - which service does a name in DNS belong to? */
#include "core/records/provider.h"

#include <assert.h>
#include <string.h>

#include "core/base/name.h"
#include "core/base/name_pattern.h"

enum { PATTERN_MAX = 128 };

static const struct provider providers[] = {
#define PROVIDER(...) {__VA_ARGS__},
#include "core/records/providers.def"
#undef PROVIDER
};

size_t provider_count(void)
{
    return sizeof providers / sizeof *providers;
}

const struct provider *provider_at(size_t index)
{
    return &providers[index];
}

const struct provider *provider_from_id(const char *id)
{
    for (size_t i = 0; i < provider_count(); i++)
        if (strcmp(providers[i].id, id) == 0)
            return &providers[i];
    return NULL;
}

size_t provider_item(const char **at, const char **item)
{
    size_t length = *at ? strcspn(*at, "|") : 0;

    *item = *at;
    if (*at)
        *at += length + ((*at)[length] == '|');
    return length;
}

/* A dot inside a label is spelled "\.": no provider has such names, and to a pattern they would look like two labels.
 */
static bool matches(const char *patterns, const char *name, bool or_below)
{
    const char *item;
    char pattern[PATTERN_MAX + 2];

    if (strchr(name, '\\'))
        return false;
    for (size_t length; (length = provider_item(&patterns, &item)) > 0;) {
        if (length >= PATTERN_MAX)
            continue;
        memcpy(pattern + 2, item, length);
        pattern[length + 2] = '\0';
        pattern[0] = '*';
        pattern[1] = '.';
        if (name_pattern_matches(pattern + 2, name) || (or_below && name_pattern_matches(pattern, name)))
            return true;
    }
    return false;
}

bool provider_has_mx(const struct provider *p, const char *host)
{
    return matches(p->mx, host, true);
}

bool provider_has_spf(const struct provider *p, const char *target)
{
    return matches(p->spf, target, false);
}

bool provider_has_target(const struct provider *p, const char *target)
{
    return matches(p->targets, target, false);
}

bool provider_has_envelope(const struct provider *p, const char *target)
{
    return matches(p->envelopes, target, false);
}

bool provider_signs_by_default(const struct provider *p)
{
    return p->signer && p->mark != SOURCE_THIRD_PARTY;
}

const char *provider_include(const struct provider *p)
{
    if (p->include)
        return p->include;
    if (p->kind != PROVIDER_MAILBOX || p->mark == SOURCE_THIRD_PARTY || !p->spf || strpbrk(p->spf, "|*"))
        return NULL;
    return p->spf;
}

const char *provider_kind_word(enum provider_kind kind)
{
    static const char *const words[] = {
        [PROVIDER_MAILBOX] = "mailbox",       [PROVIDER_WEB_HOST] = "web_host",   [PROVIDER_RELAY] = "relay",
        [PROVIDER_NEWSLETTER] = "newsletter", [PROVIDER_DESK] = "desk",           [PROVIDER_SHOP] = "shop",
        [PROVIDER_GATEWAY] = "gateway",       [PROVIDER_FORWARDER] = "forwarder", [PROVIDER_RECORDS] = "records",
    };
    static_assert(sizeof words / sizeof *words == PROVIDER_KIND_COUNT, "a word for every kind");

    return words[kind];
}
