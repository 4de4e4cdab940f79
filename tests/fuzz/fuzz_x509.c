/* Any bytes as a certificate: facts within their limits, and names that match only as the certificate says (T1, T3). */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/x509.h"
#include "core/base/x509_mark.h"
#include "core/derive/dane.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int condition)
{
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(16u << 20);
    struct str der = {size ? (const char *)data : NULL, size};
    struct x509_facts facts;
    struct x509_mark mark;
    bool is_certificate, has_name = false;

    if (!arena)
        return 0;
    is_certificate = x509_facts(arena, der, &facts);
    check(!is_certificate || (facts.key_type && facts.signature));
    check(facts.dns_name_count <= TLS_SANS_SHOWN &&
          (facts.dns_names_left_out == 0 || facts.dns_name_count == TLS_SANS_SHOWN));
    check(!facts.key_too_large || facts.key_bits > TLS_RSA_BITS_MAX);
    for (size_t i = 0; i < facts.dns_name_count; i++)
        has_name = has_name || facts.dns_names[i].len > 0;
    if (x509_name_matches(der, "mx1.example.org"))
        check(is_certificate && has_name);
    check(x509_mark(arena, der, &mark) == is_certificate);
    check(mark.logotype.len < size || size == 0);
    check(is_certificate || !dane_key_digest(arena, der));
    arena_free(arena);
    return 0;
}
