/* probes/spf/syntax.c - is there one record, and can it be read?  (checks.md, section 9; RFC 7208 4.5, 4.6, 12) */
#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/run.h"
#include "core/result/finding.h"
#include "probes/spf/spf.h"

enum { RECORD_OCTETS_NOTED = 450 };

void spf_judge_single(struct run *run, const struct spf_domain *d)
{
    bool any = false;

    for (size_t i = 0; i < d->tree->count; i++) {
        const struct spf_node *node = &d->tree->nodes[i];
        struct finding *f;

        if (node->state != SPF_NODE_SEVERAL)
            continue;
        any = true;
        f = finding(run, SPF_SINGLE, FAIL, subject_domain(node->domain), "%zu SPF records%s: permerror", node->source->record_count,
                    i ? str_printf(run_arena(run), " at a name that %s includes", d->name) : "");
        finding_rests_on(run, f, node->source->answer->key);
        if (!node->foreign)
            spf_offer_merged(run, node->source, f);
    }
    if (!any)
        finding(run, SPF_SINGLE, PASS, subject_domain(d->name), "one SPF record");
}

/* By the evaluation of a sender; where none is known, of a stranger. */
static bool is_reached(const struct spf_domain *d, const char *domain)
{
    size_t count = d->sender_count ? d->sender_count : d->result_count;

    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < d->results[i]->visited_count; k++)
            if (name_equal(d->results[i]->visited[k], domain))
                return true;
    return false;
}

static const char *ring_text(struct run *run, const struct spf_domain *d, size_t index)
{
    const char *text = d->tree->nodes[index].domain;

    for (size_t i = d->tree->nodes[index].parent;; i = d->tree->nodes[i].parent) {
        text = str_printf(run_arena(run), "%s -> %s", d->tree->nodes[i].domain, text);
        if (i == 0 || name_equal(d->tree->nodes[i].domain, d->tree->nodes[index].domain))
            return text;
    }
}

static const char *faults_text(struct run *run, const struct spf_record *record)
{
    const char *text = NULL;

    for (size_t i = 0; i < record->count; i++) {
        const char *one;

        if (!record->terms[i].fault)
            continue;
        one = spf_fault_text(run_arena(run), record, &record->terms[i]);
        text = text ? str_printf(run_arena(run), "%s; %s", text, one) : one;
        if (strlen(text) > 1000)
            break;
    }
    return text;
}

/* Judges one record of the tree.  True: there is something to say. */
static bool judge_node_syntax(struct run *run, const struct spf_domain *d, size_t index)
{
    const struct spf_node *node = &d->tree->nodes[index];
    enum status status = index == 0 || is_reached(d, node->domain) ? FAIL : WARN;
    struct finding *f;

    switch (node->state) {
    case SPF_NODE_RECORD:
        if (!node->source->record->faults)
            return false;
        f = finding(run, SPF_SYNTAX, status, subject_domain(node->domain), "%s", faults_text(run, node->source->record));
        if (!node->foreign)
            spf_offer_corrected(run, node->source, f);
        else
            finding_remedy(run, f, "Tell whoever runs %s, or take \"%s\" out of the record of %s.", node->domain,
                           spf_term_text(run_arena(run), node->via), d->tree->nodes[node->parent].domain);
        break;
    case SPF_NODE_ABSENT:
        f = finding(run, SPF_SYNTAX, status, subject_domain(node->domain),
                    "\"%s\" in the record of %s leads to a name without SPF record",
                    spf_term_text(run_arena(run), node->via), d->tree->nodes[node->parent].domain);
        finding_remedy(run, f, "Take \"%s\" out of the record of %s, or correct the name.",
                       spf_term_text(run_arena(run), node->via), d->tree->nodes[node->parent].domain);
        if (node->parent == 0)
            spf_offer_without(run, d, node->via, f);
        break;
    case SPF_NODE_NO_NAME:
        f = finding(run, SPF_SYNTAX, FAIL, subject_domain(d->tree->nodes[node->parent].domain),
                    "\"%s\" leads to a name that cannot be asked for", spf_term_text(run_arena(run), node->via));
        break;
    case SPF_NODE_RING:
        f = finding(run, SPF_SYNTAX, FAIL, subject_domain(d->tree->nodes[node->parent].domain), "a ring: %s", ring_text(run, d, index));
        finding_remedy(run, f, "Take the term \"%s\" out of this record.", spf_term_text(run_arena(run), node->via));
        break;
    case SPF_NODE_TROUBLE:
        f = finding_unknown(run, SPF_SYNTAX, subject_domain(node->domain), &node->source->trouble, "no record that \"%s\" leads to",
                            node->via ? spf_term_text(run_arena(run), node->via) : "v=spf1");
        break;
    default:
        return false;
    }
    if (node->source)
        finding_rests_on(run, f, node->source->answer->key);
    return true;
}

static bool note_of_term(struct run *run, const struct spf_node *node, const struct spf_term *term)
{
    static const char *const mistaken[] = {"include", "a", "mx", "ip4", "ip6", "all", "ptr", "exists"};
    const char *text = spf_term_text(run_arena(run), term);
    size_t name = term->text.len - term->spec.len - 1;

    if (term->dead) {
        finding(run, SPF_SYNTAX, NOTE, subject_domain(node->domain), "\"%s\" is never evaluated: %s", text,
                term->kind == SPF_TERM_REDIRECT ? "the record has \"all\"" : "it stands behind \"all\"");
        return true;
    }
    for (size_t i = 0; term->kind == SPF_TERM_OTHER_MODIFIER && i < sizeof mistaken / sizeof *mistaken; i++) {
        if (!str_equal_nocase((struct str){term->text.at, name}, str_of(mistaken[i])))
            continue;
        finding(run, SPF_SYNTAX, NOTE, subject_domain(node->domain),
                "\"%s\" is a modifier that nobody knows, and ignored; the mechanism is spelled \"%s:\"", text,
                mistaken[i]);
        return true;
    }
    return false;
}

static bool note_of_node(struct run *run, const struct spf_node *node)
{
    const struct spf_record *record = node->source->record;
    bool any = false;

    for (size_t i = 0; i < record->count; i++)
        any |= note_of_term(run, node, &record->terms[i]);
    if (record->text.len <= RECORD_OCTETS_NOTED)
        return any;
    finding(run, SPF_SYNTAX, NOTE, subject_domain(node->domain), "%zu octets; with other TXT records at the name the answer needs TCP",
            record->text.len);
    return true;
}

void spf_judge_syntax(struct run *run, const struct spf_domain *d)
{
    bool any = false;

    for (size_t i = 0; i < d->tree->count; i++) {
        const struct spf_node *node = &d->tree->nodes[i];

        if (judge_node_syntax(run, d, i))
            any = true;
        else if (node->state == SPF_NODE_RECORD && !node->foreign)
            any |= note_of_node(run, node);
    }
    if (!any)
        finding_rests_on(run,
                         finding(run, SPF_SYNTAX, PASS, subject_domain(d->name), "%zu record%s, no mistake", d->tree->count,
                                 d->tree->count == 1 ? "" : "s"),
                         d->source->answer->key);
}
