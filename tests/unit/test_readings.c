/* What the readers of core/records make of the texts in tests/golden/readings, every field of it.
 *
 * A line "> TEXT" is a text, spelled by bytes_escape(); the lines behind it say what is read of it.  A text is added
 * by its line alone: UPDATE=1 in the environment writes what is read behind each, and the diff must be right.  Many of
 * the texts are those on which a reader that is broken in one place (tests/mutate) makes something else.  Whatever
 * stands beside a text in memory, the same is read of it.
 *
 * The last line, "~ DIGEST", is of what is read of the text's neighbours: of every beginning, and of it without or with
 * a second one of each octet.
 *
 * "test_readings NAME FILE" only prints the readings of the texts of a file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/file_text.h"
#include "tests/unit/readings.h"

#define GOLDENS "tests/golden/readings/"

enum { DIGESTED_OCTETS = 200 };

/* What is read of the text where these octets stand before and behind it in memory.  To be freed. */
static char *reading_between(const struct reader *reader, struct str text, char before, char behind)
{
    struct arena *arena = arena_new(64 << 20);
    char *bytes = arena_alloc(arena, text.len + 2), *lines = NULL;
    size_t size;
    struct reading reading = {.out = open_memstream(&lines, &size), .arena = arena};

    assert_non_null(reading.out);
    bytes[0] = before;
    memcpy(bytes + 1, text.at, text.len);
    bytes[text.len + 1] = behind;
    reader->print(&reading, (struct str){bytes + 1, text.len});
    fclose(reading.out);
    arena_free(arena);
    return lines;
}

static uint32_t add_reading(uint32_t digest, const struct reader *reader, struct str text)
{
    char *lines = reading_between(reader, text, '\0', '\0');

    for (size_t i = 0; lines[i]; i++)
        digest = (digest ^ (unsigned char)lines[i]) * 16777619u; /* FNV-1a */
    free(lines);
    return digest;
}

/* Of what is read of the text where it is cut, where an octet is missing and where one stands twice. */
static uint32_t digest_of_neighbours(struct arena *arena, const struct reader *reader, struct str text)
{
    uint32_t digest = 2166136261u;
    char *other = arena_alloc(arena, text.len + 1);

    for (size_t i = 0; i < text.len; i++) {
        digest = add_reading(digest, reader, (struct str){text.at, i});
        memcpy(other, text.at, text.len);
        memmove(other + i, text.at + i + 1, text.len - i - 1);
        digest = add_reading(digest, reader, (struct str){other, text.len - 1});
        memcpy(other, text.at, text.len);
        memmove(other + i + 1, text.at + i, text.len - i);
        digest = add_reading(digest, reader, (struct str){other, text.len + 1});
    }
    return digest;
}

static void print_reading(struct arena *arena, FILE *out, const struct reader *reader, struct str text)
{
    static const char neighbours[] = " ;,:=.-/%{}\"'<>01aAkM!~\n";
    char *lines = reading_between(reader, text, '\0', '\0');

    fputs(lines, out);
    for (size_t i = 0; neighbours[i]; i++) {
        char *other = reading_between(reader, text, neighbours[i], neighbours[i]);

        if (strcmp(lines, other) != 0)
            fprintf(out, "  reads beyond its ends: %c\n", neighbours[i]);
        free(other);
    }
    if (text.len <= DIGESTED_OCTETS)
        fprintf(out, "  ~ %08" PRIx32 "\n", digest_of_neighbours(arena, reader, text));
    free(lines);
}

/* The texts of a file, each with what is read of it now. */
static void print_readings(FILE *out, const struct reader *reader, const char *file)
{
    for (const char *end; *file; file = *end ? end + 1 : end) {
        struct arena *arena = arena_new(1 << 20);
        struct str text;

        end = file + strcspn(file, "\n");
        if (*file == '#' || *file == '>')
            fprintf(out, "%.*s\n", (int)(end - file), file);
        if (strncmp(file, "> ", 2) == 0) {
            if (bytes_unescape(arena, str_printf(arena, "%.*s", (int)(end - file - 2), file + 2), &text))
                print_reading(arena, out, reader, text);
            else
                fprintf(out, "  not spelled by bytes_escape()\n");
        }
        arena_free(arena);
    }
}

static void compare(const char *path, const char *expected, const char *text)
{
    size_t at = 0, line = 0, input = 0;

    while (text[at] && text[at] == expected[at]) {
        if (text[at++] != '\n')
            continue;
        line = at;
        if (text[at] == '>')
            input = at;
    }
    if (text[at] || expected[at])
        fail_msg("%s:\n%.*s\n  not \"%.*s\"\n  but \"%.*s\"", path, (int)strcspn(text + input, "\n"), text + input,
                 (int)strcspn(expected + line, "\n"), expected + line, (int)strcspn(text + line, "\n"), text + line);
}

static void texts_are_read_as_before(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
        char path[256], *expected, *text = NULL;
        size_t size;
        FILE *out = open_memstream(&text, &size);

        assert_non_null(out);
        snprintf(path, sizeof path, GOLDENS "%s.txt", readers[i].file);
        expected = read_file(path);
        assert_true(*expected);
        print_readings(out, &readers[i], expected);
        fclose(out);
        if (getenv("UPDATE")) {
            FILE *file = fopen(path, "wb");

            assert_non_null(file);
            assert_int_equal(fwrite(text, 1, size, file), size);
            assert_int_equal(fclose(file), 0);
        } else {
            compare(path, expected, text);
        }
        free(expected);
        free(text);
    }
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(texts_are_read_as_before)};

    for (size_t i = 0; argc == 3 && i < sizeof readers / sizeof *readers; i++) {
        char *file;

        if (strcmp(readers[i].file, argv[1]) != 0)
            continue;
        file = read_file(argv[2]);
        print_readings(stdout, &readers[i], file);
        free(file);
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
