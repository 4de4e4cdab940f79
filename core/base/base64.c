/* core/base/base64.c - base 64 as records hold it. */
#include "core/base/base64.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/records/taglist.h"

bool base64_decode(struct arena *arena, struct str text, struct str *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned char *bytes = arena_alloc(arena, text.len + 1);
    unsigned group = 0, count = 0, pads = 0;
    size_t length = 0;

    for (size_t i = 0; i < text.len; i++) {
        const char *digit;

        if (tag_is_blank(text.at[i]))
            continue;
        if (text.at[i] == '=') {
            pads++;
            continue;
        }
        digit = memchr(digits, text.at[i], sizeof digits - 1);
        if (!digit || pads > 0)
            return false;
        group = (group << 6 | (unsigned)(digit - digits)) & 0xffffff;
        if (++count % 4 == 0) {
            bytes[length++] = (unsigned char)(group >> 16);
            bytes[length++] = (unsigned char)(group >> 8);
            bytes[length++] = (unsigned char)group;
        }
    }
    if (count % 4 == 1 || pads != (4 - count % 4) % 4)
        return false;
    if (count % 4 == 2) {
        bytes[length++] = (unsigned char)(group >> 4);
    } else if (count % 4 == 3) {
        bytes[length++] = (unsigned char)(group >> 10);
        bytes[length++] = (unsigned char)(group >> 2);
    }
    *out = (struct str){(const char *)bytes, length};
    return true;
}
