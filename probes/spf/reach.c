/* probes/spf/reach.c - whom a record lets pass beside the senders: its
 * end, ptr, wide networks.  (checks.md, section 9; RFC 7208 5.1, 5.5) */
#include "core/base/str.h"
#include "core/derive/run.h"
#include "core/facts/target.h"
#include "core/records/spf_macro.h"
#include "core/result/finding.h"
#include "probes/spf/spf.h"

enum { PTR_SHOWN = 5 };

/* An include that passes the whole world makes the record do the same. */
static const struct spf_node *open_include(const struct spf_tree *tree)
{
    for (size_t i = 1; i < tree->count; i++)
        if (tree->nodes[i].grants && tree->nodes[i].all == '+' && tree->nodes[i].via->kind == SPF_TERM_INCLUDE)
            return &tree->nodes[i];
    return NULL;
}

/* It takes no mail (null MX), and nobody is known to send for it. */
static bool is_silent(struct run *run, const struct spf_domain *d)
{
    return d->is_target && d->mail->kind == MX_NULL_MX && !d->has_sender && !run_target(run)->sender_count &&
           d->own->reach == SPF_REACHES_NOBODY;
}

void spf_judge_all(struct run *run, const struct spf_domain *d)
{
    const struct spf_node *root = &d->tree->nodes[0], *open = open_include(d->tree), *redirected = NULL;
    struct finding *f;

    for (size_t i = 1; i < d->tree->count && !root->source->record->all; i++)
        if (d->tree->nodes[i].via->kind == SPF_TERM_REDIRECT && d->tree->nodes[i].state != SPF_NODE_RECORD)
            redirected = &d->tree->nodes[i];
    if (root->all == '+') {
        f = finding(run, SPF_ENDS_IN_ALL, FAIL, subject_domain(d->name),
                    "the record ends in +all: every address in the world may send as %s", d->name);
        finding_cause(f, CAUSE_SPF_PLUS_ALL);
        if (is_silent(run, d))
            spf_offer_none(run, d, f);
        else
            spf_offer_end(run, d, f);
    } else if (open) {
        f = finding(run, SPF_ENDS_IN_ALL, FAIL, subject_domain(d->name),
                    "include:%s ends in +all: every address in the world may send as %s", open->domain, d->name);
        finding_cause(f, CAUSE_SPF_PLUS_ALL);
        finding_remedy(run, f, "Take \"%s\" out of the record of %s.", spf_term_text(run_arena(run), open->via),
                       d->tree->nodes[open->parent].domain);
    } else if (root->all != '-' && is_silent(run, d)) {
        f = finding(run, SPF_ENDS_IN_ALL, WARN, subject_domain(d->name),
                    "the domain takes no mail and nobody sends for it, and yet its record does not end in -all");
        spf_offer_none(run, d, finding_cause(f, CAUSE_SPF_PARKED_OPEN));
    } else if (root->all == '-' || root->all == '~') {
        f = finding(run, SPF_ENDS_IN_ALL, PASS, subject_domain(d->name), "the record ends in %call", root->all);
    } else if (redirected && redirected->state == SPF_NODE_TROUBLE) {
        f = finding_unknown(run, SPF_ENDS_IN_ALL, subject_domain(d->name), &redirected->source->trouble,
                            "the record that redirect= leads to is not known");
    } else if (redirected) {
        f = finding(run, SPF_ENDS_IN_ALL, SKIPPED, subject_domain(d->name),
                    "redirect= leads to no record that can be read");
    } else {
        f = finding(run, SPF_ENDS_IN_ALL, WARN, subject_domain(d->name),
                    root->all ? "the record ends in ?all, which says nothing about other addresses"
                              : "the record has no end: nothing is said about other addresses");
        spf_offer_end(run, d, f);
    }
    finding_rests_on(run, f, d->source->answer->key);
}

static bool uses_ptr(const struct spf_term *term)
{
    return !term->dead &&
           (term->kind == SPF_TERM_PTR || (term->has_spec && (spf_macro_uses(term->spec) & SPF_USES_PTR_NAME)));
}

