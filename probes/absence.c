/* probes/absence.c - a record is called absent only after the zone's own name servers said so.  (threats.md D9;
 * checks.md, section 4 step 2) */
#include "core/arena.h"
#include "core/dns.h"
#include "core/ip.h"
#include "core/run.h"
#include "core/str.h"
#include "probes/mail.h"

enum { SERVERS_MAX = 8 };

static bool is_negative(const struct dns_answer *answer)
{
    return answer->status == DNS_NODATA || answer->status == DNS_NXDOMAIN;
}

struct poll {
    bool pending;
    size_t negative;
    const struct dns_answer *dissent;
};

static void ask_server(struct run *run, struct poll *poll, const char *host, const char *name, enum dns_type type)
{
    const struct dns_answer *address = need_dns(run, host, DNS_A), *answer;

    poll->pending |= !address;
    if (!address || address->status != DNS_OK || ip_special(&address->records[0].ip))
        return;
    answer = need_dns_at(run, &address->records[0].ip, name, type);
    poll->pending |= !answer;
    if (!answer)
        return;
    poll->negative += is_negative(answer);
    if (answer->status == DNS_OK && !poll->dissent)
        poll->dissent = answer;
}

static struct poll ask_servers(struct run *run, const char *zone, const char *name, enum dns_type type)
{
    const struct dns_answer *servers = need_dns(run, zone, DNS_NS);
    struct poll poll = {.pending = !servers};

    for (size_t i = 0; servers && servers->status == DNS_OK && i < servers->count && i < SERVERS_MAX; i++)
        ask_server(run, &poll, servers->records[i].name, name, type);
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
