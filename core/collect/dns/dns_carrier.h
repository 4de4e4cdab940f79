/* core/collect/dns/dns_carrier.h - carries DNS packets to servers and back, over UDP or TCP.  For core/collect/dns.
 *
 * An exchange is one query and its fate.  It has a socket of its own, connected: the kernel draws the source port at
 * random (RFC 5452 9.2), drops what other senders say, and tells at once that nobody listens.  A reply must have the
 * query's id and question; what has not, or is too long, is dropped, and waiting goes on.  A reply that comes when its
 * exchange is over finds no socket, so it can never count for another one.
 *
 * An exchange is the caller's, must stay where it is, and ends exactly once: `done` is called from the loop, never from
 * inside dns_carry(), or dns_cancel() forgets it.  In `done` it may be freed or carried again.
 *
 * DNS_SOCKETS_MAX are open at once, fewer where descriptors are scarce; other exchanges wait for a socket, and patience
 * with the server begins when they have one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/collect/dns/dns.h"
#include "core/collect/dns/dns_wire.h"

enum dns_fate {
    DNS_REPLIED,
    DNS_MIXED_UP,     /* it answers another question about the name, over UDP; only of who is to be believed */
    DNS_SILENT,       /* udp_ms or tcp_ms went by */
    DNS_UNREACHABLE,  /* nothing listens there (ICMP, RST), or the connection was lost */
    DNS_FORBIDDEN,    /* a firewall, most likely of this machine, does not let it pass */
    DNS_NO_ROUTE,     /* this machine cannot send there */
    DNS_NO_RESOURCES, /* memory, descriptors, ports: all that we have are taken, and not by exchanges */
};

struct dns_exchange {
    struct dns_server server;
    bool tcp;
    bool is_believed; /* nobody can speak in the server's name: it is on this machine */
    const uint8_t *query; /* at most DNS_QUERY_MAX, must last */
    size_t query_size;
    void (*done)(struct dns_exchange *);

    enum dns_fate fate;
    uint8_t *reply; /* DNS_REPLIED only; until `done` returns */
    size_t reply_size;

    /* The carrier's. */
    struct dns_carrier *carrier;
    struct dns_exchange *next, **back; /* while it waits for a socket */
    struct event *event;               /* NULL: it has no socket */
    int fd;
    int64_t due_ms;
    unsigned late_count;
    size_t said;
    struct dns_stream *stream; /* TCP only */
};

struct dns_carrier;
struct loop;

struct dns_carrier *dns_carrier_new(struct loop *, int udp_ms, int tcp_ms); /* NULL: no memory */
void dns_carrier_free(struct dns_carrier *);                                /* when no exchange is open any more */
void dns_carry(struct dns_carrier *, struct dns_exchange *);
void dns_cancel(struct dns_exchange *); /* no-op where it is over, or never was carried and is zero */
