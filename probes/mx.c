/* probes/mx.c - does the domain exist, and can mail find its
 * way to it?  (checks.md, section 2; RFC 5321 5.1, RFC 7505) */
#include <string.h>

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/absence.h"
#include "core/derive/alias.h"
#include "core/derive/answering.h"
#include "core/derive/dane.h"
#include "core/derive/final_dot.h"
#include "core/derive/inventory.h"
#include "core/derive/run.h"
#include "core/derive/spf.h"
#include "core/derive/sts.h"
#include "core/facts/target.h"
#include "core/result/finding.h"
#include "core/result/probe.h"
#include "probes/unaddressed.h"

static void judge_domain(struct run *run, const char *domain, const struct inventory *mail)
{
    struct confirmed confirmed = need_confirmed(run, domain, DNS_SOA);
    const struct dns_answer *soa = confirmed.answer;
    struct finding *f;

    if (!soa)
        return;
    switch (soa->status) {
    case DNS_OK:
        f = finding(run, DOMAIN_EXISTS, PASS, subject_domain(domain), "the domain exists, in a zone of its own");
        break;
    case DNS_NODATA:
        f = finding(run, DOMAIN_EXISTS, NOTE, subject_domain(domain),
                    mail->kind == MX_NONE
                        ? "the name exists, but is no zone and has neither MX nor address"
                        : "the name is part of a larger zone; Yahoo asks for an SOA record at the domain itself");
        break;
    case DNS_NXDOMAIN:
        f = finding(run, DOMAIN_EXISTS, FAIL, subject_domain(domain), "the domain does not exist (NXDOMAIN)");
        break;
    default:
        f = finding_unknown(run, DOMAIN_EXISTS, subject_domain(domain), &soa->trouble, "no answer for SOA");
    }
    finding_rests_on(run, f, soa->key);
}

/* RFC 7505 forbids the null MX beside others, and on a domain that sends. */
static void judge_null(struct run *run, const char *domain, const struct inventory *mail)
{
    const struct target *target = run_target(run);
    struct finding *f = NULL;

    if (mail->mixed_null) {
        f = finding(run, MX_NULL, WARN, subject_domain(domain),
                    mail->host_count ? "a null MX (\".\") stands beside other MX records"
                                     : "the null MX has a preference other than 0");
        finding_cause(f, mail->host_count ? CAUSE_MX_NULL_BESIDE : CAUSE_MX_NULL_PREFERENCE);
    } else if (mail->kind == MX_NULL_MX && target->sender_count) {
        f = finding(run, MX_NULL, FAIL, subject_domain(domain),
                    "mail is sent for the domain, and by its null MX it says that it accepts none");
    } else if (mail->kind == MX_NULL_MX && mail->named && mail->named->reach == SPF_REACHES_SOMEBODY) {
        f = finding(run, MX_NULL, FAIL, subject_domain(domain),
                    "the domain's SPF record names what sends for it, and a null MX says that it accepts no mail: "
                    "receivers refuse such senders");
        finding_remedy(run, f,
                       "Publish an MX record in place of \".\", so that answers and bounces arrive; or, if the domain "
                       "sends no mail, let "
                       "the SPF record say so.");
    } else if (mail->kind == MX_NULL_MX) {
        f = finding(run, MX_NULL, NOTE, subject_domain(domain), "the domain accepts no mail (null MX)");
    } else if (mail->kind == MX_NO_DOMAIN) {
        f = finding(run, MX_NULL, SKIPPED, subject_domain(domain), "the domain does not exist");
    } else {
        f = finding(run, MX_NULL, PASS, subject_domain(domain), "no null MX");
    }
    finding_rests_on(run, f, mail->mx->key);
}

static bool is_alias(const struct mx_host *host)
{
    return (host->a && host->a->chain_count) || (host->aaaa && host->aaaa->chain_count);
}

