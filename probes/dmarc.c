/* probes/dmarc.c - the DMARC policy of every From domain.  (checks.md, section 11; RFC 9989) */
#include "probes/dmarc.h"

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/run.h"
#include "core/facts/record_text.h"
#include "core/facts/target.h"
#include "core/records/dmarc_mend.h"
#include "core/result/finding.h"
#include "core/result/probe.h"

static const enum check_id dependents[] = {DMARC_SINGLE,   DMARC_SYNTAX,     DMARC_POLICY,
                                           DMARC_REPORTS,  DMARC_AUTHORIZED, DMARC_LEGACY_DIFFERENCE,
                                           DMARC_ALIGNMENT};
enum { DEPENDENT_COUNT = sizeof dependents / sizeof *dependents };

static bool is_bulk(struct run *run)
{
    return run_target(run)->volume == VOLUME_BULK;
}

const char *dmarc_owner(struct run *run, const char *domain)
{
    return name_join(run_arena(run), "_dmarc", domain);
}

bool from_domain_is_decided(const struct from_domain *from)
{
    return from->source == &from->dmarc->steps[0] || !from->dmarc->walk.trouble;
}

/* A name that only the domain's own people can set right. */
static bool is_own(const struct from_domain *from, const struct dmarc_step *step)
{
    return name_is_under(step->name, from->dmarc->legacy.org_domain);
}

static void skip_dependents(struct run *run, const struct from_domain *from, bool syntax, const char *why)
{
    for (size_t i = 0; i < DEPENDENT_COUNT; i++)
        if (dependents[i] != DMARC_SINGLE && (syntax || dependents[i] != DMARC_SYNTAX))
            finding(run, dependents[i], SKIPPED, subject_domain(from->name), "%s", why);
}

static void leave_undecided(struct run *run, const struct from_domain *from)
{
    static const char what[] = "no answer for the DMARC record of the domain, or of those above it";
    const struct dmarc_view *walk = &from->dmarc->walk;
    struct finding *f = finding_unknown(run, DMARC_EXISTS, subject_domain(from->name), walk->trouble, "%s", what);

    finding_worst(f, is_bulk(run) ? FAIL : WARN);
    finding_rests_on(run, f, walk->trouble_key);
    for (size_t i = 0; i < DEPENDENT_COUNT; i++) {
        f = finding_follows(finding_unknown(run, dependents[i], subject_domain(from->name), walk->trouble, "%s", what),
                            DMARC_EXISTS);
        if (dependents[i] == DMARC_ALIGNMENT) /* what it can come to depends on the policy */
            finding_worst(f, WARN);
    }
}

static void judge_single(struct run *run, const struct from_domain *from)
{
    const struct dmarc *d = from->dmarc;
    bool any = false;

    for (size_t i = 0; i < d->steps_used; i++) {
        const struct dmarc_step *step = &d->steps[i];
        struct finding *f;

        any = any || step->records > 0;
        if (step->records < 2 || !is_own(from, step))
            continue;
        f = finding(run, DMARC_SINGLE, FAIL, subject_domain(from->name),
                    "%zu DMARC records at %s: all are treated as none", step->records, dmarc_owner(run, step->name));
        finding_remedy(run, f, "Keep one TXT record that begins with v=DMARC1 at %s.", dmarc_owner(run, step->name));
        finding_rests_on(run, f, step->answer->key);
        return;
    }
    if (any)
        finding(run, DMARC_SINGLE, PASS, subject_domain(from->name), "one record per name");
    else
        finding(run, DMARC_SINGLE, SKIPPED, subject_domain(from->name), "no DMARC record");
}

static const char *tag_name(enum dmarc_from from)
{
    static const char *const names[] = {[DMARC_FROM_NOTHING] = "for want of a valid p=",
                                        [DMARC_FROM_P] = "by p=",
                                        [DMARC_FROM_SP] = "by sp=",
                                        [DMARC_FROM_NP] = "by np="};

    return names[from];
}

static void judge_presence(struct run *run, const struct from_domain *from)
{
    const struct dmarc_view *view = &from->dmarc->walk;
    struct finding *f;

    if (view->policy == DMARC_UNSAID)
        f = finding(run, DMARC_EXISTS, PASS, subject_domain(from->name),
                    "a record at %s, but without a policy: see dmarc.syntax", dmarc_owner(run, from->source->name));
    else
        f = finding(run, DMARC_EXISTS, PASS, subject_domain(from->name),
                    "policy %s, %s of the record at %s; organisational domain %s", dmarc_policy_word(view->policy),
                    tag_name(view->from), dmarc_owner(run, from->source->name), view->org_domain);
    finding_worst(f, is_bulk(run) ? FAIL : WARN);
    finding_rests_on(run, f, from->source->answer->key);
}

