/* probes/spf/remedy.c - SPF records with the smallest change that repairs them. */
#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/run.h"
#include "core/facts/target.h"
#include "core/records/spf_macro.h"
#include "core/result/finding.h"
#include "probes/spf/spf.h"

enum { ADDRESSES_FOR_A_TERM = 4, CHANGES_MAX = 32 };

static void offer(struct run *run, struct finding *f, const char *domain, struct str before, struct str after,
                  const char *what)
{
    finding_remedy(run, f, "%s  Before: %s  After: the record below.", what, str_text(run_arena(run), before));
    finding_record(run, f, "%s. 3600 IN TXT %s", domain, spf_zone_text(run_arena(run), after));
}

static const char *address_term(struct run *run, const struct ip *ip)
{
    return str_printf(run_arena(run), "%s:%s", ip->family == IP_V6 ? "ip6" : "ip4", ip_text(run_arena(run), ip));
}

void spf_offer_first_record(struct run *run, const struct spf_domain *d, struct finding *f)
{
    const char *text = "v=spf1";
    bool mx = false;

    for (size_t i = 0; i < d->mail->address_count; i++) {
        const struct mail_address *a = &d->mail->addresses[i];

        if (!address_is_sender(a))
            continue;
        if (a->origin == SENDER_DECLARED)
            text = str_printf(run_arena(run), "%s %s", text, address_term(run, &a->ip));
        else
            mx = true;
    }
    if (mx)
        text = str_printf(run_arena(run), "%s mx", text);
    finding_remedy(run, f, "Publish this record; see first that it names everything that sends mail for %s.", d->name);
    finding_record(run, f, "%s. 3600 IN TXT \"%s %s\"", d->name, text, d->has_sender ? "~all" : "-all");
}

/* ---- changes by text: terms are found again after each ---- */

static bool has_term(const struct spf_record *record, struct str text)
{
    for (size_t i = 0; i < record->count; i++)
        if (str_equal_nocase(record->terms[i].text, text))
            return true;
    return false;
}

void spf_offer_merged(struct run *run, const struct spf_source *source, struct finding *f)
{
    struct arena *arena = run_arena(run);
    const struct spf_record *merged = source->record, *other = spf_record_parse(arena, source->texts[1]);

    if (source->record_count != 2 || merged->faults || other->faults || merged->too_many || other->too_many)
        return;
    for (size_t i = 0; i < other->count; i++) {
        const struct spf_term *term = &other->terms[i];

        if (term->dead || !spf_term_is_mechanism(term) || term->kind == SPF_TERM_ALL || has_term(merged, term->text))
            continue;
        merged = spf_record_parse(arena, spf_with_term(arena, merged, merged->all, spf_term_text(arena, term)));
    }
    finding_remedy(run, f,
                   "Replace both records by the one below; it has the terms of both, and the end of the first.");
    finding_record(run, f, "%s. 3600 IN TXT %s", source->name, spf_zone_text(arena, merged->text));
}

/* What a broken term was probably meant to be; NULL: no idea. */
static const char *corrected(struct arena *arena, const struct spf_term *term)
{
    static const struct {
        const char *wrong, *right;
    } names[] = {
        {"ipv4:", "ip4:"}, {"ipv6:", "ip6:"}, {"ip:", "ip4:"}, {"redirect:", "redirect="}, {"includes:", "include:"}};
    size_t sign = term->text.len && strchr("+-~?", term->text.at[0]) ? 1 : 0, colon = sign;
    struct str body = {term->text.at + sign, term->text.len - sign}, value;
    const char *start = str_text(arena, (struct str){term->text.at, sign});
    struct ip_network network;
    const char *text;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_starts_nocase(body, names[i].wrong))
            return str_printf(
                arena, "%s%s%s", start, names[i].right,
                str_text(arena, (struct str){body.at + strlen(names[i].wrong), body.len - strlen(names[i].wrong)}));
    while (colon < term->text.len && term->text.at[colon] != ':')
        colon++;
    if (str_starts_nocase(body, "all") && colon == term->text.len)
        return str_printf(arena, "%sall", start);
    if (colon == term->text.len)
        return NULL;
    value = (struct str){term->text.at + colon + 1, term->text.len - colon - 1};
    text = str_text(arena, value);
    if (!ip_network_parse(text, &network))
        return NULL;
    return str_printf(arena, "%s%s:%s", start, network.base.family == IP_V6 ? "ip6" : "ip4", text);
}

