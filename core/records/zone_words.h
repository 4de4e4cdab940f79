/* core/records/zone_words.h - master files cut into words: parentheses, comments, quotes and escapes.  (RFC 1035 5.1)
 *
 * An entry is a record or a directive: a line, or several that parentheses join.  Words are as they stand in the text,
 * escapes included; of a quoted one what stands between the quotes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"

struct arena;

struct zone_word {
    struct str text;
    bool is_quoted;
    unsigned line; /* from 1 */
};

enum { ZONE_WORDS_MAX = 1024 }; /* of an entry: a DNSKEY or CERT record in small pieces has a hundred */

struct zone_entry {
    const struct zone_word *words; /* good until the next entry is read */
    size_t count;
    unsigned line;     /* where it begins */
    bool begins_blank; /* the owner is that of the record before */
    const char *fault; /* NULL; else why it cannot be read, and its words count for nothing */
    unsigned fault_line;
};

struct zone_reader {
    struct str left;
    unsigned line;
    struct zone_word *words; /* room for all that an entry of this text can have */
};

void zone_reader_begin(struct arena *, struct zone_reader *, struct str text);
bool zone_reader_next(struct zone_reader *, struct zone_entry *); /* false: the end */

/* The octet that *at spells, which goes behind it: "\DDD" and "\X" are one.  False: an escape that spells nothing. */
bool zone_octet_take(const char **at, const char *end, char *out);
/* All that a word spells. */
bool zone_word_octets(struct arena *, const struct zone_word *, struct str *out);
bool zone_word_is(const struct zone_word *, const char *text); /* without quotes; in any letter case */
/* A number in decimal digits. */
bool zone_word_number(const struct zone_word *, uint32_t most, uint32_t *out);
/* Seconds, or with units as name servers take them: "1h30m". */
bool zone_word_seconds(const struct zone_word *, uint32_t *out);
