/* reports/sink.c - encodes report text for the language that it stands in, and keeps the first write error. */

#include "reports/sink.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/utf8.h"
#include "reports/language/language.h"
#include "reports/sink_words.h"

struct range {
    uint32_t first, last;
};

/* Code points that show nothing, or change how others are shown: a reader could not tell that they are there. */
static const struct range unseen[] = {
    {0x0000, 0x001f}, {0x007f, 0x00a0},   {0x00ad, 0x00ad},   {0x034f, 0x034f},   {0x061c, 0x061c},
    {0x115f, 0x1160}, {0x1680, 0x1680},   {0x17b4, 0x17b5},   {0x180b, 0x180f},   {0x2000, 0x200f},
    {0x2028, 0x202f}, {0x205f, 0x206f}, {0x2800, 0x2800},   {0x3000, 0x3000},   {0x3164, 0x3164},   {0xd800, 0xf8ff},
    {0xfdd0, 0xfdef}, {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0},   {0xfff0, 0xfffb},
    {0xfffe, 0xffff}, {0x1d173, 0x1d17a}, {0x1fffe, 0x1ffff}, {0x2fffe, 0x2ffff}, {0xe0000, 0x10ffff},
};

/* Code points that take two columns: East Asian wide and emoji, by whole blocks. */
static const struct range wide[] = {
    {0x1100, 0x115f}, {0x2e80, 0x303e}, {0x3041, 0xa4cf},   {0xac00, 0xd7a3},   {0xf900, 0xfaff},
    {0xfe30, 0xfe6f}, {0xff00, 0xff60}, {0x1f300, 0x1f64f}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd},
};

/* Code points that are put on top of the one before. */
static const struct range combining[] = {
    {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x064b, 0x065f},
    {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x20d0, 0x20ff}, {0xfe20, 0xfe2f},
};

static bool in_ranges(uint32_t code, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    return false;
}

#define IN(code, ranges) in_ranges((code), (ranges), sizeof(ranges) / sizeof *(ranges))

static bool is_plain(char c) /* printable ASCII, which nearly all of a report is */
{
    return c >= ' ' && c < 0x7f;
}

/* Bytes at `at`, of which there is one at least, that may be shown as they are: one whole code point, or 0. */
static size_t visible_size(const unsigned char *at, size_t left)
{
    uint32_t code = 0;
    size_t size;

    if (is_plain((char)*at))
        return 1;
    size = utf8_decode(at, left, &code);
    return size > 0 && !IN(code, unseen) ? size : 0;
}

static void spell_byte(unsigned char byte, char out[4])
{
    static const char digits[] = "0123456789abcdef";

    out[0] = '\\';
    out[1] = 'x';
    out[2] = digits[byte >> 4];
    out[3] = digits[byte & 15];
}

struct sink sink_to(FILE *out, enum sink_language language)
{
    return (struct sink){.out = out, .language = language};
}

void sink_fail(struct sink *sink, int error)
{
    if (sink->error == 0)
        sink->error = error ? error : EIO;
}

int sink_finish(struct sink *sink)
{
    if (sink->error == 0 && fflush(sink->out) != 0)
        sink_fail(sink, errno);
    return sink->error;
}

/* Where the line stands after these bytes. */
static void follow_line(struct sink *sink, const char *bytes, size_t size)
{
    const char *end;

    if (size == 0) /* then there may be nothing to point at */
        return;
    end = bytes + size;
    for (const char *newline; (newline = memchr(bytes, '\n', (size_t)(end - bytes)));) {
        sink->line_has_begun = false;
        bytes = newline + 1;
    }
    while (!sink->line_has_begun && bytes < end)
        sink->line_has_begun = *bytes++ != ' ';
    sink->last = end[-1];
}

static void put(struct sink *sink, const char *bytes, size_t size)
{
    if (sink->error == 0 && size > 0 && fwrite(bytes, 1, size, sink->out) != size)
        sink_fail(sink, errno);
    sink->written += size;
}

void sink_raw(struct sink *sink, const char *bytes, size_t size)
{
    put(sink, bytes, size);
    follow_line(sink, bytes, size);
}

void sink_literal_bytes(struct sink *sink, const char *bytes, size_t size)
{
    if (sink->translator)
        sink_say_literal(sink, (struct str){bytes, size});
    else
        sink_raw(sink, bytes, size);
}

static const struct {
    enum sink_language language;
    char c;
    const char *spelled;
} spellings[] = {
    {SINK_HTML, '&', "&amp;"},
    {SINK_HTML, '<', "&lt;"},
    {SINK_HTML, '>', "&gt;"},
    {SINK_HTML, '"', "&quot;"},
    {SINK_HTML, '\'', "&#39;"},
    {SINK_JSON, '"', "\\\""},
    {SINK_JSON, '\\', "\\\\"},
    {SINK_CSV, '"', "\"\""},
    {SINK_MARKDOWN, '|', "\\x7c"}, /* ends a cell, and what a backslash before it does differs by renderer */
    {SINK_GITHUB, '%', "%25"},
    {SINK_GITHUB_PROPERTY, '%', "%25"},
    {SINK_GITHUB_PROPERTY, ':', "%3A"},
    {SINK_GITHUB_PROPERTY, ',', "%2C"},
    {SINK_NAGIOS, '|', "\\x7c"},
};

/* NULL: may be written as it is. */
static const char *spelling(enum sink_language language, char c)
{
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
        if (spellings[i].c == c && spellings[i].language == language)
            return spellings[i].spelled;
    return NULL;
}

