/* Every case and every golden result as a report in each language that the program holds: how many texts stay English.
 * MISSING=FILE in the environment writes them into a file, one a line, the most frequent first.  All cases are printed
 * for that and where CI is set, a few while somebody waits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "reports/language/language.h"
#include "reports/reporter.h"
#include "tests/golden/fixture.h"
#include "tests/unit/case_audit.h"

#define LANGUAGE "de"

enum { SLOTS = 1 << 16, EVERY = 24, WIDTH = 80 };

static struct missing {
    char *text, *where;
    size_t count;
} missed[SLOTS];               /* by hash */
static const char *where = ""; /* is printed now */
static const struct language *language;
static size_t too_wide; /* reports with more lines that are wider than the terminal than they have in English */

static void miss(void *context, const char *text)
{
    size_t slot = 5381;

    (void)context;
    for (const char *at = text; *at; at++)
        slot = slot * 33 + (unsigned char)*at;
    slot %= SLOTS;
    while (missed[slot].text && strcmp(missed[slot].text, text) != 0)
        slot = (slot + 1) % SLOTS;
    if (!missed[slot].text) {
        missed[slot].text = strdup(text);
        missed[slot].where = strdup(where);
    }
    missed[slot].count++;
}

static int by_count(const void *one, const void *other)
{
    const struct missing *a = one, *b = other;

    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    return a->text && b->text ? strcmp(a->text, b->text) : 0;
}

/* Owned by the caller. */
static char *report_in(const struct language *in, const char *reporter, unsigned verbose, const struct result *result)
{
    static const struct gate gate = {.fail_on = FAIL};
    const struct report_options options = {
        .utf8 = true, .width = WIDTH, .verbose = verbose, .language = in, .missing = miss};
    struct report report;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    report_begin(&report, reporter_by_name(reporter), out, &options);
    report_one(&report, result, &gate);
    assert_int_equal(report_end(&report), 0);
    fclose(out);
    return text;
}

/* Lines that are wider than the terminal: records and commands are never broken, nor is evidence. */
static size_t wide_lines(const char *text)
{
    size_t count = 0;

    for (; *text; text += strcspn(text, "\n") + (text[strcspn(text, "\n")] != '\0'))
        count += sink_columns(text, strcspn(text, "\n")) > WIDTH;
    return count;
}

static void print_everywhere(const struct result *result)
{
    char *english = report_in(NULL, "text", 1, result), *text = report_in(language, "text", 1, result);

    too_wide += wide_lines(text) > wide_lines(english);
    free(english);
    free(text);
    free(report_in(language, "text", 0, result));
    free(report_in(language, "text", 2, result));
    free(report_in(language, "html", 0, result));
}

static void print(struct case_print *p, const struct result *result)
{
    where = p->name;
    print_everywhere(result);
}

static bool is_printed(void)
{
    static size_t cases;

    return getenv("MISSING") || getenv("CI") || cases++ % EVERY == 0;
}

static void print_cases(struct arena *arena, const char *directory)
{
    struct dirent **entries = NULL;
    int count = scandir(directory, &entries, NULL, alphasort);
    FILE *out = fopen("/dev/null", "w");

    assert_non_null(out);
    for (int i = 0; i < count; i++) {
        const char *name = str_printf(arena, "%s/%s", directory, entries[i]->d_name);
        size_t size = strlen(name);

        if (entries[i]->d_type == DT_DIR && entries[i]->d_name[0] != '.')
            print_cases(arena, name);
        else if (size > 5 && strcmp(name + size - 5, ".json") == 0 && is_printed())
            print_case(out,
                       str_text(arena, (struct str){name + strlen("tests/cases/"), size - 5 - strlen("tests/cases/")}),
                       print);
        free(entries[i]);
    }
    free(entries);
    fclose(out);
}

static void write_missing(const char *path)
{
    FILE *file = path ? fopen(path, "w") : NULL;

    for (size_t i = 0; file && i < SLOTS && missed[i].text; i++)
        fprintf(file, "%zu %s\t%s\n", missed[i].count, missed[i].where, missed[i].text);
    if (file)
        fclose(file);
}

static void every_report_is_translated(void **state)
{
    static const struct result *(*const results[])(struct arena *) = {fixture_result, fixture_ready, fixture_blocked,
                                                                      fixture_hostile};
    struct arena *arena = arena_new(SIZE_MAX);
    size_t count = 0;

    (void)state;
    if (!language_words(LANGUAGE).at)
        skip();
    language = language_read(arena, LANGUAGE, language_words(LANGUAGE));
    assert_int_equal(language_left_out(language), 0);
    where = "golden";
    for (size_t i = 0; i < sizeof results / sizeof *results; i++)
        print_everywhere(results[i](arena));
    print_cases(arena, "tests/cases");
    qsort(missed, SLOTS, sizeof *missed, by_count);
    while (count < SLOTS && missed[count].text)
        count++;
    write_missing(getenv("MISSING"));
    printf("FIGURE %s: %zu texts of the cases' reports stay English, %zu reports have lines that are too wide\n",
           LANGUAGE, count, too_wide);
    for (size_t i = 0; i < count; i++) {
        free(missed[i].text);
        free(missed[i].where);
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_report_is_translated)};

    return cmocka_run_group_tests_name("translation", tests, NULL, NULL);
}
