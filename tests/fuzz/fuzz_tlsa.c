/* Any TLSA record against a chain: judged without harm, and never a match that its bytes do not justify (threats.md
 * T4).
 *
 * Input: usage, selector, matching type, two octets with the length of a certificate, the certificate, the record's
 * data.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/collect/tls/tls.h"
#include "core/derive/dane.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEADER = 5, DANE_EE = 3, FULL = 0, NOW = 1767225600 };

static void check(int condition)
{
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = size >= HEADER ? arena_new(4u << 20) : NULL;
    struct dns_record record = {.type = DNS_TLSA};
    struct dane_record known = {.record = &record};
    struct dane dane = {.host = "mx1.example.org", .base = "mx1.example.org", .records = &known, .count = 1};
    struct tls_session session = {.established = true, .chain_count = 1};
    struct certificate cert;
    struct dane_match match;
    size_t cert_len;

    if (!arena)
        return 0;
    cert_len = (size_t)data[3] << 8 | data[4];
    if (cert_len > size - HEADER)
        cert_len = size - HEADER;
    cert = certificate_read(arena, (struct str){(const char *)data + HEADER, cert_len});
    record.tlsa.usage = data[0];
    record.tlsa.selector = data[1];
    record.tlsa.matching = data[2];
    record.tlsa.data = (struct str){(const char *)data + HEADER + cert_len, size - HEADER - cert_len};
    session.chain = &cert;
    known.fault = dane_record_fault(&record);
    known.text = dane_record_label(arena, &record);
    match = dane_match(arena, &dane, &session, "example.org", NOW);
    check(match.matching + match.unmatched == (known.fault == TLSA_USABLE));
    check(!match.matching || data[0] == 2 || data[0] == DANE_EE);
    if (match.matching && data[0] == DANE_EE && data[1] == 0 &&
        data[2] == FULL) /* the whole certificate is the record's data */
        check(record.tlsa.data.len <= cert.der.len &&
              memcmp(record.tlsa.data.at, cert.der.at, record.tlsa.data.len) == 0);
    arena_free(arena);
    return 0;
}
