/* core/records/trust_anchor.c - reads the DS records that the chain of trust begins with. */
#include "core/records/trust_anchor.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/base64.h"
#include "core/base/limits.h"
#include "core/facts/record_text.h"

const char *const trust_anchors_shipped[] = {
    "20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D",
    "38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16",
};
const size_t trust_anchors_shipped_count = sizeof trust_anchors_shipped / sizeof *trust_anchors_shipped;

enum { DNSKEY_FIXED = 4 };

struct line {
    char **words;
    size_t count;
};

static bool number(const char *text, unsigned long max, unsigned *out)
{
    char *end;
    unsigned long value;

    if (!ascii_is_digit(*text))
        return false;
    value = strtoul(text, &end, 10);
    *out = (unsigned)value;
    return *end == '\0' && value <= max;
}

static struct line split(struct arena *arena, char *text)
{
    struct line line = {ARENA_ARRAY(arena, char *, strlen(text) / 2 + 1), 0};
    char *rest = NULL;

    text[strcspn(text, ";")] = '\0';
    for (char *word = strtok_r(text, " \t\r()", &rest); word; word = strtok_r(NULL, " \t\r()", &rest))
        line.words[line.count++] = word;
    return line;
}

static const char *joined(struct arena *arena, const struct line *line, size_t first)
{
    const char *text = "";

    for (size_t i = first; i < line->count; i++)
        text = str_printf(arena, "%s%s", text, line->words[i]);
    return text;
}

static const char *ds_text(struct arena *arena, const struct line *line, size_t at)
{
    const char *text;
    struct ds ds;

    if (line->count < at + 4)
        return NULL;
    text = str_printf(arena, "%s %s %s %s", line->words[at], line->words[at + 1], line->words[at + 2],
                      joined(arena, line, at + 3));
    return trust_anchor_parse(arena, text, &ds) ? text : NULL;
}

static const char *dnskey_text(struct arena *arena, const struct line *line, size_t at)
{
    unsigned flags, protocol, algorithm;
    const char *base64;
    struct dnskey key;
    struct str octets;
    char fixed[DNSKEY_FIXED];

    if (line->count < at + 4 || !number(line->words[at], UINT16_MAX, &flags) ||
        !number(line->words[at + 1], UINT8_MAX, &protocol) || !number(line->words[at + 2], UINT8_MAX, &algorithm))
        return NULL;
    base64 = joined(arena, line, at + 3);
    if (!base64_decode_exact(arena, base64, &octets))
        return NULL;
    fixed[0] = (char)(flags >> 8);
    fixed[1] = (char)flags;
    fixed[2] = (char)protocol;
    fixed[3] = (char)algorithm;
    return dnskey_parse(str_join(arena, (struct str){fixed, DNSKEY_FIXED}, "", octets), &key)
               ? ds_text_of(arena, (struct str){"", 1}, &key)
               : NULL;
}

bool trust_anchor_parse(struct arena *arena, const char *text, struct ds *out)
{
    char *copy = arena_alloc(arena, strlen(text) + 1);
    unsigned tag, algorithm, digest_type;
    struct line line;

    memcpy(copy, text, strlen(text));
    line = split(arena, copy);
    if (line.count != 4 || !number(line.words[0], UINT16_MAX, &tag) || !number(line.words[1], UINT8_MAX, &algorithm) ||
        !number(line.words[2], UINT8_MAX, &digest_type) || !hex_parse(arena, line.words[3], &out->digest))
        return false;
    out->tag = (uint16_t)tag;
    out->algorithm = (uint8_t)algorithm;
    out->digest_type = (uint8_t)digest_type;
    return out->digest.len > 0;
}

/* "." first, then TTL and class, either of which may be left out; NULL: not a trust anchor. */
static const char *read_line(struct arena *arena, const struct line *line)
{
    size_t at = 1;

    if (strcmp(line->words[0], ".") != 0)
        return NULL;
    while (at < line->count && (ascii_is_digit(*line->words[at]) || text_equal_nocase(line->words[at], "IN")))
        at++;
    if (at == line->count)
        return NULL;
    return text_equal_nocase(line->words[at], "DS")       ? ds_text(arena, line, at + 1)
           : text_equal_nocase(line->words[at], "DNSKEY") ? dnskey_text(arena, line, at + 1)
                                                          : NULL;
}

size_t trust_anchors_read(struct arena *arena, struct str file, const char *const **out, const char **why)
{
    const char **anchors = ARENA_ARRAY(arena, const char *, TRUST_ANCHORS_MAX);
    char *copy = arena_alloc(arena, file.len + 1), *rest = NULL;
    size_t count = 0, number_of_line = 0;
    struct line line;

    if (file.len)
        memcpy(copy, file.at, file.len);
    for (char *text = copy; text; text = rest) {
        rest = strchr(text, '\n');
        if (rest)
            *rest++ = '\0';
        number_of_line++;
        line = split(arena, text);
        if (line.count == 0)
            continue;
        *why = str_printf(arena, "line %zu: more than %d trust anchors", number_of_line, TRUST_ANCHORS_MAX);
        if (count == TRUST_ANCHORS_MAX)
            return 0;
        anchors[count] = read_line(arena, &line);
        *why =
            str_printf(arena, "line %zu: expected a DS or DNSKEY record of the root: \". IN DS 20326 8 2 E06D44...\"",
                       number_of_line);
        if (!anchors[count++])
            return 0;
    }
    *why = "it holds no trust anchor";
    *out = anchors;
    return count;
}
