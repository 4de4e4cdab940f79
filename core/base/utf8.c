/* core/base/utf8.c - reads UTF-8. */
#include "core/base/utf8.h"

#include <string.h>

#include "core/base/str.h"

size_t utf8_decode(const unsigned char *at, size_t left, uint32_t *code)
{
    static const uint32_t shortest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t size = at[0] < 0x80 ? 1 : at[0] >> 5 == 0x06 ? 2 : at[0] >> 4 == 0x0e ? 3 : at[0] >> 3 == 0x1e ? 4 : 0;

    if (size == 0 || size > left)
        return 0;
    *code = size == 1 ? at[0] : at[0] & (0x7fu >> size);
    for (size_t i = 1; i < size; i++) {
        if (at[i] >> 6 != 0x02)
            return 0;
        *code = *code << 6 | (at[i] & 0x3fu);
    }
    if (*code < shortest[size] || *code > 0x10ffff || (*code >= 0xd800 && *code <= 0xdfff))
        return 0;
    return size;
}

const char *utf8_cut(struct arena *arena, const char *text, size_t most)
{
    size_t length = 0, left = strlen(text);

    if (left <= most)
        return str_dup(arena, text);
    for (;;) {
        uint32_t code;
        size_t size = utf8_decode((const unsigned char *)text + length, left - length, &code);

        if (length + (size ? size : 1) > most)
            return str_printf(arena, "%.*s\xe2\x80\xa6", (int)length, text);
        length += size ? size : 1;
    }
}
