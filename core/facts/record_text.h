/* core/facts/record_text.h - DNS records as one line of text, and back: "10 mx1.example.org".
 *
 * By type: an address (A, AAAA), a name (NS, CNAME, PTR), "10 NAME" (MX), "MNAME RNAME SERIAL REFRESH RETRY EXPIRE
 * MINIMUM" (SOA), "3 1 1 HEX" (TLSA, RFC 6698 2.2), and TXT as the bytes_escape()d joined strings, without quotes.
 * Names have no final dot, as everywhere; the root is ".".
 */
#pragma once

#include <stdbool.h>

#include "core/facts/dns_answer.h"

struct arena;

const char *record_text(struct arena *, const struct dns_record *);
/* The same record, whatever its TTL: names without letter case, texts octet by octet, however they are cut. */
bool record_equal(struct arena *, const struct dns_record *, const struct dns_record *);
/* Sets the type and what the text says; TTL, and strings and oversize of TXT are not in it.  On false, `*why` is a
 * constant. */
bool record_parse(struct arena *, enum dns_type, const char *text, struct dns_record *out, const char **why);

const char *hex_text(struct arena *, struct str); /* two lower-case digits for each octet */
bool hex_parse(struct arena *, const char *text, struct str *out);

const char *record_name_text(const char *name);                  /* "." for the root */
const char *record_name_parse(struct arena *, const char *text); /* NULL: not a name in that form */

/* As a line of a zone file, in strings of at most 255 octets.  (RFC 1035 3.3.14, 5.1) */
const char *record_txt_line(struct arena *, const char *owner, const char *text);
