/* core/spf_addresses.c - which addresses a domain's own SPF record names one by one, and which ranges.
 * (checks.md, "Roles of an IP") */
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/limits.h"
#include "core/name.h"
#include "core/run.h"
#include "core/spf.h"
#include "core/spf_macro.h"

enum { V4_BITS = 32, V6_BITS = 128, RANGES_MAX = 128 };

struct list {
    struct run *run;
    struct spf_origin *singles;
    struct spf_range *ranges;
    struct spf_addresses *result;
    const struct spf_node *node;
};

static void add_single(struct list *l, const struct ip *ip, const struct spf_term *term)
{
    struct spf_addresses *r = l->result;

    for (size_t i = 0; i < r->single_count; i++)
        if (ip_equal(&l->singles[i].ip, ip))
            return;
    if (r->single_count < ADDRESSES_MAX)
        l->singles[r->single_count++] =
            (struct spf_origin){*ip, term->kind, l->node->domain, spf_term_text(run_arena(l->run), term)};
}

static void add_network(struct list *l, const struct ip *ip, unsigned bits, const struct spf_term *term)
{
    struct spf_addresses *r = l->result;

    if (bits == (ip->family == IP_V6 ? V6_BITS : V4_BITS))
        add_single(l, ip, term);
    else if (r->range_count < RANGES_MAX)
        l->ranges[r->range_count++] =
            (struct spf_range){ip_network_of(ip, bits), l->node->domain, spf_term_text(run_arena(l->run), term)};
}

static void add_host(struct list *l, const char *name, const struct spf_term *term)
{
    const struct dns_answer *answers[2] = {need_dns(l->run, name, DNS_A), need_dns(l->run, name, DNS_AAAA)};

    for (size_t k = 0; k < 2; k++) {
        l->result->complete &= answers[k] != NULL;
        for (size_t i = 0; answers[k] && i < answers[k]->count; i++)
            add_network(l, &answers[k]->records[i].ip, k ? term->bits6 : term->bits4, term);
    }
}

/* A name with macros in it names no single address, but for those that only speak of the domain. */
static const char *target_of(struct list *l, const struct spf_term *term)
{
    struct spf_question q = {.domain = l->node->domain};
    struct arena *arena = run_arena(l->run);
    struct spf_macro_values values;
    struct str octets;

    if (!term->has_spec)
        return l->node->domain;
    if (spf_macro_uses(term->spec))
        return NULL;
    spf_values_of(l->run, &q, &values);
    return spf_name_expand(arena, term->spec, &values, &octets) ? spf_name_text(arena, octets) : NULL;
}

static void add_mx(struct list *l, const char *name, const struct spf_term *term)
{
    const struct dns_answer *mx = need_dns(l->run, name, DNS_MX);
    const char **hosts;
    size_t count;

    l->result->complete &= mx != NULL;
    if (!mx || mx->status != DNS_OK)
        return;
    hosts = spf_mx_names(l->run, mx, &count);
    for (size_t i = 0; i < count && i < SPF_MX_NAMES; i++)
        add_host(l, hosts[i], term);
}

static void add_term(struct list *l, const struct spf_term *term)
{
    const char *name;

    if (term->qualifier != '+' || term->fault || term->dead)
        return;
    switch (term->kind) {
    case SPF_TERM_IP4:
    case SPF_TERM_IP6:
        add_network(l, &term->network.base, term->network.bits, term);
        break;
    case SPF_TERM_A:
        name = target_of(l, term);
        if (name)
            add_host(l, name, term);
        break;
    case SPF_TERM_MX:
        name = target_of(l, term);
        if (name)
            add_mx(l, name, term);
        break;
    default:
        break;
    }
}

static int by_ip(const void *a, const void *b)
{
    return ip_compare(&((const struct spf_origin *)a)->ip, &((const struct spf_origin *)b)->ip);
}

const struct spf_addresses *need_spf_addresses(struct run *run, const char *domain)
{
    struct arena *arena = run_arena(run);
    struct spf_question question = {.domain = domain};
    const struct spf_tree *tree = need_spf_tree(run, &question);
    struct list l = {.run = run, .result = ARENA_NEW(arena, struct spf_addresses)};
    bool *own = ARENA_ARRAY(arena, bool, tree->count + 1);

    l.singles = ARENA_ARRAY(arena, struct spf_origin, ADDRESSES_MAX);
    l.ranges = ARENA_ARRAY(arena, struct spf_range, RANGES_MAX);
    l.result->complete = tree->complete;
    for (size_t i = 0; i < tree->count; i++) {
        const struct spf_node *node = &tree->nodes[i];

        /* redirect= hands the whole policy over, so what it leads to is the domain's own, whoever runs it. */
        own[i] =
            i == 0 || (own[node->parent] && node->grants && (node->via->kind == SPF_TERM_REDIRECT || !node->foreign));
        if (!own[i] || node->state != SPF_NODE_RECORD || node->source->record->faults)
            continue;
        l.node = node;
        for (size_t k = 0; k < node->source->record->count; k++)
            add_term(&l, &node->source->record->terms[k]);
    }
    qsort(l.singles, l.result->single_count, sizeof *l.singles, by_ip);
    l.result->singles = l.singles;
    l.result->ranges = l.ranges;
    return l.result;
}
