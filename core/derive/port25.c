/* core/derive/port25.c - does port 25 leave this machine?  (checks.md, section 7: canary logic; threats.md C1, C2) */
#include "core/derive/port25.h"

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/inventory.h"
#include "core/derive/run.h"
#include "core/facts/dns_answer.h"
#include "core/facts/smtp_session.h"
#include "core/facts/target.h"

enum { PORT_SMTP = 25, PORT_HTTPS = 443, CANARIES_MAX = 8 };

static bool did_not_connect(const struct smtp_session *session)
{
    return session->end == SMTP_END_REFUSED || session->end == SMTP_END_UNREACHABLE ||
           (session->end == SMTP_END_TIMEOUT && session->state == SMTP_CONNECTING);
}

struct tally {
    size_t asked, pending, greeted, unconnected;
};

static void count(struct tally *tally, const struct smtp_session *session)
{
    tally->asked++;
    if (!session)
        tally->pending++;
    else if (session->greeting.code)
        tally->greeted++;
    else if (did_not_connect(session))
        tally->unconnected++;
}

static struct tally count_targets(struct run *run)
{
    const struct inventory *mail = need_inventory(run);
    struct tally tally = {.pending = !mail->complete};

    for (size_t h = 0; h < mail->host_count; h++) {
        for (size_t i = 0; i < mail->hosts[h].address_count; i++) {
            const struct mail_address *a = &mail->addresses[mail->hosts[h].addresses[i]];

            if (!ip_special(&a->ip))
                count(&tally, need_smtp(run, &a->ip, mail->hosts[h].name));
        }
    }
    return tally;
}

struct canary {
    const char *host;
    const struct ip *ip; /* its first IPv4 address */
    const struct smtp_session *session;
};

/* All canaries that have an address; *pending when a lookup or a session is on its way. */
static size_t ask_canaries(struct run *run, struct canary *canaries, bool *pending)
{
    const struct target *target = run_target(run);
    size_t found = 0;

    *pending = false;
    for (size_t i = 0; i < target->canary_count && found < CANARIES_MAX; i++) {
        const struct dns_answer *a = need_dns(run, target->canaries[i], DNS_A);
        struct canary *canary = &canaries[found];

        *pending |= !a;
        if (!a || a->status != DNS_OK || ip_special(&a->records[0].ip))
            continue;
        *canary = (struct canary){.host = target->canaries[i], .ip = &a->records[0].ip};
        canary->session = need_connect(run, canary->ip, PORT_SMTP);
        *pending |= !canary->session;
        found++;
    }
    return found;
}

static bool greets_as_itself(struct run *run, const struct canary *canary)
{
    const char *name = str_text(run_arena(run), smtp_greeting_name(&canary->session->greeting));

    return name_equal(name_org_domain(name), name_org_domain(canary->host));
}

static enum port25 judge_silence(struct run *run, const struct canary *canaries, size_t found)
{
    bool pending = false;

    for (size_t i = 0; i < found; i++) {
        const struct smtp_session *other = need_connect(run, canaries[i].ip, PORT_HTTPS);

        pending |= !other;
        if (other && other->end == SMTP_END_OK)
            return PORT25_BLOCKED;
    }
    return pending ? PORT25_PENDING : PORT25_NO_NETWORK;
}

static enum port25 judge_canaries(struct run *run)
{
    struct canary canaries[CANARIES_MAX];
    bool pending;
    size_t found = ask_canaries(run, canaries, &pending);
    size_t greeted = 0, genuine = 0;

    for (size_t i = 0; i < found; i++) {
        if (canaries[i].session && canaries[i].session->greeting.code) {
            greeted++;
            genuine += greets_as_itself(run, &canaries[i]);
        }
    }
    if (genuine)
        return PORT25_WORKS;
    if (pending)
        return PORT25_PENDING;
    if (!found)
        return PORT25_UNDECIDED;
    if (greeted)
        return greeted > 1 ? PORT25_INTERCEPTED : PORT25_UNDECIDED;
    return judge_silence(run, canaries, found);
}

enum port25 need_port25(struct run *run)
{
    struct tally tally;

    if (run_target(run)->smtp_port != PORT_SMTP)
        return PORT25_UNTESTED;
    tally = count_targets(run);
    if (tally.greeted)
        return PORT25_WORKS;
    if (tally.pending)
        return PORT25_PENDING;
    return tally.unconnected ? judge_canaries(run) : PORT25_UNTESTED;
}
