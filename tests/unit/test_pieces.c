/* What is handed on from one part of the program, or one process, to another: tapes, and the pieces of reports. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "cmd/account.h"
#include "core/base/arena.h"
#include "core/base/tape.h"
#include "reports/html/html_index.h"
#include "reports/reporter.h"
#include "tests/golden/fixture.h"

enum { ARENA_BYTES = 64 * 1024 * 1024, RESULTS = 3, BREAKS = 400 };

static const struct gate strict = {.fail_on = WARN};

static void a_tape_is_read_as_it_was_written(void **state)
{
    struct tape tape = {0};
    struct tape_reader reader;
    struct str octets;

    (void)state;
    tape_number(&tape, INT64_MIN);
    tape_text(&tape, "a\nb");
    tape_text(&tape, NULL);
    tape_octets(&tape, (struct str){"\0\xff", 2});
    tape_number(&tape, 7);
    reader = tape_reader((struct str){tape.at, tape.size});
    assert_int_equal(tape_read_number(&reader), INT64_MIN);
    assert_true(str_equal(tape_read_octets(&reader), str_of("a\nb")));
    assert_int_equal(tape_read_octets(&reader).len, 0);
    octets = tape_read_octets(&reader);
    assert_true(str_equal(octets, (struct str){"\0\xff", 2}));
    assert_true(tape_has_more(&reader));
    assert_int_equal(tape_read_number(&reader), 7);
    assert_false(tape_has_more(&reader));
    assert_false(reader.failed);
    assert_int_equal(tape_read_number(&reader), 0);
    assert_true(reader.failed);
    tape_free(&tape);
}

static void what_a_tape_has_not_is_nothing(void **state)
{
    struct tape tape = {0};
    struct tape_reader reader;

    (void)state;
    tape_number(&tape, 3);
    tape_text(&tape, "text");
    reader = tape_reader((struct str){tape.at, tape.size});
    assert_int_equal(tape_read_octets(&reader).len, 0); /* it is a number */
    assert_true(reader.failed);
    assert_int_equal(tape_read_number(&reader), 0); /* and nothing after it counts */
    for (size_t size = 0; size < tape.size; size++) {
        reader = tape_reader((struct str){tape.at, size});
        tape_read_number(&reader);
        assert_int_equal(tape_read_octets(&reader).len, 0);
        assert_true(reader.failed);
    }
    for (int64_t length = -1; length < INT64_MAX / 2; length = length * 2 + 10) {
        memcpy(tape.at + 10, &length, sizeof length);
        reader = tape_reader((struct str){tape.at, tape.size});
        tape_read_number(&reader);
        if (length != (int64_t)strlen("text"))
            assert_true(tape_read_octets(&reader).len <= strlen("text"));
    }
    tape_free(&tape);
}

static const struct reporter *reporter_at(size_t i) /* the last one is the index; then NULL */
{
    size_t count = 0;

    while (reporters[count])
        count++;
    return i < count ? reporters[i] : i == count ? &html_index_reporter : NULL;
}

static struct report begin(const struct reporter *reporter, FILE *out)
{
    struct report report;

    report_begin(&report, reporter, out, &(struct report_options){.several = true, .utf8 = true});
    return report;
}

/* One report makes the pieces, the last first, and another one takes them. */
static char *in_pieces(const struct reporter *reporter, const struct result *const *results)
{
    char *made_text = NULL, *text = NULL;
    size_t made_size = 0, size = 0;
    FILE *nowhere = open_memstream(&made_text, &made_size), *out = open_memstream(&text, &size);
    struct report maker = begin(reporter, nowhere), taker = begin(reporter, out);
    struct piece pieces[RESULTS];

    for (size_t i = RESULTS; i > 0; i--)
        pieces[i - 1] = report_render(&maker, results[i - 1], &strict, i);
    for (size_t i = 0; i < RESULTS; i++) {
        report_take(&taker, results[i]->target, results[i]->verdict, &pieces[i]);
        piece_free(&pieces[i]);
    }
    assert_int_equal(report_end(&taker), 0);
    report_end(&maker);
    fclose(nowhere);
    fclose(out);
    free(made_text);
    return text;
}

