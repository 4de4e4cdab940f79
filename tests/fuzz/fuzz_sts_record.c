/* tests/fuzz/fuzz_sts_record.c - a valid MTA-STS record has an id of 1 to 32 letters
 * and digits, which lies in the record; and is valid still with another field. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/records/sts_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(int ok)
{
    if (!ok)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};
    struct sts_record record, again;
    const char *why;
    char longer[4096];

    if (!sts_record_parse(text, &record, &why)) {
        expect(why != NULL);
        return 0;
    }
    expect(size > 7 && memcmp(data, "v=STSv1", 7) == 0);
    expect(record.id.len >= 1 && record.id.len <= 32 && record.id.at >= text.at &&
           record.id.at + record.id.len <= text.at + size);
    for (size_t i = 0; i < record.id.len; i++)
        expect(strchr("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", record.id.at[i]) != NULL);
    if (size + 6 < sizeof longer && !memchr("; \t", text.at[size - 1], 3)) {
        memcpy(longer, data, size);
        memcpy(longer + size, " ; x=1", 6);
        expect(sts_record_parse((struct str){longer, size + 6}, &again, &why) && str_equal(again.id, record.id));
    }
    return 0;
}
