/* probes/generic/generic_numbers.h - the numbers that stand in a text, and what stands between them.
 *
 * A number is a longest stretch of digits, decimal or hexadecimal; the text is lower case.  For
 * probes/generic/generic_forms.c only.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"

struct arena;

struct number {
    size_t at, len;
};

struct numbers {
    struct str text;
    struct number *list;
    size_t count;
};

bool is_name_letter(char);
bool is_name_separator(char);

struct numbers decimal_numbers(struct arena *, struct str text);
struct numbers hex_numbers(struct arena *, struct str text);
/* As hex_numbers() found them, without letters at their ends that belong to a word, as "eb" does to "web1". */
struct numbers numbers_as_tokens(struct arena *, const struct numbers *);

size_t number_end(const struct numbers *, size_t i);
size_t number_gap(const struct numbers *, size_t i); /* up to the next number, which exists */
struct str numbers_span(const struct numbers *, size_t first, size_t last);
/* UINT32_MAX, which no octet or group is, for one of more than `max` digits. */
unsigned number_value(const struct numbers *, size_t i, unsigned base, size_t max);
/* Do number i and the next one stand on either side of one separator?  An address may be written with "x", too. */
bool numbers_joined(const struct numbers *, size_t i);
/* Do the numbers from i on, joined, each a multiple of `group` digits, spell the digits?  The span is where. */
bool numbers_spell(const struct numbers *, size_t i, const char *digits, size_t group, struct str *span);
