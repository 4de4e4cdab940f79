/* probes/ptr.c - the reverse names of every mail address,
 * forward-confirmed.  (checks.md, sections 3 and 4; RFC 8601 3) */
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/list_text.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/derived.h"
#include "core/derive/fcrdns.h"
#include "core/derive/inventory.h"
#include "core/derive/reverse.h"
#include "core/derive/run.h"
#include "core/facts/target.h"
#include "core/result/finding.h"
#include "core/result/probe.h"
#include "probes/generic/generic.h"
#include "probes/unaddressed.h"

enum { PTR_MANY = 10 }; /* more PTR records than this: ptr.single warns */

/* Checks that need a reverse name. */
static const enum check_id dependents[] = {PTR_NAME_VALID,   PTR_FCRDNS,  PTR_SINGLE,
                                           PTR_TARGET_CNAME, PTR_GENERIC, PTR_DOMAIN_ALIGNED};
enum { DEPENDENT_COUNT = sizeof dependents / sizeof *dependents };

/* PTR problems are fatal for an address that sends; for one that only receives they are a matter of order. */
static enum status by_role(const struct mail_address *a, enum status sender, enum status mx)
{
    return address_is_sender(a) ? sender : mx;
}

static struct finding *judged(const struct mail_address *a, struct finding *f)
{
    if (!address_is_sender(a) && f->worst == FAIL)
        f->worst = WARN;
    return f;
}

static void skip_dependents(struct run *run, const struct mail_address *a, const char *why)
{
    for (size_t i = 0; i < DEPENDENT_COUNT; i++)
        finding(run, dependents[i], SKIPPED, subject_address(&a->ip), "%s", why);
}

static void leave_undecided(struct run *run, const struct mail_address *a, const struct reverse *r)
{
    const char *what =
        r->ptr->status == DNS_UNKNOWN ? "no answer for PTR" : "the absence of a PTR record could not be confirmed";

    finding_rests_on(run, judged(a, finding_unknown(run, PTR_EXISTS, subject_address(&a->ip), &r->trouble, "%s", what)),
                     r->ptr->key);
    for (size_t i = 0; i < DEPENDENT_COUNT; i++)
        finding_follows(
            judged(a, finding_unknown(run, dependents[i], subject_address(&a->ip), &r->trouble, "%s", what)),
            PTR_EXISTS);
}

/* A declared HELO name that leads to the address: then it is the reverse name that is stale.  NULL: none does. */
static const char *leading_helo(struct run *run, const struct mail_address *a)
{
    for (size_t i = 0; i < a->helo_count; i++) {
        const char *helo = name_compared(run_arena(run), a->helos[i]);
        const struct dns_answer *forward =
            name_is_host(helo) ? need_confirmed(run, helo, a->ip.family == IP_V6 ? DNS_AAAA : DNS_A).answer : NULL;

        if (forward && dns_answer_has_ip(forward, &a->ip))
            return helo;
    }
    return NULL;
}

/* For a PTR record; NULL: no name is known that would do, and none is invented. */
static const char *wanted_name(struct run *run, const struct mail_address *a)
{
    const char *helo = leading_helo(run, a);

    if (!helo && a->helo_count)
        helo = name_compared(run_arena(run), address_helo(a));
    if (helo && name_is_host(helo))
        return helo;
    if (a->mx_name)
        return a->mx_name;
    return a->host_count ? a->hosts[0] : NULL;
}

/* Where the PTR record of an address stands: in a zone for less than a /24 at the end of an alias (RFC 2317). */
static const char *record_owner(struct run *run, const struct mail_address *a)
{
    const struct reverse r = need_reverse(run, &a->ip);

    return r.ptr && r.ptr->chain_count ? name_lower(run_arena(run), r.ptr->chain[r.ptr->chain_count - 1].target)
                                       : r.name;
}

static void offer_ptr(struct run *run, const struct mail_address *a, struct finding *f)
{
    const char *name = wanted_name(run, a);

    if (name)
        finding_record(run, f, "%s. 3600 IN PTR %s.", record_owner(run, a), name);
}

