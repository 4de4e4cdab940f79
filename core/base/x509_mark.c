/* core/base/x509_mark.c - reads mark certificates, with OpenSSL's
 * accessors; of DER it leaves OpenSSL the headers of elements. */
#include "core/base/x509_mark.h"

#include <stdio.h>
#include <string.h>

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "core/base/arena.h"
#include "core/base/base64.h"
#include "core/base/gzip.h"
#include "core/base/limits.h"

static const char brand_indicator[] = "1.3.6.1.5.5.7.3.31", logotype[] = "1.3.6.1.5.5.7.1.12";

/* ---- the certificate ---- */

bool x509_pem(struct arena *arena, struct str pem, struct str *der)
{
    char *copy = arena_alloc(arena, pem.len + 1); /* before OpenSSL's objects exist: an arena that is exhausted jumps */
    BIO *in = BIO_new_mem_buf(pem.at, (int)pem.len);
    char *label = NULL, *header = NULL;
    unsigned char *bytes = NULL;
    bool found = false;
    long len = 0;

    while (in && !found && PEM_read_bio(in, &label, &header, &bytes, &len)) {
        found = strcmp(label, PEM_STRING_X509) == 0 && len > 0 && (size_t)len <= pem.len;
        if (found)
            *der = (struct str){memcpy(copy, bytes, (size_t)len), (size_t)len};
        OPENSSL_free(label);
        OPENSSL_free(header);
        OPENSSL_free(bytes);
    }
    BIO_free(in);
    ERR_clear_error();
    return found;
}

static bool is_for_logos(const X509 *cert)
{
    EXTENDED_KEY_USAGE *uses = X509_get_ext_d2i(cert, NID_ext_key_usage, NULL, NULL);
    int count = sk_ASN1_OBJECT_num(uses); /* -1 for NULL */
    char number[sizeof brand_indicator];
    bool found = false;

    for (int i = 0; i < count && !found; i++)
        found = OBJ_obj2txt(number, sizeof number, sk_ASN1_OBJECT_value(uses, i), 1) == sizeof number - 1 &&
                strcmp(number, brand_indicator) == 0;
    EXTENDED_KEY_USAGE_free(uses);
    return found;
}

static const ASN1_OCTET_STRING *find_logotype(const X509 *cert)
{
    ASN1_OBJECT *wanted = OBJ_txt2obj(logotype, 1);
    int at = wanted ? X509_get_ext_by_OBJ(cert, wanted, -1) : -1;

    ASN1_OBJECT_free(wanted);
    return at >= 0 ? X509_EXTENSION_get_data(X509_get_ext(cert, at)) : NULL;
}

bool x509_mark(struct arena *arena, struct str der, struct x509_mark *out)
{
    char *copy = arena_alloc(arena, der.len + 1);
    const unsigned char *at = (const unsigned char *)der.at;
    X509 *cert = der.len <= TLS_CHAIN_BYTES ? d2i_X509(NULL, &at, (long)der.len) : NULL;
    const ASN1_OCTET_STRING *extension = cert ? find_logotype(cert) : NULL;
    bool is_certificate = cert;

    *out = (struct x509_mark){.is_for_logos = cert && is_for_logos(cert)};
    if (extension) {
        size_t len = (size_t)ASN1_STRING_length(extension);

        out->logotype = (struct str){memcpy(copy, ASN1_STRING_get0_data(extension), len), len};
    }
    X509_free(cert);
    ERR_clear_error();
    return is_certificate;
}

const char *x509_sha256(struct arena *arena, struct str bytes)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    char *text = arena_alloc(arena, sizeof digest * 2 + 1);
    unsigned len = 0;

    if (EVP_Digest(bytes.at, bytes.len, digest, &len, EVP_sha256(), NULL) != 1)
        len = 0;
    ERR_clear_error();
    for (unsigned i = 0; i < len; i++)
        snprintf(text + i * 2, 3, "%02x", digest[i]);
    return text;
}

/* ---- the logotype extension ---- */

struct der {
    const unsigned char *at, *end;
};

/* Takes the next element; false at the end, and where something else stands there. */
static bool take(struct der *in, int *tag, int *class, struct der *contents)
{
    enum { INDEFINITE = 0x01, WRONG = 0x80 }; /* ASN1_get_object(3) */
    const unsigned char *at = in->at;
    long len = 0;

    if (in->at == in->end || ASN1_get_object(&at, &len, tag, class, in->end - in->at) & (INDEFINITE | WRONG))
        return false;
    *contents = (struct der){at, at + len};
    in->at = at + len;
    return true;
}

/* The contents of the next element with that tag.  Others, which are optional, are passed over. */
static bool find(struct der *in, int tag, int class, struct der *contents)
{
    int found_tag, found_class;

    while (take(in, &found_tag, &found_class, contents))
        if (found_tag == tag && found_class == class)
            return true;
    return false;
}

static struct str text_of(struct der der)
{
    return (struct str){(const char *)der.at, (size_t)(der.end - der.at)};
}

/* LogotypeExtn, its subjectLogo, that direct, of its images the
 * first, of that the details, and there type and first place. */
static bool find_image(struct str extension, struct str *type, struct str *place)
{
    static const struct {
        int tag, class;
    } path[] = {
        {V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL}, {2, V_ASN1_CONTEXT_SPECIFIC},        {0, V_ASN1_CONTEXT_SPECIFIC},
        {V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL}, {V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL}, {V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL},
    };
    struct der at = {(const unsigned char *)extension.at, (const unsigned char *)extension.at + extension.len}, in,
               hashes;

    for (size_t i = 0; i < sizeof path / sizeof *path; i++) {
        if (!find(&at, path[i].tag, path[i].class, &in))
            return false;
        at = in;
    }
    if (!find(&at, V_ASN1_IA5STRING, V_ASN1_UNIVERSAL, &in) || !find(&at, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL, &hashes))
        return false;
    *type = text_of(in);
    if (!find(&at, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL, &in) || !find(&in, V_ASN1_IA5STRING, V_ASN1_UNIVERSAL, &at))
        return false;
    *place = text_of(at);
    return true;
}

/* RFC 2397, with base 64.  The media type is in the extension, too. */
static bool data_of(struct arena *arena, struct str url, struct str *data)
{
    static const char mark[] = ";base64";
    const char *comma = url.len ? memchr(url.at, ',', url.len) : NULL;
    size_t head = comma ? (size_t)(comma - url.at) : 0, mark_len = sizeof mark - 1;

    return head > mark_len && str_equal_nocase((struct str){comma - mark_len, mark_len}, str_of(mark)) &&
           base64_decode(arena, (struct str){comma + 1, url.len - head - 1}, data);
}

bool x509_logotype(struct arena *arena, struct str extension, struct str *svg, const char **why)
{
    struct str type, place;
    bool found = find_image(extension, &type, &place);

    ERR_clear_error();
    *why = NULL;
    if (!found)
        *why = "holds no logo of its owner";
    else if (!str_starts_nocase(type, "image/svg+xml"))
        *why = str_printf(arena, "holds a logo of type %s instead of image/svg+xml", str_text(arena, type));
    else if (!str_starts_nocase(place, "data:"))
        *why = "says where the logo is, instead of holding it";
    else if (!data_of(arena, place, svg))
        *why = "holds a logo that is not in base 64";
    else if (gzip_is_one(*svg) && !gzip_unpack(arena, *svg, LOGOTYPE_INFLATE_MAX, svg, why))
        *why = str_printf(arena, "holds a logo that %s", *why);
    return !*why;
}
