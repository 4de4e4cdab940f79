/* core/derive/resolver.c - may the resolver's answers be believed? */
#include "core/derive/resolver.h"

#include <inttypes.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/derive/run.h"

/* A top-level domain of this run's own: the root's NXDOMAIN is certain, and no cache has seen it. */
const struct dns_answer *need_impossible_name(struct run *run)
{
    const int64_t *now = need_now(run);

    return now ? need_dns_unjudged(run, str_printf(run_arena(run), "mailready-%" PRId64, *now), DNS_A) : NULL;
}

enum resolver_health need_resolver_health(struct run *run)
{
    const struct dns_answer *impossible = need_impossible_name(run);

    if (!impossible)
        return RESOLVER_PENDING;
    if (impossible->status == DNS_OK)
        return RESOLVER_REWRITES;
    return impossible->status == DNS_UNKNOWN ? RESOLVER_SILENT : RESOLVER_SOUND;
}

static bool has_address(const struct dns_answer *answer, const struct ip *ip)
{
    for (size_t i = 0; i < answer->count; i++)
        if (answer->records[i].type == DNS_A && ip_equal(&answer->records[i].ip, ip))
            return true;
    return false;
}

static bool is_made_up(const struct dns_answer *answer, const struct dns_answer *impossible)
{
    if (answer->status == DNS_NODATA || answer->status == DNS_NXDOMAIN)
        return true;
    for (size_t i = 0; i < answer->count; i++)
        if (answer->records[i].type == DNS_A && has_address(impossible, &answer->records[i].ip))
            return true;
    return false;
}

const struct dns_answer *resolver_believe(struct run *run, const struct dns_answer *answer)
{
    const struct dns_answer *impossible = need_impossible_name(run);
    struct dns_answer *doubted;

    if (!answer || !impossible)
        return NULL;
    if (answer->status == DNS_UNKNOWN || impossible->status != DNS_OK || !is_made_up(answer, impossible))
        return answer;
    doubted = ARENA_NEW(run_arena(run), struct dns_answer);
    *doubted = (struct dns_answer){.key = answer->key,
                                   .status = DNS_UNKNOWN,
                                   .trouble = trouble_of(REASON_RESOLVER_DOWN),
                                   .rcode = answer->rcode,
                                   .extended_error = -1,
                                   .server = answer->server};
    doubted->trouble.why = "the resolver answers for names that do not exist, so its word on absence counts for nothing";
    return doubted;
}
