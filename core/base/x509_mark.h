/* core/base/x509_mark.h - mark certificates (BIMI): is it one, and what logo does it hold?
 *
 * The logo stands in the logotype extension (RFC 9399 4.1) as the subject's first image, an SVG in a "data:" URL in
 * base 64, mostly packed with gzip.  It is taken out, and neither judged nor drawn.  Chains are not verified: who may
 * issue such certificates is for each receiver to say.
 *
 * References: draft-fetch-validation-vmc-wchuang; RFC 9399, which replaces RFC 3709; RFC 2397.
 */
#pragma once

#include <stdbool.h>

#include "core/base/str.h"

struct arena;

struct x509_mark {
    bool is_for_logos;   /* extended key usage: id-kp-BrandIndicatorforMessageIdentification */
    struct str logotype; /* the octets of the extension; `at` is NULL without one */
};

/* The first certificate of a PEM file: receivers want the mark certificate there.  False: there is none. */
bool x509_pem(struct arena *, struct str pem, struct str *der);
bool x509_mark(struct arena *, struct str der, struct x509_mark *out); /* false: not a certificate */

/* The logo, unpacked: at most LOGOTYPE_INFLATE_MAX octets.  On false, *why is a sentence about "the certificate". */
bool x509_logotype(struct arena *, struct str extension, struct str *svg, const char **why);

const char *x509_sha256(struct arena *, struct str); /* in hex */
