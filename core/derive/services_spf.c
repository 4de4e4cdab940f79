/* core/derive/services_spf.c - whom the domain's SPF records lead to, and whether they let these pass.
 *
 * A record that names a service lets nobody pass where a receiver's evaluation ends before it gets there.  (RFC
 * 7208 4.6)
 */
#include "core/derive/services_internal.h"

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/spf.h"

/* A term of the record of the node `at` in the tree. */
struct place {
    const struct spf_tree *tree;
    size_t at;
    size_t counted; /* terms with a lookup that are evaluated before its servers are compared, itself included */
    size_t lookups; /* of the record that it leads to */
    char qualifier; /* the weakest on the way to it */
};

static char weaker(char a, char b)
{
    return a == '-' || b == '-' ? '-' : a == '+' ? b : a;
}

static char qualifier_of(const struct spf_tree *tree, size_t at)
{
    char qualifier = '+';

    for (; at > 0; at = tree->nodes[at].parent)
        qualifier = weaker(qualifier, tree->nodes[at].via->qualifier); /* "+" of redirect= */
    return qualifier;
}

static bool is_above_or_at(const struct spf_tree *tree, size_t above, size_t at)
{
    while (at > above)
        at = tree->nodes[at].parent;
    return at == above;
}

/* Does the evaluation end at this record, whoever sends?  A broken one is met when it is included. */
static enum service_spf ends_at(const struct spf_node *node)
{
    switch (node->state) {
    case SPF_NODE_RECORD:
        return node->source->record->faults ? SERVICE_SPF_BROKEN : SERVICE_SPF_PASSES;
    case SPF_NODE_ABSENT:
    case SPF_NODE_SEVERAL:
    case SPF_NODE_RING:
    case SPF_NODE_NO_NAME:
        return SERVICE_SPF_BROKEN;
    case SPF_NODE_TROUBLE:
        return SERVICE_SPF_UNDECIDED;
    case SPF_NODE_PENDING:
    case SPF_NODE_DEPENDS:
    case SPF_NODE_BEYOND:
        break;
    }
    return SERVICE_SPF_PASSES;
}

static enum service_spf standing(const struct place *place, struct service *s)
{
    enum service_spf worst = SERVICE_SPF_PASSES;

    for (size_t i = 0; i < place->tree->count; i++) {
        const struct spf_node *node = &place->tree->nodes[i];
        enum service_spf ends = ends_at(node);

        if (ends == SERVICE_SPF_PASSES ||
            (!is_above_or_at(place->tree, i, place->at) && (!node->before || node->before >= place->counted)))
            continue;
        if (ends == SERVICE_SPF_UNDECIDED)
            s->spf_trouble = &node->source->trouble;
        worst = ends < worst ? ends : worst;
    }
    if (place->counted > SPF_LOOKUPS)
        return SERVICE_SPF_BROKEN;
    if (worst == SERVICE_SPF_PASSES && place->counted + place->lookups > SPF_LOOKUPS)
        return SERVICE_SPF_PERHAPS;
    return worst;
}

/* ---- whom the records name ---- */

static void add_named(const struct services_build *b, struct service_candidate *c, const char *name, const char *key,
                      char qualifier, enum service_spf spf)
{
    struct service *s = &c->service;

    if (qualifier != '+')
        spf = SERVICE_SPF_NOT_PASSED;
    add_service_clue(b, c, (struct service_clue){.kind = CLUE_SPF, .name = name, .key = key},
                     qualifier == '-' ? 0 : sending_role(s->provider));
    s->spf = spf > s->spf ? spf : s->spf;
}

/* True: somebody is known by this name.  `place` NULL: of a record that is none, standing beside another. */
static bool look_at_name(struct services_build *b, const char *name, const struct place *place, char qualifier,
                         const char *key)
{
    const char *lower = name_lower(b->arena, name);
    bool known = false;

    if (is_own_name(b, lower))
        return false;
    for (struct service_candidate *c = b->of; c->service.provider; c++) {
        if (!provider_has_spf(c->service.provider, lower))
            continue;
        add_named(b, c, lower, key, qualifier, place ? standing(place, &c->service) : SERVICE_SPF_BROKEN);
        known = known || c->service.provider->kind != PROVIDER_RECORDS;
    }
    return known;
}

static size_t lookups_below(const struct spf_tree *tree, size_t parent, const struct spf_term *via)
{
    for (size_t i = parent + 1; i < tree->count; i++)
        if (tree->nodes[i].parent == parent && tree->nodes[i].via == via)
            return tree->nodes[i].lookups;
    return 0;
}

