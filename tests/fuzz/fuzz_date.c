/* tests/fuzz/fuzz_date.c - a date that is found has a year of
 * four digits; and behind whatever text, a date is found. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/date.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(int ok)
{
    if (!ok)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char last[] = " Thu, 01 Jan 1970 00:00:07 GMT";
    static const int64_t day_s = 86400, end_s = 253402300799; /* of 9999 */
    int64_t seconds, again;
    char longer[4096];

    if (date_find((struct str){(const char *)data, size}, &seconds))
        expect(seconds >= -day_s && seconds <= end_s + day_s);
    if (size + sizeof last > sizeof longer)
        return 0;
    if (size > 0)
        memcpy(longer, data, size);
    memcpy(longer + size, last, sizeof last);
    expect(date_find((struct str){longer, size + sizeof last - 1}, &again) && again == 7);
    return 0;
}
