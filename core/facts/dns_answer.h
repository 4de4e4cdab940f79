/* core/facts/dns_answer.h - what the resolver, or one given server, said to one question.
 *
 * NXDOMAIN and NODATA are facts; SERVFAIL, REFUSED, a time-out, a bogus or malformed reply are trouble (DNS_UNKNOWN)
 * and say nothing about the name.  Everything lies in the arena of its evidence.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/ip.h"
#include "core/base/str.h"
#include "core/base/trouble.h"

enum dns_type {
    DNS_A = 1,
    DNS_NS = 2,
    DNS_CNAME = 5,
    DNS_SOA = 6,
    DNS_PTR = 12,
    DNS_MX = 15,
    DNS_TXT = 16,
    DNS_AAAA = 28,
    DNS_TLSA = 52,
};

enum dns_status {
    DNS_OK,       /* at least one record of the type asked for, perhaps behind CNAMEs */
    DNS_NODATA,   /* the name exists, the type does not */
    DNS_NXDOMAIN, /* the name (the last one of the CNAME chain) does not exist */
    DNS_UNKNOWN,  /* see `trouble` */
};

enum dns_security {
    DNS_UNDECIDED, /* the resolver does not validate, or its word is not trusted */
    DNS_INSECURE,
    DNS_SECURE,
    DNS_BOGUS, /* SERVFAIL, but an answer with CD set */
};

struct dns_record {
    enum dns_type type;
    uint32_t ttl_s;
    union {
        struct ip ip;     /* A, AAAA */
        const char *name; /* NS, CNAME, PTR: name.h's form, letter case as received */
        struct {
            uint16_t preference;
            const char *host;
        } mx; /* the null MX (RFC 7505) has host "" */
        struct {
            struct str joined; /* character-strings joined without a gap */
            unsigned strings;
            bool oversize; /* cut at DNS_TXT_MAX */
        } txt;
        struct {
            const char *mname, *rname;
            uint32_t serial, refresh, retry, expire, minimum;
        } soa;
        struct {
            uint8_t usage, selector, matching;
            struct str data;
        } tlsa;
    };
};

struct dns_link { /* owner CNAME target */
    const char *owner, *target;
};

struct dns_answer {
    const char *key; /* of the evidence: "dns:example.org/MX" */
    enum dns_status status;
    struct trouble trouble; /* set if and only if status is DNS_UNKNOWN */
    enum dns_security security;
    const struct dns_record *records; /* of the type asked for, at the end of the chain; order as received */
    size_t count;
    const uint8_t *algorithms; /* of the RRSIG records over them (RFC 4034 3.1.2), ascending, each once */
    size_t algorithm_count;
    uint32_t signed_from_s, signed_until_s; /* one of those signatures is valid at any time between; 0: there is none */
    const struct dns_link *chain; /* CNAMEs followed, in order */
    size_t chain_count;
    bool chain_loops;    /* the last link leads back into the chain (status DNS_UNKNOWN, reason protocol) */
    bool chain_too_long; /* more than DNS_CNAME_MAX links (status DNS_UNKNOWN, reason protocol) */
    const char *zone;    /* negative answers: owner of the SOA record, the zone that says so; NULL when none came */
    int rcode;           /* of the last reply; -1 when there was none */
    int extended_error;  /* RFC 8914 info code; -1 when none was sent */
    /* the resolver set AA: it has the answer of itself, from a hosts file or a zone that it serves */
    bool is_own;
    bool is_false_ad; /* it said that validation fails, and set AD all the same */
    const char *server;  /* who answered, "127.0.0.1" or "192.0.2.53@5353"; "" when nobody did */
    bool tcp, edns;      /* how the answer that counted came */
    unsigned tries;      /* packets sent */
    /* The user's plan had a part in it: where that stands, a file or "--assume"; NULL: none. */
    const char *plan;
    bool is_planned;     /* nothing in it is the world's: nobody was asked */
    unsigned setbacks;   /* of these: those that brought silence, SERVFAIL or a lost connection */
    /* how long the answer may be shared: lowest TTL of the answer, or the SOA's of a negative one */
    uint32_t ttl_s;
};

/* For A and AAAA answers; both are false for NULL, an answer that is on its way. */
bool dns_answer_has_ip(const struct dns_answer *, const struct ip *);
/* Nothing is known: trouble, but for a ring or an endless chain of aliases, which is a fact about the name. */
bool dns_answer_is_open(const struct dns_answer *);
bool dns_answer_is_negative(const struct dns_answer *); /* NODATA or NXDOMAIN */

const char *dns_type_name(enum dns_type);              /* "MX" */
bool dns_type_from_name(const char *, enum dns_type *out);
const char *dns_rcode_name(int rcode);                 /* "SERVFAIL"; "an unknown error" */
