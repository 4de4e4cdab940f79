/* core/records/fields.h - the grammar that MTA-STS and TLS-RPT records share: "v=STSv1; id=1; ext=2;".
 *
 * A version, then fields, each behind a semicolon with blanks around it, and perhaps a last semicolon.  It is stricter
 * than that of DKIM and DMARC (taglist.h): no blanks beside "=", no "=" in a value, no empty field.  (RFC 8461 3.1; RFC
 * 8460 3)
 */
#pragma once

#include <stdbool.h>

#include "core/base/str.h"

struct fields {
    struct str rest;
    const char *fault; /* a constant: why the walk ended before the end of the record; NULL */
};

struct fields fields_begin(struct str record, const char *version); /* version: "v=STSv1" */
/* The next field; false at the end, or at a fault.  Names and values point into the record.  A value may hold
 * anything but a semicolon: whether it is one is for fields_is_value() to say, or for the field's own grammar. */
bool fields_next(struct fields *, struct str *name, struct str *value);
bool fields_is_name(struct str); /* of a field that its specification does not know: RFC 8461 3.1, sts-ext-name */
bool fields_is_value(struct str); /* 1*(%x21-3A / %x3C / %x3E-7E) */
struct str fields_trim(struct str); /* without space and tab at both ends */
