/* core/base/gzip.h - packs as gzip does, and takes apart what it packed, up to a size.  zlib's home.  (RFC 1952;
 * threats.md B3) */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"

struct arena;

bool gzip_is_one(struct str);
/* One member and nothing behind it, of at most `max` octets when unpacked: more are never written.  On false, *why is a
 * constant that begins with "is". */
bool gzip_unpack(struct arena *, struct str packed, size_t max, struct str *out, const char **why);
size_t gzip_size(struct str packed); /* when unpacked, below 4 GiB, as its last octets say: not to be believed */
/* One member, malloc'ed; NULL: no memory. */
char *gzip_pack(struct str text, size_t *size);
/* CRC-32 of what stood before, 0 for nothing, and this.  (RFC 1952 8) */
uint32_t gzip_checksum(uint32_t before, struct str);
