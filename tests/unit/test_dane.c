/* TLSA records against chains: every usage, selector and matching type, matching or not.  (threats.md T4; RFC 7672 3)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/base/x509.h"
#include "core/collect/dns/dns.h"
#include "core/collect/tls/tls.h"
#include "core/derive/dane.h"
#include "core/derive/tls_dane.h"

enum {
    NOW = 1767225600,
    DAY = 86400,
    PKIX_TA = 0,
    PKIX_EE = 1,
    TA = 2,
    EE = 3,
    CERT = 0,
    SPKI = 1,
    FULL = 0,
    DATA_MAX = 4096
};

/* A chain of our own making: keys are new in each run. */
struct issued {
    EVP_PKEY *key;
    X509 *cert;
    struct str der;
    unsigned char bytes[DATA_MAX];
};

static struct issued ca, leaf, expired, other_name, stranger;

static void add_extension(X509 *cert, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

    assert_non_null(extension);
    assert_int_equal(X509_add_ext(cert, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

static void issue(struct issued *out, const struct issued *issuer, const char *name, int64_t from, int64_t to)
{
    unsigned char *at = out->bytes;
    char alternative[80];
    X509 *cert = X509_new();
    int size;

    out->key = EVP_EC_gen("P-256");
    assert_non_null(out->key);
    out->cert = cert;
    assert_int_equal(X509_set_version(cert, 2), 1);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
    ASN1_TIME_set(X509_getm_notBefore(cert), (time_t)from);
    ASN1_TIME_set(X509_getm_notAfter(cert), (time_t)to);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
    X509_set_issuer_name(cert, X509_get_subject_name(issuer ? issuer->cert : cert));
    X509_set_pubkey(cert, out->key);
    if (issuer) {
        snprintf(alternative, sizeof alternative, "DNS:%s", name);
        add_extension(cert, NID_subject_alt_name, alternative);
    } else {
        add_extension(cert, NID_basic_constraints, "critical,CA:TRUE");
    }
    assert_true(X509_sign(cert, issuer ? issuer->key : out->key, EVP_sha256()) > 0);
    size = i2d_X509(cert, NULL);
    assert_in_range(size, 1, DATA_MAX);
    i2d_X509(cert, &at);
    out->der = (struct str){(const char *)out->bytes, (size_t)size};
}

static void issue_all(void)
{
    issue(&ca, NULL, "CA", NOW - 100 * DAY, NOW + 100 * DAY);
    issue(&stranger, NULL, "stranger", NOW - 100 * DAY, NOW + 100 * DAY);
    issue(&leaf, &ca, "mx1.example.org", NOW - DAY, NOW + DAY);
    issue(&expired, &ca, "mx1.example.org", NOW - 3 * DAY, NOW - DAY);
    issue(&other_name, &ca, "mx9.example.net", NOW - DAY, NOW + DAY);
}

static void forget_all(void)
{
    struct issued *all[] = {&ca, &leaf, &expired, &other_name, &stranger};

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        X509_free(all[i]->cert);
        EVP_PKEY_free(all[i]->key);
    }
}

/* The association data for a certificate, made with OpenSSL alone. */
static struct dns_record record_of(struct arena *arena, const struct issued *of, uint8_t usage, uint8_t selector,
                                   uint8_t matching)
{
    struct dns_record r = {.type = DNS_TLSA, .tlsa = {.usage = usage, .selector = selector, .matching = matching}};
    unsigned char digest[EVP_MAX_MD_SIZE], *key = NULL;
    unsigned size = 0;
    int key_size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(of->cert), &key);
    struct str data = selector == SPKI ? (struct str){(const char *)key, (size_t)key_size} : of->der;

    if (matching != FULL) {
        EVP_Digest(data.at, data.len, digest, &size, matching == 1 ? EVP_sha256() : EVP_sha512(), NULL);
        data = (struct str){(const char *)digest, size};
    }
    r.tlsa.data = str_copy(arena, data);
    OPENSSL_free(key);
    return r;
}

static const char *match_one(const struct str *sent, size_t count, const struct dns_record *record)
{
    static const char *const names[] = {"mx1.example.org", "example.org"};
    struct certificate chain[2];
    const struct tls_dane question = {chain, count, names, 2, NOW};
    const char *why = "not asked";

    assert_true(count <= 2);
    for (size_t i = 0; i < count; i++)
        chain[i] = (struct certificate){sent[i], NULL};
    tls_dane_match(&question, &record, 1, &why);
    return why;
}

static void test_every_combination(void **state)
{
    struct arena *arena = arena_new(1u << 20);
    const struct str chain[] = {leaf.der, ca.der};

    (void)state;
    for (uint8_t usage = 0; usage <= 3; usage++) {
        for (uint8_t selector = 0; selector <= 1; selector++) {
            for (uint8_t matching = 0; matching <= 2; matching++) {
                const struct issued *anchor = usage == PKIX_TA || usage == TA ? &ca : &leaf;
                struct dns_record right = record_of(arena, anchor, usage, selector, matching);
                struct dns_record wrong = record_of(arena, &stranger, usage, selector, matching);
                bool counts = usage == TA || usage == EE;

                assert_int_equal(dane_record_fault(&right), counts ? TLSA_USABLE : TLSA_PKIX_USAGE);
                if (!match_one(chain, 2, &right) != counts)
                    fail_msg("%u %u %u: %s", usage, selector, matching, match_one(chain, 2, &right));
                assert_non_null(match_one(chain, 2, &wrong));
            }
        }
    }
    arena_free(arena);
}

static void test_names_and_dates(void **state)
{
    struct arena *arena = arena_new(1u << 20);
    const struct str old[] = {expired.der, ca.der}, foreign[] = {other_name.der, ca.der}, alone[] = {leaf.der};
    struct dns_record by_ca = record_of(arena, &ca, TA, CERT, 1), by_ca_key = record_of(arena, &ca, TA, SPKI, FULL);
    struct dns_record by_old = record_of(arena, &expired, EE, SPKI, 1),
                      by_foreign = record_of(arena, &other_name, EE, CERT, 2);
    struct dns_record leaf_as_ca = record_of(arena, &leaf, TA, SPKI, 1),
                      ca_as_leaf = record_of(arena, &ca, EE, SPKI, 1);

    (void)state;
    assert_null(match_one(old, 2, &by_old)); /* usage 3: neither counts */
    assert_null(match_one(foreign, 2, &by_foreign));
    assert_non_null(match_one(old, 2, &by_ca)); /* usage 2: both do */
    assert_non_null(match_one(foreign, 2, &by_ca));
    assert_non_null(match_one(alone, 1, &by_ca));      /* a digest of what was not sent */
    assert_null(match_one(alone, 1, &by_ca_key));      /* but the whole key is enough */
    assert_non_null(match_one(alone, 1, &leaf_as_ca)); /* a leaf that is not self-signed has another issuer */
    assert_non_null(match_one((const struct str[]){leaf.der, ca.der}, 2, &ca_as_leaf));
    arena_free(arena);
}

static void test_faults(void **state)
{
    static const char digest[64] = {0};
    static const struct {
        uint8_t usage, selector, matching;
        size_t len;
        enum dane_fault fault;
    } cases[] = {
        {3, 1, 1, 32, TLSA_USABLE},      {3, 1, 2, 64, TLSA_USABLE},       {2, 0, 1, 32, TLSA_USABLE},
        {0, 0, 1, 32, TLSA_PKIX_USAGE},  {1, 1, 2, 64, TLSA_PKIX_USAGE},   {4, 1, 1, 32, TLSA_BAD_USAGE},
        {255, 1, 1, 32, TLSA_BAD_USAGE}, {3, 2, 1, 32, TLSA_BAD_SELECTOR}, {3, 1, 3, 32, TLSA_BAD_MATCHING},
        {3, 1, 1, 31, TLSA_BAD_LENGTH},  {3, 1, 1, 64, TLSA_BAD_LENGTH},   {3, 1, 2, 32, TLSA_BAD_LENGTH},
        {3, 1, 1, 0, TLSA_BAD_LENGTH},   {3, 1, 0, 0, TLSA_BAD_DATA},      {3, 0, 0, 64, TLSA_BAD_DATA},
        {2, 1, 0, 64, TLSA_BAD_DATA},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dns_record r = {.type = DNS_TLSA,
                               .tlsa = {cases[i].usage, cases[i].selector, cases[i].matching, {digest, cases[i].len}}};

        if (dane_record_fault(&r) != cases[i].fault)
            fail_msg("%u %u %u with %zu octets: %s", r.tlsa.usage, r.tlsa.selector, r.tlsa.matching, r.tlsa.data.len,
                     dane_fault_text(dane_record_fault(&r)));
    }
}

/* Each record on its own: a roll-over that is half done shows. */
static void test_roll_over(void **state)
{
    struct arena *arena = arena_new(1u << 20);
    struct dns_record records[] = {record_of(arena, &leaf, EE, SPKI, 1), record_of(arena, &stranger, EE, SPKI, 1),
                                   record_of(arena, &leaf, PKIX_EE, SPKI, 1)};
    struct dane_record usable[3];
    struct dane dane = {
        .host = "mx1.example.org", .base = "mx1.example.org", .records = usable, .count = 3, .usable = 2};
    struct certificate chain[] = {{leaf.der, NULL}, {ca.der, NULL}};
    struct tls_session session = {.established = true, .chain = chain, .chain_count = 2};
    struct dane_match match;

    (void)state;
    for (size_t i = 0; i < 3; i++)
        usable[i] = (struct dane_record){&records[i], dane_record_fault(&records[i]), ""};
    match = dane_match(arena, &dane, &session, "example.org", NOW);
    assert_int_equal(match.matching, 1);
    assert_int_equal(match.unmatched, 1);
    assert_true(match.by_end_entity);
    assert_string_equal(match.matched_text, dane_record_label(arena, &records[0]));
    assert_string_equal(match.unmatched_text, dane_record_label(arena, &records[1]));
    arena_free(arena);
}

static void test_hostile(void **state)
{
    static const char rubbish[] = "0\x82\xff\xff this is no certificate";
    struct arena *arena = arena_new(1u << 20);
    struct dns_record record = record_of(arena, &leaf, EE, SPKI, 1);
    const struct str nothing[] = {{rubbish, sizeof rubbish}}, second[] = {leaf.der, {rubbish, sizeof rubbish}};

    (void)state;
    assert_non_null(match_one(NULL, 0, &record));
    assert_non_null(match_one(nothing, 1, &record));
    assert_null(match_one(second, 2, &record));
    assert_null(dane_key_digest(arena, nothing[0]));
    assert_int_equal(strlen(dane_key_digest(arena, leaf.der)), 64);
    arena_free(arena);
}

/* Each beginning of a certificate, in memory of its own length, so that a sanitizer sees who reads beyond it. */
static void test_cut(void **state)
{
    struct arena *arena = arena_new(1u << 20);
    struct dns_record record = record_of(arena, &leaf, EE, SPKI, 1), whole = record_of(arena, &leaf, EE, CERT, 2);

    (void)state;
    for (size_t len = 1; len < leaf.der.len; len++) {
        char *octets = malloc(len);
        const struct str cut = {octets, len};

        assert_non_null(octets);
        memcpy(octets, leaf.der.at, len);
        assert_non_null(match_one(&cut, 1, &record));
        assert_non_null(match_one(&cut, 1, &whole));
        free(octets);
    }
    assert_null(match_one(&leaf.der, 1, &record));
    assert_null(match_one(&leaf.der, 1, &whole));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_combination), cmocka_unit_test(test_names_and_dates), cmocka_unit_test(test_faults),
        cmocka_unit_test(test_roll_over),         cmocka_unit_test(test_hostile),         cmocka_unit_test(test_cut),
    };
    int failed;

    issue_all();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    forget_all();
    return failed;
}
