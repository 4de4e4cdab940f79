/* core/records/svg_scan.c - takes characters, names and attributes off an XML document. */
#include "core/records/svg_scan.h"

#include <stdint.h>
#include <string.h>

/* ---- characters ---- */

static bool is_xml_character(uint32_t c)
{
    if (c < 0x20)
        return c == '\t' || c == '\n' || c == '\r';
    return c < 0xd800 || (c > 0xdfff && c < 0xfffe) || (c > 0xffff && c < 0x110000);
}

/* The octets of one character; 0: not UTF-8, in its shortest form. */
static size_t decode(const unsigned char *at, size_t left, uint32_t *out)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t len = at[0] < 0x80 ? 1 : at[0] < 0xc0 ? 0 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : at[0] < 0xf8 ? 4 : 0;
    uint32_t c = len == 1 ? at[0] : len == 0 ? 0 : at[0] & (0x7fU >> len);

    if (len == 0 || len > left)
        return 0;
    for (size_t i = 1; i < len; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (at[i] & 0x3f);
    }
    *out = c;
    return c >= smallest[len] ? len : 0;
}

static size_t encode(uint32_t c, char *out)
{
    size_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned lead[] = {0, 0, 0xc0, 0xe0, 0xf0};

    for (size_t i = len; i > 1; i--, c >>= 6)
        out[i - 1] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)(lead[len] | c);
    return len;
}

bool scan_is_xml_text(struct str text, size_t *offset)
{
    uint32_t c;

    for (size_t i = 0, len; i < text.len; i += len) {
        len = decode((const unsigned char *)text.at + i, text.len - i, &c);
        if (len == 0 || !is_xml_character(c)) {
            *offset = i;
            return false;
        }
    }
    return true;
}

/* ---- tokens ---- */

bool scan_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool scan_blanks(struct scan *s)
{
    const char *from = s->at;

    while (s->at < s->end && scan_is_blank(*s->at))
        s->at++;
    return s->at > from;
}

bool scan_word(struct scan *s, const char *word)
{
    size_t len = strlen(word);

    if ((size_t)(s->end - s->at) < len || memcmp(s->at, word, len) != 0)
        return false;
    s->at += len;
    return true;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_name_character(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':';
}

struct str scan_name(struct scan *s)
{
    struct str name = {s->at, 0};

    if (s->at < s->end && is_letter(*s->at))
        while (s->at < s->end && is_name_character(*s->at))
            s->at++;
    name.len = (size_t)(s->at - name.at);
    return name;
}

bool scan_until(struct scan *s, const char *word, struct str *between)
{
    const char *from = s->at;

    while (s->at < s->end) {
        const char *next = memchr(s->at, word[0], (size_t)(s->end - s->at));

        if (!next)
            break;
        s->at = next;
        if (scan_word(s, word)) {
            *between = (struct str){from, (size_t)(next - from)};
            return true;
        }
        s->at++;
    }
    s->at = from;
    return false;
}

/* ---- references and attributes ---- */

static int digit(char c, unsigned base)
{
    int value = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;

    return value < (int)base ? value : -1;
}

static size_t number(struct scan *s, unsigned base, char *out)
{
    uint32_t c = 0;
    bool any = false;

    for (; s->at < s->end && digit(*s->at, base) >= 0; s->at++, any = true) {
        c = c * base + (uint32_t)digit(*s->at, base);
        if (c > 0x10ffff)
            return 0;
    }
    return any && scan_word(s, ";") && is_xml_character(c) ? encode(c, out) : 0;
}

size_t scan_reference(struct scan *s, char *out)
{
    static const struct {
        const char *text;
        char character;
    } entities[] = {{"amp;", '&'}, {"lt;", '<'}, {"gt;", '>'}, {"quot;", '"'}, {"apos;", '\''}};

    if (!scan_word(s, "&"))
        return 0;
    if (scan_word(s, "#x"))
        return number(s, 16, out);
    if (scan_word(s, "#"))
        return number(s, 10, out);
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
        if (scan_word(s, entities[i].text)) {
            *out = entities[i].character;
            return 1;
        }
    return 0;
}

static bool value(struct scan *s, char quote, char *buffer, struct str *out, enum svg_fault_kind *why)
{
    size_t len = 0;

    while (s->at < s->end && *s->at != quote) {
        const char *from = s->at;
        size_t octets;

        if (*s->at == '<') {
            *why = SVG_SYNTAX;
            return false;
        }
        if (*s->at != '&') {
            buffer[len++] = scan_is_blank(*s->at) ? ' ' : *s->at;
            s->at++;
            continue;
        }
        /* No reference is shorter than what it stands for, so the buffer is large enough. */
        octets = scan_reference(s, buffer + len);
        if (octets == 0) {
            s->at = from;
            *why = SVG_REFERENCE;
            return false;
        }
        len += octets;
    }
    *out = (struct str){buffer, len};
    return true;
}

bool scan_attribute(struct scan *s, char *buffer, struct scan_attribute *out, enum svg_fault_kind *why)
{
    char quote;

    *why = SVG_SYNTAX;
    out->name = scan_name(s);
    if (out->name.len == 0)
        return false;
    scan_blanks(s);
    if (!scan_word(s, "="))
        return false;
    scan_blanks(s);
    if (s->at == s->end || (*s->at != '"' && *s->at != '\''))
        return false;
    quote = *s->at++;
    if (!value(s, quote, buffer, &out->value, why))
        return false;
    if (s->at == s->end)
        return false;
    s->at++;
    return true;
}
