/* probes/spf/remedy_limits.c - records that stay within the limits of RFC 7208 4.6.4, and say the same. */
#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/run.h"
#include "core/records/spf_macro.h"
#include "core/result/finding.h"
#include "probes/spf/offer.h"

enum { ADDRESSES_FOR_A_TERM = 4, ADDRESSES_FOR_MX = 40, CHANGES_MAX = 32, NAMES_SHOWN = 10 };
enum { MOVED_SENDERS = 200 }; /* a record with more is not offered */

/* ---- fewer lookups ---- */

static bool is_repeated(const struct spf_record *record, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (str_equal_nocase(record->terms[i].text, record->terms[index].text))
            return true;
    return false;
}

/* The addresses behind an own "a" or "mx" term as ip4: and ip6: terms; NULL: not known, or too many. */
static const char *spelled_out(struct run *run, const struct spf_domain *d, const struct spf_term *term, size_t most)
{
    const char *text = NULL, *wanted = spf_term_text(run_arena(run), term);
    size_t count = 0;

    if (term->qualifier != '+' || term->bits4 != 32 || term->bits6 != 128 || d->own->doubt_count ||
        d->own->singles_left_out || (term->kind != SPF_TERM_A && term->kind != SPF_TERM_MX))
        return NULL;
    for (size_t i = 0; i < d->own->single_count && count <= most; i++) {
        const struct spf_origin *o = &d->own->singles[i];

        if (strcmp(o->term, wanted) != 0 || !name_equal(o->domain, d->name))
            continue;
        text = text ? str_printf(run_arena(run), "%s %s", text, spf_address_term(run, &o->ip))
                    : spf_address_term(run, &o->ip);
        count++;
    }
    return count <= most ? text : NULL;
}

