/* core/facts/record_text.c - prints DNS records as text and parses them. */

#include "core/facts/record_text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/list_text.h"
#include "core/base/name.h"
#include "core/base/str.h"

const char *record_name_text(const char *name)
{
    return name[0] ? name : ".";
}

/* Characters of the escape behind a backslash ("\DDD" or "\X"), 0 when it is none. */
static size_t escape_length(const char *at)
{
    if (!ascii_is_digit(at[0]))
        return at[0] != '\0';
    if (!ascii_is_digit(at[1]) || !ascii_is_digit(at[2]))
        return 0;
    return (at[0] - '0') * 100 + (at[1] - '0') * 10 + (at[2] - '0') <= 255 ? 3 : 0;
}

const char *record_name_parse(struct arena *arena, const char *text)
{
    size_t length = strlen(text), label = 0;

    if (strcmp(text, ".") == 0)
        return "";
    if (length >= NAME_TEXT_MAX)
        return NULL;
    for (size_t i = 0; i < length; i++) {
        if (text[i] <= 0x20 || text[i] > 0x7e || (text[i] == '.' && label == 0))
            return NULL;
        label = text[i] == '.' ? 0 : label + 1;
        if (text[i] == '\\') {
            size_t escape = escape_length(text + i + 1);

            if (escape == 0)
                return NULL;
            i += escape;
        }
    }
    return label > 0 ? str_dup(arena, text) : NULL;
}

/* Cuts the next word off; NULL at the end.  Words are parted by exactly one blank. */
static char *next_word(char **at)
{
    char *word = *at;

    if (!word)
        return NULL;
    *at = strchr(word, ' ');
    if (*at)
        *(*at)++ = '\0';
    return word;
}

static bool next_number(char **at, uint32_t max, uint32_t *out)
{
    const char *word = next_word(at);
    uint64_t number = 0;

    if (!word || !word[0] || (word[0] == '0' && word[1]) || strlen(word) > 10)
        return false;
    for (; *word; word++) {
        if (!ascii_is_digit(*word))
            return false;
        number = number * 10 + (uint64_t)(*word - '0');
    }
    *out = (uint32_t)number;
    return number <= max;
}

static bool next_name(struct arena *arena, char **at, const char **out)
{
    const char *word = next_word(at);

    *out = word ? record_name_parse(arena, word) : NULL;
    return *out != NULL;
}

