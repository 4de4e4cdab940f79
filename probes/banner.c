/* probes/banner.c - the greeting of every MX host's address,
 * and the names in it.  (checks.md, section 6; RFC 5321 4.2) */
#include <string.h>

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/absence.h"
#include "core/derive/fcrdns.h"
#include "core/derive/inventory.h"
#include "core/derive/reverse.h"
#include "core/derive/run.h"
#include "core/derive/session.h"
#include "core/facts/smtp_session.h"
#include "core/facts/target.h"
#include "core/result/finding.h"
#include "core/result/probe.h"
#include "probes/unaddressed.h"

struct endpoint {
    const struct mx_host *host;
    const struct mail_address *address;
    struct subject subject; /* with the name in the greeting where there are two */
    const struct smtp_session *session, *other; /* other: greeted with another name; NULL */
    struct trouble trouble; /* why the session says nothing, or not all, about the server */
};

/* The name stands in for the HELO of a sender that declared none, so what is wrong with it matters more. */
static bool stands_in_for_helo(struct run *run, const struct endpoint *e, const char *name)
{
    const char *stand_in;

    return address_is_sender(e->address) && !e->address->helo_count &&
           need_helo_stand_in(run, &e->address->ip, e->session, &stand_in) && name_equal(stand_in, name);
}

static void all_others(struct run *run, const struct endpoint *e, enum status status, const struct trouble *trouble,
                       const char *why)
{
    static const enum check_id others[] = {BANNER_FQDN, BANNER_RESOLVES, BANNER_MATCHES_PTR, BANNER_MATCHES_EHLO};

    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (status == UNKNOWN)
            finding_follows(finding_unknown(run, others[i], e->subject, trouble, "%s", why), BANNER_GREETING);
        else
            finding(run, others[i], status, e->subject, "%s", why);
    }
}

static const char *why_no_greeting(const struct smtp_session *s)
{
    if (s->end == SMTP_END_NOT_CONTACTED)
        return "no public address, so not contacted: see ip.public";
    return s->end == SMTP_END_PROTOCOL ? "no usable greeting: see smtp.protocol" : "no connection: see smtp.reachable";
}

/* True: there is a greeting whose names can be judged. */
static bool judge_greeting(struct run *run, struct endpoint *e)
{
    const struct smtp_reply *greeting = &e->session->greeting;
    struct trouble trouble = e->trouble;
    struct finding *f;

    if (greeting->code)
        trouble = reply_trouble(run, e->session, greeting);
    if (trouble.reason) {
        f = finding_unknown(run, BANNER_GREETING, e->subject, &trouble,
                            greeting->code ? "greeted with %s" : "no greeting%s",
                            greeting->code ? smtp_reply_last_line(run_arena(run), greeting) : "");
        all_others(run, e, UNKNOWN, &trouble, "no greeting to judge");
    } else if (!greeting->code) {
        f = finding(run, BANNER_GREETING, SKIPPED, e->subject, "%s", why_no_greeting(e->session));
        all_others(run, e, SKIPPED, NULL, "no greeting");
    } else if (greeting->code != 220) {
        f = finding(run, BANNER_GREETING, WARN, e->subject, "refuses all mail: %s",
                    smtp_reply_last_line(run_arena(run), greeting));
        all_others(run, e, SKIPPED, NULL, "no greeting with 220: see banner.greeting");
    } else {
        e->other = need_other_session(run, e->host->name, e->address, e->session);
        if (e->other)
            f = finding(run, BANNER_GREETING, NOTE, e->subject,
                        "greets as %s and, in another connection, as %s: a load balancer; each name is judged",
                        greeting_host_name(run, e->session), greeting_host_name(run, e->other));
        else
            f = finding(run, BANNER_GREETING, PASS, e->subject, "%s", smtp_reply_line(run_arena(run), greeting));
    }
    finding_rests_on(run, f, e->session->key);
    if (e->other)
        finding_rests_on(run, f, e->other->key);
    return greeting->code == 220 && !trouble.reason;
}

static void judge_resolution(struct run *run, const struct endpoint *e, const char *name)
{
    struct host_addresses found = need_addresses(run, name);
    const struct dns_answer *a = found.a, *aaaa = found.aaaa;

    if (!a || !aaaa)
        return;
    if (a->status == DNS_OK || aaaa->status == DNS_OK)
        finding(run, BANNER_RESOLVES, PASS, e->subject, "%s has an address", name);
    else if (dns_answer_is_open(a) || dns_answer_is_open(aaaa))
        finding_unknown(run, BANNER_RESOLVES, e->subject, dns_answer_is_open(a) ? &a->trouble : &aaaa->trouble,
                        "no answer for %s", name);
    else
        finding(run, BANNER_RESOLVES, stands_in_for_helo(run, e, name) ? WARN : NOTE, e->subject, "%s %s", name,
                a->chain_loops                ? "is an alias that leads back to itself"
                : a->status == DNS_NXDOMAIN ? "does not exist"
                                            : "has no address");
}

