/* probes/spf.c - the SPF record of every envelope domain, and what it says about every sender.  (checks.md, section 9;
 * RFC 7208) */
#include "core/derive/spf.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/absence.h"
#include "core/derive/inventory.h"
#include "core/derive/run.h"
#include "core/facts/target.h"
#include "core/records/spf_macro.h"
#include "core/result/finding.h"
#include "core/result/probe.h"
#include "probes/spf.h"

enum { LOOKUPS_NOTED = 8, RECORD_OCTETS_NOTED = 450, PTR_SHOWN = 5 };

/* Checks that need a record. */
static const enum check_id dependents[] = {SPF_SINGLE,      SPF_SYNTAX,        SPF_LOOKUP_COUNT, SPF_VOID_COUNT,
                                           SPF_ENDS_IN_ALL, SPF_PTR_MECHANISM, SPF_WIDTH,        SPF_AUTHORIZES};
enum { DEPENDENT_COUNT = sizeof dependents / sizeof *dependents };

static void skip_all(struct run *run, const char *domain, const char *why)
{
    for (size_t i = 0; i < DEPENDENT_COUNT; i++)
        finding(run, dependents[i], SKIPPED, subject_domain(domain), "%s", why);
}

static void leave_all_undecided(struct run *run, const char *domain, const struct trouble *trouble, const char *what)
{
    for (size_t i = 0; i < DEPENDENT_COUNT; i++)
        finding_follows(finding_unknown(run, dependents[i], subject_domain(domain), trouble, "%s", what), SPF_EXISTS);
}

/* ---- spf.exists ---- */

static void judge_absence(struct run *run, const struct spf_domain *d)
{
    const struct dns_answer *answer = d->source->answer, *dissent = NULL;
    struct trouble trouble;
    enum absence absence = ABSENCE_CONFIRMED;
    struct finding *f;

    if (answer->status != DNS_OK)
        absence = need_absence(run, d->name, DNS_TXT, answer, &dissent, &trouble);
    if (absence == ABSENCE_PENDING)
        return;
    if (absence == ABSENCE_DISPUTED) {
        trouble = trouble_of(REASON_SERVFAIL);
        trouble.why = "the name servers of the zone disagree: some have TXT records, the resolver sees none";
    }
    if (absence != ABSENCE_CONFIRMED) {
        f = finding_unknown(run, SPF_EXISTS, subject_domain(d->name), &trouble, "the absence of an SPF record could not be confirmed");
        finding_rests_on(run, f, answer->key);
        leave_all_undecided(run, d->name, &trouble, "no SPF record is known");
        return;
    }
    if (d->mail->kind == MX_NULL_MX && !d->has_sender) {
        f = finding(run, SPF_EXISTS, NOTE, subject_domain(d->name), "no SPF record; the domain takes no mail, and no sender is known");
        finding_remedy(run, f, "Publish a record that says that the domain sends no mail.");
        finding_record(run, f, "%s. 3600 IN TXT \"v=spf1 -all\"", d->name);
    } else {
        f = finding(run, SPF_EXISTS, FAIL, subject_domain(d->name), "no SPF record");
        spf_offer_first_record(run, d, f);
    }
    finding_rests_on(run, f, answer->key);
    skip_all(run, d->name, "no SPF record: see spf.exists");
}

/* ---- spf.single, spf.syntax ---- */

static void judge_single(struct run *run, const struct spf_domain *d)
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

static void judge_syntax(struct run *run, const struct spf_domain *d)
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

/* ---- spf.lookups, spf.voids ---- */

static const struct trouble *tree_trouble(const struct spf_tree *tree)
{
    for (size_t i = 0; i < tree->count; i++)
        if (tree->nodes[i].state == SPF_NODE_TROUBLE)
            return &tree->nodes[i].source->trouble;
    return NULL;
}

