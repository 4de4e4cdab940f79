/* core/base/gzip.c - packs and unpacks gzip, with zlib. */
#include "core/base/gzip.h"

#include <limits.h>
#include <stdlib.h>

#define ZLIB_CONST
#include <zlib.h>

#include "core/base/arena.h"

enum { GZIP_ONLY = 16 }; /* no zlib header: zlib.h, inflateInit2() */

bool gzip_is_one(struct str text)
{
    return text.len > 2 && text.at[0] == '\x1f' && text.at[1] == '\x8b';
}

/* zlib works in the arena, too: so there is nothing to free, and no memory that it could lack. */
static void *allocate(void *arena, unsigned count, unsigned size)
{
    return arena_array(arena, count, size);
}

static void release(void *arena, void *memory)
{
    (void)arena;
    (void)memory;
}

bool gzip_unpack(struct arena *arena, struct str packed, size_t max, struct str *out, const char **why)
{
    unsigned room = (unsigned)max + 1; /* one octet stays free, or there is more than is wanted */
    unsigned char *bytes = arena_alloc(arena, room);
    z_stream stream = {.next_in = (const unsigned char *)packed.at,
                       .avail_in = (unsigned)packed.len,
                       .next_out = bytes,
                       .avail_out = room,
                       .zalloc = allocate,
                       .zfree = release,
                       .opaque = arena};
    bool whole = inflateInit2(&stream, GZIP_ONLY + MAX_WBITS) == Z_OK && inflate(&stream, Z_FINISH) == Z_STREAM_END;

    if (whole && stream.avail_in == 0 && stream.avail_out > 0) {
        *out = (struct str){(const char *)bytes, room - stream.avail_out};
        return true;
    }
    *why = stream.avail_out == 0 ? "is too large when it is unpacked" : "is damaged: gzip cannot unpack it";
    return false;
}

size_t gzip_size(struct str packed)
{
    size_t size = 0;

    for (size_t i = 0; i < 4 && packed.len >= 4; i++) /* ISIZE: RFC 1952 2.3.1 */
        size |= (size_t)(unsigned char)packed.at[packed.len - 4 + i] << (8 * i);
    return size;
}

char *gzip_pack(struct str text, size_t *size)
{
    enum { MEMORY = 8 }; /* zlib's own default */
    z_stream stream = {.next_in = (const unsigned char *)text.at, .avail_in = (unsigned)text.len};
    char *packed = NULL, *shorter;

    if (text.len > UINT_MAX ||
        deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, GZIP_ONLY + MAX_WBITS, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        return NULL;
    *size = deflateBound(&stream, text.len);
    packed = malloc(*size);
    if (packed) {
        stream.next_out = (unsigned char *)packed;
        stream.avail_out = (unsigned)*size;
        deflate(&stream, Z_FINISH); /* there is room for all of it */
        *size -= stream.avail_out;
    }
    deflateEnd(&stream);
    shorter = packed ? realloc(packed, *size) : NULL;
    return shorter ? shorter : packed;
}

uint32_t gzip_checksum(uint32_t before, struct str text)
{
    /* For no octets at all, zlib would begin anew. */
    return text.len ? (uint32_t)crc32_z(before, (const unsigned char *)text.at, text.len) : before;
}
