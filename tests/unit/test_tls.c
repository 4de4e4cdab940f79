/* Certificates and TLS versions are evidence, not errors; limits come before computing (threats.md T1, T3). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/loop.h"
#include "core/base/x509.h"
#include "core/collect/smtp/smtp.h"
#include "core/facts/evidence.h"
#include "tests/unit/peer.h"
#include "tests/unit/smtp_rig.h"
#include "tests/unit/valgrind.h"

/* ---- credentials ---- */

static struct issued authority, leaf;
static SSL_CTX *credentials;
static char *ca; /* PEM */

static int make_credentials(void **state)
{
    (void)state;
    authority = issue("Test Authority", NULL, NULL, NULL);
    leaf = issue("mx", "DNS:mx.example.org,DNS:*.wild.example.org", NULL, &authority);
    credentials = credentials_of(&leaf, NULL, 0);
    ca = pem_of(authority.cert);
    return ca ? 0 : -1;
}

static int drop_credentials(void **state)
{
    (void)state;
    SSL_CTX_free(credentials);
    issued_free(&leaf);
    issued_free(&authority);
    free(ca);
    return 0;
}

/* A public key of more than TLS_RSA_BITS_MAX; nobody has its private half. */
static EVP_PKEY *huge_key(void)
{
    static unsigned char modulus[TLS_RSA_BITS_MAX / 8 + 8];
    unsigned char exponent[] = {1, 0, 1};
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    EVP_PKEY *key = NULL;
    OSSL_PARAM params[3];

    memset(modulus, 0xab, sizeof modulus);
    params[0] = OSSL_PARAM_construct_BN("n", modulus, sizeof modulus);
    params[1] = OSSL_PARAM_construct_BN("e", exponent, sizeof exponent);
    params[2] = OSSL_PARAM_construct_end();
    if (EVP_PKEY_fromdata_init(ctx) != 1 || EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
        abort();
    EVP_PKEY_CTX_free(ctx);
    return key;
}

static void test_certificates(void **state)
{
    static const struct peer_step script[] = {TO_TLS, {SAY, EHLO_PLAIN, 0}, FAREWELL, {END, 0, 0}};
    struct issued self = issue("mx.example.org", NULL, NULL, NULL);
    struct issued common_name_only = issue("mx.example.org", NULL, NULL, &authority);
    struct issued wildcard = issue("x", "DNS:*.example.org", NULL, &authority);
    struct issued partial = issue("x", "DNS:m*.example.org", NULL, &authority);
    struct issued huge = issue("x", NULL, huge_key(), &authority);
    const struct {
        const char *name;
        SSL_CTX *credentials;
        int max_version;
        enum smtp_end end;
        int verify_error;
        bool name_matches, cut;
        size_t certs;
        const char *error;
    } cases[] = {
        {"good", credentials_of(&leaf, NULL, 0), 0, SMTP_END_OK, X509_V_OK, true, false, 1, NULL},
        {"TLS 1.2", credentials_of(&leaf, NULL, 0), TLS1_2_VERSION, SMTP_END_OK, X509_V_OK, true, false, 1, NULL},
        {"TLS 1.1", credentials_of(&leaf, NULL, 0), TLS1_1_VERSION, SMTP_END_TLS, X509_V_ERR_UNSPECIFIED, false, false,
         0, "tlsv1 alert protocol version"},
        {"self-signed", credentials_of(&self, NULL, 0), 0, SMTP_END_OK, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, false,
         false, 1, NULL},
        {"no SAN", credentials_of(&common_name_only, NULL, 0), 0, SMTP_END_OK, X509_V_OK, false, false, 1, NULL},
        {"wildcard", credentials_of(&wildcard, NULL, 0), 0, SMTP_END_OK, X509_V_OK, true, false, 1, NULL},
        {"partial wildcard", credentials_of(&partial, NULL, 0), 0, SMTP_END_OK, X509_V_OK, false, false, 1, NULL},
        {"ten certificates", credentials_of(&leaf, self.cert, 9), 0, SMTP_END_OK, X509_V_OK, true, false, 10, NULL},
        {"fifty certificates", credentials_of(&leaf, self.cert, 49), 0, SMTP_END_OK, X509_V_ERR_CERT_CHAIN_TOO_LONG,
         true, true, 10, NULL},
        {"200 KiB of certificates", credentials_of(&leaf, self.cert, 500), 0, SMTP_END_TLS, X509_V_ERR_UNSPECIFIED,
         false, true, 0, "excessive message size"},
        {"a huge key in the chain", credentials_of(&leaf, huge.cert, 1), 0, SMTP_END_OK,
         X509_V_ERR_APPLICATION_VERIFICATION, true, false, 2, NULL},
    };
    enum { CASES = sizeof cases / sizeof *cases };
    struct peer *peers[CASES];
    struct evidence *evidence[CASES];
    struct smtp_config config = config_of(0);
    struct rig rig;

    (void)state;
    config.ca = ca;
    rig = rig_new(&config);
    for (size_t i = 0; i < CASES; i++) {
        SSL_CTX_set_max_proto_version(cases[i].credentials, cases[i].max_version);
        if (cases[i].max_version)
            SSL_CTX_set_min_proto_version(cases[i].credentials, cases[i].max_version);
        peers[i] = peer_start(script, cases[i].credentials, 1);
        evidence[i] = want_peer(&rig, peers[i]);
    }
    loop_run(rig.loop);
    for (size_t i = 0; i < CASES; i++) {
        const struct smtp_session *s = session_of(evidence[i]);
        const struct tls_session *t = s->tls;

        assert_non_null(t);
        if (s->end != cases[i].end || t->verify_error != cases[i].verify_error || t->chain_cut != cases[i].cut ||
            t->name_matches != cases[i].name_matches || t->chain_count != cases[i].certs)
            fail_msg("%s: %s, error %s, verify %d (%s), name %d, cut %d, %zu certificates", cases[i].name,
                     smtp_end_name(s->end), t->error ? t->error : "none", t->verify_error, t->verify_text,
                     t->name_matches, t->chain_cut, t->chain_count);
        assert_int_equal(t->established, s->end == SMTP_END_OK);
        if (cases[i].error)
            assert_string_equal(t->error, cases[i].error);
        else
            assert_null(t->error);
    }
    rig_free(&rig);
    for (size_t i = 0; i < CASES; i++) {
        peer_free(peers[i]);
        SSL_CTX_free(cases[i].credentials);
    }
    issued_free(&self);
    issued_free(&common_name_only);
    issued_free(&wildcard);
    issued_free(&partial);
    issued_free(&huge);
}

/* What a server can send within TLS without saying anything: ends
 * by the caps of the session, and says so.  (threats.md T2) */
static void test_floods(void **state)
{
    static const struct peer_step asks_again[] = {TO_TLS, {RENEGOTIATE, 0, 0}, {SAY, EHLO_PLAIN, 0}, {END, 0, 0}};
    static const struct peer_step new_keys[] = {TO_TLS, {UPDATE_KEYS, 0, 0}, {END, 0, 0}};
    static const struct peer_step tickets[] = {TO_TLS, {SEND_TICKETS, 0, 0}, {END, 0, 0}};
    static const struct peer_step empty_records[] = {
        TO_STARTTLS, {SAY, "220 go\r\n", 0}, {SWALLOW, 0, 0}, {FLOOD, "\x16\3\3\0\0", 5}};
    static const struct peer_step change_cipher[] = {
        TO_STARTTLS, {SAY, "220 go\r\n", 0}, {SWALLOW, 0, 0}, {FLOOD, "\x14\3\3\0\1\1", 6}};
    static const struct peer_step alerts[] = {
        TO_STARTTLS, {SAY, "220 go\r\n", 0}, {SWALLOW, 0, 0}, {FLOOD, "\x15\3\3\0\2\1\x5a", 7}};
    static const struct {
        const char *name;
        const struct peer_step *script;
        int version;
        enum smtp_end end;
        enum smtp_state state;
        unsigned violations;
        bool established;
    } cases[] = {
        {"asks for another handshake", asks_again, TLS1_2_VERSION, SMTP_END_OK, SMTP_QUIT, 0, true},
        {"new keys for ever", new_keys, TLS1_3_VERSION, SMTP_END_PROTOCOL, SMTP_EHLO_TLS, SMTP_TOO_MANY_BYTES, true},
        {"tickets for ever", tickets, TLS1_3_VERSION, SMTP_END_PROTOCOL, SMTP_EHLO_TLS, SMTP_TOO_MANY_BYTES, true},
        {"empty records", empty_records, TLS1_3_VERSION, SMTP_END_TLS, SMTP_HANDSHAKE, 0, false},
        {"ChangeCipherSpec for ever", change_cipher, TLS1_3_VERSION, SMTP_END_TLS, SMTP_HANDSHAKE, 0, false},
        {"warnings for ever", alerts, TLS1_3_VERSION, SMTP_END_TLS, SMTP_HANDSHAKE, 0, false},
    };
    enum { CASES = sizeof cases / sizeof *cases };
    struct peer *peers[CASES];
    struct evidence *evidence[CASES];
    SSL_CTX *contexts[CASES];
    struct smtp_config config = config_of(0);
    struct rig rig = rig_new(&config);

    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        contexts[i] = credentials_of(&leaf, NULL, 0);
        SSL_CTX_set_min_proto_version(contexts[i], cases[i].version);
        SSL_CTX_set_max_proto_version(contexts[i], cases[i].version);
        peers[i] = peer_start(cases[i].script, contexts[i], 1);
        evidence[i] = want_peer(&rig, peers[i]);
    }
    loop_run(rig.loop);
    for (size_t i = 0; i < CASES; i++) {
        const struct smtp_session *s = session_of(evidence[i]);

        if (s->violations == 0 && s->end == SMTP_END_TIMEOUT && is_under_valgrind())
            continue; /* the other cap: it has no time for so many */
        if (s->end != cases[i].end || s->state != cases[i].state || s->violations != cases[i].violations || !s->tls ||
            s->tls->established != cases[i].established)
            fail_msg("%s: %s, %s, violations %#x, %s, error %s", cases[i].name, smtp_end_name(s->end),
                     smtp_state_name(s->state), s->violations, s->tls && s->tls->established ? "TLS" : "no TLS",
                     s->tls && s->tls->error ? s->tls->error : "none");
    }
    rig_free(&rig);
    peer_join(peers[0]);
    assert_non_null(strstr(peers[0]->heard, "<no renegotiation>"));
    for (size_t i = 0; i < CASES; i++) {
        peer_free(peers[i]);
        SSL_CTX_free(contexts[i]);
    }
}

