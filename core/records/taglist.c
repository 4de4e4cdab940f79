/* core/records/taglist.c - tag lists with the places of their faults.  (RFC 6376 3.2) */
#include "core/records/taglist.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"

/* Every piece between semicolons has at most two faults. */
enum { FAULTS_MAX = 2 * TAGLIST_TAGS_MAX + 1 };

struct parser {
    struct taglist *list;
    struct tag *tags;
    struct tag_fault *faults;
};

bool tag_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str tag_trim(struct str s)
{
    while (s.len > 0 && tag_is_blank(s.at[0]))
        s = (struct str){s.at + 1, s.len - 1};
    while (s.len > 0 && tag_is_blank(s.at[s.len - 1]))
        s.len--;
    return s;
}

/* tag-name = ALPHA *ALNUMPUNC */
static bool is_name(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        bool inner = i > 0 && (ascii_is_digit(s.at[i]) || s.at[i] == '_');

        if (!ascii_is_letter(s.at[i]) && !inner)
            return false;
    }
    return s.len > 0;
}

static bool is_value(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!tag_is_blank(s.at[i]) && (s.at[i] < 0x21 || s.at[i] > 0x7e))
            return false;
    return true;
}

static void fault(struct parser *p, enum tag_fault_kind kind, struct str span)
{
    p->faults[p->list->fault_count++] = (struct tag_fault){kind, span};
}

static bool same_name(const struct taglist *list, struct str a, struct str b)
{
    return list->any_case ? str_equal_nocase(a, b) : str_equal(a, b);
}

static void take(struct parser *p, struct str piece)
{
    struct str whole = tag_trim(piece), name = whole;
    const char *equals = whole.len > 0 ? memchr(whole.at, '=', whole.len) : NULL;
    struct tag *tag = &p->tags[p->list->count];

    if (equals)
        name = tag_trim((struct str){whole.at, (size_t)(equals - whole.at)});
    if (name.len == 0) {
        fault(p, TAG_NO_NAME, whole);
    } else if (!equals) {
        fault(p, TAG_NO_EQUALS, whole);
    } else if (!is_name(name)) {
        fault(p, TAG_BAD_NAME, name);
    } else {
        *tag = (struct tag){.name = name,
                            .value = tag_trim((struct str){equals + 1, whole.len - (size_t)(equals - whole.at) - 1})};
        if (!is_value(tag->value))
            fault(p, TAG_BAD_VALUE, tag->value);
        for (size_t i = 0; i < p->list->count; i++)
            tag->repeated = tag->repeated || same_name(p->list, p->tags[i].name, name);
        if (tag->repeated)
            fault(p, TAG_REPEATED, whole);
        p->list->count++;
    }
}

static struct taglist parse(struct arena *arena, struct str text, bool any_case)
{
    struct taglist list = {.text = text, .any_case = any_case};
    struct parser p = {&list, ARENA_ARRAY(arena, struct tag, TAGLIST_TAGS_MAX),
                       ARENA_ARRAY(arena, struct tag_fault, FAULTS_MAX)};
    struct str rest = text;

    for (size_t pieces = 0;; pieces++) {
        const char *end = rest.len > 0 ? memchr(rest.at, ';', rest.len) : NULL;
        struct str piece = {rest.at, end ? (size_t)(end - rest.at) : rest.len};

        if (!end && pieces > 0 && tag_trim(piece).len == 0) { /* the list may end with a semicolon */
            list.blank_end = piece.len > 0;
            break;
        }
        if (pieces == TAGLIST_TAGS_MAX) {
            fault(&p, TAG_TOO_MANY, rest);
            break;
        }
        take(&p, piece);
        if (!end)
            break;
        rest = (struct str){end + 1, rest.len - piece.len - 1};
    }
    list.tags = p.tags;
    list.faults = p.faults;
    return list;
}

struct taglist taglist_parse(struct arena *arena, struct str text)
{
    return parse(arena, text, false);
}

struct taglist taglist_parse_any_case(struct arena *arena, struct str text)
{
    return parse(arena, text, true);
}

const struct tag *taglist_find(const struct taglist *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (same_name(list, list->tags[i].name, str_of(name)))
            return &list->tags[i];
    return NULL;
}

size_t taglist_column(const struct taglist *list, struct str span)
{
    return list->text.len == 0 ? 1 : (size_t)(span.at - list->text.at) + 1;
}

const char *tag_fault_text(enum tag_fault_kind kind)
{
    static const char *const texts[TAG_FAULT_COUNT] = {
        [TAG_NO_NAME] = "a tag without a name",
        [TAG_NO_EQUALS] = "no \"=\"",
        [TAG_BAD_NAME] = "not a tag name",
        [TAG_BAD_VALUE] = "characters outside printable ASCII",
        [TAG_REPEATED] = "a second tag of that name",
        [TAG_TOO_MANY] = "more tags than are read",
    };

    return texts[kind];
}

struct tag_items tag_items(struct str value)
{
    return (struct tag_items){.rest = value};
}

bool tag_items_next(struct tag_items *items, char separator, struct str *item)
{
    struct str rest = items->rest;
    const char *end = rest.len > 0 ? memchr(rest.at, separator, rest.len) : NULL;

    if (items->done)
        return false;
    *item = tag_trim((struct str){rest.at, end ? (size_t)(end - rest.at) : rest.len});
    if (end)
        items->rest = (struct str){end + 1, rest.len - (size_t)(end - rest.at) - 1};
    items->done = !end;
    return true;
}
