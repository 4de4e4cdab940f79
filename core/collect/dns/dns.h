/* core/collect/dns/dns.h - the collector of DNS evidence (dns_answer.h).
 *
 * ldns builds and parses packets (dns_wire.h), each of which goes over a socket of its own (dns_carrier.h).  It asks over
 * TCP after truncation or an echo that differs, without EDNS after FORMERR, BADVERS or silence, the next resolver after a failure, once more with CD after SERVFAIL (an answer then, and SERVFAIL again without CD, mean that
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

#include "core/facts/dns_answer.h"

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
