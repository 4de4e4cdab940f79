/* core/derive/fresh.c - asks the zone's servers for what the resolver may have kept too long. */
#include "core/derive/fresh.h"

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/derive/absence.h"
#include "core/derive/run_internal.h"
#include "core/derive/zone.h"
#include "core/facts/record_text.h"

static bool has(struct run *run, const struct dns_answer *answer, const struct dns_record *wanted)
{
    for (size_t i = 0; i < answer->count; i++)
        if (record_equal(run->arena, &answer->records[i], wanted))
            return true;
    return false;
}

static bool is_same(struct run *run, const struct dns_answer *here, const struct dns_answer *there)
{
    if (here->status != there->status || here->count != there->count)
        return false;
    for (size_t i = 0; i < here->count; i++)
        if (!has(run, there, &here->records[i]))
            return false;
    return true;
}

static bool is_answer(const struct dns_answer *there)
{
    return there->status != DNS_UNKNOWN && !there->chain_count;
}

/* Which zones there are does not change in a minute, and is asked for on the way. */
static bool is_asked(const struct run *run, const char *name, enum dns_type type, const struct dns_answer *here)
{
    return !run->finds_zone && !run->only_looks && type != DNS_NS && type != DNS_SOA && name_labels(name) > 1 &&
           here->status != DNS_UNKNOWN && !here->chain_count && !here->is_planned;
}

const struct dns_answer *need_fresh(struct run *run, const char *name, enum dns_type type,
                                    const struct dns_answer *here)
{
    const struct dns_answer *first = NULL;
    struct zone_servers servers = {.pending = false};
    struct trouble trouble;
    const char *zone;
    bool pending = false;

    if (!here || !is_asked(run, name, type, here))
        return here;
    run_grant(run, DNS_QUERIES_PER_AUDIT * ZONE_SERVERS_MAX);
    run->finds_zone = true;
    zone = need_zone_above(run, name, &trouble);
    if (zone && name_labels(zone) > 0)
        servers = need_zone_servers(run, zone);
    run->finds_zone = false;
    if (!zone && !trouble.reason)
        return NULL;
    for (size_t i = 0; i < servers.count; i++) {
        const struct dns_answer *there = need_dns_at(run, &servers.at[i].ip, name, type);

        pending = pending || !there;
        if (there && !first && is_answer(there))
            first = there;
    }
    if (pending || servers.pending)
        return NULL;
    return first && !is_same(run, here, first) ? as_said_by_zone(run, here, first) : here;
}
