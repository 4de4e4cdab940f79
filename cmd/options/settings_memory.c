/* cmd/options/settings_memory.c - how much memory audits may hold, by --memory or by what the machine has. */
#include "cmd/options/settings_internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/base/str.h"

enum { SHARE = 4, LEAST_BYTES = JOB_MEMORY };

static const char units[] = "KMGT"; /* each 1,024 times the one before it */

/* "200M"; false: it is none, or too little for an audit. */
static bool size_parse(const char *text, size_t *bytes)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);
    const char *unit = *end ? strchr(units, ascii_lower(*end) - 'a' + 'A') : NULL;
    unsigned shift = unit ? (unsigned)(unit - units + 1) * 10 : 0;

    if (!ascii_is_digit(*text) || (*end && (!unit || end[1])) || number > SIZE_MAX >> shift)
        return false;
    *bytes = (size_t)number << shift;
    return *bytes >= LEAST_BYTES;
}

/* Of the machine, or of the address space where that is limited. */
static size_t usual_bytes(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    size_t all = pages > 0 && page > 0 ? (size_t)pages * (size_t)page : 0;
    struct rlimit limit;

    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur < all)
        all = limit.rlim_cur;
    return all / SHARE > LEAST_BYTES ? all / SHARE : LEAST_BYTES;
}

bool settings_memory(const struct options *options, struct settings *out, const char **why)
{
    const struct option_use *use = options_last(options, OPT_MEMORY);

    if (!use)
        out->memory = usual_bytes();
    else if (!size_parse(use->value, &out->memory))
        return settings_wrong(options, use, use->value, "is no size of 16M or more: 200M, 2G", why);
    return true;
}
