/* Byte strings, the lossless spelling, arenas. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/list_text.h"
#include "core/base/str.h"

static int setup(void **state)
{
    *state = arena_new(1 << 20);
    return *state ? 0 : -1;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

static void escape_survives_the_round_trip(void **state)
{
    static const struct {
        struct str bytes;
        const char *text;
    } cases[] = {
        {{"", 0}, ""},
        {{"plain", 5}, "plain"},
        {{"a\\b", 3}, "a\\\\b"},
        {{"a\0b", 3}, "a\\x00b"},
        {{"\xff\x1b\x7f\n", 4}, "\\xff\\x1b\\x7f\\x0a"},
        {{"\\x41", 4}, "\\\\x41"},
    };
    struct str back;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(bytes_escape(*state, cases[i].bytes), cases[i].text);
        assert_true(bytes_unescape(*state, cases[i].text, &back));
        assert_true(str_equal(back, cases[i].bytes));
    }
}

static void unescape_refuses_other_spellings(void **state)
{
    static const char *const bad[] = {"\\", "\\x", "\\x4", "\\xAB", "\\n", "\\xg0", "tab\there", "\xc3\xa9", "end\\"};
    struct str out;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(bytes_unescape(*state, bad[i], &out));
}

static void text_shows_nul(void **state)
{
    assert_string_equal(str_text(*state, (struct str){"a\0\0b\x80", 5}), "a\\x00\\x00b\x80");
    assert_string_equal(str_text(*state, (struct str){NULL, 0}), "");
}

static void comparison_ignores_ascii_case_only(void **state)
{
    (void)state;
    assert_true(text_equal_nocase("MX.Example", "mx.eXAMPLE"));
    assert_false(text_equal_nocase("mx", "mx."));
    assert_false(text_equal_nocase("\xc3\x89", "\xc3\xa9"));
    assert_true(str_starts_nocase(str_of("STARTTLS now"), "starttls"));
    assert_false(str_starts_nocase(str_of("START"), "starttls"));
    assert_true(text_is_ascii("") && text_is_ascii("mx\x7f"));
    assert_false(text_is_ascii("\x80") || text_is_ascii("mx\xff") || text_is_ascii("\xc3\xa9."));
}

static void parts_are_put_together(void **state)
{
    assert_string_equal(str_concat(*state, "mx", ".", "example.org", NULL), "mx.example.org");
    assert_string_equal(str_concat(*state, "", "", NULL), "");
    assert_string_equal(str_concat(*state, NULL), "");
}

static void arena_memory_is_zeroed_and_aligned(void **state)
{
    struct arena *arena = *state;

    for (size_t size = 1; size < 100000; size = size * 3 + 1) {
        unsigned char *at = arena_alloc(arena, size);

        assert_int_equal((uintptr_t)at % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(at[i], 0);
        memset(at, 0xee, size);
    }
    arena_reset(arena);
    assert_int_equal(arena_used(arena), 0);
    assert_int_equal(*(unsigned char *)arena_alloc(arena, 64), 0);
}

static void arena_jumps_when_spent(void **state)
{
    struct arena *small = arena_new(1000);
    volatile int got = 0;
    jmp_buf full;

    (void)state;
    if (setjmp(full) == 0) {
        arena_on_exhausted(small, &full);
        for (;;) {
            arena_alloc(small, 100);
            got++;
        }
    }
    assert_in_range(got, 8, 10);
    if (setjmp(full) == 0) {
        arena_array(small, SIZE_MAX / 2, 4);
        fail_msg("an impossible size was given out");
    }
    arena_free(small);
}

/* An audit that waits has a hundred of them, for a few hundred bytes each. */
static void an_arena_of_little_is_little(void **state)
{
    struct arena *arena = arena_new(1 << 20);

    (void)state;
    str_dup(arena, "v=spf1 -all");
    assert_in_range(arena_held(arena), 1, 512);
    arena_free(arena);
}

static void an_arena_takes_back_what_was_too_much(void **state)
{
    struct arena *arena = arena_new(1 << 16);
    unsigned char *at = arena_alloc(arena, 1 << 15), *next; /* more than the first block has */

    (void)state;
    memset(at, 'x', 1 << 15);
    arena_trim(arena, at, 5);
    assert_in_range(arena_used(arena), 5, 64);
    next = arena_alloc(arena, 100);
    assert_in_range(next - at, 5, 64);
    assert_int_equal(at[4], 'x');
    for (int i = 0; i < 100; i++) /* zeroed, as ever */
        assert_int_equal(next[i], 0);
    arena_trim(arena, next, 0);
    assert_ptr_equal(arena_alloc(arena, 1), next);
    arena_free(arena);
}

static void lists_say_how_many_more(void **state)
{
    static const struct {
        size_t most, count, uncounted;
        const char *text;
    } cases[] = {
        {3, 0, 0, ""},
        {3, 1, 0, "item 0"},
        {3, 3, 0, "item 0, item 1, item 2"},
        {3, 4, 0, "item 0, item 1, item 2 and 1 more"},
        {3, 1000, 0, "item 0, item 1, item 2 and 997 more"},
        {3, 2, 5, "item 0, item 1 and 5 more"},
        {3, 3, 5, "item 0, item 1, item 2 and 5 more"},
        {3, 0, 5, "5 more"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct list_text list = list_text(*state, ", ", cases[i].most);

        for (size_t n = 0; n < cases[i].count; n++) {
            assert_int_equal(list_is_full(&list), n >= cases[i].most);
            list_add(&list, str_printf(*state, "item %zu", n));
        }
        if (cases[i].uncounted)
            list_add_count(&list, cases[i].uncounted);
        assert_string_equal(list_end(&list), cases[i].text);
    }
}

static void a_long_list_costs_its_length(void **state)
{
    struct arena *arena = arena_new(1 << 20);
    struct list_text list = list_text(arena, ", ", SIZE_MAX);

    (void)state;
    for (size_t n = 0; n < 10000; n++)
        list_add(&list, "192.0.2.1");
    assert_int_equal(strlen(list_end(&list)), 10000 * strlen("192.0.2.1, ") - 2);
    assert_true(arena_used(arena) < 1 << 19);
    arena_free(arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(escape_survives_the_round_trip, setup, teardown),
        cmocka_unit_test_setup_teardown(lists_say_how_many_more, setup, teardown),
        cmocka_unit_test_setup_teardown(a_long_list_costs_its_length, setup, teardown),
        cmocka_unit_test_setup_teardown(unescape_refuses_other_spellings, setup, teardown),
        cmocka_unit_test_setup_teardown(text_shows_nul, setup, teardown),
        cmocka_unit_test(comparison_ignores_ascii_case_only),
        cmocka_unit_test_setup_teardown(parts_are_put_together, setup, teardown),
        cmocka_unit_test_setup_teardown(arena_memory_is_zeroed_and_aligned, setup, teardown),
        cmocka_unit_test(arena_jumps_when_spent),
        cmocka_unit_test(an_arena_of_little_is_little),
        cmocka_unit_test(an_arena_takes_back_what_was_too_much),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
