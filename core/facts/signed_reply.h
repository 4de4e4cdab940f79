/* core/facts/signed_reply.h - a reply of the DNS octet by octet, with its signatures: what DNSSEC is checked by.
 *
 * The resolver, or one given server, was asked to hand on what it has, validated or not (DO and CD, RFC 4035 3.2), and
 * these are the records of answer and authority section.  Names in their data are whole, since compression is the
 * message's, and their letter case is as it came.  Nothing was checked but that lengths fit: all of it is a claim.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"
#include "core/base/trouble.h"

struct arena;

enum wire_type { /* RFC 4034, RFC 5155, RFC 6672: what only DNSSEC, or nobody, asks for by need_dns() */
                 WIRE_DNAME = 39,
                 WIRE_DS = 43,
                 WIRE_RRSIG = 46,
                 WIRE_NSEC = 47,
                 WIRE_DNSKEY = 48,
                 WIRE_NSEC3 = 50,
};

struct wire_record {  /* of class IN */
    struct str owner; /* wire_name.h's form, lower case */
    uint16_t type;
    uint32_t ttl_s;
    struct str rdata;
    bool in_answer; /* false: in the authority section */
};

struct signed_reply {
    const char *key;        /* of the evidence: "dnssec:example.org/DNSKEY" */
    struct trouble trouble; /* reason none: there was a reply, NOERROR or NXDOMAIN */
    int rcode;              /* -1: none */
    const char *server;
    bool is_own; /* the server set AA: see struct dns_answer */
    const struct wire_record *records;
    size_t count;
};

enum { WIRE_TYPE_TEXT_MAX = 12 };
void wire_type_print(unsigned type, char out[WIRE_TYPE_TEXT_MAX]); /* "DS", "TYPE65535" */
bool wire_type_parse(const char *text, uint16_t *out);             /* of a type that has a name here */

/* "example.org. 300 IN DS \# 4 0a0b0c0d": RFC 3597 5, which other tools read, too. */
const char *wire_record_text(struct arena *, const struct wire_record *);
/* As printed; false with *why, a constant.  `in_answer` is the caller's. */
bool wire_record_parse(struct arena *, const char *text, struct wire_record *out, const char **why);