/* One change that saves lookups; NULL: none is left. */
static const struct spf_record *make_cheaper(struct run *run, const struct spf_domain *d,
                                             const struct spf_record *record, size_t *saved)
{
    struct arena *arena = run_arena(run);

    for (size_t i = 0; i < record->count; i++) {
        const struct spf_term *term = &record->terms[i];

        if (term->dead || !spf_term_costs(term) ||
            !(term->kind == SPF_TERM_PTR || is_repeated(record, i) || spf_spare_include(run, d, term)))
            continue;
        *saved = 1;
        for (size_t k = 0; k < d->source->record->count; k++)
            if (str_equal_nocase(d->source->record->terms[k].text, term->text))
                *saved = spf_cost_of(d, &d->source->record->terms[k]);
        return spf_record_parse(arena, spf_with_change(arena, record, term, ""));
    }
    for (size_t i = 0; i < record->count; i++) {
        const char *text = record->terms[i].dead ? NULL : spelled_out(run, d, &record->terms[i], ADDRESSES_FOR_A_TERM);

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
    const char *spares = spf_spares_text(run, d);
    size_t lookups = d->tree->lookups, saved;

    for (size_t change = 0; lookups > SPF_LOOKUPS && change < CHANGES_MAX; change++) {
        cheaper = make_cheaper(run, d, record, &saved);
        if (!cheaper)
            break;
        record = cheaper;
        lookups -= saved < lookups ? saved : lookups;
    }
    if (lookups <= SPF_LOOKUPS)
        spf_propose(
            run, d, f, (struct spf_offer){.at = d->name, .before = d->source->record->text, .after = record->text},
            str_printf(run_arena(run), "%s%s%zu lookups are left.", spares,
                       *spares
                           ? " Without these, without terms that repeat others, and with your own hosts as addresses "
                           : "Terms that repeat others, ptr, and your own hosts need no lookups; without them ",
                       lookups));
    else
        finding_remedy(
            run, f,
            "%s%sTake out includes until %zu lookup%s saved, beginning with services that no longer send for "
            "%s; or ask a service for a "
            "sub-domain of its own to send with. The costs of each are in the message.",
            spares, *spares ? " " : "", d->tree->lookups - SPF_LOOKUPS,
            d->tree->lookups == SPF_LOOKUPS + 1 ? " is" : "s are", d->name);
}

void spf_offer_fewer_mx(struct run *run, const struct spf_domain *d, const struct spf_node *node,
                        const struct spf_term *term, size_t names, struct finding *f)
{
    const char *what =
        str_printf(run_arena(run),
                   "Name the addresses that send with ip4: and ip6: in place of \"%s\", or bring its %zu MX "
                   "names down to %d.",
                   spf_term_text(run_arena(run), term), names, (int)SPF_MX_NAMES);
    const char *text = node == d->tree->nodes ? spelled_out(run, d, term, ADDRESSES_FOR_MX) : NULL;

    if (text)
        spf_propose(run, d, f,
                    (struct spf_offer){.at = d->name,
                                       .before = d->source->record->text,
                                       .after = spf_with_change(run_arena(run), d->source->record, term, text)},
                    what);
    else
        finding_remedy(run, f, "%s", what);
}

/* ---- fewer void lookups ---- */

/* The own term that names the address; NULL: there is none, or
 * it cannot go to the front without a change for others. */
static const struct spf_term *movable_term(const struct spf_record *record, const struct ip *ip)
{
    for (size_t i = 0; i < record->count; i++) {
        const struct spf_term *term = &record->terms[i];

        if (spf_term_is_mechanism(term) && term->qualifier != '+')
            return NULL;
        if ((term->kind == SPF_TERM_IP4 || term->kind == SPF_TERM_IP6) && spf_term_passes(term) &&
            term->network.base.family == ip->family && ip_in_network(ip, &term->network))
            return term;
    }
    return NULL;
}

static bool has_word(const char *words, const char *word)
{
    size_t len = strlen(word);

    for (const char *at = words; (at = strstr(at, word)); at += len)
        if ((at == words || at[-1] == ' ') && (at[len] == ' ' || !at[len]))
            return true;
    return false;
}

static const struct spf_record *without_term(struct arena *arena, const struct spf_record *record,
                                             const struct spf_term *unwanted)
{
    for (size_t i = 0; i < record->count; i++)
        if (str_equal_nocase(record->terms[i].text, unwanted->text))
            return spf_record_parse(arena, spf_with_change(arena, record, &record->terms[i], ""));
    return record;
}

/* What goes to the front: the terms of the senders that too
 * many void lookups stand before.  They lose nothing by it. */
static struct str moved_forward(struct run *run, const struct spf_domain *d)
{
    struct arena *arena = run_arena(run);
    const struct spf_record *record = d->source->record;
    const char *front = "";
    size_t n = 0;

    for (size_t i = 0; i < d->mail->address_count && d->is_envelope; i++) {
        const struct mail_address *a = &d->mail->addresses[i];
        const struct spf_result *r = address_is_sender(a) ? d->results[n++] : NULL;
        const struct spf_term *term;
        const char *text;

        if (!r || r->void_count <= SPF_VOIDS || (a->origin != SENDER_DECLARED && r->lenient != SPF_PASS))
            continue;
        term = movable_term(d->source->record, &a->ip);
        text = term ? spf_term_text(arena, term) : spf_address_term(run, &a->ip);
        if (has_word(front, text) || strlen(front) >= MOVED_SENDERS * IP_TEXT_MAX)
            continue;
        front = str_printf(arena, "%s%s%s", front, *front ? " " : "", text);
        if (term)
            record = without_term(arena, record, term);
    }
    if (!*front || !record->count)
        return (struct str){NULL, 0};
    return spf_with_term(arena, record, &record->terms[0], front);
}

static bool is_void(const struct dns_answer *answer)
{
    return answer && dns_answer_is_negative(answer);
}

/* A name without macros that has nothing for anybody.  "a" that only lacks the other family serves somebody. */
static bool serves_nobody(struct run *run, const struct spf_domain *d, const struct spf_term *term)
{
    const char *name =
        term->dead || (term->has_spec && spf_macro_uses(term->spec)) ? NULL : spf_static_target(run, d->name, term);

    if (!name)
        return false;
    switch (term->kind) {
    case SPF_TERM_A:
        return is_void(need_dns(run, name, DNS_A)) && is_void(need_dns(run, name, DNS_AAAA));
    case SPF_TERM_EXISTS:
        return is_void(need_dns(run, name, DNS_A));
    case SPF_TERM_MX:
        return is_void(need_dns(run, name, DNS_MX));
    default:
        return false;
    }
}

static struct str without_void_terms(struct run *run, const struct spf_domain *d, const char **dropped)
{
    const struct spf_record *record = d->source->record;
    size_t shown = 0;

    *dropped = "";
    for (size_t i = 0; i < record->count;) {
        if (!serves_nobody(run, d, &record->terms[i])) {
            i++;
            continue;
        }
        if (shown++ < NAMES_SHOWN)
            *dropped = str_printf(run_arena(run), "%s%s%s", *dropped, **dropped ? ", " : "",
                                  spf_term_text(run_arena(run), &record->terms[i]));
        record = spf_record_parse(run_arena(run), spf_with_change(run_arena(run), record, &record->terms[i], ""));
    }
    return record->text;
}

void spf_offer_fewer_voids(struct run *run, const struct spf_domain *d, struct finding *f)
{
    struct spf_offer offer = {.at = d->name, .before = d->source->record->text, .after = moved_forward(run, d)};
    const char *dropped;
    struct str without = without_void_terms(run, d, &dropped);

    if (offer.after.len) {
        spf_propose(run, d, f, offer,
                    *dropped ? str_printf(run_arena(run),
                                          "Let the addresses that send come first; then nothing is looked up for them. "
                                          "Terms whose hosts are gone for good can be taken out: %s.",
                                          dropped)
                             : "Let the addresses that send come first; then nothing is looked up for them.");
    } else if (*dropped) {
        offer.after = without;
        spf_propose(run, d, f, offer,
                    str_printf(run_arena(run),
                               "If their hosts are gone for good, take out %s, whose names have no records.", dropped));
    } else {
        finding_remedy(run, f, "Let the addresses that send come before the terms that find nothing.");
    }
}
