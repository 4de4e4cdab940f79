/* tests/fuzz/fuzz_mend.c - what is mended is a sound record, and
 * mending it again changes nothing; a private key is never among it. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/records/dkim_key.h"
#include "core/records/dkim_mend.h"
#include "core/records/dmarc_mend.h"
#include "core/records/dmarc_record.h"
#include "core/records/policy_mend.h"
#include "core/records/tag_mend.h"

enum { SIZE_MOST = 4096 };

static void expect(int ok)
{
    if (!ok)
        abort();
}

static void is_plain(const char *text)
{
    for (; *text; text++)
        expect(*text >= ' ' && *text <= '~' && *text != '"' && *text != '\\');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(64 << 20);
    struct str text = {(const char *)data, size < SIZE_MOST ? size : SIZE_MOST};
    struct dmarc_mended dmarc = dmarc_mend(arena, text);
    struct policy_mended sts = sts_record_mend(arena, text), tlsrpt = tlsrpt_mend(arena, text);
    struct dkim_mended dkim = dkim_mend(arena, text);

    expect(strlen(tag_slips_text(arena, dmarc.slips)) > 0 || dmarc.slips == 0);
    if (dmarc.text) {
        is_plain(dmarc.text);
        expect(dmarc_is_record(str_of(dmarc.text)) && !dmarc_looks_like_record(arena, str_of(dmarc.text)));
        expect(strcmp(dmarc_mend(arena, str_of(dmarc.text)).text, dmarc.text) == 0);
    }
    if (dkim.text && dkim.mishap == DKIM_MISSPELT) {
        struct dkim_key key = dkim_key_parse(arena, str_of(dkim.text));

        is_plain(dkim.text);
        expect(dkim_key_is_usable(&key) && !dkim_has_private_key(arena, str_of(dkim.text)));
        expect(strcmp(dkim_mend(arena, str_of(dkim.text)).text, dkim.text) == 0);
    }
    expect(!sts.text || strcmp(sts_record_mend(arena, str_of(sts.text)).text, sts.text) == 0);
    expect(!tlsrpt.text || strcmp(tlsrpt_mend(arena, str_of(tlsrpt.text)).text, tlsrpt.text) == 0);
    expect(!dkim.text || dkim.mishap != DKIM_HOST_NAME || name_is_host(dkim.text));
    arena_free(arena);
    return 0;
}
