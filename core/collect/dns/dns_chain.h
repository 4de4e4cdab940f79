/* core/collect/dns/dns_chain.h - the CNAME chain of one question,
 * followed over all its replies.  For core/collect/dns/dns.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/collect/dns/dns_wire.h"

struct arena;

struct dns_chain {
    const char *end;                          /* the name that is asked for now */
    struct dns_link links[DNS_CNAME_MAX + 1]; /* one more, so that a ring of as many can be told from a long chain */
    size_t count;
    bool loops, too_long;
    uint32_t ttl_s; /* lowest one seen */
};

enum dns_leads {
    DNS_LEADS_TO_RECORDS, /* of the type, owned by chain->end */
    DNS_LEADS_TO_NOTHING, /* the message says so: NXDOMAIN or NODATA */
    DNS_LEADS_ON,         /* to chain->end, which the message does not tell about */
    DNS_LEADS_NOWHERE,    /* loops or too_long */
    DNS_LEADS_ASTRAY,     /* a referral to other servers */
    DNS_LEADS_OFF,        /* the message tells about other names only */
};

/* Names are copied into the arena. */
enum dns_leads dns_chain_follow(struct dns_chain *, struct arena *, const struct dns_message *, enum dns_type);

/* Adds the one link that begins at chain->end, if the message has it. */
bool dns_chain_step(struct dns_chain *, struct arena *, const struct dns_message *);

/* Copies the records of the type that chain->end owns. */
const struct dns_record *dns_chain_records(struct dns_chain *, struct arena *, const struct dns_message *,
                                           enum dns_type, size_t *count);
