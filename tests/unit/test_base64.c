/* Base 64: what records may hold, and the one spelling of recordings. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/base64.h"

static void decodes_what_records_hold(void **state)
{
    static const struct {
        const char *text, *bytes; /* NULL: refused */
    } cases[] = {
        {"", ""},
        {"Zg==", "f"},
        {"Zm8=", "fo"},
        {"Zm9v", "foo"},
        {"Zm9vYg==", "foob"},
        {"Z m\t9\r\n v", "foo"},
        {"Zm8 =", "fo"},
        {"Zm8= ", "fo"},
        {" \r\n\tZm8=", "fo"},
        {"Zh==", "f"},
        {" ", ""},
        {"Zg=", NULL},
        {"Zg", NULL},
        {"Z", NULL},
        {"Zg===", NULL},
        {"Zg==Zg==", NULL},
        {"Zm9v=", NULL},
        {"====", NULL},
        {"Zm9-", NULL},
        {"Zm9v\xff", NULL},
        {"Zm9v.", NULL},
        {"Zm9v----", NULL},
        {"----Zm9v", NULL},
        {"Zm9v-", NULL},
        {"Zm=v", NULL},
        {"=m9v", NULL},
        {"Zm9v====", NULL},
        {"Zm9vZ===", NULL},
        {"Zm9v\v", NULL},
        {"-", NULL},
        {"Zm9v\f\f\f\f", NULL},
        {"Zm9_", NULL},
        {"Zg=-", NULL},
        {"Zg-=", NULL},
    };
    struct arena *arena = arena_new(1 << 20);
    struct str out;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool valid = base64_decode(arena, str_of(cases[i].text), &out);

        if (valid != (cases[i].bytes != NULL))
            fail_msg("\"%s\": taken %d", cases[i].text, valid);
        if (valid)
            assert_true(str_equal(out, str_of(cases[i].bytes)));
    }
    assert_false(base64_decode(arena, (struct str){"Zm9v\0", 5}, &out));
    assert_false(base64_decode(arena, (struct str){"Zm9v\0\0\0\0", 8}, &out));
    assert_false(base64_decode(arena, (struct str){"Zm\0v", 4}, &out));
    arena_free(arena);
}

static void recordings_have_one_spelling(void **state)
{
    static const char *const refused[] = {
        "AA",       "AB==",     "AAB=",         "AA==AA==", " AA==", "AA== ", "    AAAA",
        "AAAA    ", "AAAA----", "AAAA\r\n\r\n", "AA\n==",   "A===",  "AAA-",  "----"};
    struct arena *arena = arena_new(1 << 20);
    char bytes[256];
    struct str out;

    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (base64_decode_exact(arena, refused[i], &out))
            fail_msg("taken: \"%s\"", refused[i]);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 7 + 3);
    for (size_t len = 0; len < sizeof bytes; len++) {
        const char *text = base64_encode(arena, (struct str){bytes, len});

        assert_int_equal(strlen(text), (len + 2) / 3 * 4);
        assert_true(base64_decode_exact(arena, text, &out));
        assert_true(str_equal(out, (struct str){bytes, len}));
        assert_true(base64_decode(arena, str_of(text), &out));
        assert_true(str_equal(out, (struct str){bytes, len}));
    }
    arena_free(arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes_what_records_hold),
        cmocka_unit_test(recordings_have_one_spelling),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
