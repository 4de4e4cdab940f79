/* probes/spf/authorizes.c - what the record says about every sender.  (checks.md, section 9; RFC 7208 2.6) */
#include <string.h>

#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/derive/inventory.h"
#include "core/derive/run.h"
#include "core/facts/target.h"
#include "core/result/finding.h"
#include "probes/spf/spf.h"

/* "ip4:192.0.2.1 of example.org, by include:_spf.example.org". */
static const char *match_text(struct run *run, const struct spf_result *r)
{
    const struct spf_step *last = r->path_count ? &r->path[r->path_count - 1] : NULL;
    const char *text;

    if (!last)
        return "no term matches";
    text = str_printf(run_arena(run), "\"%s\" of %s", spf_term_text(run_arena(run), last->term), last->domain);
    for (size_t i = r->path_count - 1; i-- > 0;)
        text = str_printf(run_arena(run), "%s, by \"%s\" of %s", text, spf_term_text(run_arena(run), r->path[i].term),
                          r->path[i].domain);
    return text;
}

static bool names_family(const struct spf_domain *d, enum ip_family family)
{
    for (size_t i = 0; i < d->tree->count; i++) {
        const struct spf_record *record =
            d->tree->nodes[i].state == SPF_NODE_RECORD ? d->tree->nodes[i].source->record : NULL;

        for (size_t k = 0; record && k < record->count; k++)
            if (record->terms[k].kind == (family == IP_V6 ? SPF_TERM_IP6 : SPF_TERM_IP4))
                return true;
    }
    return false;
}

static const char *family_hint(const struct spf_domain *d, const struct mail_address *a)
{
    enum ip_family other = a->ip.family == IP_V6 ? IP_V4 : IP_V6;

    if (names_family(d, a->ip.family) || !names_family(d, other))
        return "";
    return a->ip.family == IP_V6 ? "; the record has IPv4 addresses, but no IPv6 one"
                                 : "; the record has IPv6 addresses, but no IPv4 one";
}

/* Own terms "mx" of a name without MX record authorise nobody,
 * whatever stands in for the record (RFC 7208 5.4): "; ..." */
static const char *mx_hint(struct run *run, const struct spf_domain *d)
{
    for (size_t i = 0; i < d->tree->count; i++) {
        const struct spf_node *node = &d->tree->nodes[i];
        const struct spf_record *record =
            node->state == SPF_NODE_RECORD && !node->foreign ? node->source->record : NULL;

        for (size_t k = 0; record && k < record->count; k++) {
            const struct spf_term *term = &record->terms[k];
            const char *name =
                term->kind == SPF_TERM_MX && spf_term_passes(term) ? spf_static_target(run, node->domain, term) : NULL;
            const struct dns_answer *mx = name ? need_dns(run, name, DNS_MX) : NULL;

            if (mx && dns_answer_is_negative(mx))
                return str_printf(
                    run_arena(run),
                    "; \"%s\" authorises nobody: %s has no MX record, and an address does not stand in for it",
                    spf_term_text(run_arena(run), term), name);
        }
    }
    return "";
}

static const char *error_text(struct run *run, const struct spf_result *r)
{
    return r->by_void_limit
               ? str_printf(run_arena(run), "permerror: %s; receivers differ here: one that is lenient gets %s", r->why,
                            spf_word_text(r->lenient))
               : str_printf(run_arena(run), "permerror: %s", r->why);
}

/* The check whose finding tells how to repair the record. */
static enum check_id cause_of_error(const struct spf_domain *d, const struct spf_result *r)
{
    const struct spf_term *last = r->path_count ? r->path[r->path_count - 1].term : NULL;

    if (r->by_void_limit)
        return SPF_VOID_COUNT;
    for (size_t i = 0; i < d->tree->count; i++)
        if (d->tree->nodes[i].state == SPF_NODE_RING) /* that its lookups never end is what comes of it */
            return SPF_SYNTAX;
    if (r->lookups > SPF_LOOKUPS || (last && last->kind == SPF_TERM_MX && !last->fault)) /* it names too many hosts */
        return SPF_LOOKUP_COUNT;
    for (size_t i = 0; i < d->tree->count; i++)
        if (d->tree->nodes[i].state == SPF_NODE_SEVERAL)
            return SPF_SINGLE;
    return SPF_SYNTAX;
}

