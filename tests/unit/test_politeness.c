/* Politeness without any connection: how many visits may begin, in which order (threats.md A1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/limits.h"
#include "core/base/loop.h"
#include "core/collect/net/guestbook.h"
#include "core/collect/net/politeness.h"

enum { INTERVAL_MS = 100 };

struct call {
    struct visit visit;
    bool dropped;
    unsigned begun; /* how many had begun when this one did, itself included; 0: waits */
    unsigned *count;
};

static void begin(void *arg)
{
    struct call *call = arg;

    assert_int_equal(call->begun, 0);
    call->begun = ++*call->count;
}

static void drop(void *arg)
{
    struct call *call = arg;

    assert_false(call->dropped);
    call->dropped = true;
    politeness_leave(call->visit.politeness, &call->visit, true);
}

static struct visit_plan plan_of(struct call *call, const struct ip *ip, uint64_t party, bool again)
{
    return (struct visit_plan){.ip = *ip, .party = party, .again = again, .begin = begin, .drop = drop, .arg = call};
}

static void enter_for(uint64_t party, struct politeness *politeness, struct call *call, const char *address,
                      unsigned *count)
{
    struct visit_plan plan;
    struct ip ip;

    assert_true(ip_parse(address, &ip));
    *call = (struct call){.count = count};
    plan = plan_of(call, &ip, party, false);
    assert_true(politeness_enter(politeness, &call->visit, &plan));
    assert_int_equal(call->begun, 0); /* never from inside */
}

static void enter(struct politeness *politeness, struct call *call, const char *address, unsigned *count)
{
    enter_for(0, politeness, call, address, count);
}

static void test_one_network(void **state)
{
    static const char *const addresses[] = {"192.0.2.1", "192.0.2.2",   "192.0.2.3",    "192.0.2.4",
                                            "192.0.2.5", "192.0.2.6",   "192.0.2.7",    "192.0.3.1",
                                            "192.0.2.1", "2a00:1:2::1", "2a00:1:2:3::", "2a00:1:3::1"};
    enum { CALLS = sizeof addresses / sizeof *addresses };
    struct loop *loop = loop_new();
    struct politeness *politeness = politeness_new(loop, PEER_INTERVAL_MS);
    struct call calls[CALLS];
    unsigned count = 0;

    (void)state;
    for (size_t i = 0; i < CALLS; i++)
        enter(politeness, &calls[i], addresses[i], &count);
    loop_run(loop); /* ends: those who wait, wait for a politeness_leave() */
    for (unsigned i = 0; i < NET_SESSIONS; i++)
        assert_int_equal(calls[i].begun, i + 1);
    assert_int_equal(calls[5].begun, 0);
    assert_int_equal(calls[6].begun, 0);
    assert_true(calls[7].begun > 0);     /* another /24 */
    assert_int_equal(calls[8].begun, 0); /* the same address */
    assert_true(calls[9].begun && calls[10].begun && calls[11].begun);
    politeness_leave(politeness, &calls[5].visit, true); /* gives up waiting */
    politeness_leave(politeness, &calls[3].visit, true);
    loop_run(loop);
    assert_int_equal(calls[5].begun, 0);
    assert_int_equal(calls[6].begun, count); /* the next in the queue */
    assert_int_equal(calls[8].begun, 0);
    politeness_free(politeness); /* with visits open and waiting */
    loop_free(loop);
}

static void stop(void *arg)
{
    loop_stop(arg);
}

/* Who asks again waits long where the last visit went badly, and no longer than others where it went well. */
static void test_again(void **state)
{
    struct ip ip = {IP_V4, {192, 0, 2, 1}};
    struct loop *loop = loop_new();
    struct politeness *politeness = politeness_new(loop, 0);
    struct task *end = task_new(loop, stop, loop);
    struct call first, second, third;
    struct visit_plan plan;
    unsigned count = 0;

    (void)state;
    enter(politeness, &first, "192.0.2.1", &count);
    loop_run(loop);
    politeness_leave(politeness, &first.visit, true);
    second = third = (struct call){.count = &count};
    plan = plan_of(&second, &ip, 0, true);
    assert_true(politeness_enter(politeness, &second.visit, &plan));
    loop_run(loop);
    assert_int_equal(second.begun, 2);
    politeness_leave(politeness, &second.visit, false);
    plan = plan_of(&third, &ip, 0, true);
    assert_true(politeness_enter(politeness, &third.visit, &plan));
    task_schedule_at(end, loop_now_ms(loop) + 100);
    loop_run(loop);
    assert_int_equal(third.begun, 0);
    task_free(end);
    politeness_free(politeness);
    loop_free(loop);
}

