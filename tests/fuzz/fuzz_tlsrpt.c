/* tests/fuzz/fuzz_tlsrpt.c - a valid TLS-RPT record has a
 * destination that senders know; an odd one lies in the record. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/records/tlsrpt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(int ok)
{
    if (!ok)
        abort();
}

static int contains(struct str text, const char *word)
{
    for (size_t i = 0; i < text.len; i++)
        if (str_starts_nocase((struct str){text.at + i, text.len - i}, word))
            return 1;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};
    struct tlsrpt_record record;
    const char *why;

    if (!tlsrpt_parse(text, &record, &why)) {
        expect(why != NULL);
        return 0;
    }
    expect(size > 10 && memcmp(data, "v=TLSRPTv1", 10) == 0);
    expect(record.uris > record.unknown && (contains(text, "mailto:") || contains(text, "https://")));
    expect((record.unknown > 0) == (record.first_odd.len > 0));
    if (record.unknown)
        expect(record.first_odd.at >= text.at && record.first_odd.at + record.first_odd.len <= text.at + size);
    return 0;
}
