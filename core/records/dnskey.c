/* core/records/dnskey.c - what keys of zones sign, checked by OpenSSL. */
#include "core/records/dnskey.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/x509.h"
#include "core/facts/record_text.h"

enum { FLAG_ZONE = 0x0100, FLAG_REVOKE = 0x0080, FLAG_SEP = 0x0001, PROTOCOL = 3, DNSKEY_FIXED = 4, DS_FIXED = 4 };
enum { POINT_MAX = 1 + 2 * 48, UNCOMPRESSED = 4 };
enum { RSA_KEY_MIN = 4, EXPONENT_MAX = 8, MODULUS_MAX = DNSSEC_RSA_BITS_MAX / 8 }; /* octets */

/* IANA "DNS Security Algorithm Numbers": those that validators implement (RFC 8624 3.1), SHA-1 still among them. */
enum family { NO_FAMILY, RSA_KEYS, EC_KEYS, EDWARDS_KEYS };
static const struct algorithm {
    enum family family;
    const char *digest; /* NULL: the signature's own */
    const char *name;   /* of the curve */
    size_t octets;      /* of one coordinate, or of the key */
} algorithms[] = {
    [5] = {RSA_KEYS, "SHA1", NULL, 0},          [7] = {RSA_KEYS, "SHA1", NULL, 0},
    [8] = {RSA_KEYS, "SHA256", NULL, 0},        [10] = {RSA_KEYS, "SHA512", NULL, 0},
    [13] = {EC_KEYS, "SHA256", "P-256", 32},    [14] = {EC_KEYS, "SHA384", "P-384", 48},
    [15] = {EDWARDS_KEYS, NULL, "ED25519", 32}, [16] = {EDWARDS_KEYS, NULL, "ED448", 57},
};

static const struct algorithm *algorithm_of(unsigned number)
{
    return number < sizeof algorithms / sizeof *algorithms && algorithms[number].family ? &algorithms[number] : NULL;
}

static const unsigned char *bytes(struct str s)
{
    return (const unsigned char *)s.at;
}

/* ---- keys and DS records ---- */

/* RFC 4034 appendix B */
static uint16_t tag_of(struct str rdata)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < rdata.len; i++)
        sum += i & 1 ? bytes(rdata)[i] : (uint32_t)bytes(rdata)[i] << 8;
    return (uint16_t)(sum + (sum >> 16));
}

bool dnskey_parse(struct str rdata, struct dnskey *out)
{
    if (rdata.len <= DNSKEY_FIXED)
        return false;
    *out = (struct dnskey){.flags = (uint16_t)(bytes(rdata)[0] << 8 | bytes(rdata)[1]),
                           .tag = tag_of(rdata),
                           .algorithm = bytes(rdata)[3],
                           .key = {rdata.at + DNSKEY_FIXED, rdata.len - DNSKEY_FIXED},
                           .rdata = rdata};
    return out->flags & FLAG_ZONE && !(out->flags & FLAG_REVOKE) && bytes(rdata)[2] == PROTOCOL;
}

bool dnskey_is_entry(const struct dnskey *key)
{
    return key->flags & FLAG_SEP;
}

static const char *digest_name(unsigned type)
{
    return type == DIGEST_SHA1 ? "SHA1" : type == DIGEST_SHA256 ? "SHA256" : type == DIGEST_SHA384 ? "SHA384" : NULL;
}

bool ds_parse(struct str rdata, struct ds *out)
{
    if (rdata.len <= DS_FIXED)
        return false;
    *out = (struct ds){.tag = (uint16_t)(bytes(rdata)[0] << 8 | bytes(rdata)[1]),
                       .algorithm = bytes(rdata)[2],
                       .digest_type = bytes(rdata)[3],
                       .digest = {rdata.at + DS_FIXED, rdata.len - DS_FIXED}};
    return true;
}

bool ds_is_supported(const struct ds *ds)
{
    return algorithm_of(ds->algorithm) && digest_name(ds->digest_type);
}

