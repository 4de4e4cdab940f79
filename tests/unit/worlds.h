/* tests/unit/worlds.h - tables of small worlds, and of what is made of them: text files of paragraphs.
 *
 * A line that begins with "#" says what follows.  Lines of a world, then those that were made of it, each with "= "
 * before it; an empty line ends it.  UPDATE=1 in the environment writes the file anew: its diff must be what was meant.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "tests/unit/file_text.h"

enum { WORLD_LINES_MAX = 48 };

struct world {
    const char *lines[WORLD_LINES_MAX];
    size_t count;
};

/* What is made of a world, in the arena; "": nothing.  `seed`: in which order evidence arrives; 0: at once. */
typedef const char *world_reader(struct arena *, const struct world *, uint64_t seed);

static inline const char *world_made(struct arena *arena, const struct world *world, world_reader *read)
{
    const char *made = read(arena, world, 0), *lines = "";

    for (uint64_t seed = 1; seed < 4; seed++) {
        const char *again = read(arena, world, seed);

        if (strcmp(again, made) != 0)
            fail_msg("%s ...: \"%s\", in another order \"%s\"", world->lines[0], made, again);
    }
    for (const char *at = made; *at; at += strcspn(at, "\n"), at += *at == '\n')
        lines = str_printf(arena, "%s= %.*s\n", lines, (int)strcspn(at, "\n"), at);
    return lines;
}

static inline void read_worlds(const char *path, world_reader *read)
{
    char *file = read_file(path);
    struct arena *arena = arena_new(SIZE_MAX);
    const char *text = str_text(arena, str_of(file)), *whole = "", *expected = "";
    struct world world = {.count = 0};
    size_t wrong = 0;

    for (const char *line = text; *line || world.count; line += strcspn(line, "\n"), line += *line == '\n') {
        const char *this = str_text(arena, (struct str){line, strcspn(line, "\n")});

        if (*this == '=') {
            expected = str_printf(arena, "%s%s\n", expected, this);
            continue;
        }
        if (!*this && world.count) {
            const char *made = world_made(arena, &world, read);

            if (strcmp(made, expected) != 0 && !getenv("UPDATE"))
                print_message("%zu: %s ...:\n%sinstead of\n%s", ++wrong, world.lines[0], made, expected);
            whole = str_printf(arena, "%s%s", whole, made);
            world.count = 0;
            expected = "";
        }
        if (*line)
            whole = str_printf(arena, "%s%s\n", whole, this);
        if (*this && *this != '#') {
            assert_true(world.count < WORLD_LINES_MAX);
            world.lines[world.count++] = this;
        }
    }
    if (getenv("UPDATE")) {
        FILE *out = fopen(path, "wb");

        assert_non_null(out);
        fputs(whole, out);
        fclose(out);
    }
    arena_free(arena);
    free(file);
    if (wrong)
        fail_msg("%s: %zu worlds are not as they were; UPDATE=1 writes it anew", path, wrong);
}
