/* gzip: what is unpacked is bounded, whatever the packed data are (threats.md B3). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "core/base/arena.h"
#include "core/base/gzip.h"

enum { MAX = 65536, PACKED_MAX = 262144, GZIP_ONLY = 16, BOMB = 64 << 20, ARENA_BYTES = 2 * MAX + 65536 };

static unsigned char packed[PACKED_MAX], zeros[65536];

/* So many zeros. */
static struct str pack(size_t size)
{
    z_stream stream = {.next_out = packed, .avail_out = sizeof packed};

    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, GZIP_ONLY + MAX_WBITS, 9, Z_DEFAULT_STRATEGY), Z_OK);
    while (size > 0) {
        stream.next_in = zeros;
        stream.avail_in = (unsigned)(size < sizeof zeros ? size : sizeof zeros);
        size -= stream.avail_in;
        assert_int_equal(deflate(&stream, Z_NO_FLUSH), Z_OK);
    }
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    deflateEnd(&stream);
    return (struct str){(const char *)packed, stream.total_out};
}

/* An arena that is exhausted aborts. */
static bool unpack(struct str text, size_t *size, const char **why)
{
    struct arena *arena = arena_new(ARENA_BYTES);
    struct str out = {NULL, 0};
    bool ok = gzip_unpack(arena, text, MAX, &out, why);

    *size = out.len;
    for (size_t i = 0; i < out.len; i++)
        assert_int_equal(out.at[i], 0);
    arena_free(arena);
    return ok;
}

static void the_limit_is_exact(void **state)
{
    static const size_t sizes[] = {0, 1, 1000, MAX - 1, MAX};
    const char *why;
    size_t size;

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        assert_true(unpack(pack(sizes[i]), &size, &why));
        assert_int_equal(size, sizes[i]);
    }
    assert_false(unpack(pack(MAX + 1), &size, &why));
    assert_non_null(strstr(why, "too large"));
}

static void bombs_are_not_unpacked(void **state)
{
    struct str bomb = pack(BOMB);
    const char *why;
    size_t size;

    (void)state;
    assert_true(bomb.len < MAX + 1024);
    assert_false(unpack(bomb, &size, &why));
    assert_non_null(strstr(why, "too large"));
}

static void damage_is_noticed(void **state)
{
    struct str text = pack(1000);
    const char *why;
    size_t size;

    (void)state;
    assert_true(gzip_is_one(text));
    for (size_t len = 0; len < text.len; len++)
        assert_false(unpack((struct str){text.at, len}, &size, &why));
    packed[text.len] = 'x';
    assert_false(unpack((struct str){text.at, text.len + 1}, &size, &why));
    packed[text.len - 5] ^= 1; /* the checksum */
    assert_false(unpack(text, &size, &why));
    assert_false(gzip_is_one((struct str){"<svg/>", 6}));
    assert_false(unpack((struct str){"<svg/>", 6}, &size, &why));
    assert_non_null(strstr(why, "damaged"));
}

static void what_is_packed_is_unpacked(void **state)
{
    static const char *const texts[] = {"", "a", "{\"mailready_evidence\": 1, \"mailready_evidence\": 1}"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct arena *arena = arena_new(ARENA_BYTES);
        struct str text = {NULL, 0}, whole;
        char *bytes = gzip_pack(str_of(texts[i]), &text.len);
        const char *why;

        assert_non_null(bytes);
        text.at = bytes;
        assert_int_equal(gzip_size(text), strlen(texts[i]));
        assert_true(gzip_unpack(arena, text, gzip_size(text), &whole, &why));
        assert_true(str_equal(whole, str_of(texts[i])));
        free(bytes);
        arena_free(arena);
    }
    assert_int_equal(gzip_size((struct str){"abc", 3}), 0);
    assert_int_equal(gzip_checksum(0, str_of("123456789")), 0xcbf43926);
    assert_int_equal(gzip_checksum(0xcbf43926, (struct str){NULL, 0}), 0xcbf43926);
    assert_int_equal(gzip_checksum(gzip_checksum(0, str_of("1234")), str_of("56789")), 0xcbf43926);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_limit_is_exact),
        cmocka_unit_test(bombs_are_not_unpacked),
        cmocka_unit_test(damage_is_noticed),
        cmocka_unit_test(what_is_packed_is_unpacked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
