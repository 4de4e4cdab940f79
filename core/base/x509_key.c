/* core/base/x509_key.c - a public key as facts, read from DER by OpenSSL. */
#include "core/base/x509_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

/* SubjectPublicKeyInfo of rsaEncryption says so within its first octets.  Other keys are not shown to OpenSSL: explicit
 * curve parameters and the like cost time to judge. */
static bool says_rsa(struct str der)
{
    static const unsigned char oid[] = {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01};
    enum { HEADERS_MAX = 12 }; /* two tags with their lengths */

    for (size_t i = 0; i <= HEADERS_MAX && i + sizeof oid <= der.len; i++)
        if (memcmp(der.at + i, oid, sizeof oid) == 0)
            return true;
    return false;
}

static bool exponent_is_odd(const EVP_PKEY *key)
{
    BIGNUM *exponent = NULL;
    bool odd =
        EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &exponent) && BN_is_odd(exponent) && !BN_is_one(exponent);

    BN_free(exponent);
    return odd;
}

struct x509_rsa_facts x509_rsa_facts(struct str der)
{
    struct x509_rsa_facts facts = {.form = X509_RSA_NONE};
    const unsigned char *at = (const unsigned char *)der.at, *end = at + der.len;
    EVP_PKEY *key;

    if (der.len == 0)
        return facts;
    facts.form = says_rsa(der) ? X509_RSA_SUBJECT_KEY : X509_RSA_BARE;
    key = facts.form == X509_RSA_SUBJECT_KEY ? d2i_PUBKEY(NULL, &at, (long)der.len)
                                             : d2i_PublicKey(EVP_PKEY_RSA, NULL, &at, (long)der.len);
    if (key && at == end && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA && EVP_PKEY_get_bits(key) > 0) {
        facts.bits = (unsigned)EVP_PKEY_get_bits(key);
        facts.exponent_is_odd = exponent_is_odd(key);
    } else {
        facts.form = X509_RSA_NONE;
    }
    EVP_PKEY_free(key);
    ERR_clear_error();
    return facts;
}
