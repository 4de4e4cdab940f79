/* probes/helo_remedy.c - how a HELO name is put right: by the way that needs the fewest parties.  (checks.md, sections
 * 6, 19)
 *
 * No name is invented: what is proposed exists and leads to the address, or has its address record made first.  A name
 * that leads to another host keeps its address records: that host is there. */
#include "probes/helo.h"

#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/fcrdns.h"
#include "core/derive/inventory.h"
#include "core/derive/run.h"
#include "core/derive/spf.h"
#include "core/facts/dns_answer.h"
#include "core/facts/target.h"

static bool is_own(struct run *run, const char *name)
{
    return name_is_under(name, name_org_domain(run_target(run)->domain));
}

bool helo_is_reverse_name(const struct helo *h)
{
    for (size_t i = 0; h->names && i < h->names->count; i++)
        if (name_equal(h->names->at[i].name, h->name))
            return true;
    return false;
}

bool helo_leads_here(const struct helo *h)
{
    return h->own && dns_answer_has_ip(h->own, &h->sender->ip);
}

const char *helo_confirmed_name(struct run *run, const struct helo *h)
{
    const char *name = NULL;

    for (size_t i = 0; h->names && i < h->names->count; i++) {
        const struct reverse_name *n = &h->names->at[i];

        if (n->state == CONFIRMS && (!name || (is_own(run, n->name) && !is_own(run, name))))
            name = n->name;
    }
    return name;
}

/* ---- sentences ---- */

static const char *condition(const struct helo *h)
{
    return h->assumed ? "If this is the name that your server says when it sends: " : "";
}

static const char *set_name(struct run *run, const struct helo *h)
{
    const char *name = helo_confirmed_name(run, h);

    if (name)
        return str_printf(
            run_arena(run),
            "%sin the mail server, set the HELO name to %s, the reverse name of %s, which leads back to it "
            "(Postfix: smtp_helo_name = %s; Exim: helo_data = %s in the smtp transport; OpenSMTPD: relay helo %s; "
            "Exchange: Set-SendConnector -Fqdn %s).%s",
            condition(h), name, h->sender->label, name, name, name, name,
            is_own(run, name) ? "" : " Better still, ask for a PTR record with a name of your own, and say that one.");
    return str_printf(
        run_arena(run),
        "%sin the mail server, set the HELO name to the public host name of the server, one that exists in DNS and "
        "leads to %s (Postfix: smtp_helo_name = NAME; Exim: helo_data = NAME in the smtp transport; OpenSMTPD: "
        "relay helo NAME; Exchange: Set-SendConnector -Fqdn NAME).",
        condition(h), h->sender->label);
}

static const char *record_type(const struct helo *h)
{
    return h->sender->ip.family == IP_V6 ? "AAAA" : "A";
}

static void offer_address(struct run *run, const struct helo *h, struct finding *f)
{
    finding_record(run, f, "%s. 3600 IN %s %s", h->name, record_type(h), h->sender->label);
}

static void advise(struct run *run, struct finding *f, const char *text)
{
    const char first = ascii_is_letter(text[0]) ? (char)(text[0] & ~('a' - 'A')) : text[0];

    finding_remedy(run, f, "%c%s", first, text + 1);
}

/* ---- the remedy of each check ---- */

void helo_remedy_name(struct run *run, const struct helo *h, struct finding *f)
{
    advise(run, f, set_name(run, h));
}

/* A name that does not exist can only be made if its zone is the user's own. */
void helo_remedy_absence(struct run *run, const struct helo *h, struct finding *f)
{
    bool own = is_own(run, h->name), ring = h->own->chain_loops;

    if (ring && own) {
        finding_cause(f, CAUSE_HELO_RING);
        advise(run, f,
               str_printf(run_arena(run), "%sin DNS, replace the alias %s by an address record that has %s.",
                          condition(h), h->name, h->sender->label));
    } else if (helo_confirmed_name(run, h) && !helo_is_reverse_name(h)) {
        advise(run, f,
               own && !ring ? str_printf(run_arena(run), "%s Or publish an address record of %s that has %s.",
                                         set_name(run, h), h->name, h->sender->label)
                            : set_name(run, h));
    } else if (own) {
        finding_cause(f, CAUSE_HELO_TO_PUBLISH);
        advise(run, f,
               str_printf(run_arena(run), "%sin DNS, publish this address record%s.", condition(h),
                          helo_is_reverse_name(h)
                              ? ": the name is the reverse name, too, so that it repairs both"
                              : "; after that, ask whoever assigned you the address for a PTR record with the name"));
        offer_address(run, h, f);
    } else {
        helo_remedy_name(run, h, f);
    }
}

/* All addresses of the other family are mail addresses of the domain: it is the same host, or a pool. */
static bool is_mail_host(struct run *run, const struct dns_answer *answer)
{
    const struct inventory *mail = need_inventory(run);

    for (size_t i = 0; i < answer->count; i++)
        if (!inventory_has(mail, &answer->records[i].ip))
            return false;
    return answer->count > 0;
}

