/* core/base/tape.h - numbers and octets in a row, in one piece of memory, to be read in the order in which they were
 * put there: what one part of the program, or one process, hands on to another.
 *
 * Whoever reads trusts nobody: what is not there, or of another kind, is 0 or nothing, and so is all that follows.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"

struct tape {
    char *at; /* malloc'ed; NULL: empty */
    size_t size, room;
    bool failed; /* no memory: what it has is not all */
};

void tape_number(struct tape *, int64_t);
void tape_octets(struct tape *, struct str);
void tape_text(struct tape *, const char *); /* NULL as "" */
void tape_free(struct tape *);

struct tape_reader {
    struct str left;
    bool failed; /* it had not what was asked for */
};

struct tape_reader tape_reader(struct str);
bool tape_has_more(const struct tape_reader *);
int64_t tape_read_number(struct tape_reader *);
struct str tape_read_octets(struct tape_reader *); /* borrowed */