static bool has_near_miss(const struct from_domain *from)
{
    const struct dmarc *d = from->dmarc;

    for (size_t i = 0; i < d->step_count; i++)
        if (d->steps[i].has_near_miss && is_own(from, &d->steps[i]))
            return true;
    return false;
}

static void offer_first_record(struct run *run, const struct from_domain *from, struct finding *f)
{
    const struct dmarc *d = from->dmarc;
    const char *owner = dmarc_owner(run, d->domain);

    if (d->steps[0].other)
        finding_remedy(run, f, "%s holds %s, which nobody looks for there: publish a DMARC record in its place.", owner,
                       d->steps[0].other);
    finding_txt(run, f, owner, str_printf(run_arena(run), "v=DMARC1; p=none; rua=mailto:dmarc-reports@%s", d->domain));
}

/* Where several records stand at one name, that is the cause, and one more would not help. */
static bool judge_several(struct run *run, const struct from_domain *from)
{
    const struct dmarc *d = from->dmarc;
    bool several = false;

    for (size_t i = 0; i < d->steps_used; i++)
        several = several || (d->steps[i].records > 1 && is_own(from, &d->steps[i]));
    if (!several)
        return false;
    finding(run, DMARC_EXISTS, SKIPPED, subject_domain(from->name), "several records count as none: see dmarc.single");
    judge_single(run, from);
    skip_dependents(run, from, true, "several DMARC records: see dmarc.single");
    return true;
}

static void judge_absence(struct run *run, const struct from_domain *from)
{
    const struct dmarc *d = from->dmarc;
    enum volume volume = run_target(run)->volume;
    struct finding *f;

    f = finding(run, DMARC_EXISTS, volume == VOLUME_BULK ? FAIL : WARN, subject_domain(from->name),
                "no DMARC record%s at %s%s%s%s%s%s",
                has_near_miss(from) ? " that is read as one (see dmarc.syntax)" : "", dmarc_owner(run, d->domain),
                d->steps[0].answer && d->steps[0].answer->chain_loops ? ", which leads into a ring of aliases" : "",
                d->steps[0].other ? ", where there is " : "", d->steps[0].other ? d->steps[0].other : "",
                d->step_count > 1 ? ", nor above it" : "",
                volume == VOLUME_UNSAID ? "; large receivers refuse bulk mail without one" : "");
    finding_worst(f, volume == VOLUME_BULK ? FAIL : WARN);
    if (has_near_miss(from))
        finding_follows(finding_cause(f, CAUSE_DMARC_BY_SYNTAX), DMARC_SYNTAX);
    else
        offer_first_record(run, from, f);
    for (size_t i = 0; i < d->steps_used; i++)
        if (d->steps[i].answer)
            finding_rests_on(run, f, d->steps[i].answer->key);
    judge_single(run, from);
    judge_dmarc_syntax(run, from);
    skip_dependents(run, from, false, "no DMARC record: see dmarc.exists");
}

static bool is_organisations(const struct from_domain *from)
{
    return name_equal(from->source->name, from->dmarc->walk.org_domain);
}

static const char * and (struct run * run, const char *list, const char *item)
{
    return list ? str_printf(run_arena(run), "%s; %s", list, item) : item;
}

