/* core/records/tag_mend.c - takes a tag list apart as a person would read it. */
#include "core/records/tag_mend.h"

#include <stdint.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/list_text.h"
#include "core/records/taglist.h"
#include "core/records/uri_mend.h"

enum { TAGS_MAX = 2 * TAGLIST_TAGS_MAX, SLIPS_SHOWN = 6 };

/* ---- signs ---- */

static const struct {
    const char *from, *to;
    enum tag_slip slip;
} signs[] = {
    {"\"", "", SLIP_QUOTES},
    {"`", "", SLIP_QUOTES},
    {"\xe2\x80\x98", "", SLIP_QUOTES}, /* U+2018 to U+201F */
    {"\xe2\x80\x99", "", SLIP_QUOTES},
    {"\xe2\x80\x9a", "", SLIP_QUOTES},
    {"\xe2\x80\x9b", "", SLIP_QUOTES},
    {"\xe2\x80\x9c", "", SLIP_QUOTES},
    {"\xe2\x80\x9d", "", SLIP_QUOTES},
    {"\xe2\x80\x9e", "", SLIP_QUOTES},
    {"\xe2\x80\x9f", "", SLIP_QUOTES},
    {"\xc2\xab", "", SLIP_QUOTES}, /* guillemets */
    {"\xc2\xbb", "", SLIP_QUOTES},
    {"\x93", "", SLIP_QUOTES}, /* of Windows code pages */
    {"\x94", "", SLIP_QUOTES},
    {"\\059", ";", SLIP_BACKSLASH}, /* as master files escape: RFC 1035 5.1 */
    {"\\034", "", SLIP_BACKSLASH},
    {"\\", "", SLIP_BACKSLASH},
    {"\xc2\xa0", " ", SLIP_ODD_BLANK}, /* no-break space */
    {"\xe2\x80\xaf", " ", SLIP_ODD_BLANK},
    {"\xe3\x80\x80", " ", SLIP_ODD_BLANK}, /* ideographic space */
    {"\xe2\x80\x8b", "", SLIP_ODD_BLANK},  /* zero width space */
    {"\xef\xbb\xbf", "", SLIP_ODD_BLANK},  /* byte order mark */
    {"\xa0", " ", SLIP_ODD_BLANK},
    {"\xef\xbc\x9b", ";", SLIP_WIDE_SIGN},
    {"\xef\xbc\x9a", ":", SLIP_WIDE_SIGN},
    {"\xef\xbc\x9d", "=", SLIP_WIDE_SIGN},
    {"\xef\xbc\x8c", ",", SLIP_WIDE_SIGN},
};
enum { SIGN_COUNT = sizeof signs / sizeof *signs };

/* The text with plain ASCII signs, blanks for line ends, none at its ends. */
static struct str plain(struct arena *arena, struct str text, unsigned *slips)
{
    char *out = arena_alloc(arena, text.len + 1);
    struct str result = {out, 0};

    for (size_t at = 0; at < text.len;) {
        struct str rest = {text.at + at, text.len - at};
        size_t sign = 0;

        while (sign < SIGN_COUNT && (rest.len < strlen(signs[sign].from) ||
                                     memcmp(rest.at, signs[sign].from, strlen(signs[sign].from)) != 0))
            sign++;
        if (sign < SIGN_COUNT) {
            *slips |= (unsigned)signs[sign].slip;
            if (signs[sign].to[0])
                out[result.len++] = signs[sign].to[0];
            at += strlen(signs[sign].from);
        } else {
            out[result.len++] = tag_is_blank(rest.at[0]) ? ' ' : rest.at[0];
            at++;
        }
    }
    if (result.len > 1 && result.at[0] == '\'' && result.at[result.len - 1] == '\'') {
        *slips |= SLIP_QUOTES;
        result = (struct str){result.at + 1, result.len - 2};
    }
    if (result.len > 0 && result.at[0] == ' ')
        *slips |= SLIP_LEADING_BLANK;
    return tag_trim(result);
}

/* ---- where tags begin ---- */

struct reader {
    struct arena *arena;
    const struct tag_dialect *dialect;
    struct tag_mended *out;
    struct str text;
    size_t at;
};

size_t tag_mend_blanks(struct str text, size_t at)
{
    size_t count = 0;

    while (at + count < text.len && text.at[at + count] == ' ')
        count++;
    return count;
}

/* Of the word at a place: NULL, or the known tag that it names. */
static const char *known_name(const struct tag_dialect *dialect, struct str word)
{
    if (str_equal_nocase(word, str_of("v")))
        return "v";
    for (size_t i = 0; dialect->names[i]; i++)
        if (str_equal_nocase(word, str_of(dialect->names[i])))
            return dialect->names[i];
    return NULL;
}

static struct str word_at(struct str text, size_t at)
{
    struct str word = {text.at + at, 0};

    while (at + word.len < text.len &&
           (ascii_is_letter(word.at[word.len]) ||
            (word.len > 0 && (ascii_is_digit(word.at[word.len]) || word.at[word.len] == '_'))))
        word.len++;
    return word;
}

