/* core/derive/services.c - recognises the services that a domain sends and receives through. */
#include "core/derive/services.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/absence.h"
#include "core/derive/derived.h"
#include "core/derive/dkim.h"
#include "core/derive/inventory.h"
#include "core/derive/run.h"
#include "core/derive/spf.h"
#include "core/facts/target.h"

enum { CLUES_MAX = 8, OWN_SELECTORS_MAX = 16 };

struct candidate {
    struct service service;
    struct service_clue clues[CLUES_MAX];
    struct service_selector selectors[OWN_SELECTORS_MAX];
    struct candidate *sold_as; /* whose clues are its, too; NULL */
};

struct build {
    struct run *run;
    struct arena *arena;
    const char *domain, *organisation;
    struct candidate *of; /* by provider */
    bool pending;
};

/* ---- clues ---- */

/* Whoever runs such a service himself is not its customer. */
static bool is_own(const struct build *b, const char *name)
{
    return name_equal(name_org_domain(name), b->organisation);
}

static void add_clue(struct candidate *c, struct service_clue clue, unsigned role)
{
    struct service *s = &c->service;

    s->roles |= role;
    for (size_t i = 0; i < s->clue_count; i++)
        if (c->clues[i].kind == clue.kind && name_equal(c->clues[i].name, clue.name))
            return;
    if (s->clue_count < CLUES_MAX)
        c->clues[s->clue_count++] = clue;
}

static unsigned sending_role(const struct provider *p)
{
    return p->kind == PROVIDER_FORWARDER || p->kind == PROVIDER_RECORDS ? 0 : SERVICE_SENDS;
}

static void look_at_mx(struct build *b)
{
    const struct inventory *mail = need_inventory(b->run);

    b->pending |= mail->kind == MX_PENDING;
    for (size_t h = 0; mail->kind == MX_LISTED && h < mail->host_count; h++) {
        const char *host = mail->hosts[h].name;

        if (is_own(b, host))
            continue;
        for (size_t i = 0; i < provider_count(); i++)
            if (provider_has_mx(provider_at(i), host))
                add_clue(&b->of[i], (struct service_clue){.kind = CLUE_MX, .name = host, .key = mail->mx->key},
                         SERVICE_RECEIVES);
    }
}

/* True: somebody is known by this name. */
static bool look_at_spf_name(struct build *b, const char *name, bool grants, const char *key)
{
    const char *lower = name_lower(b->arena, name);
    bool known = false;

    if (is_own(b, lower))
        return false;
    for (size_t i = 0; i < provider_count(); i++) {
        const struct provider *p = provider_at(i);

        if (!provider_has_spf(p, lower))
            continue;
        add_clue(&b->of[i], (struct service_clue){.kind = CLUE_SPF, .name = lower, .key = key},
                 grants ? sending_role(p) : 0);
        b->of[i].service.in_spf |= grants;
        known = known || p->kind != PROVIDER_RECORDS;
    }
    return known;
}

/* Some are named by the terms a: and exists:. */
static void look_at_terms(struct build *b, const struct spf_node *node)
{
    const struct spf_record *record = node->source->record;

    for (size_t i = 0; i < record->count; i++) {
        const struct spf_term *term = &record->terms[i];

        if (term->has_spec && !term->fault && !term->dead &&
            (term->kind == SPF_TERM_A || term->kind == SPF_TERM_EXISTS))
            look_at_spf_name(b, str_text(b->arena, term->spec), node->grants && term->qualifier == '+',
                             node->source->answer->key);
    }
}

static void look_at_spf(struct build *b)
{
    const struct spf_tree *tree = need_spf_tree(b->run, &(struct spf_question){.domain = b->domain});
    bool *theirs = ARENA_ARRAY(b->arena, bool, tree->count + 1); /* a known service's own matter */

    b->pending |= !tree->complete;
    for (size_t i = 0; i < tree->count; i++) {
        const struct spf_node *node = &tree->nodes[i];

        theirs[i] = i > 0 && theirs[node->parent];
        if (theirs[i])
            continue;
        if (i > 0)
            theirs[i] = look_at_spf_name(b, node->domain, node->grants, tree->nodes[node->parent].source->answer->key);
        if (!theirs[i] && node->state == SPF_NODE_RECORD)
            look_at_terms(b, node);
    }
}

