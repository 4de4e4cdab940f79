/* tests/unit/test_golden.c - the reports of one fixed result, byte for byte; UPDATE=1 in the environment writes them
 * anew. */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/limits.h"
#include "reports/html/html_index.h"
#include "reports/reporter.h"
#include "tests/golden/fixture.h"

static const struct gate strict = {.fail_on = FAIL};

static const struct golden {
    const char *file, *reporter; /* NULL: the index of pages */
    bool colour, utf8, several;
    unsigned width;
    bool hostile;
    unsigned verbose;
} goldens[] = {
    {"tests/golden/report.txt", "text", false, true, false, 80, false, 0},
    {"tests/golden/report.verbose.txt", "text", false, true, false, 80, false, 1},
    {"tests/golden/report.40.txt", "text", false, false, false, 40, false, 0},
    {"tests/golden/several.txt", "text", false, false, true, 80, false, 0},
    {"tests/golden/several.verbose.txt", "text", true, true, true, 120, false, 2},
    {"tests/golden/report.colour.txt", "text", true, true, false, 100, false, 0},
    {"tests/golden/report.lines", "lines", false, false, true, 0, false, 0},
    {"tests/golden/report.json", "json", false, false, false, 0, false, 0},
    {"tests/golden/several.json", "json", false, false, true, 0, false, 0},
    {"tests/golden/report.jsonl", "jsonl", false, false, true, 0, false, 0},
    {"tests/golden/several.compact.jsonl", "jsonl", false, false, true, 0, false, 0},
    {"tests/golden/several.compact.json", "json", false, false, true, 0, false, 0},
    {"tests/golden/hostile.compact.jsonl", "jsonl", false, false, false, 0, true, 0},
    {"tests/golden/report.md", "markdown", false, false, true, 0, false, 0},
    {"tests/golden/report.csv", "csv", false, false, true, 0, false, 0},
    {"tests/golden/report.xml", "junit", false, false, true, 0, false, 0},
    {"tests/golden/report.sarif", "sarif", false, false, true, 0, false, 0},
    {"tests/golden/report.github", "github", false, false, true, 0, false, 0},
    {"tests/golden/report.gitlab.json", "gitlab", false, false, true, 0, false, 0},
    {"tests/golden/report.nagios", "nagios", false, false, false, 0, false, 0},
    {"tests/golden/several.nagios", "nagios", false, false, true, 0, false, 0},
    {"tests/golden/report.prom", "prometheus", false, false, true, 0, false, 0},
    {"tests/golden/report.html", "html", false, false, false, 0, false, 0},
    {"tests/golden/several.html", "html", false, false, true, 0, false, 0},
    {"tests/golden/several.index.html", NULL, false, false, true, 0, false, 0},
    {"tests/golden/hostile.txt", "text", false, true, false, 80, true, 0},
    {"tests/golden/hostile.verbose.txt", "text", false, true, false, 80, true, 2},
    {"tests/golden/hostile.lines", "lines", false, true, false, 80, true, 0},
    {"tests/golden/hostile.json", "json", false, true, false, 80, true, 0},
    {"tests/golden/hostile.html", "html", false, true, false, 80, true, 0},
    {"tests/golden/hostile.index.html", NULL, false, true, true, 80, true, 0},
    {"tests/golden/hostile.md", "markdown", false, true, false, 80, true, 0},
    {"tests/golden/hostile.csv", "csv", false, true, false, 80, true, 0},
    {"tests/golden/hostile.xml", "junit", false, true, false, 80, true, 0},
    {"tests/golden/hostile.sarif", "sarif", false, true, false, 80, true, 0},
    {"tests/golden/hostile.github", "github", false, true, false, 80, true, 0},
    {"tests/golden/hostile.gitlab.json", "gitlab", false, true, false, 80, true, 0},
    {"tests/golden/hostile.nagios", "nagios", false, true, false, 80, true, 0},
    {"tests/golden/hostile.prom", "prometheus", false, true, false, 80, true, 0},
};

static char *render(const struct golden *golden, size_t *size)
{
    struct arena *arena = arena_new(16 * 1024 * 1024);
    const struct report_options options = {
        .colour = golden->colour, .utf8 = golden->utf8, .several = golden->several, .width = golden->width,
        .verbose = golden->verbose,
        .compact = strstr(golden->file, ".compact.")};
    struct report report;
    char *text = NULL;
    FILE *out = open_memstream(&text, size);

    assert_non_null(out);
    report_begin(&report, golden->reporter ? reporter_by_name(golden->reporter) : &html_index_reporter, out, &options);
    report_one(&report, golden->hostile ? fixture_hostile(arena) : fixture_result(arena), &strict);
    if (golden->several) {
        report_one(&report, fixture_ready(arena), &strict);
        report_one(&report, fixture_blocked(arena), &strict);
    }
    assert_int_equal(report_end(&report), 0);
    assert_int_equal(fclose(out), 0);
    arena_free(arena);
    return text;
}

