/* core/base/wire_name.h - domain names as they are on the wire: labels behind their lengths, uncompressed.  (RFC 1035
 * 3.1)
 *
 * For DNSSEC, which signs octets.  A wire name is a struct str that wire_name_read() or wire_name_of() has made: whole,
 * at most 255 octets, its last label the root's.  Whoever compares two makes both lower case first; name.h has the form
 * for everybody else.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"

struct arena;

/* The name that begins at data[at]; false: none does. */
bool wire_name_read(struct str data, size_t at, struct str *out);

/* Lower case.  False: the name does not fit onto the wire. */
bool wire_name_of(struct arena *, const char *name, struct str *out);
const char *wire_name_text(struct arena *, struct str name); /* in the form of name.h */
struct str wire_name_lower(struct arena *, struct str name);
struct str wire_name_wildcard(struct arena *, struct str name); /* "*." before it; it is short enough for that */

size_t wire_name_labels(struct str name);                   /* the root has none */
struct str wire_name_parent(struct str name);               /* the root is its own */
struct str wire_name_last(struct str name, size_t labels);  /* of its last so many labels */
bool wire_name_is_under(struct str name, struct str above); /* equal, or below it */
int wire_name_compare(struct str a, struct str b);          /* the canonical order: RFC 4034 6.1 */