void spf_offer_corrected(struct run *run, const struct spf_source *source, struct finding *f)
{
    struct arena *arena = run_arena(run);
    const struct spf_record *record = source->record;

    for (size_t change = 0; record->faults && change < CHANGES_MAX; change++) {
        size_t i = 0;
        const char *better;

        while (!record->terms[i].fault)
            i++;
        better = corrected(arena, &record->terms[i]);
        if (!better)
            return;
        record = spf_record_parse(arena, spf_with_change(arena, record, &record->terms[i], better));
    }
    if (!record->faults)
        offer(run, f, source->name, source->record->text, record->text, "Correct the record.");
}

void spf_offer_without(struct run *run, const struct spf_domain *d, const struct spf_term *term, struct finding *f)
{
    struct arena *arena = run_arena(run);

    finding_record(run, f, "%s. 3600 IN TXT %s", d->name,
                   spf_zone_text(arena, spf_with_change(arena, d->source->record, term, "")));
}

typedef bool wanted_gone(const void *arg, const struct spf_term *term);

static struct str without(struct run *run, const struct spf_record *record, wanted_gone *is_wanted_gone,
                          const void *arg)
{
    for (size_t i = 0; i < record->count;) {
        if (!is_wanted_gone(arg, &record->terms[i])) {
            i++;
            continue;
        }
        record = spf_record_parse(run_arena(run), spf_with_change(run_arena(run), record, &record->terms[i], ""));
        i = 0;
    }
    return record->text;
}

static bool is_void_term(const void *arg, const struct spf_term *term)
{
    const struct spf_result *r = arg;

    if (!term->has_spec || !(term->kind == SPF_TERM_A || term->kind == SPF_TERM_MX || term->kind == SPF_TERM_EXISTS))
        return false;
    for (size_t i = 0; i < r->void_count; i++) {
        struct str name = {r->voids[i], strcspn(r->voids[i], "/")};
        struct str spec = term->spec;

        spec.len -= spec.at[spec.len - 1] == '.';
        if (str_equal_nocase(name, spec))
            return true;
    }
    return false;
}

void spf_offer_without_voids(struct run *run, const struct spf_domain *d, const struct spf_result *r, struct finding *f)
{
    struct str after = without(run, d->source->record, is_void_term, r);

    if (after.len < d->source->record->text.len)
        offer(run, f, d->name, d->source->record->text, after, "Take out the terms whose names have no records.");
}

/* The senders that only ptr of this record lets pass, as ip4: and ip6: terms. */
static const char *senders_by_ptr(struct run *run, const struct spf_domain *d)
{
    const char *text = "";
    size_t n = 0;

    for (size_t i = 0; i < d->mail->address_count; i++) {
        const struct mail_address *a = &d->mail->addresses[i];
        const struct spf_result *r;

        if (!address_is_sender(a) || n == d->sender_count)
            continue;
        r = d->results[n++];
        if (r->word == SPF_PASS && r->path_count == 1 && r->path[0].term->kind == SPF_TERM_PTR)
            text = str_printf(run_arena(run), "%s%s%s", text, *text ? " " : "", address_term(run, &a->ip));
    }
    return text;
}

void spf_offer_without_ptr(struct run *run, const struct spf_domain *d, struct finding *f)
{
    struct arena *arena = run_arena(run);
    const struct spf_record *record = d->source->record;
    const char *instead = senders_by_ptr(run, d);

    for (size_t i = 0; i < record->count;) {
        if (record->terms[i].kind != SPF_TERM_PTR) {
            i++;
            continue;
        }
        record = spf_record_parse(arena, spf_with_change(arena, record, &record->terms[i], instead));
        instead = "";
        i = 0;
    }
    if (record != d->source->record)
        offer(run, f, d->name, d->source->record->text, record->text,
              "Name the hosts that send instead of ptr; see that none is missing.");
}

void spf_offer_end(struct run *run, const struct spf_domain *d, struct finding *f)
{
    const struct spf_record *record = d->source->record;
    struct arena *arena = run_arena(run);

    if (record->all)
        offer(run, f, d->name, record->text, spf_with_change(arena, record, record->all, "~all"),
              "End the record with ~all or -all.");
    else if (!record->redirect)
        offer(run, f, d->name, record->text, spf_with_term(arena, record, NULL, "~all"),
              "End the record with ~all or -all.");
    else
        finding_remedy(run, f, "End the record that \"%s\" leads to with ~all or -all.",
                       spf_term_text(arena, record->redirect));
}

