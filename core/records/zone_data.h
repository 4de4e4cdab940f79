/* core/records/zone_data.h - the types of master files, and their data.  For zone_file.c only. */
#pragma once

#include "core/records/zone_file.h"
#include "core/records/zone_words.h"

bool zone_type_from_word(const struct zone_word *, uint16_t *out); /* "MX", "TYPE15" */

/* NULL: the word is no name; *why says so then.  Relative to the origin, which may be NULL. */
const char *zone_name(struct arena *, const struct zone_word *, const char *origin, const char **why);

/* The data of a record whose type is set: `words` are what follows the type.  False with *why. */
bool zone_data_read(struct arena *, const struct zone_word *words, size_t count, const char *origin,
                    struct zone_record *out, const char **why);
