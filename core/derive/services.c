/* core/derive/services.c - recognises the services that a domain sends and receives through. */
#include "core/derive/services.h"

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/derive/derived.h"
#include "core/derive/inventory.h"
#include "core/derive/run.h"
#include "core/derive/services_internal.h"
#include "core/facts/target.h"

static bool shares_clues(const struct service_candidate *c, const struct service_candidate *with)
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
static void merge_sold(struct services_build *b)
{
    for (size_t i = 0; i < provider_count(); i++) {
        struct service_candidate *c = &b->of[i];
        const struct provider *sold =
            c->service.provider->sold_as ? provider_from_id(c->service.provider->sold_as) : NULL;
        struct service_candidate *base = sold ? &b->of[sold - provider_at(0)] : NULL;

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
            add_service_clue(c, base->clues[k], base->service.roles);
        if (base->service.spf > c->service.spf)
            c->service.spf = base->service.spf;
        for (size_t k = 0; k < base->service.selector_count; k++)
            keep_service_selector(c, base->selectors[k]);
        base->service.clue_count = 0;
        base->sold_as = c;
    }
}

static bool is_seen_by_spf_alone(const struct service_candidate *c)
{
    for (size_t i = 0; i < c->service.clue_count; i++)
        if (c->clues[i].kind != CLUE_SPF)
            return false;
    return c->service.clue_count > 0;
}

/* An include that several services have, and nothing else shows the first: the usual names of the other are tried as
 * well. */
static void doubt_includes(struct services_build *b)
{
    for (size_t i = 0; i < provider_count(); i++) {
        const struct provider *other = provider_at(i)->shares_spf ? provider_from_id(provider_at(i)->shares_spf) : NULL;

        if (other && is_seen_by_spf_alone(&b->of[i]))
            b->of[other - provider_at(0)].for_spf = &b->of[i];
    }
}

/* The other has an alias, and the first no key: the include is the other's. */
static void settle_includes(struct services_build *b)
{
    for (size_t i = 0; i < provider_count(); i++) {
        struct service_candidate *other = &b->of[i], *first = other->for_spf;

        if (!first || !other->service.clue_count || !is_seen_by_spf_alone(first) ||
            first->service.key == SERVICE_KEY_FOUND)
            continue;
        for (size_t k = 0; k < first->service.clue_count; k++)
            add_service_clue(other, first->clues[k], first->service.roles);
        other->service.spf = first->service.spf;
        other->service.spf_trouble = first->service.spf_trouble;
        first->service.clue_count = 0;
    }
}

static void list(struct services_build *b, struct services *services)
{
    struct service *all = ARENA_ARRAY(b->arena, struct service, provider_count());

    for (int receives = 1; receives >= 0; receives--) {
        for (size_t i = 0; i < provider_count(); i++) {
            struct service_candidate *c = &b->of[i];

            if (!c->service.clue_count || ((c->service.roles & SERVICE_RECEIVES) != 0) != receives)
                continue;
            c->service.clues = c->clues;
            c->service.selectors = c->selectors;
            c->service.spf_fails = c->service.spf == SERVICE_SPF_NOT_NAMED && b->spf_ends == '-';
            all[services->count++] = c->service;
        }
    }
    services->at = all;
}

static const void *derive_services(struct run *run, const void *argument)
{
    struct services_build b = {
        .run = run, .arena = run_arena(run), .domain = name_lower(run_arena(run), run_target(run)->domain)};
    struct services *services = ARENA_NEW(b.arena, struct services);

    (void)argument;
    b.organisation = name_org_domain(b.domain);
    b.of = ARENA_ARRAY(b.arena, struct service_candidate, provider_count());
    for (size_t i = 0; i < provider_count(); i++)
        b.of[i].service.provider = provider_at(i);
    look_for_clues(&b);
    add_declared_selectors(&b);
    if (b.pending) /* which services there are decides what is tried */
        return services;
    merge_sold(&b);
    doubt_includes(&b);
    find_service_keys(&b);
    settle_includes(&b);
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

/* redirect= makes the service's record the domain's own, and its addresses senders. */
static const struct service *service_of_record(const struct services *services, const char *name)
{
    for (size_t i = 0; services && i < services->count; i++)
        for (size_t k = 0; k < services->at[i].clue_count; k++)
            if (services->at[i].clues[k].kind == CLUE_SPF && name_equal(services->at[i].clues[k].name, name))
                return &services->at[i];
    return NULL;
}

const struct service *service_of_address(const struct services *services, const struct mail_address *address)
{
    const struct service *s = NULL;

    if (address->origin == SENDER_DECLARED)
        return NULL;
    if (address->host_count == 0 && address->record)
        return service_of_record(services, address->record);
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