/* Addresses are forgotten in time: many of them take no more memory than few, and none that is open is lost. */
static void test_many_addresses(void **state)
{
    enum { ADDRESSES = 5000 };
    static struct call calls[ADDRESSES];
    struct loop *loop = loop_new();
    struct politeness *politeness = politeness_new(loop, PEER_INTERVAL_MS);
    unsigned count = 0;

    (void)state;
    for (unsigned i = 0; i < ADDRESSES; i++) {
        struct ip ip = {IP_V4, {11, (uint8_t)(i >> 8), (uint8_t)i, 1}};

        struct visit_plan plan = plan_of(&calls[i], &ip, 0, i % 2);

        calls[i] = (struct call){.count = &count};
        assert_true(politeness_enter(politeness, &calls[i].visit, &plan));
    }
    loop_run(loop);
    assert_int_equal(count, ADDRESSES);
    for (unsigned i = 0; i < ADDRESSES; i++)
        politeness_leave(politeness, &calls[i].visit, true);
    politeness_free(politeness);
    loop_free(loop);
}

/* Those that gave up before their turn came are forgotten, too, and whoever is next is as welcome as ever. */
static void test_many_that_gave_up(void **state)
{
    enum { ADDRESSES = 1500 };
    struct loop *loop = loop_new();
    struct politeness *politeness = politeness_new(loop, PEER_INTERVAL_MS);
    struct call call, last;
    unsigned count = 0;

    (void)state;
    for (unsigned i = 0; i < ADDRESSES; i++) {
        struct ip ip = {IP_V4, {11, (uint8_t)(i >> 8), (uint8_t)i, 1}};
        struct visit_plan plan = plan_of(&call, &ip, 0, false);

        call = (struct call){.count = &count};
        assert_true(politeness_enter(politeness, &call.visit, &plan));
        politeness_leave(politeness, &call.visit, true);
    }
    enter(politeness, &last, "11.0.0.1", &count);
    loop_run(loop);
    assert_int_equal(count, 1);
    assert_int_equal(last.begun, 1);
    politeness_leave(politeness, &last.visit, true);
    politeness_free(politeness);
    loop_free(loop);
}

/* Thirty hosts of one, then two neighbours: these do not wait for the thirty. */
static void test_fair_dealing(void **state)
{
    enum { CROWD = 30, CROWD_PARTY = 1 };
    struct loop *loop = loop_new();
    struct politeness *politeness = politeness_new(loop, PEER_INTERVAL_MS);
    struct call calls[CROWD], others[2];
    char address[] = "192.0.2.100";
    unsigned count = 0, begun = 0;

    (void)state;
    for (size_t i = 0; i < CROWD; i++) {
        address[9] = (char)('0' + i / 10);
        address[10] = (char)('0' + i % 10);
        enter_for(CROWD_PARTY, politeness, &calls[i], address, &count);
    }
    loop_run(loop);
    assert_int_equal(count, NET_SESSIONS - 1);
    enter_for(2, politeness, &others[0], "192.0.2.25", &count);
    enter_for(3, politeness, &others[1], "192.0.2.26", &count);
    loop_run(loop);
    assert_int_equal(others[0].begun, NET_SESSIONS);
    assert_int_equal(others[1].begun, 0); /* there is no room */
    politeness_leave(politeness, &calls[0].visit, true);
    loop_run(loop);
    assert_int_equal(others[1].begun, NET_SESSIONS + 1); /* before the others of the thirty */
    politeness_leave(politeness, &others[0].visit, true);
    politeness_leave(politeness, &others[1].visit, true);
    loop_run(loop);
    for (size_t i = 0; i < CROWD; i++)
        begun += calls[i].begun > 0;
    assert_int_equal(begun, NET_SESSIONS); /* one has left */
    politeness_free(politeness);
    loop_free(loop);
}

static void pass(struct loop *loop, int64_t ms)
{
    struct task *end = task_new(loop, stop, loop);

    task_schedule_at(end, loop_now_ms(loop) + ms);
    loop_run(loop);
    task_free(end);
}

