/* tests/unit/said.h - what the cases make each check say: which statuses, how many sentences, of subjects that could
 * have failed or could not.  tests/cases/statuses.txt lists it.
 *
 * Sentences are counted, not compared: which of them is said is a diagnosis, and one that is never said any more, or
 * two that have become one, change the count; other words do not.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/result/finding.h"

enum { SENTENCES_MAX = 256, SAID_LINE_MAX = 512 };

struct sentences {
    const char *at[SENTENCES_MAX];
    size_t count;
};

enum weight { REQUIRED, OPTIONAL, WEIGHTS };

struct said {
    struct sentences of[CHECK_COUNT][WEIGHTS][STATUS_COUNT];
};

/* Is the word what the sentence is about: a name, a number, an address, something quoted? */
static inline bool is_datum(struct str word)
{
    while (word.len > 0 && strchr(",.;:)", word.at[word.len - 1]))
        word.len--;
    for (size_t i = 0; i < word.len; i++)
        if (ascii_is_digit(word.at[i]) || strchr("@.\"/=_:[", word.at[i]))
            return true;
    return str_equal(word, str_of("one")) || str_equal(word, str_of("two")) || str_equal(word, str_of("three"));
}

/* Adds the text with "#" for its data, however many stand in a row.  Returns where it ends in `out`. */
static inline size_t add_sentence(char *out, size_t len, const char *text)
{
    bool in_quotes = false, is_list = false;

    while (*text) {
        struct str word = {text, strcspn(text, " ")};
        bool quoted = in_quotes;

        for (size_t i = 0; i < word.len; i++)
            in_quotes ^= word.at[i] == '"';
        text += word.len + strspn(text + word.len, " ");
        if (quoted || in_quotes || is_datum(word)) {
            if (!is_list)
                out[len++] = '#';
            is_list = true;
        } else if (!is_list || !str_equal(word, str_of("and"))) {
            memcpy(out + len, word.at, word.len);
            len += word.len;
            out[len++] = ' ';
            is_list = false;
        }
    }
    return len;
}

static inline void note_said(struct said *said, struct arena *arena, const struct finding *f)
{
    struct sentences *sentences = &said->of[f->check][f->worst == FAIL ? REQUIRED : OPTIONAL][f->status];
    const char *remedy = f->remedy ? f->remedy : "";
    char *text = arena_alloc(arena, 2 * (strlen(f->message) + strlen(remedy)) + 4);
    size_t len = add_sentence(text, 0, f->message);

    text[len++] = '|';
    len = add_sentence(text, len, remedy);
    text[len] = '\0';
    for (size_t i = 0; i < sentences->count; i++)
        if (strcmp(sentences->at[i], text) == 0)
            return;
    if (sentences->count < SENTENCES_MAX)
        sentences->at[sentences->count++] = text;
}

/* A line of the table, as it has to be. */
static inline const char *line_of_said(struct arena *arena, const struct said *said, enum check_id check)
{
    static const char *const weights[] = {[REQUIRED] = " required", [OPTIONAL] = " optional"};
    const char *line = str_printf(arena, "%-23s", check_of(check)->name);

    for (int weight = 0; weight < WEIGHTS; weight++) {
        bool is_first = true;

        for (int status = 0; status < STATUS_COUNT; status++) {
            size_t count = said->of[check][weight][status].count;

            if (count == 0)
                continue;
            line = str_printf(arena, "%s%s %s:%zu", line, is_first ? weights[weight] : "",
                              status_word((enum status)status), count);
            is_first = false;
        }
    }
    return line;
}

/* How many lines of the table are not as they have to be; `rewritten` receives the table as it has to be. */
static inline size_t compare_said(struct arena *arena, const struct said *said, FILE *table, FILE *rewritten)
{
    bool listed[CHECK_COUNT] = {false};
    char line[SAID_LINE_MAX];
    size_t wrong = 0;

    while (fgets(line, sizeof line, table)) {
        struct str id = {line, strcspn(line, " \n")};
        enum check_id check;
        const char *right;

        line[strcspn(line, "\n")] = '\0';
        if (!check_from_str(id, &check)) {
            fprintf(rewritten, "%s\n", line);
            if (id.len > 0 && *line != '#')
                print_error("statuses.txt: there is no check \"%s\"\n", line), wrong++;
            continue;
        }
        listed[check] = true;
        right = line_of_said(arena, said, check);
        fprintf(rewritten, "%s\n", right);
        if (strcmp(line, right) != 0)
            print_error("statuses.txt: not %s\n              but %s\n", line, right), wrong++;
    }
    for (int check = 0; check < CHECK_COUNT; check++)
        if (!listed[check])
            print_error("not in statuses.txt: %s\n", line_of_said(arena, said, (enum check_id)check)), wrong++;
    return wrong;
}
