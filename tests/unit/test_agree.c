/* What the user has agreed to: which findings a suppression is about, until when, and what a level changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/arena.h"
#include "core/facts/agreement.h"
#include "core/facts/target.h"
#include "core/result/agree.h"
#include "core/result/result.h"
#include "tests/unit/subject_of.h"

enum { NOW = 1000 };

static int begin(void **state)
{
    *state = arena_new(1 << 20);
    return *state ? 0 : -1;
}

static int end(void **state)
{
    arena_free(*state);
    return 0;
}

static struct finding finding_of(struct arena *arena, enum check_id check, const char *subject, enum status status)
{
    return (struct finding){.check = check,
                            .status = status,
                            .worst = FAIL,
                            .subject = subject,
                            .about = subject_of(arena, check, subject),
                            .message = "m"};
}

static void a_subject_is_the_whole_or_a_part(void **state)
{
    static const struct {
        enum check_id check;
        const char *subject, *ignored;
        bool suppressed;
    } cases[] = {
        {PTR_EXISTS, "11.0.0.9", NULL, true}, /* every one */
        {PTR_EXISTS, "11.0.0.9", "11.0.0.9", true},
        {PTR_EXISTS, "11.0.0.9", "11.0.0.8", false},
        {PTR_EXISTS, "2600::9", "2600:0:0::9", true},
        {MX_EXISTS, "good.lab", "GOOD.lab", true},
        {MX_EXISTS, "good.lab", "other.lab", false},
        {MX_EXISTS, "good.lab", "11.0.0.9", false}, /* it has no address */
        {HELO_RESOLVES, "11.0.0.9 mail.good.lab", "11.0.0.9 MAIL.good.lab", true},
        {HELO_RESOLVES, "11.0.0.9 mail.good.lab", "11.0.0.9", true},
        {HELO_RESOLVES, "11.0.0.9 mail.good.lab", "Mail.good.lab", true},
        {HELO_RESOLVES, "11.0.0.9 mail.good.lab", "good.lab", false},
        {BANNER_GREETING, "mx.good.lab[11.0.0.9]", "mx.good.lab", true},
        {BANNER_GREETING, "mx.good.lab[11.0.0.9]", "11.0.0.9", true},
        {DKIM_EXISTS, "s1", "S1", true},
        {DKIM_EXISTS, "s1", "s2", false},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct suppression suppressions[] = {{.check = cases[i].check, .subject = cases[i].ignored, .end_s = NOW + 1},
                                             {.check = SPF_EXISTS, .end_s = NOW + 1}};
        struct target target = {.suppressions = suppressions, .suppression_count = 2};
        struct finding f = finding_of(*state, cases[i].check, cases[i].subject, FAIL);

        agree(*state, &target, NOW, &f);
        if ((f.suppressed == &suppressions[0]) != cases[i].suppressed)
            fail_msg("%s, %s", cases[i].subject, cases[i].ignored ? cases[i].ignored : "all");
        assert_string_equal(f.message, "m");
        assert_int_equal(f.status, FAIL); /* it only does not count */
    }
}

static void a_suppression_ends_with_its_last_day(void **state)
{
    const struct suppression ended = {.check = PTR_EXISTS, .end_s = NOW, .until = "2027-03-01"},
                             lasts = {.check = PTR_EXISTS, .end_s = NOW + 1};
    struct suppression both[] = {ended, lasts};
    struct target target = {.suppressions = both, .suppression_count = 1};
    struct finding f = finding_of(*state, PTR_EXISTS, "11.0.0.9", WARN);

    agree(*state, &target, NOW, &f);
    assert_null(f.suppressed);
    assert_string_equal(f.message, "m (its suppression ended on 2027-03-01)");
    f = finding_of(*state, PTR_EXISTS, "11.0.0.9", WARN);
    target.suppression_count = 2;
    agree(*state, &target, NOW, &f);
    assert_ptr_equal(f.suppressed, &both[1]);
    assert_string_equal(f.message, "m");
}

static void what_is_in_order_is_not_suppressed(void **state)
{
    static const enum status statuses[] = {PASS, SKIPPED, NOTE, UNKNOWN, WARN, FAIL};
    const struct suppression suppression = {.check = PTR_EXISTS, .end_s = NOW + 1};
    const struct target target = {.suppressions = &suppression, .suppression_count = 1};

    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        struct finding f = finding_of(*state, PTR_EXISTS, "11.0.0.9", statuses[i]);

        agree(*state, &target, NOW, &f);
        assert_int_equal(f.suppressed != NULL, i >= 2);
    }
}

/* What passed, was skipped or is unknown stays so; of two levels the last one decides. */
static void levels_change_what_was_found(void **state)
{
    static const struct {
        enum status judged, status;
    } cases[] = {{PASS, PASS}, {SKIPPED, SKIPPED}, {UNKNOWN, UNKNOWN}, {NOTE, WARN}, {WARN, WARN}, {FAIL, WARN}};
    const struct level levels[] = {{.check = PTR_EXISTS, .status = NOTE},
                                   {.check = SPF_EXISTS, .status = FAIL},
                                   {.check = PTR_EXISTS, .status = WARN}};
    const struct target target = {.levels = levels, .level_count = 3};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct finding f = finding_of(*state, PTR_EXISTS, "11.0.0.9", cases[i].judged);

        agree(*state, &target, NOW, &f);
        assert_int_equal(f.status, cases[i].status);
        assert_int_equal(f.worst, WARN); /* what is unknown might have become that */
        assert_ptr_equal(f.level, i < 3 ? NULL : &levels[2]);
        if (f.level)
            assert_int_equal(f.judged, cases[i].judged);
    }
}

static void it_is_told_what_became_of_a_suppression(void **state)
{
    struct finding found = finding_of(*state, PTR_EXISTS, "11.0.0.9", FAIL),
                   passed = finding_of(*state, PTR_EXISTS, "11.0.0.8", PASS),
                   open = finding_of(*state, PTR_EXISTS, "11.0.0.7", UNKNOWN);
    const struct finding *const findings[] = {&passed, &found, &open};
    const bool not_asked[CHECK_COUNT] = {false};
    struct target target = {.domain = "good.lab"};
    struct result result = {.target = &target, .findings = findings, .finding_count = 3, .started_s = NOW};
    struct suppression s = {.check = PTR_EXISTS, .end_s = NOW + 1};
    size_t count;

    assert_int_equal(suppression_state(&result, &s, &count), SUPPRESSION_IN_FORCE);
    assert_int_equal(count, 2);
    s.end_s = NOW;
    assert_int_equal(suppression_state(&result, &s, &count), SUPPRESSION_EXPIRED);
    s.subject = "11.0.0.8"; /* all is well there */
    assert_int_equal(suppression_state(&result, &s, &count), SUPPRESSION_UNUSED);
    assert_int_equal(count, 0);
    target.selected = not_asked;
    assert_int_equal(suppression_state(&result, &s, &count), SUPPRESSION_NOT_ASKED);
    assert_string_equal(suppression_state_word(SUPPRESSION_IN_FORCE), "in_force");
    assert_string_equal(suppression_state_word(SUPPRESSION_NOT_ASKED), "not_asked");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
        TEST(a_subject_is_the_whole_or_a_part),
        TEST(a_suppression_ends_with_its_last_day),
        TEST(what_is_in_order_is_not_suppressed),
        TEST(levels_change_what_was_found),
        TEST(it_is_told_what_became_of_a_suppression),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