/* Thirty names at the very address of a neighbour's host: it comes after one of them, not after thirty. */
static void test_one_address(void **state)
{
    enum { CROWD = 30 };
    struct loop *loop = loop_new();
    struct politeness *politeness = politeness_new(loop, 0);
    struct call calls[CROWD], other;
    unsigned count = 0;

    (void)state;
    for (size_t i = 0; i < CROWD; i++)
        enter_for(1, politeness, &calls[i], "192.0.2.1", &count);
    enter_for(2, politeness, &other, "192.0.2.1", &count);
    assert_int_equal(*other.visit.turn.audits, 2);
    loop_run(loop);
    assert_int_equal(count, 1);
    politeness_leave(politeness, &calls[0].visit, true);
    loop_run(loop);
    assert_int_equal(other.begun, 2);
    politeness_free(politeness);
    loop_free(loop);
}

/* Whoever wants two visits gets the second one, however many come who want one. */
static void test_newcomers(void **state)
{
    enum { NEWCOMERS = 40, TOGETHER = 3 };
    struct loop *loop = loop_new();
    struct politeness *politeness = politeness_new(loop, 0);
    struct call first, second, calls[NEWCOMERS];
    unsigned count = 0, come = 0;

    (void)state;
    enter_for(1, politeness, &first, "192.0.2.1", &count);
    loop_run(loop);
    enter_for(1, politeness, &second, "192.0.2.1", &count);
    while (come < TOGETHER) {
        enter_for(come + 2, politeness, &calls[come], "192.0.2.1", &count);
        come++;
    }
    politeness_leave(politeness, &first.visit, true);
    for (loop_run(loop); !second.begun && come < NEWCOMERS; loop_run(loop)) {
        struct call *open = calls;

        while (open->begun != count)
            open++;
        enter_for(come + 2, politeness, &calls[come], "192.0.2.1", &count);
        come++;
        politeness_leave(politeness, &open->visit, true);
    }
    assert_true(second.begun > 0 && second.begun <= 2 * TOGETHER + 2);
    politeness_free(politeness);
    loop_free(loop);
}

/* A visit that two audits want, the first of which has thirty others waiting: it comes in the turn of the second, goes
 * back where that ends, and is given up where both have. */
static void test_shared_visit(void **state)
{
    enum { CROWD = 30 };
    struct loop *loop = loop_new();
    struct politeness *politeness = politeness_new(loop, 0);
    struct call calls[CROWD];
    struct turn *last = &calls[CROWD - 1].visit.turn, *other = &calls[CROWD - 2].visit.turn;
    unsigned count = 0;

    (void)state;
    for (size_t i = 0; i < CROWD; i++)
        enter_for(1, politeness, &calls[i], "192.0.2.1", &count);
    last->wanted(last, 2);
    assert_int_equal(last->party, 2);
    other->wanted(other, 3);
    other->unwanted(other, 1);
    assert_int_equal(other->party, 1);
    other = &calls[1].visit.turn;
    other->unwanted(other, 0);
    assert_true(calls[1].dropped);
    loop_run(loop);
    assert_int_equal(calls[0].begun, 1);
    politeness_leave(politeness, &calls[0].visit, true);
    loop_run(loop);
    assert_int_equal(calls[CROWD - 1].begun, 2);
    politeness_leave(politeness, &calls[CROWD - 1].visit, true);
    loop_run(loop);
    assert_int_equal(calls[2].begun, 3);
    politeness_free(politeness);
    loop_free(loop);
}

/* Two processes, one of which has many visits to one address and the other a single one: that is not late, though the
 * first one knows sooner when the address is free. */
static void test_shared_fairly(void **state)
{
    enum { CROWD = 30, STEP_MS = 5, STEPS = 1000 };
    struct loop *loop = loop_new();
    struct guestbook *guestbook = guestbook_new();
    struct politeness *ours = politeness_new(loop, 0), *theirs = politeness_new(loop, 0);
    struct call calls[CROWD], single;
    unsigned count = 0, gone = 0;

    (void)state;
    politeness_share(ours, guestbook, 1);
    politeness_share(theirs, guestbook, 2);
    for (size_t i = 0; i < CROWD; i++)
        enter_for(i + 2, ours, &calls[i], "192.0.2.1", &count);
    enter_for(1, theirs, &single, "192.0.2.1", &count);
    for (size_t step = 0; step < STEPS && !single.begun; step++) {
        pass(loop, STEP_MS);
        for (size_t i = 0; i < CROWD && !single.begun; i++)
            if (calls[i].begun == gone + 1) {
                pass(loop, 4 * STEP_MS);
                politeness_leave(ours, &calls[i].visit, true);
                gone++;
            }
    }
    assert_true(single.begun > 0 && single.begun <= 3);
    politeness_free(ours);
    politeness_free(theirs);
    guestbook_free(guestbook);
    loop_free(loop);
}