struct start {
    const char *name;
    size_t value_at; /* behind the sign */
    unsigned slips;
};

/* Does a tag begin here?  In the midst of a list only a known name says so. */
static bool starts_tag(const struct reader *r, size_t at, bool after_semicolon, struct start *out)
{
    struct str word = word_at(r->text, at);
    size_t sign = at + word.len + tag_mend_blanks(r->text, at + word.len);
    const char *known = word.len > 0 ? known_name(r->dialect, word) : NULL;

    *out = (struct start){.name = known};
    if (word.len == 0 || sign >= r->text.len)
        return false;
    if (!after_semicolon && (sign + 1 == r->text.len || r->text.at[sign + 1] == '='))
        return false; /* the end of base 64 */
    if (r->text.at[sign] == '=' && (known || after_semicolon)) {
        if (!known)
            out->name = str_text(r->arena, word);
        out->value_at = sign + 1;
        return known || str_find(word, str_of("mailto")) == NULL;
    }
    if (r->text.at[sign] == ':' && known) {
        out->value_at = sign + 1;
        out->slips = SLIP_COLON;
        return true;
    }
    if (known && after_semicolon && sign > at + word.len && r->text.at[sign] != ';') {
        out->value_at = sign;
        out->slips = SLIP_NO_EQUALS;
        return true;
    }
    return false;
}

/* Where the value ends that begins at `at`: at a semicolon, or before a tag that follows without one. */
static size_t end_of_value(const struct reader *r, size_t at, unsigned *slips)
{
    struct start next;

    for (; at < r->text.len && r->text.at[at] != ';'; at++) {
        bool comma = r->text.at[at] == ',';
        size_t behind = at + 1 + tag_mend_blanks(r->text, at + 1);

        if ((comma || r->text.at[at] == ' ') && starts_tag(r, behind, false, &next)) {
            *slips |= comma ? SLIP_COMMA : SLIP_NO_SEMICOLON;
            return at;
        }
    }
    return at;
}

