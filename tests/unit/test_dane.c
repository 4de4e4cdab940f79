/* TLSA records against chains: every usage, selector and matching type, matching or not.  (threats.md T4; RFC 7672 3)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/base/x509.h"
#include "core/collect/dns/dns.h"
#include "core/collect/tls/tls.h"
#include "core/derive/dane.h"
#include "core/derive/tls_dane.h"
#include "core/facts/tls_session.h"

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

static struct issued ca, leaf, expired, early, other_name, stranger;

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
    issue(&early, &ca, "mx1.example.org", NOW + DAY, NOW + 3 * DAY);
    issue(&other_name, &ca, "mx9.example.net", NOW - DAY, NOW + DAY);
}

static void forget_all(void)
{
    struct issued *all[] = {&ca, &leaf, &expired, &early, &other_name, &stranger};

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
    const struct certificate rubbish_sent[] = {{nothing[0], NULL}};

    (void)state;
    assert_non_null(match_one(NULL, 0, &record));
    assert_non_null(match_one(nothing, 1, &record));
    assert_null(match_one(second, 2, &record));
    assert_null(dane_key_digest(arena, nothing[0]));
    record.tlsa.selector = CERT;
    record.tlsa.matching = FULL;
    record.tlsa.data = nothing[0]; /* the same octets, which are no certificate */
    assert_int_equal(tls_dane_place(&(struct tls_dane){.chain = rubbish_sent, .chain_count = 1}, &record), -1);
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

/* ---- why nothing matches ---- */

struct shown {
    const struct issued *chain[2];
    bool has_other_name, ends_in_root;
};

static struct tls_session session_of(struct arena *arena, struct shown shown, int64_t from, int64_t until)
{
    struct certificate *chain = ARENA_ARRAY(arena, struct certificate, 2);
    struct tls_session session = {.established = true, .chain = chain, .name_matches = !shown.has_other_name};

    for (size_t i = 0; i < 2 && shown.chain[i]; i++) {
        struct x509_facts *facts = ARENA_NEW(arena, struct x509_facts);

        *facts = (struct x509_facts){.not_before = from, .not_after = until, .dns_name_count = 1};
        chain[session.chain_count++] = (struct certificate){shown.chain[i]->der, facts};
    }
    if (session.chain_count) {
        struct x509_facts *facts = ARENA_NEW(arena, struct x509_facts);

        *facts = *chain[session.chain_count - 1].facts;
        facts->self_issued = shown.ends_in_root;
        chain[session.chain_count - 1].facts = facts;
    }
    return session;
}

static struct dane_diagnosis diagnose(struct arena *arena, struct dns_record record, const struct tls_session *session)
{
    struct dane_record one = {&record, dane_record_fault(&record), ""};
    const struct dane dane = {.host = "mx1.example.org", .base = "mx1.example.org", .records = &one, .count = 1};

    return dane_diagnose(arena, &dane, session, "example.org", NOW);
}

static void test_diagnoses(void **state)
{
    const struct {
        struct shown shown;
        const struct issued *of;
        uint8_t usage, matching;
        enum dane_cause cause;
        const char *record; /* begins so; NULL: none */
    } cases[] = {
        /* another key */
        {{{&leaf, &ca}, false, true}, &stranger, EE, 1, DANE_OTHER_KEY, "3 1 1 "},
        {{{&leaf, &ca}, false, true}, &stranger, TA, 1, DANE_OTHER_KEY, "3 1 1 "},
        {{{&leaf}, false, true}, &stranger, TA, 1, DANE_OTHER_KEY, "3 1 1 "},
        {{{NULL}, false, false}, &stranger, EE, 1, DANE_OTHER_KEY, NULL},
        {{{&leaf, &ca}, false, true}, &stranger, PKIX_EE, 1, DANE_OTHER_KEY, "3 1 1 "},
        {{{&leaf, &ca}, false, true}, &ca, PKIX_EE, 1, DANE_OTHER_KEY, "3 1 1 "},
        /* usages */
        {{{&leaf, &ca}, false, true}, &ca, EE, 1, DANE_SWAPPED_USAGE, "2 1 1 "},
        {{{&leaf, &ca}, false, true}, &leaf, TA, 1, DANE_SWAPPED_USAGE, "3 1 1 "},
        /* not sent */
        {{{&leaf}, false, false}, &ca, TA, 1, DANE_NOT_SENT, "3 1 1 "},
        {{{&leaf}, false, false}, &ca, EE, 1, DANE_OTHER_KEY, "3 1 1 "},
        /* another host's: nothing is to be published for it */
        {{{&leaf, &ca}, true, true}, &stranger, EE, 1, DANE_BAD_CERTIFICATE, NULL},
        {{{&leaf}, true, false}, &ca, TA, 1, DANE_BAD_CERTIFICATE, NULL},
        {{{&other_name, &ca}, true, true}, &ca, TA, 1, DANE_BAD_CERTIFICATE, NULL},
        {{{&other_name, &ca}, false, true}, &ca, TA, 1, DANE_BAD_CERTIFICATE, NULL},
        {{{&expired, &ca}, false, true}, &ca, TA, 1, DANE_BAD_CERTIFICATE, NULL},
        /* the whole key of an issuer that was not sent is known all the same, but no record of usage 3 is meant so */
        {{{&leaf}, false, true}, &ca, EE, FULL, DANE_OTHER_KEY, "3 1 1 "},
        {{{&leaf}, false, false}, &ca, PKIX_TA, 1, DANE_OTHER_KEY, "3 1 1 "},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new(1u << 20);
        struct tls_session session = session_of(arena, cases[i].shown, NOW - DAY, NOW + DAY);
        struct dane_diagnosis found =
            diagnose(arena, record_of(arena, cases[i].of, cases[i].usage, SPKI, cases[i].matching), &session);

        if (found.cause != cases[i].cause || !found.record != !cases[i].record ||
            (found.record && strncmp(found.record, cases[i].record, strlen(cases[i].record)) != 0))
            fail_msg("%zu: %d, %s", i, (int)found.cause, found.record ? found.record : "no record");
        arena_free(arena);
    }
}

