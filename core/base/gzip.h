/* core/base/gzip.h - takes apart what gzip packed, up to a size.  zlib's home.  (RFC 1952; threats.md B3) */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"

struct arena;

bool gzip_is_one(struct str);
/* One member and nothing behind it, of at most `max` octets when unpacked: more are never written.  On false, *why is a
 * constant that begins with "is". */
bool gzip_unpack(struct arena *, struct str packed, size_t max, struct str *out, const char **why);