/* Where an SPF term made the address a sender, it may be the term that is wrong. */
static const char *way_out(struct run *run, const struct mail_address *a)
{
    if (a->origin != SENDER_SPF || !a->term)
        return "";
    return str_printf(run_arena(run), " Or, if that host never sends, drop \"%s\" from the SPF record.", a->term);
}

static void report_absence(struct run *run, const struct mail_address *a, const struct reverse *r)
{
    const struct dns_answer *ptr = r->ptr;
    struct finding *f;

    f = finding(run, PTR_EXISTS, by_role(a, FAIL, WARN), subject_address(&a->ip),
                ptr->chain_count ? "the reverse name is an alias for %s, which has no PTR record%s"
                                 : "no PTR record for %s%s",
                ptr->chain_count ? ptr->chain[ptr->chain_count - 1].target : r->name, r->confirmed.remark);
    finding_rests_on(run, judged(a, f), ptr->key);
    finding_cause(f, ptr->chain_count ? CAUSE_PTR_DANGLING : CAUSE_PTR_ABSENT);
    finding_remedy(
        run, f,
        "Ask whoever assigned you the address %s for %s; that name needs an address record (A or AAAA) for the same "
        "address.%s",
        a->label, wanted_name(run, a) ? "this PTR record" : "a PTR record with the name of the host", way_out(run, a));
    offer_ptr(run, a, f);
    skip_dependents(run, a, "no PTR record: see ptr.exists");
}

static void judge_validity(struct run *run, const struct mail_address *a, const struct fcrdns *names)
{
    size_t valid = 0;

    for (size_t i = 0; i < names->count; i++)
        valid += name_is_host(names->at[i].name);
    for (size_t i = 0; i < names->count; i++) {
        const char *name = names->at[i].name;
        struct subject subject = subject_address_name(&a->ip, name);
        enum name_fault fault = name_fault(name);
        struct finding *f;

        if (fault == NAME_OK)
            f = finding(run, PTR_NAME_VALID, PASS, subject, "a valid host name");
        else if (fault == NAME_UNDERSCORE)
            f = finding(run, PTR_NAME_VALID, NOTE, subject, "the name %s", name_fault_text(fault));
        else
            f = finding(run, PTR_NAME_VALID, valid ? WARN : by_role(a, FAIL, WARN), subject, "the reverse name %s",
                        name_fault_text(fault));
        if (fault == NAME_REVERSE)
            finding_remedy(run, finding_cause(f, CAUSE_PTR_FINAL_DOT),
                           "A final dot is probably missing in the reverse zone; ask whoever runs it.");
        judged(a, f);
    }
}

static const char *addresses_text(struct run *run, const struct dns_answer *answer)
{
    struct list_text text = list_text(run_arena(run), ", ", LISTED_MAX);

    for (size_t i = 0; i < answer->count; i++)
        list_add(&text, list_is_full(&text) ? "" : ip_text(run_arena(run), &answer->records[i].ip));
    return list_end(&text);
}

/* "mx.example.org (has 192.0.2.7)", for each name in the given state. */
static const char *names_text(struct run *run, const struct fcrdns *names, enum confirmation state)
{
    struct list_text text = list_text(run_arena(run), "; ", PTR_NAMES_TRIED);

    for (size_t i = 0; i < names->count; i++) {
        const struct reverse_name *n = &names->at[i];
        const char *one = n->name;

        if (n->state != state)
            continue;
        if (state == DENIES && n->forward && n->forward->status == DNS_OK)
            one = str_printf(run_arena(run), "%s (has %s)", n->name, addresses_text(run, n->forward));
        else if (state == DENIES && n->forward)
            one = str_printf(run_arena(run), "%s (%s)", n->name,
                             n->forward->status == DNS_NXDOMAIN ? "does not exist" : "has no such address");
        else if (state == DENIES)
            one = str_printf(run_arena(run), "%s (no host name)", n->name);
        list_add(&text, one);
    }
    return list_end(&text);
}

