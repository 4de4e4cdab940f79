/* Progress: what is told, and how often. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/io/progress.h"
#include "core/result/result.h"

enum { START_MS = 5000, TOLD_MAX = 4096 };

static struct progress_state state(int64_t after_ms, size_t done, size_t total)
{
    return (struct progress_state){
        .now_ms = START_MS + after_ms, .done = done, .in_flight = 3, .at_most = 50, .total = total, .wanted = 9, .known = 5};
}

static const char *told(FILE *out)
{
    static char text[TOLD_MAX];
    size_t got;

    rewind(out);
    got = fread(text, 1, sizeof text - 1, out);
    text[got] = '\0';
    rewind(out);
    assert_int_equal(ftruncate(fileno(out), 0), 0);
    return text;
}

static void show(struct progress *progress, struct progress_state now)
{
    progress_show(progress, &now);
}

static void a_line_a_minute(void **unused)
{
    FILE *out = tmpfile();
    struct progress progress = progress_new(PROGRESS_MINUTES, out, START_MS);

    (void)unused;
    assert_non_null(out);
    progress_asks(&progress, START_MS);
    for (int64_t ms = 0; ms < 60000; ms += 100)
        show(&progress, state(ms, 1, 1000));
    assert_string_equal(told(out), "");
    for (int64_t ms = 60000; ms < 120000; ms += 100)
        show(&progress, state(ms, 120, 1000));
    assert_string_equal(told(out), "mailready: 120 of 1000 done, 3 under way, 2.0 a second, about 7 min left\n");
    show(&progress, state(120000, 12, 1000));
    assert_string_equal(told(out), "mailready: 12 of 1000 done, 3 under way, 0.10 a second, about 2 h 44 min left\n");
    show(&progress, state(180000, 990, 1000));
    assert_string_equal(told(out), "mailready: 990 of 1000 done, 3 under way, 5.5 a second, about 2 s left\n");
    show(&progress, state(240000, 240, 0)); /* a pipe */
    assert_string_equal(told(out), "mailready: 240 done, 3 under way, 1.0 a second\n");
    progress_end(&progress, &(struct progress_state){.now_ms = START_MS + 300000});
    assert_string_equal(told(out), "");
    fclose(out);
}

/* Fewer are under way than they might be, and whoever watches learns why. */
static void a_slower_pace_is_said(void **unused)
{
    FILE *out = tmpfile();
    struct progress progress = progress_new(PROGRESS_MINUTES, out, START_MS);
    struct progress_state slow = state(60000, 120, 1000);

    (void)unused;
    assert_non_null(out);
    slow.at_most = 6;
    slow.is_slowed = true;
    show(&progress, slow);
    assert_string_equal(told(out), "mailready: 120 of 1000 done, 3 under way (6 at most, since the resolver leaves "
                                   "questions unanswered)\n");
    fclose(out);
}

/* What an earlier run has done says nothing of how fast this one is. */
static void restored_ones_are_no_speed(void **unused)
{
    FILE *out = tmpfile();
    struct progress progress = progress_new(PROGRESS_JSON, out, START_MS);
    struct progress_state last = state(12000, 100, 100);

    (void)unused;
    assert_non_null(out);
    progress.restored = 50;
    show(&progress, state(2000, 50, 100));
    assert_string_equal(told(out), "{\"done\": 50, \"restored\": 50, \"in_flight\": 3, "
                                   "\"at_most\": 50, \"total\": 100, \"rate\": null, "
                                   "\"remaining_s\": null, \"elapsed_s\": 2, \"unknown\": {}, \"ended\": false}\n");
    progress_asks(&progress, START_MS + 2000);
    progress_asks(&progress, START_MS + 4000); /* it was asked before */
    show(&progress, state(2500, 51, 100));
    assert_string_equal(told(out), "");
    progress.undecided[REASON_TIMEOUT] = 4;
    progress.undecided[REASON_BUDGET] = 1;
    show(&progress, state(7000, 60, 100));
    assert_string_equal(told(out),
                        "{\"done\": 60, \"restored\": 50, \"in_flight\": 3, \"at_most\": 50, \"total\": 100, "
                        "\"rate\": 2.00, "
                        "\"remaining_s\": 21, \"elapsed_s\": 7, \"unknown\": {\"timeout\": 4, \"budget\": 1}, "
                        "\"ended\": false}\n");
    progress_end(&progress, &last);
    assert_non_null(strstr(told(out), "\"remaining_s\": 0, "));
    fclose(out);
}

