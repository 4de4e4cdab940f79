/* core/records/tlsrpt.c - parses TLS-RPT records. */
#include "core/records/tlsrpt.h"

#include <string.h>

#include "core/records/fields.h"

static const char version[] = "v=TLSRPTv1";

bool tlsrpt_is_one(struct str text)
{
    return text.len >= sizeof version && memcmp(text.at, version, sizeof version - 1) == 0 &&
           text.at[sizeof version - 1] == ';';
}

/* ---- URIs ---- */

/* The characters of RFC 3986 2, but for those that RFC 8460 3 wants encoded: "!", "," and ";". */
static bool has_uri_characters(struct str uri)
{
    for (size_t i = 0; i < uri.len; i++) {
        char c = uri.at[i];

        if (c == '%' && (uri.len - i < 3 || !ascii_is_hex(uri.at[i + 1]) || !ascii_is_hex(uri.at[i + 2])))
            return false;
        if (c <= '!' || c > '~' || strchr(",;\"<>\\^`{|}", c))
            return false;
    }
    return true;
}

/* RFC 3986 3.1; 0: there is none. */
static size_t scheme_length(struct str uri)
{
    size_t i = 0;

    for (; i < uri.len && uri.at[i] != ':'; i++) {
        char c = uri.at[i];

        if (!ascii_is_letter(c) && (i == 0 || !strchr("0123456789+-.", c)))
            return 0;
    }
    return i < uri.len ? i : 0;
}

static bool is_address(struct str rest)
{
    const char *question = memchr(rest.at, '?', rest.len), *at;

    if (question)
        rest.len = (size_t)(question - rest.at);
    at = rest.len > 0 ? memchr(rest.at, '@', rest.len) : NULL;
    return at && at > rest.at && at + 1 < rest.at + rest.len;
}

static bool is_authority(struct str rest)
{
    return rest.len > 2 && rest.at[0] == '/' && rest.at[1] == '/' && !strchr("/?#:@", rest.at[2]);
}

/* NULL, or what is wrong. */
static const char *take_uri(struct str uri, struct tlsrpt_record *out)
{
    size_t scheme = scheme_length(uri);
    struct str name = {uri.at, scheme}, rest;

    if (scheme == 0 || !has_uri_characters(uri))
        return "a destination is not a URI";
    rest = (struct str){uri.at + scheme + 1, uri.len - scheme - 1};
    if (str_equal_nocase(name, str_of("mailto"))) {
        if (rest.len == 0 || !is_address(rest))
            return "a mailto destination has no address";
    } else if (str_equal_nocase(name, str_of("https"))) {
        if (!is_authority(rest))
            return "an https destination has no host";
    } else {
        if (out->unknown++ == 0)
            out->first_odd = uri;
    }
    out->uris++;
    return NULL;
}

static const char *take_uris(struct str value, struct tlsrpt_record *out)
{
    const char *why = NULL;
    bool more = true;

    while (!why && more) {
        const char *comma = value.len > 0 ? memchr(value.at, ',', value.len) : NULL;
        struct str uri = {value.at, comma ? (size_t)(comma - value.at) : value.len};

        more = comma != NULL;
        value = more ? (struct str){comma + 1, value.len - uri.len - 1} : value;
        uri = fields_trim(uri);
        why = uri.len ? take_uri(uri, out) : "a destination is empty";
    }
    return why;
}

bool tlsrpt_parse(struct str text, struct tlsrpt_record *out, const char **why)
{
    struct fields fields = fields_begin(text, version);
    struct str name, value;
    bool has_rua = false;

    *out = (struct tlsrpt_record){0};
    *why = NULL;
    while (!*why && fields_next(&fields, &name, &value)) {
        if (!str_equal(name, str_of("rua"))) {
            *why = fields_is_value(value) ? NULL : "a value is empty, or has characters that it must not have";
        } else {
            *why = take_uris(value, out);
            has_rua = true;
        }
    }
    if (fields.fault)
        *why = fields.fault;
    else if (!*why && out->unknown == out->uris)
        *why = has_rua ? "no destination has the scheme mailto or https" : "it has no rua";
    return !*why;
}
