/* How many audits may be under way: fewer where questions are lost, more again where none is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/audit/pace.h"

enum { MOST = 64, FEWEST = 5, SECOND_MS = 1000, PACKETS = 100, MINUTE = 60 };

struct world {
    struct pace pace;
    struct dns_counts counts;
    int64_t now_ms;
};

/* A second in which of 100 packets so many are lost; returns how many audits may be under way then. */
static size_t second(struct world *world, size_t silent)
{
    world->counts.silent += silent;
    world->counts.replied += PACKETS - silent;
    world->now_ms += SECOND_MS;
    pace_look(&world->pace, world->counts, world->now_ms);
    return world->pace.allowed;
}

static struct world world_of(size_t most)
{
    return (struct world){.pace = pace_new(most, 0)};
}

static void test_falls_and_recovers(void **state)
{
    struct world world = world_of(MOST);
    size_t before = MOST, steps = 0;

    (void)state;
    assert_int_equal(second(&world, 0), MOST);
    assert_int_equal(second(&world, 50), MOST / 2);
    assert_int_equal(second(&world, 90), MOST / 2); /* what was on its way when the number fell */
    for (size_t i = 0; i < MINUTE; i++) {
        size_t now = second(&world, 90);

        assert_true(now >= FEWEST && now <= before && (now == before || now == FEWEST || now == before / 2));
        before = now;
    }
    assert_int_equal(before, FEWEST);
    for (; before < MOST && steps < MINUTE; steps++) {
        size_t now = second(&world, 0);

        assert_true(now >= before && now <= before + MOST / 16);
        before = now;
    }
    assert_int_equal(before, MOST);
    assert_true(steps > MINUTE / 4);
}

static void test_a_few_are_always_lost(void **state)
{
    struct world world = world_of(MOST);

    (void)state;
    for (size_t i = 0; i < MINUTE; i++)
        assert_int_equal(second(&world, i % 20), MOST);
    second(&world, 20);
    assert_true(world.pace.allowed < MOST);
}

/* Ten packets say nothing, and what they came to is not forgotten. */
static void test_too_few_to_tell(void **state)
{
    struct world world = world_of(MOST);

    (void)state;
    world.counts = (struct dns_counts){.silent = 10};
    pace_look(&world.pace, world.counts, 10 * SECOND_MS);
    assert_int_equal(world.pace.allowed, MOST);
    world.counts.silent += 10;
    pace_look(&world.pace, world.counts, 10 * SECOND_MS + 1);
    assert_int_equal(world.pace.allowed, MOST / 2);
}

static void test_never_more_than_wanted(void **state)
{
    struct world world = world_of(2);

    (void)state;
    for (size_t i = 0; i < MINUTE; i++)
        assert_int_equal(second(&world, i % 2 ? PACKETS : 0), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_falls_and_recovers),
        cmocka_unit_test(test_a_few_are_always_lost),
        cmocka_unit_test(test_too_few_to_tell),
        cmocka_unit_test(test_never_more_than_wanted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