static void judge_reverse(struct run *run, const struct endpoint *e, const char *name)
{
    const struct ip *ip = &e->address->ip;
    struct reverse r = need_reverse(run, ip);
    const struct dns_answer *forward =
        name_is_host(name) ? need_confirmed(run, name, ip->family == IP_V6 ? DNS_AAAA : DNS_A).answer : NULL;

    if (r.state == REVERSE_PENDING || (name_is_host(name) && !forward))
        return;
    if (r.state == REVERSE_UNDECIDED) {
        finding_follows(finding_unknown(run, BANNER_MATCHES_PTR, e->subject, &r.trouble, "no answer for PTR"),
                        PTR_EXISTS);
        return;
    }
    if (r.state == REVERSE_ABSENT) {
        finding(run, BANNER_MATCHES_PTR, SKIPPED, e->subject, "the address has no reverse name: see ptr.exists");
        return;
    }
    for (size_t i = 0; i < r.ptr->count; i++) {
        if (name_equal(r.ptr->records[i].name, name)) {
            finding(run, BANNER_MATCHES_PTR, PASS, e->subject, "%s is the reverse name", name);
            return;
        }
    }
    if (name_equal(name, e->host->name) || dns_answer_has_ip(forward, ip))
        finding(run, BANNER_MATCHES_PTR, NOTE, e->subject, "%s is not the reverse name %s, but belongs to this address",
                name, r.ptr->records[0].name);
    else if (dns_answer_is_open(forward))
        finding_follows(
            finding_unknown(run, BANNER_MATCHES_PTR, e->subject, &forward->trouble, "no answer for %s", name),
            BANNER_RESOLVES);
    else
        finding(run, BANNER_MATCHES_PTR, stands_in_for_helo(run, e, name) ? WARN : NOTE, e->subject,
                "%s is neither the reverse name %s nor leads to this address", name, r.ptr->records[0].name);
}

/* What stands where a name should. */
static const char *first_word(struct run *run, const struct smtp_reply *reply)
{
    struct str word = smtp_reply_name(reply);

    return word.len ? str_printf(run_arena(run), "\"%s\"", str_text(run_arena(run), word)) : "nobody";
}

static void judge_ehlo(struct run *run, const struct endpoint *e, const char *name)
{
    const struct smtp_session *s = e->session;
    const struct smtp_reply *reply = s->ehlo.code == 250 ? &s->ehlo : &s->helo;
    const char *other = ehlo_host_name(run, s);
    struct trouble trouble = s->ehlo.code ? reply_trouble(run, s, &s->ehlo) : e->trouble;

    if (reply->code != 250 && trouble.reason)
        finding_follows(finding_unknown(run, BANNER_MATCHES_EHLO, e->subject, &trouble, "no reply to EHLO"),
                        SMTP_EHLO_ACCEPTED);
    else if (reply->code != 250)
        finding(run, BANNER_MATCHES_EHLO, SKIPPED, e->subject, "no reply to EHLO or HELO: see smtp.ehlo");
    else if (name_equal(other, name))
        finding(run, BANNER_MATCHES_EHLO, PASS, e->subject, "both show %s", name);
    else
        finding(run, BANNER_MATCHES_EHLO, NOTE, e->subject, "greets as %s, answers EHLO as %s", name,
                *other ? other : first_word(run, reply));
}

static void judge_names(struct run *run, const struct endpoint *e)
{
    static const enum check_id of_name[] = {BANNER_RESOLVES, BANNER_MATCHES_PTR, BANNER_MATCHES_EHLO};
    const char *name = greeting_host_name(run, e->session);

    if (!*name) {
        finding(run, BANNER_FQDN, NOTE, e->subject, "the greeting names no host: it begins with %s",
                first_word(run, &e->session->greeting));
        for (size_t i = 0; i < sizeof of_name / sizeof *of_name; i++)
            finding(run, of_name[i], SKIPPED, e->subject, "the greeting names no host: see banner.fqdn");
        return;
    }
    if (name_is_host(name)) {
        finding(run, BANNER_FQDN, PASS, e->subject, "%s", name);
        judge_resolution(run, e, name);
    } else {
        finding(run, BANNER_FQDN, NOTE, e->subject, "the name %s %s", name, name_fault_text(name_fault(name)));
        finding(run, BANNER_RESOLVES, SKIPPED, e->subject, "no public host name: see banner.fqdn");
    }
    judge_reverse(run, e, name);
    judge_ehlo(run, e, name);
}

static void judge_endpoint(struct run *run, struct endpoint *e)
{
    e->session = need_judged_session(run, e->host->name, &e->address->ip, &e->trouble);
    if (!e->session || !judge_greeting(run, e))
        return;
    if (e->other)
        e->subject.name = greeting_host_name(run, e->session);
    judge_names(run, e);
    if (!e->other)
        return;
    e->session = e->other;
    e->trouble = e->other->trouble;
    e->subject.name = greeting_host_name(run, e->session);
    judge_names(run, e);
}

static void probe_banner(struct run *run)
{
    const struct inventory *mail = need_inventory(run);
    bool any = false;

    for (size_t h = 0; h < mail->host_count; h++) {
        for (size_t i = 0; i < mail->hosts[h].address_count; i++) {
            struct endpoint e = {.host = &mail->hosts[h], .address = &mail->addresses[mail->hosts[h].addresses[i]]};

            any = true;
            e.subject = subject_host_address(e.host->name, &e.address->ip);
            judge_endpoint(run, &e);
        }
    }
    skip_sender_only(run, mail, BANNER_GREETING);
    if (mail->complete && !any)
        judge_without_address(run, mail, BANNER_GREETING, "no MX host has an address");
}

const struct probe banner_probe = {
    .name = "banner",
    .summary = "the greeting of every MX host, and the names in it",
    .groups = "banner",
    .run = probe_banner,
};
