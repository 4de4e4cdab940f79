/* core/records/dkim_mend.c - DKIM keys that went wrong on their way into the zone. */
#include "core/records/dkim_mend.h"

#include <stdint.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/base64.h"
#include "core/base/list_text.h"
#include "core/base/name.h"
#include "core/records/dkim_key.h"
#include "core/records/tag_mend.h"
#include "core/records/taglist.h"
#include "core/records/txt_kind.h"

enum { KEY_DIGITS_MIN = 32, HEADER_DIGITS = 16, HEADER_OCTETS = 12, KEY_ALONE_MIN = 64, STRING_OCTETS = 255 };
enum { LONG_HEADER = 4 }; /* octets before a length of two octets */

static const char *const names[] = {"k", "p", "h", "s", "t", "n", "g", NULL};
static const char *const no_names[] = {NULL};
static const struct tag_dialect dialect = {
    .version = "DKIM1", .family = "DKIM", .names = names, .uri_tags = no_names, .version_optional = true};

/* ---- base 64 and DER ---- */

static bool is_digit(char c)
{
    return ascii_is_alphanumeric(c) || c == '+' || c == '/';
}

/* The digits alone, without the lines "-----BEGIN PUBLIC KEY-----", quotation marks and
 * blanks, and with what padding they need.  "" where other signs are among them. */
static const char *digits_of(struct arena *arena, struct str value)
{
    char *out = arena_alloc(arena, value.len + 4);
    size_t count = 0;

    for (size_t i = 0; i < value.len;) {
        struct str rest = {value.at + i, value.len - i};

        if (str_starts_nocase(rest, "-----")) {
            struct str line = {rest.at + 5, rest.len - 5};
            const char *end = str_find(line, str_of("-----"));

            if (!end)
                return "";
            i = (size_t)(end - value.at) + 5;
        } else if (is_digit(value.at[i])) {
            out[count++] = value.at[i++];
        } else if (tag_is_blank(value.at[i]) || strchr("=\"'\\", value.at[i])) {
            i++;
        } else {
            return "";
        }
    }
    while (count % 4 != 0 && count % 4 != 1)
        out[count++] = '=';
    out[count] = '\0';
    return out;
}

/* Octets before what a SEQUENCE holds; 0: it is none. */
static size_t header_octets(struct str der)
{
    const unsigned char *at = (const unsigned char *)der.at;

    if (der.len < 2 || at[0] != 0x30)
        return 0;
    return at[1] & 0x80 ? 2 + (size_t)(at[1] & 0x7f) : 2;
}

/* RFC 8017 A.1.2, RFC 5958 2, RFC 5915 3: a SEQUENCE that begins
 * with a small number, its version.  No public key does. */
static bool is_private(struct str der)
{
    const unsigned char *at = (const unsigned char *)der.at;
    size_t header = header_octets(der);

    return header && der.len >= header + 3 && at[header] == 0x02 && at[header + 1] == 0x01 && at[header + 2] <= 1;
}

/* How many octets the outermost element says it has, with its header; 0: there is no such header. */
static size_t announced(struct str der)
{
    const unsigned char *at = (const unsigned char *)der.at;
    size_t header = header_octets(der), octets = 0;

    if (!header || header > LONG_HEADER || der.len < header)
        return 0;
    if (header == 2)
        return header + (at[1] & 0x7f);
    for (size_t i = 2; i < header; i++)
        octets = octets << 8 | at[i];
    return header + octets;
}

/* What there is of the key, to the last whole group of digits. */
static struct str der_of(struct arena *arena, const char *digits)
{
    struct str der = {NULL, 0};
    size_t whole = strspn(digits, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") & ~(size_t)3;

    if (!base64_decode(arena, str_of(digits), &der))
        base64_decode(arena, (struct str){digits, whole}, &der);
    return der;
}

bool dkim_has_private_key(struct arena *arena, struct str text)
{
    if (str_find(text, str_of("PRIVATE KEY")))
        return true;
    for (size_t i = 0; i + KEY_DIGITS_MIN <= text.len;) {
        size_t end = i;
        struct str der;

        while (end < text.len && is_digit(text.at[end]))
            end++;
        if (end - i >= KEY_DIGITS_MIN && base64_decode(arena, (struct str){text.at + i, HEADER_DIGITS}, &der) &&
            der.len == HEADER_OCTETS && is_private(der))
            return true;
        i = end + 1;
    }
    return false;
}

/* ---- the text as a whole ---- */

/* "s1.domainkey.example.net." alone. */
static const char *host_name(struct arena *arena, struct str text)
{
    const char *name;

    text = tag_trim(text);
    while (text.len > 1 && strchr("\"'", text.at[0]) && text.at[text.len - 1] == text.at[0])
        text = tag_trim((struct str){text.at + 1, text.len - 2});
    if (str_starts_nocase(text, "CNAME "))
        text = tag_trim((struct str){text.at + 6, text.len - 6});
    if (text.len > 1 && text.at[text.len - 1] == '.')
        text.len--;
    for (size_t i = 0; i < text.len; i++)
        if (!ascii_is_alphanumeric(text.at[i]) && !strchr("-_.", text.at[i]))
            return NULL;
    name = name_lower(arena, str_text(arena, text));
    return name_is_host(name) && name_labels(name) > 2 ? name : NULL;
}

/* Line ends that somebody's program spelled out. */
static struct str without_spelled_line_ends(struct arena *arena, struct str text)
{
    char *out = arena_alloc(arena, text.len + 1);
    struct str result = {out, 0};

    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '\\' && i + 1 < text.len && (text.at[i + 1] == 'n' || text.at[i + 1] == 'r'))
            i++;
        else
            out[result.len++] = text.at[i];
    }
    return result;
}

