/* core/records/spf_clean.c - what stands around the terms of a text that was meant as an
 * SPF record: quotation marks, blanks that are none, and a version that is not "v=spf1". */
#include <string.h>

#include "core/base/arena.h"
#include "core/base/utf8.h"
#include "core/records/spf_repair_internal.h"

void spf_repair_note(struct spf_repair *r, const char *fault)
{
    for (size_t i = 0; i < r->fault_count; i++)
        if (strcmp(r->faults[i], fault) == 0)
            return;
    if (r->fault_count < SPF_REPAIRS_SHOWN)
        r->faults[r->fault_count++] = fault;
    else
        r->faults_left_out++;
}

/* ---- characters ---- */

enum look { PLAIN, QUOTE, BLANK, DASH, TILDE, NOTHING };

static const struct {
    uint32_t first, last;
    enum look look;
    const char *fault;
} looks[] = {
    {0, 8, NOTHING, "an invisible character is part of the text"},
    {0xe, 0x1f, NOTHING, "an invisible character is part of the text"},
    {0x7f, 0x7f, NOTHING, "an invisible character is part of the text"},
    {'"', '"', QUOTE, "quotation marks are part of the text"},
    {'\'', '\'', QUOTE, "quotation marks are part of the text"},
    {'`', '`', QUOTE, "quotation marks are part of the text"},
    {'\t', '\t', BLANK, "a tab stands where a blank belongs"},
    {'\n', '\r', BLANK, "line breaks are part of the text"},
    {'(', ')', NOTHING, "parentheses of a zone file are part of the text"},
    {0x85, 0x85, BLANK, "line breaks are part of the text"},
    {0xa0, 0xa0, BLANK, "a no-break space stands where a blank belongs"},
    {0xab, 0xab, QUOTE, "quotation marks are part of the text"},
    {0xad, 0xad, NOTHING, "an invisible character is part of the text"},
    {0xbb, 0xbb, QUOTE, "quotation marks are part of the text"},
    {0x2dc, 0x2dc, TILDE, "a typographic tilde stands for \"~\""},
    {0x2000, 0x200a, BLANK, "a typographic space stands where a blank belongs"},
    {0x200b, 0x200f, NOTHING, "an invisible character is part of the text"},
    {0x2010, 0x2015, DASH, "a typographic dash stands for \"-\""},
    {0x2018, 0x201f, QUOTE, "typographic quotation marks are part of the text"},
    {0x2028, 0x2029, BLANK, "line breaks are part of the text"},
    {0x202a, 0x202e, NOTHING, "an invisible character is part of the text"},
    {0x202f, 0x202f, BLANK, "a no-break space stands where a blank belongs"},
    {0x2032, 0x2033, QUOTE, "typographic quotation marks are part of the text"},
    {0x205f, 0x205f, BLANK, "a typographic space stands where a blank belongs"},
    {0x2060, 0x2069, NOTHING, "an invisible character is part of the text"},
    {0x2212, 0x2212, DASH, "a typographic dash stands for \"-\""},
    {0x223c, 0x223c, TILDE, "a typographic tilde stands for \"~\""},
    {0x3000, 0x3000, BLANK, "a typographic space stands where a blank belongs"},
    {0xfeff, 0xfeff, NOTHING, "a byte order mark is part of the text"},
    {0xff02, 0xff02, QUOTE, "typographic quotation marks are part of the text"},
    {0xff0d, 0xff0d, DASH, "a typographic dash stands for \"-\""},
    {0xff5e, 0xff5e, TILDE, "a typographic tilde stands for \"~\""},
};

/* Windows-1252, where a byte is no UTF-8: what older panels store. */
static uint32_t code_of_byte(unsigned char byte)
{
    switch (byte) {
    case 0x91:
    case 0x92:
        return 0x2018;
    case 0x93:
    case 0x94:
        return 0x201c;
    case 0x96:
    case 0x97:
        return 0x2013;
    case 0x98:
        return 0x2dc;
    default:
        return byte;
    }
}

struct cleaner {
    struct str in;
    size_t at;
    char *out;
    size_t len;
    struct spf_repair *repair;
};

static enum look look_at(struct cleaner *c, size_t *length, const char **fault)
{
    uint32_t code;

