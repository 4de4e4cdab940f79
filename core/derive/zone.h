/* core/derive/zone.h - which zone a name belongs to, and which servers the zone names as its own.  (RFC 1034 4.2) */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/ip.h"
#include "core/base/trouble.h"

struct dns_answer;
struct run;

struct zone_server {
    const char *host;
    struct ip ip;
};

struct zone_servers {
    const struct zone_server *at; /* in the order of their names, then addresses; public addresses only */
    size_t count;                 /* at most ZONE_SERVERS_MAX */
    bool pending;                 /* a lookup is on its way */
    struct trouble trouble;       /* why there are none, reason none otherwise */
};

enum { ZONE_SERVERS_MAX = 8 };

/* The zone that holds a name, by the owner of its SOA record, or where no reply
 * names one, as below.  NULL: on its way, or (*trouble) cannot be found. */
const char *need_zone_of(struct run *, const char *name, struct trouble *trouble);

/* The closest name at or above this one that has NS records, whatever the resolver
 * says of absent ones.  That much of it is true even if the resolver filters: a
 * server of a zone too high refers to another and denies nothing.  NULL as above. */
const char *need_zone_above(struct run *, const char *name, struct trouble *trouble);

/* Even of a bogus zone, since they are who can tell what is wrong.  With IPv6 addresses only where this machine has
 * IPv6: one of our paths is no fault of a server. */
struct zone_servers need_zone_servers(struct run *, const char *zone);
