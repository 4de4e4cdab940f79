/* probes/dmarc_alignment.c - do the domains that mail is sent with belong to its From domain?  (RFC 9989 4.4)
 *
 * DMARC passes when SPF passes for an aligned envelope domain, or DKIM for an aligned signing domain.  That mail is
 * signed at all, only a message shows. */
#include "core/base/arena.h"
#include "core/base/list_text.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/dkim.h"
#include "core/derive/inventory.h"
#include "core/derive/run.h"
#include "core/derive/spf.h"
#include "core/facts/target.h"
#include "probes/dmarc.h"

enum { SENDERS_SHOWN = 8 };

struct alignment {
    const char *envelope;
    const struct dmarc *of_envelope;
    bool by_spf, by_dkim; /* DKIM: for a signature of the audited domain */
};

static const char *mode(bool strict)
{
    return strict ? "strict" : "relaxed";
}

/* What SPF says of the senders for the envelope domain. */
struct spf_view {
    const char *passing, *failing; /* lists; "" */
    size_t pass_count, fail_count;
    const struct trouble *trouble; /* of one that is not known; NULL */
    bool has_record, pending;
};

static struct spf_view view_spf(struct run *run, const char *envelope)
{
    const struct inventory *mail = need_inventory(run);
    struct list_text passing = list_text(run_arena(run), ", ", SENDERS_SHOWN), failing = passing;
    struct spf_view view = {.pending = !mail->complete};

    failing = list_text(run_arena(run), ", ", SENDERS_SHOWN);
    for (size_t i = 0; i < mail->address_count; i++) {
        const struct mail_address *a = &mail->addresses[i];
        struct spf_question question;
        const struct spf_result *result;

        if (!address_is_sender(a))
            continue;
        question = spf_question_of(run, &a->ip, envelope, a->helo_count ? address_helo(a) : "");
        result = need_spf(run, &question);
        view.has_record |= result && result->word != SPF_NONE;
        if (!result) {
            view.pending = true;
        } else if (result->word == SPF_PASS) {
            list_add(&passing, a->label);
            view.pass_count++;
        } else if (result->word == SPF_TEMPERROR) {
            view.trouble = &result->trouble;
        } else {
            list_add(&failing, str_printf(run_arena(run), "%s (%s)", a->label, spf_word_text(result->word)));
            view.fail_count++;
        }
    }
    view.passing = list_end(&passing);
    view.failing = list_end(&failing);
    return view;
}

/* REJECT-SELF: receivers refuse what passes neither way. */
static enum status weight(const struct from_domain *from)
{
    const struct dmarc_view *walk = &from->dmarc->walk;
    enum dmarc_policy policy = from->record->testing ? dmarc_policy_weakened(walk->policy) : walk->policy;

    return policy == DMARC_REJECT ? FAIL : WARN;
}

/* Neither SPF nor DKIM can be relied on. */
static struct finding *refuse(struct run *run, const struct from_domain *from, const struct alignment *a,
                              const struct spf_view *spf, struct subject subject)
{
    const struct dmarc_record *r = from->record;
    const char *domain = run_target(run)->domain;
    const char *by_dkim =
        a->by_dkim ? "no selector that was named has a usable key"
                   : str_printf(run_arena(run), "a signature of %s is not aligned (%s)", domain, mode(r->strict_dkim));
    struct finding *f;

    if (a->by_spf)
        f = finding(run, DMARC_ALIGNMENT, weight(from), subject,
                    "SPF for %s does not pass for %s, and %s: mail from there fails DMARC", a->envelope, spf->failing,
                    by_dkim);
    else
        f = finding(run, DMARC_ALIGNMENT, weight(from), subject,
                    "MAIL FROM %s is not aligned with From %s (%s), and %s: DMARC fails", a->envelope, from->name,
                    mode(r->strict_spf), by_dkim);
    if (a->by_spf)
        finding_remedy(
            run, finding_cause(f, spf->has_record ? CAUSE_DMARC_BY_SPF : CAUSE_DMARC_BY_NO_SPF),
            "Name the senders in the SPF record of %s: see %s. Or sign with DKIM for %s: see dkim.exists.", a->envelope,
            spf->has_record ? "spf.authorizes" : "spf.exists", domain);
    return f;
}

