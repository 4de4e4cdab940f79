/* cmd/options/settings_letterhead.c - --client, --consultant and --logo: the cover of a report. */
#include "cmd/options/settings_internal.h"

#include <string.h>

#include "cmd/io/file.h"
#include "core/base/arena.h"
#include "core/base/base64.h"
#include "core/base/limits.h"

/* By its first bytes, since a name says nothing.  (PNG 5.2; JPEG: SOI, and the marker that follows) */
static const char *image_type(struct str bytes)
{
    static const char png[] = "\x89PNG\r\n\x1a\n", jpeg[] = "\xff\xd8\xff";

    if (bytes.len > sizeof png - 1 && memcmp(bytes.at, png, sizeof png - 1) == 0)
        return "image/png";
    if (bytes.len > sizeof jpeg - 1 && memcmp(bytes.at, jpeg, sizeof jpeg - 1) == 0)
        return "image/jpeg";
    return NULL;
}

static bool name_of(const struct options *options, enum option_id id, const char **out, const char **why)
{
    const struct option_use *use = options_last(options, id);

    if (use && strlen(use->value) > COVER_NAME_MAX)
        return settings_wrong(options, use, use->value, "is too long for a cover: 200 octets at most", why);
    *out = use && *use->value ? use->value : NULL;
    return true;
}

bool settings_letterhead(const struct options *options, struct settings *out, const char **why)
{
    const struct option_use *logo = options_last(options, OPT_LOGO);

    out->logo_file = logo && *logo->value ? logo->value : NULL;
    out->logo_where = logo ? logo->where : NULL;
    return name_of(options, OPT_CLIENT, &out->target.letterhead.client, why) &&
           name_of(options, OPT_CONSULTANT, &out->target.letterhead.consultant, why);
}

bool settings_logo(struct arena *arena, struct settings *settings, const struct settings *like, const char **why)
{
    struct letterhead *letterhead = &settings->target.letterhead;
    const char *fault;
    struct str bytes;

    if (!settings->logo_file)
        return true;
    if (like && like->logo_file && strcmp(like->logo_file, settings->logo_file) == 0) {
        letterhead->logo = like->target.letterhead.logo;
        letterhead->logo_type = like->target.letterhead.logo_type;
        return true;
    }
    if (!file_read(arena, settings->logo_file, LOGO_FILE_BYTES, &bytes, &fault)) {
        *why = str_printf(arena, "%s: %s", settings->logo_where, fault);
        return false;
    }
    letterhead->logo_type = image_type(bytes);
    if (!letterhead->logo_type) {
        *why = str_printf(arena, "%s: %s: is neither a PNG nor a JPEG image", settings->logo_where,
                          settings->logo_file);
        return false;
    }
    letterhead->logo = base64_encode(arena, bytes);
    return true;
}