static bool is_listed(const char *const *names, const char *name)
{
    for (size_t i = 0; names[i]; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* ---- pieces ---- */

/* Printable ASCII; a backslash is how str_text() spells a NUL. */
static bool is_plain(const char *text)
{
    for (; *text; text++)
        if (*text < ' ' || *text > '~' || *text == '\\')
            return false;
    return true;
}

static void put(struct reader *r, const char *name, const char *value)
{
    const char *before = tag_mended_value(r->out, name);

    if (before && strcmp(before, value) == 0)
        r->out->slips |= SLIP_REPEATED;
    else if (before || !is_plain(value) || r->out->count == TAGS_MAX)
        r->out->unclear = true; /* which of the two is meant? */
    else
        r->out->tags[r->out->count++] = (struct mended_tag){name, value};
}

static void put_version(struct reader *r, struct str value)
{
    if (!str_equal(value, str_of(r->dialect->version)))
        r->out->slips |= SLIP_VERSION;
    if (str_starts_nocase(value, r->dialect->family))
        r->out->has_version = true;
    else if (value.len > 0)
        r->out->unclear = true; /* the record of something else */
    if (str_find(value, str_of(" ")))
        r->out->unclear = true; /* "DMARC1 reject": something that would be lost */
    if (r->out->count > 0)
        r->out->slips |= SLIP_LATE_VERSION;
    put(r, "v", r->dialect->version);
}

static void take_tag(struct reader *r, const struct start *start)
{
    size_t end = end_of_value(r, start->value_at, &r->out->slips);
    struct str value = tag_trim((struct str){r->text.at + start->value_at, end - start->value_at});

    r->at = end;
    r->out->slips |= start->slips;
    if (strcmp(start->name, "v") == 0)
        put_version(r, value);
    else if (is_listed(r->dialect->uri_tags, start->name))
        put(r, start->name, uri_list_mend(r->arena, value, &r->out->slips));
    else
        put(r, start->name, str_text(r->arena, value));
}

/* What has no name: one more address of the tag before it, a version, or nothing that we understand. */
static void take_fragment(struct reader *r)
{
    size_t end = end_of_value(r, r->at, &r->out->slips);
    struct str text = tag_trim((struct str){r->text.at + r->at, end - r->at});
    struct mended_tag *last = r->out->count > 0 ? &r->out->tags[r->out->count - 1] : NULL;

    r->at = end;
    if (last && is_listed(r->dialect->uri_tags, last->name) && uri_is_destination(text)) {
        r->out->slips |= SLIP_URI_SEPARATOR;
        last->value = str_printf(r->arena, "%s%s%s", last->value, last->value[0] ? "," : "",
                                 uri_list_mend(r->arena, text, &r->out->slips));
        r->out->unclear = r->out->unclear || !is_plain(last->value);
    } else if (str_starts_nocase(text, r->dialect->family) && text.len <= strlen(r->dialect->version) + 1) {
        r->out->slips |= SLIP_VERSION;
        put_version(r, text);
    } else if (text.len == 0) {
        r->out->slips |= SLIP_EMPTY_TAG;
    } else {
        r->out->unclear = true;
    }
}

/* "name. 3600 IN TXT v=...": whole lines of a zone file get pasted, too. */
static struct str without_zone_line(struct str text, unsigned *slips)
{
    for (size_t at = 1; at < text.len; at++) {
        struct str rest = {text.at + at, text.len - at};

        if (text.at[at - 1] != ' ' || !str_starts_nocase(rest, "TXT "))
            continue;
        rest = tag_trim((struct str){rest.at + 4, rest.len - 4});
        if (str_starts_nocase(rest, "(")) /* RFC 1035 5.1: a record over several lines */
            rest = tag_trim((struct str){rest.at + 1, rest.len - 1});
        if (rest.len == 0 || !ascii_is_letter(rest.at[0]))
            continue;
        *slips |= SLIP_ZONE_LINE;
        if (rest.at[rest.len - 1] == ')')
            rest.len--;
        return tag_trim(rest);
    }
    return text;
}

static void move_version_to_front(struct tag_mended *m)
{
    for (size_t i = 1; i < m->count; i++) {
        struct mended_tag version = m->tags[i];

        if (strcmp(version.name, "v") != 0)
            continue;
        memmove(m->tags + 1, m->tags, i * sizeof *m->tags);
        m->tags[0] = version;
        return;
    }
}

struct tag_mended tag_mend(struct arena *arena, struct str text, const struct tag_dialect *dialect)
{
    struct tag_mended mended = {.tags = ARENA_ARRAY(arena, struct mended_tag, TAGS_MAX + 1)};
    struct reader r = {.arena = arena, .dialect = dialect, .out = &mended};
    const char *version = str_text(arena, str_of(dialect->version));

    r.text = without_zone_line(plain(arena, text, &mended.slips), &mended.slips);
    while (r.at < r.text.len) {
        struct start start;

        while (r.at < r.text.len && (r.text.at[r.at] == ' ' || r.text.at[r.at] == ','))
            r.at++;
        if (r.at == r.text.len)
            break;
        if (starts_tag(&r, r.at, true, &start))
            take_tag(&r, &start);
        else
            take_fragment(&r);
        r.at++; /* past the semicolon, comma or blank that ended it */
    }
    move_version_to_front(&mended);
    if (!tag_mended_value(&mended, "v") && !dialect->version_optional) {
        mended.slips |= SLIP_NO_VERSION;
        tag_mended_put(arena, &mended, 0, "v", version);
    }
    return mended;
}

const char *tag_mended_value(const struct tag_mended *m, const char *name)
{
    for (size_t i = 0; i < m->count; i++)
        if (strcmp(m->tags[i].name, name) == 0)
            return m->tags[i].value;
    return NULL;
}

void tag_mended_drop(struct tag_mended *m, const char *name)
{
    size_t kept = 0;

    for (size_t i = 0; i < m->count; i++)
        if (strcmp(m->tags[i].name, name) != 0)
            m->tags[kept++] = m->tags[i];
    m->count = kept;
}

void tag_mended_put(struct arena *arena, struct tag_mended *m, size_t at, const char *name, const char *value)
{
    struct mended_tag *more = ARENA_ARRAY(arena, struct mended_tag, m->count + 1);

    at = at < m->count ? at : m->count;
    memcpy(more, m->tags, at * sizeof *more);
    more[at] = (struct mended_tag){name, value};
    memcpy(more + at + 1, m->tags + at, (m->count - at) * sizeof *more);
    m->tags = more;
    m->count++;
}

const char *tag_mended_text(struct arena *arena, const struct tag_mended *m)
{
    struct list_text list = list_text(arena, "; ", SIZE_MAX);

    for (size_t i = 0; i < m->count; i++)
        list_add(&list, str_printf(arena, "%s=%s", m->tags[i].name, m->tags[i].value));
    return list_end(&list);
}

const char *tag_slips_text(struct arena *arena, unsigned slips)
{
    static const char *const texts[TAG_SLIP_COUNT] = {
        "quotation marks in it",
        "backslashes in it",
        "odd blanks in it (no-break space, byte order mark or the like)",
        "a blank before its first tag",
        "a whole line of a zone file in its text",
        "no v= in it",
        "a misspelt version",
        "v= behind other tags",
        "commas where semicolons belong",
        "colons where equals signs belong",
        "tags without a semicolon between them",
        "a tag without an equals sign",
        "two semicolons in a row",
        "addresses that no comma separates",
        "an address without \"mailto:\"",
        "signs of East Asian width",
        "the same tag twice",
        "a value in words that readers do not know",
    };
    struct list_text list = list_text(arena, ", ", SLIPS_SHOWN);

    for (size_t i = 0; i < TAG_SLIP_COUNT; i++)
        if (slips & (1u << i))
            list_add(&list, texts[i]);
    return list_end(&list);
}
