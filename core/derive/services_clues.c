/* core/derive/services_clues.c - what in DNS shows that a service receives or sends for the domain. */
#include "core/derive/services_internal.h"

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/inventory.h"
#include "core/derive/run.h"
#include "core/derive/spf.h"
#include "core/facts/target.h"

bool is_own_name(const struct services_build *b, const char *name)
{
    return name_equal(name_org_domain(name), b->organisation);
}

void add_service_clue(const struct services_build *b, struct service_candidate *c, struct service_clue clue,
                      unsigned role)
{
    struct service *s = &c->service;

    s->roles |= role;
    for (size_t i = 0; i < s->clue_count; i++)
        if (c->clues[i].kind == clue.kind && name_equal(c->clues[i].name, clue.name))
            return;
    if (!c->clues)
        c->clues = ARENA_ARRAY(b->arena, struct service_clue, CLUES_MAX);
    if (s->clue_count < CLUES_MAX)
        c->clues[s->clue_count++] = clue;
}

unsigned sending_role(const struct provider *p)
{
    return p->kind == PROVIDER_FORWARDER || p->kind == PROVIDER_RECORDS ? 0 : SERVICE_SENDS;
}

static void look_at_mx(struct services_build *b)
{
    const struct inventory *mail = need_inventory(b->run);

    b->pending |= mail->kind == MX_PENDING;
    for (size_t h = 0; mail->kind == MX_LISTED && h < mail->host_count; h++) {
        const char *host = mail->hosts[h].name;

        if (is_own_name(b, host))
            continue;
        for (struct service_candidate *c = b->of; c->service.provider; c++)
            if (provider_has_mx(c->service.provider, host))
                add_service_clue(b, c, (struct service_clue){.kind = CLUE_MX, .name = host, .key = mail->mx->key},
                                 SERVICE_RECEIVES);
    }
}

/* The target of the alias by which the bounce domain is the service's; NULL: it is none. */
static const char *alias_to(struct services_build *b, const struct provider *p, const struct dns_answer *answer)
{
    for (size_t i = 0; i < answer->chain_count; i++) {
        const char *target = name_lower(b->arena, answer->chain[i].target);

        if (!is_own_name(b, target) && provider_has_envelope(p, target))
            return target;
    }
    return NULL;
}

static bool includes_service(struct services_build *b, const struct provider *p, const struct spf_record *record)
{
    for (size_t i = 0; record && i < record->count; i++) {
        const struct spf_term *term = &record->terms[i];
        const char *name = term->kind == SPF_TERM_INCLUDE && !term->fault
                               ? name_lower(b->arena, str_text(b->arena, term->spec))
                               : NULL;

        if (name && (provider_has_spf(p, name) || provider_has_envelope(p, name)))
            return true;
    }
    return false;
}

/* Where the alias leads to no record, SPF has nothing to pass by. */
static void take_envelope(struct services_build *b, struct service_candidate *c, const struct spf_source *source,
                          const char *leads)
{
    struct service *s = &c->service;

    if (!sending_role(s->provider))
        return;
    add_service_clue(
        b, c,
        (struct service_clue){.kind = CLUE_ENVELOPE, .name = source->name, .leads = leads, .key = source->answer->key},
        SERVICE_SENDS);
    if (!name_is_under(source->name, b->organisation) || s->envelope.has_record)
        return;
    s->envelope = (struct service_envelope){source->name, leads, source->state == SPF_SOURCE_FOUND,
                                            source->state == SPF_SOURCE_ABSENT};
}

/* A bounce domain that the user named: an alias of the service's, or a record that includes the service's. */
static void look_at_envelope(struct services_build *b, const char *envelope)
{
    const struct spf_source *source = need_spf_source(b->run, envelope);

    b->pending |= !source;
    for (struct service_candidate *c = b->of; source && c->service.provider; c++) {
        const char *leads = alias_to(b, c->service.provider, source->answer);

        if (leads || includes_service(b, c->service.provider, source->record))
            take_envelope(b, c, source, leads);
    }
}

void try_usual_envelope(struct services_build *b, struct service_candidate *c, const char *envelope)
{
    const struct spf_source *source = need_spf_source(b->run, envelope);
    const char *leads = source ? alias_to(b, c->service.provider, source->answer) : NULL;

    b->pending |= !source;
    if (leads)
        take_envelope(b, c, source, leads);
}

void look_for_clues(struct services_build *b)
{
    const struct target *target = run_target(b->run);

    look_at_mx(b);
    look_at_spf_of_services(b);
    for (size_t i = 0; i < target->mail_from_count; i++)
        if (!name_equal(target->mail_froms[i], b->domain))
            look_at_envelope(b, name_lower(b->arena, target->mail_froms[i]));
}