static bool has_fault(const struct fcrdns *names, enum name_fault fault) /* or, by NAME_OK, none */
{
    for (size_t i = 0; i < names->count; i++)
        if (name_fault(names->at[i].name) == fault)
            return true;
    return false;
}

static void replace_ptr(struct run *run, const struct mail_address *a, const struct fcrdns *names, struct finding *f)
{
    for (size_t i = 0; f->records.count && i < names->count; i++)
        finding_replaces(run, f, "%s. 3600 IN PTR %s.", record_owner(run, a), names->at[i].name);
}

static void offer_forward_record(struct run *run, const struct mail_address *a, const struct fcrdns *names,
                                 struct finding *f)
{
    const char *domain = run_target(run)->domain;
    bool has_others = false;

    for (size_t i = 0; i < names->count; i++) {
        const struct reverse_name *n = &names->at[i];

        /* Only where the name is likely to be the user's own can the user add an address to it. */
        if (n->state != DENIES || !name_is_host(n->name) || !name_is_under(n->name, name_org_domain(domain)))
            continue;
        finding_record(run, f, "%s. 3600 IN %s %s", n->name, a->ip.family == IP_V6 ? "AAAA" : "A", a->label);
        has_others |= n->forward->status == DNS_OK;
    }
    if (leading_helo(run, a)) {
        f->records.count = 0;
        finding_remedy(run, finding_cause(f, CAUSE_PTR_STALE),
                       "Ask whoever assigned you the address for this PTR record in place of what is there: the HELO "
                       "name leads to the address.");
        offer_ptr(run, a, f);
        replace_ptr(run, a, names, f);
    } else if (f->records.count) {
        finding_remedy(run, f,
                       "Publish this address record%s; or ask whoever assigned you the address for a PTR record with a "
                       "name that has it.",
                       has_others ? " beside what the name has" : "");
    } else {
        finding_cause(f, has_fault(names, NAME_REVERSE) ? CAUSE_PTR_DOT_LACKS
                         : has_fault(names, NAME_OK)    ? CAUSE_PTR_ELSEWHERE
                                                        : CAUSE_PTR_NONE_VALID);
        finding_remedy(run, f, "Ask whoever assigned you the address for %s, and see that the name has the address %s.",
                       wanted_name(run, a) ? "this PTR record" : "a PTR record with the name of the host", a->label);
        offer_ptr(run, a, f);
        replace_ptr(run, a, names, f);
    }
}

/* The table of checks.md section 4, step 7. */
static void judge_confirmation(struct run *run, const struct mail_address *a, const struct fcrdns *names)
{
    struct finding *f;

    if (names->denying == 0 && names->confirming > 0 && names->open == 0) {
        f = finding(run, PTR_FCRDNS, PASS, subject_address(&a->ip), "%s lead%s back to the address",
                    names_text(run, names, CONFIRMS), names->confirming == 1 ? "s" : "");
    } else if (names->denying == 0 && names->confirming > 0) {
        f = finding(run, PTR_FCRDNS, PASS, subject_address(&a->ip), "%s lead%s back to the address; not answered: %s",
                    names_text(run, names, CONFIRMS), names->confirming == 1 ? "s" : "", names_text(run, names, OPEN));
    } else if (names->confirming > 0) {
        f = finding(run, PTR_FCRDNS, by_role(a, WARN, NOTE), subject_address(&a->ip),
                    "%s lead%s back to the address, but not %s: receivers that try one name refuse now and then",
                    names_text(run, names, CONFIRMS), names->confirming == 1 ? "s" : "",
                    names_text(run, names, DENIES));
        finding_remedy(run, finding_cause(f, CAUSE_PTR_PARTLY),
                       "Ask for the PTR records to be removed whose names do not lead to the address.");
    } else if (names->open == 0 && names->untried == 0) {
        f = finding(run, PTR_FCRDNS, by_role(a, FAIL, WARN), subject_address(&a->ip),
                    "no reverse name leads back to the address: %s", names_text(run, names, DENIES));
        offer_forward_record(run, a, names, f);
    } else if (names->open) {
        f = finding_unknown(run, PTR_FCRDNS, subject_address(&a->ip), &names->trouble, "not answered: %s",
                            names_text(run, names, OPEN));
    } else {
        struct trouble budget = trouble_of(REASON_BUDGET);

        budget.why = "there are more PTR records than are looked up";
        f = finding_unknown(run, PTR_FCRDNS, subject_address(&a->ip), &budget, "%zu %s not tried",
                            names->untried, names->untried == 1 ? "name" : "names");
    }
    for (size_t i = 0; i < names->count; i++)
        if (names->at[i].forward)
            finding_rests_on(run, f, names->at[i].forward->key);
    finding_rests_on(run, judged(a, f), names->ptr->key);
}

