/* probes/dmarc_syntax.c - what is wrong with the text of a DMARC record, and where.  (RFC 9989 4.7, 4.8) */
#include "core/base/arena.h"
#include "core/base/list_text.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/run.h"
#include "core/facts/record_text.h"
#include "core/facts/target.h"
#include "core/records/dmarc_mend.h"
#include "core/records/tag_mend.h"
#include "probes/dmarc.h"

enum { SPAN_SHOWN = 60, REMARKS_SHOWN = 12 };

static enum status weight(const struct dmarc_record *r, enum dmarc_remark_kind kind)
{
    switch (kind) {
    case DMARC_BAD_POLICY: /* RFC 9989 4.10.1 */
        return r->rua_count > 0 ? WARN : FAIL;
    case DMARC_TAG_SYNTAX:
    case DMARC_TAG_REPEATED:
    case DMARC_NO_POLICY:
    case DMARC_BAD_VALUE:
    case DMARC_BAD_URI:
    case DMARC_PCT_PARTIAL:
        return WARN;
    case DMARC_LATE_POLICY:
    case DMARC_UNUSUAL_URI:
    case DMARC_URI_SIZE:
    case DMARC_TOO_MANY_URIS:
    case DMARC_REMOVED_TAG:
    case DMARC_REMARK_COUNT:
        break;
    }
    return NOTE;
}

static const char *shown(struct run *run, struct str span)
{
    struct str cut = {span.at, span.len > SPAN_SHOWN ? SPAN_SHOWN : span.len};

    return str_printf(run_arena(run), "%s%s", str_text(run_arena(run), cut), span.len > SPAN_SHOWN ? "..." : "");
}

/* Without p and without reports the two RFCs come to different ends. */
static const char *remark_words(const struct dmarc_record *r, enum dmarc_remark_kind kind)
{
    if (kind == DMARC_BAD_POLICY)
        return r->rua_count > 0 ? "neither none, quarantine nor reject: the record acts as p=none, since it has an "
                                  "address for reports"
                                : "neither none, quarantine nor reject: without an address for reports the record is "
                                  "not used at all";
    if (kind == DMARC_NO_POLICY && r->rua_count == 0)
        return "p is missing: receivers that follow RFC 9989 take it for p=none, older ones see no record";
    return dmarc_remark_text(kind);
}

static const char *remarks_text(struct run *run, const struct dmarc_record *r, enum status least)
{
    struct list_text list = list_text(run_arena(run), "; ", REMARKS_SHOWN);

    for (size_t i = 0; i < r->remark_count; i++) {
        const struct dmarc_remark *m = &r->remarks[i];

        if (weight(r, m->kind) >= least)
            list_add(&list, str_printf(run_arena(run), "column %zu%s%s%s: %s", taglist_column(&r->tags, m->span),
                                       m->span.len ? " \"" : "", shown(run, m->span), m->span.len ? "\"" : "",
                                       remark_words(r, m->kind)));
    }
    return list_end(&list);
}

static enum status worst_of(const struct dmarc_record *r)
{
    enum status worst = PASS;

    for (size_t i = 0; i < r->remark_count; i++)
        if (weight(r, r->remarks[i].kind) > worst)
            worst = weight(r, r->remarks[i].kind);
    return worst;
}

bool dmarc_record_is_sound(const struct dmarc_record *r)
{
    return worst_of(r) < WARN;
}

/* The record that was meant, or how to come by it. */
static void offer(struct run *run, struct finding *f, const char *owner, struct str text)
{
    struct dmarc_mended mended = dmarc_mend(run_arena(run), text);

    if (!mended.text) {
        finding_remedy(run, f,
                       "Write the record at %s anew: v=DMARC1; then p=none, p=quarantine or p=reject, then rua= with "
                       "addresses of the form "
                       "mailto:NAME@DOMAIN, commas between them, and semicolons between the tags.",
                       owner);
    } else if (mended.guessed_policy) {
        finding_remedy(run, f,
                       "Publish the record below in place of the one at %s, if this is the policy that you meant. It "
                       "will then apply to mail to which none applies today.",
                       owner);
        finding_txt(run, f, owner, mended.text);
    } else {
        finding_remedy(run, f,
                       "Publish the record below in place of the one at %s: it has the same tags and addresses, "
                       "without the fault.",
                       owner);
        finding_txt(run, f, owner, mended.text);
    }
    if (mended.text)
        finding_replaces(run, f, "%s", record_txt_line(run_arena(run), owner, str_text(run_arena(run), text)));
}

static enum cause_id cause_of(const struct dmarc_record *r)
{
    for (size_t i = 0; i < r->remark_count; i++) {
        if (r->remarks[i].kind == DMARC_BAD_POLICY)
            return CAUSE_DMARC_OTHER_POLICY;
        if (r->remarks[i].kind == DMARC_NO_POLICY)
            return CAUSE_DMARC_NO_POLICY_TAG;
    }
    return CAUSE_DMARC_FAULTY;
}

