/* core/base/base64.h - base 64, by OpenSSL.  (RFC 4648 4)
 *
 * Both readers refuse other characters and a wrong number of them, padding included.  Results are the arena's.
 */
#pragma once

#include <stdbool.h>

#include "core/base/str.h"

struct arena;

const char *base64_encode(struct arena *, struct str bytes);

/* Only what base64_encode() makes: no blanks, and the bits behind the last octet are zero.  (RFC 4648 3.5) */
bool base64_decode_exact(struct arena *, const char *text, struct str *out);

/* As records hold it: folding white space anywhere (RFC 6376 2.10).  Bits behind the last
 * octet are not looked at: RFC 4648 3.5 leaves that open, and verifiers do not either. */
bool base64_decode(struct arena *, struct str text, struct str *out);
