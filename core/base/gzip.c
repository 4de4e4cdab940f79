/* core/base/gzip.c - unpacks gzip, with zlib. */
#include "core/base/gzip.h"

#define ZLIB_CONST
#include <zlib.h>

#include "core/base/arena.h"

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
    enum { GZIP_ONLY = 16 };           /* no zlib header: zlib.h, inflateInit2() */
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