/* ---- fewer lookups ---- */

static bool is_repeated(const struct spf_record *record, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (str_equal_nocase(record->terms[i].text, record->terms[index].text))
            return true;
    return false;
}

/* The addresses behind an own "a" or "mx" term as ip4: and ip6: terms; NULL: not known, or too many. */
static const char *spelled_out(struct run *run, const struct spf_domain *d, const struct spf_term *term)
{
    const char *text = NULL, *wanted = spf_term_text(run_arena(run), term);
    size_t count = 0;

    if (term->qualifier != '+' || term->bits4 != 32 || term->bits6 != 128 ||
        (term->kind != SPF_TERM_A && term->kind != SPF_TERM_MX))
        return NULL;
    for (size_t i = 0; i < d->own->single_count; i++) {
        const struct spf_origin *o = &d->own->singles[i];

        if (strcmp(o->term, wanted) != 0 || !name_equal(o->domain, d->name))
            continue;
        text = text ? str_printf(run_arena(run), "%s %s", text, address_term(run, &o->ip)) : address_term(run, &o->ip);
        count++;
    }
    return count <= ADDRESSES_FOR_A_TERM ? text : NULL;
}

/* One change that saves lookups; NULL: none is left. */
static const struct spf_record *make_cheaper(struct run *run, const struct spf_domain *d,
                                             const struct spf_record *record, size_t *saved)
{
    struct arena *arena = run_arena(run);

    for (size_t i = 0; i < record->count; i++) {
        const struct spf_term *term = &record->terms[i];

        if (term->dead || !spf_term_costs(term) || !(term->kind == SPF_TERM_PTR || is_repeated(record, i)))
            continue;
        *saved = 1;
        for (size_t k = 0; k < d->source->record->count; k++)
            if (str_equal_nocase(d->source->record->terms[k].text, term->text))
                *saved = spf_cost_of(d, &d->source->record->terms[k]);
        return spf_record_parse(arena, spf_with_change(arena, record, term, ""));
    }
    for (size_t i = 0; i < record->count; i++) {
        const char *text = record->terms[i].dead ? NULL : spelled_out(run, d, &record->terms[i]);

        if (!text)
            continue;
        *saved = 1;
        return spf_record_parse(arena, spf_with_change(arena, record, &record->terms[i], text));
    }
    return NULL;
}

void spf_offer_cheaper(struct run *run, const struct spf_domain *d, struct finding *f)
{
    const struct spf_record *record = d->source->record, *cheaper;
    size_t lookups = d->tree->lookups, saved;

    for (size_t change = 0; lookups > SPF_LOOKUPS && change < CHANGES_MAX; change++) {
        cheaper = make_cheaper(run, d, record, &saved);
        if (!cheaper)
            break;
        record = cheaper;
        lookups -= saved < lookups ? saved : lookups;
    }
    if (lookups <= SPF_LOOKUPS)
        offer(
            run, f, d->name, d->source->record->text, record->text,
            str_printf(run_arena(run),
                       "Terms that repeat others, ptr, and your own hosts need no lookups; without them %zu are left.",
                       lookups));
    else
        finding_remedy(run, f,
                       "Take out includes until %zu lookups are saved, beginning with services that no longer send for "
                       "%s; or ask a service for a "
                       "sub-domain of its own to send with. The costs of each are in the message.",
                       d->tree->lookups - SPF_LOOKUPS, d->name);
}

/* ---- a sender that is missing ---- */

void spf_offer_sender(struct run *run, const struct spf_domain *d, const struct mail_address *a,
                      const struct spf_result *r, struct finding *f)
{
    const struct spf_record *record = d->source->record;
    const struct spf_term *before = r->path_count ? r->path[0].term : NULL;
    const char *domain = d->name;

    if (before && before->kind == SPF_TERM_REDIRECT && r->path_count > 1 &&
        name_equal(name_org_domain(r->path[1].domain), name_org_domain(d->name))) {
        record = r->path[1].record;
        domain = r->path[1].domain;
        before = r->path[1].term;
    }
    if (before && !spf_term_is_mechanism(before))
        before = NULL;
    offer(run, f, domain, record->text, spf_with_term(run_arena(run), record, before, address_term(run, &a->ip)),
          str_printf(run_arena(run), "If %s sends mail for %s, add it to the record.", a->label, d->name));
}
