/* core/derive/spf_tree.c - all records that an SPF record leads to, and what each costs; asks early for what an
 * evaluation may need.
 *
 * Breadth first.  A record's children are looked at once all records before it are known, so neither the tree nor what
 * is asked for depends on the order in which answers arrive. */
#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/derive/derived.h"
#include "core/derive/run.h"
#include "core/derive/spf.h"
#include "core/records/spf_macro.h"

struct build {
    struct run *run;
    struct arena *arena;
    const struct spf_question *question;
    struct spf_macro_values values;
    struct spf_node *nodes;
    size_t count;
    size_t bytes; /* of the records so far */
    struct spf_tree *tree;
};

/* ---- growing ---- */

static bool is_ring(const struct build *b, size_t parent, const char *name)
{
    for (size_t i = parent;; i = b->nodes[i].parent) {
        if (name_equal(b->nodes[i].domain, name))
            return true;
        if (i == 0)
            return false;
    }
}

static bool depends_on_sender(const struct build *b, const struct spf_term *term)
{
    unsigned uses = term->has_spec ? spf_macro_uses(term->spec) : 0;

    return uses & SPF_USES_PTR_NAME || (uses && (b->question->stranger || b->question->ip.family == IP_NONE));
}

/* The name that a term of a record is about: NULL where it cannot be said or asked for. */
static const char *target_of(struct build *b, const struct spf_node *node, const struct spf_term *term)
{
    struct str octets;

    if (!term->has_spec)
        return node->domain;
    if (depends_on_sender(b, term))
        return NULL;
    b->values.domain = spf_name_octets(b->arena, node->domain);
    return spf_name_expand(b->arena, term->spec, &b->values, &octets) ? spf_name_text(b->arena, octets) : NULL;
}

static void leave_out(struct build *b)
{
    b->tree->cut = true;
    b->tree->left_out++;
}

static void append(struct build *b, const struct spf_node *node)
{
    struct spf_node *moved = arena_grown(b->arena, b->nodes, b->count, sizeof *moved);

    if (moved)
        b->nodes = moved;
    b->nodes[b->count++] = *node;
}

static void add_node(struct build *b, size_t parent, const struct spf_term *via)
{
    const struct spf_node *above = &b->nodes[parent];
    struct spf_node node = {.parent = parent, .depth = above->depth + 1, .via = via};

    if (b->count == SPF_RECORDS) {
        leave_out(b);
        return;
    }
    node.domain = target_of(b, above, via);
    node.grants = above->grants && (via->kind == SPF_TERM_REDIRECT || via->qualifier == '+');
    if (!node.domain) {
        node.state = depends_on_sender(b, via) ? SPF_NODE_DEPENDS : SPF_NODE_NO_NAME;
        node.domain = str_text(b->arena, via->spec);
    } else if (is_ring(b, parent, node.domain)) {
        node.state = SPF_NODE_RING;
    } else if (node.depth > SPF_DEPTH) {
        node.state = SPF_NODE_BEYOND;
        leave_out(b);
    }
    if (node.state != SPF_NODE_DEPENDS && node.state != SPF_NODE_NO_NAME)
        node.foreign = !name_equal(name_org_domain(node.domain), name_org_domain(b->nodes[0].domain));
    append(b, &node);
}

static void fetch(struct build *b, struct spf_node *node)
{
    if (node->state != SPF_NODE_PENDING)
        return;
    node->source = need_spf_source_for(b->run, b->question, node->domain);
    if (!node->source)
        return;
    switch (node->source->state) {
    case SPF_SOURCE_FOUND:
        node->state = SPF_NODE_RECORD;
        b->bytes += node->source->record->text.len;
        break;
    case SPF_SOURCE_ABSENT:
        node->state = SPF_NODE_ABSENT;
        break;
    case SPF_SOURCE_SEVERAL:
        node->state = SPF_NODE_SEVERAL;
        break;
    case SPF_SOURCE_TROUBLE:
    case SPF_SOURCE_TOO_LARGE:
        node->state = SPF_NODE_TROUBLE;
        break;
    }
}

static void add_children(struct build *b, size_t index)
{
    const struct spf_record *record = b->nodes[index].source->record;

    for (size_t i = 0; i < record->count; i++) {
        const struct spf_term *term = &record->terms[i];

        if (!term->dead && !term->fault && (term->kind == SPF_TERM_INCLUDE || term->kind == SPF_TERM_REDIRECT))
            add_node(b, index, term);
    }
}

