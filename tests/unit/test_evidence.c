/* The evidence store: one entry a key, waking, pinning, expiry; keys as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/loop.h"
#include "core/base/str.h"
#include "core/facts/evidence.h"
#include "core/facts/turn.h"
#include "tests/unit/find_by_text.h"

enum { WANTED_MAX = 16, EVIDENCE_PINNED = 100 };

struct world {
    struct loop *loop;
    struct store *store;
    struct evidence *wanted[WANTED_MAX];
    size_t wanted_count;
    bool at_once;
    size_t answer_octets;
    uint32_t ttl_s;
};

struct listener {
    struct waiter waiter;
    unsigned woken[64];
    unsigned total;
};

static void answer(struct world *world, struct evidence *evidence)
{
    int64_t *value = ARENA_NEW(evidence_arena(evidence), int64_t);

    *value = 42;
    arena_alloc(evidence_arena(evidence), world->answer_octets);
    evidence_known(evidence, value, world->ttl_s);
}

static void collect(void *arg, struct evidence *evidence)
{
    struct world *world = arg;

    world->wanted[world->wanted_count++ % WANTED_MAX] = evidence;
    if (world->at_once)
        answer(world, evidence);
}

static void woken(struct waiter *waiter, unsigned probe)
{
    struct listener *listener = (struct listener *)waiter;

    listener->woken[probe]++;
    listener->total++;
}

static int setup(void **state)
{
    struct world *world = test_calloc(1, sizeof *world);

    world->loop = loop_new();
    world->store = store_new(world->loop, collect, world);
    world->ttl_s = 3600;
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;

    store_free(world->store);
    loop_free(world->loop);
    test_free(world);
    return 0;
}

static struct key dns_key(const char *name)
{
    return (struct key){.kind = EVIDENCE_DNS, .name = name, .type = DNS_MX, .nth = 1};
}

static struct evidence *want(struct world *world, const char *name, struct listener *who, unsigned probe)
{
    struct key key = dns_key(name);

    return store_want(world->store, &key, who ? &who->waiter : NULL, probe, NULL);
}

static void one_key_is_collected_once(void **state)
{
    struct world *world = *state;
    struct listener a = {.waiter = {.wake = woken}}, b = {.waiter = {.wake = woken}};
    struct evidence *first = want(world, "example.org", &a, 3);

    assert_ptr_equal(want(world, "EXAMPLE.org", &b, 5), first);
    assert_ptr_equal(want(world, "example.org", &a, 7), first);
    assert_int_equal(world->wanted_count, 1);
    assert_false(first->known);
    answer(world, first);
    assert_int_equal(a.total + b.total, 0); /* never from inside evidence_known() */
    loop_run(world->loop);
    assert_int_equal(a.woken[3], 1);
    assert_int_equal(a.woken[7], 1);
    assert_int_equal(b.woken[5], 1);
    assert_int_equal(a.total + b.total, 3);
    store_unpin_all(&a.waiter);
    store_unpin_all(&b.waiter);
}

struct lent_turn {
    struct turn turn;
    uint64_t wanted, unwanted;
    unsigned calls;
};

static void turn_wanted(struct turn *turn, uint64_t party)
{
    struct lent_turn *lent = (struct lent_turn *)turn;

    lent->wanted = party;
    lent->calls++;
}

static void turn_unwanted(struct turn *turn, uint64_t other)
{
    struct lent_turn *lent = (struct lent_turn *)turn;

    lent->unwanted = turn->party = other;
    lent->calls++;
}

