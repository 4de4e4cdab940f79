/* core/base/json.h - JSON from outside, judged before cJSON sees it (threats.md J5).
 *
 * cJSON is lenient, recursive and stops strings at NUL.  So the text is scanned first, without recursion: size, depth
 * and number of values against limits.h, the grammar of RFC 8259 to the letter, valid UTF-8, no NUL in any spelling.
 * Members that occur twice in one object are refused.  What is left means the same to cJSON as to everybody else.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct cJSON;

/* NULL with *why, in the arena ("line 3: ..."); to be freed by cJSON_Delete().  An exhausted arena leaks nothing; it is
 * exhausted where there is no memory for the tree. */
struct cJSON *json_parse(struct arena *, const char *bytes, size_t size, const char **why);

/* A whole number, to be printed; NULL: no memory.  cJSON would print it as a floating-point number, in two ways, and
 * read it back to see which one is right: a tenth of what a report costs. */
struct cJSON *json_number(int64_t);

/* The text itself where it is valid UTF-8, else a copy with U+FFFD for every byte that is not: cJSON checks nothing. */
const char *json_utf8(struct arena *, const char *text);
