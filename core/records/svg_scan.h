/* core/records/svg_scan.h - the characters and tokens below svg.c: UTF-8, names, attribute values with their references.
 *
 * A scan is a position in a document that is valid UTF-8 of XML characters throughout (scan_is_xml_text()), so that nothing
 * here has to look at more than one octet at a time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"
#include "core/records/svg.h"

struct scan {
    const char *at, *end;
};

struct scan_attribute {
    struct str name;
    struct str value; /* references replaced, blanks made spaces; in the caller's buffer */
};

bool scan_is_xml_text(struct str, size_t *offset); /* false: *offset of the octet that is wrong */
bool scan_is_blank(char);
bool scan_blanks(struct scan *);                      /* were there any? */
bool scan_word(struct scan *, const char *);          /* takes it, if it is there */
struct str scan_name(struct scan *);                  /* empty: none is there */
bool scan_until(struct scan *, const char *, struct str *between); /* takes it too; false: it is not there */
/* A reference at "&".  Its character, in UTF-8, goes to out[4]; returns the octets, 0 for a fault. */
size_t scan_reference(struct scan *, char *out);
/* NAME="VALUE".  `buffer` has room for the whole document.  On false *why is set, and the scan stands at the fault. */
bool scan_attribute(struct scan *, char *buffer, struct scan_attribute *, enum svg_fault_kind *why);