static void a_domain_counts_once_for_a_reason(void **unused)
{
    struct finding timeout = {.check = MX_RESOLVES,
                              .status = UNKNOWN,
                              .worst = FAIL,
                              .because = CHECK_NONE,
                              .reason = REASON_TIMEOUT},
                   again = timeout, follows = timeout, harmless = timeout, other = timeout, accepted = timeout;
    const struct finding *all[] = {&timeout, &again, &follows, &harmless, &other, &accepted};
    struct result result = {.findings = all, .finding_count = sizeof all / sizeof *all};
    bool undecided_for[REASON_COUNT] = {false};
    struct progress progress = progress_new(PROGRESS_NONE, stderr, START_MS);

    (void)unused;
    follows.because = MX_RESOLVES;
    follows.reason = REASON_SERVFAIL;
    harmless.worst = WARN;
    harmless.reason = REASON_CLOCK;
    other.reason = REASON_BUDGET;
    accepted.reason = REASON_PROTOCOL;
    accepted.suppressed = (const void *)&accepted;
    progress_reasons(&result, undecided_for);
    progress_count(&progress, undecided_for);
    assert_int_equal(progress.undecided[REASON_TIMEOUT], 1);
    assert_int_equal(progress.undecided[REASON_BUDGET], 1);
    assert_int_equal(progress.undecided[REASON_SERVFAIL] + progress.undecided[REASON_CLOCK] +
                         progress.undecided[REASON_PROTOCOL],
                     0);
}

/* A line that is cut short would be no JSON, and one for a person would lose what it ends with. */
static void all_reasons_at_once(void **unused)
{
    FILE *out = tmpfile();
    struct progress json = progress_new(PROGRESS_JSON, out, START_MS);
    struct progress minutes = progress_new(PROGRESS_MINUTES, out, START_MS);
    struct progress_state most = state(60000, SIZE_MAX / 2, SIZE_MAX);
    const char *line;

    (void)unused;
    assert_non_null(out);
    for (size_t reason = REASON_NONE + 1; reason < REASON_COUNT; reason++)
        json.undecided[reason] = minutes.undecided[reason] = SIZE_MAX;
    show(&json, most);
    line = told(out);
    assert_string_equal(line + strlen(line) - strlen("}, \"ended\": false}\n"), "}, \"ended\": false}\n");
    for (size_t reason = REASON_NONE + 1; reason < REASON_COUNT; reason++)
        assert_non_null(strstr(line, reason_word((enum reason)reason)));
    show(&minutes, most);
    line = told(out);
    assert_non_null(strstr(line, " under way; unknown: timeout 18446744073709551615, servfail "));
    assert_string_equal(line + strlen(line) - strlen("worker_crashed 18446744073709551615\n"),
                        "worker_crashed 18446744073709551615\n");
    fclose(out);
}

static void nothing_is_told_where_nobody_wants_it(void **unused)
{
    FILE *out = tmpfile();
    struct progress progress = progress_new(PROGRESS_NONE, out, START_MS);
    struct progress_state now = state(600000, 1, 1000);

    (void)unused;
    assert_non_null(out);
    show(&progress, now);
    progress_end(&progress, &now);
    assert_string_equal(told(out), "");
    fclose(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_a_minute),
        cmocka_unit_test(a_slower_pace_is_said),
        cmocka_unit_test(restored_ones_are_no_speed),
        cmocka_unit_test(a_domain_counts_once_for_a_reason),
        cmocka_unit_test(all_reasons_at_once),
        cmocka_unit_test(nothing_is_told_where_nobody_wants_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
