/* probes/spf/cost.c - what the terms of an SPF record cost, and how many addresses they allow. */
#include <string.h>

#include "core/base/arena.h"
#include "core/base/ip_network.h"
#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/derive/run.h"
#include "probes/spf/spf.h"

enum { COSTS_TEXT_MAX = 1000, V6_WIDE_BITS = 32, V4_BITS = 32 };

size_t spf_cost_of(const struct spf_domain *d, const struct spf_term *term)
{
    size_t cost = spf_term_costs(term) && !term->dead;

    for (size_t i = 1; i < d->tree->count; i++)
        if (d->tree->nodes[i].parent == 0 && d->tree->nodes[i].via == term)
            cost += d->tree->nodes[i].lookups;
    return cost;
}

const char *spf_costs_text(struct run *run, const struct spf_domain *d)
{
    const struct spf_record *record = d->source->record;
    const char *text = "";

    for (size_t i = 0; i < record->count && strlen(text) < COSTS_TEXT_MAX; i++) {
        size_t cost = spf_cost_of(d, &record->terms[i]);

        if (cost)
            text = str_printf(run_arena(run), "%s%s%s %zu", text, *text ? ", " : "",
                              spf_term_text(run_arena(run), &record->terms[i]), cost);
    }
    return text;
}

/* ---- width ---- */

struct networks {
    struct ip_network *at;
    size_t count, room;
    struct spf_width width;
    unsigned widest_bits;
};

static void add_network(struct networks *s, const struct ip_network *network, const char *term)
{
    if (network->base.family == IP_V6) {
        if (network->bits < V6_WIDE_BITS && !s->width.widest6)
            s->width.widest6 = term;
        return;
    }
    if (s->count == s->room)
        return;
    if (!s->width.widest4 || network->bits < s->widest_bits) {
        s->width.widest4 = term;
        s->widest_bits = network->bits;
    }
    s->at[s->count++] = *network;
}

static struct spf_width width_of(struct run *run, struct networks *s)
{
    s->width.ip4 = ip_networks_count_v4(run_arena(run), s->at, s->count);
    return s->width;
}

struct spf_width spf_width_of_own(struct run *run, const struct spf_domain *d)
{
    const struct spf_addresses *own = d->own;
    size_t ranges = own->range_count + own->ranges_left_out;
    struct networks s = {.room = own->single_count + ranges};

    s.at = ARENA_ARRAY(run_arena(run), struct ip_network, s.room + 1);
    for (size_t i = 0; i < ranges; i++)
        add_network(&s, &own->ranges[i].network, own->ranges[i].term);
    for (size_t i = 0; i < own->single_count; i++) {
        struct ip_network one = ip_network_of(&own->singles[i].ip, own->singles[i].ip.family == IP_V6 ? 128 : V4_BITS);

        add_network(&s, &one, own->singles[i].term);
    }
    return width_of(run, &s);
}

struct spf_width spf_width_of_includes(struct run *run, const struct spf_domain *d)
{
    struct networks s = {.room = 0};

    for (size_t i = 0; i < d->tree->count; i++)
        if (d->tree->nodes[i].state == SPF_NODE_RECORD)
            s.room += d->tree->nodes[i].source->record->count;
    s.at = ARENA_ARRAY(run_arena(run), struct ip_network, s.room + 1);
    for (size_t i = 0; i < d->tree->count; i++) {
        const struct spf_node *node = &d->tree->nodes[i];
        const struct spf_record *record =
            node->state == SPF_NODE_RECORD && node->grants && node->foreign ? node->source->record : NULL;

        for (size_t k = 0; record && k < record->count; k++) {
            const struct spf_term *term = &record->terms[k];

            if ((term->kind == SPF_TERM_IP4 || term->kind == SPF_TERM_IP6) && spf_term_passes(term))
                add_network(&s, &term->network, spf_term_text(run_arena(run), term));
        }
    }
    return width_of(run, &s);
}
