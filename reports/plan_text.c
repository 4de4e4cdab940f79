/* reports/plan_text.c - words about a plan. */
#include "reports/plan_text.h"

#include <stdint.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/list_text.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/facts/evidence.h"
#include "core/facts/record_text.h"
#include "core/records/overlay.h"
#include "core/result/result.h"

const char *plan_text(struct arena *arena, const struct result *result)
{
    size_t zones = overlay_zone_count(result->plan), records = overlay_record_count(result->plan);
    struct list_text parts = list_text(arena, ", ", LISTED_MAX);
    const char *source;

    for (size_t i = 0; i < zones; i++) {
        const char *apex = overlay_zone(result->plan, i, &source);

        list_add(&parts, str_printf(arena, "the zone %s (%s)", record_name_text(apex), source));
    }
    for (size_t i = 0; i < records; i++) {
        const char *record = overlay_record(result->plan, arena, i, &source);

        list_add(&parts, str_printf(arena, "%s (%s)", record, source));
    }
    return str_printf(arena, "This speaks of a plan, as if it were published already: %s.", list_end(&parts));
}

/* Types of one name stand together, since keys are sorted. */
const char *plan_answers_text(struct arena *arena, const struct result *result)
{
    struct list_text names = list_text(arena, "; ", LISTED_MAX);

    if (!result->planned_count)
        return "No answer is the plan's: nothing that it says was asked for.";
    for (size_t i = 0, end; i < result->planned_count; i = end) {
        struct list_text types = list_text(arena, ", ", SIZE_MAX);
        const char *name = result->planned[i]->key.name;

        for (end = i; end < result->planned_count && name_equal(result->planned[end]->key.name, name); end++)
            list_add(&types, dns_type_name(result->planned[end]->key.type));
        list_add(&names, str_printf(arena, "%s %s", record_name_text(name), list_end(&types)));
    }
    return str_printf(arena, "%zu %s the plan's: %s.", result->planned_count,
                      result->planned_count == 1 ? "answer is" : "answers are", list_end(&names));
}
