/* probes/spf/syntax.c - is there one record, and can it be read?  (checks.md, section 9; RFC 7208 4.5, 4.6, 12) */
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/run.h"
#include "core/records/spf_repair.h"
#include "core/result/finding.h"
#include "probes/spf/spf.h"

enum { RECORD_OCTETS_NOTED = 450, FAULTS_SHOWN = 8 };

void spf_judge_single(struct run *run, const struct spf_domain *d)
{
    bool any = false;

    for (size_t i = 0; i < d->tree->count; i++) {
        const struct spf_node *node = &d->tree->nodes[i];
        struct finding *f;

        if (node->state != SPF_NODE_SEVERAL)
            continue;
        any = true;
        f = finding(run, SPF_SINGLE, FAIL, subject_domain(node->domain),
                    "%zu SPF records%s, where one is allowed: permerror for all mail", node->source->record_count,
                    i ? str_printf(run_arena(run), " at a name that %s includes", d->name) : "");
        finding_rests_on(run, f, node->source->answer->key);
        if (!node->foreign)
            spf_offer_merged(run, d, node->source, f);
        else
            finding_remedy(run, f, "Tell whoever runs %s, or take \"%s\" out of the record of %s.", node->domain,
                           spf_term_text(run_arena(run), node->via), d->tree->nodes[node->parent].domain);
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
    const char *text = "";
    size_t shown = 0;

    for (size_t i = 0; i < record->count && shown < FAULTS_SHOWN; i++)
        if (record->terms[i].fault)
            text = str_printf(run_arena(run), "%s%s%s", text, shown++ ? "; " : "",
                              spf_fault_text(run_arena(run), record, &record->terms[i]));
    return record->faults > shown ? str_printf(run_arena(run), "%s; and %zu more", text, record->faults - shown) : text;
}

static bool has_term(const struct spf_record *record, struct str text)
{
    for (size_t i = 0; i < record->count; i++)
        if (str_equal(record->terms[i].text, text))
            return true;
    return false;
}

/* "include:host-all", where "include:host -all" was meant: what leads nowhere is not the host's fault. */
static bool is_misspelt(struct run *run, const struct spf_domain *d, const struct spf_node *node)
{
    const struct spf_node *parent = &d->tree->nodes[node->parent];
    const struct spf_repair *repair;

    if (parent->foreign || parent->state != SPF_NODE_RECORD)
        return false;
    repair = spf_repair(run_arena(run), parent->source->record->text);
    return repair->record.len && !has_term(spf_record_parse(run_arena(run), repair->record), node->via->text);
}

/* Judges one record of the tree.  True: there is something to say. */
static bool judge_node_syntax(struct run *run, const struct spf_domain *d, size_t index)
{
    const struct spf_node *node = &d->tree->nodes[index];
    enum status status = index == 0 || is_reached(d, node->domain) ? FAIL : WARN;
    struct spf_near_miss miss;
    struct finding *f;

    switch (node->state) {
    case SPF_NODE_RECORD:
        if (!node->source->record->faults)
            return false;
        f = finding(run, SPF_SYNTAX, status, subject_domain(node->domain), "%s",
                    faults_text(run, node->source->record));
        if (!node->foreign)
            spf_offer_corrected(run, d, node->source, f);
        else
            finding_remedy(run, finding_cause(f, CAUSE_SPF_OF_OTHERS),
                           "Tell whoever runs %s, or take \"%s\" out of the record of %s.", node->domain,
                           spf_term_text(run_arena(run), node->via), d->tree->nodes[node->parent].domain);
        break;
    case SPF_NODE_ABSENT:
        miss = spf_near_miss_of(run, node->source);
        f = finding(run, SPF_SYNTAX, status, subject_domain(node->domain),
                    "\"%s\" in the record of %s leads to a name without SPF record%s",
                    spf_term_text(run_arena(run), node->via), d->tree->nodes[node->parent].domain,
                    spf_near_miss_text(run, &miss));
        finding_cause(f, CAUSE_SPF_NOWHERE);
        if (is_misspelt(run, d, node))
            spf_offer_corrected(run, d, d->tree->nodes[node->parent].source, f);
        else if (miss.count && !node->foreign)
            spf_offer_meant(run, d, node->domain, &miss, f);
        else
            spf_offer_without_link(run, d, node, f);
        break;
    case SPF_NODE_NO_NAME:
        f = finding(run, SPF_SYNTAX, FAIL, subject_domain(d->tree->nodes[node->parent].domain),
                    "\"%s\" leads to a name that cannot be asked for", spf_term_text(run_arena(run), node->via));
        finding_cause(f, CAUSE_SPF_NOWHERE);
        spf_offer_without_link(run, d, node, f);
        break;
    case SPF_NODE_RING:
        f = finding(run, SPF_SYNTAX, FAIL, subject_domain(d->tree->nodes[node->parent].domain),
                    "the records lead in a ring: %s", ring_text(run, d, index));
        finding_cause(f, CAUSE_SPF_RING);
        spf_offer_without_link(run, d, node, f);
        break;
    case SPF_NODE_TROUBLE:
        f = finding_unknown(run, SPF_SYNTAX, subject_domain(node->domain), &node->source->trouble,
                            "no record that \"%s\" leads to",
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
    struct finding *f;

    if (!term->dead)
        return false;
    f = finding(run, SPF_SYNTAX, NOTE, subject_domain(node->domain), "\"%s\" is never evaluated: %s",
                spf_term_text(run_arena(run), term),
                term->kind == SPF_TERM_REDIRECT ? "the record has \"all\"" : "it stands behind \"all\"");
    finding_cause(f, CAUSE_SPF_DEAD_TERM);
    if (term->kind == SPF_TERM_REDIRECT)
        finding_remedy(run, f, "Take the redirect out; or, if it shall hold, take \"all\" out.");
    else
        finding_remedy(run, f, "Move the term before \"all\", or take it out.");
    return true;
}

/* Legal by the grammar, and not what it says: "include=host" is a modifier that nobody knows. */
static bool judge_meaning(struct run *run, const struct spf_domain *d, const struct spf_node *node)
{
    const struct spf_repair *repair = spf_repair(run_arena(run), node->source->record->text);
    struct finding *f;

    if (!repair->fault_count)
        return false;
    for (size_t i = 1; i < d->tree->count; i++)
        if (&d->tree->nodes[d->tree->nodes[i].parent] == node && d->tree->nodes[i].state == SPF_NODE_ABSENT &&
            is_misspelt(run, d, &d->tree->nodes[i]))
            return false; /* told there */
    f = finding(run, SPF_SYNTAX, WARN, subject_domain(node->domain), "legal, and not what was meant: %s",
                spf_repair_text(run_arena(run), repair));
    spf_offer_corrected(run, d, node->source, finding_cause(f, CAUSE_SPF_NOT_MEANT));
    finding_rests_on(run, f, node->source->answer->key);
    return true;
}

static bool note_of_node(struct run *run, const struct spf_domain *d, const struct spf_node *node)
{
    const struct spf_record *record = node->source->record;
    bool any = judge_meaning(run, d, node);

    for (size_t i = 0; i < record->count; i++)
        any |= note_of_term(run, node, &record->terms[i]);
    if (record->text.len <= RECORD_OCTETS_NOTED)
        return any;
    finding_remedy(run,
                   finding_cause(
                       finding(run, SPF_SYNTAX, NOTE, subject_domain(node->domain),
                               "%zu octets; with other TXT records at the name the answer needs TCP", record->text.len),
                       CAUSE_SPF_LONG),
                   "Name networks in place of single addresses, where the whole network sends.");
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
            any |= note_of_node(run, d, node);
    }
    if (!any)
        finding_rests_on(run,
                         finding(run, SPF_SYNTAX, PASS, subject_domain(d->name), "%zu record%s, no mistake",
                                 d->tree->count, d->tree->count == 1 ? "" : "s"),
                         d->source->answer->key);
}
