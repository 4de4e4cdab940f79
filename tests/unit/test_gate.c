/* tests/unit/test_gate.c - which findings decide about the exit status. */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/result/difference.h"
#include "core/result/gate.h"
#include "core/result/receiver.h"

static const struct finding fail = {.check = PTR_FCRDNS, .status = FAIL, .worst = FAIL, .subject = "192.0.2.1"},
                            warn = {.check = PTR_GENERIC, .status = WARN, .worst = WARN, .subject = "192.0.2.1"},
                            open = {.check = MX_EXISTS, .status = UNKNOWN, .worst = FAIL, .subject = "example.org"},
                            hint = {.check = BIMI_LOGO, .status = UNKNOWN, .worst = NOTE, .subject = "example.org"};
static const struct finding *const findings[] = {&fail, &warn, &open, &hint};

static void findings_count_from_a_status_on(void **state)
{
    static const struct {
        enum status fail_on;
        bool fail, warn;
    } cases[] = {{FAIL, true, false}, {WARN, true, true}, {PASS, false, false}};
    const struct result result = {.findings = findings, .finding_count = 4};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct gate gate = {.fail_on = cases[i].fail_on};

        assert_int_equal(gate_fails_for(&gate, &result, &fail), cases[i].fail);
        assert_int_equal(gate_fails_for(&gate, &result, &warn), cases[i].warn);
        assert_int_equal(gate_judge(&gate, &result).fails, cases[i].fail);
    }
}

/* The worst bug of all would be to take the one for the other. */
static void what_is_unknown_never_fails(void **state)
{
    const struct result result = {.findings = &findings[2], .finding_count = 2}, nothing = {.out_of_memory = true};

    (void)state;
    for (enum status fail_on = PASS; fail_on <= FAIL; fail_on++) {
        struct gate gate = {.fail_on = fail_on};

        if (fail_on != PASS && fail_on < WARN)
            continue;
        assert_false(gate_judge(&gate, &result).fails);
        assert_true(gate_judge(&gate, &result).undecided);
        assert_true(gate_undecided_for(&gate, &result, &open));
        assert_false(gate_undecided_for(&gate, &result, &hint)); /* could not have failed */
        assert_false(gate_fails_for(&gate, &result, &open));
        assert_true(gate_judge(&gate, &nothing).undecided);
        assert_false(gate_judge(&gate, &nothing).fails);
    }
}

static void receivers_decide_alone(void **state)
{
    const struct receiver *asked[] = {receiver_at(0)};
    const struct receiver_reason rejects = {.finding = &warn}, doubts = {.finding = &open};
    struct receiver_verdict verdicts[] = {
        {.receiver = receiver_at(0), .outcome = RECEIVER_REJECTS, .reasons = &rejects, .reason_count = 1},
        {.receiver = receiver_at(1), .outcome = RECEIVER_CANT_TELL, .reasons = &doubts, .reason_count = 1},
    };
    const struct receiver *both[] = {receiver_at(1), receiver_at(2)};
    struct receiver_verdict open_verdicts[] = {
        {.receiver = receiver_at(1), .outcome = RECEIVER_CANT_TELL, .reasons = &doubts, .reason_count = 1},
        {.receiver = receiver_at(2), .outcome = RECEIVER_NO_OBSTACLE},
    };
    const struct result half_open = {.receivers = open_verdicts, .receiver_count = 2};
    const struct result result = {
        .findings = findings, .finding_count = 4, .receivers = verdicts, .receiver_count = 2};
    struct result nobody = {.findings = findings, .finding_count = 4};
    struct gate gate = {.fail_on = FAIL, .receivers = asked, .receiver_count = 1};

    (void)state;
    assert_true(gate_judge(&gate, &result).fails);
    assert_false(gate_judge(&gate, &result).undecided); /* the other one was not asked */
    assert_true(gate_fails_for(&gate, &result, &warn)); /* a rejection, by its reason */
    assert_false(gate_fails_for(&gate, &result, &fail)); /* this receiver does not mind */
    assert_false(gate_undecided_for(&gate, &result, &open));
    asked[0] = receiver_at(1);
    assert_false(gate_judge(&gate, &result).fails);
    assert_true(gate_judge(&gate, &result).undecided);
    assert_true(gate_undecided_for(&gate, &result, &open));
    verdicts[1].outcome = RECEIVER_AT_RISK;
    assert_false(gate_judge(&gate, &result).fails);
    gate.fail_on = WARN;
    assert_true(gate_judge(&gate, &result).fails);
    assert_false(gate_fails_for(&gate, &result, &open)); /* by which nobody is refused */
    assert_true(gate_judge(&gate, &nobody).undecided); /* no sender is known */
    gate.receivers = both;
    gate.receiver_count = 2;
    assert_true(gate_judge(&gate, &half_open).undecided); /* whatever the other one does */
}

/* With a baseline: what is new since, or worse. */
static void only_regressions_count(void **state)
{
    const struct seen seen = {.key = ""};
    const struct difference_item items[] = {{.change = CHANGE_WORSE, .after = &seen, .position = 2},
                                            {.change = CHANGE_BETTER, .after = &seen, .position = 0}};
    const struct difference difference = {.items = items, .count = 2};
    const struct finding *const last[] = {&warn, &open, &fail};
    const struct receiver *asked[] = {receiver_at(0)};
    const struct receiver_reason old = {.finding = &warn}, new[] = {{.finding = &warn}, {.finding = &fail}};
    const struct receiver_reason own = {.finding = NULL};
    struct receiver_verdict verdict = {
        .receiver = receiver_at(0), .outcome = RECEIVER_REJECTS, .reasons = &old, .reason_count = 1};
    struct result result = {.findings = last, .finding_count = 3};
    struct gate gate = {.fail_on = WARN, .difference = &difference};

    (void)state;
    assert_true(gate_fails_for(&gate, &result, &fail));
    assert_false(gate_fails_for(&gate, &result, &warn));
    assert_false(gate_fails_for(&gate, &result, &open)); /* of which the difference says nothing */
    assert_true(gate_judge(&gate, &result).fails);
    result.receivers = &verdict;
    result.receiver_count = 1;
    gate.receivers = asked;
    gate.receiver_count = 1;
    assert_false(gate_judge(&gate, &result).fails);
    verdict.reasons = new;
    verdict.reason_count = 2;
    assert_true(gate_judge(&gate, &result).fails);
    assert_true(gate_fails_for(&gate, &result, &fail));
    verdict.reasons = &own; /* of the receiver alone: no report has it */
    verdict.reason_count = 1;
    assert_true(gate_judge(&gate, &result).fails);
    gate.fail_on = PASS;
    assert_false(gate_judge(&gate, &result).fails);
}

static void what_decides_of_findings_is_no_receiver(void **state)
{
    const struct result result = {.findings = findings, .finding_count = 2};
    struct gate gate = {.fail_on = FAIL};

    (void)state;
    assert_false(gate_judge(&gate, &result).undecided); /* though no receiver is known */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings_count_from_a_status_on),
        cmocka_unit_test(what_is_unknown_never_fails),
        cmocka_unit_test(receivers_decide_alone),
        cmocka_unit_test(only_regressions_count),
        cmocka_unit_test(what_decides_of_findings_is_no_receiver),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
