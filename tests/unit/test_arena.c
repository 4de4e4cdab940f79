/* What an arena has of the machine: little while it holds little, also after it has held much. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/arena.h"

enum { PIECES = 1000, PIECE_OCTETS = 100, LITTLE = 2048 };

static void what_is_forgotten_is_given_back(void **state)
{
    struct arena *arena = arena_new(SIZE_MAX);
    size_t held = arena_held(arena);

    (void)state;
    for (size_t i = 0; i < PIECES; i++)
        arena_alloc(arena, PIECE_OCTETS);
    assert_true(arena_held(arena) > (size_t)PIECES * PIECE_OCTETS);
    arena_reset(arena);
    assert_int_equal(arena_held(arena), held);
    for (size_t i = 0; i < LITTLE / 2; i += PIECE_OCTETS)
        arena_alloc(arena, PIECE_OCTETS);
    assert_true(arena_held(arena) < held + LITTLE);
    arena_free(arena);
}

static void what_is_reserved_stays(void **state)
{
    struct arena *arena = arena_new(SIZE_MAX);

    (void)state;
    assert_true(arena_reserve(arena, 2 * LITTLE));
    arena_alloc(arena, 100 * LITTLE);
    arena_reset(arena);
    assert_in_range(arena_held(arena), 2 * LITTLE, 3 * LITTLE);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_forgotten_is_given_back),
        cmocka_unit_test(what_is_reserved_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
