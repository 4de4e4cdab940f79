/* core/records/spf_macro.c - macro strings of SPF: their grammar and their expansion.  (RFC 7208 7) */
#include "core/records/spf_macro.h"

#include <inttypes.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"

enum { LABEL_MAX = 63, NIBBLES_TEXT = 63, TEXT_ROOM = 4096 };

/* ---- grammar ---- */

struct macro {
    size_t length; /* in the text */
    char letter;   /* lower case; for "%%", "%_" and "%-" the second character */
    bool escaped;  /* an upper-case letter */
    size_t parts;  /* rightmost ones to keep; 0: all */
    bool reversed;
    struct str delimiters;
};

/* The macro at text.at[at], which is a "%". */
static bool parse_macro(struct str text, size_t at, struct macro *m, const char **why)
{
    size_t i = at + 1, delimiters;

    *m = (struct macro){.length = 2};
    *why = "\"%\" begins no macro; a percent sign is written twice";
    if (i == text.len)
        return false;
    m->letter = text.at[i];
    if (m->letter == '%' || m->letter == '_' || m->letter == '-')
        return true;
    if (m->letter != '{')
        return false;
    *why = "\"%{\" is not followed by a macro letter";
    if (++i == text.len || !ascii_is_letter(text.at[i]) || !strchr("slodiphcrtv", ascii_lower(text.at[i])))
        return false;
    m->letter = ascii_lower(text.at[i]);
    m->escaped = text.at[i] != m->letter;
    *why = "the number of labels in a macro must not be 0";
    if (++i < text.len && ascii_is_digit(text.at[i])) {
        for (; i < text.len && ascii_is_digit(text.at[i]); i++)
            if (m->parts < TEXT_ROOM)
                m->parts = m->parts * 10 + (size_t)(text.at[i] - '0');
        if (m->parts == 0)
            return false;
    }
    if (i < text.len && ascii_lower(text.at[i]) == 'r') {
        m->reversed = true;
        i++;
    }
    delimiters = i;
    while (i < text.len && text.at[i] && strchr(".-+,/_=", text.at[i]))
        i++;
    m->delimiters = (struct str){text.at + delimiters, i - delimiters};
    *why = "a macro is not closed by \"}\"";
    m->length = i - at + 1;
    return i < text.len && text.at[i] == '}';
}

bool spf_macro_check(struct str text, enum spf_macro_place place, size_t *at, const char **why)
{
    struct macro m;

    for (*at = 0; *at < text.len; *at += m.length) {
        char c = text.at[*at];

        m.length = 1;
        if (c == '%') {
            if (!parse_macro(text, *at, &m, why))
                return false;
            if (place == SPF_IN_NAME && text.at[*at + 1] == '{' && strchr("crt", m.letter)) {
                *why = "the macros c, r and t are for explanations only";
                return false;
            }
        } else if (c < 0x21 || c > 0x7e) {
            if (c == ' ' && place == SPF_IN_EXPLANATION)
                continue;
            *why = "a character that is not visible ASCII";
            return false;
        }
    }
    return true;
}

static bool is_top_label(struct str label)
{
    bool has_letter_or_hyphen = false;

    for (size_t i = 0; i < label.len; i++) {
        if (!ascii_is_alphanumeric(label.at[i]) && label.at[i] != '-')
            return false;
        has_letter_or_hyphen |= !ascii_is_digit(label.at[i]);
    }
    return has_letter_or_hyphen && label.at[0] != '-' && label.at[label.len - 1] != '-';
}

bool spf_domain_spec_check(struct str spec, size_t *at, const char **why)
{
    size_t tail = 0, end = spec.len, dot;
    struct macro m;

    *at = 0;
    *why = "a domain name is missing";
    if (!spec.len || !spf_macro_check(spec, SPF_IN_NAME, at, why))
        return false;
    for (size_t i = 0; i < spec.len; i += m.length) {
        m.length = 1;
        if (spec.at[i] == '%' && parse_macro(spec, i, &m, why))
            tail = i + m.length;
    }
    if (tail == spec.len)
        return true;
    end -= spec.at[end - 1] == '.';
    for (dot = end; dot > tail && spec.at[dot - 1] != '.'; dot--)
        ;
    *at = dot;
    *why = "a domain name has at least two labels";
    if (dot == tail)
        return false;
    *why = "the last label is not one that a domain name can end in";
    return is_top_label((struct str){spec.at + dot, end - dot});
}

