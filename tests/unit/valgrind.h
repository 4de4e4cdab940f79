/* tests/unit/valgrind.h - whether a test runs under valgrind, which tests/run says: time and memory are valgrind's own
 * then. */
#pragma once

#include <stdbool.h>
#include <stdlib.h>

static inline bool is_under_valgrind(void)
{
    return getenv("UNDER_VALGRIND") != NULL;
}