    *length = utf8_decode((const unsigned char *)c->in.at + c->at, c->in.len - c->at, &code);
    if (!*length) {
        *length = 1;
        code = code_of_byte((unsigned char)c->in.at[c->at]);
    }
    *fault = NULL;
    if (code == ' ')
        return BLANK;
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        if (code < looks[i].first || code > looks[i].last)
            continue;
        *fault = looks[i].fault;
        return looks[i].look;
    }
    return PLAIN;
}

/* The length of the macro that begins here, 0: none does. */
static size_t macro_length(struct str text, size_t at)
{
    if (at + 1 >= text.len || text.at[at] != '%' || text.at[at + 1] != '{')
        return 0;
    for (size_t end = at + 2; end < text.len && text.at[end] != ' '; end++)
        if (text.at[end] == '}')
            return end + 1 - at;
    return 0;
}

/* What a web page has for a character. */
static bool take_entity(struct cleaner *c)
{
    static const struct {
        const char *text;
        char meant;
    } entities[] = {{"&nbsp;", ' '}, {"&quot;", '\0'}, {"&#34;", '\0'}, {"&#160;", ' '}};

    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++) {
        if (!str_starts_nocase((struct str){c->in.at + c->at, c->in.len - c->at}, entities[i].text))
            continue;
        spf_repair_note(c->repair, "entities of a web page are part of the text");
        if (entities[i].meant)
            c->out[c->len++] = entities[i].meant;
        c->at += strlen(entities[i].text);
        return true;
    }
    return false;
}

/* Zone file and shell escapes: "\"", "\;", and "\032" for the octet of that number. */
static bool take_escape(struct cleaner *c)
{
    unsigned code = 0;

    if (c->in.at[c->at] != '\\')
        return false;
    spf_repair_note(c->repair, "backslashes are part of the text");
    c->at++;
    for (size_t i = 0; i < 3; i++) {
        if (c->at + i >= c->in.len || !ascii_is_digit(c->in.at[c->at + i]))
            return true;
        code = code * 10 + (unsigned)(c->in.at[c->at + i] - '0');
    }
    c->at += 3;
    c->out[c->len++] = code >= '!' && code <= '~' && code != '"' ? (char)code : ' ';
    return true;
}

/* Behind a quotation mark: does another string begin after nothing but blanks?  Then it is stepped over. */
static bool take_joint(struct cleaner *c)
{
    size_t start = c->at, length;
    const char *fault;

    while (c->at < c->in.len) {
        enum look look;

        if (c->in.at[c->at] == '\\') {
            c->at++;
            continue;
        }
        look = look_at(c, &length, &fault);
        if (look == QUOTE) {
            c->at += length;
            return true;
        }
        if (look != BLANK && look != NOTHING)
            break;
        c->at += length;
    }
    c->at = start;
    return false;
}

static void take_character(struct cleaner *c)
{
    size_t length;
    const char *fault;
    enum look look = look_at(c, &length, &fault);

    if (fault)
        spf_repair_note(c->repair, fault);
    c->at += length;
    switch (look) {
    case PLAIN: /* there is room: nothing becomes longer than it was */
        memcpy(c->out + c->len, c->in.at + c->at - length, length);
        c->len += length;
        break;
    case QUOTE:
        if (c->len && take_joint(c))
            c->out[c->len++] = SPF_JOINT;
        break;
    case BLANK:
        c->out[c->len++] = ' ';
        break;
    case DASH:
        c->out[c->len++] = '-';
        break;
    case TILDE:
        c->out[c->len++] = '~';
        break;
    case NOTHING:
        break;
    }
}

struct str spf_clean(struct arena *arena, struct str txt, struct spf_repair *repair)
{
    struct cleaner c = {.in = txt, .out = arena_alloc(arena, txt.len + 1), .repair = repair};

    while (c.at < txt.len) {
        size_t macro = macro_length(txt, c.at);

        if (macro) {
            memcpy(c.out + c.len, txt.at + c.at, macro);
            c.len += macro;
            c.at += macro;
        } else if (!take_escape(&c) && !take_entity(&c)) {
            take_character(&c);
        }
    }
    return (struct str){c.out, c.len};
}

/* ---- the version ---- */

static bool is_one_of(struct str text, size_t at, const char *characters)
{
    return at < text.len && text.at[at] && strchr(characters, text.at[at]);
}

static void skip(struct str text, size_t *at, const char *characters)
{
    while (is_one_of(text, *at, characters))
        ++*at;
}

