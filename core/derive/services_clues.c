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

void add_service_clue(struct service_candidate *c, struct service_clue clue, unsigned role)
{
    struct service *s = &c->service;

    s->roles |= role;
    for (size_t i = 0; i < s->clue_count; i++)
        if (c->clues[i].kind == clue.kind && name_equal(c->clues[i].name, clue.name))
            return;
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
        for (size_t i = 0; i < provider_count(); i++)
            if (provider_has_mx(provider_at(i), host))
                add_service_clue(&b->of[i], (struct service_clue){.kind = CLUE_MX, .name = host, .key = mail->mx->key},
                                 SERVICE_RECEIVES);
    }
}

/* True: somebody is known by this name. */
static bool look_at_spf_name(struct services_build *b, const char *name, bool grants, const char *key)
{
    const char *lower = name_lower(b->arena, name);
    bool known = false;

    if (is_own_name(b, lower))
        return false;
    for (size_t i = 0; i < provider_count(); i++) {
        const struct provider *p = provider_at(i);

        if (!provider_has_spf(p, lower))
            continue;
        add_service_clue(&b->of[i], (struct service_clue){.kind = CLUE_SPF, .name = lower, .key = key},
                         grants ? sending_role(p) : 0);
        b->of[i].service.in_spf |= grants;
        known = known || p->kind != PROVIDER_RECORDS;
    }
    return known;
}

/* Some are named by the terms a: and exists:. */
static void look_at_terms(struct services_build *b, const struct spf_node *node)
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

static void look_at_spf(struct services_build *b)
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
static void look_at_envelope(struct services_build *b, const char *envelope)
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

            if (!is_own_name(b, target) && provider_has_envelope(p, target)) {
                clue.leads = target;
                found = true;
            }
        }
        for (size_t k = 0; record && !found && k < record->count; k++)
            found = record->terms[k].kind == SPF_TERM_INCLUDE && !record->terms[k].fault &&
                    provider_has_spf(p, name_lower(b->arena, str_text(b->arena, record->terms[k].spec)));
        if (!found || !sending_role(p))
            continue;
        add_service_clue(&b->of[i], clue, SERVICE_SENDS);
        if (name_is_under(envelope, b->organisation))
            b->of[i].service.envelope = envelope;
    }
}

void look_for_clues(struct services_build *b)
{
    const struct target *target = run_target(b->run);

    look_at_mx(b);
    look_at_spf(b);
    for (size_t i = 0; i < target->mail_from_count; i++)
        if (!name_equal(target->mail_froms[i], b->domain))
            look_at_envelope(b, name_lower(b->arena, target->mail_froms[i]));
}
