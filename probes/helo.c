/* probes/helo.c - the HELO name of every sender.  (checks.md, section 6; RFC 5321 4.1.1.1, 2.3.5)
 *
 * Only a declared name is judged.  Where none is declared and the sender is an MX address too, the name in its greeting
 * stands in, every finding says so, and none is worse than `warn`: a greeting is not the HELO of outgoing mail. */
#include <string.h>

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/fcrdns.h"
#include "core/derive/inventory.h"
#include "core/derive/reverse.h"
#include "core/derive/run.h"
#include "core/derive/session.h"
#include "core/derive/spf.h"
#include "core/facts/smtp_session.h"
#include "core/facts/target.h"
#include "core/result/finding.h"
#include "core/result/probe.h"

static const enum check_id checks[] = {HELO_FQDN, HELO_RESOLVES, HELO_MATCHES_IP, HELO_MATCHES_PTR, HELO_SPF};
enum { CHECKS = sizeof checks / sizeof *checks };

struct helo {
    const struct mail_address *sender;
    const char *name;    /* without a final dot */
    struct subject subject;
    bool assumed;
};

static struct finding *judge(struct run *run, const struct helo *h, enum check_id check, enum status status, const char *message)
{
    enum status shown = h->assumed && status > WARN ? WARN : status;
    struct finding *f = finding(run, check, shown, h->subject, "%s%s", message, h->assumed ? " (assumed from banner)" : "");

    return h->assumed ? finding_worst(f, WARN) : f;
}

static void leave_undecided(struct run *run, const struct helo *h, enum check_id check, const struct trouble *trouble, enum check_id cause)
{
    struct finding *f = finding_unknown(run, check, h->subject, trouble, "no answer%s", h->assumed ? " (assumed from banner)" : "");

    if (cause != check)
        finding_follows(f, cause);
    if (h->assumed)
        finding_worst(f, WARN);
}

static void skip_all(struct run *run, struct subject subject, const char *why)
{
    for (size_t i = 0; i < CHECKS; i++)
        finding(run, checks[i], SKIPPED, subject, "%s", why);
}

/* "[192.0.2.1]" or "[IPv6:2001:db8::1]", RFC 5321 4.1.3: the tag goes with IPv6, and with nothing else. */
static bool parse_literal(struct run *run, const char *name, struct ip *out)
{
    size_t len = strlen(name);
    struct str inside;
    bool tagged;

    if (len < 3 || name[0] != '[' || name[len - 1] != ']')
        return false;
    inside = (struct str){name + 1, len - 2};
    tagged = str_starts_nocase(inside, "IPv6:");
    if (tagged)
        inside = (struct str){inside.at + 5, inside.len - 5};
    return ip_parse(str_copy(run_arena(run), inside).at, out) && tagged == (out->family == IP_V6);
}

static bool judge_syntax(struct run *run, const struct helo *h)
{
    struct ip literal;
    enum name_fault fault;
    struct finding *f;

    if (parse_literal(run, h->name, &literal)) {
        bool own = ip_equal(&literal, &h->sender->ip);

        judge(run, h, HELO_FQDN, own ? WARN : FAIL,
              own ? "an address literal: legal, but filters score it" : "an address literal of another address");
        return false;
    }
    fault = name_fault(h->name);
    if (fault == NAME_OK) {
        judge(run, h, HELO_FQDN, PASS, "a fully qualified domain name");
        return true;
    }
    if (fault == NAME_UNDERSCORE) {
        judge(run, h, HELO_FQDN, NOTE, "has an underscore, which strict sites refuse");
        return true;
    }
    f = judge(run, h, HELO_FQDN, FAIL, str_printf(run_arena(run), "the name %s", name_fault_text(fault)));
    finding_remedy(run, f,
                   "In the mail server, set the HELO name to its public host name, such as mail.%s (Postfix: smtp_helo_name = NAME; Exim: "
                   "helo_data = NAME in the smtp transport; OpenSMTPD: relay helo NAME; Exchange: Set-SendConnector -Fqdn NAME).",
                   run_target(run)->domain);
    return false;
}

static const char *record_type(const struct ip *ip)
{
    return ip->family == IP_V6 ? "AAAA" : "A";
}

