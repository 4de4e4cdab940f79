/* core/base/str.h - byte strings with a length, and text built in an arena.
 *
 * What a peer said is a `struct str`: any bytes, NUL among them, never changed.  What we say is a C string.  Bytes from
 * a peer reach a C string only by str_text(), which spells NUL as "\x00" and leaves the rest for the reporters' sinks.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct arena;

struct str {
    const char *at; /* NULL only when len is 0 */
    size_t len;
};

/* Borrows; without the NUL. */
static inline struct str str_of(const char *text)
{
    return (struct str){text, text ? strlen(text) : 0};
}

struct str str_copy(struct arena *, struct str);
struct str str_join(struct arena *, struct str before, const char *middle, struct str after);
bool str_equal(struct str, struct str);
bool str_equal_nocase(struct str, struct str); /* ASCII only, whatever the locale */
bool str_starts_nocase(struct str, const char *prefix);
const char *str_find(struct str text, struct str part); /* the first, exactly so; NULL: none */

const char *str_dup(struct arena *, const char *text);
const char *str_text(struct arena *, struct str); /* C string; NUL bytes become "\x00" */
const char *str_concat(struct arena *, ...) __attribute__((sentinel)); /* C strings up to NULL, where time counts */
const char *str_printf(struct arena *, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *str_vprintf(struct arena *, const char *format, va_list) __attribute__((format(printf, 2, 0)));

bool text_equal_nocase(const char *, const char *); /* ASCII only */
bool text_is_ascii(const char *);

/* Whatever the locale. */
static inline bool ascii_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool ascii_is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static inline bool ascii_is_alphanumeric(char c)
{
    return ascii_is_letter(c) || ascii_is_digit(c);
}

static inline bool ascii_is_hex(char c)
{
    return ascii_is_digit(c) || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

/* -1 where it is no digit. */
static inline int ascii_hex_value(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static inline char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Lossless spelling in printable ASCII, for keys and recordings:
 * a backslash is "\\", any byte outside 0x20..0x7e "\xNN". */
const char *bytes_escape(struct arena *, struct str);
bool bytes_unescape(struct arena *, const char *text, struct str *out); /* false: not the spelling of bytes_escape() */
