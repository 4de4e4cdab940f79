/* core/records/zone_words.c - cuts master files into words. */
#include "core/records/zone_words.h"

#include <string.h>

#include "core/base/arena.h"

enum { ESCAPE_OCTETS = 4 }; /* "\DDD" */

void zone_reader_begin(struct arena *arena, struct zone_reader *r, struct str text)
{
    size_t room = text.len < ZONE_WORDS_MAX ? text.len : ZONE_WORDS_MAX; /* a word has an octet at least, or quotes */

    *r = (struct zone_reader){.left = text, .line = 1, .words = ARENA_ARRAY(arena, struct zone_word, room)};
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool ends_word(char c)
{
    return is_blank(c) || c == '\n' || c == ';' || c == '(' || c == ')' || c == '"';
}

static void skip(struct zone_reader *r, size_t octets)
{
    r->left.at += octets;
    r->left.len -= octets;
}

static void skip_line(struct zone_reader *r)
{
    const char *end = r->left.len ? memchr(r->left.at, '\n', r->left.len) : NULL;

    skip(r, end ? (size_t)(end - r->left.at) : r->left.len);
}

static void refuse(struct zone_entry *e, unsigned line, const char *fault)
{
    if (e->fault)
        return;
    e->fault = fault;
    e->fault_line = line;
}

/* Its length in the text; an octet behind a backslash ends nothing but the line. */
static size_t word_length(struct str text, bool is_quoted)
{
    size_t i = 0;

    while (i < text.len && text.at[i] != '\n' && (is_quoted ? text.at[i] != '"' : !ends_word(text.at[i])))
        i += text.at[i] == '\\' && i + 1 < text.len && text.at[i + 1] != '\n' ? 2 : 1;
    return i;
}

static void take_word(struct zone_reader *r, struct zone_entry *e)
{
    struct zone_word word = {.is_quoted = r->left.at[0] == '"', .line = r->line};
    size_t length;

    if (word.is_quoted)
        skip(r, 1);
    length = word_length(r->left, word.is_quoted);
    word.text = (struct str){r->left.at, length};
    skip(r, length);
    if (word.is_quoted && (!r->left.len || r->left.at[0] != '"'))
        refuse(e, r->line, "the quotes are not closed on their line");
    else if (word.is_quoted)
        skip(r, 1);
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)word.text.at[i] < ' ' && word.text.at[i] != '\t')
            refuse(e, r->line, "a control character");
    if (e->count == ZONE_WORDS_MAX)
        refuse(e, r->line, "more words than an entry may have");
    else
        r->words[e->count++] = word;
}

/* One thing at the beginning of what is left.  False: the entry ends. */
static bool take(struct zone_reader *r, struct zone_entry *e, unsigned *open, unsigned *open_line)
{
    char c = r->left.at[0];

    if (c == '\n') {
        skip(r, 1);
        r->line++;
        return *open;
    }
    if (is_blank(c)) {
        skip(r, 1);
    } else if (c == ';') {
        skip_line(r);
    } else if (c == '(') {
        skip(r, 1);
        *open_line = *open ? *open_line : r->line;
        ++*open;
    } else if (c == ')') {
        skip(r, 1);
        if (*open)
            --*open;
        else
            refuse(e, r->line, "a parenthesis is closed that was not opened");
    } else {
        take_word(r, e);
    }
    return true;
}

bool zone_reader_next(struct zone_reader *r, struct zone_entry *e)
{
    unsigned open = 0, open_line = 0;

    while (r->left.len) {
        bool goes_on = true;

        *e = (struct zone_entry){.words = r->words, .line = r->line, .begins_blank = is_blank(r->left.at[0])};
        while (goes_on && r->left.len)
            goes_on = take(r, e, &open, &open_line);
        if (open)
            refuse(e, open_line, "the parenthesis is not closed");
        if (e->count || e->fault)
            return true;
    }
    return false;
}

bool zone_word_is(const struct zone_word *word, const char *text)
{
    return !word->is_quoted && str_equal_nocase(word->text, str_of(text));
}

static size_t digits_value(struct str text, uint32_t most, uint64_t *value)
{
    size_t i = 0;

    for (*value = 0; i < text.len && ascii_is_digit(text.at[i]); i++) {
        *value = *value * 10 + (uint64_t)(text.at[i] - '0');
        if (*value > most)
            return 0;
    }
    return i;
}

bool zone_word_number(const struct zone_word *word, uint32_t most, uint32_t *out)
{
    uint64_t value;
    size_t digits = digits_value(word->text, most, &value);

    *out = (uint32_t)value;
    return !word->is_quoted && digits && digits == word->text.len;
}

/* RFC 1035 5.1 */
bool zone_octet_take(const char **at, const char *end, char *out)
{
    const char *from = *at;
    const struct zone_word digits = {.text = {from + 1, ESCAPE_OCTETS - 1}};
    uint32_t value;

    if (*from != '\\') {
        *out = *from;
        *at += 1;
        return true;
    }
    if (end - from > 1 && !ascii_is_digit(from[1])) {
        *out = from[1];
        *at += 2;
        return true;
    }
    if (end - from < ESCAPE_OCTETS || !zone_word_number(&digits, UINT8_MAX, &value))
        return false;
    *out = (char)(unsigned char)value;
    *at += ESCAPE_OCTETS;
    return true;
}

bool zone_word_octets(struct arena *arena, const struct zone_word *word, struct str *out)
{
    const char *at = word->text.at, *end = at + word->text.len;
    char *octets = arena_alloc(arena, word->text.len + 1);
    size_t used = 0;

    while (at < end)
        if (!zone_octet_take(&at, end, &octets[used++]))
            return false;
    *out = (struct str){octets, used};
    return true;
}

static uint32_t unit_s(char unit)
{
    switch (unit) {
    case 's':
    case 'S':
        return 1;
    case 'm':
    case 'M':
        return 60;
    case 'h':
    case 'H':
        return 3600;
    case 'd':
    case 'D':
        return 86400;
    case 'w':
    case 'W':
        return 604800;
    default:
        return 0;
    }
}

bool zone_word_seconds(const struct zone_word *word, uint32_t *out)
{
    struct str left = word->text;
    uint64_t total = 0, value;

    if (word->is_quoted)
        return false;
    if (zone_word_number(word, INT32_MAX, out)) /* RFC 2181 8 */
        return true;
    while (left.len) {
        size_t digits = digits_value(left, INT32_MAX, &value);
        uint32_t unit = digits && digits < left.len ? unit_s(left.at[digits]) : 0;

        total += value * unit;
        if (!unit || total > INT32_MAX)
            return false;
        left = (struct str){left.at + digits + 1, left.len - digits - 1};
    }
    *out = (uint32_t)total;
    return word->text.len;
}