static struct str der_of(struct arena *arena, X509 *cert)
{
    int size = i2d_X509(cert, NULL);
    unsigned char *der = arena_alloc(arena, (size_t)size), *at = der;

    assert_int_equal(i2d_X509(cert, &at), size);
    return (struct str){(const char *)der, (size_t)size};
}

static void test_facts(void **state)
{
    struct arena *arena = arena_new(1u << 20);
    struct str der = der_of(arena, leaf.cert), none = {NULL, 0};
    struct x509_facts facts;

    (void)state;
    assert_true(x509_facts(arena, der, &facts));
    assert_true(str_equal(facts.subject, str_of("CN=mx")));
    assert_true(str_equal(facts.issuer, str_of("CN=Test Authority")));
    assert_false(facts.self_issued);
    assert_int_equal(facts.not_after - facts.not_before, 91 * 86400);
    assert_true(facts.not_before < time(NULL) && facts.not_before > time(NULL) - 2 * 86400);
    assert_string_equal(facts.key_type, "EC");
    assert_int_equal(facts.key_bits, 256);
    assert_false(facts.key_too_large);
    assert_string_equal(facts.signature, "ecdsa-with-SHA256");
    assert_false(facts.signature_is_weak);
    assert_int_equal(facts.dns_name_count, 2);
    assert_true(str_equal(facts.dns_names[1], str_of("*.wild.example.org")));
    assert_int_equal(facts.dns_names_left_out, 0);
    assert_true(x509_facts(arena, der_of(arena, authority.cert), &facts));
    assert_true(facts.self_issued);
    for (size_t len = 0; len < der.len; len += 7) /* truncated anywhere: no certificate */
        assert_false(x509_facts(arena, (struct str){der.at, len}, &facts));
    assert_false(x509_facts(arena, none, &facts));
    assert_false(x509_name_matches(none, "mx.example.org"));
    arena_free(arena);
}

