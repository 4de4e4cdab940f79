/* What is found in the names of tests/data/ptr_shapes.tsv: "NAME<tab>ADDRESS<tab>CLASS<tab>HITS<tab>FILTERS".
 * UPDATE=1 in the environment writes the last three anew; look at what `git diff` says then. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "probes/generic/generic.h"

#define SHAPES "tests/data/ptr_shapes.tsv"

enum { LINE_MAX_OCTETS = 1024, NAMES_MIN = 1000 };

static const char *found_in(struct arena *arena, const char *name, const char *address)
{
    struct generic_verdict v;
    const char *hits = "";
    struct ip ip;

    assert_true(ip_parse(address, &ip));
    v = generic_judge(arena, &ip, name);
    for (size_t i = 0; i < v.hit_count; i++)
        hits = str_printf(arena, "%s%s%s \"%.*s\"", hits, i ? ", " : "", v.hits[i].rule, (int)v.hits[i].span.len,
                          v.hits[i].span.at);
    return str_printf(arena, "%s%s%s\t%s\t%s", generic_class_word(v.cls), v.exemption ? " for " : "",
                      v.exemption ? v.exemption : "", hits, v.filters ? v.filters : "");
}

static void shapes_are_found_as_before(void **state)
{
    FILE *file = fopen(SHAPES, "r");
    char line[LINE_MAX_OCTETS], *text = NULL;
    size_t size, names = 0, wrong = 0;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    assert_non_null(file);
    assert_non_null(out);
    while (fgets(line, sizeof line, file)) {
        struct arena *arena = arena_new(1 << 20);
        char *address, *expected;
        const char *found;

        line[strcspn(line, "\n")] = '\0';
        address = strchr(line, '\t');
        if (line[0] == '#' || !address) {
            fprintf(out, "%s\n", line);
            arena_free(arena);
            continue;
        }
        *address++ = '\0';
        expected = address + strcspn(address, "\t");
        if (*expected)
            *expected++ = '\0';
        found = found_in(arena, line, address);
        names++;
        if (strcmp(found, expected) != 0 && !getenv("UPDATE")) {
            print_error("%s %s\n- %s\n+ %s\n", line, address, expected, found);
            wrong++;
        }
        fprintf(out, "%s\t%s\t%s\n", line, address, found);
        arena_free(arena);
    }
    fclose(file);
    fclose(out);
    if (getenv("UPDATE")) {
        file = fopen(SHAPES, "w");
        assert_non_null(file);
        assert_int_equal(fwrite(text, 1, size, file), size);
        assert_int_equal(fclose(file), 0);
    }
    free(text);
    assert_int_equal(wrong, 0);
    assert_true(names >= NAMES_MIN);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(shapes_are_found_as_before)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
