/* core/collect/dns/dns.h - the collector of DNS evidence (dns_answer.h).
 *
 * It builds and parses packets (dns_wire.h), each of which goes over a socket of its own (dns_carrier.h), asks over
 * TCP after truncation or an echo that differs, without EDNS after FORMERR, BADVERS or silence, the next resolver after
 * a failure, once more with CD after SERVFAIL.  An answer then means that DNSSEC validation failed if the resolver says
 * so, or if asking with and without CD goes on to disagree (DNS_CONTRADICTIONS); a second SERVFAIL makes it ask for
 * CNAMEs, link by link, because resolvers hide rings so.  CNAME chains that the resolver left open are followed.
 * Questions in flight are coalesced by the evidence store.
 *
 * A question that is put to the resolvers again ("dns:example.org/MX#2") goes over TCP, where nobody forges and nothing
 * is lost, or over UDP if a resolver offers no TCP: an absence that it confirms is no accident of the way.  (threats.md
 * D9)
 *
 * A question for signatures ("dnssec:example.org/DS") has CD and DO set, and its reply is evidence as it is
 * (signed_reply.h): no alias is followed, nothing is asked twice because of what it says.
 *
 * A question that is put to one given server again ("dns@192.0.2.53:example.org/SOA#2") is one packet, without EDNS,
 * since it is for counting how many of several get an answer: only what is truncated is asked for once more, over TCP.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <net/if.h>

#include "core/facts/dns_answer.h"

struct dns; /* the collector */
struct evidence;
struct loop;
struct trace;

struct dns_server {
    struct ip ip;
    uint16_t port;
    uint32_t scope; /* of a link-local address: the index of the interface; else 0 */
};

enum { DNS_SERVER_TEXT_MAX = IP_TEXT_MAX + IF_NAMESIZE + 8 };
/* An address, a link-local one with its scope (RFC 4007): "192.0.2.53", "fe80::1%eth0".  The port becomes 53. */
bool dns_server_parse(const char *text, struct dns_server *out);
void dns_server_print(const struct dns_server *, char out[DNS_SERVER_TEXT_MAX]); /* "192.0.2.53", "192.0.2.53@5353" */

/* The `nameserver` lines of the system's configuration: those that can be used, and what stands in the others. */
enum { DNS_SYSTEM_MAX = 8 };
struct dns_system {
    struct dns_server servers[DNS_SYSTEM_MAX];
    char unusable[DNS_SYSTEM_MAX][DNS_SERVER_TEXT_MAX];
    size_t count, unusable_count;
};

/* Reads /etc/resolv.conf.  Returns 0, even if there is none, or the errno of what keeps it from being read. */
int dns_system_read(struct dns_system *out);

struct dns_config {
    const struct dns_server *servers; /* asked in this order */
    size_t server_count;
    bool trust_ad; /* AD counts from servers that are not loopback, too */
    bool random_case; /* in questions to loopback servers, too; others always get it */
    int try_ms, tcp_ms; /* patience with one packet; 0: DNS_TRY_MS, DNS_TCP_MS */
    struct trace *trace; /* may be NULL */
};

struct dns_counts {
    size_t replied, silent; /* packets to the resolvers */
};

struct dns *dns_new(struct loop *, const struct dns_config *); /* copies the configuration; NULL without memory */
void dns_free(struct dns *);                                   /* requests under way are forgotten */
struct dns_counts dns_counts(const struct dns *);
void dns_collect(struct dns *, struct evidence *); /* makes the evidence known in a later turn of the loop, at once
                                                      where there is nothing to send */
