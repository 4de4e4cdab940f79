/* probes/spf/remedy.c - SPF records with the smallest change that repairs them.  (checks.md, section 19) */
#include <stdint.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/list_text.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/run.h"
#include "core/derive/services.h"
#include "core/facts/target.h"
#include "core/records/spf_repair.h"
#include "core/result/finding.h"
#include "probes/spf/offer.h"

/* ---- where there is no record ---- */

/* "mx" names what sends today, unless that is only the implicit MX (RFC 7208 5.4). */
static const char *mail_host_term(const struct spf_domain *d)
{
    if (!d->is_target)
        return "";
    return d->mail->kind == MX_IMPLICIT ? " a" : d->mail->kind == MX_LISTED ? " mx" : "";
}

/* Who keeps the mailboxes sends from other hosts than it receives at. */
static bool add_include(struct run *run, const struct service *s, struct list_text *terms, const char **seen)
{
    const char *name = provider_include(s->provider);

    if (!name)
        return false;
    if (!*seen || !name_equal(*seen, name))
        list_add(terms, str_printf(run_arena(run), "include:%s", name));
    *seen = name;
    return true;
}

void spf_offer_first_record(struct run *run, const struct spf_domain *d, struct finding *f)
{
    const char *name_them = str_printf(
        run_arena(run), "Publish a record that names what sends mail for %s: \"v=spf1 ip4:ADDRESS ~all\".", d->name);
    const struct services *services = need_services(run);
    struct list_text terms = list_text(run_arena(run), " ", SIZE_MAX);
    const char *text, *included = NULL;
    bool mail_hosts = false;

    if (!d->has_sender) {
        finding_remedy(run, f, "%s", name_them);
        return;
    }
    list_add(&terms, "v=spf1");
    for (size_t i = 0; i < d->mail->address_count; i++) {
        const struct mail_address *a = &d->mail->addresses[i];
        const struct service *s = service_of_address(services, a);

        if (!address_is_sender(a))
            continue;
        if (s && !add_include(run, s, &terms, &included)) {
            finding_remedy(run, f, "Publish a record with what %s asks for, and all else that sends mail for %s.",
                           s->provider->name, d->name);
            return;
        }
        if (s)
            continue;
        if (a->origin != SENDER_DECLARED && *mail_host_term(d))
            mail_hosts = true;
        else
            list_add(&terms, spf_address_term(run, &a->ip));
    }
    text = str_printf(run_arena(run), "%s%s ~all", list_end(&terms), mail_hosts ? mail_host_term(d) : "");
    spf_propose(run, d, f, (struct spf_offer){.at = d->name, .after = str_of(text), .instead = name_them},
                str_printf(run_arena(run),
                           "Publish this record; see first that it names everything that sends mail for %s.", d->name));
}

void spf_offer_none(struct run *run, const struct spf_domain *d, struct finding *f)
{
    const struct spf_record *record = d->source->record;
    const char *what =
        "The domain takes no mail, and nothing is known that sends for it: let the record say that nobody does.";

    if (record && !record->all) {
        finding_remedy(run, f, "%s End the record with -all.", what);
        return;
    }
    finding_remedy(run, f, "%s", what);
    finding_record(run, f, "%s. 3600 IN TXT \"v=spf1 -all\"", d->name);
    if (record)
        finding_replaces(run, f, "%s. 3600 IN TXT %s", d->name, spf_zone_text(run_arena(run), record->text));
}

/* ---- what was meant ---- */

static const struct spf_record *with_terms_of(struct arena *arena, const struct spf_record *merged,
                                              const struct spf_record *other)
{
    for (size_t i = 0; i < other->count; i++) {
        const struct spf_term *term = &other->terms[i];
        bool has = false;

        for (size_t k = 0; k < merged->count; k++)
            has |= str_equal_nocase(merged->terms[k].text, term->text);
        if (has || term->dead || !spf_term_is_mechanism(term) || term->kind == SPF_TERM_ALL)
            continue;
        merged = spf_record_parse(arena, spf_with_term(arena, merged, merged->all, spf_term_text(arena, term)));
    }
    return merged;
}

/* One record with the terms of both, and the end of the first; NULL: there is none that says as much. */
static const struct spf_record *merged(struct arena *arena, struct str one, struct str two)
{
    const struct spf_record *a = spf_record_parse(arena, one), *b = spf_record_parse(arena, two), *both;

    if (a->faults || b->faults || a->too_many || b->too_many || (b->redirect && (a->all || a->redirect)))
        return NULL;
    both = with_terms_of(arena, a, b);
    if (b->redirect)
        both = spf_record_parse(arena, spf_with_term(arena, both, both->exp, spf_term_text(arena, b->redirect)));
    else if (b->all && !a->all && !a->redirect)
        both = spf_record_parse(arena, spf_with_term(arena, both, NULL, spf_term_text(arena, b->all)));
    if (b->exp && !both->exp)
        both = spf_record_parse(
            arena, str_of(str_printf(arena, "%s %s", str_text(arena, both->text), spf_term_text(arena, b->exp))));
    return both->faults ? NULL : both;
}

void spf_offer_meant(struct run *run, const struct spf_domain *d, const char *at, const struct spf_near_miss *miss,
                     struct finding *f)
{
    struct str after = miss->repairs[0]->record;
    const struct spf_record *both;

