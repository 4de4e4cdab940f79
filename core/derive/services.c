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

struct service_candidate *service_candidate_of(const struct services_build *b, const struct provider *p)
{
    return &b->of[p - provider_at(0)];
}

/* The candidate of the service with this id; NULL: the id is. */
static struct service_candidate *named(const struct services_build *b, const char *id)
{
    return id ? service_candidate_of(b, provider_from_id(id)) : NULL;
}

/* Microsoft 365 by its MX, with the record of who sold it: that is one service, not two. */
static void merge_sold(struct services_build *b)
{
    for (struct service_candidate *c = b->of; c->service.provider; c++) {
        struct service_candidate *base = named(b, c->service.provider->sold_as);
        struct service *s = &c->service;

        if (!base || !s->clue_count)
            continue;
        if (!(base->service.roles & SERVICE_RECEIVES)) {
            s->clue_count = 0;
            continue;
        }
        for (struct service_candidate *other = b->of; other->service.provider; other++)
            if (other != c && shares_clues(other, c))
                other->service.clue_count = 0;
        for (size_t k = 0; k < base->service.clue_count; k++)
            add_service_clue(b, c, base->clues[k], base->service.roles);
        s->spf = base->service.spf > s->spf ? base->service.spf : s->spf;
        for (size_t k = 0; k < base->service.selector_count; k++)
            keep_service_selector(b, c, base->selectors[k]);
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
    for (struct service_candidate *c = b->of; c->service.provider; c++) {
        struct service_candidate *other = named(b, c->service.provider->shares_spf);

        if (other && is_seen_by_spf_alone(c))
            other->for_spf = c;
    }
}

/* The other has an alias, and the first no key: the include is the other's. */
static void settle_includes(struct services_build *b)
{
    for (struct service_candidate *other = b->of; other->service.provider; other++) {
        struct service_candidate *first = other->for_spf;

        if (!first || !other->service.clue_count || !is_seen_by_spf_alone(first) ||
            first->service.key == SERVICE_KEY_FOUND)
            continue;
        for (size_t k = 0; k < first->service.clue_count; k++)
            add_service_clue(b, other, first->clues[k], first->service.roles);
        first->service.clue_count = 0;
    }
}

/* Whosever it is, it lets the servers of both pass. */
static void share_includes(struct services_build *b)
{
    for (struct service_candidate *c = b->of; c->service.provider; c++) {
        struct service_candidate *other = named(b, c->service.provider->shares_spf);

        if (!other || c->service.spf <= SERVICE_SPF_BY_MX)
            continue;
        other->service.spf = c->service.spf;
        other->service.spf_trouble = c->service.spf_trouble;
    }
}

static void list(struct services_build *b, struct services *services)
{
    struct service *all;
    size_t room = 0;

    for (const struct service_candidate *c = b->of; c->service.provider; c++)
        room += c->service.clue_count > 0;
    all = ARENA_ARRAY(b->arena, struct service, room);
    for (int receives = 1; receives >= 0; receives--) {
        for (struct service_candidate *c = b->of; c->service.provider; c++) {
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
    b.of = ARENA_ARRAY(b.arena, struct service_candidate, provider_count() + 1);
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
    share_includes(&b);
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
