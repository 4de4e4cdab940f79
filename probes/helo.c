/* probes/helo.c - the HELO name of every sender.  (checks.md, section 6; RFC 5321 4.1.1.1, 2.3.5)
 *
 * Only a declared name is judged.  Where none is declared and the sender is an MX address too, the name in its
 * greeting, or in its reply to EHLO, stands in; every finding says so, and none is worse than `warn`, because it need
 * not be the HELO of outgoing mail.  So there is one finding at most that is not in order, and its advice comes with an
 * "if". */
#include "probes/helo.h"

#include <string.h>

#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/absence.h"
#include "core/derive/alias.h"
#include "core/derive/fcrdns.h"
#include "core/derive/inventory.h"
#include "core/derive/run.h"
#include "core/derive/session.h"
#include "core/derive/spf.h"
#include "core/facts/smtp_session.h"
#include "core/facts/target.h"
#include "core/result/probe.h"

static const enum check_id checks[HELO_CHECKS] = {HELO_FQDN, HELO_RESOLVES, HELO_MATCHES_IP, HELO_MATCHES_PTR,
                                                  HELO_SPF};

static const char *label(struct run *run, const struct helo *h)
{
    return h->assumed ? str_printf(run_arena(run), " (assumed from the %s)", h->assumed) : "";
}

static struct finding *keep(struct helo *h, struct finding *f)
{
    size_t i = 0;

    while (checks[i] != f->check)
        i++;
    h->found[i] = f;
    return h->assumed ? finding_worst(f, WARN) : f;
}

static struct finding *judge(struct run *run, struct helo *h, enum check_id check, enum status status,
                             const char *message)
{
    enum status shown = h->assumed && status > WARN ? WARN : status;

    return keep(h, finding(run, check, shown, h->subject, "%s%s", message, label(run, h)));
}

static void leave_undecided(struct run *run, struct helo *h, enum check_id check, const struct trouble *trouble,
                            enum check_id cause)
{
    struct finding *f = keep(h, finding_unknown(run, check, h->subject, trouble, "no answer%s", label(run, h)));

    if (cause != check)
        finding_follows(f, cause);
}

static void skip_all(struct run *run, struct subject subject, const char *why)
{
    for (size_t i = 0; i < HELO_CHECKS; i++)
        finding(run, checks[i], SKIPPED, subject, "%s", why);
}

/* ---- the checks ---- */

/* True: there is a name to look up. */
static bool judge_syntax(struct run *run, struct helo *h)
{
    enum name_fault fault = name_fault(h->name);
    struct ip literal;

    if (ip_parse_literal(h->name, &literal)) {
        bool own = ip_equal(&literal, &h->sender->ip);

        helo_remedy_name(
            run, h,
            finding_cause(judge(run, h, HELO_FQDN, own ? WARN : FAIL,
                                own ? "an address literal: legal, but filters score it"
                                    : "an address literal of another address"),
                          CAUSE_HELO_LITERAL));
        return false;
    }
    if (fault == NAME_OK)
        judge(run, h, HELO_FQDN, PASS, "a fully qualified domain name");
    else if (fault == NAME_UNDERSCORE)
        helo_remedy_name(run, h, judge(run, h, HELO_FQDN, NOTE, "has an underscore, which strict sites refuse"));
    else
        helo_remedy_name(
            run, h, judge(run, h, HELO_FQDN, FAIL, str_printf(run_arena(run), "the name %s", name_fault_text(fault))));
    return name_is_host(h->name);
}

/* True: there is an address to compare with. */
static bool judge_resolution(struct run *run, struct helo *h)
{
    const struct dns_answer *open = dns_answer_is_open(h->own) ? h->own : h->other, *mx;
    struct finding *f;

    if (h->own->status == DNS_OK || h->other->status == DNS_OK) {
        bool alias = h->own->chain_count || h->other->chain_count;

        f = judge(run, h, HELO_RESOLVES, alias ? NOTE : PASS,
                  alias ? "an alias that leads to an address" : "has an address");
    } else if (dns_answer_is_open(open)) {
        leave_undecided(run, h, HELO_RESOLVES, &open->trouble, HELO_RESOLVES);
        return false;
    } else {
        /* a name that does not exist has no MX either */
        mx = h->own->status == DNS_NXDOMAIN ? h->own : need_confirmed(run, h->name, DNS_MX).answer;
        if (!mx)
            return false;
        if (dns_answer_is_open(mx)) {
            leave_undecided(run, h, HELO_RESOLVES, &mx->trouble, HELO_RESOLVES);
            return false;
        }
        if (mx->status == DNS_OK)
            f = judge(run, h, HELO_RESOLVES, WARN, "has an MX record, but no address");
        else if (h->own->chain_loops)
            f = judge(
                run, h, HELO_RESOLVES, FAIL,
                str_printf(run_arena(run), "is an alias that leads back to itself: %s", alias_chain_text(run, h->own)));
        else
            f = judge(run, h, HELO_RESOLVES, FAIL,
                      h->own->status == DNS_NXDOMAIN ? "the name does not exist"
                                                     : "the name has neither address nor MX");
        helo_remedy_absence(run, h, f);
    }
    finding_rests_on(run, finding_rests_on(run, f, h->own->key), h->other->key);
    return h->own->status == DNS_OK || h->other->status == DNS_OK;
}

