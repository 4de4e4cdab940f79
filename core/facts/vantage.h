/* core/facts/vantage.h - evidence about this machine: where the audit looks from. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/ip.h"

enum { VANTAGE_ADDRESSES_MAX = 64 };

struct vantage {
    const char *host;       /* the EHLO name: --helo, or this machine's FQDN */
    bool host_is_fqdn;
    const struct ip *addresses; /* of this machine, but loopback and link-local */
    size_t address_count;
    bool ipv4_route, ipv6_route; /* an address of that family which can reach the global network */
    bool ipv4_used, ipv6_used;   /* not switched off by -4 or -6 */
    const char *const *resolvers; /* "127.0.0.1", "192.0.2.53@5353" */
    size_t resolver_count;
    bool trusts_ad; /* the first resolver is loopback, or --trust-ad */
    bool is_unconfined; /* the process that meets the peers kept rights that it does not need */
};

/* "IPv6 was left out of this audit" where the user does not want this family; NULL: it is used. */
const char *vantage_switched_off(const struct vantage *, enum ip_family);

struct arena;
/* Looks at this machine; allocates in the arena.  Sends nothing.  What the
 * settings decide (families used, resolvers) is left for the caller to fill in. */
struct vantage *vantage_look(struct arena *, const char *helo);
