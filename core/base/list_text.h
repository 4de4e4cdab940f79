/* core/base/list_text.h - lists in sentences: "a, b, c and 995 more".
 *
 * What is put into a list is appended, never printed anew, and a list that is full counts what more comes: so a
 * sentence about a thousand addresses costs no more than its length.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;

struct list_text {
    struct arena *arena;
    const char *separator;
    size_t most, count; /* shown at most; put in */
    char *text;
    size_t length, room;
};

struct list_text list_text(struct arena *, const char *separator, size_t most);
void list_add(struct list_text *, const char *item); /* copies it */
void list_add_count(struct list_text *, size_t more); /* so many that are not shown in any case */
bool list_is_full(const struct list_text *);          /* the next item is only counted: no need to spell it */
const char *list_end(struct list_text *);             /* the whole; "" where nothing was put in */
