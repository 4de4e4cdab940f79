/* core/base/utf8.h - UTF-8, one code point at a time.  (RFC 3629) */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Octets of the sequence at `at`, of which `left` > 0 are there, and its code point; 0 where
 * there is none: cut short, not in its shortest form, a surrogate, or beyond U+10FFFF. */
size_t utf8_decode(const unsigned char *at, size_t left, uint32_t *code);
