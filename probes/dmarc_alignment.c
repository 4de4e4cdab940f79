/* probes/dmarc_alignment.c - do the domains that mail is sent with belong to its From domain?  (RFC 9989 4.4)
 *
 * DMARC passes when SPF passes for an aligned envelope domain, or DKIM for an aligned signing domain.  That mail is
 * signed at all, only a message shows. */
#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/str.h"
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

/* "; SPF passes for 192.0.2.1, 192.0.2.2", the senders for which the envelope domain's SPF does. */
static const char *authorised_text(struct run *run, const char *envelope)
{
    const struct inventory *mail = need_inventory(run);
    const char *text = "";
    size_t count = 0;

    for (size_t i = 0; i < mail->address_count; i++) {
        const struct mail_address *a = &mail->addresses[i];
        struct spf_question question;
        const struct spf_result *result;

        if (!address_is_sender(a))
            continue;
        question = spf_question_of(run, &a->ip, envelope, a->helo_count ? address_helo(a) : "");
        result = need_spf(run, &question);
        if (!result || result->word != SPF_PASS)
            continue;
        if (count++ < SENDERS_SHOWN)
            text = str_printf(run_arena(run), "%s%s%s", text, count == 1 ? "; SPF passes for " : ", ", a->label);
    }
    return count > SENDERS_SHOWN ? str_printf(run_arena(run), "%s and %zu more", text, count - SENDERS_SHOWN) : text;
}

static void judge_envelope(struct run *run, const struct from_domain *from, const struct alignment *a)
{
    const struct dmarc_record *r = from->record;
    struct subject subject =
        name_equal(a->envelope, from->name) ? subject_domain(from->name) : subject_envelope(a->envelope, from->name);
    const char *senders = authorised_text(run, a->envelope);
    struct finding *f;

    if (a->by_spf)
        f = finding(run, DMARC_ALIGNMENT, PASS, subject, "MAIL FROM %s is aligned with From %s (%s)%s", a->envelope,
                    from->name, mode(r->strict_spf), senders);
    else if (a->by_dkim)
        f = finding(run, DMARC_ALIGNMENT, NOTE, subject,
                    "MAIL FROM %s is not aligned with From %s (%s): only DKIM with d=%s lets DMARC pass%s", a->envelope,
                    from->name, mode(r->strict_spf), run_target(run)->domain, senders);
    else
        f = finding(run, DMARC_ALIGNMENT, WARN, subject,
                    "neither MAIL FROM %s (%s) nor a DKIM signature of %s (%s) is aligned with From %s: DMARC fails%s",
                    a->envelope, mode(r->strict_spf), run_target(run)->domain, mode(r->strict_dkim), from->name,
                    senders);
    finding_rests_on(run, f, from->source->answer->key);
}

static void leave_undecided(struct run *run, const struct from_domain *from, const struct dmarc *of)
{
    finding_rests_on(run,
                     finding_unknown(run, DMARC_ALIGNMENT, subject_domain(from->name), of->walk.trouble,
                                     "no answer on the way up from %s", of->domain),
                     of->walk.trouble_key);
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
