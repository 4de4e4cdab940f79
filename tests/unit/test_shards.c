/* Which shards a worker of a fleet has: shares, what leaves, what is taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cmd/fleet/fleet.h"
#include "cmd/fleet/shards.h"

static struct shards holding(size_t count)
{
    struct shards shards = {.at = {{.is_held = false}}};

    for (size_t i = 0; i < count; i++)
        shards.at[i].is_held = true;
    return shards;
}

static size_t leaving(const struct shards *shards)
{
    size_t count = 0;

    for (size_t i = 0; i < DESTINATION_SHARDS; i++)
        count += shards->at[i].is_leaving;
    return count;
}

static void shares_are_all_of_it(void **state)
{
    (void)state;
    for (size_t workers = 0; workers < 400; workers++) {
        size_t share = shards_share(workers), count = workers ? workers : 1;

        assert_true(share * count >= DESTINATION_SHARDS);
        assert_true(share > 0 && (share - 1) * count < DESTINATION_SHARDS);
    }
}

static void the_idle_leave_first(void **state)
{
    struct shards shards = holding(8);

    (void)state;
    for (size_t i = 0; i < 6; i++)
        shards.at[i].under_way = 6 - i;
    shards_fit(&shards, 4);
    assert_int_equal(leaving(&shards), 4);
    for (size_t i = 4; i < 8; i++)
        assert_true(shards.at[i].is_leaving);
    assert_int_equal(shards_to_give_back(&shards).count, 2); /* of the others something is under way */
    assert_int_equal(shards_held(&shards), 8);
    shards.at[4].under_way = 0;
    assert_int_equal(shards_to_give_back(&shards).count, 3);
}

static void what_was_to_leave_may_stay(void **state)
{
    struct shards shards = holding(8);

    (void)state;
    shards_fit(&shards, 2);
    assert_int_equal(leaving(&shards), 6);
    shards_fit(&shards, 2);
    assert_int_equal(leaving(&shards), 6);
    shards_fit(&shards, 5);
    assert_int_equal(leaving(&shards), 3);
    shards_fit(&shards, 8);
    assert_int_equal(leaving(&shards), 0);
    shards_fit(&shards, 0);
    assert_int_equal(leaving(&shards), 8);
}

/* Leaving, resting, or somebody else's: nothing is taken out of it. */
static void work_is_on_what_is_held_and_rested(void **state)
{
    struct shards shards = holding(3);
    struct shard_list list;

    (void)state;
    shards.at[0].begins_ms = 1000;
    shards.at[1].is_leaving = true;
    list = shards_to_work_on(&shards, 999, 0);
    assert_int_equal(list.count, 1);
    assert_int_equal(list.at[0], 2);
    assert_int_equal(shards_to_work_on(&shards, 1000, 0).count, 2);
    assert_int_equal(shards_to_try(&shards, 0).count, DESTINATION_SHARDS - 3);
}

static void lists_begin_anywhere(void **state)
{
    struct shards shards = holding(DESTINATION_SHARDS);

    (void)state;
    for (unsigned begin = 0; begin < 3 * DESTINATION_SHARDS; begin += 7) {
        struct shard_list list = shards_to_work_on(&shards, 0, begin);

        assert_int_equal(list.count, DESTINATION_SHARDS);
        assert_int_equal(list.at[0], begin % DESTINATION_SHARDS);
        assert_int_equal(list.at[DESTINATION_SHARDS - 1], (begin + DESTINATION_SHARDS - 1) % DESTINATION_SHARDS);
    }
    assert_int_equal(shards_to_work_on(&shards, 0, UINT32_MAX).at[0], UINT32_MAX % DESTINATION_SHARDS);
}

/* Databases have them: another release deals as this one does. */
static void a_destination_keeps_its_shard(void **state)
{
    (void)state;
    assert_int_equal(destination_shard(destination_of_own("example.org")), 81);
    assert_int_equal(destination_shard(destination_of_own("mail.EXAMPLE.org")), 81);
    assert_int_equal(destination_shard(destination_of_own("foo.test")), 79);
}

/* fleet.h: a worker is silent before its shards can be another's. */
static void times_fit(void **state)
{
    (void)state;
    assert_true(FLEET_BEAT_MS + FLEET_ANSWER_MS < FLEET_DROP_MS);
    assert_true(FLEET_BEAT_MS + FLEET_ANSWER_MS < FLEET_REST_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_are_all_of_it),        cmocka_unit_test(the_idle_leave_first),
        cmocka_unit_test(what_was_to_leave_may_stay),  cmocka_unit_test(work_is_on_what_is_held_and_rested),
        cmocka_unit_test(lists_begin_anywhere),        cmocka_unit_test(a_destination_keeps_its_shard),
        cmocka_unit_test(times_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