/* While evidence waits for its turn, its collector hears who wants it, and when the one whose turn it is ends. */
static void a_turn_is_told_of_audits(void **state)
{
    struct world *world = *state;
    struct listener audits[3] = {{.waiter = {.number = 1, .wake = woken}},
                                 {.waiter = {.number = 2, .wake = woken}},
                                 {.waiter = {.number = 3, .wake = woken}}};
    struct lent_turn lent = {.turn = {.party = 1, .wanted = turn_wanted, .unwanted = turn_unwanted}};
    struct evidence *evidence = want(world, "example.org", &audits[0], 1);

    assert_int_equal(evidence->first_waiter, 1);
    evidence->turn = &lent.turn;
    want(world, "example.org", &audits[0], 2); /* as before */
    assert_int_equal(lent.calls, 0);
    want(world, "example.org", &audits[1], 1);
    want(world, "example.org", &audits[2], 1);
    assert_int_equal(lent.wanted, 3);
    store_unpin_all(&audits[1].waiter); /* it was not its turn */
    assert_int_equal(lent.calls, 2);
    store_unpin_all(&audits[0].waiter);
    assert_int_equal(lent.unwanted, 3);
    store_unpin_all(&audits[2].waiter);
    assert_int_equal(lent.unwanted, 0);
    assert_int_equal(lent.calls, 4);
    evidence->turn = NULL;
    answer(world, evidence);
    loop_run(world->loop);
}

static void known_at_once_wakes_nobody(void **state)
{
    struct world *world = *state;
    struct listener a = {.waiter = {.wake = woken}};

    world->at_once = true;
    assert_true(want(world, "example.org", &a, 1)->known);
    loop_run(world->loop);
    assert_int_equal(a.total, 0);
    assert_true(want(world, "example.org", &a, 1)->known);
    assert_int_equal(world->wanted_count, 1);
    store_unpin_all(&a.waiter);
}

static void unpinned_while_waiting_is_not_woken(void **state)
{
    struct world *world = *state;
    struct listener a = {.waiter = {.wake = woken}};
    struct evidence *evidence = want(world, "example.org", &a, 1);

    store_unpin_all(&a.waiter);
    answer(world, evidence);
    loop_run(world->loop);
    assert_int_equal(a.total, 0);
}

static void pinned_evidence_outlives_its_ttl(void **state)
{
    struct world *world = *state;
    struct listener a = {.waiter = {.wake = woken}}, b = {.waiter = {.wake = woken}};
    struct evidence *old, *fresh;

    world->at_once = true;
    world->ttl_s = 0;
    old = want(world, "example.org", &a, 0);
    loop_run(world->loop);
    assert_ptr_equal(want(world, "example.org", &a, 0), old);
    fresh = want(world, "example.org", &b, 0);
    assert_ptr_not_equal(fresh, old); /* another audit gets fresh evidence */
    assert_int_equal(*(const int64_t *)old->value, 42);
    assert_int_equal(world->wanted_count, 2);
    loop_run(world->loop);
    assert_ptr_equal(want(world, "example.org", &a, 0), old); /* and each keeps its own */
    assert_ptr_equal(want(world, "example.org", &b, 0), fresh);
    assert_int_equal(world->wanted_count, 2);
    store_unpin_all(&a.waiter);
    assert_ptr_equal(want(world, "example.org", &b, 0), fresh);
    store_unpin_all(&b.waiter);
}

static void what_has_expired_is_found_by_its_owner_only(void **state)
{
    struct world *world = *state;
    struct listener a = {.waiter = {.wake = woken}}, b = {.waiter = {.wake = woken}};
    struct evidence *old;

    world->at_once = true;
    world->ttl_s = 0;
    old = want(world, "example.org", &a, 0);
    loop_run(world->loop);
    assert_ptr_equal(find_by_text(world->store, "dns:example.org/MX", &a.waiter), old);
    assert_null(find_by_text(world->store, "dns:example.org/MX", &b.waiter));
    assert_null(find_by_text(world->store, "dns:example.org/MX", NULL));
    store_unpin_all(&a.waiter);
    assert_null(find_by_text(world->store, "dns:example.org/MX", &a.waiter));
    assert_int_equal(world->wanted_count, 1);
}