static enum cause_id repaired_with(enum check_id check)
{
    return check == SPF_VOID_COUNT     ? CAUSE_SPF_BY_VOIDS
           : check == SPF_LOOKUP_COUNT ? CAUSE_SPF_BY_LOOKUPS
           : check == SPF_SINGLE       ? CAUSE_SPF_BY_SEVERAL
                                       : CAUSE_SPF_BY_SYNTAX;
}

static struct finding *judge_sender(struct run *run, const struct spf_domain *d, const struct mail_address *a,
                                    const struct spf_result *r)
{
    struct subject subject = subject_address_name(&a->ip, d->name);
    struct finding *f;

    if (r->word != SPF_PASS && r->word != SPF_TEMPERROR && r->ptr_trouble)
        return finding_unknown(run, SPF_AUTHORIZES, subject, &r->trouble, "%s, but a lookup for ptr failed",
                               spf_word_text(r->word));
    switch (r->word) {
    case SPF_PASS:
        return finding(run, SPF_AUTHORIZES, PASS, subject, "pass: %s; %zu lookup%s", match_text(run, r), r->lookups,
                       r->lookups == 1 ? "" : "s");
    case SPF_FAIL:
    case SPF_SOFTFAIL:
    case SPF_NEUTRAL:
        f = finding(run, SPF_AUTHORIZES, r->word == SPF_FAIL ? FAIL : WARN, subject, "%s: %s%s%s",
                    spf_word_text(r->word), match_text(run, r), family_hint(d, a), mx_hint(run, d));
        spf_offer_sender(
            run, d, a, r, f,
            a->origin == SENDER_DECLARED
                ? str_printf(run_arena(run), "Let the record of %s name every address that sends for it.", d->name)
                : str_printf(run_arena(run), "If %s sends mail for %s, add it to the record.", a->label, d->name));
        return f;
    case SPF_TEMPERROR:
        return finding_unknown(run, SPF_AUTHORIZES, subject, &r->trouble, "temperror");
    case SPF_NONE:
        return finding(run, SPF_AUTHORIZES, SKIPPED, subject, "none: no SPF record");
    default:
        f = finding(run, SPF_AUTHORIZES,
                    r->by_void_limit && r->lenient != SPF_FAIL && r->lenient != SPF_PERMERROR ? WARN : FAIL, subject,
                    "%s", error_text(run, r));
        finding_marked(f, f->status == WARN ? MARK_SPF_VOIDS : MARK_SPF_PERMERROR);
        return finding_remedy(run, finding_cause(f, repaired_with(cause_of_error(d, r))),
                              "Repair the record: see %s.", check_of(cause_of_error(d, r))->name);
    }
}

static void rest_on(struct run *run, struct finding *f, const struct spf_result *r)
{
    for (size_t i = 0; i < r->evidence_count; i++)
        finding_rests_on(run, f, r->evidence[i]);
}

/* ---- an MX host that is authorised by one of its families ---- */

/* Another address of the same MX host, of the other family, that sends; NULL. */
static const struct mail_address *sending_twin(const struct inventory *mail, size_t index, const struct mx_host **host)
{
    for (size_t h = 0; h < mail->host_count; h++) {
        const struct mail_address *twin = NULL;
        bool has = false;

        *host = &mail->hosts[h];
        for (size_t i = 0; i < (*host)->address_count; i++) {
            const struct mail_address *a = &mail->addresses[(*host)->addresses[i]];

            has |= (*host)->addresses[i] == index;
            if (a->ip.family != mail->addresses[index].ip.family && address_is_sender(a) && a->spf &&
                strcmp(a->spf, "pass") == 0)
                twin = a;
        }
        if (has && twin)
            return twin;
    }
    return NULL;
}

static bool is_declared_no_sender(const struct target *target, const struct ip *ip)
{
    for (size_t i = 0; i < target->not_sender_count; i++)
        if (ip_in_network(ip, &target->not_senders[i]))
            return true;
    return false;
}