/* A bounce domain that the user named: an alias of the service's, or a record that includes the service's. */
static void look_at_envelope(struct build *b, const char *envelope)
{
    const struct spf_source *source = need_spf_source(b->run, envelope);
    const struct spf_record *record = source ? source->record : NULL;

    b->pending |= !source;
    for (size_t i = 0; source && i < provider_count(); i++) {
        const struct provider *p = provider_at(i);
        struct service_clue clue = {.kind = CLUE_ENVELOPE, .name = envelope, .key = source->answer->key};
        bool found = false;

        for (size_t k = 0; k < source->answer->chain_count; k++) {
            const char *target = name_lower(b->arena, source->answer->chain[k].target);

            if (!is_own(b, target) && provider_has_envelope(p, target)) {
                clue.leads = target;
                found = true;
            }
        }
        for (size_t k = 0; record && !found && k < record->count; k++)
            found = record->terms[k].kind == SPF_TERM_INCLUDE && !record->terms[k].fault &&
                    provider_has_spf(p, name_lower(b->arena, str_text(b->arena, record->terms[k].spec)));
        if (!found || !sending_role(p))
            continue;
        add_clue(&b->of[i], clue, SERVICE_SENDS);
        if (name_is_under(envelope, b->organisation))
            b->of[i].service.envelope = envelope;
    }
}

/* ---- what is sold under another name ---- */

static void keep_selector(struct candidate *c, struct service_selector selector)
{
    for (size_t i = 0; i < c->service.selector_count; i++)
        if (name_equal(c->selectors[i].name, selector.name))
            return;
    if (c->service.selector_count < OWN_SELECTORS_MAX)
        c->selectors[c->service.selector_count++] = selector;
}

static bool shares_clues(const struct candidate *c, const struct candidate *with)
{
    for (size_t i = 0; i < c->service.clue_count; i++) {
        bool shared = false;

        for (size_t k = 0; k < with->service.clue_count && !shared; k++)
            shared = c->clues[i].kind == with->clues[k].kind && name_equal(c->clues[i].name, with->clues[k].name);
        if (!shared)
            return false;
    }
    return true;
}

/* Microsoft 365 by its MX, with the record of who sold it: that is one service, not two. */
static void merge_sold(struct build *b)
{
    for (size_t i = 0; i < provider_count(); i++) {
        struct candidate *c = &b->of[i];
        const struct provider *sold =
            c->service.provider->sold_as ? provider_from_id(c->service.provider->sold_as) : NULL;
        struct candidate *base = sold ? &b->of[sold - provider_at(0)] : NULL;

        if (!base || !c->service.clue_count)
            continue;
        if (!(base->service.roles & SERVICE_RECEIVES)) {
            c->service.clue_count = 0;
            continue;
        }
        for (size_t k = 0; k < provider_count(); k++)
            if (k != i && b->of[k].service.clue_count && shares_clues(&b->of[k], c))
                b->of[k].service.clue_count = 0;
        for (size_t k = 0; k < base->service.clue_count; k++)
            add_clue(c, base->clues[k], base->service.roles);
        for (size_t k = 0; k < base->service.selector_count; k++)
            keep_selector(c, base->selectors[k]);
        base->service.clue_count = 0;
        base->sold_as = c;
    }
}

/* ---- DKIM ---- */

static struct candidate *candidate_of_alias(struct build *b, const struct dns_answer *answer, const char **target)
{
    for (size_t k = 0; answer && k < answer->chain_count; k++) {
        *target = name_lower(b->arena, answer->chain[k].target);
        if (is_own(b, *target))
            continue;
        for (size_t i = 0; i < provider_count(); i++)
            if (provider_has_target(provider_at(i), *target))
                return b->of[i].sold_as ? b->of[i].sold_as : &b->of[i];
    }
    return NULL;
}