static void test_names(void **state)
{
    static const struct {
        const char *host;
        bool matches;
    } cases[] = {
        {"mx.example.org", true},
        {"MX.Example.ORG", true},
        {"a.wild.example.org", true},
        {"wild.example.org", false},
        {"a.b.wild.example.org", false},
        {"example.org", false},
        {"mx", false}, /* the common name */
        {"", false},
        {"192.0.2.1", false},
    };
    struct arena *arena = arena_new(1u << 20);
    struct str der = der_of(arena, leaf.cert);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (x509_name_matches(der, cases[i].host) != cases[i].matches)
            fail_msg("%s", cases[i].host);
    arena_free(arena);
}

/* A NUL in a SAN ends nothing; ESC and the like come out as they are or spelled, for the sinks to encode. */
static void test_hostile_names(void **state)
{
    static const char octets[] = "mx.example.org\0.evil.example";
    struct issued made = issue("a\x1b[31m\xe2\x80\xae", NULL, NULL, NULL);
    GENERAL_NAMES *names = GENERAL_NAMES_new();
    GENERAL_NAME *name = GENERAL_NAME_new();
    ASN1_IA5STRING *text = ASN1_IA5STRING_new();
    struct arena *arena = arena_new(1u << 20);
    struct x509_facts facts;
    struct str der;

    (void)state;
    ASN1_STRING_set(text, octets, sizeof octets - 1);
    GENERAL_NAME_set0_value(name, GEN_DNS, text);
    sk_GENERAL_NAME_push(names, name);
    X509_add1_ext_i2d(made.cert, NID_subject_alt_name, names, 0, 0);
    X509_sign(made.cert, made.key, EVP_sha256());
    der = der_of(arena, made.cert);
    assert_false(x509_name_matches(der, "mx.example.org"));
    assert_true(x509_facts(arena, der, &facts));
    assert_int_equal(facts.dns_name_count, 1);
    assert_true(str_equal(facts.dns_names[0], (struct str){octets, sizeof octets - 1}));
    assert_true(str_starts_nocase(facts.subject, "CN=a"));
    GENERAL_NAMES_free(names);
    issued_free(&made);
    arena_free(arena);
}

static void test_many_names(void **state)
{
    enum { NAMES = 4000 };
    struct arena *arena = arena_new(8u << 20);
    char *list = arena_alloc(arena, NAMES * 24 + 1);
    struct issued made;
    struct x509_facts facts;
    size_t len = 0;

    (void)state;
    for (int i = 0; i < NAMES; i++)
        len += (size_t)snprintf(list + len, 24, "%sDNS:h%d.example.org", i ? "," : "", i);
    made = issue("x", list, NULL, NULL);
    assert_true(x509_facts(arena, der_of(arena, made.cert), &facts));
    assert_int_equal(facts.dns_name_count, TLS_SANS_SHOWN);
    assert_int_equal(facts.dns_names_left_out, NAMES - TLS_SANS_SHOWN);
    issued_free(&made);
    made = issue("x", NULL, huge_key(), &authority);
    assert_true(x509_facts(arena, der_of(arena, made.cert), &facts));
    assert_true(facts.key_too_large);
    assert_string_equal(facts.key_type, "RSA");
    issued_free(&made);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_certificates), cmocka_unit_test(test_floods),        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_names),        cmocka_unit_test(test_hostile_names), cmocka_unit_test(test_many_names),
    };

    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, make_credentials, drop_credentials);
}
