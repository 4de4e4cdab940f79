/* core/base/utf8.h - UTF-8, one code point at a time.  (RFC 3629) */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct arena;

/* Octets of the sequence at `at`, of which `left` > 0 are there, and its code point; 0 where
 * there is none: cut short, not in its shortest form, a surrogate, or beyond U+10FFFF. */
size_t utf8_decode(const unsigned char *at, size_t left, uint32_t *code);

/* A copy; where it has more than `most` octets, cut at the end of a code point and with an ellipsis behind it. */
const char *utf8_cut(struct arena *, const char *text, size_t most);