static bool has_key(struct build *b, const struct dns_answer *answer)
{
    const struct dns_answer *nobodys = need_nobodys_selector(b->run);

    return answer->status == DNS_OK && dkim_has_usable_key(b->arena, answer) && nobodys &&
           !dkim_same_texts(answer, nobodys);
}

/* Aliases say whose a selector is; without one it is of the service for which it was tried, if for any. */
static void add_selector(struct build *b, struct candidate *tried_for, const char *name, bool is_declared)
{
    struct service_selector s = {.name = name, .is_declared = is_declared};
    const struct dns_answer *nobodys = need_nobodys_selector(b->run);
    const char *target = NULL;
    struct candidate *c;

    s.owner = str_printf(b->arena, "%s._domainkey.%s", name, b->domain);
    if (!name_to_wire(s.owner, (uint8_t[NAME_WIRE_MAX]){0}))
        return;
    s.answer = need_dns(b->run, s.owner, DNS_TXT);
    if (!s.answer || !nobodys) {
        b->pending = true;
        return;
    }
    c = candidate_of_alias(b, s.answer, &target);
    if (c)
        add_clue(c, (struct service_clue){.kind = CLUE_DKIM, .name = s.owner, .leads = target, .key = s.answer->key},
                 sending_role(c->service.provider));
    else
        c = tried_for;
    if (!c)
        return;
    s.dangles = target && s.answer->status != DNS_OK && s.answer->status != DNS_UNKNOWN;
    s.has_key = has_key(b, s.answer);
    keep_selector(c, s);
}

static bool is_declared(struct build *b, const char *name)
{
    const struct target *target = run_target(b->run);

    for (size_t i = 0; i < target->selector_count; i++)
        if (name_equal(dkim_selector_alone(b->arena, target->selectors[i]), name))
            return true;
    return false;
}

/* The first of each service, then the second of each, and so on: what is left out is left out evenly. */
static void try_selectors(struct build *b)
{
    size_t tried = 0;
    bool more = true;

    for (size_t nth = 0; more && tried < SELECTORS_TRIED; nth++) {
        more = false;
        for (size_t i = 0; i < provider_count() && tried < SELECTORS_TRIED; i++) {
            const char *at = provider_at(i)->selectors, *item = NULL, *name;
            size_t length = 0;

            if (!b->of[i].service.clue_count)
                continue;
            for (size_t k = 0; k <= nth; k++)
                length = provider_item(&at, &item);
            if (!length)
                continue;
            more = true;
            name = str_text(b->arena, (struct str){item, length});
            if (is_declared(b, name))
                continue;
            tried++;
            add_selector(b, &b->of[i], name, false);
        }
    }
}

static size_t count_items(const char *list)
{
    const char *item;
    size_t count = 0;

    while (provider_item(&list, &item))
        count++;
    return count;
}

static void judge_key(struct candidate *c)
{
    struct service *s = &c->service;
    const struct provider *p = s->provider;

    s->key = p->choice == SELECTORS_FIXED && s->selector_count >= count_items(p->selectors) ? SERVICE_KEY_NONE
                                                                                            : SERVICE_KEY_UNKNOWN;
    for (size_t i = 0; i < s->selector_count; i++) {
        const struct dns_answer *answer = c->selectors[i].answer;

        if (answer->status != DNS_UNKNOWN || s->trouble)
            continue;
        s->key = SERVICE_KEY_UNDECIDED;
        s->trouble = &answer->trouble;
        s->trouble_key = answer->key;
    }
    for (size_t i = 0; i < s->selector_count; i++)
        if (c->selectors[i].has_key)
            s->key = SERVICE_KEY_FOUND;
}

/* That there is no key is held against the domain only where the zone's own servers say so. */
static void confirm_absence(struct build *b, struct candidate *c)
{
    struct service *s = &c->service;

    if (s->key != SERVICE_KEY_NONE || !provider_signs_by_default(s->provider))
        return;
    for (size_t i = 0; i < s->selector_count; i++) {
        const struct dns_answer *confirmed = need_confirmed(b->run, c->selectors[i].owner, DNS_TXT).answer;

        b->pending |= !confirmed;
        if (confirmed) {
            c->selectors[i].answer = confirmed;
            c->selectors[i].has_key = has_key(b, confirmed);
        }
    }
    judge_key(c);
}

