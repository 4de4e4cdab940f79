/* core/records/uri_mend.c - destinations of reports, as people write them. */
#include "core/records/uri_mend.h"

#include <stdint.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/list_text.h"
#include "core/base/name.h"
#include "core/records/tag_mend.h"
#include "core/records/taglist.h"

static bool has_scheme(struct str item)
{
    return str_starts_nocase(item, "mailto:") || str_starts_nocase(item, "https:") || str_starts_nocase(item, "http:");
}

bool uri_is_destination(struct str item)
{
    return has_scheme(item) || (item.len > 0 && memchr(item.at, '@', item.len));
}

/* A domain in Unicode is written in A-labels.  The item itself where it is ASCII, or no name. */
static struct str with_ascii_domain(struct arena *arena, struct str item, unsigned *slips)
{
    size_t local = item.len; /* and the "@" */
    const char *domain, *name, *why;

    while (local > 0 && item.at[local - 1] != '@')
        local--;
    domain = str_text(arena, (struct str){item.at + local, item.len - local});
    name = local == 0 || text_is_ascii(domain) ? NULL : name_from_user(arena, domain, &why);
    if (!name)
        return item;
    *slips |= SLIP_VALUE;
    return str_of(str_printf(arena, "%s%s", str_text(arena, (struct str){item.at, local}), name));
}

/* Without what people put around an address, or in place of the colon. */
static const char *destination(struct arena *arena, struct str item, unsigned *slips)
{
    static const char *const odd[] = {"mailto://", "mailto=", "mailto//", "mail:", "email:"};

    item = with_ascii_domain(arena, item, slips);

    if (item.len > 2 && item.at[0] == '<' && item.at[item.len - 1] == '>') {
        item = (struct str){item.at + 1, item.len - 2};
        *slips |= SLIP_QUOTES;
    }
    if (str_starts_nocase(item, "mailto:<") && item.at[item.len - 1] == '>') {
        *slips |= SLIP_QUOTES;
        return str_printf(arena, "mailto:%s", str_text(arena, (struct str){item.at + 8, item.len - 9}));
    }
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        if (str_starts_nocase(item, odd[i])) {
            item = tag_trim((struct str){item.at + strlen(odd[i]), item.len - strlen(odd[i])});
            break;
        }
    if (has_scheme(item) || !memchr(item.at, '@', item.len) || memchr(item.at, ':', item.len))
        return str_text(arena, item);
    *slips |= SLIP_NO_SCHEME;
    return str_printf(arena, "mailto:%s", str_text(arena, item));
}

const char *uri_list_mend(struct arena *arena, struct str value, unsigned *slips)
{
    struct list_text list = list_text(arena, ",", SIZE_MAX);
    size_t at = 0;
    bool comma = true;

    while (at < value.len) {
        struct str item = {value.at + at, 0};

        while (at + item.len < value.len && item.at[item.len] != ',' && item.at[item.len] != ' ')
            item.len++;
        if ((str_equal_nocase(item, str_of("mailto:")) || str_equal_nocase(item, str_of("https:"))) &&
            at + item.len < value.len && item.at[item.len] == ' ') {
            const char *scheme = str_text(arena, item);

            at += item.len + tag_mend_blanks(value, at + item.len);
            item = (struct str){value.at + at, 0};
            while (at + item.len < value.len && item.at[item.len] != ',' && item.at[item.len] != ' ')
                item.len++;
            *slips |= SLIP_VALUE;
            item = str_of(str_printf(arena, "%s%s", scheme, str_text(arena, item)));
            at += item.len - strlen(scheme);
        } else {
            at += item.len;
        }
        if (item.len > 0) {
            *slips |= comma ? 0u : (unsigned)SLIP_URI_SEPARATOR;
            list_add(&list, destination(arena, item, slips));
            comma = false;
        }
        if (at < value.len)
            comma = comma || value.at[at] == ',';
        at++;
    }
    return list_end(&list);
}