bool hex_parse(struct arena *arena, const char *text, struct str *out)
{
    size_t length = strlen(text);
    char *bytes = arena_alloc(arena, length / 2 + 1);

    if (length % 2 != 0)
        return false;
    for (size_t i = 0; i < length / 2; i++) {
        int high = ascii_hex_value(text[2 * i]), low = ascii_hex_value(text[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        bytes[i] = (char)(high << 4 | low);
    }
    *out = (struct str){bytes, length / 2};
    return true;
}

const char *hex_text(struct arena *arena, struct str bytes)
{
    static const char digits[] = "0123456789abcdef";
    char *text = arena_alloc(arena, bytes.len * 2 + 1);

    for (size_t i = 0; i < bytes.len; i++) {
        text[2 * i] = digits[(unsigned char)bytes.at[i] >> 4];
        text[2 * i + 1] = digits[(unsigned char)bytes.at[i] & 15];
    }
    return text;
}

static bool parse_soa(struct arena *arena, char *text, struct dns_record *out)
{
    return next_name(arena, &text, &out->soa.mname) && next_name(arena, &text, &out->soa.rname) &&
           next_number(&text, UINT32_MAX, &out->soa.serial) && next_number(&text, UINT32_MAX, &out->soa.refresh) &&
           next_number(&text, UINT32_MAX, &out->soa.retry) && next_number(&text, UINT32_MAX, &out->soa.expire) &&
           next_number(&text, UINT32_MAX, &out->soa.minimum) && !text;
}

static bool parse_tlsa(struct arena *arena, char *text, struct dns_record *out)
{
    uint32_t usage, selector, matching;

    if (!next_number(&text, 255, &usage) || !next_number(&text, 255, &selector) || !next_number(&text, 255, &matching))
        return false;
    out->tlsa.usage = (uint8_t)usage;
    out->tlsa.selector = (uint8_t)selector;
    out->tlsa.matching = (uint8_t)matching;
    return hex_parse(arena, text ? text : "", &out->tlsa.data);
}

static bool parse_mx(struct arena *arena, char *text, struct dns_record *out)
{
    uint32_t preference;

    if (!next_number(&text, 65535, &preference))
        return false;
    out->mx.preference = (uint16_t)preference;
    return next_name(arena, &text, &out->mx.host) && !text;
}

static bool parse_txt(struct arena *arena, const char *text, struct dns_record *out)
{
    if (!bytes_unescape(arena, text, &out->txt.joined))
        return false;
    out->txt.strings = out->txt.joined.len > 255 ? (unsigned)((out->txt.joined.len + 254) / 255) : 1;
    return true;
}

bool record_parse(struct arena *arena, enum dns_type type, const char *text, struct dns_record *out, const char **why)
{
    char *copy = arena_alloc(arena, strlen(text) + 1);

    memcpy(copy, text, strlen(text));
    *out = (struct dns_record){.type = type};
    switch (type) {
    case DNS_A:
        *why = "expected an IPv4 address";
        return ip_parse(text, &out->ip) && out->ip.family == IP_V4;
    case DNS_AAAA: /* an IPv4-mapped address is kept as IPv4: see ip.h */
        *why = "expected an IPv6 address";
        return ip_parse(text, &out->ip);
    case DNS_NS:
    case DNS_CNAME:
    case DNS_PTR:
        *why = "expected a name without a final dot";
        out->name = record_name_parse(arena, text);
        return out->name != NULL;
    case DNS_MX:
        *why = "expected a preference and a name without a final dot: \"10 mx.example.org\"";
        return parse_mx(arena, copy, out);
    case DNS_SOA:
        *why = "expected \"MNAME RNAME SERIAL REFRESH RETRY EXPIRE MINIMUM\", names without a final dot";
        return parse_soa(arena, copy, out);
    case DNS_TXT:
        *why = "expected printable ASCII, other bytes as \\xNN, a backslash as \\\\";
        return parse_txt(arena, text, out);
    case DNS_TLSA:
        *why = "expected \"USAGE SELECTOR MATCHING HEX\"";
        return parse_tlsa(arena, copy, out);
    }
    *why = "a type that is not known";
    return false;
}

const char *record_text(struct arena *arena, const struct dns_record *r)
{
    switch (r->type) {
    case DNS_A:
    case DNS_AAAA:
        return ip_text(arena, &r->ip);
    case DNS_NS:
    case DNS_CNAME:
    case DNS_PTR:
        return record_name_text(r->name);
    case DNS_MX:
        return str_printf(arena, "%u %s", (unsigned)r->mx.preference, record_name_text(r->mx.host));
    case DNS_SOA:
        return str_printf(arena, "%s %s %lu %lu %lu %lu %lu", record_name_text(r->soa.mname),
                          record_name_text(r->soa.rname), (unsigned long)r->soa.serial, (unsigned long)r->soa.refresh,
                          (unsigned long)r->soa.retry, (unsigned long)r->soa.expire, (unsigned long)r->soa.minimum);
    case DNS_TXT:
        return bytes_escape(arena, r->txt.joined);
    case DNS_TLSA:
        return str_printf(arena, "%u %u %u%s%s", r->tlsa.usage, r->tlsa.selector, r->tlsa.matching,
                          r->tlsa.data.len ? " " : "", hex_text(arena, r->tlsa.data));
    }
    return "";
}

bool record_equal(struct arena *arena, const struct dns_record *a, const struct dns_record *b)
{
    if (a->type != b->type)
        return false;
    if (a->type == DNS_TXT)
        return str_equal(a->txt.joined, b->txt.joined);
    return name_equal(record_text(arena, a), record_text(arena, b));
}

const char *record_txt_line(struct arena *arena, const char *owner, const char *text)
{
    enum { STRING_OCTETS_MAX = 255 };
    struct list_text strings = list_text(arena, " ", SIZE_MAX);
    size_t left = strlen(text);

    do {
        size_t taken = left < STRING_OCTETS_MAX ? left : STRING_OCTETS_MAX, length = 0;
        char *string = ARENA_ARRAY(arena, char, 2 * taken + 3);

        string[length++] = '"';
        for (size_t i = 0; i < taken; i++) {
            if (text[i] == '"' || text[i] == '\\')
                string[length++] = '\\';
            string[length++] = text[i];
        }
        string[length] = '"';
        list_add(&strings, string);
        text += taken;
        left -= taken;
    } while (left > 0);
    return str_printf(arena, "%s. 3600 IN TXT %s", owner, list_end(&strings));
}