static void judge_count(struct run *run, const struct mail_address *a, const struct fcrdns *names)
{
    size_t count = names->count + names->untried;

    if (count == 1)
        finding(run, PTR_SINGLE, PASS, subject_address(&a->ip), "one PTR record");
    else if (count > PTR_MANY)
        finding(run, PTR_SINGLE, WARN, subject_address(&a->ip), "%zu PTR records", count);
    else
        finding(run, PTR_SINGLE, NOTE, subject_address(&a->ip), "%zu PTR records; some receivers try only one of them",
                count);
}

static void judge_alias(struct run *run, const struct mail_address *a, const struct reverse_name *n)
{
    struct subject subject = subject_address_name(&a->ip, n->name);
    struct finding *f;

    if (!n->forward)
        f = finding(run, PTR_TARGET_CNAME, SKIPPED, subject, "no host name: see ptr.name_valid");
    else if (n->forward->chain_count) {
        f = finding(run, PTR_TARGET_CNAME, by_role(a, WARN, NOTE), subject, "the reverse name is an alias for %s",
                    n->forward->chain[n->forward->chain_count - 1].target);
    } else if (n->state == OPEN) {
        f = finding_unknown(run, PTR_TARGET_CNAME, subject, &n->forward->trouble,
                            "no answer for the addresses of the name");
        finding_follows(f, PTR_FCRDNS);
    } else {
        f = finding(run, PTR_TARGET_CNAME, PASS, subject, "no alias");
    }
    judged(a, f);
}

static const char *hits_text(struct run *run, const struct generic_verdict *v)
{
    const char *text = NULL;

    for (size_t i = 0; i < v->hit_count; i++) {
        const char *one =
            str_printf(run_arena(run), "%s \"%.*s\"", v->hits[i].rule, (int)v->hits[i].span.len, v->hits[i].span.at);

        text = text ? str_printf(run_arena(run), "%s, %s", text, one) : one;
    }
    return text ? text : "no rule";
}

struct named_address {
    const struct ip *ip;
    const char *name;
};

static const void *derive_looks(struct run *run, const void *argument)
{
    const struct named_address *asked = argument;
    struct generic_verdict *verdict = ARENA_NEW(run_arena(run), struct generic_verdict);

    *verdict = generic_judge(run_arena(run), asked->ip, str_dup(run_arena(run), asked->name));
    return verdict;
}

/* Once: this probe runs whenever an answer arrives, and the filters' expressions are not cheap. */
static const struct generic_verdict *looks_of(struct run *run, const struct mail_address *a, const char *name)
{
    static const struct derivation looks = {"looks of a reverse name", derive_looks};
    const struct named_address asked = {&a->ip, name};
    const char *key = str_printf(run_arena(run), "%s %s", ip_text(run_arena(run), &a->ip), name);
    const struct generic_verdict *known = derived_by_audit(run, &looks, key); /* no proposal changes a name's looks */

    return known ? known : need_derived(run, &looks, key, &asked);
}

