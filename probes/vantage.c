/* probes/vantage.c - whether mail servers refuse this machine,
 * and what to repair then; and whether it is one of them. */
#include "probes/vantage.h"

#include "core/base/date.h"
#include "core/base/ip.h"
#include "core/base/list_text.h"
#include "core/base/str.h"
#include "core/derive/inventory.h"
#include "core/derive/refusal.h"
#include "core/derive/run.h"
#include "core/derive/session.h"
#include "core/facts/dns_answer.h"
#include "core/facts/smtp_session.h"
#include "core/facts/vantage.h"
#include "core/result/finding.h"

enum { SERVERS_SHOWN = 5 };

/* A mail address of the domain that is this machine's own; NULL: none is. */
static const struct mail_address *own_address(const struct inventory *mail, const struct vantage *here)
{
    for (size_t i = 0; i < mail->address_count; i++)
        for (size_t k = 0; k < here->address_count; k++)
            if (ip_equal(&mail->addresses[i].ip, &here->addresses[k]))
                return &mail->addresses[i];
    return NULL;
}

static const char *repair(struct run *run, enum refusal refusal, const struct smtp_session *s)
{
    const char *ours = s->our_ip.family == IP_NONE ? "this machine's address" : ip_text(run_arena(run), &s->our_ip);

    switch (refusal) {
    case REFUSAL_OF_PTR:
        return str_printf(run_arena(run),
                          "Ask whoever assigned you %s for a PTR record with a name that leads back to it, such as %s.",
                          ours, s->our_name);
    case REFUSAL_OF_HELO:
        return str_printf(run_arena(run), "Say a name with --helo that exists and leads to %s, instead of %s.", ours,
                          s->our_name);
    case REFUSAL_OF_LISTED:
        return str_printf(run_arena(run),
                          "Ask for %s to be taken off the block list, or run mailready on another machine.", ours);
    default:
        return "Run mailready on another machine, or on the mail server itself.";
    }
}

static const struct smtp_session *session_with(struct run *run, const struct inventory *mail, size_t host, size_t i)
{
    struct trouble trouble;

    return need_judged_session(run, mail->hosts[host].name, &mail->addresses[mail->hosts[host].addresses[i]].ip,
                               &trouble);
}

struct refusals {
    size_t asked, refused;
    enum refusal kind; /* of the first */
    const struct smtp_session *session;
    bool pending;
};

/* What the MX hosts say against this machine. */
static struct refusals count_refusals(struct run *run, const struct inventory *mail)
{
    struct refusals r = {.pending = !mail->complete};

    for (size_t h = 0; h < mail->host_count; h++) {
        for (size_t i = 0; i < mail->hosts[h].address_count; i++) {
            const struct smtp_session *s = session_with(run, mail, h, i);
            enum refusal refusal = s ? session_refusal(run, s) : REFUSAL_OF_ALL;

            r.pending |= !s;
            r.asked += s && s->greeting.code;
            r.refused += refusal != REFUSAL_OF_ALL;
            if (refusal != REFUSAL_OF_ALL && !r.session) {
                r.kind = refusal;
                r.session = s;
            }
        }
    }
    return r;
}

/* The first that the world sees us from, where no translator stands before us; NULL: none is known. */
static const struct ip *public_address(const struct vantage *here)
{
    for (size_t i = 0; i < here->address_count; i++)
        if (!ip_special(&here->addresses[i]))
            return &here->addresses[i];
    return NULL;
}

struct own_name {
    const char *fault; /* NULL: it leads to our address, which has a reverse name; or that is not known */
    const struct dns_answer *answer;
    bool pending;
};

/* Servers refuse a client whose names are not in order, whatever it asks.  (checks.md 16) */
static struct own_name check_own_name(struct run *run, const struct vantage *here)
{
    const struct ip *ip = public_address(here);
    const struct dns_answer *ptr, *forward;
    struct own_name name = {.fault = NULL};

    if (!ip || !here->host_is_fqdn)
        return name;
    ptr = need_dns(run, ip_reverse_name(run_arena(run), ip), DNS_PTR);
    forward = need_dns(run, here->host, ip->family == IP_V6 ? DNS_AAAA : DNS_A);
    name.pending = !ptr || !forward;
    if (name.pending || dns_answer_is_open(ptr) || dns_answer_is_open(forward))
        return name;
    name.answer = ptr->count ? forward : ptr;
    if (!ptr->count)
        name.fault = str_printf(run_arena(run), "its address %s has no reverse name", ip_text(run_arena(run), ip));
    else if (!dns_answer_has_ip(forward, ip))
        name.fault = str_printf(run_arena(run), "the name that it says does not lead to its address %s",
                                ip_text(run_arena(run), ip));
    return name;
}

/* Servers that are judged by what they said in an earlier run, whatever they would say now. */
static void tell_of_earlier(struct run *run, const struct vantage *here, const struct inventory *mail)
{
    struct list_text list = list_text(run_arena(run), ", ", SERVERS_SHOWN);
    struct finding *f;

    for (size_t h = 0; h < mail->host_count; h++)
        for (size_t i = 0; i < mail->hosts[h].address_count; i++) {
            const struct smtp_session *s = session_with(run, mail, h, i);

            if (s && s->is_earlier)
                list_add(&list, str_printf(run_arena(run), "%s %s (%s)", mail->hosts[h].name,
                                           ip_text(run_arena(run), &s->ip), date_text(run_arena(run), s->greeted_s)));
        }
    if (!list.count)
        return;
    f = finding(run, ENV_VANTAGE, NOTE, subject_machine(here->host),
                "not asked anew, but judged by what they said in an earlier run: %s", list_end(&list));
    finding_cause(f, CAUSE_EARLIER);
    for (size_t h = 0; h < mail->host_count; h++)
        for (size_t i = 0; i < mail->hosts[h].address_count; i++) {
            const struct smtp_session *s = session_with(run, mail, h, i);

            if (s && s->is_earlier)
                finding_rests_on(run, f, s->key);
        }
}

void judge_vantage(struct run *run, const struct vantage *here)
{
    const struct inventory *mail = need_inventory(run);
    const struct mail_address *own = own_address(mail, here);
    struct refusals r = count_refusals(run, mail);
    struct own_name name = check_own_name(run, here);
    struct finding *f;

    if (r.pending || name.pending)
        return;
    if (r.refused) {
        f = finding(run, ENV_VANTAGE, NOTE, subject_machine(here->host), "refused by %zu of %zu addresses: %s",
                    r.refused, r.asked, refusal_text(r.kind));
        finding_remedy(run, f, "%s", repair(run, r.kind, r.session));
        finding_rests_on(run, f, r.session->key);
    } else if (own) {
        finding(run, ENV_VANTAGE, NOTE, subject_machine(here->host),
                "seen from inside: %s is this machine's own address", own->label);
    } else if (name.fault) {
        f = finding(run, ENV_VANTAGE, NOTE, subject_machine(here->host), "%s: servers may refuse it for that",
                    name.fault);
        finding_rests_on(run, f, name.answer->key);
    } else if (r.asked) {
        finding(run, ENV_VANTAGE, PASS, subject_machine(here->host), "no mail server refuses this machine");
    } else {
        finding(run, ENV_VANTAGE, SKIPPED, subject_machine(here->host), "no mail server answered");
    }
    tell_of_earlier(run, here, mail);
}