/* True: there is an address to compare with. */
static bool judge_resolution(struct run *run, const struct helo *h, const struct dns_answer *a, const struct dns_answer *aaaa)
{
    bool resolves = a->status == DNS_OK || aaaa->status == DNS_OK;
    const struct dns_answer *mx;
    struct finding *f;

    if (resolves) {
        bool alias = a->chain_count || aaaa->chain_count;

        f = judge(run, h, HELO_RESOLVES, alias ? NOTE : PASS, alias ? "an alias that leads to an address" : "has an address");
    } else if (dns_answer_is_open(a) || dns_answer_is_open(aaaa)) {
        leave_undecided(run, h, HELO_RESOLVES, dns_answer_is_open(a) ? &a->trouble : &aaaa->trouble, HELO_RESOLVES);
        return false;
    } else {
        mx = a->status == DNS_NXDOMAIN ? a : need_dns(run, h->name, DNS_MX); /* a name that does not exist has no MX either */
        if (!mx)
            return false;
        if (mx->status == DNS_OK) {
            f = judge(run, h, HELO_RESOLVES, WARN, "has an MX record, but no address");
        } else if (dns_answer_is_open(mx)) {
            leave_undecided(run, h, HELO_RESOLVES, &mx->trouble, HELO_RESOLVES);
            return false;
        } else {
            f = judge(run, h, HELO_RESOLVES, FAIL, a->status == DNS_NXDOMAIN ? "the name does not exist" : "the name has neither address nor MX");
        }
        if (name_is_under(h->name, name_org_domain(run_target(run)->domain)))
            finding_record(run, f, "%s. 3600 IN %s %s", h->name, record_type(&h->sender->ip), h->sender->label);
    }
    finding_rests_on(run, finding_rests_on(run, f, a->key), aaaa->key);
    return resolves;
}

static void judge_address(struct run *run, const struct helo *h, const struct dns_answer *own_family)
{
    struct finding *f;

    if (dns_answer_is_open(own_family)) {
        leave_undecided(run, h, HELO_MATCHES_IP, &own_family->trouble, HELO_RESOLVES);
        return;
    }
    if (dns_answer_has_ip(own_family, &h->sender->ip)) {
        f = judge(run, h, HELO_MATCHES_IP, PASS, "leads to the sending address");
    } else {
        f = judge(run, h, HELO_MATCHES_IP, WARN,
                  own_family->status == DNS_OK ? "leads to other addresses than the sending one" : "has no address of the sender's family");
        if (name_is_under(h->name, name_org_domain(run_target(run)->domain)))
            finding_record(run, f, "%s. 3600 IN %s %s", h->name, record_type(&h->sender->ip), h->sender->label);
    }
    finding_rests_on(run, f, own_family->key);
}

static void judge_reverse(struct run *run, const struct helo *h, const struct dns_answer *own_family)
{
    struct reverse r = need_reverse(run, &h->sender->ip);
    const struct fcrdns *names;
    struct finding *f;

    if (r.state == REVERSE_PENDING)
        return;
    names = need_fcrdns(run, need_inventory(run), &h->sender->ip, r.ptr);
    if (!names->complete)
        return;
    if (r.state == REVERSE_UNDECIDED) {
        leave_undecided(run, h, HELO_MATCHES_PTR, &r.trouble, PTR_EXISTS);
        return;
    }
    if (r.state == REVERSE_ABSENT) {
        judge(run, h, HELO_MATCHES_PTR, SKIPPED, "the address has no reverse name: see ptr.exists");
        return;
    }
    for (size_t i = 0; i < names->count; i++) {
        if (name_equal(names->at[i].name, h->name)) {
            finding_rests_on(run, judge(run, h, HELO_MATCHES_PTR, PASS, "is the reverse name"), r.ptr->key);
            return;
        }
    }
    /* Whether they differ harmlessly depends on where both lead. */
    if (dns_answer_is_open(own_family) || (dns_answer_has_ip(own_family, &h->sender->ip) && !names->confirming && names->open)) {
        leave_undecided(run, h, HELO_MATCHES_PTR, dns_answer_is_open(own_family) ? &own_family->trouble : &names->trouble,
                        dns_answer_is_open(own_family) ? HELO_RESOLVES : PTR_FCRDNS);
        return;
    }
    f = judge(run, h, HELO_MATCHES_PTR, names->confirming && dns_answer_has_ip(own_family, &h->sender->ip) ? NOTE : WARN,
              str_printf(run_arena(run), "is not the reverse name (%s)", names->at[0].name));
    finding_rests_on(run, f, r.ptr->key);
}