static void judge_other_family(struct run *run, const struct spf_domain *d, size_t index)
{
    const struct mail_address *a = &d->mail->addresses[index];
    struct spf_question q = spf_question_of(run, &a->ip, d->name, a->mx_name ? a->mx_name : d->name);
    const struct spf_result *r;
    const struct mx_host *host;
    const char *family = a->ip.family == IP_V6 ? "IPv6" : "IPv4", *other = a->ip.family == IP_V6 ? "IPv4" : "IPv6";
    struct finding *f;

    if (address_is_sender(a) || ip_special(&a->ip) || is_declared_no_sender(run_target(run), &a->ip) ||
        !sending_twin(d->mail, index, &host))
        return;
    r = need_spf(run, &q);
    if (!r || r->word == SPF_PASS || r->word == SPF_NONE || r->word == SPF_TEMPERROR || r->word == SPF_PERMERROR)
        return;
    f = finding(
        run, SPF_AUTHORIZES, WARN, subject_address_name(&a->ip, d->name),
        "%s: the record authorises the %s address of %s, and not its %s address: what it sends over %s does not pass",
        spf_word_text(r->word), other, host->name, family, family);
    finding_cause(f, CAUSE_SPF_FAMILY_MISSING);
    spf_offer_sender(run, d, a, r, f,
                     str_printf(run_arena(run),
                                "If %s sends over %s, add \"%s:%s\" to the record; if not, bind its mailer to %s.",
                                host->name, family, a->ip.family == IP_V6 ? "ip6" : "ip4", a->label, other));
    rest_on(run, f, r);
}

/* ---- nobody ---- */

static bool names_hosts(const struct spf_record *record)
{
    for (size_t i = 0; i < record->count; i++)
        if (spf_term_is_mechanism(&record->terms[i]) && record->terms[i].kind != SPF_TERM_ALL)
            return true;
    return false;
}

/* An MX that takes mail; where it is the implicit one, the record
 * means somebody, too.  One without address has its own finding. */
static bool takes_mail(const struct spf_domain *d)
{
    bool has_address = false;

    for (size_t i = 0; i < d->mail->address_count; i++)
        has_address |= (d->mail->addresses[i].roles & ROLE_MX) != 0;
    return d->is_target && has_address &&
           (d->mail->kind == MX_LISTED || (d->mail->kind == MX_IMPLICIT && names_hosts(d->source->record)));
}

/* No sender is known.  Does the record let anybody pass? */
static void judge_without_senders(struct run *run, const struct spf_domain *d)
{
    const struct spf_addresses *own = d->own;
    const struct trouble *trouble = own->trouble       ? own->trouble
                                    : own->doubt_count ? own->doubts[0].trouble
                                                       : spf_tree_trouble(run, d->tree);
    bool is_readable = d->source->state == SPF_SOURCE_FOUND && !d->source->record->faults;
    struct finding *f;

    if (!d->is_envelope) {
        finding(run, SPF_AUTHORIZES, SKIPPED, subject_domain(d->name), "mail is sent with other envelope domains");
    } else if (!is_readable || !takes_mail(d) || own->reach == SPF_REACHES_SOMEBODY || d->tree->nodes[0].all == '+' ||
               run_target(run)->sender_count) {
        finding(run, SPF_AUTHORIZES, SKIPPED, subject_domain(d->name), "no sender is known%s",
                is_readable && own->reach == SPF_REACHES_NOBODY && d->tree->nodes[0].all != '+'
                    ? ", and by SPF nobody sends"
                    : "");
    } else if (own->reach == SPF_REACH_UNKNOWN && trouble) {
        f = finding_unknown(run, SPF_AUTHORIZES, subject_domain(d->name), trouble,
                            "whether the record authorises anybody");
        finding_worst(f, WARN);
    } else {
        f = finding(run, SPF_AUTHORIZES, WARN, subject_domain(d->name),
                    "by SPF, nobody sends for %s: right only if it sends no mail%s", d->name, mx_hint(run, d));
        finding_remedy(run, finding_cause(f, CAUSE_SPF_NOBODY),
                       "If %s sends mail, name in its record what sends it (\"mx\", where its mail hosts do); if it "
                       "sends none, this is in order.",
                       d->name);
        finding_rests_on(run, f, d->source->answer->key);
    }
}

void spf_judge_senders(struct run *run, const struct spf_domain *d)
{
    size_t n = 0;

    for (size_t i = 0; i < d->mail->address_count && d->is_envelope; i++) {
        if (address_is_sender(&d->mail->addresses[i])) {
            rest_on(run, judge_sender(run, d, &d->mail->addresses[i], d->results[n]), d->results[n]);
            n++;
        } else if (d->is_target) {
            judge_other_family(run, d, i);
        }
    }
    if (!n)
        judge_without_senders(run, d);
}