static void judge_looks(struct run *run, const struct mail_address *a, const struct reverse_name *n)
{
    static const enum status sender_status[] = {PASS, NOTE, WARN, FAIL};
    static const char *const class_word[] = {"", "faintly", "partly", "clearly"};
    struct subject subject = subject_address_name(&a->ip, n->name);
    const struct generic_verdict *v;
    struct finding *f;

    if (!name_is_host(n->name)) {
        judged(a, finding(run, PTR_GENERIC, SKIPPED, subject, "no host name: see ptr.name_valid"));
        return;
    }
    v = looks_of(run, a, n->name);
    if (v->cls == GENERIC_NONE) {
        judged(a, finding(run, PTR_GENERIC, PASS, subject, "does not look generated%s%s",
                          v->filters ? "; filters that match: " : "", v->filters ? v->filters : ""));
        return;
    }
    f = finding(run, PTR_GENERIC, by_role(a, sender_status[v->cls], NOTE), subject, "looks %s generated: %s%s%s%s%s",
                class_word[v->cls], hits_text(run, v), v->exemption ? "; scored lower for \"" : "",
                v->exemption ? v->exemption : "", v->exemption ? "\"" : "",
                v->filters ? str_printf(run_arena(run), "; filters that match: %s", v->filters) : "");
    if (f->status >= WARN)
        offer_ptr(run, a, f);
    if (f->records.count)
        finding_replaces(run, f, "%s. 3600 IN PTR %s.", record_owner(run, a), n->name);
    judged(a, f);
}

static bool is_of_domain_or_mx(struct run *run, const struct inventory *mail, const char *name)
{
    const char *own = name_org_domain(name);

    if (name_equal(own, name_org_domain(run_target(run)->domain)))
        return true;
    for (size_t i = 0; i < mail->host_count; i++)
        if (!mail->hosts[i].is_literal && name_equal(own, name_org_domain(mail->hosts[i].name)))
            return true;
    return false;
}

static void judge_alignment(struct run *run, const struct inventory *mail, const struct mail_address *a,
                            const struct reverse_name *n)
{
    struct subject subject = subject_address_name(&a->ip, n->name);

    if (!name_is_host(n->name))
        finding(run, PTR_DOMAIN_ALIGNED, SKIPPED, subject, "no host name: see ptr.name_valid");
    else if (is_of_domain_or_mx(run, mail, n->name))
        finding(run, PTR_DOMAIN_ALIGNED, PASS, subject, "belongs to the domain or its MX hosts");
    else
        finding(run, PTR_DOMAIN_ALIGNED, NOTE, subject,
                "neither of the domain nor of its MX hosts; usual on shared servers");
}

static void judge_names(struct run *run, const struct inventory *mail, const struct mail_address *a,
                        const struct reverse *r)
{
    const struct dns_answer *ptr = r->ptr;
    const struct fcrdns *names = need_fcrdns(run, mail, &a->ip, ptr);

    finding_rests_on(run,
                     judged(a, finding(run, PTR_EXISTS, PASS, subject_address(&a->ip), "%zu PTR record%s%s", ptr->count,
                                       ptr->count == 1 ? "" : "s", r->confirmed.remark)),
                     ptr->key);
    if (!names->complete)
        return;
    judge_validity(run, a, names);
    judge_confirmation(run, a, names);
    judge_count(run, a, names);
    for (size_t i = 0; i < names->count; i++) {
        judge_alias(run, a, &names->at[i]);
        judge_looks(run, a, &names->at[i]);
        judge_alignment(run, mail, a, &names->at[i]);
    }
}

static void judge_address(struct run *run, const struct inventory *mail, const struct mail_address *a)
{
    struct reverse r;

    if (ip_special(&a->ip)) {
        finding(run, PTR_EXISTS, SKIPPED, subject_address(&a->ip), "no public address: see ip.public");
        skip_dependents(run, a, "no public address: see ip.public");
        return;
    }
    r = need_reverse(run, &a->ip);
    switch (r.state) {
    case REVERSE_PENDING:
        break;
    case REVERSE_UNDECIDED:
        leave_undecided(run, a, &r);
        break;
    case REVERSE_ABSENT:
        report_absence(run, a, &r);
        break;
    case REVERSE_NAMES:
        judge_names(run, mail, a, &r);
        break;
    }
}