/* Of a domain that one service sends for, a key that the user declared is that service's. */
static void credit_declared(struct build *b)
{
    struct candidate *only = NULL;
    enum dkim_presence presence = need_dkim_presence(b->run);

    for (size_t i = 0; i < provider_count(); i++) {
        if (!b->of[i].service.clue_count || !(b->of[i].service.roles & SERVICE_SENDS))
            continue;
        if (only)
            return;
        only = &b->of[i];
    }
    if (only && presence == DKIM_PRESENT)
        only->service.key = SERVICE_KEY_FOUND;
}

/* ---- the whole ---- */

static void list(struct build *b, struct services *services)
{
    struct service *all = ARENA_ARRAY(b->arena, struct service, provider_count());

    for (int receives = 1; receives >= 0; receives--) {
        for (size_t i = 0; i < provider_count(); i++) {
            struct candidate *c = &b->of[i];

            if (!c->service.clue_count || ((c->service.roles & SERVICE_RECEIVES) != 0) != receives)
                continue;
            c->service.clues = c->clues;
            c->service.selectors = c->selectors;
            all[services->count++] = c->service;
        }
    }
    services->at = all;
}

static const void *derive_services(struct run *run, const void *argument)
{
    struct build b = {
        .run = run, .arena = run_arena(run), .domain = name_lower(run_arena(run), run_target(run)->domain)};
    const struct target *target = run_target(run);
    struct services *services = ARENA_NEW(b.arena, struct services);

    (void)argument;
    b.organisation = name_org_domain(b.domain);
    b.of = ARENA_ARRAY(b.arena, struct candidate, provider_count());
    for (size_t i = 0; i < provider_count(); i++)
        b.of[i].service.provider = provider_at(i);
    look_at_mx(&b);
    look_at_spf(&b);
    for (size_t i = 0; i < target->mail_from_count; i++)
        if (!name_equal(target->mail_froms[i], b.domain))
            look_at_envelope(&b, name_lower(b.arena, target->mail_froms[i]));
    for (size_t i = 0; i < target->selector_count; i++)
        add_selector(&b, NULL, dkim_selector_alone(b.arena, target->selectors[i]), true);
    if (b.pending) /* which services there are decides what is tried */
        return services;
    merge_sold(&b);
    try_selectors(&b);
    for (size_t i = 0; i < provider_count(); i++)
        judge_key(&b.of[i]);
    for (size_t i = 0; i < provider_count(); i++)
        confirm_absence(&b, &b.of[i]);
    credit_declared(&b);
    list(&b, services);
    services->complete = !b.pending;
    return services;
}

const struct services *need_services(struct run *run)
{
    static const struct derivation services = {"services", derive_services};

    return need_derived(run, &services, "", NULL);
}

const struct service *service_of_host(const struct services *services, const char *mx_host)
{
    for (size_t i = 0; services && i < services->count; i++) {
        const struct service *s = &services->at[i];
        const struct provider *p = s->provider;

        if (s->roles & SERVICE_RECEIVES &&
            (provider_has_mx(p, mx_host) || (p->sold_as && provider_has_mx(provider_from_id(p->sold_as), mx_host))))
            return s;
    }
    return NULL;
}

const struct service *service_of_address(const struct services *services, const struct mail_address *address)
{
    const struct service *s = NULL;

    if (address->origin == SENDER_DECLARED)
        return NULL;
    for (size_t i = 0; i < address->host_count; i++) {
        s = service_of_host(services, address->hosts[i]);
        if (!s)
            return NULL;
    }
    return s;
}

bool services_are_moving(const struct services *services, const struct service *pair[2])
{
    size_t found = 0;

    for (size_t i = 0; services && i < services->count && found < 2; i++)
        if (services->at[i].provider->kind == PROVIDER_MAILBOX)
            pair[found++] = &services->at[i];
    return found == 2;
}