static void fresh_evidence_is_found_by_all(void **state)
{
    struct world *world = *state;
    struct listener a = {.waiter = {.wake = woken}}, b = {.waiter = {.wake = woken}};
    struct evidence *evidence = want(world, "example.org", &a, 0);

    assert_ptr_equal(find_by_text(world->store, "dns:example.org/MX", &b.waiter), evidence);
    answer(world, evidence);
    loop_run(world->loop);
    assert_ptr_equal(find_by_text(world->store, "dns:example.org/MX", &b.waiter), evidence);
    store_unpin_all(&a.waiter);
    assert_ptr_equal(find_by_text(world->store, "dns:example.org/MX", &b.waiter), evidence);
}

static void pinned_evidence_is_listed_in_order(void **state)
{
    struct world *world = *state;
    struct listener a = {.waiter = {.wake = woken}};
    struct arena *arena = arena_new(1 << 16);
    const struct evidence **all;
    size_t count;

    want(world, "b.example", &a, 0);
    want(world, "a.example", &a, 0);
    want(world, "c.example", NULL, 0);
    all = store_pinned(&a.waiter, arena, &count);
    assert_int_equal(count, 2);
    assert_string_equal(all[0]->text, "dns:a.example/MX");
    assert_string_equal(all[1]->text, "dns:b.example/MX");
    assert_non_null(find_pinned_by_text(world->store, "dns:a.example/MX", &a.waiter));
    assert_null(find_pinned_by_text(world->store, "dns:c.example/MX", &a.waiter));
    store_unpin_all(&a.waiter);
    arena_free(arena);
}

static const char *const key_texts[] = {
    "dns:example.org/MX",
    "dns:/SOA",
    "dns:a\\.b.example.org/TXT",
    "dns:1.2.0.192.in-addr.arpa/PTR#2",
    "dns@192.0.2.53:/SOA#6",
    "dns@192.0.2.53:example.org/NS",
    "dns@[2001:db8::53]:example.org/TLSA",
    "smtp:192.0.2.1:25/mx.example.org",
    "smtp:[2001:db8::1]:2525/mx.example.org#2",
    "smtp:192.0.2.1:25/",
    "smtp:192.0.2.1:25/mx.example.org?old-tls",
    "smtp:192.0.2.1:25/mx.example.org?injection",
    "smtp:[2001:db8::1]:25/mx.example.org?rcpt=postmaster@example.org",
    "connect:192.0.2.1:443",
    "connect:[2001:db8::1]:25",
    "vantage",
    "now",
    "https:https://mta-sts.example.org/.well-known/mta-sts.txt",
};

/* Of one piece of evidence, whatever the letter case of its names: as the texts say. */
static void keys_are_equal_as_their_texts_are(void **state)
{
    enum { COUNT = sizeof key_texts / sizeof *key_texts };
    struct arena *arena = arena_new(1 << 20);
    struct key keys[COUNT], shouted;

    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        assert_true(key_parse(arena, key_texts[i], &keys[i]));
    for (size_t i = 0; i < COUNT; i++) {
        char *name = arena_alloc(arena, strlen(keys[i].name) + 1);

        shouted = keys[i];
        for (size_t at = 0; keys[i].name[at]; at++)
            name[at] = (char)toupper((unsigned char)keys[i].name[at]);
        shouted.name = name;
        assert_int_equal(key_equal(&keys[i], &shouted), keys[i].kind != EVIDENCE_HTTPS);
        if (keys[i].kind != EVIDENCE_HTTPS)
            assert_true(key_hash(7, &keys[i]) == key_hash(7, &shouted));
        for (size_t k = 0; k < COUNT; k++) {
            assert_int_equal(key_equal(&keys[i], &keys[k]), i == k);
            if (i != k)
                assert_true(key_hash(7, &keys[i]) != key_hash(7, &keys[k]) || keys[i].kind >= EVIDENCE_SMTP);
        }
    }
    arena_free(arena);
}

