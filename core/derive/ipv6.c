/* core/derive/ipv6.c - does IPv6 work from this machine?  (checks.md, env.ipv6; threats.md C3) */
#include "core/derive/ipv6.h"

#include "core/derive/inventory.h"
#include "core/derive/run.h"
#include "core/facts/dns_answer.h"
#include "core/facts/smtp_session.h"
#include "core/facts/target.h"
#include "core/facts/vantage.h"

enum { PORT_SMTP = 25, PORT_HTTPS = 443 };

struct tally {
    bool asked, pending, connected;
};

/* A refusal came from the other side, so the way there works. */
static bool went_through(const struct smtp_session *s)
{
    return s->connect_ms >= 0 || s->end == SMTP_END_REFUSED;
}

static struct tally look_at_targets(struct run *run)
{
    const struct inventory *mail = need_inventory(run);
    struct tally seen = {.pending = !mail->complete};

    for (size_t h = 0; h < mail->host_count; h++) {
        for (size_t i = 0; i < mail->hosts[h].address_count; i++) {
            const struct mail_address *a = &mail->addresses[mail->hosts[h].addresses[i]];
            const struct smtp_session *s;

            if (a->ip.family != IP_V6 || ip_special(&a->ip))
                continue;
            s = need_smtp(run, &a->ip, mail->hosts[h].name);
            seen.asked = true;
            seen.pending |= !s;
            seen.connected |= s && went_through(s);
        }
    }
    return seen;
}

static enum ipv6 ask_canaries(struct run *run, uint16_t port)
{
    const struct target *target = run_target(run);
    bool pending = false;

    for (size_t i = 0; i < target->canary_count; i++) {
        const struct dns_answer *aaaa = need_dns(run, target->canaries[i], DNS_AAAA);
        const struct smtp_session *s = NULL;

        if (aaaa && (aaaa->status != DNS_OK || ip_special(&aaaa->records[0].ip)))
            continue;
        if (aaaa)
            s = need_connect(run, &aaaa->records[0].ip, port);
        if (s && went_through(s))
            return IPV6_WORKS;
        pending |= !s;
    }
    return pending ? IPV6_PENDING : IPV6_NOT_SEEN;
}

enum ipv6 need_ipv6(struct run *run)
{
    const struct vantage *here = need_vantage(run);
    enum ipv6 canaries;
    struct tally seen;

    if (!here)
        return IPV6_PENDING;
    if (!here->ipv6_used)
        return IPV6_OFF;
    if (!here->ipv6_route)
        return IPV6_MISSING;
    seen = look_at_targets(run);
    if (seen.connected)
        return IPV6_WORKS;
    if (seen.pending)
        return IPV6_PENDING;
    if (!seen.asked)
        return IPV6_UNTESTED;
    /* Where port 25 is blocked, another port shows that it is not IPv6 that is missing. */
    canaries = ask_canaries(run, PORT_SMTP);
    return canaries == IPV6_NOT_SEEN ? ask_canaries(run, PORT_HTTPS) : canaries;
}
