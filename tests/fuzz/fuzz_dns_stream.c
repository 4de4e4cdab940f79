/* tests/fuzz/fuzz_dns_stream.c - a DNS reply is found in a TCP stream, however the stream is cut into pieces. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/collect/dns/dns_wire.h"

enum { TAKEN_MAX = 1 << 20 };

static const uint8_t query[] = {0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 'a', 0, 0, 1, 0, 1};

static void expect(int ok)
{
    if (!ok)
        abort();
}

/* Where the reply begins, its length before it; `size` if there is none. */
static size_t find(const uint8_t *bytes, size_t size)
{
    for (size_t at = 0; at + 2 <= size;) {
        size_t length = (size_t)(bytes[at] << 8 | bytes[at + 1]);

        if (at + 2 + length > size)
            break;
        if (dns_wire_replies(query, sizeof query, bytes + at + 2, length))
            return at;
        at += 2 + length;
    }
    return size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dns_stream *stream = malloc(sizeof *stream);
    size_t piece = size > 0 ? data[0] + 1u : 1, reply_size = 0, expected;
    const uint8_t *reply = NULL;

    data += size > 0;
    size -= size > 0;
    expect(stream != NULL && size <= TAKEN_MAX);
    expected = find(data, size);
    stream->size = 0;
    for (size_t at = 0; at < size && !reply;) {
        size_t more = size - at < piece ? size - at : piece;

        expect(stream->size < sizeof stream->bytes); /* there is always room */
        if (more > sizeof stream->bytes - stream->size)
            more = sizeof stream->bytes - stream->size;
        memcpy(stream->bytes + stream->size, data + at, more);
        stream->size += more;
        at += more;
        reply = dns_stream_reply(stream, query, sizeof query, &reply_size);
    }
    expect((reply == NULL) == (expected == size));
    if (reply)
        expect(reply_size == (size_t)(data[expected] << 8 | data[expected + 1]) &&
               memcmp(reply, data + expected + 2, reply_size) == 0);
    free(stream);
    return 0;
}
