/* core/base/json.c - scans JSON from outside before cJSON parses it, and spells numbers. */

#include "core/base/json.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/base/utf8.h"

enum { NUMBER_MAX = 40 }; /* characters of a number: cJSON cuts longer ones at 63 */

static_assert(JSON_DEPTH <= 64, "the kinds of the open containers are bits of a uint64_t");

struct scan {
    const unsigned char *at, *end;
    const char *why; /* set by the first fault */
};

static bool fault(struct scan *s, const char *why)
{
    if (!s->why)
        s->why = why;
    return false;
}

/* The four hex digits of a "\u" escape; -1 when they are none. */
static long scan_unit(struct scan *s)
{
    long unit = 0;

    if (s->end - s->at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int digit = ascii_hex_value((char)s->at[i]);

        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    s->at += 4;
    return unit;
}

static bool scan_escape(struct scan *s) /* behind the backslash */
{
    unsigned char c = s->at < s->end ? *s->at : 0;

    if (c != 'u') {
        if (c == 0 || !strchr("\"\\/bfnrt", c))
            return fault(s, "not an escape of JSON; a backslash is written \\\\");
        s->at++;
        return true;
    }
    s->at++;

    long unit = scan_unit(s);

    if (unit < 0)
        return fault(s, "\\u needs four hexadecimal digits");
    if (unit == 0)
        return fault(s, "NUL in a string");
    if (unit >= 0xdc00 && unit <= 0xdfff)
        return fault(s, "half of a surrogate pair");
    if (unit >= 0xd800 && unit <= 0xdbff) {
        if (s->end - s->at < 2 || s->at[0] != '\\' || s->at[1] != 'u')
            return fault(s, "half of a surrogate pair");
        s->at += 2;
        unit = scan_unit(s);
        if (unit < 0xdc00 || unit > 0xdfff)
            return fault(s, "half of a surrogate pair");
    }
    return true;
}

static bool scan_string(struct scan *s) /* behind the opening quote */
{
    while (s->at < s->end) {
        unsigned char c = *s->at;

        if (c == '"') {
            s->at++;
            return true;
        }
        if (c < 0x20)
            return fault(s, "a control character in a string");
        if (c == '\\') {
            s->at++;
            if (!scan_escape(s))
                return false;
            continue;
        }

        uint32_t code;
        size_t length = utf8_decode(s->at, (size_t)(s->end - s->at), &code);

        if (length == 0)
            return fault(s, "not UTF-8");
        s->at += length;
    }
    return fault(s, "a string without an end");
}

static bool scan_digits(struct scan *s)
{
    const unsigned char *start = s->at;

    while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
        s->at++;
    return s->at > start;
}

static bool scan_number(struct scan *s)
{
    const unsigned char *start = s->at;

    if (*s->at == '-')
        s->at++;
    if (s->at < s->end && *s->at == '0')
        s->at++;
    else if (!scan_digits(s))
        return fault(s, "not a number");
    if (s->at < s->end && *s->at == '.') {
        s->at++;
        if (!scan_digits(s))
            return fault(s, "not a number");
    }
    if (s->at < s->end && (*s->at == 'e' || *s->at == 'E')) {
        s->at++;
        if (s->at < s->end && (*s->at == '+' || *s->at == '-'))
            s->at++;
        if (!scan_digits(s))
            return fault(s, "not a number");
    }
    return s->at - start <= NUMBER_MAX ? true : fault(s, "a number that is too long");
}

static bool scan_literal(struct scan *s, const char *word)
{
    size_t length = strlen(word);

    if ((size_t)(s->end - s->at) < length || memcmp(s->at, word, length) != 0)
        return fault(s, "expected a value");
    s->at += length;
    return true;
}

static bool scan_scalar(struct scan *s)
{
    switch (*s->at) {
    case '"':
        s->at++;
        return scan_string(s);
    case 't':
        return scan_literal(s, "true");
    case 'f':
        return scan_literal(s, "false");
    case 'n':
        return scan_literal(s, "null");
    default:
        if (*s->at == '-' || (*s->at >= '0' && *s->at <= '9'))
            return scan_number(s);
        return fault(s, "expected a value");
    }
}

static void skip_blanks(struct scan *s)
{
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\t' || *s->at == '\n' || *s->at == '\r'))
        s->at++;
}

/* One whole document.  The open containers are bits of `objects`, so depth costs nothing. */
static bool scan_document(struct scan *s)
{
    enum { VALUE, VALUE_OR_END, MEMBER, MEMBER_OR_END, BEHIND } expect = VALUE;
    uint64_t objects = 0;
    int depth = 0, values = 0;

    for (;;) {
        skip_blanks(s);
        if (s->at == s->end)
            return expect == BEHIND && depth == 0 ? true : fault(s, "the text ends too early");

        unsigned char c = *s->at;
        bool in_object = depth > 0 && (objects >> (depth - 1) & 1);

        if (expect == BEHIND && depth == 0)
            return fault(s, "something follows the end");
        if ((c == '}' && in_object && (expect == MEMBER_OR_END || expect == BEHIND)) ||
            (c == ']' && !in_object && (expect == VALUE_OR_END || expect == BEHIND))) {
            s->at++;
            depth--;
            expect = BEHIND;
        } else if (expect == BEHIND) {
            if (c != ',')
                return fault(s, in_object ? "expected \",\" or \"}\"" : "expected \",\" or \"]\"");
            s->at++;
            expect = in_object ? MEMBER : VALUE;
        } else if (expect == MEMBER || expect == MEMBER_OR_END) {
            if (c != '"')
                return fault(s, "expected the name of a member");
            s->at++;
            if (!scan_string(s))
                return false;
            skip_blanks(s);
            if (s->at == s->end || *s->at != ':')
                return fault(s, "expected \":\"");
            s->at++;
            expect = VALUE;
        } else {
            if (++values > JSON_VALUES)
                return fault(s, "too many values");
            if (c != '{' && c != '[') {
                if (!scan_scalar(s))
                    return false;
                expect = BEHIND;
                continue;
            }
            if (depth == JSON_DEPTH)
                return fault(s, "nested too deeply");
            objects = (objects & ~(UINT64_C(1) << depth)) | (uint64_t)(c == '{') << depth;
            depth++;
            s->at++;
            expect = c == '{' ? MEMBER_OR_END : VALUE_OR_END;
        }
    }
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The name that occurs twice in an object; `no_memory`; NULL when all differ. */
static const char *duplicate_of(const cJSON *object)
{
    size_t count = 0, i = 0;
    const char *duplicate = NULL;

    for (const cJSON *member = object->child; member; member = member->next)
        count++;
    if (count < 2)
        return NULL;

    const char **names = calloc(count, sizeof *names);

    if (!names)
        return no_memory;
    for (const cJSON *member = object->child; member; member = member->next)
        names[i++] = member->string;
    qsort(names, count, sizeof *names, compare_names);
    for (i = 1; i < count && !duplicate; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            duplicate = names[i];
    free(names);
    return duplicate;
}

/* As duplicate_of(), for every object of a tree that is at most JSON_DEPTH deep. */
static const char *duplicate_in(const cJSON *root)
{
    const cJSON *parents[JSON_DEPTH + 1];
    size_t depth = 0;
    const cJSON *at = root;

    while (at) {
        const char *duplicate = cJSON_IsObject(at) ? duplicate_of(at) : NULL;

        if (duplicate)
            return duplicate;
        if (at->child && depth <= JSON_DEPTH) {
            parents[depth++] = at;
            at = at->child;
            continue;
        }
        while (!at->next && depth > 0)
            at = parents[--depth];
        at = depth > 0 ? at->next : NULL;
    }
    return NULL;
}

static size_t line_of(const char *bytes, const unsigned char *at)
{
    size_t line = 1;

    for (const unsigned char *p = (const unsigned char *)bytes; p < at; p++)
        line += *p == '\n';
    return line;
}

struct cJSON *json_parse(struct arena *arena, const char *bytes, size_t size, const char **why)
{
    struct scan s = {(const unsigned char *)bytes, (const unsigned char *)bytes + size, NULL};
    char name[64] = "";

    if (size > JSON_BYTES) {
        *why = "larger than 16 MiB";
        return NULL;
    }
    if (!scan_document(&s)) {
        *why = str_printf(arena, "line %zu: %s", line_of(bytes, s.at), s.why);
        return NULL;
    }

    cJSON *root = cJSON_ParseWithLength(bytes, size);
    const char *duplicate = root ? duplicate_in(root) : no_memory;
    bool starved = duplicate == no_memory;

    if (!duplicate)
        return root;
    for (size_t i = 0; duplicate[i] && i + 1 < sizeof name;
         i++) /* out of the tree, which goes before the arena may jump */
        name[i] = duplicate[i];
    cJSON_Delete(root);
    if (starved)
        arena_exhaust(arena);
    *why = str_printf(arena, "member \"%s\" occurs twice", bytes_escape(arena, str_of(name)));
    return NULL;
}

struct cJSON *json_number(int64_t number)
{
    char digits[24];

    snprintf(digits, sizeof digits, "%" PRId64, number);
    return cJSON_CreateRaw(digits);
}

const char *json_utf8(struct arena *arena, const char *text)
{
    size_t size = strlen(text), bad = 0;
    const unsigned char *at = (const unsigned char *)text, *end = at + size;
    uint32_t code;

    for (const unsigned char *p = at; p < end;) {
        size_t length = utf8_decode(p, (size_t)(end - p), &code);

        bad += length == 0;
        p += length ? length : 1;
    }
    if (bad == 0)
        return text;

    char *out = arena_alloc(arena, size + 2 * bad + 1), *to = out;

    while (at < end) {
        size_t length = utf8_decode(at, (size_t)(end - at), &code);

        if (length)
            memcpy(to, at, length);
        else
            memcpy(to, "\xef\xbf\xbd", 3);
        to += length ? length : 3;
        at += length ? length : 1;
    }
    return out;
}
