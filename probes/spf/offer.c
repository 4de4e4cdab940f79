/* probes/spf/offer.c - a record that is proposed lets pass whom it must.  (checks.md, section 19) */
#include "probes/spf/offer.h"

#include <stdint.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/list_text.h"
#include "core/base/name.h"
#include "core/derive/run.h"
#include "core/result/finding.h"

enum { OFFERED_OCTETS_MAX = 4000 }; /* what panels take, and what a person can check */
enum { TRIED_IN_ALL_MAX = AUDIT_BYTES / 2 }; /* that a run has used: no record for each of 1,000 senders */
enum { TRIED_OCTETS_MAX = 256 * 1024 }; /* the record, once for each sender: of more, a run has no memory */

const char *spf_address_term(struct run *run, const struct ip *ip)
{
    return str_printf(run_arena(run), "%s:%s", ip->family == IP_V6 ? "ip6" : "ip4", ip_text(run_arena(run), ip));
}

static bool passes(const struct spf_result *r)
{
    return r->word == SPF_PASS || (r->by_void_limit && r->lenient == SPF_PASS);
}

/* What the proposed record says about an address that must pass. */
struct trial {
    struct run *run;
    const struct spf_domain *domain;
    const struct spf_offer *offer;
    const struct spf_record *record;
    const struct spf_term *before; /* the foremost term that decides against one of them */
    bool at_front;
    bool pending;
    struct list_text missing;
    size_t octets; /* of records that were tried */
};

static void note_missing(struct trial *t, const struct ip *ip, const struct spf_result *r)
{
    bool is_decided = false;

    for (size_t i = 0; i < r->path_count && r->word != SPF_PERMERROR; i++) {
        const struct spf_term *term = r->path[i].term;

        if (!name_equal(r->path[i].domain, t->offer->at) || !spf_term_is_mechanism(term))
            continue;
        is_decided = true;
        if (!t->before || term->text.at - r->path[i].record->text.at < t->before->text.at - t->record->text.at)
            t->before = &t->record->terms[term - r->path[i].record->terms];
    }
    t->at_front |= !is_decided && r->word == SPF_PERMERROR;
    list_add(&t->missing, spf_address_term(t->run, ip));
}

static void try_address(struct trial *t, const struct ip *ip, const char *helo)
{
    struct spf_question q;
    const struct spf_result *r;

    if (t->octets > TRIED_OCTETS_MAX)
        return;
    q = spf_question_of(t->run, ip, t->domain->name, helo ? helo : t->domain->name);
    q.tried_at = t->offer->at;
    q.tried = t->offer->after;
    r = need_spf(t->run, &q);
    t->octets += q.tried.len;
    t->pending |= !r;
    if (r && !passes(r) && r->word != SPF_TEMPERROR)
        note_missing(t, ip, r);
}

static void try_record(struct trial *t)
{
    const struct inventory *mail = t->domain->mail;
    bool also = t->offer->also;
    size_t n = 0;

    t->record = spf_record_parse(run_arena(t->run), t->offer->after);
    t->missing = list_text(run_arena(t->run), " ", SIZE_MAX);
    for (size_t i = 0; i < mail->address_count && t->domain->is_envelope; i++) {
        const struct mail_address *a = &mail->addresses[i];

        if (address_is_sender(a) && (a->origin == SENDER_DECLARED || passes(t->domain->results[n]))) {
            try_address(t, &a->ip, address_helo(a));
            also = also && !ip_equal(&a->ip, t->offer->also);
        }
        n += address_is_sender(a);
    }
    if (also)
        try_address(t, t->offer->also, NULL);
}

bool spf_offer_fits_senders(struct run *run, const struct spf_domain *d, struct spf_offer *offer)
{
    struct trial t = {.run = run, .domain = d, .offer = offer};

    if (arena_used(run_arena(run)) > TRIED_IN_ALL_MAX)
        return false;
    try_record(&t);
    if (t.missing.count) {
        if (t.at_front || (t.before && !spf_term_is_mechanism(t.before)))
            t.before = t.record->count ? &t.record->terms[0] : NULL;
        offer->after = spf_with_term(run_arena(run), t.record, t.before, list_end(&t.missing));
        try_record(&t);
    }
    return !t.pending && !t.missing.count && t.octets <= TRIED_OCTETS_MAX && offer->after.len <= OFFERED_OCTETS_MAX;
}

/* By the record alone: nobody could send. */
static bool authorises_nobody(struct run *run, struct str text)
{
    const struct spf_record *record = spf_record_parse(run_arena(run), text);

    for (size_t i = 0; i < record->count; i++)
        if (record->terms[i].kind == SPF_TERM_REDIRECT ||
            (spf_term_is_mechanism(&record->terms[i]) && spf_term_passes(&record->terms[i])))
            return false;
    return true;
}

static void replaces(struct run *run, struct finding *f, const struct spf_offer *offer, struct str text)
{
    if (text.len)
        finding_replaces(run, f, "%s. 3600 IN TXT %s", offer->at, spf_zone_text(run_arena(run), text));
}

void spf_propose(struct run *run, const struct spf_domain *d, struct finding *f, struct spf_offer offer,
                 const char *what)
{
    struct str wanted = offer.after;
    const char *more;

    if (!spf_offer_fits_senders(run, d, &offer) || authorises_nobody(run, offer.after)) {
        finding_remedy(run, f, "%s", offer.instead ? offer.instead : what);
        return;
    }
    more =
        offer.after.len > wanted.len && !offer.also ? " It also names the senders that it would refuse otherwise." : "";
    finding_remedy(run, f, "%s%s", what, more);
    finding_record(run, f, "%s. 3600 IN TXT %s", offer.at, spf_zone_text(run_arena(run), offer.after));
    replaces(run, f, &offer, offer.before);
    replaces(run, f, &offer, offer.second);
}
