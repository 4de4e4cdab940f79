/* tests/unit/case_plan.h - the plan of a case, which must be sound. */
#pragma once

#include <cjson/cJSON.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/records/overlay.h"
#include "core/records/zone_file.h"

static inline const char *text_of_lines(struct arena *arena, const cJSON *lines)
{
    const char *text = "";
    const cJSON *line;

    cJSON_ArrayForEach(line, lines) text = str_printf(arena, "%s%s\n", text, line->valuestring);
    return text;
}

/* NULL: it has none. */
static inline const struct overlay *plan_of(struct arena *arena, const cJSON *plan)
{
    struct overlay *overlay = plan ? overlay_new(arena) : NULL;
    struct zone_file *file;
    const cJSON *zone;

    if (!plan)
        return NULL;
    cJSON_ArrayForEach(zone, cJSON_GetObjectItemCaseSensitive(plan, "zones"))
    {
        file = ARENA_NEW(arena, struct zone_file);
        zone_file_read(arena, str_of(text_of_lines(arena, zone)), NULL, file);
        if (file->fault_count)
            fail_msg("plan: line %u: %s", file->faults[0].line, file->faults[0].text);
        overlay_add_zone(overlay, file, "zone");
    }
    file = ARENA_NEW(arena, struct zone_file);
    zone_records_read(arena, str_of(text_of_lines(arena, cJSON_GetObjectItemCaseSensitive(plan, "records"))), "", file);
    if (file->fault_count)
        fail_msg("plan: %s", file->faults[0].text);
    overlay_add_records(overlay, file, "record");
    overlay_finish(overlay);
    return overlay;
}
