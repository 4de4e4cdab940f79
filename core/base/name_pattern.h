/* core/base/name_pattern.h - names that follow a scheme: those that a provider gives to its addresses, keys or hosts.
 *
 * The pattern covers the whole name: "*" is anything, dots too, perhaps nothing; "#" is a number; "%" is one letter.
 * Both are lower case.
 */
#pragma once

#include <stdbool.h>

bool name_pattern_matches(const char *pattern, const char *name);
