/* core/vantage.h - evidence about this machine: where the audit looks from. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/ip.h"

struct vantage {
    const char *host;       /* the EHLO name: --helo, or this machine's FQDN */
    bool host_is_fqdn;
    const struct ip *addresses; /* of this machine, but loopback and link-local */
    size_t address_count;
    bool ipv4_route, ipv6_route; /* a route to the global network, by a connected UDP socket that sends nothing */
    bool ipv4_used, ipv6_used;   /* not switched off by -4 or -6 */
    const char *const *resolvers; /* "127.0.0.1", "192.0.2.53@5353" */
    size_t resolver_count;
    bool trusts_ad; /* the first resolver is loopback, or --trust-ad */
};

struct arena;
/* Looks at this machine; allocates in the arena.  Sends nothing. */
const struct vantage *vantage_look(struct arena *, const char *helo);