/* domain.ptr: the address of the domain itself, where it has no part in mail. */
static void judge_apex_address(struct run *run, const struct inventory *mail, const struct ip *ip)
{
    struct subject address = subject_address(ip);
    const struct fcrdns *names;
    struct reverse r;

    if (inventory_has(mail, ip)) {
        finding(run, DOMAIN_PTR, SKIPPED, address, "a server address: see ptr.*");
        return;
    }
    if (ip_special(ip)) {
        finding(run, DOMAIN_PTR, SKIPPED, address, "no public address");
        return;
    }
    r = need_reverse(run, ip);
    if (r.state == REVERSE_PENDING)
        return;
    names = need_fcrdns(run, mail, ip, r.ptr);
    if (!names->complete)
        return;
    if (r.state == REVERSE_UNDECIDED)
        finding_unknown(run, DOMAIN_PTR, address, &r.trouble, "no answer for PTR");
    else if (r.state == REVERSE_ABSENT)
        finding(run, DOMAIN_PTR, NOTE, address, "no PTR record");
    else if (names->confirming)
        finding(run, DOMAIN_PTR, PASS, address, "%s leads back to the address", names_text(run, names, CONFIRMS));
    else if (names->open)
        finding_unknown(run, DOMAIN_PTR, address, &names->trouble, "not answered: %s", names_text(run, names, OPEN));
    else
        finding(run, DOMAIN_PTR, NOTE, address, "no reverse name leads back to the address: %s",
                names_text(run, names, DENIES));
}

static void judge_apex(struct run *run, const struct inventory *mail)
{
    const char *domain = run_target(run)->domain;
    const struct dns_answer *answers[2] = {need_dns(run, domain, DNS_A), need_dns(run, domain, DNS_AAAA)},
                            *unknown = NULL;
    size_t count = 0;

    for (size_t k = 0; k < 2; k++) {
        if (answers[k] && answers[k]->status == DNS_UNKNOWN && !unknown)
            unknown = answers[k];
        for (size_t i = 0; answers[k] && i < answers[k]->count; i++, count++)
            judge_apex_address(run, mail, &answers[k]->records[i].ip);
    }
    if (!answers[0] || !answers[1])
        return;
    if (unknown)
        finding_unknown(run, DOMAIN_PTR, subject_domain(domain), &unknown->trouble,
                        "no answer for the addresses of the domain");
    else if (!count)
        finding(run, DOMAIN_PTR, SKIPPED, subject_domain(domain), "the domain itself has no address");
}

/* An address that nobody could tell us of may be the one without PTR. */
static void judge_unresolved(struct run *run, const struct inventory *mail)
{
    for (size_t i = 0; mail->complete && i < mail->unresolved_count; i++) {
        const struct unresolved *u = &mail->unresolved[i];

        if (u->trouble)
            finding_unknown(run, PTR_EXISTS, subject_host(u->host), u->trouble,
                            "not all server addresses of this name are known");
        else
            finding(run, PTR_EXISTS, SKIPPED, subject_host(u->host), "the declared sender has no address");
    }
}

static void probe_ptr(struct run *run)
{
    const struct inventory *mail = need_inventory(run);

    for (size_t i = 0; i < mail->address_count; i++)
        judge_address(run, mail, &mail->addresses[i]);
    judge_apex(run, mail);
    judge_unresolved(run, mail);
    judge_left_out(run, mail, PTR_EXISTS);
    if (mail->complete && mail->address_count == 0 && mail->unresolved_count == 0)
        judge_without_address(run, mail, PTR_EXISTS, "no server address is known");
}

const struct probe ptr_probe = {
    .name = "ptr",
    .summary = "reverse names of every server address, forward-confirmed",
    .groups = "ptr,domain",
    .run = probe_ptr,
};
