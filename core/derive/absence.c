/* core/derive/absence.c - a record is called absent only after the zone's own name servers said so.  (threats.md D9;
 * checks.md, section 4 step 2) */
#include "core/derive/absence.h"

#include "core/base/arena.h"
#include "core/derive/run.h"
#include "core/derive/zone.h"
#include "core/facts/dns_answer.h"

static bool is_negative(const struct dns_answer *answer)
{
    return answer->status == DNS_NODATA || answer->status == DNS_NXDOMAIN;
}

struct poll {
    bool pending;
    size_t negative;
    const struct dns_answer *dissent;
};

static struct poll ask_servers(struct run *run, const char *zone, const char *name, enum dns_type type)
{
    struct zone_servers servers = need_zone_servers(run, zone);
    struct poll poll = {.pending = servers.pending};

    for (size_t i = 0; i < servers.count; i++) {
        const struct dns_answer *answer = need_dns_at(run, &servers.at[i].ip, name, type);

        poll.pending |= !answer;
        if (!answer)
            continue;
        poll.negative += is_negative(answer);
        if (answer->status == DNS_OK && !poll.dissent)
            poll.dissent = answer;
    }
    return poll;
}

enum absence need_absence(struct run *run, const char *name, enum dns_type type, const struct dns_answer *answer,
                          const struct dns_answer **dissent, struct trouble *trouble)
{
    const struct dns_answer *again = need_dns_again(run, name, type);
    const char *end = answer->chain_count ? answer->chain[answer->chain_count - 1].target : name;
    struct poll poll = {0};

    if (answer->zone)
        poll = ask_servers(run, answer->zone, end, type);
    if (!again || poll.pending)
        return ABSENCE_PENDING;
    *dissent = poll.dissent ? poll.dissent : again->status == DNS_OK ? again : NULL;
    if (*dissent)
        return ABSENCE_DISPUTED;
    if (poll.negative || is_negative(again))
        return ABSENCE_CONFIRMED;
    *trouble = again->trouble;
    return ABSENCE_UNDECIDED;
}
