/* core/derive/spf_addresses.c - which addresses a domain's own SPF record names one by
 * one, which ranges, and whose records it includes.  (checks.md, "Roles of an IP") */
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/ip_network.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/derive/absence.h"
#include "core/derive/derived.h"
#include "core/derive/run.h"
#include "core/derive/spf.h"
#include "core/records/spf_macro.h"

enum { V4_BITS = 32, V6_BITS = 128 };

struct list {
    struct run *run;
    struct spf_origin *singles; /* while it grows: as they come, duplicates among them */
    struct spf_range *ranges;
    size_t single_room, range_room;
    struct ip *hosts;
    struct spf_include *includes;
    struct spf_doubt *doubts;
    struct spf_addresses *result;
    const struct spf_node *node;
};

static void leave_in_doubt(struct list *l, const char *name, const struct trouble *trouble, bool is_record)
{
    if (l->result->trouble)
        return;
    l->result->trouble_at = name;
    l->result->trouble = trouble;
    l->result->trouble_is_of_record = is_record;
}

static void doubt_singles(struct list *l, const char *name, const struct trouble *trouble)
{
    struct spf_addresses *r = l->result;

    for (size_t i = 0; i < r->doubt_count; i++)
        if (name_equal(l->doubts[i].name, name))
            return;
    if (r->doubt_count < ADDRESSES_MAX)
        l->doubts[r->doubt_count++] = (struct spf_doubt){name, trouble};
}

/* The list at `old`, with room for one more at least. */
static void *with_room(struct list *l, void *old, size_t count, size_t *room, size_t size)
{
    void *larger;

    if (count < *room)
        return old;
    *room = *room ? 2 * *room : ADDRESSES_MAX;
    larger = arena_array(run_arena(l->run), *room, size);
    if (count)
        memcpy(larger, old, count * size);
    return larger;
}

static void add_single(struct list *l, const struct ip *ip, const struct spf_term *term)
{
    struct spf_addresses *r = l->result;

    if (r->single_count == SPF_SINGLES_MAX) {
        r->singles_left_out++;
        return;
    }
    l->singles = with_room(l, l->singles, r->single_count, &l->single_room, sizeof *l->singles);
    l->singles[r->single_count] = (struct spf_origin){
        *ip, term->kind, l->node->domain, spf_term_text(run_arena(l->run), term), r->single_count};
    r->single_count++;
}

static void add_range(struct list *l, const struct ip_network *network, const struct spf_term *term)
{
    size_t count = l->result->range_count + l->result->ranges_left_out;

    for (size_t i = 0; i < count; i++)
        if (l->ranges[i].network.bits == network->bits && ip_equal(&l->ranges[i].network.base, &network->base))
            return;
    l->ranges = with_room(l, l->ranges, count, &l->range_room, sizeof *l->ranges);
    l->ranges[count] = (struct spf_range){*network, l->node->domain, spf_term_text(run_arena(l->run), term)};
    if (count < SPF_RANGES_MAX)
        l->result->range_count++;
    else
        l->result->ranges_left_out++;
}

static void add_network(struct list *l, const struct ip_network *network, const struct spf_term *term)
{
    if (ip_network_host_bits(network) == 0)
        add_single(l, &network->base, term);
    else
        add_range(l, network, term);
}

static void add_host_address(struct list *l, const struct ip *ip, unsigned bits, const struct spf_term *term)
{
    struct ip_network network = ip_network_of(ip, bits);

    add_network(l, &network, term);
    if (ip_network_host_bits(&network) && l->result->host_count < ADDRESSES_MAX)
        l->hosts[l->result->host_count++] = *ip;
}

static void add_host(struct list *l, const char *name, const struct spf_term *term)
{
    struct host_addresses found = need_addresses(l->run, name);
    const struct dns_answer *answers[2] = {found.a, found.aaaa};

    for (size_t k = 0; k < 2; k++) {
        unsigned bits = k ? term->bits6 : term->bits4;

        l->result->complete &= answers[k] != NULL;
        for (size_t i = 0; answers[k] && i < answers[k]->count; i++)
            add_host_address(l, &answers[k]->records[i].ip, bits, term);
        if (dns_answer_is_open(answers[k]) && bits < (k ? V6_BITS : V4_BITS))
            leave_in_doubt(l, name, &answers[k]->trouble, false);
        else if (dns_answer_is_open(answers[k]))
            doubt_singles(l, name, &answers[k]->trouble);
    }
}

/* A name with macros in it names no single address, but for those that only speak of the domain. */
const char *spf_static_target(struct run *run, const char *domain, const struct spf_term *term)
{
    struct spf_question q = {.domain = domain};
    struct arena *arena = run_arena(run);
    struct spf_macro_values values;
    struct str octets;

    if (!term->has_spec)
        return domain;
    if (spf_macro_uses(term->spec))
        return NULL;
    spf_values_of(run, &q, &values);
    return spf_name_expand(arena, term->spec, &values, &octets) ? spf_name_text(arena, octets) : NULL;
}

