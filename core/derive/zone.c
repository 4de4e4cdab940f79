/* core/derive/zone.c - which zone a name belongs to, and which servers it names. */
#include "core/derive/zone.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/derived.h"
#include "core/derive/resolver.h"
#include "core/derive/run.h"
#include "core/facts/dns_answer.h"
#include "core/facts/vantage.h"

enum { WALK_STEPS = 4 };

const char *need_zone_of(struct run *run, const char *name, struct trouble *trouble)
{
    const struct dns_answer *soa = need_dns(run, name, DNS_SOA);

    *trouble = (struct trouble){0};
    if (!soa)
        return NULL;
    if (soa->status == DNS_OK && !soa->chain_count)
        return name;
    if (soa->status == DNS_UNKNOWN) {
        *trouble = soa->trouble;
        return NULL;
    }
    return soa->zone ? name_lower(run_arena(run), soa->zone) : need_zone_above(run, name, trouble);
}

static const struct dns_answer *without_hosts_file(struct run *, const char *name, const struct dns_answer *ns);

/* Names are asked for a few at a time, and never above the organisation before nothing is found below: always the same
 * ones, whichever answer comes first.  believing: what the resolver denies of itself counts. */
static const char *zone_above(struct run *run, const char *name, bool believing, struct trouble *trouble)
{
    const char *own = name_org_domain(name), *found = NULL, *at = name;
    bool pending = false, end = false;

    *trouble = (struct trouble){0};
    while (!end && !found && !pending) {
        for (size_t i = 0; i < WALK_STEPS && !end; i++) {
            const struct dns_answer *ns = need_dns_unjudged(run, at, DNS_NS);
            bool is_own = name_equal(at, own);

            if (!believing)
                ns = without_hosts_file(run, at, ns);
            pending |= !ns;
            if (!found && ns && ns->status == DNS_OK && !ns->chain_count)
                found = at;
            end = !*at;
            at = name_parent(at);
            if (is_own)
                break;
        }
    }
    if (pending)
        return NULL;
    if (found)
        return name_lower(run_arena(run), found);
    *trouble = trouble_of(REASON_RESOLVER_DOWN);
    trouble->why = "the resolver knows no name server of the zone";
    return NULL;
}

/* Of itself the resolver denies what else a name has than the address that its hosts file gives it: then a server of
 * the zone above is asked.  NULL: on its way. */
static const struct dns_answer *without_hosts_file(struct run *run, const char *name, const struct dns_answer *ns)
{
    const struct dns_answer *there;
    struct zone_servers servers;
    struct trouble trouble;
    const char *zone;

    if (!ns || !ns->is_own || !dns_answer_is_negative(ns) || !*name)
        return ns;
    zone = zone_above(run, name_parent(name), true, &trouble);
    if (!zone)
        return trouble.reason ? ns : NULL;
    servers = need_zone_servers(run, zone);
    if (servers.pending)
        return NULL;
    there = servers.count ? need_dns_at(run, &servers.at[0].ip, name, DNS_NS) : ns;
    return there && there->status != DNS_OK ? ns : there;
}

struct above {
    const char *zone;
    struct trouble trouble;
};

static const void *derive_above(struct run *run, const void *argument)
{
    struct above *above = ARENA_NEW(run_arena(run), struct above);

    above->zone = zone_above(run, str_dup(run_arena(run), argument), false, &above->trouble);
    return above;
}

const char *need_zone_above(struct run *run, const char *name, struct trouble *trouble)
{
    static const struct derivation zone = {"zone above a name", derive_above};
    const struct above *above = need_derived(run, &zone, name, name);

    *trouble = above->trouble;
    return above->zone;
}

static int by_host(const void *a, const void *b)
{
    const struct zone_server *left = a, *right = b;
    int hosts = strcmp(left->host, right->host);

    return hosts ? hosts : ip_compare(&left->ip, &right->ip);
}

static void add_addresses(struct zone_servers *servers, struct zone_server *at, const char *host,
                          const struct dns_answer *answer)
{
    servers->pending |= !answer;
    for (size_t i = 0; answer && i < answer->count && servers->count < ZONE_SERVERS_MAX; i++)
        if (!ip_special(&answer->records[i].ip))
            at[servers->count++] = (struct zone_server){host, answer->records[i].ip};
}

static struct zone_servers servers_of(struct run *run, const char *zone)
{
    const struct dns_answer *ns = without_hosts_file(run, zone, need_dns_unvalidated(run, zone, DNS_NS));
    const struct vantage *here = need_vantage(run);
    struct zone_server *at = ARENA_ARRAY(run_arena(run), struct zone_server, ZONE_SERVERS_MAX);
    struct zone_servers servers = {.at = at, .pending = !ns || !here};
    bool use_ipv6 = here && here->ipv6_route && here->ipv6_used;
    const char **hosts;

    if (!ns)
        return servers;
    if (ns->status != DNS_OK) {
        servers.trouble = ns->status == DNS_UNKNOWN ? ns->trouble : trouble_of(REASON_PROTOCOL);
        return servers;
    }
    hosts = ARENA_ARRAY(run_arena(run), const char *, ns->count);
    for (size_t i = 0; i < ns->count; i++)
        hosts[i] = name_lower(run_arena(run), ns->records[i].name);
    for (size_t i = 0; i < ns->count && i < ZONE_SERVERS_MAX; i++) {
        const struct dns_answer *a = need_dns_unvalidated(run, hosts[i], DNS_A);
        const struct dns_answer *aaaa = use_ipv6 ? need_dns_unvalidated(run, hosts[i], DNS_AAAA) : NULL;

        add_addresses(&servers, at, hosts[i], a);
        if (use_ipv6)
            add_addresses(&servers, at, hosts[i], aaaa);
    }
    qsort(at, servers.count, sizeof *at, by_host);
    return servers;
}

static const void *derive_servers(struct run *run, const void *zone)
{
    struct zone_servers *servers = ARENA_NEW(run_arena(run), struct zone_servers);

    *servers = servers_of(run, zone);
    return servers;
}

struct zone_servers need_zone_servers(struct run *run, const char *zone)
{
    static const struct derivation servers = {"servers of a zone", derive_servers};

    return *(const struct zone_servers *)need_derived(run, &servers, zone, zone);
}