static void judge_policy(struct run *run, const struct from_domain *from)
{
    const struct dmarc_record *r = from->record;
    enum dmarc_policy own = r->p, below = r->sp != DMARC_UNSAID ? r->sp : own;
    const char *weak = NULL;
    struct finding *f;

    if (from->dmarc->walk.policy <= DMARC_NONE)
        weak = "no policy: mail that fails is delivered as ever";
    if (is_organisations(from) && r->sp != DMARC_UNSAID && r->sp < own)
        weak = and(run, weak,
                   str_printf(run_arena(run), "sub-domains have sp=%s, weaker than p=%s", dmarc_policy_word(r->sp),
                              dmarc_policy_word(own)));
    if (is_organisations(from) && r->np != DMARC_UNSAID && r->np < below)
        weak = and(run, weak,
                   str_printf(run_arena(run), "names that do not exist have np=%s, weaker than %s",
                              dmarc_policy_word(r->np), dmarc_policy_word(below)));
    if (r->testing)
        weak = and(run, weak,
                   own <= DMARC_NONE && below <= DMARC_NONE && r->np <= DMARC_NONE
                       ? "t=y has no effect beside p=none"
                       : "t=y asks for the next weaker policy");
    if (weak)
        f = finding(run, DMARC_POLICY, NOTE, subject_domain(from->name), "%s", weak);
    else if (from->dmarc->walk.policy == DMARC_REJECT)
        f = finding(
            run, DMARC_POLICY, PASS, subject_domain(from->name),
            "reject; mail of people who write to mailing lists is refused where the list changes it (RFC 9989 7.4)");
    else
        f = finding(run, DMARC_POLICY, PASS, subject_domain(from->name), "%s",
                    dmarc_policy_word(from->dmarc->walk.policy));
    if (from->dmarc->walk.from == DMARC_FROM_NOTHING) /* what was meant is not read */
        finding_follows(f, DMARC_SYNTAX);
    if (from->dmarc->walk.policy == DMARC_REJECT && !r->testing) /* t=y asks for quarantine (RFC 9989 4.7) */
        finding_marked(f, MARK_POLICY_REJECT);
    finding_rests_on(run, f, from->source->answer->key);
}

/* The record as it is, and an address.  One with faults is dmarc.syntax's to repair, and that of a registry is nobody's
 * here. */
static void offer_reports(struct run *run, const struct from_domain *from, struct finding *f)
{
    const char *text = dmarc_mend(run_arena(run), from->record->tags.text).text;

    if (text && is_own(from, from->source) && name_labels(from->source->name) > 1 &&
        dmarc_record_is_sound(from->record)) {
        const char *owner = dmarc_owner(run, from->source->name);

        finding_txt(run, f, owner,
                    str_printf(run_arena(run), "%s; rua=mailto:dmarc-reports@%s", text, from->source->name));
        finding_replaces(run, f, "%s",
                         record_txt_line(run_arena(run), owner, str_text(run_arena(run), from->record->tags.text)));
    }
}

static void judge_reports(struct run *run, const struct from_domain *from)
{
    struct finding *f;

    if (from->record->rua_count > 0) {
        f = finding(run, DMARC_REPORTS, PASS, subject_domain(from->name), "aggregate reports go to %zu destination%s",
                    from->record->rua_count, from->record->rua_count == 1 ? "" : "s");
    } else if (taglist_find(&from->record->tags, "rua") ||
               (!dmarc_record_is_sound(from->record) && str_find(from->record->tags.text, str_of("rua")))) {
        f = finding_follows(finding(run, DMARC_REPORTS, NOTE, subject_domain(from->name),
                                    "no address that is read as one: see dmarc.syntax"),
                            DMARC_SYNTAX);
    } else {
        f = finding(run, DMARC_REPORTS, NOTE, subject_domain(from->name),
                    "no rua=: nobody reports who sends mail in the domain's name");
        offer_reports(run, from, f);
    }
    finding_rests_on(run, f, from->source->answer->key);
}

static void judge_from(struct run *run, const char *name)
{
    struct from_domain from = {.name = name, .dmarc = need_dmarc(run, name)};

    if (!from.dmarc->complete)
        return;
    from.source = from.dmarc->walk.source;
    from.record = from.source ? from.source->record : NULL;
    if (!from_domain_is_decided(&from)) {
        leave_undecided(run, &from);
        return;
    }
    if (!from.source) {
        if (!judge_several(run, &from))
            judge_absence(run, &from);
        return;
    }
    judge_presence(run, &from);
    judge_single(run, &from);
    judge_dmarc_syntax(run, &from);
    judge_policy(run, &from);
    judge_reports(run, &from);
    judge_report_authorization(run, &from);
    judge_legacy_difference(run, &from);
    judge_dmarc_alignment(run, &from);
    if (name_equal(name, run_target(run)->domain))
        judge_dmarc_of_services(run, &from);
}

static void probe_dmarc(struct run *run)
{
    const struct target *target = run_target(run);

    judge_from(run, target->domain);
    for (size_t i = 0; i < target->from_count; i++) {
        bool repeated = name_equal(target->froms[i], target->domain);

        for (size_t k = 0; k < i; k++)
            repeated = repeated || name_equal(target->froms[i], target->froms[k]);
        if (!repeated)
            judge_from(run, target->froms[i]);
    }
}

const struct probe dmarc_probe = {
    .name = "dmarc",
    .summary = "the DMARC policy of every From domain, by RFC 9989 and by RFC 7489",
    .groups = "dmarc",
    .run = probe_dmarc,
};