static bool is_word_end(struct str text, size_t at)
{
    return at >= text.len || text.at[at] == ' ' || text.at[at] == SPF_JOINT;
}

/* "s", "p" and "f" in any order. */
static bool takes_spf(struct str text, size_t *at)
{
    unsigned seen = 0;

    for (size_t i = 0; i < 3; i++) {
        const char *letters = "spf", *found;
        char c = *at + i < text.len ? ascii_lower(text.at[*at + i]) : '\0';

        found = c ? strchr(letters, c) : NULL;
        if (!found)
            return false;
        seen |= 1U << (found - letters);
    }
    *at += 3;
    return seen == 7;
}

/* "v=spf1" as people write it: "v = spf1", "v:SPF1", "spf1", "v=spf", "v=spfl",
 * "v=spf1.0".  Sender ID's "spf2.0/pra" is another thing (RFC 4406).  *at is behind it. */
static bool takes_version(struct str text, size_t *at)
{
    bool has_v = is_one_of(text, *at, "vV");
    size_t digits;

    if (has_v) {
        ++*at;
        skip(text, at, " =:");
    }
    if (!takes_spf(text, at))
        return false;
    digits = *at;
    if (has_v) {
        skip(text, &digits, " ");
        if (!is_one_of(text, digits, "1") || !is_word_end(text, digits + 1))
            digits = *at;
    }
    *at = digits;
    if (is_one_of(text, *at, "lIi!") && is_word_end(text, *at + 1))
        ++*at;
    else
        skip(text, at, "0123456789");
    if (!has_v)
        return *at == digits + 1 && is_one_of(text, digits, "1") &&
               (is_word_end(text, *at) || is_one_of(text, *at, ";,:="));
    if (is_one_of(text, *at, ".") && is_one_of(text, *at + 1, "0123456789")) {
        ++*at;
        skip(text, at, "0123456789");
    }
    return !is_one_of(text, *at, "/");
}

static bool is_zone_file_word(struct str word)
{
    size_t digits = 0;

    while (digits < word.len && ascii_is_digit(word.at[digits]))
        digits++;
    if (memchr(word.at, '=', word.len))
        return false;
    return str_equal_nocase(word, str_of("in")) || str_equal_nocase(word, str_of("txt")) ||
           str_equal_nocase(word, str_of("spf")) || str_equal(word, str_of("@")) || digits == word.len ||
           word.at[word.len - 1] == '.' || word.at[word.len - 1] == ':';
}

static bool begins_version(struct str text, size_t at)
{
    return takes_version(text, &at);
}

/* "example.org. 3600 IN TXT" */
static size_t skip_zone_file_words(struct str text)
{
    size_t at = 0;

    for (;;) {
        size_t start, end;

        skip(text, &at, " \1");
        start = end = at;
        while (!is_word_end(text, end))
            end++;
        if (end == start || begins_version(text, start) ||
            !is_zone_file_word((struct str){text.at + start, end - start}))
            return start;
        at = end;
    }
}

bool spf_take_version(struct arena *arena, struct str *text, struct spf_repair *repair)
{
    size_t words = skip_zone_file_words(*text), start = words, at, end;

    skip(*text, &start, "-+~?=:,;.*_ \1");
    at = start;
    if (!takes_version(*text, &at))
        return false;
    end = at;
    skip(*text, &end, ";,:=.");
    if (str_starts_nocase((struct str){text->at + start, at - start}, "v=spf1") && at - start == strlen("v=spf1")) {
        if (words && text->at[0] != ' ')
            spf_repair_note(repair, "words of a zone file stand before v=spf1");
        else if (start && text->at[0] == ' ')
            spf_repair_note(repair, "a blank stands before v=spf1");
        else if (start)
            spf_repair_note(repair, str_printf(arena, "\"%s\" stands before v=spf1",
                                               str_text(arena, (struct str){text->at, start})));
        if (end > at)
            spf_repair_note(repair, str_printf(arena, "\"%s\" stands behind v=spf1, where a blank belongs",
                                               str_text(arena, (struct str){text->at + at, end - at})));
        else if (!is_word_end(*text, at))
            spf_repair_note(repair, "there is no blank behind v=spf1");
    } else {
        spf_repair_note(
            repair, str_printf(arena, "\"%s\" should read \"v=spf1\"", str_text(arena, (struct str){text->at, end})));
    }
    *text = (struct str){text->at + end, text->len - end};
    return true;
}