/* On its first second and its last a certificate is valid; and without names it is nobody else's. */
static void test_mishaps(void **state)
{
    static const struct {
        int64_t from, until;
        bool is_mishap;
    } cases[] = {
        {NOW, NOW, false},
        {NOW + 1, NOW + DAY, true},
        {NOW - DAY, NOW - 1, true},
    };
    const struct shown shown = {{&leaf, &ca}, false, true}, foreign = {{&leaf, &ca}, true, true};
    struct arena *arena = arena_new(1u << 20);
    struct x509_facts nameless = {.not_before = NOW, .not_after = NOW};
    struct tls_session session;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        session = session_of(arena, shown, cases[i].from, cases[i].until);
        assert_int_equal(diagnose(arena, record_of(arena, &stranger, EE, SPKI, 1), &session).cause,
                         cases[i].is_mishap ? DANE_BAD_CERTIFICATE : DANE_OTHER_KEY);
    }
    session = session_of(arena, foreign, NOW, NOW);
    session.chain = (const struct certificate[]){{leaf.der, &nameless}, {ca.der, &nameless}};
    assert_int_equal(diagnose(arena, record_of(arena, &stranger, EE, SPKI, 1), &session).cause, DANE_OTHER_KEY);
    arena_free(arena);
}

static void test_labels(void **state)
{
    static const char octets[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    struct arena *arena = arena_new(1u << 20);
    struct dns_record r = {.type = DNS_TLSA, .tlsa = {3, 1, 2, {octets, 9}}};

    (void)state;
    assert_string_equal(dane_record_label(arena, &r), "3 1 2 0102030405060708...");
    r.tlsa.data.len = 8;
    assert_string_equal(dane_record_label(arena, &r), "3 1 2 0102030405060708");
    r.tlsa.data.len = 7;
    assert_string_equal(dane_record_label(arena, &r), "3 1 2 01020304050607");
    arena_free(arena);
}

/* What matches by the wrong usage, by none, by dates alone; and where the data is found. */
static void test_verdicts(void **state)
{
    struct arena *arena = arena_new(1u << 20);
    const struct str chain[] = {leaf.der, ca.der}, old[] = {expired.der, ca.der};
    struct dns_record by_ca = record_of(arena, &ca, TA, SPKI, 1), by_leaf = record_of(arena, &leaf, EE, SPKI, 1),
                      by_stranger = record_of(arena, &stranger, TA, SPKI, 1),
                      pkix = record_of(arena, &leaf, 1, SPKI, 1);
    const struct certificate certificates[] = {{leaf.der, NULL}, {ca.der, NULL}};
    static const char *const names[] = {"mx1.example.org"};
    struct tls_dane question = {certificates, 2, names, 1, NOW};

    (void)state;
    assert_string_equal(match_one(chain, 2, &pkix), "not a usage for SMTP");
    assert_string_equal(match_one(NULL, 0, &by_ca), "no certificate was shown");
    assert_string_equal(match_one(NULL, 0, &by_leaf), "no certificate was shown");
    assert_true(tls_dane_is_about_dates(match_one(old, 2, &by_ca)));
    assert_false(tls_dane_is_about_dates(match_one(chain, 2, &by_stranger)));
    assert_int_equal(tls_dane_place(&question, &by_leaf), 0);
    assert_int_equal(tls_dane_place(&question, &by_ca), 1);
    assert_int_equal(tls_dane_place(&question, &by_stranger), -1);
    question.chain_count = 1;
    assert_int_equal(tls_dane_place(&question, &by_ca), -1);
    arena_free(arena);
}

/* Each record has a verdict of its own. */
static void test_several(void **state)
{
    struct arena *arena = arena_new(1u << 20);
    struct dns_record pkix = record_of(arena, &leaf, PKIX_EE, SPKI, 1), by_ca = record_of(arena, &ca, TA, SPKI, 1),
                      cut = record_of(arena, &ca, TA, SPKI, 1);
    const struct dns_record *records[] = {&pkix, &by_ca, &cut};
    const struct certificate chain[] = {{leaf.der, NULL}, {ca.der, NULL}};
    static const char *const names[] = {"mx1.example.org"};
    const struct tls_dane question = {chain, 2, names, 1, NOW};
    const char *why[3];

    (void)state;
    cut.tlsa.data.len--;
    tls_dane_match(&question, records, 3, why);
    assert_string_equal(why[0], "not a usage for SMTP");
    assert_null(why[1]);
    assert_string_equal(why[2], "not a record that could match");
    arena_free(arena);
}

static const char *match_by_ca(struct arena *arena, const struct str *sent, size_t count)
{
    struct dns_record by_ca = record_of(arena, &ca, TA, SPKI, FULL);

    return match_one(sent, count, &by_ca);
}

/* Of the certificate's length; its key is signed for by the authority, and used for nothing. */
static X509 *certificate_of(EVP_PKEY *key, long version, size_t comment)
{
    X509 *cert = X509_new();
    char *text = malloc(comment + 1);

    assert_non_null(text);
    memset(text, 'x', comment);
    text[comment] = '\0';
    assert_int_equal(X509_set_version(cert, version), 1);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
    ASN1_TIME_set(X509_getm_notBefore(cert), NOW - DAY);
    ASN1_TIME_set(X509_getm_notAfter(cert), NOW + DAY);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC, (const unsigned char *)"b", -1, -1, 0);
    X509_set_issuer_name(cert, X509_get_subject_name(ca.cert));
    X509_set_pubkey(cert, key);
    if (version == 2) {
        add_extension(cert, NID_subject_alt_name, "DNS:mx1.example.org");
        add_extension(cert, NID_netscape_comment, text);
    }
    assert_true(X509_sign(cert, ca.key, EVP_sha256()) > 0);
    free(text);
    return cert;
}

