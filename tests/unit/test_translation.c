/* Every case and every golden result as a report in each language that the program holds: no text stays English, or
 * is half of it, and no line is wider for it.  MISSING=FILE in the environment writes the texts that are into a file,
 * the most frequent first.  All cases are printed for that and where CI is set, a few while somebody waits. */
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
#include "reports/html/html_index.h"
#include "reports/language/language.h"
#include "reports/reporter.h"
#include "tests/golden/fixture.h"
#include "tests/unit/case_audit.h"

#define LANGUAGE "de"
#define NOBODYS "hostile" /* the golden result whose texts are nobody's sentences */

enum { SLOTS = 1 << 16, EVERY = 24, WIDTH = 80, SHOWN = 20 };

static struct missing {
    char *text, *where;
    size_t count;
} missed[SLOTS];               /* by hash */
static const char *where = ""; /* is printed now */
static const struct language *language;
static size_t too_wide; /* reports with more lines that are wider than the terminal than they have in English */

static void miss(const char *text)
{
    size_t slot = 5381;

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

/* "550 5.7.1 ...": what a peer said, in whatever language it did. */
static bool is_reply(const char *at)
{
    return strchr("245", *at) && strspn(at, "0123456789") == 3 && (at[3] == ' ' || at[3] == '-');
}

/* Words that German does not have and that hardly any English sentence is without. */
static bool is_english(const char *word, size_t size)
{
    static const char words[] =
        " and are as at be been but by cannot could did do does for from had has have if into is it its may more"
        " no not nothing of on only or other should than that the their them then there these they this those to"
        " too took until very were what when where whether which who whoever whose why with without would you your ";
    char wanted[16];

    if (size + 3 > sizeof wanted)
        return false;
    snprintf(wanted, sizeof wanted, " %.*s ", (int)size, word);
    return strstr(words, wanted) != NULL;
}

/* Up to a semicolon; Postfix has one in "550 5.7.1 Service unavailable; client [...] is not taken". */
static size_t reply_size(const char *reply)
{
    static const char client[] = "; client [";
    size_t size = strcspn(reply, ";");

    return strncmp(reply + size, client, strlen(client)) == 0 ? size + strcspn(reply + size, ":") : size;
}

static bool ends_word(const char *at)
{
    return !*at || *at == ' ' || (strchr(",;:.)", *at) && strchr(" )", at[1]));
}

/* Outside of quotation marks, and of replies up to a semicolon. */
static bool is_half_english(const char *said)
{
    static const char opens[] = "\xe2\x80\x9e", closes[] = "\xe2\x80\x9c";
    bool is_quoted = false, begins = true;

    while (*said) {
        size_t size = strcspn(said, " ,;:.()\"\xe2");

        if (begins && is_reply(said))
            size = reply_size(said);
        else if (begins && size && !is_quoted && ends_word(said + size) && is_english(said, size))
            return true;
        said += size;
        if (!*said)
            break;
        if (*said == '"')
            is_quoted = !is_quoted;
        else if (strncmp(said, opens, strlen(opens)) == 0)
            is_quoted = true;
        else if (strncmp(said, closes, strlen(closes)) == 0)
            is_quoted = false;
        begins = *said == ' ' || *said == '(';
        said++;
    }
    return false;
}

static void hear(void *context, const char *text, const char *said)
{
    size_t size = strlen(text) + (said ? strlen(said) : 0) + sizeof "\n    ";
    char *both;

    (void)context;
    if (strcmp(where, NOBODYS) == 0 || strstr(text, "<script>") || (said ? !is_half_english(said) : is_reply(text)))
        return;
    both = malloc(size);
    assert_non_null(both);
    snprintf(both, size, said ? "%s\n    %s" : "%s", text, said);
    miss(both);
    free(both);
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
        .utf8 = true, .width = WIDTH, .verbose = verbose, .language = in, .hears = hear};
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

static void print_index(const struct result *const results[], size_t count)
{
    static const struct gate gate = {.fail_on = FAIL};
    const struct report_options options = {.utf8 = true, .several = true, .language = language, .hears = hear};
    struct report report;
    FILE *out = fopen("/dev/null", "w");

    assert_non_null(out);
    where = "index";
    report_begin(&report, &html_index_reporter, out, &options);
    for (size_t i = 0; i < count; i++)
        report_one(&report, results[i], &gate);
    assert_int_equal(report_end(&report), 0);
    fclose(out);
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
    static const struct result *(*const results[])(struct arena *) = {fixture_result, fixture_ready, fixture_blocked};
    const struct result *all[sizeof results / sizeof *results];
    struct arena *arena = arena_new(SIZE_MAX);
    size_t count = 0;

    (void)state;
    if (!language_words(LANGUAGE).at)
        skip();
    language = language_read(arena, LANGUAGE, language_words(LANGUAGE));
    assert_int_equal(language_left_out(language), 0);
    where = "golden";
    for (size_t i = 0; i < sizeof results / sizeof *results; i++) {
        all[i] = results[i](arena);
        print_everywhere(all[i]);
    }
    print_index(all, 1);
    print_index(all, sizeof all / sizeof *all);
    where = NOBODYS;
    print_everywhere(fixture_hostile(arena));
    print_cases(arena, "tests/cases");
    qsort(missed, SLOTS, sizeof *missed, by_count);
    while (count < SLOTS && missed[count].text)
        count++;
    write_missing(getenv("MISSING"));
    printf("FIGURE %s: %zu texts of the cases' reports stay English, %zu reports have lines that are too wide\n",
           LANGUAGE, count, too_wide);
    for (size_t i = 0; i < count && i < SHOWN; i++)
        printf("# %s: %s\n", missed[i].where, missed[i].text);
    assert_int_equal(count, 0);
    assert_int_equal(too_wide, 0);
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
