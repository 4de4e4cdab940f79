/* core/collect/dns/dns_wire.h - DNS packets: queries are built, replies are scanned, compared and parsed.  No I/O;
 * fuzzed.
 *
 * A reply passes three gates before its values are used:
 *   1. dns_wire_scan() walks it by hand, within named limits, and notes where each record stands;
 *   2. dns_wire_echoes() compares its question with the one that was sent;
 *   3. dns_wire_parse() takes apart the records of our types, and nothing else.  Of signatures it notes the fields that
 *      stand first; validating them is the resolver's business.
 * What fails a gate is malformed as a whole: nothing of it is used.
 *
 * Names become text in name.h's form.  Memory for values is a scratch arena's; packets are the caller's.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/limits.h"
#include "core/collect/dns/dns.h"

struct arena;

enum { DNS_HEADER_SIZE = 12, DNS_PACKET_MAX = 65535, DNS_QUERY_MAX = 320, DNS_CLASS_IN = 1 };

enum dns_query_flag {
    DNS_QUERY_RECURSION = 1,   /* RD */
    DNS_QUERY_CD = 2,          /* checking disabled: give us what failed validation */
    DNS_QUERY_EDNS = 4,        /* OPT as last record, without options: DO, DNS_EDNS_SIZE */
    DNS_QUERY_RANDOM_CASE = 8, /* of the question's letters, "0x20": more that a forger has to guess */
};

/* Builds a query with a random id; returns its size, 0: the name cannot be on the wire. */
size_t dns_wire_query(const char *name, unsigned type, unsigned flags, uint8_t out[DNS_QUERY_MAX]);

enum dns_section { DNS_ANSWER, DNS_AUTHORITY, DNS_ADDITIONAL, DNS_SECTION_COUNT };

struct dns_spot { /* where a record stands in a packet */
    uint16_t owner, rdata, rdata_size;
    uint16_t type, rclass;
    uint32_t ttl_s;
    enum dns_section section;
};

struct dns_scan {
    size_t used;   /* bytes up to the end of the last record */
    bool trailing; /* there are more */
    size_t question_count, count;
    struct dns_spot spots[DNS_RECORDS_MAX];
};

/* Compression pointers lead back, before the start of the name (or part of a name) that holds them, and not into the
 * header; every length lies within the packet and its record; the header counts what is there; limits.h bounds the
 * rest. false with *why, a constant: the packet is not fit to be parsed. */
bool dns_wire_scan(const uint8_t *packet, size_t size, struct dns_scan *, const char **why);

/* Is the reply's question the query's, byte by byte, or (exact: false) but for the case of letters? */
bool dns_wire_echoes(const uint8_t *query, size_t query_size, const uint8_t *reply, size_t reply_size, bool exact);

/* Has it the query's id and, but for the case of letters, its question?  Or none: servers say FORMERR so. */
bool dns_wire_replies(const uint8_t *query, size_t query_size, const uint8_t *reply, size_t reply_size);

/* Has it the query's id and name, but another type or class? */
bool dns_wire_mixes_up(const uint8_t *query, size_t query_size, const uint8_t *reply, size_t reply_size);

/* What has come over a TCP connection: messages, each behind its length in two octets (RFC 1035 4.2.2). */
struct dns_stream {
    size_t size;
    uint8_t bytes[2 + DNS_PACKET_MAX];
};

/* The first message that replies to the query, NULL: it is not there yet, or not all of it.  Others are dropped. */
uint8_t *dns_stream_reply(struct dns_stream *, const uint8_t *query, size_t query_size, size_t *reply_size);

/* Lower-cases the question of a scanned reply.  Names in a reply point into its question, and would show our random
 * case. */
void dns_wire_lower_question(uint8_t *reply, const struct dns_scan *);

struct dns_rr {
    const char *owner;
    struct dns_record record;
};

struct dns_redirect { /* a DNAME record: what is below its owner is an alias of the same below its target (RFC 6672) */
    const char *owner, *target;
    uint32_t ttl_s;
};

struct dns_signature { /* an RRSIG record: RFC 4034 3.1 */
    uint16_t covers;
    uint8_t algorithm;
    uint32_t from_s, until_s; /* it is valid, by the clock of the wall */
};

struct dns_message {
    int rcode;     /* with EDNS's upper bits */
    bool response; /* to a query, not to anything else */
    bool truncated, authoritative, recursion_available, authentic;
    bool edns;
    int extended_error;          /* -1: none */
    const struct dns_rr *answer; /* class IN and of our types, order as received */
    size_t answer_count;
    const struct dns_redirect *redirects; /* in the answer section */
    size_t redirect_count;
    const struct dns_signature *signatures; /* there, too */
    size_t signature_count;
    bool has_soa; /* in the authority section: the answer is negative, for so long: */
    uint32_t negative_ttl_s;
    const char *zone; /* the SOA's owner */
    bool has_ns;      /* in the authority section */
};

/* Names and lengths are no longer looked after: the scan has.  The arena is the parser's
 * alone while it works, its limit bounds a message.  false with *why, a constant. */
bool dns_wire_parse(struct arena *, const uint8_t *packet, const struct dns_scan *, struct dns_message *,
                    const char **why);

/* All records of class IN in answer and authority section of a message that was parsed, octet by octet. */
struct wire_record;
const struct wire_record *dns_wire_records(struct arena *, const uint8_t *packet, const struct dns_scan *,
                                           size_t *count);