void spf_judge_ptr(struct run *run, const struct spf_domain *d)
{
    const char *own = NULL, *foreign = NULL, *more;
    const struct trouble *trouble = spf_tree_trouble(run, d->tree);
    size_t shown = 0, left_out = 0;

    for (size_t i = 0; i < d->tree->count; i++) {
        const struct spf_node *node = &d->tree->nodes[i];
        const struct spf_record *record = node->state == SPF_NODE_RECORD ? node->source->record : NULL;

        for (size_t k = 0; record && k < record->count; k++) {
            const char **list = node->foreign ? &foreign : &own, *one;

            if (!uses_ptr(&record->terms[k]))
                continue;
            if (shown >= PTR_SHOWN && *list) {
                left_out++;
                continue;
            }
            shown++;
            one = str_printf(run_arena(run), "\"%s\" of %s", spf_term_text(run_arena(run), &record->terms[k]),
                             node->domain);
            *list = *list ? str_printf(run_arena(run), "%s, %s", *list, one) : one;
        }
    }
    more = left_out ? str_printf(run_arena(run), " and %zu more", left_out) : "";
    if (own)
        spf_offer_without_ptr(
            run, d,
            finding(run, SPF_PTR_MECHANISM, WARN, subject_domain(d->name), "asks for reverse names: %s%s", own, more));
    else if (foreign)
        finding_remedy(run,
                       finding(run, SPF_PTR_MECHANISM, NOTE, subject_domain(d->name),
                               "an included record of somebody else asks for reverse names: %s%s", foreign, more),
                       "Nothing is to be done in your own record; whoever runs that one can name the hosts instead.");
    else if (trouble)
        finding_follows(
            finding_unknown(run, SPF_PTR_MECHANISM, subject_domain(d->name), trouble, "not all records are known"),
            SPF_SYNTAX);
    else
        finding(run, SPF_PTR_MECHANISM, PASS, subject_domain(d->name), "no ptr, no %%{p}");
}

/* The name in another organisation that an alias or redirect= leads to; NULL: the record is the domain's own. */
static const char *record_of_others(const struct spf_domain *d)
{
    const struct dns_answer *answer = d->source->answer;
    const char *name = answer->chain_count ? answer->chain[answer->chain_count - 1].target : NULL;

    for (size_t i = 1; !name && i < d->tree->count && d->tree->nodes[i].depth == 1; i++)
        if (d->tree->nodes[i].via->kind == SPF_TERM_REDIRECT)
            name = d->tree->nodes[i].domain;
    return name && !name_equal(name_org_domain(name), name_org_domain(d->name)) ? name : NULL;
}

void spf_judge_width(struct run *run, const struct spf_domain *d)
{
    struct spf_width own = spf_width_of_own(run, d), all = spf_width_of_includes(run, d);
    const struct trouble *trouble = spf_tree_trouble(run, d->tree);
    struct trouble budget = trouble_of(REASON_BUDGET);

    if (own.ip4 >= SPF_WIDE)
        finding(run, SPF_WIDTH, FAIL, subject_domain(d->name),
                "the record itself allows %llu IPv4 addresses, widest term \"%s\"", own.ip4, own.widest4);
    else if (own.widest6)
        finding(run, SPF_WIDTH, WARN, subject_domain(d->name),
                "the record itself allows an IPv6 network larger than a /32: \"%s\"", own.widest6);
    else if (trouble)
        finding_follows(finding_unknown(run, SPF_WIDTH, subject_domain(d->name), trouble, "not all records are known"),
                        SPF_SYNTAX);
    else if (d->own->singles_left_out)
        finding_unknown(run, SPF_WIDTH, subject_domain(d->name), &budget, "%zu addresses left out",
                        d->own->singles_left_out);
    else if (own.ip4 >= SPF_BROAD && record_of_others(d))
        finding_remedy(run,
                       finding(run, SPF_WIDTH, NOTE, subject_domain(d->name),
                               "the record of %s allows %llu IPv4 addresses, widest term \"%s\"", record_of_others(d),
                               own.ip4, own.widest4),
                       "Nothing is to be done in your own zone: whoever runs that name can name fewer addresses.");
    else if (own.ip4 >= SPF_BROAD)
        finding(run, SPF_WIDTH, NOTE, subject_domain(d->name),
                "the record itself allows %llu IPv4 addresses, widest term \"%s\"", own.ip4, own.widest4);
    else if (all.ip4 >= SPF_WIDE || all.widest6)
        finding(run, SPF_WIDTH, NOTE, subject_domain(d->name), "includes allow %s: \"%s\"",
                all.widest6 ? "an IPv6 network larger than a /32" : "2^24 IPv4 addresses or more",
                all.widest6 ? all.widest6 : all.widest4);
    else
        finding(run, SPF_WIDTH, PASS, subject_domain(d->name),
                "%llu IPv4 addresses by the record itself, %llu by includes", own.ip4, all.ip4);
}
