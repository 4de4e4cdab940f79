/* core/base/order.h - what qsort() wants to know of two numbers: below 0, 0, above 0. */
#pragma once

#include <stddef.h>

static inline int order_of(size_t a, size_t b)
{
    return (a > b) - (a < b);
}