/* The network is full of another process's visits: whoever's turn it is here has the next place, and not whoever asks
 * first when it is free. */
static void test_full_of_others(void **state)
{
    enum { CROWD = 20, STEP_MS = 7 };
    struct loop *loop = loop_new();
    struct guestbook *guestbook = guestbook_new();
    struct politeness *ours = politeness_new(loop, 0), *theirs = politeness_new(loop, 0);
    struct call open[NET_SESSIONS], calls[CROWD], single;
    char address[] = "192.0.2.100";
    unsigned count = 0;

    (void)state;
    politeness_share(ours, guestbook, 1);
    politeness_share(theirs, guestbook, 2);
    for (size_t i = 0; i < NET_SESSIONS; i++) {
        address[10] = (char)('0' + i);
        enter_for(i ? i + 2 : 1, i ? theirs : ours, &open[i], address, &count);
    }
    loop_run(loop);
    assert_int_equal(count, NET_SESSIONS);
    for (size_t i = 0; i < CROWD; i++) {
        address[8] = '2';
        address[9] = (char)('0' + i / 10);
        address[10] = (char)('0' + i % 10);
        enter_for(1, ours, &calls[i], address, &count);
        if (i % 3 == 0)
            pass(loop, STEP_MS);
    }
    enter_for(2, ours, &single, "192.0.2.1", &count);
    pass(loop, STEP_MS);
    politeness_leave(theirs, &open[1].visit, true);
    pass(loop, STEP_MS * STEP_MS);
    assert_int_equal(single.begun, NET_SESSIONS + 1);
    assert_int_equal(count, NET_SESSIONS + 1);
    politeness_free(ours);
    politeness_free(theirs);
    guestbook_free(guestbook);
    loop_free(loop);
}

/* One process has more audits that want the network than there are places: the single visit of another's comes in
 * between. */
static void test_full_of_ours(void **state)
{
    enum { CROWD = 40, STEP_MS = 30 };
    struct loop *loop = loop_new();
    struct guestbook *guestbook = guestbook_new();
    struct politeness *ours = politeness_new(loop, 0), *theirs = politeness_new(loop, 0);
    struct call calls[CROWD], long_one, single;
    char address[] = "192.0.2.200";
    unsigned count = 0, gone = 0;

    (void)state;
    politeness_share(ours, guestbook, 1);
    politeness_share(theirs, guestbook, 2);
    enter_for(100, theirs, &long_one, "192.0.2.2", &count);
    loop_run(loop);
    for (size_t i = 0; i < CROWD; i++) {
        address[9] = (char)('0' + i / 10);
        address[10] = (char)('0' + i % 10);
        enter_for(i + 2, ours, &calls[i], address, &count);
    }
    pass(loop, STEP_MS);
    assert_int_equal(count, NET_SESSIONS);
    enter_for(1, theirs, &single, "192.0.2.1", &count);
    while (!single.begun && gone < CROWD / 2) {
        pass(loop, STEP_MS);
        for (size_t i = 0; i < CROWD; i++)
            if (calls[i].begun == gone + 2) {
                politeness_leave(ours, &calls[i].visit, true);
                gone++;
                break;
            }
        pass(loop, STEP_MS);
    }
    assert_true(single.begun > 0 && gone <= 3);
    politeness_free(ours);
    politeness_free(theirs);
    guestbook_free(guestbook);
    loop_free(loop);
}

/* All places are visits of one process's crowd, and another process wants an address again and again: so does one
 * neighbour in the first process, and it gets it. */