static void add_mx(struct list *l, const char *name, const struct spf_term *term)
{
    const struct dns_answer *mx = need_confirmed(l->run, name, DNS_MX).answer;
    const char **hosts;
    size_t count;

    l->result->complete &= mx != NULL;
    if (dns_answer_is_open(mx) && (term->bits4 < V4_BITS || term->bits6 < V6_BITS))
        leave_in_doubt(l, name, &mx->trouble, false);
    if (dns_answer_is_open(mx) && (term->bits4 == V4_BITS || term->bits6 == V6_BITS))
        doubt_singles(l, name, &mx->trouble);
    if (!mx || mx->status != DNS_OK)
        return;
    hosts = spf_mx_names(l->run, mx, &count);
    for (size_t i = 0; i < count && i < MX_HOSTS_MAX; i++) /* also where they are too many to authorise anybody */
        add_host(l, hosts[i], term);
    if (count > MX_HOSTS_MAX)
        l->result->singles_left_out += count - MX_HOSTS_MAX;
}

static void add_term(struct list *l, const struct spf_term *term)
{
    const char *name;

    if (!spf_term_passes(term))
        return;
    switch (term->kind) {
    case SPF_TERM_IP4:
    case SPF_TERM_IP6:
        add_network(l, &term->network, term);
        break;
    case SPF_TERM_A:
        name = spf_static_target(l->run, l->node->domain, term);
        if (name)
            add_host(l, name, term);
        break;
    case SPF_TERM_MX:
        name = spf_static_target(l->run, l->node->domain, term);
        if (name)
            add_mx(l, name, term);
        break;
    default:
        break;
    }
}

static void add_record(struct list *l, const struct spf_node *node)
{
    if (node->state == SPF_NODE_TROUBLE)
        leave_in_doubt(l, node->domain, &node->source->trouble, true);
    if (node->state != SPF_NODE_RECORD || node->source->record->faults)
        return;
    l->node = node;
    for (size_t k = 0; k < node->source->record->count; k++)
        add_term(l, &node->source->record->terms[k]);
}

/* ---- includes of other organisations ---- */

/* The include that a node of another organisation belongs to; NULL: it was counted before. */
static struct spf_include *begin_include(struct list *l, const char *domain)
{
    for (size_t i = 0; i < l->result->include_count; i++)
        if (name_equal(l->includes[i].domain, domain))
            return NULL;
    l->includes[l->result->include_count] = (struct spf_include){.domain = domain, .is_known = true};
    return &l->includes[l->result->include_count++];
}

/* Adds what a record passes to its include; its IPv4 networks also to the list of them. */
static size_t count_record(struct spf_include *include, const struct spf_record *record, struct ip_network *networks)
{
    size_t count = 0;

    for (size_t k = 0; k < record->count; k++) {
        const struct spf_term *term = &record->terms[k];

        if (!spf_term_passes(term))
            continue;
        if (term->kind == SPF_TERM_IP4)
            networks[count++] = term->network;
        else if (term->kind == SPF_TERM_IP6)
            include->networks6++;
        else if (term->kind == SPF_TERM_A || term->kind == SPF_TERM_MX || term->kind == SPF_TERM_PTR ||
                 term->kind == SPF_TERM_EXISTS)
            include->hosts++;
    }
    return count;
}

static void sum_up(struct list *l, struct spf_include *include, const struct spf_tree *tree,
                   struct spf_include *const *of)
{
    struct ip_network *networks;
    size_t room = 1;

    for (size_t i = 0; i < tree->count; i++)
        if (of[i] == include && tree->nodes[i].state == SPF_NODE_RECORD)
            room += tree->nodes[i].source->record->count;
    networks = ARENA_ARRAY(run_arena(l->run), struct ip_network, room);
    for (size_t i = 0; i < tree->count; i++) {
        if (of[i] != include)
            continue;
        if (tree->nodes[i].state == SPF_NODE_RECORD)
            include->networks4 += count_record(include, tree->nodes[i].source->record, networks + include->networks4);
        else if (tree->nodes[i].state == SPF_NODE_DEPENDS)
            include->hosts++;
        else
            include->is_known = false;
    }
    include->ip4 = ip_networks_count_v4(run_arena(l->run), networks, include->networks4);
}

/* ---- whom the record lets pass ---- */

static bool is_public(const struct ip_network *network)
{
    return ip_network_host_bits(network) || !ip_special(&network->base);
}

static enum spf_reach reach_of_term(const struct spf_term *term, bool is_own)
{
    if (!spf_term_passes(term))
        return SPF_REACHES_NOBODY;
    switch (term->kind) {
    case SPF_TERM_IP4:
    case SPF_TERM_IP6:
        return is_public(&term->network) ? SPF_REACHES_SOMEBODY : SPF_REACHES_NOBODY;
    case SPF_TERM_PTR:
    case SPF_TERM_EXISTS:
        return SPF_REACHES_SOMEBODY;
    case SPF_TERM_A:
    case SPF_TERM_MX: /* what own terms name is among the singles and ranges, but for names that depend on the sender */
        return !is_own || (term->has_spec && spf_macro_uses(term->spec)) ? SPF_REACHES_SOMEBODY : SPF_REACHES_NOBODY;
    default:
        return SPF_REACHES_NOBODY;
    }
}

