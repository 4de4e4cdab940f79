/* cmd/options/plan.c - reads zone files and single records of a plan. */
#include "cmd/options/plan.h"

#include <string.h>

#include "cmd/command.h"
#include "cmd/io/file.h"
#include "cmd/options/options.h"
#include "cmd/options/settings_internal.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/facts/record_text.h"
#include "core/records/overlay.h"

static const char *file_title(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

/* "FILE=ORIGIN"; no name of a zone has a slash but those of RFC 2317, so what looks like a path belongs to the file. */
bool plan_split(const struct options *options, const struct option_use *use, const char **path, const char **origin,
                const char **why)
{
    const char *at = strrchr(use->value, '=');
    size_t length;

    *path = use->value;
    *origin = NULL;
    if (!at)
        return true;
    *path = str_text(options->arena, (struct str){use->value, (size_t)(at - use->value)});
    at++;
    length = strlen(at);
    if (length > 1 && at[length - 1] == '.')
        length--;
    *origin = record_name_parse(options->arena, str_text(options->arena, (struct str){at, length}));
    return *origin || settings_wrong(options, use, at, "is no name of a zone: FILE=ORIGIN", why);
}

static bool has_zone(const struct overlay *overlay, const char *apex, const char **source)
{
    for (size_t i = 0; i < overlay_zone_count(overlay); i++)
        if (name_equal(overlay_zone(overlay, i, source), apex))
            return true;
    return false;
}

static bool read_zone(const struct options *options, const struct option_use *use, struct overlay *overlay,
                      const char **path, const char **why)
{
    struct arena *arena = options->arena;
    struct zone_file *zone = ARENA_NEW(arena, struct zone_file);
    const char *origin, *other;
    struct str bytes;

    if (!plan_split(options, use, path, &origin, why))
        return false;
    if (!file_read(arena, *path, ZONE_BYTES, &bytes, why)) {
        *why = str_printf(arena, "%s: %s", use->where, *why);
        return false;
    }
    zone_file_read(arena, bytes, origin, zone);
    for (size_t i = 0; i < zone->fault_count; i++) {
        *why = str_printf(arena, "%s:%u: %s", file_title(*path), zone->faults[i].line, zone->faults[i].text);
        if (i + 1 < zone->fault_count)
            complain("%s", *why);
    }
    if (zone->fault_count)
        return false;
    if (has_zone(overlay, zone->apex, &other)) {
        *why = str_printf(arena, "%s: %s: is a zone file of %s, and so is %s", use->where, file_title(*path),
                          zone->apex, other);
        return false;
    }
    overlay_add_zone(overlay, zone, file_title(*path));
    return true;
}

static bool read_assumption(const struct options *options, const struct option_use *use, struct overlay *overlay,
                            const char **why)
{
    struct zone_file *file = ARENA_NEW(options->arena, struct zone_file);

    zone_records_read(options->arena, str_of(use->value), "", file);
    if (file->fault_count)
        return settings_wrong(options, use, use->value,
                              str_printf(options->arena, "is no record as in a zone file: %s", file->faults[0].text),
                              why);
    if (file->count != 1)
        return settings_wrong(options, use, use->value, "is not one record; repeat the option for more", why);
    if (!file->records[0].is_read)
        return settings_wrong(options, use, use->value, "is of a type that no check asks for", why);
    if (name_labels(file->records[0].owner) < 2)
        return settings_wrong(options, use, use->value, "has a name that does not end in its domain", why);
    overlay_add_records(overlay, file, use->where);
    return true;
}

bool plan_read(const struct options *options, struct plan *out, const char **why)
{
    const char **files = ARENA_ARRAY(options->arena, const char *, settings_count(options, OPT_ZONE) + 1);
    struct overlay *overlay = overlay_new(options->arena);

    *out = (struct plan){.files = files};
    for (const struct option_use *use = options_next(options, OPT_ZONE, NULL); use;
         use = options_next(options, OPT_ZONE, use))
        if (!read_zone(options, use, overlay, &files[out->file_count++], why))
            return false;
    for (const struct option_use *use = options_next(options, OPT_ASSUME, NULL); use;
         use = options_next(options, OPT_ASSUME, use))
        if (!read_assumption(options, use, overlay, why))
            return false;
    overlay_finish(overlay);
    if (overlay_zone_count(overlay) || overlay_record_count(overlay))
        out->overlay = overlay;
    return true;
}