/* Some are named by the terms a: and exists:. */
static void look_at_terms(struct services_build *b, const struct spf_tree *tree, size_t at)
{
    const struct spf_node *node = &tree->nodes[at];
    const struct spf_record *record = node->source->record;
    struct place place = {.tree = tree, .at = at, .counted = node->before, .qualifier = qualifier_of(tree, at)};

    for (size_t i = 0; i < record->count; i++) {
        const struct spf_term *term = &record->terms[i];

        if (term->fault || term->dead || !spf_term_costs(term))
            continue;
        place.counted++;
        if (term->has_spec && (term->kind == SPF_TERM_A || term->kind == SPF_TERM_EXISTS))
            look_at_name(b, str_text(b->arena, term->spec), &place, weaker(place.qualifier, term->qualifier),
                         node->source->answer->key);
        place.counted += lookups_below(tree, at, term);
    }
}

static void look_at_tree(struct services_build *b, const struct spf_tree *tree)
{
    bool *theirs = ARENA_ARRAY(b->arena, bool, tree->count + 1); /* a known service's own matter */

    for (size_t i = 0; i < tree->count; i++) {
        const struct spf_node *node = &tree->nodes[i];
        struct place place;

        theirs[i] = theirs[node->parent]; /* the root is its own */
        if (theirs[i])
            continue;
        place = (struct place){.tree = tree, .at = i, .counted = node->before, .lookups = node->lookups};
        theirs[i] =
            look_at_name(b, node->domain, &place, qualifier_of(tree, i), tree->nodes[node->parent].source->answer->key);
        if (!theirs[i] && node->state == SPF_NODE_RECORD)
            look_at_terms(b, tree, i);
        if (!theirs[i] && node->state == SPF_NODE_TROUBLE)
            b->spf_trouble = &node->source->trouble;
    }
}

/* Two records are a permerror: what they name is what somebody meant to send through. */
static void look_at_several(struct services_build *b, const struct spf_source *source)
{
    for (size_t k = 0; k < sizeof source->texts / sizeof *source->texts; k++) {
        const struct spf_record *record = spf_record_parse(b->arena, source->texts[k]);

        for (size_t i = 0; i < record->count; i++)
            if (record->terms[i].kind == SPF_TERM_INCLUDE && !record->terms[i].fault && !record->terms[i].dead)
                look_at_name(b, str_text(b->arena, record->terms[i].spec), NULL, record->terms[i].qualifier,
                             source->answer->key);
    }
}

/* ---- mailboxes that no record names ---- */

static bool lets_mx_pass(const struct services_build *b, const struct spf_record *record)
{
    for (size_t i = 0; i < record->count; i++) {
        const struct spf_term *term = &record->terms[i];

        if (term->kind == SPF_TERM_MX && spf_term_passes(term) &&
            (!term->has_spec || name_equal(str_text(b->arena, term->spec), b->domain)))
            return true;
    }
    return false;
}

/* Where nobody else is known to, those who keep the mailboxes send: without a record the MX hosts stand for the
 * senders, and "mx" names them. */
static void assume_mailboxes(struct services_build *b, const struct spf_node *root)
{
    bool by_mx = root->state == SPF_NODE_RECORD && lets_mx_pass(b, root->source->record);

    for (struct service_candidate *c = b->of; c->service.provider; c++)
        if (c->service.provider->kind == PROVIDER_MAILBOX && c->service.roles & SERVICE_SENDS)
            return;
    for (struct service_candidate *c = b->of; (by_mx || root->state == SPF_NODE_ABSENT) && c->service.provider; c++) {
        struct service *s = &c->service;

        if (s->provider->kind != PROVIDER_MAILBOX || !(s->roles & SERVICE_RECEIVES))
            continue;
        s->roles |= SERVICE_SENDS;
        s->spf = by_mx && s->spf < SERVICE_SPF_BY_MX ? SERVICE_SPF_BY_MX : s->spf;
    }
}

/* Who is not named may be named in a record that is not known. */
static void leave_unnamed_open(struct services_build *b)
{
    for (struct service_candidate *c = b->of; b->spf_trouble && c->service.provider; c++) {
        struct service *s = &c->service;

        if (s->spf != SERVICE_SPF_NOT_NAMED)
            continue;
        s->spf = SERVICE_SPF_UNDECIDED;
        s->spf_trouble = b->spf_trouble;
    }
}

void look_at_spf_of_services(struct services_build *b)
{
    const struct spf_tree *tree = need_spf_tree(b->run, &(struct spf_question){.domain = b->domain});

    b->pending |= !tree->complete;
    if (!tree->complete || !tree->count)
        return;
    look_at_tree(b, tree);
    if (tree->nodes[0].state == SPF_NODE_SEVERAL)
        look_at_several(b, tree->nodes[0].source);
    assume_mailboxes(b, &tree->nodes[0]);
    leave_unnamed_open(b);
    b->spf_ends = tree->nodes[0].all;
}
