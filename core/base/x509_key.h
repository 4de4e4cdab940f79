/* core/base/x509_key.h - a public key as facts, read from DER. */
#pragma once

#include <stdbool.h>

#include "core/base/str.h"

enum x509_rsa_form {
    X509_RSA_NONE,        /* no RSA key, or more than one */
    X509_RSA_SUBJECT_KEY, /* SubjectPublicKeyInfo, RFC 5280 4.1.2.7 */
    X509_RSA_BARE,        /* RSAPublicKey, RFC 8017 A.1.1 */
};

struct x509_rsa_facts {
    enum x509_rsa_form form;
    unsigned bits;
    bool exponent_is_odd; /* and more than 1: with another one nothing can be verified */
};

/* Computes nothing with the key, whatever its size. */
struct x509_rsa_facts x509_rsa_facts(struct str der);
