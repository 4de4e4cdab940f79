/* core/records/bimi_record.c - reads a BIMI record, strictly: a publisher wants every receiver to understand it. */
#include "core/records/bimi_record.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/url.h"
#include "core/records/taglist.h"

static const struct str version = {"BIMI1", sizeof "BIMI1" - 1};

static bool begins_with_version(const struct taglist *tags, bool (*equal)(struct str, struct str))
{
    const struct tag *first = tags->tags;

    /* What stands before the first tag would be a fault that comes before it. */
    return tags->count > 0 && equal(first->name, str_of("v")) && equal(first->value, version) &&
           (tags->fault_count == 0 || tags->faults[0].span.at > first->name.at);
}

bool bimi_record_is_one(struct arena *arena, struct str text)
{
    struct taglist tags = taglist_parse(arena, text);

    return begins_with_version(&tags, str_equal);
}

bool bimi_record_seems_one(struct arena *arena, struct str text)
{
    struct taglist tags = taglist_parse(arena, text);

    if (begins_with_version(&tags, str_equal))
        return false;
    for (size_t i = 0; i < tags.count; i++)
        if (str_equal_nocase(tags.tags[i].name, str_of("v")) && str_starts_nocase(tags.tags[i].value, "BIMI"))
            return true;
    return false;
}

/* Hosts have no letter case, and url.h wants the small one. */
static const char *with_small_host(struct arena *arena, struct str value)
{
    char *text = arena_alloc(arena, value.len + 1), *at;

    if (value.len > 0)
        memcpy(text, value.at, value.len);
    at = strstr(text, "://");
    for (at = at ? at + 3 : text + value.len; *at && *at != '/'; at++)
        *at = ascii_lower(*at);
    return text;
}

/* An empty value is the same as none. */
static bool parse_location(struct arena *arena, const struct tag *tag, const char **out, const char **why)
{
    struct url url;

    *out = NULL;
    if (!tag || tag->value.len == 0)
        return true;
    if (memchr(tag->value.at, ',', tag->value.len)) {
        *why = str_printf(arena, "has a comma in %s=: one URL stands there, and a comma in it is written %%2C",
                          str_text(arena, tag->name));
        return false;
    }
    *out = with_small_host(arena, tag->value);
    if (strlen(*out) == tag->value.len && url_parse(arena, *out, &url))
        return true;
    *why = str_printf(arena, "has no https URL of a file in %s=", str_text(arena, tag->name));
    return false;
}

bool bimi_record_parse(struct arena *arena, struct str text, struct bimi_record *out, const char **why)
{
    struct taglist tags = taglist_parse(arena, text);
    const struct tag *logo = taglist_find(&tags, "l"), *authority = taglist_find(&tags, "a");

    *out = (struct bimi_record){NULL, NULL, false};
    *why = NULL;
    if (!begins_with_version(&tags, str_equal)) {
        *why = "does not begin with v=BIMI1";
        return false;
    }
    if (tags.fault_count > 0) {
        *why = str_printf(arena, "has a fault in column %zu: %s", taglist_column(&tags, tags.faults[0].span),
                          tag_fault_text(tags.faults[0].kind));
        return false;
    }
    if (!logo) {
        *why = "has no l=, which says where the logo is";
        return false;
    }
    if (!parse_location(arena, logo, &out->logo, why) || !parse_location(arena, authority, &out->authority, why))
        return false;
    if (!out->logo && out->authority) {
        *why = "has an empty l=: there is no logo to show";
        return false;
    }
    out->declines = !out->logo;
    return true;
}
