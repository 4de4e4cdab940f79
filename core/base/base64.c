/* core/base/base64.c - base 64, as strict as records and recordings need it. */
#include "core/base/base64.h"

#include <limits.h>
#include <string.h>

#include <openssl/evp.h>

#include "core/base/arena.h"

const char *base64_encode(struct arena *arena, struct str bytes)
{
    unsigned char *text = arena_array(arena, bytes.len / 3 + 2, 4);

    EVP_EncodeBlock(text, (const unsigned char *)bytes.at, (int)bytes.len);
    return (const char *)text;
}

/* OpenSSL takes "=" for a digit wherever it stands, and leaves out blanks and "-" at the ends, which its count shows.
 * *spare: octets behind the last, of the padding. */
static bool decode(struct arena *arena, const char *digits, size_t count, struct str *out, size_t *spare)
{
    unsigned char *bytes = arena_array(arena, count / 4 + 1, 3);
    size_t pads = 0;

    while (pads < 2 && pads < count && digits[count - 1 - pads] == '=')
        pads++;
    if (count > INT_MAX || memchr(digits, '=', count - pads))
        return false;
    if (count % 4 != 0 || EVP_DecodeBlock(bytes, (const unsigned char *)digits, (int)count) != (int)(count / 4 * 3))
        return false;
    *out = (struct str){(const char *)bytes, count / 4 * 3 - pads};
    *spare = pads;
    return true;
}

bool base64_decode_exact(struct arena *arena, const char *text, struct str *out)
{
    size_t spare;

    if (!decode(arena, text, strlen(text), out, &spare))
        return false;
    for (size_t i = 0; i < spare; i++)
        if (out->at[out->len + i] != 0)
            return false;
    return true;
}

bool base64_decode(struct arena *arena, struct str text, struct str *out)
{
    char *digits = arena_alloc(arena, text.len + 1);
    size_t count = 0, spare;

    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] == '\0' || !strchr(" \t\r\n", text.at[i]))
            digits[count++] = text.at[i];
    return decode(arena, digits, count, out, &spare);
}