static bool are_senders(struct run *run, const struct dns_answer *answer)
{
    const struct inventory *mail = need_inventory(run);

    for (size_t i = 0; i < answer->count; i++) {
        size_t k = 0;

        while (k < mail->address_count &&
               !(address_is_sender(&mail->addresses[k]) && ip_equal(&mail->addresses[k].ip, &answer->records[i].ip)))
            k++;
        if (k == mail->address_count)
            return false;
    }
    return true;
}

/* Of mail with an empty reverse-path: RFC 7208 2.4. */
static void judge_spf(struct run *run, const struct helo *h, const struct dns_answer *a, const struct dns_answer *aaaa)
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
        f = judge(run, h, HELO_SPF, NOTE, "the HELO name has no SPF record; mail with an empty sender has nothing to pass by");
        if (a->count + aaaa->count && are_senders(run, a) && are_senders(run, aaaa) &&
            name_is_under(h->name, name_org_domain(run_target(run)->domain)))
            finding_record(run, f, "%s. 3600 IN TXT \"v=spf1 a -all\"", h->name);
        break;
    case SPF_FAIL:
        f = judge(run, h, HELO_SPF, FAIL, "SPF of the HELO name: fail; all mail with an empty sender fails");
        break;
    default:
        f = judge(run, h, HELO_SPF, WARN,
                  str_printf(run_arena(run), "SPF of the HELO name: %s%s%s", spf_word_text(r->word), r->why ? ": " : "", r->why ? r->why : ""));
        break;
    }
    for (size_t i = 0; i < r->evidence_count; i++)
        finding_rests_on(run, f, r->evidence[i]);
}

static void judge_name(struct run *run, const struct helo *h)
{
    const struct dns_answer *a, *aaaa, *own_family;

    if (!judge_syntax(run, h)) {
        for (size_t i = 1; i < CHECKS; i++)
            judge(run, h, checks[i], SKIPPED, "no domain name: see helo.fqdn");
        return;
    }
    a = need_dns(run, h->name, DNS_A);
    aaaa = need_dns(run, h->name, DNS_AAAA);
    if (!a || !aaaa)
        return;
    own_family = h->sender->ip.family == IP_V6 ? aaaa : a;
    if (judge_resolution(run, h, a, aaaa))
        judge_address(run, h, own_family);
    else if (dns_answer_is_open(a) || dns_answer_is_open(aaaa))
        leave_undecided(run, h, HELO_MATCHES_IP, dns_answer_is_open(a) ? &a->trouble : &aaaa->trouble, HELO_RESOLVES);
    else
        judge(run, h, HELO_MATCHES_IP, SKIPPED, "has no address: see helo.resolves");
    judge_reverse(run, h, own_family);
    judge_spf(run, h, a, aaaa);
}

static void judge_declared(struct run *run, const struct mail_address *a, const char *helo)
{
    struct helo h = {.sender = a, .name = name_compared(run_arena(run), helo), .subject = subject_address_name(&a->ip, helo)};

    judge_name(run, &h);
}

static void judge_assumed_name(struct run *run, const struct mail_address *a, const char *name)
{
    struct helo h = {.sender = a, .assumed = true, .name = name, .subject = subject_address_name(&a->ip, name)};

    judge_name(run, &h);
}

static void judge_assumed(struct run *run, const struct mail_address *a)
{
    struct trouble trouble;
    const struct smtp_session *s = need_judged_session(run, a->mx_name, &a->ip, &trouble), *other;
    const char *name;

    if (!s)
        return;
    if (s->greeting.code != 220) {
        skip_all(run, subject_address(&a->ip), "declare the HELO name with --sender; there is no greeting to assume it from");
        return;
    }
    name = greeting_host_name(run, s);
    if (!*name || strchr(name, '*')) {
        skip_all(run, subject_address(&a->ip), "declare the HELO name with --sender; the greeting shows no name to assume it from");
        return;
    }
    judge_assumed_name(run, a, name);
    other = need_other_session(run, a->mx_name, a, s);
    if (other)
        judge_assumed_name(run, a, greeting_host_name(run, other));
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
            judge_assumed(run, a);
        else
            skip_all(run, subject_address(&a->ip), "declare the HELO name: --sender ADDRESS=NAME");
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
