/* tests/fuzz/printable.h - may a text be shown as it is? */
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define EXPECT(condition) ((condition) ? (void)0 : disappoint(__FILE__, __LINE__, #condition))

static inline _Noreturn void disappoint(const char *file, int line, const char *condition)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, condition);
    abort();
}

/* Written without looking at sink.c: printable means what Unicode says, by the worst offenders.  The size of the first
 * character in octets. */
static inline unsigned expect_printable_character(const unsigned char *at)
{
    unsigned size = *at < 0x80 ? 1 : *at < 0xc2 ? 0 : *at < 0xe0 ? 2 : *at < 0xf0 ? 3 : *at < 0xf5 ? 4 : 0;
    uint32_t code = size == 1 ? *at : *at & (0xffu >> (size + 1));

    EXPECT(size > 0);
    for (unsigned i = 1; i < size; i++) {
        EXPECT((at[i] & 0xc0) == 0x80);
        code = code << 6 | (at[i] & 0x3fu);
    }
    EXPECT(code >= 0x20 && !(code >= 0x7f && code < 0xa0) && code != 0x61c && code != 0xfeff && code <= 0x10ffff);
    EXPECT(!(code >= 0x200b && code <= 0x200f) && !(code >= 0x2028 && code <= 0x202e));
    EXPECT(!(code >= 0x2066 && code <= 0x2069) && !(code >= 0xd800 && code <= 0xdfff));
    EXPECT(size != 3 || code >= 0x800);
    EXPECT(size != 4 || code >= 0x10000);
    return size;
}

static inline void expect_printable(const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; *at;)
        at += expect_printable_character(at);
}
