/* core/base/str.c - byte strings with a length, and text built in an arena. */
#include "core/base/str.h"

#include <stdio.h>
#include <string.h>

#include "core/base/arena.h"

struct str str_copy(struct arena *arena, struct str from)
{
    char *to = arena_alloc(arena, from.len + 1);

    if (from.len)
        memcpy(to, from.at, from.len);
    return (struct str){to, from.len};
}

struct str str_join(struct arena *arena, struct str before, const char *middle, struct str after)
{
    size_t len = strlen(middle);
    char *text = arena_alloc(arena, before.len + len + after.len + 1);

    if (before.len)
        memcpy(text, before.at, before.len);
    memcpy(text + before.len, middle, len);
    if (after.len)
        memcpy(text + before.len + len, after.at, after.len);
    return (struct str){text, before.len + len + after.len};
}

bool str_equal(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

bool str_equal_nocase(struct str a, struct str b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (ascii_lower(a.at[i]) != ascii_lower(b.at[i]))
            return false;
    return true;
}

bool str_starts_nocase(struct str s, const char *prefix)
{
    size_t len = strlen(prefix);

    return s.len >= len && str_equal_nocase((struct str){s.at, len}, str_of(prefix));
}

const char *str_find(struct str text, struct str part)
{
    if (!part.len)
        return text.at;
    while (text.len >= part.len) {
        const char *at = memchr(text.at, part.at[0], text.len - part.len + 1);

        if (!at)
            return NULL;
        if (memcmp(at, part.at, part.len) == 0)
            return at;
        text.len -= (size_t)(at + 1 - text.at);
        text.at = at + 1;
    }
    return NULL;
}

bool text_equal_nocase(const char *a, const char *b)
{
    return str_equal_nocase(str_of(a), str_of(b));
}

bool text_is_ascii(const char *text)
{
    while (*text != '\0' && (unsigned char)*text < 0x80)
        text++;
    return *text == '\0';
}

const char *str_dup(struct arena *arena, const char *text)
{
    return str_copy(arena, str_of(text)).at;
}

static size_t count_byte(struct str s, char byte)
{
    size_t count = 0;

    for (size_t i = 0; i < s.len; i++)
        count += s.at[i] == byte;
    return count;
}

const char *str_text(struct arena *arena, struct str s)
{
    static const char nul[] = "\\x00";
    char *text = arena_alloc(arena, s.len + count_byte(s, '\0') * (sizeof nul - 2) + 1);
    char *to = text;

    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i]) {
            *to++ = s.at[i];
        } else {
            memcpy(to, nul, sizeof nul - 1);
            to += sizeof nul - 1;
        }
    }
    return text;
}

const char *str_vprintf(struct arena *arena, const char *format, va_list args)
{
    va_list again;
    char usual[256], *text;
    int len;

    va_copy(again, args);
    len = vsnprintf(usual, sizeof usual, format, again);
    va_end(again);
    if (len < 0)
        return "";
    text = arena_alloc(arena, (size_t)len + 1);
    if ((size_t)len < sizeof usual)
        memcpy(text, usual, (size_t)len);
    else
        vsnprintf(text, (size_t)len + 1, format, args);
    return text;
}

const char *str_concat(struct arena *arena, ...)
{
    size_t size = 1;
    char *text, *end;
    va_list parts;

    va_start(parts, arena);
    for (const char *part; (part = va_arg(parts, const char *));)
        size += strlen(part);
    va_end(parts);
    text = end = arena_alloc(arena, size);
    va_start(parts, arena);
    for (const char *part; (part = va_arg(parts, const char *));)
        end = stpcpy(end, part);
    va_end(parts);
    return text;
}

const char *str_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    const char *text;

    va_start(args, format);
    text = str_vprintf(arena, format, args);
    va_end(args);
    return text;
}

const char *bytes_escape(struct arena *arena, struct str s)
{
    static const char digits[] = "0123456789abcdef";
    char *text = arena_array(arena, s.len + 1, 4);
    char *to = text;

    for (size_t i = 0; i < s.len; i++) {
        unsigned char byte = (unsigned char)s.at[i];

        if (byte == '\\') {
            *to++ = '\\';
            *to++ = '\\';
        } else if (byte < 0x20 || byte > 0x7e) {
            *to++ = '\\';
            *to++ = 'x';
            *to++ = digits[byte >> 4];
            *to++ = digits[byte & 15];
        } else {
            *to++ = (char)byte;
        }
    }
    return text;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

/* Exact, because a spelling takes up to four times as much and evidence is bounded by what it means. */
static size_t unescaped_length(const char *text)
{
    size_t len = 0;

    for (; *text; len++)
        text += *text != '\\' ? 1 : text[1] == '\\' ? 2 : strnlen(text, 4);
    return len;
}

bool bytes_unescape(struct arena *arena, const char *text, struct str *out)
{
    char *bytes = arena_alloc(arena, unescaped_length(text) + 1);
    size_t len = 0;

    while (*text) {
        if (*text < 0x20 || *text > 0x7e)
            return false;
        if (*text != '\\') {
            bytes[len++] = *text++;
        } else if (text[1] == '\\') {
            bytes[len++] = '\\';
            text += 2;
        } else {
            int high = text[1] == 'x' ? hex_digit(text[2]) : -1;
            int low = high >= 0 ? hex_digit(text[3]) : -1;

            if (low < 0)
                return false;
            bytes[len++] = (char)(high << 4 | low);
            text += 4;
        }
    }
    *out = (struct str){bytes, len};
    return true;
}
