/* core/collect/dns/dns.h - DNS evidence, and the collector that gets it.
 *
 * An answer says what the resolver (or one given server) said to one question.  NXDOMAIN and NODATA are facts; SERVFAIL,
 * REFUSED, a time-out, a bogus or malformed reply are trouble (DNS_UNKNOWN) and say nothing about the name.
 *
 * The collector: ldns builds and parses packets (dns_wire.h), c-ares carries them on the libevent loop, one channel per
 * server.  It asks over TCP after truncation or an echo that differs, without EDNS after FORMERR, BADVERS or silence, the
 * next resolver after a failure, once more with CD after SERVFAIL (an answer then, and SERVFAIL again without CD, mean that
 * DNSSEC validation failed; a second SERVFAIL makes it ask for CNAMEs, link by link, because resolvers hide rings so), and
 * follows CNAME chains that the resolver left open.  Questions in flight are coalesced by the evidence store.
 *
 * A question that is put to the resolvers again ("dns:example.org/MX#2") goes over TCP, where nobody forges and nothing is
 * lost, or over UDP if a resolver offers no TCP: an absence that it confirms is no accident of the way.  (threats.md D9)
 *
 * A question that is put to one given server again ("dns@192.0.2.53:example.org/SOA#2") is one packet, without EDNS, since
 * it is for counting how many of several get an answer: only what is truncated is asked for once more, over TCP.
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
    const struct dns_link *chain; /* CNAMEs followed, in order */
    size_t chain_count;
    bool chain_loops;    /* the last link leads back into the chain (status DNS_UNKNOWN, reason protocol) */
    bool chain_too_long; /* more than DNS_CNAME_MAX links (status DNS_UNKNOWN, reason protocol) */
    const char *zone;    /* negative answers: owner of the SOA record, the zone that says so; NULL when none came */
    int rcode;           /* of the last reply; -1 when there was none */
    int extended_error;  /* RFC 8914 info code; -1 when none was sent */
    const char *server;  /* who answered, "127.0.0.1" or "192.0.2.53@5353"; "" when nobody did */
    bool tcp, edns;      /* how the answer that counted came */
    unsigned tries;      /* packets sent */
    unsigned setbacks;   /* of these: those that brought silence, SERVFAIL or a lost connection */
    uint32_t ttl_s;      /* how long the answer may be shared: lowest TTL of the answer, or the SOA's of a negative one */
};

/* For A and AAAA answers; both are false for NULL, an answer that is on its way. */
bool dns_answer_has_ip(const struct dns_answer *, const struct ip *);
/* Nothing is known: trouble, but for a ring or an endless chain of aliases, which is a fact about the name. */
bool dns_answer_is_open(const struct dns_answer *);

const char *dns_type_name(enum dns_type);              /* "MX" */
bool dns_type_from_name(const char *, enum dns_type *out);
const char *dns_rcode_name(int rcode);                 /* "SERVFAIL"; "an unknown error" */

struct dns; /* the collector */
struct evidence;
struct loop;
struct trace;

struct dns_server {
    struct ip ip;
    uint16_t port;
};

struct dns_config {
    const struct dns_server *servers; /* asked in this order */
    size_t server_count;
    bool trust_ad; /* AD counts from servers that are not loopback, too */
    bool random_case; /* in questions to loopback servers, too; others always get it */
    int try_ms, tcp_ms; /* patience with one packet; 0: DNS_TRY_MS, DNS_TCP_MS */
    struct trace *trace; /* may be NULL */
};

struct dns *dns_new(struct loop *, const struct dns_config *); /* copies the configuration; NULL without memory */
void dns_free(struct dns *);                                   /* requests under way are forgotten */
void dns_collect(struct dns *, struct evidence *);             /* makes the evidence known in a later turn of the loop, at once
                                                                  where there is nothing to send */

/* Servers of the system's configuration (/etc/resolv.conf).  Returns how many were stored. */
size_t dns_system_servers(struct dns_server *out, size_t max);
