/* probes/generic/generic_providers.c - is a reverse name the one that its provider gave to the address by itself? */
#include "probes/generic/generic_providers.h"

#include <stddef.h>

#include "core/base/str.h"

enum filter { NO_FILTER, SPAMASSASSIN };

static const struct provider {
    const char *pattern, *who;
    enum filter filter;
} providers[] = {
#define PROVIDER(pattern, who, filter) {pattern, who, filter},
#include "probes/generic/generic_providers.def"
#undef PROVIDER
};

static const struct provider *const providers_end = providers + sizeof providers / sizeof *providers;

/* Going back to the last "*" is enough, so this is no slower than length of pattern times length of name. */
bool provider_pattern_matches(const char *pattern, const char *name)
{
    const char *star = NULL, *resume = NULL;

    while (*name != '\0' || *pattern == '*') {
        if (*pattern == '*') {
            star = ++pattern;
            resume = name;
        } else if (*pattern == '#' && ascii_is_digit(*name)) {
            pattern++;
            while (ascii_is_digit(*name))
                name++;
        } else if ((*pattern == '%' && ascii_is_letter(*name)) || *pattern == *name) {
            pattern++;
            name++;
        } else if (star) {
            pattern = star;
            name = ++resume;
        } else {
            return false;
        }
    }
    return *pattern == '\0';
}

const char *provider_of_default_name(const char *name)
{
    for (const struct provider *p = providers; p < providers_end; p++)
        if (provider_pattern_matches(p->pattern, name))
            return p->who;
    return NULL;
}

bool provider_known_to_spamassassin(const char *name)
{
    for (const struct provider *p = providers; p < providers_end; p++)
        if (p->filter == SPAMASSASSIN && provider_pattern_matches(p->pattern, name))
            return true;
    return false;
}