static struct str der_of(struct arena *arena, X509 *cert)
{
    int size = i2d_X509(cert, NULL);
    unsigned char *octets = arena_alloc(arena, (size_t)size), *at = octets;

    i2d_X509(cert, &at);
    X509_free(cert);
    return (struct str){(const char *)octets, (size_t)size};
}

static void test_lengths(void **state)
{
    enum { NEARLY = TLS_CHAIN_BYTES - 1000 };

    (void)state;
    for (size_t len = TLS_CHAIN_BYTES - 1; len <= TLS_CHAIN_BYTES + 1; len++) {
        struct arena *arena = arena_new(1u << 24);
        struct str der = der_of(arena, certificate_of(leaf.key, 2, NEARLY));

        /* the signature's length differs by an octet or two from one to the next */
        for (size_t comment = NEARLY; der.len != len;)
            der = der_of(arena, certificate_of(leaf.key, 2, comment = comment + len - der.len));
        assert_int_equal(!dane_key_digest(arena, der), len > TLS_CHAIN_BYTES);
        assert_int_equal(!match_by_ca(arena, &der, 1), len <= TLS_CHAIN_BYTES);
        arena_free(arena);
    }
}

/* Without a version it begins with its number.  (RFC 5280 4.1.2.1) */
static void test_version_1(void **state)
{
    struct arena *arena = arena_new(1u << 20);
    struct str der = der_of(arena, certificate_of(leaf.key, 0, 0));

    (void)state;
    assert_string_equal(dane_key_digest(arena, der), dane_key_digest(arena, leaf.der));
    arena_free(arena);
}

static void test_few_fields(void **state)
{
    static const char few[] = "\x30\x07\x30\x05\x02\x01\x01\x30\x00",
                      other[] = "\x30\x11\x30\x0f\x02\x01\x01\x30\x00\x30\x00\x30\x00\x30\x00\x04\x02..";
    struct arena *arena = arena_new(1u << 20);

    (void)state;
    assert_null(dane_key_digest(arena, (struct str){few, sizeof few - 1}));
    assert_null(dane_key_digest(arena, (struct str){other, sizeof other - 1}));
    arena_free(arena);
}

