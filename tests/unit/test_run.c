/* tests/unit/test_run.c - what an audit may ask: extras, blocklists and the rest have budgets of their own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/str.h"
#include "core/derive/resolver.h"
#include "core/derive/run_internal.h"
#include "tests/zone.h"

static const struct target target = {.domain = "example.com"};

enum { MORE = 5 };

struct asked {
    size_t count, answered, spent;
    bool is_extra;
};

/* Asks for so many names; counts which are answered, and which are beyond the budget. */
static void ask_names(struct run *run, void *arg)
{
    struct asked *a = arg;

    run->is_extra = a->is_extra;
    a->answered = a->spent = 0;
    for (size_t i = 0; i < a->count; i++) {
        const struct dns_answer *answer =
            need_dns_unjudged(run, str_printf(run_arena(run), "%c%zu.example.com", a->is_extra ? 'x' : 'n', i), DNS_A);

        a->answered += answer && answer->status == DNS_NXDOMAIN;
        a->spent += answer && answer->status == DNS_UNKNOWN && answer->trouble.reason == REASON_BUDGET;
    }
}

static void test_extras_take_nothing_from_the_rest(void **state)
{
    struct asked extra = {.count = RANGE_QUERIES_PER_AUDIT + MORE, .is_extra = true};
    struct asked rest = {.count = DNS_QUERIES_PER_AUDIT + MORE};
    struct zone *zone = zone_new();
    struct zone_session s;

    (void)state;
    zone_open(&s, zone, &target, 0);
    zone_run(&s, ask_names, &extra);
    assert_int_equal(extra.answered, RANGE_QUERIES_PER_AUDIT);
    assert_int_equal(extra.spent, MORE);
    zone_run(&s, ask_names, &rest);
    assert_int_equal(rest.answered, DNS_QUERIES_PER_AUDIT);
    assert_int_equal(rest.spent, MORE);
    zone_close(&s);
    zone_free(zone);
}

/* Whatever asks last: nothing that was granted is taken back. */
static void the_most_that_is_needed_is_granted(void **state)
{
    struct audit_view audit = {.granted = 0};
    struct run run = {.audit = &audit};

    (void)state;
    run_grant(&run, 5);
    assert_int_equal(audit.granted, 5);
    run_grant(&run, 3);
    assert_int_equal(audit.granted, 5);
    run_grant(&run, 6);
    assert_int_equal(audit.granted, 6);
}

/* Past the deadline, and in a run that is the last: what is known is, and nothing more is asked. */
static void what_is_known_outlives_the_deadline(void **state)
{
    static const struct {
        bool spent, last;
        size_t new_ones; /* of ten more, those that are answered */
    } cases[] = {{false, false, 10}, {true, false, 0}, {false, true, 0}, {true, true, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct asked before = {.count = 3}, after = {.count = 13};
        struct zone *zone = zone_new();
        struct zone_session s;
        size_t questions;

        zone_open(&s, zone, &target, 0);
        zone_run(&s, ask_names, &before);
        assert_int_equal(before.answered, 3);
        questions = zone->questions;
        s.view.spent = cases[i].spent;
        s.run = (struct run){.audit = &s.view, .arena = s.run.arena, .last = cases[i].last};
        ask_names(&s.run, &after);
        assert_int_equal(s.run.open_wishes, 0);
        assert_int_equal(s.run.refused, cases[i].new_ones == 0);
        assert_int_equal(after.answered, 3 + cases[i].new_ones);
        assert_int_equal(after.spent, 10 - cases[i].new_ones);
        assert_int_equal(zone->questions, questions + cases[i].new_ones);
        zone_close(&s);
        zone_free(zone);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_known_outlives_the_deadline),
        cmocka_unit_test(test_extras_take_nothing_from_the_rest),
        cmocka_unit_test(the_most_that_is_needed_is_granted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
