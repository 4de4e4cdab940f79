/* probes/spf/spf.c - the SPF record of every envelope domain, and what
 * it says about every sender.  (checks.md, section 9; RFC 7208) */
#include "probes/spf/spf.h"
#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/inventory.h"
#include "core/derive/run.h"
#include "core/facts/target.h"
#include "core/records/spf_repair.h"
#include "core/result/finding.h"
#include "core/result/probe.h"
#include "probes/services_words.h"

/* Checks that need a record. */
static const enum check_id dependents[] = {SPF_SINGLE,      SPF_SYNTAX,        SPF_LOOKUP_COUNT, SPF_VOID_COUNT,
                                           SPF_ENDS_IN_ALL, SPF_PTR_MECHANISM, SPF_WIDTH,        SPF_AUTHORIZES};
enum { DEPENDENT_COUNT = sizeof dependents / sizeof *dependents, NEAR_MISSES_SHOWN = 4 };

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

/* ---- near misses ---- */

struct spf_near_miss spf_near_miss_of(struct run *run, const struct spf_source *source)
{
    struct spf_near_miss miss = {.count = 0};
    size_t count = source->state == SPF_SOURCE_ABSENT ? source->answer->count : 0;

    miss.texts = ARENA_ARRAY(run_arena(run), struct str, count + 1);
    miss.repairs = ARENA_ARRAY(run_arena(run), const struct spf_repair *, count + 1);
    for (size_t i = 0; i < count; i++) {
        struct str text = source->answer->records[i].txt.joined;
        const struct spf_repair *repair = spf_repair(run_arena(run), text);

        if (!repair)
            continue;
        miss.texts[miss.count] = text;
        miss.repairs[miss.count++] = repair;
    }
    return miss;
}

const char *spf_near_miss_text(struct run *run, const struct spf_near_miss *miss)
{
    const char *text = "";

    for (size_t i = 0; i < miss->count && i < NEAR_MISSES_SHOWN; i++)
        text = str_printf(run_arena(run), "%s; %s was meant for one, and no receiver reads it: %s", text,
                          i ? "another TXT record" : "a TXT record", spf_repair_text(run_arena(run), miss->repairs[i]));
    if (miss->count > NEAR_MISSES_SHOWN)
        text = str_printf(run_arena(run), "%s; and %zu more", text, miss->count - NEAR_MISSES_SHOWN);
    return text;
}

/* ---- spf.exists ---- */

/* No record can stand beside an alias: it is where that leads that one is missing. */
static void refuse_alias(struct run *run, const struct spf_domain *d)
{
    const struct dns_answer *answer = d->source->answer;
    const char *target = answer->chain[answer->chain_count - 1].target;
    struct finding *f =
        finding(run, SPF_EXISTS, FAIL, subject_domain(d->name),
                "no SPF record: it is an alias for %s%s, which has none", target, service_of_alias(run, answer));

    finding_remedy(
        run, finding_cause(f, CAUSE_SPF_ALIAS),
        "Compare the target of the CNAME record letter by letter with what was meant. If it is right, whoever "
        "runs %s has to publish the record there.",
        target);
    finding_rests_on(run, f, answer->key);
    skip_all(run, d->name, "no SPF record: see spf.exists");
}

static void judge_absence(struct run *run, const struct spf_domain *d)
{
    const struct dns_answer *answer = d->source->answer;
    struct spf_near_miss miss = spf_near_miss_of(run, d->source);
    struct finding *f;
    bool knows_sender, is_parked;

    if (answer->chain_count && !miss.count) {
        refuse_alias(run, d);
        return;
    }
    knows_sender = !d->is_target || run_target(run)->sender_count;
    if (!knows_sender && d->mail->kind == MX_UNDECIDED) {
        f = finding_unknown(run, SPF_EXISTS, subject_domain(d->name), d->mail->trouble,
                            "no SPF record, and no answer for MX that tells whether the domain takes part in mail");
        finding_rests_on(run, f, answer->key);
        skip_all(run, d->name, "no SPF record: see spf.exists");
        return;
    }
    is_parked = !knows_sender && d->mail->kind == MX_NULL_MX;
    f = finding(run, SPF_EXISTS, is_parked ? NOTE : FAIL, subject_domain(d->name), "no SPF record%s%s",
                is_parked ? "; the domain takes no mail, and no sender is known" : "", spf_near_miss_text(run, &miss));
    if (miss.count)
        spf_offer_meant(run, d, d->name, &miss, f);
    else if (is_parked)
        spf_offer_none(run, d, finding_cause(f, CAUSE_SPF_PARKED));
    else
        spf_offer_first_record(run, d, f);
    finding_rests_on(run, f, answer->key);
    skip_all(run, d->name, "no SPF record: see spf.exists");
}

/* ---- domains ---- */

const struct trouble *spf_tree_trouble(struct run *run, const struct spf_tree *tree)
{
    struct trouble *budget;

    for (size_t i = 0; i < tree->count; i++)
        if (tree->nodes[i].state == SPF_NODE_TROUBLE)
            return &tree->nodes[i].source->trouble;
    if (!tree->cut)
        return NULL;
    budget = ARENA_NEW(run_arena(run), struct trouble);
    *budget = trouble_of(REASON_BUDGET);
    budget->why = str_printf(run_arena(run), "%zu records that it leads to are left out", tree->left_out);
    return budget;
}

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

static void judge_record(struct run *run, const struct spf_domain *d)
{
    finding_rests_on(run, finding(run, SPF_EXISTS, PASS, subject_domain(d->name), "has an SPF record"),
                     d->source->answer->key);
    spf_judge_single(run, d);
    if (d->source->state == SPF_SOURCE_SEVERAL) {
        for (size_t i = 1; i < DEPENDENT_COUNT - 1; i++)
            finding(run, dependents[i], SKIPPED, subject_domain(d->name), "more than one record: see spf.single");
        spf_judge_senders(run, d);
        return;
    }
    spf_judge_syntax(run, d);
    if (d->source->record->faults) {
        for (size_t i = 2; i < DEPENDENT_COUNT - 1; i++)
            finding(run, dependents[i], SKIPPED, subject_domain(d->name), "the record cannot be read: see spf.syntax");
    } else {
        spf_judge_lookups(run, d);
        spf_judge_voids(run, d);
        spf_judge_all(run, d);
        spf_judge_ptr(run, d);
        spf_judge_width(run, d);
    }
    spf_judge_senders(run, d);
}

static void judge_domain(struct run *run, const struct inventory *mail, const char *domain, bool is_envelope)
{
    struct spf_domain d = {.name = name_lower(run_arena(run), domain), .mail = mail, .is_envelope = is_envelope};
    struct finding *f;

    d.is_target = name_equal(d.name, run_target(run)->domain);
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
        if (d.source->answer->status == DNS_NXDOMAIN && d.is_target) {
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

static bool is_repeated(const struct target *target, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (name_equal(target->mail_froms[i], target->mail_froms[index]))
            return true;
    return false;
}

static void probe_spf(struct run *run)
{
    const struct target *target = run_target(run);
    const struct inventory *mail = need_inventory(run);
    bool is_envelope = target->mail_from_count == 0;

    for (size_t i = 0; i < target->mail_from_count; i++) {
        if (name_equal(target->mail_froms[i], target->domain))
            is_envelope = true;
        else if (!is_repeated(target, i))
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