static void judge_existence(struct run *run, const char *domain, const struct inventory *mail)
{
    struct trouble trouble;
    struct finding *f = NULL;

    switch (mail->kind) {
    case MX_PENDING:
        return;
    case MX_UNDECIDED:
        trouble = *mail->trouble;
        if (mail->mx->status == DNS_UNKNOWN && !need_explanation(run, domain, DNS_MX, mail->mx, &trouble))
            return;
        f = finding_unknown(run, MX_EXISTS, subject_domain(domain), &trouble, "no answer for MX");
        break;
    case MX_LISTED:
        f = finding(run, MX_EXISTS, PASS, subject_domain(domain), "%zu MX record%s", mail->host_count,
                    mail->host_count == 1 ? "" : "s");
        break;
    case MX_NULL_MX:
        f = finding(run, MX_EXISTS, SKIPPED, subject_domain(domain), "null MX: see mx.null");
        break;
    case MX_NO_DOMAIN:
        f = finding(run, MX_EXISTS, SKIPPED, subject_domain(domain), "the domain does not exist: see domain.exists");
        break;
    case MX_NONE:
        f = finding(run, MX_EXISTS, FAIL, subject_domain(domain),
                    "no MX record, and no address that could stand in for it");
        break;
    case MX_IMPLICIT:
        f = finding(run, MX_EXISTS, WARN, subject_domain(domain),
                    "no MX record; mail goes to the address of the domain itself");
        if (!is_alias(&mail->hosts[0])) /* an MX record may not name one */
            finding_record(run, f, "%s. 3600 IN MX 10 %s.", domain, domain);
        break;
    }
    finding_rests_on(run, f, mail->mx->key);
}

/* The ring of aliases that keeps a host from resolving, NULL when there is none. */
static const char *ring_of(struct run *run, const struct mx_host *host)
{
    if (!host->a->chain_loops && !host->aaaa->chain_loops)
        return NULL;
    return alias_chain_text(run, host->a->chain_loops ? host->a : host->aaaa);
}

/* Who keeps to a policy, a certificate or TLSA records knows the host by the name
 * of the alias: what is told here must not take the new name out of their reach. */
static void advise_on_alias(struct run *run, const struct mx_host *host, const char *target, struct finding *f)
{
    const struct sts *sts = need_sts(run);
    const struct dane *dane = need_dane(run, host);
    bool by_policy =
        sts->policy_step == STS_SOUND && sts->policy.mode != STS_MODE_NONE && !sts_policy_covers(&sts->policy, target);
    bool by_tlsa = dane->state == DANE_SECURE && name_equal(dane->base, host->name);
    bool own = name_equal(name_org_domain(target), name_org_domain(run_target(run)->domain));
    const char *first =
        by_policy && by_tlsa
            ? str_printf(run_arena(run),
                         "add the line \"mx: %s\" to the MTA-STS policy and change the id of its record, publish "
                         "the TLSA records below %s",
                         target, target)
        : by_policy
            ? str_printf(run_arena(run),
                         "add the line \"mx: %s\" to the MTA-STS policy and change the id of its record", target)
        : by_tlsa ? str_printf(run_arena(run), "publish the TLSA records below %s", target)
                  : NULL;

    if (first && own)
        finding_remedy(
            run, f,
            "Give %s address records of its own in place of the CNAME record: then nothing else changes. Or let the MX "
            "record name %s itself: "
            "but %s first, wait for as long as senders keep the old state, and see that the certificate is for %s.",
            host->name, target, first, target);
    else if (first)
        finding_remedy(run, f,
                       "Let the MX record name %s itself, but not at once: %s first, wait for as long as senders keep "
                       "the old state, and see that the "
                       "certificate is for %s.",
                       target, first, target);
    else
        finding_remedy(run, f, "Let the MX record name %s itself.", target);
}

static void judge_cname(struct run *run, const struct inventory *mail, const struct mx_host *host)
{
    const struct dns_answer *longer = host->aaaa->chain_count > host->a->chain_count ? host->aaaa : host->a;
    const char *ring = ring_of(run, host);
    struct finding *f;

    if (ring) {
        f = finding(run, MX_TARGET_CNAME, WARN, subject_host(host->name), "the MX host is an alias: %s", ring);
    } else if (longer->chain_count && mail->kind == MX_IMPLICIT) {
        f = finding(run, MX_TARGET_CNAME, SKIPPED, subject_host(host->name),
                    "no MX record, and what stands in for one may be an alias: %s", alias_chain_text(run, longer));
    } else if (longer->chain_count) {
        f = finding(run, MX_TARGET_CNAME, WARN, subject_host(host->name), "the MX host is an alias: %s",
                    alias_chain_text(run, longer));
        advise_on_alias(run, host, longer->chain[longer->chain_count - 1].target, f);
    } else if (host->a->status == DNS_UNKNOWN && host->aaaa->status == DNS_UNKNOWN) {
        f = finding_unknown(run, MX_TARGET_CNAME, subject_host(host->name), &host->a->trouble,
                            "no answer for the addresses of the MX host");
        finding_follows(f, MX_RESOLVES);
    } else {
        f = finding(run, MX_TARGET_CNAME, PASS, subject_host(host->name), "the MX host is no alias");
    }
    finding_rests_on(run, f, longer->key);
}

