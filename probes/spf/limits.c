/* probes/spf/limits.c - the limits on what a record may make a
 * receiver look up.  (checks.md, section 9; RFC 7208 4.6.4) */
#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/derive/run.h"
#include "core/result/finding.h"
#include "probes/spf/spf.h"

enum { LOOKUPS_NOTED = 8, VOIDS_SHOWN = 10 };

/* A term "mx" whose name has more MX names than may be resolved, among those that an evaluation could reach. */
struct crowded_mx {
    const struct spf_node *node;
    const struct spf_term *term;
    size_t names;
};

static struct crowded_mx find_crowded_mx(struct run *run, const struct spf_tree *tree)
{
    struct crowded_mx most = {.names = SPF_MX_NAMES};

    for (size_t i = 0; i < tree->count; i++) {
        const struct spf_node *node = &tree->nodes[i];
        const struct spf_record *record = node->state == SPF_NODE_RECORD ? node->source->record : NULL;
        size_t counted = node->before;

        for (size_t k = 0; record && k < record->count && counted < SPF_LOOKUPS; k++) {
            const struct spf_term *term = &record->terms[k];
            const char *name = term->kind == SPF_TERM_MX && !term->dead && !term->fault
                                   ? spf_static_target(run, node->domain, term)
                                   : NULL;
            const struct dns_answer *mx = name ? need_dns(run, name, DNS_MX) : NULL;
            size_t count = 0;

            counted += spf_term_costs(term) && !term->dead;
            if (mx && mx->status == DNS_OK)
                spf_mx_names(run, mx, &count);
            if (count > most.names)
                most = (struct crowded_mx){node, term, count};
        }
    }
    return most;
}

void spf_judge_lookups(struct run *run, const struct spf_domain *d)
{
    const struct spf_tree *tree = d->tree;
    const struct trouble *trouble = spf_tree_trouble(run, tree);
    struct crowded_mx crowded = find_crowded_mx(run, tree);
    const char *costs = spf_costs_text(run, d);
    size_t n = tree->lookups;
    struct finding *f;

    if (crowded.term) {
        f = finding(run, SPF_LOOKUP_COUNT, FAIL, subject_domain(d->name),
                    "\"%s\" of %s leads to %zu MX names, and %d may be resolved: permerror, whichever of them is meant",
                    spf_term_text(run_arena(run), crowded.term), crowded.node->domain, crowded.names,
                    (int)SPF_MX_NAMES);
        spf_offer_fewer_mx(run, d, crowded.node, crowded.term, crowded.names,
                           finding_cause(f, CAUSE_SPF_MX_NAMES));
    } else if (n > SPF_LOOKUPS) {
        f = finding(run, SPF_LOOKUP_COUNT, FAIL, subject_domain(d->name),
                    "%s%zu lookups when nothing matches early, %d are allowed: %s", tree->cut ? "at least " : "", n,
                    (int)SPF_LOOKUPS, costs);
        spf_offer_cheaper(run, d, f);
    } else if (trouble) {
        f = finding_unknown(run, SPF_LOOKUP_COUNT, subject_domain(d->name), trouble,
                            n == 1 ? "at least %zu lookup, and not all records are known"
                                   : "at least %zu lookups, and not all records are known",
                            n);
    } else if (n >= LOOKUPS_NOTED) {
        f = finding(run, SPF_LOOKUP_COUNT, NOTE, subject_domain(d->name), "%zu of %d lookups are used: %s", n,
                    (int)SPF_LOOKUPS, costs);
        spf_offer_without_spares(run, d, f);
    } else {
        f = finding(run, SPF_LOOKUP_COUNT, PASS, subject_domain(d->name), "%zu of %d lookups are used%s%s", n,
                    (int)SPF_LOOKUPS, n ? ": " : "", costs);
    }
    for (size_t i = 0; i < tree->count; i++)
        if (tree->nodes[i].source)
            finding_rests_on(run, f, tree->nodes[i].source->answer->key);
}

static const struct spf_result *worst_of(const struct spf_result *const *results, size_t count)
{
    const struct spf_result *worst = NULL;

    for (size_t i = 0; i < count; i++)
        if (!worst || results[i]->void_count > worst->void_count)
            worst = results[i];
    return worst;
}

static const char *voids_text(struct run *run, const struct spf_result *r)
{
    const char *text = "";

    for (size_t i = 0; i < r->void_count && i < VOIDS_SHOWN; i++)
        text = str_printf(run_arena(run), "%s%s%s", text, i ? ", " : "", r->voids[i]);
    return r->void_count > VOIDS_SHOWN
               ? str_printf(run_arena(run), "%s and %zu more", text, r->void_count - VOIDS_SHOWN)
               : text;
}

/* Of the senders; where none is known, of a stranger.  That a
 * receiver stops before it refuses a stranger harms nobody. */
void spf_judge_voids(struct run *run, const struct spf_domain *d)
{
    size_t count = d->sender_count ? d->sender_count : d->result_count;
    const struct spf_result *worst = worst_of(d->results, count), *open = NULL;
    struct finding *f;

    for (size_t i = 0; i < d->result_count; i++)
        if (d->results[i]->word == SPF_TEMPERROR)
            open = d->results[i];
    if (worst->void_count > SPF_VOIDS) {
        f = finding(run, SPF_VOID_COUNT, WARN, subject_domain(d->name),
                    "%zu lookups find nothing, and receivers may stop after %d (they count differently): %s",
                    worst->void_count, (int)SPF_VOIDS, voids_text(run, worst));
        spf_offer_fewer_voids(run, d, f);
    } else if (open) {
        finding_unknown(run, SPF_VOID_COUNT, subject_domain(d->name), &open->trouble, "not all lookups were answered");
    } else if (worst->void_count) {
        finding(run, SPF_VOID_COUNT, PASS, subject_domain(d->name), "%zu of %d lookups that may find nothing: %s",
                worst->void_count, (int)SPF_VOIDS, voids_text(run, worst));
    } else {
        finding(run, SPF_VOID_COUNT, PASS, subject_domain(d->name), "every lookup finds something");
    }
}