static void judge_record(struct run *run, const struct from_domain *from)
{
    const struct dmarc_record *r = from->record;
    const char *owner = dmarc_owner(run, from->source->name);
    enum status worst = worst_of(r);
    struct finding *f;

    if (from->source->oversize) {
        f = finding(run, DMARC_SYNTAX, WARN, subject_domain(from->name),
                    "the record at %s is larger than any receiver reads", owner);
    } else if (worst == PASS) {
        f = finding(run, DMARC_SYNTAX, PASS, subject_domain(from->name), "every tag is understood");
    } else {
        f = finding(run, DMARC_SYNTAX, worst, subject_domain(from->name), "%s", remarks_text(run, r, NOTE));
        if (worst >= WARN)
            offer(run, finding_cause(f, cause_of(r)), owner, r->tags.text);
    }
    if (r->p == DMARC_UNSAID && !r->bad_policy)
        finding_marked(f, MARK_NO_POLICY);
    finding_rests_on(run, f, from->source->answer->key);
}

/* ---- texts that were meant to be records ---- */

static bool is_missed(const struct from_domain *from, const struct dmarc_step *step)
{
    return step->has_near_miss && step->records == 0 && name_is_under(step->name, from->dmarc->legacy.org_domain);
}

/* The nearest, where none applies. */
static const struct dmarc_step *near_miss(const struct from_domain *from)
{
    const struct dmarc *d = from->dmarc;

    for (size_t i = 0; i < d->step_count; i++)
        if (is_missed(from, &d->steps[i]))
            return &d->steps[i];
    return NULL;
}

static const char *slips(struct run *run, struct str text)
{
    const char *list = tag_slips_text(run_arena(run), dmarc_mend(run_arena(run), text).slips);

    return *list ? list : "it does not begin with \"v=DMARC1\" and a semicolon";
}

static void judge_missed(struct run *run, const struct from_domain *from, const struct dmarc_step *step)
{
    const char *owner = dmarc_owner(run, step->name);
    struct finding *f = finding(run, DMARC_SYNTAX, FAIL, subject_domain(from->name),
                                "the text at %s is not read as a DMARC record (%s): \"%s\"", owner,
                                slips(run, step->near_miss), shown(run, step->near_miss));

    offer(run, finding_cause(f, CAUSE_DMARC_MEANT), owner, step->near_miss);
    finding_rests_on(run, f, step->answer->key);
}

/* The owner of a broken record believes in it, while another one applies. */
static void judge_overlooked(struct run *run, const struct from_domain *from, const struct dmarc_step *step)
{
    const char *owner = dmarc_owner(run, step->name);
    bool own = step == &from->dmarc->steps[0] && worst_of(from->record) >= WARN;
    struct finding *f = finding(
        run, DMARC_SYNTAX, own && worst_of(from->record) == FAIL ? FAIL : WARN, subject_domain(step->name),
        "the text at %s is not read as a DMARC record (%s): \"%s\"; the record at %s applies to mail from %s%s%s",
        owner, slips(run, step->near_miss), shown(run, step->near_miss), dmarc_owner(run, from->source->name),
        from->name, own ? ", and has faults, too: " : "", own ? remarks_text(run, from->record, WARN) : "");

    offer(run, finding_cause(f, CAUSE_DMARC_MEANT), owner, step->near_miss);
    finding_rests_on(run, finding_rests_on(run, f, step->answer->key), from->source->answer->key);
}

/* Is there a finding of its own about that name, or was one made for a From domain before this one? */
static bool is_judged_elsewhere(struct run *run, const struct from_domain *from, const char *name)
{
    const struct target *target = run_target(run);
    bool before = true;

    for (size_t i = 0; i <= target->from_count; i++) {
        const char *other = i ? target->froms[i - 1] : target->domain;

        before = before && !name_equal(other, from->name);
        if (name_equal(other, name) || (before && name_is_under(other, name)))
            return true;
    }
    return false;
}

void judge_dmarc_syntax(struct run *run, const struct from_domain *from)
{
    const struct dmarc *d = from->dmarc;
    const struct dmarc_step *missed = near_miss(from);

    if (from->record && is_missed(from, &d->steps[0]))
        judge_overlooked(run, from, &d->steps[0]);
    else if (from->record)
        judge_record(run, from);
    else if (missed)
        judge_missed(run, from, missed);
    else
        finding(run, DMARC_SYNTAX, SKIPPED, subject_domain(from->name), "no DMARC record: see dmarc.exists");
    for (size_t i = 1; from->record && i < d->step_count; i++)
        if (is_missed(from, &d->steps[i]) && !is_judged_elsewhere(run, from, d->steps[i].name))
            judge_overlooked(run, from, &d->steps[i]);
}