void helo_remedy_elsewhere(struct run *run, const struct helo *h, struct finding *f)
{
    bool other_host = h->own->count > 0;

    if (!other_host && is_own(run, h->name) && (is_mail_host(run, h->other) || helo_is_reverse_name(h))) {
        finding_cause(f, CAUSE_HELO_FAMILY);
        advise(run, f,
               str_printf(run_arena(run), "%sin DNS, publish this address record beside those of the other family.",
                          condition(h)));
        offer_address(run, h, f);
    } else if (helo_is_reverse_name(h)) {
        finding_cause(f, CAUSE_HELO_OF_STALE_PTR);
        advise(run, f,
               str_printf(
                   run_arena(run),
                   "%sthe name is the reverse name, too, and does not lead to the address: what repairs ptr.fcrdns repairs this.",
                   condition(h)));
    } else if (helo_confirmed_name(run, h)) {
        advise(run, f, str_printf(run_arena(run), "%s %s keeps its address records.", set_name(run, h), h->name));
    } else {
        advise(run, f,
               str_printf(
                   run_arena(run),
                   "%slet the server say a name of its own: publish an address record for it that has %s, ask whoever "
                   "assigned you the address for a PTR record with it, and then set it as the HELO name. %s keeps its "
                   "address records.",
                   condition(h), h->sender->label, h->name));
    }
}

/* Known to have no address at all, or no host name. */
static bool is_nowhere(const struct helo *h)
{
    return !h->own || (!h->own->count && !h->other->count && !dns_answer_is_open(h->own) &&
                       !dns_answer_is_open(h->other));
}

void helo_remedy_difference(struct run *run, const struct helo *h, struct finding *f)
{
    const char *confirmed = helo_confirmed_name(run, h);

    if (!helo_leads_here(h)) {
        finding_cause(f, is_nowhere(h) ? CAUSE_HELO_NOWHERE : CAUSE_HELO_NOT_HERE);
        advise(run, f, set_name(run, h));
    } else if (confirmed) {
        advise(run, f,
               str_printf(run_arena(run),
                          "%sboth names lead to the address, which is enough for nearly everybody. For one name, ask "
                          "whoever assigned "
                          "you the address for a PTR record with %s in place of %s.",
                          condition(h), h->name, confirmed));
    } else {
        finding_cause(f, CAUSE_HELO_PTR_STALE);
        advise(
            run, f,
            str_printf(
                run_arena(run),
                "%sask whoever assigned you the address for this PTR record in place of what is there: %s leads to the "
                "address, and the reverse name does not.",
                condition(h), h->name));
        finding_record(run, f, "%s. 3600 IN PTR %s.", h->reverse.name, h->name);
        for (size_t i = 0; h->names && i < h->names->count; i++)
            finding_replaces(run, f, "%s. 3600 IN PTR %s.", h->reverse.name, h->names->at[i].name);
    }
}

static bool are_senders(const struct inventory *mail, const struct dns_answer *answer)
{
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

/* "v=spf1 a -all" where it lets this sender pass, and nobody who does not send.  (RFC 7208 10.1.3) */
static bool may_offer_spf(struct run *run, const struct helo *h)
{
    const struct inventory *mail = need_inventory(run);

    return is_own(run, h->name) && are_senders(mail, h->own) && are_senders(mail, h->other);
}

void helo_remedy_spf(struct run *run, const struct helo *h, struct finding *f, const struct spf_result *r)
{
    if (!helo_leads_here(h)) {
        finding_cause(f, CAUSE_HELO_SPF_OTHER);
        advise(run, f,
               str_printf(run_arena(run), "%sfirst let it be one that leads to the sending address: see %s.",
                          condition(h), h->own->count || h->other->count ? "helo.matches_ip" : "helo.resolves"));
    } else if (r->word == SPF_NONE && may_offer_spf(run, h)) {
        advise(run, f, str_printf(run_arena(run), "%spublish this SPF record at the HELO name.", condition(h)));
        finding_record(run, f, "%s. 3600 IN TXT \"v=spf1 a -all\"", h->name);
    } else if (r->word == SPF_NONE) {
        advise(run, f,
               str_printf(run_arena(run),
                          "%spublish an SPF record at the HELO name that names the addresses which send with it.",
                          condition(h)));
    } else if (r->word == SPF_PERMERROR) {
        finding_cause(f, CAUSE_HELO_SPF_BROKEN);
        advise(run, f, str_printf(run_arena(run), "%scorrect the SPF record of %s.", condition(h), h->name));
    } else {
        finding_cause(f, CAUSE_HELO_SPF_REFUSES);
        advise(run, f,
               str_printf(run_arena(run),
                          "%slet the SPF record of %s allow the address: add %s:%s before its last term.", condition(h),
                          h->name, h->sender->ip.family == IP_V6 ? "ip6" : "ip4", h->sender->label));
    }
}
