/* probes/generic/generic_providers.c - is a reverse name the one that its provider gave to the address by itself? */
#include "probes/generic/generic_providers.h"

#include <stddef.h>

#include "core/base/name_pattern.h"

static const struct provider {
    const char *pattern, *who;
} providers[] = {
#define PROVIDER(pattern, who) {pattern, who},
#include "probes/generic/generic_providers.def"
#undef PROVIDER
};

static const struct provider *const providers_end = providers + sizeof providers / sizeof *providers;

const char *provider_of_default_name(const char *name)
{
    for (const struct provider *p = providers; p < providers_end; p++)
        if (name_pattern_matches(p->pattern, name))
            return p->who;
    return NULL;
}
