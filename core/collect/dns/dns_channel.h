/* core/collect/dns/dns_channel.h - carries DNS packets to servers and back, over c-ares on the event loop.  For core/collect/dns/dns.c.
 *
 * A channel of c-ares serves one server over one transport.  Queries of one burst share a channel, and with it a
 * socket; after DNS_CHANNEL_QUERIES of them it is retired: it takes no more, drains and goes, and the next one gets
 * another source port. A channel is retired early when it has seen what would cloud later exchanges: a broken or
 * stalled TCP connection, or a reply without EDNS (c-ares 1.18 switches EDNS off for a whole channel after FORMERR).
 *
 * An exchange is one query and its fate.  It is the caller's, must stay where it is, and ends exactly once: `done` is
 * called in a later turn of the loop, never from inside dns_carry(); exchanges that are open when the carrier is freed
 * are forgotten. c-ares drops replies from another address or port, with another id or for another question, and waits
 * on.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/collect/dns/dns.h"

/* Plain UDP is a transport of its own: 1.18 answers FORMERR on a channel with EDNS by cutting the last 11 bytes off the
 * query, which must be an OPT record then. */
enum dns_transport { DNS_UDP_EDNS, DNS_UDP_PLAIN, DNS_TCP };

enum dns_fate {
    DNS_REPLIED,
    DNS_SILENT,       /* udp_ms or tcp_ms went by */
    DNS_UNREACHABLE,  /* connection refused or reset */
    DNS_NO_ROUTE,     /* this machine cannot send there */
    DNS_GARBLED,      /* c-ares could not make sense of the reply */
    DNS_NO_RESOURCES, /* memory, descriptors */
};

struct dns_exchange {
    struct dns_server server;
    enum dns_transport transport;
    const uint8_t *query;
    size_t query_size;
    void (*done)(struct dns_exchange *);

    enum dns_fate fate;
    uint8_t *reply; /* malloc'ed, DNS_REPLIED only; whoever gets it frees it */
    size_t reply_size;

    /* The carrier's. */
    struct dns_carrier *carrier;
    struct channel *channel;
    struct dns_exchange *next;
    int64_t sent_ms; /* or since when we look for the reply */
    unsigned late_count;
    bool hasty; /* c-ares gave it up before us */
    bool sent_again;
};

struct dns_carrier;
struct loop;

struct dns_carrier *dns_carrier_new(struct loop *, int udp_ms, int tcp_ms); /* NULL: no memory */
void dns_carrier_free(struct dns_carrier *);
void dns_carry(struct dns_carrier *, struct dns_exchange *);
void dns_carrier_avoid(struct dns_exchange *); /* retires the channel that a finished exchange used */
