/* core/base/name_pattern.c - does a name follow a scheme? */
#include "core/base/name_pattern.h"

#include <stddef.h>

#include "core/base/str.h"

/* Going back to the last "*" is enough, so this is no slower than length of pattern times length of name. */
bool name_pattern_matches(const char *pattern, const char *name)
{
    const char *star = NULL, *resume = NULL;

    while (*name != '\0' || *pattern == '*') {
        if (*pattern == '*') {
            star = ++pattern;
            resume = name;
        } else if (*pattern == '#' && ascii_is_digit(*name)) {
            pattern++;
            while (ascii_is_digit(*name))
                name++;
        } else if ((*pattern == '%' && ascii_is_letter(*name)) || *pattern == *name) {
            pattern++;
            name++;
        } else if (star) {
            pattern = star;
            name = ++resume;
        } else {
            return false;
        }
    }
    return *pattern == '\0';
}