static enum spf_reach reach_of(struct list *l, const struct spf_tree *tree, const bool *own)
{
    const struct spf_addresses *r = l->result;
    enum spf_reach reach = r->trouble || r->doubt_count || tree->cut ? SPF_REACH_UNKNOWN : SPF_REACHES_NOBODY;

    for (size_t i = 0; i < r->single_count; i++)
        if (!ip_special(&l->singles[i].ip))
            return SPF_REACHES_SOMEBODY;
    if (r->range_count)
        return SPF_REACHES_SOMEBODY;
    for (size_t i = 0; i < tree->count; i++) {
        const struct spf_node *node = &tree->nodes[i];

        if (node->grants && node->state == SPF_NODE_DEPENDS)
            return SPF_REACHES_SOMEBODY;
        if (node->grants && (node->state == SPF_NODE_TROUBLE || node->state == SPF_NODE_PENDING))
            reach = SPF_REACH_UNKNOWN;
        for (size_t k = 0; node->grants && node->state == SPF_NODE_RECORD && k < node->source->record->count; k++)
            if (reach_of_term(&node->source->record->terms[k], own[i]) == SPF_REACHES_SOMEBODY)
                return SPF_REACHES_SOMEBODY;
    }
    return reach;
}

/* By value; of the same address the one that was named first comes first. */
static int by_ip(const void *a, const void *b)
{
    const struct spf_origin *left = a, *right = b;
    int order = ip_compare(&left->ip, &right->ip);

    return order ? order : left->place < right->place ? -1 : left->place > right->place;
}

static void sort_singles(struct list *l)
{
    size_t count = 0;

    if (l->singles)
        qsort(l->singles, l->result->single_count, sizeof *l->singles, by_ip);
    for (size_t i = 0; i < l->result->single_count; i++)
        if (!count || !ip_equal(&l->singles[count - 1].ip, &l->singles[i].ip))
            l->singles[count++] = l->singles[i];
    l->result->single_count = count;
}

static const struct spf_addresses *gather(struct run *run, const char *name, bool of_others_too)
{
    struct arena *arena = run_arena(run);
    const char *domain = str_dup(arena, name);
    struct spf_question question = {.domain = domain};
    const struct spf_tree *tree = need_spf_tree(run, &question);
    struct list l = {.run = run, .result = ARENA_NEW(arena, struct spf_addresses)};
    bool *own = ARENA_ARRAY(arena, bool, tree->count + 1);
    struct spf_include **of = ARENA_ARRAY(arena, struct spf_include *, tree->count + 1); /* NULL: of none */

    l.hosts = ARENA_ARRAY(arena, struct ip, ADDRESSES_MAX);
    l.doubts = ARENA_ARRAY(arena, struct spf_doubt, ADDRESSES_MAX);
    l.includes = ARENA_ARRAY(arena, struct spf_include, tree->count + 1);
    l.result->complete = tree->complete;
    for (size_t i = 0; i < tree->count; i++) {
        const struct spf_node *node = &tree->nodes[i];

        /* redirect= hands the whole policy over, so what it leads to is the domain's own, whoever runs it. */
        own[i] =
            i == 0 || (own[node->parent] && node->grants && (node->via->kind == SPF_TERM_REDIRECT || !node->foreign));
        if (own[i] || (of_others_too && node->grants))
            add_record(&l, node);
        else if (node->grants)
            of[i] = own[node->parent] ? begin_include(&l, node->domain) : of[node->parent];
    }
    for (size_t i = 0; i < l.result->include_count; i++)
        sum_up(&l, &l.includes[i], tree, of);
    sort_singles(&l);
    l.result->reach = reach_of(&l, tree, own);
    l.result->singles = l.singles;
    l.result->ranges = l.ranges;
    l.result->hosts = l.hosts;
    l.result->includes = l.includes;
    l.result->doubts = l.doubts;
    return l.result;
}

static const void *derive_addresses(struct run *run, const void *domain)
{
    return gather(run, domain, false);
}

static const void *derive_all_addresses(struct run *run, const void *domain)
{
    return gather(run, domain, true);
}

const struct spf_addresses *need_spf_addresses(struct run *run, const char *domain)
{
    static const struct derivation addresses = {"addresses that SPF names", derive_addresses};

    return need_derived(run, &addresses, name_lower(run_arena(run), domain), domain);
}

const struct spf_addresses *need_spf_addresses_of_all(struct run *run, const char *domain)
{
    static const struct derivation addresses = {"addresses that SPF names, includes too", derive_all_addresses};

    return need_derived(run, &addresses, name_lower(run_arena(run), domain), domain);
}