static void judge_address(struct run *run, struct helo *h)
{
    struct finding *f;

    if (dns_answer_is_open(h->own)) {
        leave_undecided(run, h, HELO_MATCHES_IP, &h->own->trouble, HELO_RESOLVES);
        return;
    }
    if (helo_leads_here(h)) {
        f = judge(run, h, HELO_MATCHES_IP, PASS, "leads to the sending address");
    } else {
        f = judge(run, h, HELO_MATCHES_IP, WARN,
                  h->own->status == DNS_OK ? "leads to other addresses than the sending one"
                                           : "has no address of the sender's family");
        helo_remedy_elsewhere(run, h, f);
    }
    finding_rests_on(run, f, h->own->key);
}

static void judge_reverse(struct run *run, struct helo *h)
{
    struct finding *f;

    if (h->reverse.state == REVERSE_UNDECIDED) {
        leave_undecided(run, h, HELO_MATCHES_PTR, &h->reverse.trouble, PTR_EXISTS);
        return;
    }
    if (h->reverse.state == REVERSE_ABSENT) {
        judge(run, h, HELO_MATCHES_PTR, SKIPPED, "the address has no reverse name: see ptr.exists");
        return;
    }
    if (helo_is_reverse_name(h)) {
        f = judge(run, h, HELO_MATCHES_PTR, PASS, "is the reverse name");
    } else if (dns_answer_is_open(h->own)) { /* whether they differ harmlessly depends on where both lead */
        leave_undecided(run, h, HELO_MATCHES_PTR, &h->own->trouble, HELO_RESOLVES);
        return;
    } else if (helo_leads_here(h) && !h->names->confirming && h->names->open) {
        leave_undecided(run, h, HELO_MATCHES_PTR, &h->names->trouble, PTR_FCRDNS);
        return;
    } else {
        f = judge(run, h, HELO_MATCHES_PTR, h->names->confirming && helo_leads_here(h) ? NOTE : WARN,
                  str_printf(run_arena(run), "is not the reverse name (%s)", h->names->at[0].name));
        helo_remedy_difference(run, h, f);
    }
    finding_rests_on(run, f, h->reverse.ptr->key);
}

/* Of mail with an empty reverse-path: RFC 7208 2.4. */
static void judge_spf(struct run *run, struct helo *h)
{
    struct spf_question question = spf_question_of(run, &h->sender->ip, "", h->name);
    const struct spf_result *r = need_spf(run, &question);
    struct finding *f;

    if (!r)
        return;
    switch (r->word) {
    case SPF_PASS:
        f = judge(run, h, HELO_SPF, PASS, "SPF of the HELO name: pass");
        break;
    case SPF_TEMPERROR:
        leave_undecided(run, h, HELO_SPF, &r->trouble, HELO_SPF);
        return;
    case SPF_NONE:
        f = judge(run, h, HELO_SPF, NOTE,
                  "the HELO name has no SPF record; mail with an empty sender cannot pass SPF");
        break;
    case SPF_FAIL:
        f = judge(run, h, HELO_SPF, FAIL, "SPF of the HELO name: fail; all mail with an empty sender fails");
        break;
    default:
        f = judge(run, h, HELO_SPF, WARN,
                  str_printf(run_arena(run), "SPF of the HELO name: %s%s%s", spf_word_text(r->word), r->why ? ": " : "",
                             r->why ? r->why : ""));
        break;
    }
    if (f->status != PASS)
        helo_remedy_spf(run, h, f, r);
    for (size_t i = 0; i < r->evidence_count; i++)
        finding_rests_on(run, f, r->evidence[i]);
}

/* ---- a name ---- */

/* What remedies look at, too.  False: on its way. */
static bool look_up(struct run *run, struct helo *h)
{
    bool is_ipv6 = h->sender->ip.family == IP_V6;

    h->reverse = need_reverse(run, &h->sender->ip);
    if (name_is_host(h->name)) {
        h->own = need_confirmed(run, h->name, is_ipv6 ? DNS_AAAA : DNS_A).answer;
        h->other = is_ipv6 ? need_addresses(run, h->name).a : need_addresses(run, h->name).aaaa;
    }
    if (h->reverse.state == REVERSE_NAMES)
        h->names = need_fcrdns(run, need_inventory(run), &h->sender->ip, h->reverse.ptr);
    return h->reverse.state != REVERSE_PENDING && (!h->names || h->names->complete) &&
           (!name_is_host(h->name) || (h->own && h->other));
}