static void judge_lookups(struct run *run, const struct spf_domain *d)
{
    const struct spf_tree *tree = d->tree;
    const struct trouble *trouble = tree_trouble(tree);
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

static void judge_voids(struct run *run, const struct spf_domain *d)
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

/* ---- spf.all, spf.ptr_mechanism, spf.width ---- */

/* An include that passes the whole world makes the record do the same. */
static const struct spf_node *open_include(const struct spf_tree *tree)
{
    for (size_t i = 1; i < tree->count; i++)
        if (tree->nodes[i].grants && tree->nodes[i].all == '+' && tree->nodes[i].via->kind == SPF_TERM_INCLUDE)
            return &tree->nodes[i];
    return NULL;
}

static void judge_all(struct run *run, const struct spf_domain *d)
{
    const struct spf_node *root = &d->tree->nodes[0], *open = open_include(d->tree), *redirected = NULL;
    struct finding *f;

    for (size_t i = 1; i < d->tree->count && !root->source->record->all; i++)
        if (d->tree->nodes[i].via->kind == SPF_TERM_REDIRECT && d->tree->nodes[i].state != SPF_NODE_RECORD)
            redirected = &d->tree->nodes[i];
    if (root->all == '+') {
        f = finding(run, SPF_ENDS_IN_ALL, FAIL, subject_domain(d->name),
                    "the record ends in +all: every address in the world may send as %s", d->name);
        spf_offer_end(run, d, f);
    } else if (open) {
        f = finding(run, SPF_ENDS_IN_ALL, FAIL, subject_domain(d->name),
                    "include:%s ends in +all: every address in the world may send as %s", open->domain, d->name);
        finding_remedy(run, f, "Take \"%s\" out of the record of %s.", spf_term_text(run_arena(run), open->via),
                       d->tree->nodes[open->parent].domain);
    } else if (root->all == '-' || root->all == '~') {
        f = finding(run, SPF_ENDS_IN_ALL, PASS, subject_domain(d->name), "the record ends in %call", root->all);
    } else if (redirected && redirected->state == SPF_NODE_TROUBLE) {
        f = finding_unknown(run, SPF_ENDS_IN_ALL, subject_domain(d->name), &redirected->source->trouble,
                            "the record that redirect= leads to is not known");
    } else if (redirected) {
        f = finding(run, SPF_ENDS_IN_ALL, SKIPPED, subject_domain(d->name), "redirect= leads to no record that can be read");
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

static void judge_ptr(struct run *run, const struct spf_domain *d)
{
    const char *own = NULL, *foreign = NULL;
    const struct trouble *trouble = tree_trouble(d->tree);
    size_t shown = 0;

    for (size_t i = 0; i < d->tree->count; i++) {
        const struct spf_node *node = &d->tree->nodes[i];
        const struct spf_record *record = node->state == SPF_NODE_RECORD ? node->source->record : NULL;

        for (size_t k = 0; record && k < record->count && shown < PTR_SHOWN; k++) {
            const char **list = node->foreign ? &foreign : &own, *one;

            if (!uses_ptr(&record->terms[k]))
                continue;
            shown++;
            one = str_printf(run_arena(run), "\"%s\" of %s", spf_term_text(run_arena(run), &record->terms[k]),
                             node->domain);
            *list = *list ? str_printf(run_arena(run), "%s, %s", *list, one) : one;
        }
    }
    if (own)
        spf_offer_without_ptr(run, d,
                              finding(run, SPF_PTR_MECHANISM, WARN, subject_domain(d->name), "asks for reverse names: %s", own));
    else if (foreign)
        finding(run, SPF_PTR_MECHANISM, NOTE, subject_domain(d->name), "an included record of somebody else asks for reverse names: %s",
                foreign);
    else if (trouble)
        finding_follows(finding_unknown(run, SPF_PTR_MECHANISM, subject_domain(d->name), trouble, "not all records are known"),
                        SPF_SYNTAX);
    else
        finding(run, SPF_PTR_MECHANISM, PASS, subject_domain(d->name), "no ptr, no %%{p}");
}

static void judge_width(struct run *run, const struct spf_domain *d)
{
    struct spf_width own = spf_width_of_own(run, d), all = spf_width_of_includes(run, d);
    const struct trouble *trouble = tree_trouble(d->tree);

    if (own.ip4 >= SPF_WIDE)
        finding(run, SPF_WIDTH, FAIL, subject_domain(d->name), "the record itself allows %llu IPv4 addresses, widest term \"%s\"",
                own.ip4, own.widest4);
    else if (own.widest6)
        finding(run, SPF_WIDTH, WARN, subject_domain(d->name), "the record itself allows an IPv6 network larger than a /32: \"%s\"",
                own.widest6);
    else if (trouble)
        finding_follows(finding_unknown(run, SPF_WIDTH, subject_domain(d->name), trouble, "not all records are known"), SPF_SYNTAX);
    else if (own.ip4 >= SPF_BROAD)
        finding(run, SPF_WIDTH, NOTE, subject_domain(d->name), "the record itself allows %llu IPv4 addresses, widest term \"%s\"",
                own.ip4, own.widest4);
    else if (all.ip4 >= SPF_WIDE || all.widest6)
        finding(run, SPF_WIDTH, NOTE, subject_domain(d->name), "includes allow %s: \"%s\"",
                all.widest6 ? "an IPv6 network larger than a /32" : "2^24 IPv4 addresses or more",
                all.widest6 ? all.widest6 : all.widest4);
    else
        finding(run, SPF_WIDTH, PASS, subject_domain(d->name), "%llu IPv4 addresses by the record itself, %llu by includes", own.ip4,
                all.ip4);
}

/* ---- spf.authorizes ---- */

/* "ip4:192.0.2.1 of example.org, by include:_spf.example.org". */
static const char *match_text(struct run *run, const struct spf_result *r)
{
    const struct spf_step *last = r->path_count ? &r->path[r->path_count - 1] : NULL;
    const char *text;

    if (!last)
        return "no term matches";
    text = str_printf(run_arena(run), "\"%s\" of %s", spf_term_text(run_arena(run), last->term), last->domain);
    for (size_t i = r->path_count - 1; i-- > 0;)
        text = str_printf(run_arena(run), "%s, by \"%s\" of %s", text, spf_term_text(run_arena(run), r->path[i].term),
                          r->path[i].domain);
    return text;
}

static bool names_family(const struct spf_domain *d, enum ip_family family)
{
    for (size_t i = 0; i < d->tree->count; i++) {
        const struct spf_record *record =
            d->tree->nodes[i].state == SPF_NODE_RECORD ? d->tree->nodes[i].source->record : NULL;

        for (size_t k = 0; record && k < record->count; k++)
            if (record->terms[k].kind == (family == IP_V6 ? SPF_TERM_IP6 : SPF_TERM_IP4))
                return true;
    }
    return false;
}

static const char *family_hint(const struct spf_domain *d, const struct mail_address *a)
{
    enum ip_family other = a->ip.family == IP_V6 ? IP_V4 : IP_V6;

    if (names_family(d, a->ip.family) || !names_family(d, other))
        return "";
    return a->ip.family == IP_V6 ? "; the record has IPv4 addresses, but no IPv6 one"
                                 : "; the record has IPv6 addresses, but no IPv4 one";
}

static void judge_sender(struct run *run, const struct spf_domain *d, const struct mail_address *a,
                         const struct spf_result *r)
{
    struct subject subject = subject_address_name(&a->ip, d->name);
    struct finding *f;

    if (r->word != SPF_PASS && r->word != SPF_TEMPERROR && r->ptr_trouble) {
        f = finding_unknown(run, SPF_AUTHORIZES, subject, &r->trouble, "%s, but a lookup for ptr failed",
                            spf_word_text(r->word));
    } else {
        switch (r->word) {
        case SPF_PASS:
            f = finding(run, SPF_AUTHORIZES, PASS, subject, "pass: %s; %zu lookup%s", match_text(run, r), r->lookups,
                        r->lookups == 1 ? "" : "s");
            break;
        case SPF_FAIL:
        case SPF_SOFTFAIL:
        case SPF_NEUTRAL:
            f = finding(run, SPF_AUTHORIZES, r->word == SPF_FAIL ? FAIL : WARN, subject, "%s: %s%s",
                        spf_word_text(r->word), match_text(run, r), family_hint(d, a));
            spf_offer_sender(run, d, a, r, f);
            break;
        case SPF_TEMPERROR:
            f = finding_unknown(run, SPF_AUTHORIZES, subject, &r->trouble, "temperror");
            break;
        case SPF_NONE:
            f = finding(run, SPF_AUTHORIZES, SKIPPED, subject, "none: no SPF record");
            break;
        default:
            f = finding(run, SPF_AUTHORIZES,
                        r->by_void_limit && r->lenient != SPF_FAIL && r->lenient != SPF_PERMERROR ? WARN : FAIL,
                        subject, "permerror: %s%s%s", r->why,
                        r->by_void_limit ? "; a receiver without that limit gets " : "",
                        r->by_void_limit ? spf_word_text(r->lenient) : "");
            finding_marked(f, f->status == WARN ? MARK_SPF_VOIDS : MARK_SPF_PERMERROR);
            finding_remedy(run, f, "Repair the record: see spf.%s.",
                           r->by_void_limit           ? "voids"
                           : r->lookups > SPF_LOOKUPS ? "lookups"
                                                      : "single and spf.syntax");
            break;
        }
    }
    for (size_t i = 0; i < r->evidence_count; i++)
        finding_rests_on(run, f, r->evidence[i]);
}

/* ---- domains ---- */

static const struct spf_result *ask_stranger(struct run *run, const char *domain, enum ip_family family)
{
    struct spf_question q = {.domain = domain, .ip = {.family = family}, .stranger = true};

    return need_spf(run, &q);
}

/* Asks for all.  False: something is on its way. */
static bool gather(struct run *run, struct spf_domain *d)
{
    const struct spf_result **results =
        ARENA_ARRAY(run_arena(run), const struct spf_result *, d->mail->address_count + 2);
    struct spf_question q = {.domain = d->name};
    bool complete = d->mail->complete, v6 = false;

    d->source = need_spf_source(run, d->name);
    d->tree = need_spf_tree(run, &q);
    d->results = results;
    for (size_t i = 0; i < d->mail->address_count; i++) {
        const struct mail_address *a = &d->mail->addresses[i];
        struct spf_question of = spf_question_of(run, &a->ip, d->name, a->helo_count ? address_helo(a) : d->name);

        if (!address_is_sender(a))
            continue;
        d->has_sender = true;
        v6 |= a->ip.family == IP_V6;
        if (d->is_envelope)
            complete &= (results[d->result_count++] = need_spf(run, &of)) != NULL;
    }
    d->sender_count = d->result_count;
    complete &= (results[d->result_count++] = ask_stranger(run, d->name, IP_V4)) != NULL;
    if (v6)
        complete &= (results[d->result_count++] = ask_stranger(run, d->name, IP_V6)) != NULL;
    d->own = need_spf_addresses(run, d->name);
    return complete && d->source && d->tree->complete && d->own->complete;
}

static void judge_senders(struct run *run, const struct spf_domain *d)
{
    size_t n = 0;

    for (size_t i = 0; i < d->mail->address_count; i++)
        if (d->is_envelope && address_is_sender(&d->mail->addresses[i]))
            judge_sender(run, d, &d->mail->addresses[i], d->results[n++]);
    if (!n)
        finding(run, SPF_AUTHORIZES, SKIPPED, subject_domain(d->name),
                d->is_envelope ? "no sender is known" : "mail is sent with other envelope domains");
}

static void judge_record(struct run *run, const struct spf_domain *d)
{
    finding_rests_on(run, finding(run, SPF_EXISTS, PASS, subject_domain(d->name), "has an SPF record"), d->source->answer->key);
    judge_single(run, d);
    if (d->source->state == SPF_SOURCE_SEVERAL) {
        for (size_t i = 1; i < DEPENDENT_COUNT - 1; i++)
            finding(run, dependents[i], SKIPPED, subject_domain(d->name), "more than one record: see spf.single");
        judge_senders(run, d);
        return;
    }
    judge_syntax(run, d);
    if (d->source->record->faults) {
        for (size_t i = 2; i < DEPENDENT_COUNT - 1; i++)
            finding(run, dependents[i], SKIPPED, subject_domain(d->name), "the record cannot be read: see spf.syntax");
    } else {
        judge_lookups(run, d);
        judge_voids(run, d);
        judge_all(run, d);
        judge_ptr(run, d);
        judge_width(run, d);
    }
    judge_senders(run, d);
}

static void judge_domain(struct run *run, const struct inventory *mail, const char *domain, bool is_envelope)
{
    struct spf_domain d = {.name = name_lower(run_arena(run), domain), .mail = mail, .is_envelope = is_envelope};
    struct finding *f;

    if (!gather(run, &d))
        return;
    switch (d.source->state) {
    case SPF_SOURCE_TROUBLE:
    case SPF_SOURCE_TOO_LARGE:
        f = finding_unknown(run, SPF_EXISTS, subject_domain(d.name), &d.source->trouble, "no answer for TXT");
        finding_rests_on(run, f, d.source->answer->key);
        leave_all_undecided(run, d.name, &d.source->trouble, "no SPF record is known");
        break;
    case SPF_SOURCE_ABSENT:
        if (d.source->answer->status == DNS_NXDOMAIN && name_equal(d.name, run_target(run)->domain)) {
            finding(run, SPF_EXISTS, SKIPPED, subject_domain(d.name), "the domain does not exist: see domain.exists");
            skip_all(run, d.name, "the domain does not exist: see domain.exists");
        } else {
            judge_absence(run, &d);
        }
        break;
    case SPF_SOURCE_FOUND:
    case SPF_SOURCE_SEVERAL:
        judge_record(run, &d);
        break;
    }
}

static void probe_spf(struct run *run)
{
    const struct target *target = run_target(run);
    const struct inventory *mail = need_inventory(run);
    bool is_envelope = target->mail_from_count == 0;

    for (size_t i = 0; i < target->mail_from_count; i++) {
        if (name_equal(target->mail_froms[i], target->domain))
            is_envelope = true;
        else
            judge_domain(run, mail, target->mail_froms[i], true);
    }
    judge_domain(run, mail, target->domain, is_envelope);
}

const struct probe spf_probe = {
    .name = "spf",
    .summary = "the SPF record of every envelope domain, and what it says about every sender",
    .groups = "spf",
    .run = probe_spf,
};