static void judge_envelope(struct run *run, const struct from_domain *from, const struct alignment *a)
{
    const struct dmarc_record *r = from->record;
    const char *domain = run_target(run)->domain;
    struct subject subject =
        name_equal(a->envelope, from->name) ? subject_domain(from->name) : subject_envelope(a->envelope, from->name);
    struct spf_view spf = view_spf(run, a->envelope);
    enum dkim_presence dkim = a->by_dkim ? need_dkim_presence(run) : DKIM_ABSENT;
    bool spf_suffices = a->by_spf && !spf.fail_count && !spf.trouble;
    const char *passes = spf.pass_count ? str_printf(run_arena(run), "; SPF passes for %s", spf.passing) : "";
    struct finding *f;

    if (spf.pending || dkim == DKIM_PENDING)
        return;
    if (spf_suffices)
        f = finding(run, DMARC_ALIGNMENT, PASS, subject, "MAIL FROM %s is aligned with From %s (%s)%s", a->envelope,
                    from->name, mode(r->strict_spf), passes);
    else if (dkim == DKIM_PRESENT)
        f = finding(run, DMARC_ALIGNMENT, PASS, subject, "a DKIM signature of %s lets DMARC pass for From %s (%s)%s",
                    domain, from->name, mode(r->strict_dkim), a->by_spf ? passes : "; MAIL FROM is not aligned");
    else if (dkim == DKIM_UNKNOWN && a->by_spf && spf.fail_count)
        f = finding(run, DMARC_ALIGNMENT, NOTE, subject,
                    "SPF for %s does not pass for %s: only DKIM with d=%s lets DMARC pass there%s", a->envelope,
                    spf.failing, domain, passes);
    else if (dkim == DKIM_UNKNOWN && !a->by_spf)
        f = finding(run, DMARC_ALIGNMENT, NOTE, subject,
                    "MAIL FROM %s is not aligned with From %s (%s): only DKIM with d=%s lets DMARC pass%s", a->envelope,
                    from->name, mode(r->strict_spf), domain, passes);
    else if (a->by_spf && !spf.fail_count)
        f = finding_worst(
            finding_unknown(run, DMARC_ALIGNMENT, subject, spf.trouble, "whether SPF passes for %s", a->envelope),
            dkim == DKIM_UNKNOWN ? NOTE : weight(from));
    else
        f = refuse(run, from, a, &spf, subject);
    if (f->status != UNKNOWN)
        finding_worst(f, weight(from));
    if (a->by_spf)
        finding_marked(f, MARK_SPF_ALIGNED);
    finding_rests_on(run, f, from->source->answer->key);
}

static void leave_undecided(struct run *run, const struct from_domain *from, const struct dmarc *of)
{
    struct finding *f = finding_unknown(run, DMARC_ALIGNMENT, subject_domain(from->name), of->walk.trouble,
                                        "no answer for the DMARC record of %s, or of those above it", of->domain);

    finding_rests_on(run, finding_worst(f, weight(from)), of->walk.trouble_key);
}

void judge_dmarc_alignment(struct run *run, const struct from_domain *from)
{
    const struct target *target = run_target(run);
    const struct dmarc *d = from->dmarc, *of_domain = need_dmarc(run, target->domain);
    size_t count = target->mail_from_count ? target->mail_from_count : 1;

    for (size_t i = 0; i < count; i++) {
        struct alignment a = {.envelope = target->mail_from_count ? target->mail_froms[i] : target->domain};
        const struct dmarc *undecided;

        a.of_envelope = need_dmarc(run, a.envelope);
        if (!a.of_envelope->complete || !of_domain->complete)
            continue;
        a.by_spf = dmarc_is_aligned(from->record->strict_spf, d->domain, d->walk.org_domain, a.envelope,
                                    a.of_envelope->walk.org_domain);
        a.by_dkim = dmarc_is_aligned(from->record->strict_dkim, d->domain, d->walk.org_domain, target->domain,
                                     of_domain->walk.org_domain);
        undecided = d->walk.trouble               ? d
                    : a.of_envelope->walk.trouble ? a.of_envelope
                    : of_domain->walk.trouble     ? of_domain
                                                  : NULL;
        /* Equal names are aligned whatever the organisation. */
        if (undecided && !name_equal(a.envelope, d->domain)) {
            leave_undecided(run, from, undecided);
            return;
        }
        judge_envelope(run, from, &a);
    }
}
