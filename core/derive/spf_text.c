/* core/derive/spf_text.c - SPF records with a change, and in the form of a zone file. */
#include <string.h>

#include "core/base/arena.h"
#include "core/derive/spf.h"

enum { STRING_MAX = 255 }; /* octets of a character-string, RFC 1035 3.3 */

const char *spf_zone_text(struct arena *arena, struct str record)
{
    /* Each octet "\DDD", and three characters between strings of 255. */
    char *text = arena_alloc(arena, record.len * 4 + record.len / STRING_MAX * 3 + 3), *to = text;

    *to++ = '"';
    for (size_t i = 0; i < record.len; i++) {
        unsigned char c = (unsigned char)record.at[i];

        if (i && i % STRING_MAX == 0) {
            memcpy(to, "\" \"", 3);
            to += 3;
        }
        if (c == '"' || c == '\\') {
            *to++ = '\\';
            *to++ = (char)c;
        } else if (c < 0x20 || c > 0x7e) {
            *to++ = '\\';
            *to++ = (char)('0' + c / 100);
            *to++ = (char)('0' + c / 10 % 10);
            *to++ = (char)('0' + c % 10);
        } else {
            *to++ = (char)c;
        }
    }
    *to = '"';
    return text;
}

struct str spf_with_term(struct arena *arena, const struct spf_record *record, const struct spf_term *before,
                         const char *added)
{
    struct str text = record->text;
    size_t at = text.len;

    if (!before)
        for (size_t i = record->count; i > 0 && !spf_term_is_mechanism(&record->terms[i - 1]); i--)
            before = &record->terms[i - 1];
    if (before) {
        at = (size_t)(before->text.at - text.at);
        return str_join(arena, (struct str){text.at, at}, str_printf(arena, "%s ", added),
                    (struct str){text.at + at, text.len - at});
    }
    while (at > 0 && text.at[at - 1] == ' ')
        at--;
    return str_join(arena, (struct str){text.at, at}, str_printf(arena, " %s", added), (struct str){NULL, 0});
}

struct str spf_with_change(struct arena *arena, const struct spf_record *record, const struct spf_term *term,
                           const char *text)
{
    size_t at = (size_t)(term->text.at - record->text.at), end = at + term->text.len;

    if (!*text) /* with the blank in front of it */
        at--;
    return str_join(arena, (struct str){record->text.at, at}, text,
                (struct str){record->text.at + end, record->text.len - end});
}

static void add_part(struct arena *arena, const char **text, const char *part)
{
    *text = **text ? str_printf(arena, "%s, %s", *text, part) : part;
}

const char *spf_include_text(struct arena *arena, const struct spf_include *include)
{
    const char *text = "";

    if (include->networks4)
        add_part(arena, &text,
                 str_printf(arena, "%llu IPv4 address%s in %zu range%s", include->ip4, include->ip4 == 1 ? "" : "es",
                            include->networks4, include->networks4 == 1 ? "" : "s"));
    if (include->networks6)
        add_part(arena, &text,
                 str_printf(arena, "%zu IPv6 range%s", include->networks6, include->networks6 == 1 ? "" : "s"));
    if (include->hosts)
        add_part(arena, &text, "hosts by name");
    if (!include->is_known)
        add_part(arena, &text,
                 *text ? "and what is in records that could not be read" : "what is in records that could not be read");
    return *text ? text : "no address";
}
