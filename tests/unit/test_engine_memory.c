/* Admission by bytes: what fits is judged as ever, one audit more waits, and one that does not fit ends alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/audit/engine.h"
#include "core/audit/recording.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/loop.h"
#include "core/result/result.h"
#include "probes/probes.h"

enum { KIB = 1024, MIB = 1024 * KIB };

static const char seen[] = "{\"mailready_evidence\": 1, \"target\": {\"domain\": \"good.lab\"}, \"evidence\": {"
                           "\"dns:good.lab/MX\": [\"10 mx1.good.lab\"],"
                           "\"dns:mx1.good.lab/A\": [\"11.0.0.1\"], \"dns:mx1.good.lab/AAAA\": \"nodata\"}}";

struct told {
    size_t ended, without_memory, findings;
};

struct world {
    struct arena *arena;
    struct recording *recording;
    struct loop *loop;
    struct engine *engine;
};

static void take(void *arg, const struct result *result)
{
    struct told *told = arg;

    told->ended++;
    told->without_memory += result->out_of_memory;
    told->findings += result->finding_count;
    assert_true(!result->out_of_memory || result->verdict == VERDICT_UNKNOWN);
}

static struct world world_of(size_t memory)
{
    struct world world = {.arena = arena_new(SIZE_MAX), .loop = loop_new()};
    const char *why = "";
    struct engine_config config = {
        .probes = all_probes, .probe_count = all_probe_count, .audit_ms = AUDIT_MS, .memory = memory, .shuffle_seed = 1};

    config.replay = world.recording = recording_read(world.arena, seen, strlen(seen), &why);
    world.engine = engine_new(world.loop, &config, &why);
    if (!world.engine)
        fail_msg("%s", why);
    return world;
}

static void world_free(const struct world *world)
{
    engine_free(world->engine);
    loop_free(world->loop);
    recording_free(world->recording);
    arena_free(world->arena);
}

/* How many are under way when one more would not fit. */
static size_t admitted(size_t memory, size_t most, struct told *told)
{
    struct world world = world_of(memory);
    size_t count = 0;

    *told = (struct told){0};
    while (count < most && engine_has_room(world.engine)) {
        assert_true(engine_audit(world.engine, recording_target(world.recording), take, told));
        count++;
    }
    while (told->ended < count)
        loop_run(world.loop);
    assert_true(engine_has_room(world.engine));
    world_free(&world);
    return count;
}

static void test_by_bytes(void **state)
{
    struct told one, few, many;

    (void)state;
    assert_int_equal(admitted(0, 1, &one), 1);
    assert_true(one.findings > 0 && !one.without_memory);
    assert_int_equal(admitted(0, 30, &many), 30);
    assert_int_equal(admitted(16 * MIB, 30, &few), 6);
    assert_int_equal(admitted(64 * MIB, 30, &many), 24);
    assert_int_equal(few.findings, 6 * one.findings);
    assert_int_equal(few.without_memory + many.without_memory, 0);
}

/* One is begun in any case; it ends without anything, and the next is not worse off for it. */
static void test_what_does_not_fit(void **state)
{
    struct told told;

    (void)state;
    assert_int_equal(admitted(64 * KIB, 3, &told), 1);
    assert_int_equal(told.without_memory, 1);
    assert_int_equal(told.findings, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_bytes),
        cmocka_unit_test(test_what_does_not_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