unsigned spf_macro_uses(struct str text)
{
    unsigned uses = 0;
    const char *why;
    struct macro m;

    for (size_t i = 0; i < text.len; i += m.length) {
        m.length = 1;
        if (text.at[i] != '%' || !parse_macro(text, i, &m, &why) || text.at[i + 1] != '{')
            continue;
        switch (m.letter) {
        case 's':
        case 'l':
        case 'o':
            uses |= SPF_USES_SENDER;
            break;
        case 'i':
        case 'v':
        case 'c':
            uses |= SPF_USES_IP;
            break;
        case 'h':
            uses |= SPF_USES_HELO;
            break;
        case 'p':
            uses |= SPF_USES_PTR_NAME;
            break;
        case 't':
            uses |= SPF_USES_TIME;
            break;
        default:
            break;
        }
    }
    return uses;
}

/* ---- expansion ---- */

struct output {
    char at[TEXT_ROOM];
    size_t len;
    bool keep_end; /* when it is full: of a name the right end counts, of a text the left */
};

static void put(struct output *out, char c)
{
    if (out->len == TEXT_ROOM) {
        if (!out->keep_end)
            return;
        memmove(out->at, out->at + TEXT_ROOM / 2, TEXT_ROOM / 2);
        out->len = TEXT_ROOM / 2;
    }
    out->at[out->len++] = c;
}

static void put_all(struct output *out, struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        put(out, s.at[i]);
}

static void put_octet(struct output *out, char c, bool escaped)
{
    static const char hex[] = "0123456789ABCDEF";

    if (!escaped || ascii_is_alphanumeric(c) || (c && strchr("-._~", c))) { /* RFC 3986 2.3 */
        put(out, c);
        return;
    }
    put(out, '%');
    put(out, hex[(unsigned char)c >> 4]);
    put(out, hex[(unsigned char)c & 15]);
}

/* %{i}: dotted nibbles for IPv6. */
static struct str address_text(struct arena *arena, const struct ip *ip)
{
    static const char hex[] = "0123456789abcdef";
    char *text;

    if (ip->family != IP_V6)
        return str_of(ip_text(arena, ip));
    text = arena_alloc(arena, NIBBLES_TEXT + 1);
    for (size_t i = 0; i < NIBBLES_TEXT; i += 2) {
        uint8_t byte = ip->bytes[i / 4];

        text[i] = hex[i % 4 ? byte & 15 : byte >> 4];
        if (i + 1 < NIBBLES_TEXT)
            text[i + 1] = '.';
    }
    return (struct str){text, NIBBLES_TEXT};
}

static struct str value_of(struct arena *arena, char letter, const struct spf_macro_values *values)
{
    switch (letter) {
    case 's':
        return values->sender;
    case 'l':
        return values->local;
    case 'o':
        return values->sender_domain;
    case 'd':
        return values->domain;
    case 'i':
        return address_text(arena, &values->ip);
    case 'p':
        return values->ptr_name.len ? values->ptr_name : str_of("unknown");
    case 'v':
        return str_of(values->ip.family == IP_V6 ? "ip6" : "in-addr");
    case 'h':
        return values->helo;
    case 'c':
        return str_of(ip_text(arena, &values->ip));
    case 't':
        return str_of(str_printf(arena, "%" PRId64, values->now_s));
    default: /* r: the receiver, which nobody has named */
        return str_of("unknown");
    }
}

static bool is_delimiter(const struct macro *m, char c)
{
    return m->delimiters.len ? c && memchr(m->delimiters.at, c, m->delimiters.len) : c == '.';
}

/* The part that begins at `from`. */
static struct str part_at(struct str value, size_t from, const struct macro *m)
{
    size_t end = from;

    while (end < value.len && !is_delimiter(m, value.at[end]))
        end++;
    return (struct str){value.at + from, end - from};
}

static size_t count_parts(struct str value, const struct macro *m)
{
    size_t count = 1;

    for (size_t i = 0; i < value.len; i++)
        count += is_delimiter(m, value.at[i]);
    return count;
}

static void put_part(struct output *out, struct str part, bool escaped)
{
    for (size_t i = 0; i < part.len; i++)
        put_octet(out, part.at[i], escaped);
}

