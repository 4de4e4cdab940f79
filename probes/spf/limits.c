/* probes/spf/limits.c - the limits on what a record may make a receiver look up.  (checks.md, section 9; RFC 7208 4.6.4) */
#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/derive/run.h"
#include "core/result/finding.h"
#include "probes/spf/spf.h"

enum { LOOKUPS_NOTED = 8 };

void spf_judge_lookups(struct run *run, const struct spf_domain *d)
{
    const struct spf_tree *tree = d->tree;
    const struct trouble *trouble = spf_tree_trouble(tree);
    const char *costs = spf_costs_text(run, d);
    struct trouble budget = trouble_of(REASON_BUDGET);
    size_t n = tree->lookups;
    struct finding *f;

    if (n > SPF_LOOKUPS) {
        f = finding(run, SPF_LOOKUP_COUNT, FAIL, subject_domain(d->name),
                    "%s%zu lookups when nothing matches early, %d are allowed: %s", tree->cut ? "at least " : "", n,
                    (int)SPF_LOOKUPS, costs);
        spf_offer_cheaper(run, d, f);
    } else if (trouble || tree->cut) {
        f = finding_unknown(run, SPF_LOOKUP_COUNT, subject_domain(d->name), trouble ? trouble : &budget,
                            "at least %zu lookups, and not all records are known", n);
    } else if (n >= LOOKUPS_NOTED) {
        f = finding(run, SPF_LOOKUP_COUNT, NOTE, subject_domain(d->name), "%zu of %d lookups are used: %s", n, (int)SPF_LOOKUPS, costs);
    } else {
        f = finding(run, SPF_LOOKUP_COUNT, PASS, subject_domain(d->name), "%zu of %d lookups are used%s%s", n, (int)SPF_LOOKUPS,
                    n ? ": " : "", costs);
    }
    for (size_t i = 0; i < tree->count; i++)
        if (tree->nodes[i].source)
            finding_rests_on(run, f, tree->nodes[i].source->answer->key);
}

void spf_judge_voids(struct run *run, const struct spf_domain *d)
{
    const struct spf_result *worst = NULL, *open = NULL;
    const char *text = NULL;
    struct finding *f;

    for (size_t i = 0; i < d->result_count; i++) {
        if (d->results[i]->word == SPF_TEMPERROR)
            open = d->results[i];
        if (!worst || d->results[i]->void_count > worst->void_count)
            worst = d->results[i];
    }
    if (!worst) /* there is always a stranger's evaluation */
        return;
    for (size_t i = 0; i < worst->void_count; i++)
        text = text ? str_printf(run_arena(run), "%s, %s", text, worst->voids[i]) : worst->voids[i];
    if (worst->void_count > SPF_VOIDS) {
        f = finding(run, SPF_VOID_COUNT, WARN, subject_domain(d->name), "%zu lookups find nothing, and receivers may stop after %d: %s",
                    worst->void_count, (int)SPF_VOIDS, text);
        spf_offer_without_voids(run, d, worst, f);
    } else if (open) {
        finding_unknown(run, SPF_VOID_COUNT, subject_domain(d->name), &open->trouble, "not all lookups were answered");
    } else if (worst->void_count) {
        finding(run, SPF_VOID_COUNT, PASS, subject_domain(d->name), "%zu of %d lookups that may find nothing: %s", worst->void_count,
                (int)SPF_VOIDS, text);
    } else {
        finding(run, SPF_VOID_COUNT, PASS, subject_domain(d->name), "every lookup finds something");
    }
}
