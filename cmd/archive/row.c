/* cmd/archive/row.c - lists of words in one text. */
#include "cmd/archive/row.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"

const char row_no_status[] = "is damaged: a finding has a status that is none";

char *row_joined(const char *const *words, size_t count)
{
    size_t length = 0, at = 0;
    char *all;

    for (size_t i = 0; i < count; i++)
        length += strlen(words[i]) + 1;
    all = calloc(length + 1, 1);
    for (size_t i = 0; all && i < count; i++) {
        if (i)
            all[at++] = ',';
        memcpy(all + at, words[i], strlen(words[i]));
        at += strlen(words[i]);
    }
    return all;
}

const char *const *row_words(struct arena *arena, const char *joined, size_t *count)
{
    const char **all = ARENA_ARRAY(arena, const char *, strlen(joined) / 2 + 2);

    for (*count = 0; *joined; joined += *joined == ',') {
        size_t length = strcspn(joined, ",");

        if (length)
            all[(*count)++] = str_text(arena, (struct str){joined, length});
        joined += length;
    }
    return all;
}

const char *row_group(struct arena *arena, const char *check)
{
    return str_text(arena, (struct str){check, strcspn(check, ".")});
}
