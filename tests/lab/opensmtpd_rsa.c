/* opensmtpd_rsa.c - preloaded into OpenSMTPD 6.8 only, whose TLS does not work with OpenSSL 3.
 *
 * OpenSMTPD marks the RSA key of a certificate to have its private-key operations done by another process.  It takes
 * the key with EVP_PKEY_get1_RSA(), which gives a copy since OpenSSL 3.0, so the mark is lost and every handshake ends
 * with an internal error (OpenSMTPD's issues 1171 and 1239, repaired in 7.4).  Putting the copy back is the repair.
 */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <openssl/evp.h>

typedef struct rsa_st *(*get1_rsa)(EVP_PKEY *);

struct rsa_st *EVP_PKEY_get1_RSA(EVP_PKEY *key)
{
    get1_rsa original = (get1_rsa)dlsym(RTLD_NEXT, "EVP_PKEY_get1_RSA");
    struct rsa_st *rsa = original(key);

    if (rsa)
        EVP_PKEY_set1_RSA(key, rsa);
    return rsa;
}