static char *at_once(const struct reporter *reporter, const struct result *const *results)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    struct report report = begin(reporter, out);

    for (size_t i = 0; i < RESULTS; i++)
        report_one(&report, results[i], &strict);
    assert_int_equal(report_end(&report), 0);
    fclose(out);
    return text;
}

static void pieces_make_the_same_document(void **state)
{
    struct arena *arena = arena_new(ARENA_BYTES);
    const struct result *const results[RESULTS] = {fixture_result(arena), fixture_ready(arena), fixture_blocked(arena)};
    const struct reporter *reporter;

    (void)state;
    for (size_t i = 0; (reporter = reporter_at(i)); i++) {
        char *whole = at_once(reporter, results), *pieced = in_pieces(reporter, results);

        assert_string_equal(pieced, whole);
        free(whole);
        free(pieced);
    }
    arena_free(arena);
}

/* A process that a peer has taken over may send anything. */
static void broken_pieces_harm_nobody(void **state)
{
    struct arena *arena = arena_new(ARENA_BYTES);
    const struct result *result = fixture_hostile(arena);
    const struct reporter *reporter;
    uint64_t chance = 1;

    (void)state;
    for (size_t i = 0; (reporter = reporter_at(i)); i++) {
        char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);
        struct report report = begin(reporter, out);
        struct piece piece = report_render(&report, result, &strict, 1);

        for (size_t n = 0; n < BREAKS && piece.tape.size; n++) {
            struct piece broken = piece;

            chance = chance * 6364136223846793005u + 1442695040888963407u;
            broken.tape.size = n % 2 ? piece.tape.size : (size_t)(chance >> 33) % piece.tape.size;
            piece.tape.at[(size_t)(chance >> 21) % piece.tape.size] = (char)(chance >> 13);
            report_take(&report, result->target, result->verdict, &broken);
        }
        report_end(&report);
        piece_free(&piece);
        fclose(out);
        free(text);
    }
    arena_free(arena);
}

static void accounts_are_read_whole_or_not_at_all(void **state)
{
    char unfit[] = "is none", kept[] = "kept", written[] = "piece";
    struct piece pieces[] = {{.tape = {.at = written, .size = 5}}, {.error = 28}};
    const struct account account = {.verdict = VERDICT_NOT_READY,
                                    .fails = true,
                                    .is_uncompared = true,
                                    .unfit = unfit,
                                    .undecided_for[REASON_CLOCK] = true,
                                    .kept = {.at = kept, .size = 4},
                                    .pieces = pieces,
                                    .piece_count = 2};
    struct tape tape = {0};
    struct tape_reader reader;
    struct account *read;

    (void)state;
    account_write(&account, &tape);
    for (size_t size = 0; size < tape.size; size++) {
        char *part = malloc(size + 1); /* an octet beyond it is nobody's */

        memcpy(part, tape.at, size);
        reader = tape_reader((struct str){part, size});
        assert_null(account_read(&reader));
        free(part);
    }
    reader = tape_reader((struct str){tape.at, tape.size});
    read = account_read(&reader);
    assert_non_null(read);
    assert_int_equal(read->verdict, VERDICT_NOT_READY);
    assert_true(read->fails && read->is_uncompared && read->undecided_for[REASON_CLOCK]);
    assert_false(read->undecided || read->is_starved || read->undecided_for[REASON_TIMEOUT]);
    assert_string_equal(read->unfit, "is none");
    assert_memory_equal(read->kept.at, "kept", 4);
    assert_int_equal(read->piece_count, 2);
    assert_memory_equal(read->pieces[0].tape.at, "piece", 5);
    assert_int_equal(read->pieces[1].error, 28);
    account_free(read);
    tape.at[1] = 99; /* the verdict */
    reader = tape_reader((struct str){tape.at, tape.size});
    assert_null(account_read(&reader));
    tape_free(&tape);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tape_is_read_as_it_was_written),
        cmocka_unit_test(what_a_tape_has_not_is_nothing),
        cmocka_unit_test(pieces_make_the_same_document),
        cmocka_unit_test(broken_pieces_harm_nobody),
        cmocka_unit_test(accounts_are_read_whole_or_not_at_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