static void grow(struct build *b)
{
    bool waiting = false;

    append(b, &(struct spf_node){.domain = name_lower(b->arena, b->question->domain), .grants = true});
    for (size_t i = 0; i < b->count; i++) {
        struct spf_node *node = &b->nodes[i];

        if (b->bytes > SPF_TREE_BYTES && node->state == SPF_NODE_PENDING) {
            node->state = SPF_NODE_BEYOND;
            leave_out(b);
        }
        fetch(b, node);
        waiting |= node->state == SPF_NODE_PENDING;
        if (!waiting && node->state == SPF_NODE_RECORD)
            add_children(b, i);
    }
    b->tree->complete = !waiting;
}

/* ---- counting ---- */

static struct spf_node *child_at(struct build *b, size_t parent, const struct spf_term *via)
{
    for (size_t i = parent + 1; i < b->count; i++)
        if (b->nodes[i].parent == parent && b->nodes[i].via == via)
            return &b->nodes[i];
    return NULL;
}

/* How a record ends, and what it and those below it cost: children come behind their parents, so from the back. */
static void add_up(struct build *b)
{
    for (size_t i = b->count; i-- > 0;) {
        struct spf_node *node = &b->nodes[i];
        const struct spf_record *record = node->state == SPF_NODE_RECORD ? node->source->record : NULL;

        if (record)
            node->lookups += record->lookups;
        if (record && record->all)
            node->all = record->all->qualifier;
        if (i == 0)
            break;
        b->nodes[node->parent].lookups += node->lookups;
        if (node->via->kind == SPF_TERM_REDIRECT)
            b->nodes[node->parent].all = node->all;
    }
    b->tree->lookups = b->nodes[0].lookups;
}

static bool needs_a_lookup(const struct spf_term *term)
{
    return spf_term_costs(term) && !term->dead;
}

/* Asks for what a term needs beside records. */
static void prefetch_term(struct build *b, const struct spf_node *node, const struct spf_term *term)
{
    enum dns_type type = b->question->ip.family == IP_V6 ? DNS_AAAA : DNS_A;
    const char *name = target_of(b, node, term);
    const struct dns_answer *mx;
    const char **hosts;
    size_t count;

    if (!name)
        return;
    switch (term->kind) {
    case SPF_TERM_A:
        need_dns(b->run, name, type);
        break;
    case SPF_TERM_EXISTS:
        need_dns(b->run, name, DNS_A);
        break;
    case SPF_TERM_PTR:
        if (!b->question->stranger)
            need_spf_ptr_names(b->run, &b->question->ip);
        break;
    case SPF_TERM_MX:
        mx = need_dns(b->run, name, DNS_MX);
        if (!mx || mx->status != DNS_OK)
            break;
        hosts = spf_mx_names(b->run, mx, &count);
        for (size_t i = 0; i < count && i < SPF_MX_NAMES; i++)
            need_dns(b->run, hosts[i], type);
        break;
    default:
        break;
    }
}

/* What comes behind the tenth counted term is never evaluated: `before` says how many come before a record, and is less
 * than that only while records are on their way. */
static void prefetch(struct build *b)
{
    for (size_t i = 0; i < b->count; i++) {
        struct spf_node *node = &b->nodes[i];
        const struct spf_record *record = node->state == SPF_NODE_RECORD ? node->source->record : NULL;
        size_t counted = node->before;

        for (size_t k = 0; record && !record->faults && k < record->count; k++) {
            const struct spf_term *term = &record->terms[k];
            struct spf_node *child;

            if (!needs_a_lookup(term) || term->kind == SPF_TERM_REDIRECT)
                continue;
            counted++;
            child = term->kind == SPF_TERM_INCLUDE ? child_at(b, i, term) : NULL;
            if (child) {
                child->before = counted;
                counted += child->lookups;
            } else if (counted <= SPF_LOOKUPS && b->question->ip.family != IP_NONE) {
                prefetch_term(b, node, term);
            }
        }
        if (record && record->redirect && !record->redirect->dead) {
            struct spf_node *child = child_at(b, i, record->redirect);

            if (child)
                child->before = counted + 1;
        }
    }
}

static const void *derive_tree(struct run *run, const void *argument)
{
    struct arena *arena = run_arena(run);
    struct spf_question *question = ARENA_NEW(arena, struct spf_question);
    struct build b = {.run = run, .arena = arena, .question = question};

    *question = spf_question_copy(arena, argument);
    b.tree = ARENA_NEW(arena, struct spf_tree);
    spf_values_of(run, question, &b.values);
    if (!spf_name_text(arena, spf_name_octets(arena, question->domain))) {
        b.tree->complete = true;
        return b.tree;
    }
    grow(&b);
    add_up(&b);
    prefetch(&b);
    b.tree->nodes = b.nodes;
    b.tree->count = b.count;
    return b.tree;
}

const struct spf_tree *need_spf_tree(struct run *run, const struct spf_question *question)
{
    static const struct derivation tree = {"SPF tree", derive_tree};

    return need_derived(run, &tree, spf_question_text(run_arena(run), question), question);
}