/* Of both, one behind the other; the length, 0: OpenSSL does not do it. */
static size_t digest(struct arena *arena, const char *name, struct str a, struct str b,
                     unsigned char out[EVP_MAX_MD_SIZE])
{
    EVP_MD *md = EVP_MD_fetch(NULL, name, NULL);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned size = 0;
    bool done = md && context && EVP_DigestInit_ex2(context, md, NULL) == 1 &&
                EVP_DigestUpdate(context, a.at, a.len) == 1 && EVP_DigestUpdate(context, b.at, b.len) == 1 &&
                EVP_DigestFinal_ex(context, out, &size) == 1;

    EVP_MD_CTX_free(context);
    EVP_MD_free(md);
    ERR_clear_error();
    x509_demand_memory(arena);
    return done ? size : 0;
}

bool ds_matches(struct arena *arena, const struct ds *ds, struct str zone, const struct dnskey *key)
{
    unsigned char out[EVP_MAX_MD_SIZE];
    const char *name = digest_name(ds->digest_type);
    size_t size;

    if (ds->tag != key->tag || ds->algorithm != key->algorithm || !name)
        return false;
    size = digest(arena, name, zone, key->rdata, out);
    return str_equal(ds->digest, (struct str){(const char *)out, size});
}

const char *ds_text_of(struct arena *arena, struct str zone, const struct dnskey *key)
{
    unsigned char out[EVP_MAX_MD_SIZE];
    size_t size = digest(arena, digest_name(DIGEST_SHA256), zone, key->rdata, out);

    return str_printf(arena, "%u %u %u %s", (unsigned)key->tag, (unsigned)key->algorithm, (unsigned)DIGEST_SHA256,
                      hex_text(arena, (struct str){(const char *)out, size}));
}

/* SHA-1 comes from wherever OpenSSL has it: it hashes names here, and protects nothing. */
void nsec3_hash(struct arena *arena, struct str name, struct str salt, unsigned iterations,
                unsigned char out[NSEC3_HASH_OCTETS])
{
    unsigned char full[EVP_MAX_MD_SIZE] = {0};

    digest(arena, "SHA1", name, salt, full);
    for (unsigned i = 0; i < iterations; i++) {
        memcpy(out, full, NSEC3_HASH_OCTETS);
        digest(arena, "SHA1", (struct str){(const char *)out, NSEC3_HASH_OCTETS}, salt, full);
    }
    memcpy(out, full, NSEC3_HASH_OCTETS);
}

/* ---- signatures ---- */

static EVP_PKEY *key_from(const char *type, OSSL_PARAM_BLD *parts)
{
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(parts);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    EVP_PKEY *key = NULL;

    if (params && EVP_PKEY_fromdata_init(context) == 1)
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params); /* NULL still, if it is none */
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(params);
    return key;
}

/* RFC 3110 2: length of the exponent in one octet or three, exponent, modulus.  Others are no keys that anybody uses.
 */
static EVP_PKEY *rsa_key(struct str key)
{
    size_t at = 1, length;
    OSSL_PARAM_BLD *parts;
    BIGNUM *e, *n;
    EVP_PKEY *made = NULL;

    if (key.len < RSA_KEY_MIN)
        return NULL;
    length = bytes(key)[0];
    if (length == 0) {
        length = (size_t)bytes(key)[1] << 8 | bytes(key)[2];
        at = 3;
    }
    if (length == 0 || length > EXPONENT_MAX || key.len <= at + length || key.len - at - length > MODULUS_MAX)
        return NULL;
    e = BN_bin2bn(bytes(key) + at, (int)length, NULL);
    n = BN_bin2bn(bytes(key) + at + length, (int)(key.len - at - length), NULL);
    parts = OSSL_PARAM_BLD_new();
    if (e && n && parts && OSSL_PARAM_BLD_push_BN(parts, OSSL_PKEY_PARAM_RSA_N, n) &&
        OSSL_PARAM_BLD_push_BN(parts, OSSL_PKEY_PARAM_RSA_E, e))
        made = key_from("RSA", parts);
    OSSL_PARAM_BLD_free(parts);
    BN_free(n);
    BN_free(e);
    return made;
}

