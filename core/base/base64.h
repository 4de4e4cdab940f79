/* core/base/base64.h - base 64 as records hold it: folding white space anywhere.  (RFC 4648 4; RFC 6376 2.10) */
#pragma once

#include <stdbool.h>

#include "core/base/str.h"

struct arena;

/* False: other characters, or a wrong number of them, padding included.  Bits behind the last octet are not looked at:
 * RFC 4648 3.5 leaves that open, and verifiers do not either. */
bool base64_decode(struct arena *, struct str text, struct str *out);