/* Nothing is computed with a key that would take minutes. */
static void test_large_keys(void **state)
{
    struct arena *arena = arena_new(1u << 20);
    BIGNUM *modulus = BN_new();
    OSSL_PARAM_BLD *parts = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    EVP_PKEY *key = NULL;
    OSSL_PARAM *params;
    struct str large;

    (void)state;
    BN_set_bit(modulus, TLS_RSA_BITS_MAX);
    BN_set_bit(modulus, 0);
    assert_int_equal(OSSL_PARAM_BLD_push_BN(parts, OSSL_PKEY_PARAM_RSA_N, modulus), 1);
    assert_int_equal(OSSL_PARAM_BLD_push_ulong(parts, OSSL_PKEY_PARAM_RSA_E, 3), 1);
    params = OSSL_PARAM_BLD_to_param(parts);
    assert_int_equal(EVP_PKEY_fromdata_init(context), 1);
    assert_int_equal(EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params), 1);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(parts);
    EVP_PKEY_CTX_free(context);
    BN_free(modulus);
    large = der_of(arena, certificate_of(key, 2, 0));
    assert_string_equal(match_by_ca(arena, (const struct str[]){large, ca.der}, 2),
                        "a key of the chain is too large to be processed");
    assert_string_equal(match_by_ca(arena, (const struct str[]){leaf.der, large}, 2),
                        "a key of the chain is too large to be processed");
    EVP_PKEY_free(key);
    arena_free(arena);
}

/* A certificate that comes later than this one begins has not begun. */
static void test_not_yet_valid(void **state)
{
    struct arena *arena = arena_new(1u << 20);
    const struct str chain[] = {early.der, ca.der};
    struct dns_record by_ca = record_of(arena, &ca, TA, SPKI, 1);

    (void)state;
    assert_true(tls_dane_is_about_dates(match_one(chain, 2, &by_ca)));
    arena_free(arena);
}

/* Each of the names may be the certificate's: the TLSA base domain, the host's, the next hop. */
static void test_names(void **state)
{
    static const struct {
        const char *names[3];
        size_t count;
        bool matches;
    } cases[] = {
        {{"mx1.example.org"}, 1, true},
        {{"a.example.org"}, 1, false},
        {{"a.example.org", "mx1.example.org"}, 2, true},
        {{"a.example.org", "b.example.org", "mx1.example.org"}, 3, true},
        {{"a.example.org", "b.example.org", "mx1.example.org"}, 2, false},
    };
    struct arena *arena = arena_new(1u << 20);
    const struct certificate chain[] = {{leaf.der, NULL}, {ca.der, NULL}};
    struct dns_record by_ca = record_of(arena, &ca, TA, SPKI, 1);
    const struct dns_record *record = &by_ca;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct tls_dane question = {chain, 2, cases[i].names, cases[i].count, NOW};
        const char *why;

        tls_dane_match(&question, &record, 1, &why);
        assert_int_equal(!why, cases[i].matches);
    }
    arena_free(arena);
}

/* What follows something that is no certificate is not looked at, nor what is beyond the limit. */
static void test_chains_end(void **state)
{
    static const char rubbish[] = "0\x82\xff\xff this is no certificate";
    struct arena *arena = arena_new(1u << 20);
    struct dns_record by_ca = record_of(arena, &ca, TA, CERT, 1);
    const struct dns_record *record = &by_ca;
    static const char *const names[] = {"mx1.example.org"};
    struct certificate chain[TLS_CHAIN_CERTS + 1] = {{leaf.der, NULL}};

    (void)state;
    for (size_t count = 2; count <= TLS_CHAIN_CERTS + 1; count++) {
        const struct tls_dane question = {chain, count, names, 1, NOW};
        const char *why;

        for (size_t i = 1; i < count; i++)
            chain[i] = (struct certificate){i + 1 == count ? ca.der : stranger.der, NULL};
        tls_dane_match(&question, &record, 1, &why);
        assert_int_equal(!why, count <= TLS_CHAIN_CERTS);
        chain[1] = (struct certificate){{rubbish, sizeof rubbish}, NULL};
        tls_dane_match(&question, &record, 1, &why);
        assert_non_null(why);
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_combination),
        cmocka_unit_test(test_names_and_dates),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_roll_over),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_diagnoses),
        cmocka_unit_test(test_mishaps),
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_not_yet_valid),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_chains_end),
        cmocka_unit_test(test_several),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_version_1),
        cmocka_unit_test(test_few_fields),
        cmocka_unit_test(test_large_keys),
    };
    int failed;

    issue_all();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    forget_all();
    return failed;
}