static bool begins_command(const struct sink *sink, char c)
{
    return (c == '#' && sink->last == '#') || (c == ':' && !sink->line_has_begun);
}

/* A byte that must not stand there as it is. */
static void put_spelled(struct sink *sink, char c)
{
    char text[12];

    if (is_plain(c) && sink->language == SINK_HTML)
        snprintf(text, sizeof text, "&#%d;", c);
    else if (is_plain(c) && sink->language == SINK_JSON)
        snprintf(text, sizeof text, "\\u%04x", (unsigned)c);
    else
        snprintf(text, sizeof text, "%s\\x%02x", sink->language == SINK_JSON ? "\\" : "", (unsigned char)c);
    sink_raw(sink, text, strlen(text));
}

void sink_bytes(struct sink *sink, struct str text)
{
    size_t written = 0; /* everything before it is out; what is between it and i passes as it is */

    for (size_t i = 0; i < text.len;) {
        size_t size = visible_size((const unsigned char *)text.at + i, text.len - i);
        bool must_not_stand = size == 0 || (sink->ascii && size > 1) || begins_command(sink, text.at[i]);
        const char *spelled = spelling(sink->language, text.at[i]);

        if (!must_not_stand && !spelled) {
            follow_line(sink, text.at + i, size);
            i += size;
            continue;
        }
        put(sink, text.at + written, i - written);
        if (must_not_stand)
            put_spelled(sink, text.at[i]);
        else
            sink_raw(sink, spelled, strlen(spelled));
        written = ++i;
    }
    if (written < text.len)
        put(sink, text.at + written, text.len - written);
}

void sink_member(struct sink *sink, const char *name, const char *value, bool is_last)
{
    sink_literal(sink, "\"");
    sink_text(sink, name);
    sink_literal(sink, "\": \"");
    sink_text(sink, value);
    sink_literal(sink, "\"");
    if (!is_last)
        sink_literal(sink, ", ");
}

void sink_text(struct sink *sink, const char *text)
{
    sink_quote(sink, sink->in_tag && !sink->is_read_out ? text : sink_said(sink, text));
}

const char *sink_said(const struct sink *sink, const char *text)
{
    return sink->translator ? in_language(sink->translator, text) : text;
}

void sink_quote(struct sink *sink, const char *text)
{
    sink_bytes(sink, str_of(text));
}

void sink_number(struct sink *sink, long long number)
{
    char digits[24];

    snprintf(digits, sizeof digits, "%lld", number);
    sink_quote(sink, digits);
}

/* Outside strings cJSON prints ASCII only, so whatever has to be spelled stands in a string, where \u escapes are
 * legal. */
static void put_json_escape(struct sink *sink, const unsigned char *at, size_t size, uint32_t code)
{
    char escape[24];

    if (size == 0)
        snprintf(escape, sizeof escape, "\\\\x%02x", *at);
    else if (code < 0x10000)
        snprintf(escape, sizeof escape, "\\u%04x", (unsigned)code);
    else
        snprintf(escape, sizeof escape, "\\u%04x\\u%04x", (unsigned)(0xd800 + ((code - 0x10000) >> 10)),
                 (unsigned)(0xdc00 + ((code - 0x10000) & 0x3ff)));
    sink_raw(sink, escape, strlen(escape));
}

void sink_json(struct sink *sink, const char *printed)
{
    size_t length = strlen(printed);

    for (size_t i = 0; i < length;) {
        const unsigned char *at = (const unsigned char *)printed + i;
        uint32_t code = 0;
        size_t size, plain = 0;

        while (is_plain(printed[i + plain]) && printed[i + plain] != '#')
            plain++;
        if (plain) {
            sink_raw(sink, printed + i, plain);
            i += plain;
            continue;
        }
        size = utf8_decode(at, length - i, &code);
        if (size > 0 && !IN(code, unseen) && !begins_command(sink, printed[i]))
            sink_raw(sink, printed + i, size);
        else
            put_json_escape(sink, at, size, code);
        i += size ? size : 1;
    }
}

const char *sink_visible(struct arena *arena, struct str text)
{
    char *out = ARENA_ARRAY(arena, char, text.len * 4 + 1);
    size_t used = 0;

    for (size_t i = 0; i < text.len;) {
        const unsigned char *at = (const unsigned char *)text.at + i;
        size_t size = visible_size(at, text.len - i);

        if (size == 0) {
            spell_byte(*at, out + used);
            used += 4;
            size = 1;
        } else if (size == 1) {
            out[used++] = text.at[i];
        } else {
            memcpy(out + used, text.at + i, size);
            used += size;
        }
        i += size;
    }
    return out;
}

const char *sink_visible_text(struct arena *arena, const char *text)
{
    size_t plain = 0;

    while (is_plain(text[plain]))
        plain++;
    return text[plain] == '\0' ? text : sink_visible(arena, str_of(text));
}

const char *sink_visible_ascii(struct arena *arena, const char *visible)
{
    size_t length = strlen(visible), used = 0;
    char *out = ARENA_ARRAY(arena, char, length * 4 + 1);

    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)visible[i] < 0x80) {
            out[used++] = visible[i];
        } else {
            spell_byte((unsigned char)visible[i], out + used);
            used += 4;
        }
    }
    return out;
}

size_t sink_columns(const char *visible, size_t bytes)
{
    size_t columns = 0;

    for (size_t i = 0; i < bytes;) {
        uint32_t code = 0;
        size_t size = utf8_decode((const unsigned char *)visible + i, bytes - i, &code);

        columns += IN(code, combining) ? 0 : IN(code, wide) ? 2 : 1;
        i += size ? size : 1;
    }
    return columns;
}
