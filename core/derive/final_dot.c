/* core/derive/final_dot.c - see final_dot.h. */
#include "core/derive/final_dot.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/str.h"

static const char *without(struct arena *arena, const char *target, const char *zone)
{
    const char *rest;

    if (!*zone || !name_is_under(target, zone) || name_equal(target, zone))
        return NULL;
    rest = str_text(arena, (struct str){target, strlen(target) - strlen(zone) - 1});
    return name_is_under(rest, zone) || (name_labels(rest) > 1 && name_has_known_top(rest)) ? rest : NULL;
}

const char *name_without_appended_zone(struct arena *arena, const char *target, const char *domain)
{
    const char *found = without(arena, target, domain);

    return found ? found : without(arena, target, name_org_domain(domain));
}