static bool is_absent(const struct dns_answer *answer)
{
    return dns_answer_is_negative(answer) || answer->chain_loops ||
           answer->chain_too_long;
}

enum resolution { RESOLVES, ABSENT, UNCERTAIN, NO_HOST, NOT_COUNTED };

/* The name that was meant is proposed if it leads somewhere. */
static struct finding *report_no_address(struct run *run, const struct mx_host *host)
{
    const char *domain = run_target(run)->domain,
               *meant = name_without_appended_zone(run_arena(run), host->name, domain);
    const char *why = host->a->status == DNS_NXDOMAIN ? "the name does not exist" : "neither A nor AAAA";
    const struct dns_answer *a, *aaaa;
    struct finding *f;

    if (!meant)
        return finding(run, MX_RESOLVES, WARN, subject_host(host->name), "the MX host has no address (%s)", why);
    a = need_dns(run, meant, DNS_A);
    aaaa = need_dns(run, meant, DNS_AAAA);
    f = finding(run, MX_RESOLVES, WARN, subject_host(host->name),
                "the MX host has no address (%s): a final dot is probably missing behind %s", why, meant);
    finding_remedy(
        run, finding_cause(f, CAUSE_MX_FINAL_DOT),
        "Write the target of the MX record with a final dot, or without one where the form adds it.");
    if ((a && a->status == DNS_OK) || (aaaa && aaaa->status == DNS_OK)) {
        finding_record(run, f, "%s. 3600 IN MX %u %s.", domain, host->preference, meant);
        finding_replaces(run, f, "%s. 3600 IN MX %u %s.", domain, host->preference, host->name);
    }
    return f;
}

static enum resolution judge_addresses(struct run *run, const struct mx_host *host)
{
    const struct dns_answer *uncertain = host->a->status == DNS_UNKNOWN ? host->a : host->aaaa;
    enum resolution resolution = ABSENT;
    const char *ring = ring_of(run, host);
    struct finding *f;

    if (host->a->status == DNS_OK || host->aaaa->status == DNS_OK) {
        f = finding(run, MX_RESOLVES, PASS, subject_host(host->name), "has %zu address%s",
                    host->a->count + host->aaaa->count, host->a->count + host->aaaa->count == 1 ? "" : "es");
        resolution = RESOLVES;
    } else if (ring) {
        f = finding(run, MX_RESOLVES, WARN, subject_host(host->name), "the aliases go round in a circle: %s", ring);
        finding_cause(f, CAUSE_MX_RING);
    } else if (host->a->chain_too_long || host->aaaa->chain_too_long) {
        f = finding(run, MX_RESOLVES, WARN, subject_host(host->name),
                    "the chain of aliases is too long to be followed");
        finding_cause(f, CAUSE_MX_LONG_CHAIN);
    } else if (!is_absent(host->a) || !is_absent(host->aaaa)) {
        f = finding_unknown(run, MX_RESOLVES, subject_host(host->name), &uncertain->trouble,
                            "no answer for the addresses of the MX host");
        finding_worst(f, WARN);
        resolution = UNCERTAIN;
    } else {
        f = report_no_address(run, host);
    }
    finding_rests_on(run, finding_rests_on(run, f, host->a->key), host->aaaa->key);
    return resolution;
}

/* Where no MX record names a host, no MX works. */
static void judge_literal(struct run *run, const struct inventory *mail, const struct mx_host *host)
{
    struct finding *f;
    bool any = false;

    for (size_t i = 0; i < mail->host_count; i++)
        any = any || (!mail->hosts[i].is_literal && !mail->hosts[i].is_placeholder);
    f = finding(run, MX_TARGET_LITERAL, any ? WARN : FAIL, subject_host(host->name),
                "the MX record holds what is no host name (the name %s)", name_fault_text(name_fault(host->name)));
    if (name_fault(host->name) == NAME_IP_TEXT)
        finding_remedy(run, f,
                       "Let the MX record name the mail server by its host name, which has an address record with that "
                       "address: an MX record "
                       "cannot hold an address.");
    finding_rests_on(run, f, mail->mx->key);
}