static EVP_PKEY *ec_key(const struct algorithm *a, struct str key)
{
    unsigned char point[POINT_MAX] = {UNCOMPRESSED};
    OSSL_PARAM_BLD *parts;
    EVP_PKEY *made = NULL;

    if (key.len != 2 * a->octets)
        return NULL;
    memcpy(point + 1, key.at, key.len);
    parts = OSSL_PARAM_BLD_new();
    if (parts && OSSL_PARAM_BLD_push_utf8_string(parts, OSSL_PKEY_PARAM_GROUP_NAME, a->name, 0) &&
        OSSL_PARAM_BLD_push_octet_string(parts, OSSL_PKEY_PARAM_PUB_KEY, point, key.len + 1))
        made = key_from("EC", parts);
    OSSL_PARAM_BLD_free(parts);
    return made;
}

static EVP_PKEY *key_of(const struct algorithm *a, struct str key)
{
    switch (a->family) {
    case RSA_KEYS:
        return rsa_key(key);
    case EC_KEYS:
        return ec_key(a, key);
    case EDWARDS_KEYS:
        return key.len == a->octets ? EVP_PKEY_new_raw_public_key_ex(NULL, a->name, NULL, bytes(key), key.len) : NULL;
    case NO_FAMILY:
        break;
    }
    return NULL;
}

/* RFC 6605 4: r and s, one behind the other, which OpenSSL wants as ASN.1.  The caller frees it. */
static unsigned char *ec_signature(const struct algorithm *a, struct str signature, size_t *size)
{
    ECDSA_SIG *sig = signature.len == 2 * a->octets ? ECDSA_SIG_new() : NULL;
    BIGNUM *r = sig ? BN_bin2bn(bytes(signature), (int)a->octets, NULL) : NULL;
    BIGNUM *s = r ? BN_bin2bn(bytes(signature) + a->octets, (int)a->octets, NULL) : NULL;
    unsigned char *der = NULL;
    int length = 0;

    if (s && ECDSA_SIG_set0(sig, r, s) == 1) /* which owns them now */
        length = i2d_ECDSA_SIG(sig, &der);
    else
        BN_free(r), BN_free(s);
    ECDSA_SIG_free(sig);
    *size = der ? (size_t)length : 0;
    return der;
}

/* What OpenSSL does not take for a key (NULL), others may. */
static enum signature_verdict verify(const struct algorithm *a, EVP_PKEY *key, struct str data, struct str signature)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    enum signature_verdict verdict = SIGNATURE_UNSUPPORTED;

    if (key && context && EVP_DigestVerifyInit_ex(context, NULL, a->digest, NULL, NULL, key, NULL) == 1)
        verdict = EVP_DigestVerify(context, bytes(signature), signature.len, bytes(data), data.len) == 1
                      ? SIGNATURE_RIGHT
                      : SIGNATURE_WRONG;
    EVP_MD_CTX_free(context);
    return verdict;
}

enum signature_verdict dnskey_verify(struct arena *arena, const struct dnskey *of, struct str data,
                                     struct str signature)
{
    const struct algorithm *a = algorithm_of(of->algorithm);
    enum signature_verdict verdict;
    unsigned char *der = NULL;
    EVP_PKEY *key;

    if (!a)
        return SIGNATURE_UNSUPPORTED;
    ERR_clear_error();
    key = key_of(a, of->key);
    if (key && a->family == EC_KEYS) {
        size_t size;

        der = ec_signature(a, signature, &size);
        signature = (struct str){(const char *)der, size};
    }
    verdict = verify(a, key, data, signature);
    OPENSSL_free(der);
    EVP_PKEY_free(key);
    ERR_clear_error();
    x509_demand_memory(arena);
    return verdict;
}