static void keys_survive_the_round_trip(void **state)
{
    static const char *const bad[] = {
        "",
        "dns",
        "dns:",
        "dns:example.org",
        "dns:example.org/XYZ",
        "dns:Example.org/MX",
        "dns@192.0.2.300:x/MX",
        "smtp:192.0.2.1/mx",
        "smtp:192.0.2.1:99999/mx",
        "smtp:2001:db8::1:25/mx",
        "connect:192.0.2.1",
        "now#",
        "vantage/x",
        "dns:example.org/MX#1",
        "dns:example.org/MX#x",
        "http:example.org/MX",
        "smtp:192.0.2.1:25/mx?",
        "smtp:192.0.2.1:25/mx?old",
        "smtp:192.0.2.1:25/mx?old-tls2",
        "smtp:192.0.2.1:25/mx?rcpt=",
    };
    struct arena *arena = arena_new(1 << 20);
    struct key key;

    (void)state;
    for (size_t i = 0; i < sizeof key_texts / sizeof *key_texts; i++) {
        if (!key_parse(arena, key_texts[i], &key))
            fail_msg("refused: %s", key_texts[i]);
        assert_string_equal(key_text(arena, &key), key_texts[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (key_parse(arena, bad[i], &key))
            fail_msg("accepted: %s", bad[i]);
    arena_free(arena);
}

/* What is idle is bounded by its memory; what is asked for again and again stays, and what is pinned. */
static void idle_evidence_is_bounded(void **state)
{
    struct world *world = *state;
    struct listener a = {.waiter = {.wake = woken}};
    struct evidence *pinned[EVIDENCE_PINNED], *often;
    struct arena *arena = arena_new(1024 * 1024);
    size_t rounds = 2 * (size_t)STORE_IDLE_BYTES / 4096, wanted, found = 0;

    world->at_once = true;
    world->answer_octets = 4096;
    for (size_t i = 0; i < EVIDENCE_PINNED; i++)
        pinned[i] = want(world, str_printf(arena, "pinned%zu.example", i), &a, 1);
    often = want(world, "often.example", NULL, 0);
    for (size_t i = 0; i < rounds; i++) {
        arena_reset(arena);
        want(world, str_printf(arena, "once%zu.example", i), NULL, 0);
        assert_ptr_equal(want(world, "often.example", NULL, 0), often);
        if (i % 16 == 0)
            loop_run(world->loop);
    }
    wanted = world->wanted_count;
    assert_int_equal(wanted, EVIDENCE_PINNED + 1 + rounds);
    for (size_t i = 0; i < EVIDENCE_PINNED; i++)
        assert_ptr_equal(want(world, str_printf(arena, "pinned%zu.example", i), &a, 1), pinned[i]);
    assert_int_equal(world->wanted_count, wanted);
    for (size_t i = 0; i < rounds; i++) {
        struct key key;
        char text[KEY_TEXT_MAX];

        arena_reset(arena);
        key = dns_key(str_printf(arena, "once%zu.example", i));
        key_print(&key, text, sizeof text);
        found += find_by_text(world->store, text, NULL) != NULL;
    }
    assert_true(found > rounds / 4 && found < rounds * 3 / 4);
    store_unpin_all(&a.waiter);
    loop_run(world->loop);
    arena_free(arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_key_is_collected_once, setup, teardown),
        cmocka_unit_test_setup_teardown(a_turn_is_told_of_audits, setup, teardown),
        cmocka_unit_test_setup_teardown(known_at_once_wakes_nobody, setup, teardown),
        cmocka_unit_test_setup_teardown(unpinned_while_waiting_is_not_woken, setup, teardown),
        cmocka_unit_test_setup_teardown(pinned_evidence_outlives_its_ttl, setup, teardown),
        cmocka_unit_test_setup_teardown(what_has_expired_is_found_by_its_owner_only, setup, teardown),
        cmocka_unit_test_setup_teardown(fresh_evidence_is_found_by_all, setup, teardown),
        cmocka_unit_test_setup_teardown(pinned_evidence_is_listed_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(idle_evidence_is_bounded, setup, teardown),
        cmocka_unit_test(keys_are_equal_as_their_texts_are),
        cmocka_unit_test(keys_survive_the_round_trip),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