/* With "p=" before a key that stands there without it. */
static struct str with_tag_of_key(struct arena *arena, struct str text)
{
    for (size_t i = 0; i + KEY_ALONE_MIN <= text.len;) {
        struct str run = {text.at + i, 0};

        while (i + run.len < text.len && is_digit(run.at[run.len]))
            run.len++;
        if (run.len >= KEY_ALONE_MIN && (i == 0 || strchr(" ;\"", text.at[i - 1])))
            return str_of(str_printf(arena, "%sp=%s", str_text(arena, (struct str){text.at, i}),
                                     str_text(arena, (struct str){text.at + i, text.len - i})));
        i += run.len + 1;
    }
    return text;
}

/* "rsa-sha256" is sha256, "sha1" stays, other words go.  "" where nothing is left: then every hash is allowed. */
static const char *hashes_meant(struct arena *arena, const char *value)
{
    struct list_text list = list_text(arena, ":", SIZE_MAX);
    struct str rest = str_of(value);

    while (rest.len > 0) {
        struct str word = {rest.at, 0};

        while (word.len < rest.len && !strchr(":,; ", word.at[word.len]))
            word.len++;
        rest = (struct str){word.at + word.len, rest.len - word.len};
        rest = rest.len > 0 ? (struct str){rest.at + 1, rest.len - 1} : rest;
        if (str_equal_nocase(word, str_of("sha256")) || str_equal_nocase(word, str_of("rsa-sha256")) ||
            str_equal_nocase(word, str_of("ed25519-sha256")) || str_equal_nocase(word, str_of("sha-256")))
            list_add(&list, "sha256");
        else if (str_equal_nocase(word, str_of("sha1")) && strlen(value) > word.len)
            list_add(&list, "sha1");
    }
    return list_end(&list);
}

static bool is_usable(struct arena *arena, const char *text)
{
    struct dkim_key key = dkim_key_parse(arena, str_of(text));

    return dkim_key_is_usable(&key) && key.allows_sha256;
}

/* "s=mail" allows no mail: without the tag, everything is allowed. */
static void mend_services(struct tag_mended *m)
{
    const char *s = tag_mended_value(m, "s");
    struct tag_items items = tag_items(str_of(s ? s : "*"));
    struct str service;
    bool keep = false;

    while (tag_items_next(&items, ':', &service))
        keep = keep || str_equal(service, str_of("*")) || str_equal_nocase(service, str_of("email")) ||
               str_equal_nocase(service, str_of("tlsrpt"));
    if (!keep)
        tag_mended_drop(m, "s");
}

static const char *mended_text(struct arena *arena, struct tag_mended *m, const char *digits)
{
    static const char *const types[] = {"rsa", "ed25519"};
    const char *k = tag_mended_value(m, "k"), *h = tag_mended_value(m, "h"), *text = NULL;

    for (size_t i = 0; i < m->count; i++) {
        if (strcmp(m->tags[i].name, "p") == 0)
            m->tags[i].value = digits;
        else if (strcmp(m->tags[i].name, "h") == 0)
            m->tags[i].value = hashes_meant(arena, h);
    }
    if (h && !*tag_mended_value(m, "h"))
        tag_mended_drop(m, "h");
    if (k && !*k)
        tag_mended_drop(m, "k");
    mend_services(m);
    text = tag_mended_text(arena, m);
    for (size_t type = 0; k && !is_usable(arena, text) && type < sizeof types / sizeof *types; type++) {
        for (size_t i = 0; i < m->count; i++)
            if (strcmp(m->tags[i].name, "k") == 0)
                m->tags[i].value = types[type];
        text = tag_mended_text(arena, m);
    }
    return is_usable(arena, text) ? text : NULL;
}

static struct tag_mended take_apart(struct arena *arena, struct str text)
{
    struct tag_mended m = tag_mend(arena, text, &dialect);

    return tag_mended_value(&m, "p") ? m : tag_mend(arena, with_tag_of_key(arena, text), &dialect);
}

struct dkim_mended dkim_mend(struct arena *arena, struct str text)
{
    struct dkim_mended out = {.mishap = DKIM_NO_MISHAP};
    struct tag_mended m = take_apart(arena, without_spelled_line_ends(arena, text));
    const char *kind = txt_kind(text), *p = tag_mended_value(&m, "p"), *digits = p ? digits_of(arena, str_of(p)) : "";
    struct str der = der_of(arena, digits);

    if (dkim_has_private_key(arena, text) || is_private(der))
        return (struct dkim_mended){.mishap = DKIM_PRIVATE_KEY};
    out.text = host_name(arena, text);
    if (out.text)
        return (struct dkim_mended){.mishap = DKIM_HOST_NAME, .text = out.text};
    if (kind && !strstr(kind, "DKIM"))
        return (struct dkim_mended){.mishap = DKIM_OTHER_RECORD, .text = kind};
    if (announced(der) > der.len)
        return (struct dkim_mended){.mishap = DKIM_CUT, .octets = der.len, .wanted = announced(der)};
    if (text.len == STRING_OCTETS && p && !is_usable(arena, str_text(arena, text)))
        return (struct dkim_mended){.mishap = DKIM_CUT, .octets = der.len};
    out.slips = m.slips;
    if (!m.unclear)
        out.text = mended_text(arena, &m, digits);
    if (out.text)
        out.mishap = DKIM_MISSPELT;
    return out;
}