static char *file_text(const char *name, size_t *size)
{
    FILE *file = fopen(name, "rb");
    char *text = NULL;
    FILE *out = open_memstream(&text, size);
    int c;

    assert_non_null(out);
    while (file && (c = fgetc(file)) != EOF)
        fputc(c, out);
    fclose(out);
    if (file)
        fclose(file);
    return text;
}

static void write_file(const char *name, const char *text, size_t size)
{
    FILE *file = fopen(name, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void print_line(const char *sign, const char *line)
{
    print_error("%s%.*s\n", sign, (int)strcspn(line, "\n"), line);
}

/* The first line that differs, with what comes before it. */
static void show_difference(const char *name, const char *expected, const char *got)
{
    const char *before = NULL;
    unsigned number = 1;

    while (*expected && *got && strcspn(expected, "\n") == strcspn(got, "\n") &&
           memcmp(expected, got, strcspn(got, "\n")) == 0) {
        before = got;
        expected += strcspn(expected, "\n") + (expected[strcspn(expected, "\n")] != '\0');
        got += strcspn(got, "\n") + (got[strcspn(got, "\n")] != '\0');
        number++;
    }
    print_error("%s:%u differs:\n", name, number);
    if (before)
        print_line("  ", before);
    print_line("- ", expected);
    print_line("+ ", got);
    print_error("UPDATE=1 writes the file anew; look at what `git diff` says then.\n");
}

static void reports_are_as_before(void **state)
{
    bool differs = false;

    (void)state;
    for (size_t i = 0; i < sizeof goldens / sizeof *goldens; i++) {
        size_t size = 0, expected_size = 0;
        char *text = render(&goldens[i], &size), *expected;

        if (getenv("UPDATE"))
            write_file(goldens[i].file, text, size);
        expected = file_text(goldens[i].file, &expected_size);
        if (expected_size != size || memcmp(text, expected, size) != 0) {
            show_difference(goldens[i].file, expected, text);
            differs = true;
        }
        free(expected);
        free(text);
    }
    assert_false(differs);
}

static size_t columns(const char *line)
{
    return sink_columns(line, strcspn(line, "\n"));
}

static bool has(const char *line, const char *part)
{
    const char *found = strstr(line, part);

    return found && found < line + strcspn(line, "\n");
}

/* Only records and commands, which must not be broken, may be wider than the terminal. */
static void text_fits_the_terminal(void **state)
{
    (void)state;
    for (unsigned at = 0; at < 4 * (120 - 39); at++) {
        unsigned width = 40 + at / 4;
        struct golden golden = {"", "text", false, true, at % 2, width, false, at / 2 % 2};
        size_t size = 0;
        char *text = render(&golden, &size);

        for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
            bool is_for_copying = has(line, " IN ") || has(line, " mailready audit ");

            if (!is_for_copying && columns(line) > width)
                fail_msg("wider than %u: %.*s", width, (int)strcspn(line, "\n"), line);
        }
        free(text);
    }
}

static void reporters_are_found(void **state)
{
    static const struct {
        const char *file, *name;
    } cases[] = {
        {"out.html", "html"},   {"OUT.HTML", "html"}, {"dir.json/out.jsonl", "jsonl"},
        {"a.b.json", "json"},   {"out.txt", "text"},  {"out", NULL},
        {"dir.html/out", NULL}, {"out.pdf", "pdf"},   {"", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_ptr_equal(reporter_by_suffix(cases[i].file), cases[i].name ? reporter_by_name(cases[i].name) : NULL);
    assert_null(reporter_by_name("docx"));
    for (size_t i = 0; reporters[i]; i++)
        assert_ptr_equal(reporter_by_name(reporters[i]->name), reporters[i]);
}

/* A full disk is told at the end, whatever was written after it. */
static void write_errors_are_kept(void **state)
{
    (void)state;
    for (size_t i = 0; reporters[i]; i++) {
        struct arena *arena = arena_new(16 * 1024 * 1024);
        FILE *full = fopen("/dev/full", "w");
        struct report report;

        if (full) {
            report_begin(&report, reporters[i], full, &(struct report_options){.several = true});
            report_one(&report, fixture_result(arena), &strict);
            report_one(&report, fixture_ready(arena), &strict);
            assert_int_not_equal(report_end(&report), 0);
            fclose(full);
        }
        arena_free(arena);
    }
}

static void report_to_nowhere(const struct reporter *reporter, const struct result *result)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    struct report report;

    assert_non_null(out);
    report_begin(&report, reporter, out, &(struct report_options){.several = false});
    report_one(&report, result, &strict);
    assert_int_equal(report_end(&report), 0);
    fclose(out);
    free(text);
}

/* What an audit may lack: an inventory, a vantage, findings, names, addresses, answers. */
static void sparse_results_are_reported(void **state)
{
    static const struct target target = {.domain = "example.org", .smtp_port = 25};
    static const struct mx_host hosts[] = {{.name = "", .preference = 0},
                                           {.name = "mx.example.org", .preference = 65535}};

    (void)state;
    for (size_t i = 0; reporters[i]; i++) {
        struct result result = {.target = &target, .verdict = VERDICT_UNKNOWN};
        struct inventory mail = {.hosts = hosts, .host_count = 2, .hosts_left_out = 1};

        report_to_nowhere(reporters[i], &result);
        result.inventory = &mail;
        for (int kind = MX_PENDING; kind <= MX_NO_DOMAIN; kind++) {
            mail.kind = (enum mx_kind)kind;
            report_to_nowhere(reporters[i], &result);
        }
    }
}

/* However many findings, and however many octets their bytes take in JSON. */
static void compact_is_short(struct result *result)
{
    static const char *const fillers[] = {"a",    "\"",           "\\",   "##",
                                          "\x1b", "\xe2\x80\xae", "\xff", "\xf0\x9f\x93\xaf", HOSTILE};

    for (size_t i = 0; i < sizeof fillers / sizeof *fillers; i++) {
        const struct report_options options = {.compact = true};
        struct report report;
        char *text = NULL, *message = malloc(100000);
        size_t size;
        FILE *out = open_memstream(&text, &size);

        assert_non_null(message);
        for (size_t k = 0; k < 99999; k++)
            message[k] = fillers[i][k % strlen(fillers[i])];
        message[99999] = '\0';
        for (size_t f = 0; f < result->finding_count; f++)
            ((struct finding *)(uintptr_t)result->findings[f])->message = message;
        report_begin(&report, reporter_by_name("jsonl"), out, &options);
        report_one(&report, result, &strict);
        assert_int_equal(report_end(&report), 0);
        fclose(out);
        assert_true(size > 1000 && size <= 4096);
        free(text);
        free(message);
    }
}

/* As many addresses as the limits let through, each of two hosts' with each address; more rows than a drawing takes. */
static void crowded_results_are_reported(void **state)
{
    static const struct target target = {.domain = "example.org", .smtp_port = 25};
    struct arena *arena = arena_new(16 * 1024 * 1024);
    struct mail_address *addresses = ARENA_ARRAY(arena, struct mail_address, ADDRESSES_MAX);
    size_t *all = ARENA_ARRAY(arena, size_t, ADDRESSES_MAX);
    struct mx_host *hosts = ARENA_ARRAY(arena, struct mx_host, 2);
    struct inventory mail = {
        .kind = MX_LISTED, .hosts = hosts, .host_count = 2, .addresses = addresses, .address_count = ADDRESSES_MAX};
    struct result result = {.target = &target, .verdict = VERDICT_NOT_READY, .inventory = &mail};

    (void)state;
    for (size_t i = 0; i < ADDRESSES_MAX; i++) {
        const char *text = str_printf(arena, "2001:db8:%zx::%zx", i, i + 1);

        all[i] = i;
        addresses[i] = (struct mail_address){.ip = fixture_ip(text), .label = text, .roles = ROLE_MX};
        fixture_finding(arena, &result, PTR_EXISTS, FAIL, text, str_printf(arena, "%zu: " HOSTILE, i));
    }
    for (size_t i = 0; i < 2; i++)
        hosts[i] = (struct mx_host){.name = "mx.example.org", .addresses = all, .address_count = ADDRESSES_MAX};
    for (size_t i = 0; reporters[i]; i++)
        report_to_nowhere(reporters[i], &result);
    compact_is_short(&result);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reports_are_as_before),       cmocka_unit_test(text_fits_the_terminal),
        cmocka_unit_test(reporters_are_found),         cmocka_unit_test(write_errors_are_kept),
        cmocka_unit_test(sparse_results_are_reported), cmocka_unit_test(crowded_results_are_reported),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