/* Only the assumption may be at fault: the worst of what was found stands for all of it. */
static void fold(struct run *run, struct helo *h)
{
    struct finding *worst = NULL;

    for (size_t i = 0; i < HELO_CHECKS; i++)
        if (h->found[i] && (h->found[i]->status == NOTE || h->found[i]->status == WARN) &&
            (!worst || h->found[i]->status > worst->status))
            worst = h->found[i];
    for (size_t i = 0; i < HELO_CHECKS; i++) {
        struct finding *f = h->found[i];

        if (!f || f == worst || (f->status != NOTE && f->status != WARN))
            continue;
        f->status = SKIPPED;
        f->message = str_printf(run_arena(run), "not looked into, as the name is only assumed: see %s",
                                check_of(worst->check)->name);
        f->remedy = NULL;
        f->records.count = 0;
    }
    if (worst && !worst->remedy)
        finding_remedy(run, worst, "If this is the name that your server says when it sends: %s",
                       check_of(worst->check)->remedy);
}

static void judge_name(struct run *run, struct helo *h)
{
    if (!look_up(run, h))
        return;
    if (!judge_syntax(run, h)) {
        for (size_t i = 1; i < HELO_CHECKS; i++)
            judge(run, h, checks[i], SKIPPED, "no domain name: see helo.fqdn");
        return;
    }
    if (judge_resolution(run, h))
        judge_address(run, h);
    else if (dns_answer_is_open(h->own) || dns_answer_is_open(h->other))
        leave_undecided(run, h, HELO_MATCHES_IP, dns_answer_is_open(h->own) ? &h->own->trouble : &h->other->trouble,
                        HELO_RESOLVES);
    else
        judge(run, h, HELO_MATCHES_IP, SKIPPED, "has no address: see helo.resolves");
    judge_reverse(run, h);
    judge_spf(run, h);
    if (h->assumed)
        fold(run, h);
}

static void judge_declared(struct run *run, const struct mail_address *a, const char *helo)
{
    struct helo h = {
        .sender = a, .name = name_compared(run_arena(run), helo), .subject = subject_address_name(&a->ip, helo)};

    judge_name(run, &h);
}

static void judge_assumed(struct run *run, const struct mail_address *a, const struct smtp_session *s, const char *name)
{
    struct helo h = {.sender = a, .name = name, .subject = subject_address_name(&a->ip, name)};

    h.assumed = name_equal(name, greeting_host_name(run, s)) ? "greeting" : "EHLO reply";
    judge_name(run, &h);
}

static void judge_session_name(struct run *run, const struct mail_address *a)
{
    struct trouble trouble;
    const struct smtp_session *s = need_judged_session(run, a->mx_name, &a->ip, &trouble), *other;
    const char *name, *other_name;

    if (!s)
        return;
    if (s->greeting.code != 220) {
        skip_all(run, subject_address(&a->ip),
                 "the HELO name is not known: no greeting was seen to take it from");
        return;
    }
    if (!need_helo_stand_in(run, &a->ip, s, &name))
        return;
    if (!*name) {
        skip_all(run, subject_address(&a->ip),
                 "the HELO name is not known: the greeting shows no name to take it from");
        return;
    }
    judge_assumed(run, a, s, name);
    other = need_other_session(run, a->mx_name, a, s);
    if (other && need_helo_stand_in(run, &a->ip, other, &other_name) && !name_equal(name, other_name))
        judge_assumed(run, a, other, other_name);
}

static void probe_helo(struct run *run)
{
    const struct inventory *mail = need_inventory(run);
    bool any = false;

    for (size_t i = 0; i < mail->address_count; i++) {
        const struct mail_address *a = &mail->addresses[i];

        if (!address_is_sender(a))
            continue;
        any = true;
        for (size_t h = 0; h < a->helo_count; h++)
            judge_declared(run, a, a->helos[h]);
        if (a->helo_count)
            continue;
        if (a->roles & ROLE_MX)
            judge_session_name(run, a);
        else
            skip_all(run, subject_address(&a->ip), "the HELO name is not known: none was named");
    }
    if (mail->complete && !any)
        skip_all(run, subject_domain(run_target(run)->domain), "no sender is known");
}

const struct probe helo_probe = {
    .name = "helo",
    .summary = "the HELO name of every sender",
    .groups = "helo",
    .run = probe_helo,
};