static void test_address_of_two(void **state)
{
    enum { CROWD = 30, OTHERS = 10, STEP_MS = 30 };
    struct loop *loop = loop_new();
    struct guestbook *guestbook = guestbook_new();
    struct politeness *ours = politeness_new(loop, INTERVAL_MS), *theirs = politeness_new(loop, INTERVAL_MS);
    struct call calls[CROWD], others[OTHERS], single;
    char address[] = "192.0.2.200";
    unsigned count = 0, rounds = 0;
    bool gone[CROWD] = {false}, left[OTHERS] = {false};

    (void)state;
    politeness_share(ours, guestbook, 1);
    politeness_share(theirs, guestbook, 2);
    for (size_t i = 0; i < CROWD; i++) {
        address[9] = (char)('0' + i / 10);
        address[10] = (char)('0' + i % 10);
        enter_for(i % 2 + 2, ours, &calls[i], address, &count);
    }
    pass(loop, STEP_MS);
    for (size_t i = 0; i < OTHERS; i++)
        enter_for(9, theirs, &others[i], "192.0.2.1", &count);
    pass(loop, STEP_MS);
    enter_for(1, ours, &single, "192.0.2.1", &count);
    for (; !single.begun && rounds < OTHERS; rounds++) {
        size_t first = 0;

        pass(loop, STEP_MS);
        while (first < CROWD && (!calls[first].begun || gone[first]))
            first++;
        assert_true(first < CROWD);
        gone[first] = true;
        politeness_leave(ours, &calls[first].visit, true);
        pass(loop, STEP_MS);
        for (size_t i = 0; i < OTHERS; i++)
            if (others[i].begun && !left[i]) {
                left[i] = true;
                politeness_leave(theirs, &others[i].visit, true);
            }
        pass(loop, 2 * INTERVAL_MS);
    }
    assert_true(single.begun > 0 && rounds <= 3);
    politeness_free(ours);
    politeness_free(theirs);
    guestbook_free(guestbook);
    loop_free(loop);
}

/* Two processes, as their tables see them. */
static void test_shared(void **state)
{
    struct loop *loop = loop_new();
    struct guestbook *guestbook = guestbook_new();
    struct politeness *ours = politeness_new(loop, INTERVAL_MS), *theirs = politeness_new(loop, INTERVAL_MS);
    struct task *end = task_new(loop, stop, loop);
    struct call calls[NET_SESSIONS + 1], again;
    char address[] = "192.0.2.0";
    unsigned count = 0;
    int64_t left_ms;

    (void)state;
    politeness_share(ours, guestbook, 1);
    politeness_share(theirs, guestbook, 2);
    for (size_t i = 0; i <= NET_SESSIONS; i++) {
        address[sizeof address - 2] = (char)('1' + i);
        enter(i % 2 ? theirs : ours, &calls[i], address, &count);
    }
    task_schedule_at(end, loop_now_ms(loop) + INTERVAL_MS);
    loop_run(loop);
    assert_int_equal(count, NET_SESSIONS); /* to the network, of both */
    enter(theirs, &again, "192.0.2.1", &count);
    for (size_t i = 0; i <= NET_SESSIONS; i++)
        politeness_leave(i % 2 ? theirs : ours, &calls[i].visit, true);
    left_ms = loop_now_ms(loop);
    while (!again.begun) {
        task_schedule_at(end, loop_now_ms(loop) + 1);
        loop_run(loop);
    }
    assert_true(loop_now_ms(loop) - left_ms >= INTERVAL_MS);
    politeness_free(theirs); /* it dies with its visit */
    guestbook_forget(guestbook, 2, loop_now_ms(loop));
    enter(ours, &again, "192.0.2.1", &count);
    task_schedule_at(end, loop_now_ms(loop) + INTERVAL_MS * 10);
    loop_run(loop);
    assert_true(again.begun > 0);
    task_free(end);
    politeness_free(ours);
    guestbook_free(guestbook);
    loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_network),
        cmocka_unit_test(test_fair_dealing),
        cmocka_unit_test(test_one_address),
        cmocka_unit_test(test_newcomers),
        cmocka_unit_test(test_shared_visit),
        cmocka_unit_test(test_shared_fairly),
        cmocka_unit_test(test_full_of_others),
        cmocka_unit_test(test_full_of_ours),
        cmocka_unit_test(test_address_of_two),
        cmocka_unit_test(test_again),
        cmocka_unit_test(test_many_addresses),
        cmocka_unit_test(test_many_that_gave_up),
        cmocka_unit_test(test_shared),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
