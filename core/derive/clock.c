/* core/derive/clock.c - is our clock right?  Compared with the Date of HTTPS responses and the dates in greetings.
 * (threats.md T5)
 *
 * Nobody's word is believed against ours alone.  Whoever agrees settles the matter: a clock that is wrong by chance
 * agrees with nobody, and who differs then is wrong himself.  If all that tell the time differ from us, be it only one,
 * what depends on the time is left open: a certificate that is taken for expired by mistake would be worse. */
#include "core/derive/clock.h"

#include "core/base/arena.h"
#include "core/base/date.h"
#include "core/base/str.h"
#include "core/derive/inventory.h"
#include "core/derive/run.h"
#include "core/derive/sts.h"
#include "core/facts/https_response.h"
#include "core/facts/smtp_session.h"
#include "core/facts/target.h"
#include "core/facts/vantage.h"

enum { SKEW_MAX_S = 300 };

static bool is_ours(const struct vantage *here, const struct ip *ip)
{
    for (size_t i = 0; i < here->address_count; i++)
        if (ip_equal(&here->addresses[i], ip))
            return true;
    return false;
}

/* `theirs` was said by `teller` when our clock said `ours`. */
static void compare(struct clock *clock, int64_t ours, int64_t theirs, const char *teller, const char *key)
{
    int64_t skew_s = ours - theirs;
    bool agrees = skew_s >= -SKEW_MAX_S && skew_s <= SKEW_MAX_S;

    if (clock->state == CLOCK_RIGHT || (clock->state == CLOCK_WRONG && !agrees))
        return;
    clock->state = agrees ? CLOCK_RIGHT : CLOCK_WRONG;
    clock->skew_s = skew_s;
    clock->teller = teller;
    clock->key = key;
}

/* Both return whether the host has told the time. */

static bool ask_policy_host(struct run *run, const struct vantage *here, struct clock *clock, bool *pending)
{
    const struct https_response *response = need_sts_response(run, pending);
    int64_t date;

    if (!response || !response->received_s || is_ours(here, &response->ip) || !date_find(response->date, &date))
        return false;
    compare(clock, response->received_s, date, str_printf(run_arena(run), "mta-sts.%s", run_target(run)->domain),
            response->key);
    return true;
}

static bool ask_mail_host(struct run *run, const struct vantage *here, const struct mx_host *host, struct clock *clock,
                          bool *pending)
{
    const struct inventory *mail = need_inventory(run);
    bool told = false;

    for (size_t i = 0; i < host->address_count; i++) {
        const struct ip *ip = &mail->addresses[host->addresses[i]].ip;
        const struct smtp_session *session = need_smtp(run, ip, host->name);

        *pending |= !session;
        if (!session || !session->told_s || is_ours(here, ip))
            continue;
        compare(clock, session->greeted_s, session->told_s,
                str_printf(run_arena(run), "%s[%s]", host->name, ip_text(run_arena(run), ip)), session->key);
        told = true;
    }
    return told;
}

/* The root's signatures are valid for some days, and made anew all the time: a resolver has none that are out
 * of theirs, if they are not out of ours alone.  That they are within it says little. */
static void ask_root(struct run *run, struct clock *clock, bool *pending)
{
    const struct dns_answer *soa = need_dns(run, "", DNS_SOA);
    const int64_t *now = need_now(run);
    int64_t early_s, late_s, out_s; /* by how much now is before or behind the time in which they are valid */

    *pending |= !soa || !now;
    if (!soa || !now)
        return;
    early_s = (int64_t)soa->signed_from_s - *now;
    late_s = *now - (int64_t)soa->signed_until_s;
    out_s = early_s > late_s ? early_s : late_s;
    if (!soa->signed_until_s || out_s <= SKEW_MAX_S)
        return;
    clock->state = CLOCK_WRONG;
    clock->skew_s = out_s == late_s ? out_s : -out_s;
    clock->teller = "the root zone's signatures";
    clock->key = soa->key;
}

struct clock need_clock(struct run *run)
{
    const struct inventory *mail = need_inventory(run);
    const struct vantage *here = need_vantage(run);
    struct clock clock = {.state = CLOCK_UNTESTED, .trouble = trouble_of(REASON_CLOCK)};
    bool pending = !mail->complete;

    if (!here)
        return (struct clock){.state = CLOCK_PENDING};
    clock.tellers += ask_policy_host(run, here, &clock, &pending);
    for (size_t i = 0; i < mail->host_count && !run_target(run)->no_smtp; i++)
        clock.tellers += ask_mail_host(run, here, &mail->hosts[i], &clock, &pending);
    if (!clock.tellers)
        ask_root(run, &clock, &pending);
    if (pending && clock.state != CLOCK_RIGHT)
        clock.state = CLOCK_PENDING;
    if (clock.tellers == 1)
        clock.trouble.why = "the clock of this machine is wrong, or that of the only server which told the time";
    return clock;
}