/* Split, reverse, keep the rightmost, join with dots.  (RFC 7208 7.3) */
static void put_value(struct output *out, struct str value, const struct macro *m)
{
    size_t count = count_parts(value, m), skip = m->parts && m->parts < count ? count - m->parts : 0, at;

    if (!m->reversed) {
        at = 0;
        for (size_t n = 0; n < count; n++) {
            struct str part = part_at(value, at, m);

            if (n > skip)
                put(out, '.');
            if (n >= skip)
                put_part(out, part, m->escaped);
            at += part.len + 1;
        }
        return;
    }
    at = value.len;
    for (size_t n = 0; n < count; n++) {
        size_t start = at;

        while (start > 0 && !is_delimiter(m, value.at[start - 1]))
            start--;
        if (n > skip)
            put(out, '.');
        if (n >= skip)
            put_part(out, (struct str){value.at + start, at - start}, m->escaped);
        at = start ? start - 1 : 0;
    }
}

static void put_macro(struct arena *arena, struct output *out, struct str text, size_t at, const struct macro *m,
                      const struct spf_macro_values *values)
{
    if (text.at[at + 1] == '{')
        put_value(out, value_of(arena, m->letter, values), m);
    else if (m->letter == '-')
        put_all(out, str_of("%20"));
    else
        put(out, m->letter == '_' ? ' ' : '%');
}

bool spf_macro_expand(struct arena *arena, struct str text, enum spf_macro_place place,
                      const struct spf_macro_values *values, struct str *out)
{
    struct output *output = ARENA_NEW(arena, struct output);
    size_t expansions = 0;
    const char *why;
    struct macro m;

    output->keep_end = place == SPF_IN_NAME;
    for (size_t i = 0; i < text.len; i += m.length) {
        m.length = 1;
        if (text.at[i] != '%' || !parse_macro(text, i, &m, &why)) {
            put(output, text.at[i]);
            continue;
        }
        if (++expansions > SPF_EXPANSIONS)
            return false;
        put_macro(arena, output, text, i, &m, values);
    }
    *out = (struct str){output->at, output->len};
    return true;
}

bool spf_name_expand(struct arena *arena, struct str spec, const struct spf_macro_values *values, struct str *out)
{
    if (memchr(spec.at, '%', spec.len)) {
        if (!spf_macro_expand(arena, spec, SPF_IN_NAME, values, out))
            return false;
    } else {
        *out = spec;
    }
    if (out->len && out->at[out->len - 1] == '.')
        out->len--;
    while (out->len > SPF_NAME_MAX) {
        const char *dot = memchr(out->at, '.', out->len);
        size_t cut = dot ? (size_t)(dot - out->at) + 1 : out->len;

        *out = (struct str){out->at + cut, out->len - cut};
    }
    return true;
}

const char *spf_name_text(struct arena *arena, struct str octets)
{
    char *text = arena_alloc(arena, octets.len * 4 + 1), *to = text;
    size_t label = 0;

    if (octets.len > SPF_NAME_MAX)
        return NULL;
    for (size_t i = 0; i < octets.len; i++) {
        unsigned char c = (unsigned char)ascii_lower(octets.at[i]);

        if (c == '.' ? label == 0 : label == LABEL_MAX)
            return NULL;
        label = c == '.' ? 0 : label + 1;
        if (c > 0x20 && c < 0x7f && c != '\\') {
            *to++ = (char)c;
            continue;
        }
        *to++ = '\\';
        *to++ = (char)('0' + c / 100);
        *to++ = (char)('0' + c / 10 % 10);
        *to++ = (char)('0' + c % 10);
    }
    return label ? text : NULL;
}

struct str spf_name_octets(struct arena *arena, const char *name)
{
    size_t len = strlen(name), out = 0;
    char *octets;

    if (!strchr(name, '\\'))
        return (struct str){name, len};
    octets = arena_alloc(arena, len + 1);
    for (size_t i = 0; i < len; i++) {
        if (name[i] == '\\' && ascii_is_digit(name[i + 1]) && ascii_is_digit(name[i + 2]) &&
            ascii_is_digit(name[i + 3])) {
            octets[out++] =
                (char)(unsigned char)((name[i + 1] - '0') * 100 + (name[i + 2] - '0') * 10 + (name[i + 3] - '0'));
            i += 3;
        } else if (name[i] == '\\' && i + 1 < len) {
            octets[out++] = name[++i];
        } else {
            octets[out++] = name[i];
        }
    }
    return (struct str){octets, out};
}