static enum resolution judge_host(struct run *run, const struct inventory *mail, const struct mx_host *host)
{
    if (host->is_placeholder) {
        finding(run, MX_RESOLVES, NOTE, subject_host(host->name),
                "a placeholder of the provider's, never meant to resolve");
        return NOT_COUNTED;
    }
    if (host->is_literal) {
        judge_literal(run, mail, host);
        finding(run, MX_TARGET_CNAME, SKIPPED, subject_host(host->name), "no host name: see mx.target_literal");
        finding(run, MX_RESOLVES, SKIPPED, subject_host(host->name), "no host name: see mx.target_literal");
        return NO_HOST;
    }
    finding(run, MX_TARGET_LITERAL, PASS, subject_host(host->name), "a host name");
    if (!host->a || !host->aaaa)
        return UNCERTAIN;
    judge_cname(run, mail, host);
    return judge_addresses(run, host);
}

static const struct trouble *doubt_about(const struct mx_host *host)
{
    return host->a->status == DNS_UNKNOWN ? &host->a->trouble : &host->aaaa->trouble;
}

static bool is_half_known(const struct mx_host *host)
{
    return host->a->status == DNS_UNKNOWN || host->aaaa->status == DNS_UNKNOWN;
}

static void judge_redundancy(struct run *run, const char *domain, const struct inventory *mail,
                             const struct trouble *doubt, const struct trouble *half)
{
    size_t count = 0;

    for (size_t i = 0; i < mail->address_count; i++)
        count += (mail->addresses[i].roles & ROLE_MX) != 0;
    if (count >= 2)
        finding(run, MX_REDUNDANCY, PASS, subject_domain(domain), "%zu addresses", count);
    else if (doubt)
        finding_follows(
            finding_unknown(run, MX_REDUNDANCY, subject_domain(domain), doubt, "not all MX hosts could be looked up"),
            MX_RESOLVES);
    else if (half)
        finding_unknown(run, MX_REDUNDANCY, subject_domain(domain), half, "not all MX hosts could be looked up");
    else if (count == 1)
        finding(run, MX_REDUNDANCY, NOTE, subject_domain(domain), "all mail goes to a single address");
    else
        finding(run, MX_REDUNDANCY, SKIPPED, subject_domain(domain), "no MX host has an address");
}

static void judge_hosts(struct run *run, const char *domain, const struct inventory *mail)
{
    const struct trouble *doubt = NULL, *half = NULL;
    bool resolves = false, any_host = false;

    for (size_t i = 0; i < mail->host_count; i++) {
        const struct mx_host *host = &mail->hosts[i];
        enum resolution resolution = judge_host(run, mail, host);

        if (resolution == UNCERTAIN && host->a && host->aaaa)
            doubt = doubt_about(host);
        if (resolution == RESOLVES && is_half_known(host))
            half = doubt_about(host);
        resolves |= resolution == RESOLVES;
        any_host |= resolution != NO_HOST;
    }
    if (!resolves && doubt)
        finding_follows(
            finding_unknown(run, MX_RESOLVES, subject_domain(domain), doubt, "no MX host is known to have an address"),
            MX_RESOLVES);
    else if (!any_host)
        finding(run, MX_RESOLVES, SKIPPED, subject_domain(domain), "no MX record names a host: see mx.target_literal");
    else if (!resolves)
        finding_remedy(
            run,
            finding_cause(finding(run, MX_RESOLVES, FAIL, subject_domain(domain), "no MX host has an address"),
                          CAUSE_MX_NO_HOST),
            "Repair the MX hosts, or let the MX records name others: one that has an address is enough for "
            "mail to arrive.");
    if (mail->hosts_left_out)
        judge_left_out(run, mail, MX_RESOLVES);
    judge_redundancy(run, domain, mail, doubt, half);
}

static void probe_mx(struct run *run)
{
    const char *domain = run_target(run)->domain;
    const struct inventory *mail = need_inventory(run);

    judge_domain(run, domain, mail);
    if (mail->kind == MX_PENDING)
        return;
    judge_existence(run, domain, mail);
    if (mail->kind == MX_UNDECIDED) {
        finding_follows(finding_unknown(run, MX_NULL, subject_domain(domain), mail->trouble, "no answer for MX"),
                        MX_EXISTS);
        return;
    }
    judge_null(run, domain, mail);
    if (mail->host_count)
        judge_hosts(run, domain, mail);
}

const struct probe mx_probe = {
    .name = "mx",
    .summary = "the domain, its MX records and their hosts",
    .groups = "domain,mx",
    .run = probe_mx,
};