    for (size_t i = 1; i < miss->count && after.len; i++) {
        both = miss->repairs[i]->record.len ? merged(run_arena(run), after, miss->repairs[i]->record) : NULL;
        after = both ? both->text : (struct str){NULL, 0};
    }
    if (f->check == SPF_EXISTS)
        finding_cause(f, CAUSE_SPF_MEANT);
    if (!after.len)
        finding_remedy(run, f, "Correct the TXT record: %s.", spf_repair_text(run_arena(run), miss->repairs[0]));
    else
        spf_propose(
            run, d, f, (struct spf_offer){.at = at, .before = miss->texts[0], .second = miss->texts[1], .after = after},
            miss->count == 1 ? "Replace the TXT record that was meant for SPF."
                             : "Replace the TXT records that were meant for SPF by one, which has the terms of all.");
}

void spf_offer_merged(struct run *run, const struct spf_domain *d, const struct spf_source *source, struct finding *f)
{
    const struct spf_record *both =
        source->record_count == 2 ? merged(run_arena(run), source->texts[0], source->texts[1]) : NULL;

    if (both)
        spf_propose(
            run, d, f,
            (struct spf_offer){
                .at = source->name, .before = source->texts[0], .second = source->texts[1], .after = both->text},
            "Replace both records by the one below; it has the terms of both, and the end of the first.");
    else
        finding_remedy(run, f, "Replace all of them by one record that has the terms of each.");
}

void spf_offer_corrected(struct run *run, const struct spf_domain *d, const struct spf_source *source,
                         struct finding *f)
{
    const struct spf_repair *repair = spf_repair(run_arena(run), source->record->text);
    const char *what = str_printf(run_arena(run), "Correct the record: %s.", spf_repair_text(run_arena(run), repair));

    if (repair->record.len)
        spf_propose(run, d, f,
                    (struct spf_offer){.at = source->name, .before = source->record->text, .after = repair->record},
                    what);
    else if (repair->fault_count)
        finding_remedy(run, f, "%s", what);
}

/* ---- a term that leads nowhere ---- */

void spf_offer_without_link(struct run *run, const struct spf_domain *d, const struct spf_node *node, struct finding *f)
{
    struct arena *arena = run_arena(run);
    const struct spf_node *parent = &d->tree->nodes[node->parent];
    const char *term = spf_term_text(arena, node->via);
    bool is_end = node->via->kind == SPF_TERM_REDIRECT; /* without it nothing would be said about other addresses */
    const char *what =
        is_end ? str_printf(arena, "Correct the name, or let the record of %s end in ~all in place of \"%s\".",
                            parent->domain, term)
               : str_printf(arena, "Correct the name, or take \"%s\" out of the record of %s.", term, parent->domain);

    if (parent->foreign || parent->state != SPF_NODE_RECORD)
        finding_remedy(run, f,
                       "Tell whoever runs %s that \"%s\" in its record leads nowhere, or take what leads there out of "
                       "the record of %s.",
                       parent->domain, term, d->name);
    else
        spf_propose(run, d, f,
                    (struct spf_offer){
                        .at = parent->domain,
                        .before = parent->source->record->text,
                        .after = spf_with_change(arena, parent->source->record, node->via, is_end ? "~all" : "")},
                    what);
}

/* ---- ptr, the end ---- */

void spf_offer_without_ptr(struct run *run, const struct spf_domain *d, struct finding *f)
{
    struct arena *arena = run_arena(run);
    const struct spf_record *record = d->source->record;

    for (size_t i = 0; i < record->count;) {
        if (record->terms[i].kind != SPF_TERM_PTR) {
            i++;
            continue;
        }
        record = spf_record_parse(arena, spf_with_change(arena, record, &record->terms[i], ""));
        i = 0;
    }
    if (record != d->source->record)
        spf_propose(run, d, f,
                    (struct spf_offer){.at = d->name, .before = d->source->record->text, .after = record->text},
                    "Name the hosts that send instead of ptr; see that none is missing.");
}

void spf_offer_end(struct run *run, const struct spf_domain *d, struct finding *f)
{
    const struct spf_record *record = d->source->record;
    struct arena *arena = run_arena(run);
    struct spf_offer offer = {.at = d->name, .before = record->text};

    if (!record->all && record->redirect) {
        finding_remedy(run, f, "End the record that \"%s\" leads to with ~all or -all.",
                       spf_term_text(arena, record->redirect));
        return;
    }
    offer.after =
        record->all ? spf_with_change(arena, record, record->all, "~all") : spf_with_term(arena, record, NULL, "~all");
    spf_propose(run, d, f, offer, "Name everything that sends, and end the record with ~all or -all.");
}

/* ---- a sender that is missing ---- */

void spf_offer_sender(struct run *run, const struct spf_domain *d, const struct mail_address *a,
                      const struct spf_result *r, struct finding *f, const char *what)
{
    struct spf_offer offer = {.at = d->name, .also = &a->ip};
    const struct spf_record *record = d->source->record;

    if (r->path_count > 1 && r->path[0].term->kind == SPF_TERM_REDIRECT &&
        name_equal(name_org_domain(r->path[1].domain), name_org_domain(d->name))) {
        offer.at = r->path[1].domain;
        record = r->path[1].record;
    }
    offer.before = offer.after = record->text;
    spf_propose(run, d, f, offer, what);
}
