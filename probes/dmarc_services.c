/* probes/dmarc_services.c - can mail that services send for the domain pass DMARC?  (checks.md, section 20; RFC
 * 9989 4.4)
 *
 * By SPF where the return path is the customer's, by DKIM where a key of the customer's is published.  A service that
 * can do neither has its mail refused by the domain's own policy. */
#include "core/base/arena.h"
#include "core/base/list_text.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/run.h"
#include "core/derive/services.h"
#include "core/facts/target.h"
#include "probes/dmarc.h"
#include "probes/services_words.h"

enum may { NO, PERHAPS, YES };

struct ways {
    enum may spf, dkim;
    const char *by_spf, *by_dkim; /* in words */
};

static bool envelope_is_aligned(const struct from_domain *from, const char *envelope)
{
    return from->record->strict_spf ? name_equal(envelope, from->name)
                                    : name_is_under(envelope, name_org_domain(from->name));
}

/* Its return path is the customer's: the customer's record decides. */
static void look_at_record(const struct service *s, struct ways *w)
{
    static const struct {
        enum may may;
        const char *says;
    } by_spf[] = {
        [SERVICE_SPF_NOT_NAMED] = {NO, "its return path is yours, and SPF does not name its servers"},
        [SERVICE_SPF_BY_MX] = {PERHAPS, "its return path is yours, and SPF names its MX hosts only"},
        [SERVICE_SPF_NOT_PASSED] = {NO,
                                    "its return path is yours, and SPF names its servers without letting them pass"},
        [SERVICE_SPF_BROKEN] = {NO,
                                "its return path is yours, and SPF ends in permerror before it comes to its servers"},
        [SERVICE_SPF_UNDECIDED] = {PERHAPS,
                                   "its return path is yours, and whether SPF lets its servers pass is not known"},
        [SERVICE_SPF_PERHAPS] = {PERHAPS,
                                 "its return path is yours, and SPF has too many lookups for some of its servers"},
        [SERVICE_SPF_PASSES] = {YES, "its return path is yours, and SPF lets its servers pass"},
    };

    w->spf = by_spf[s->spf].may;
    w->by_spf = by_spf[s->spf].says;
}

/* Its return path is a domain of the customer's that leads to it. */
static void look_at_envelope(struct run *run, const struct from_domain *from, const struct service *s, struct ways *w)
{
    const struct service_envelope *e = &s->envelope;

    w->spf = !envelope_is_aligned(from, e->name) ? NO : e->has_record ? YES : PERHAPS;
    if (w->spf != PERHAPS)
        w->by_spf = str_printf(run_arena(run), "its return path %s is %saligned", e->name, w->spf ? "" : "not ");
    else if (!e->lacks_record)
        w->by_spf = str_printf(run_arena(run), "whether its return path %s has an SPF record is not known", e->name);
    else if (e->leads)
        w->by_spf = str_printf(run_arena(run), "its return path %s is an alias for %s, where %s has no SPF record",
                               e->name, e->leads, s->provider->owner);
    else
        w->by_spf = str_printf(run_arena(run), "its return path %s has no SPF record", e->name);
}

static void look_at_spf(struct run *run, const struct from_domain *from, const struct service *s, struct ways *w)
{
    const char *owner = s->provider->owner;

    if (s->envelope.name) {
        look_at_envelope(run, from, s, w);
        return;
    }
    switch (s->provider->envelope) {
    case ENVELOPE_CUSTOMER:
        look_at_record(s, w);
        break;
    case ENVELOPE_PROVIDER:
        w->spf = NO;
        w->by_spf = str_printf(run_arena(run), "its return path is a domain of %s, so SPF never aligns", owner);
        break;
    case ENVELOPE_SUBDOMAIN:
    case ENVELOPE_EITHER:
        w->spf = from->record->strict_spf ? NO : PERHAPS;
        w->by_spf = from->record->strict_spf
                        ? "its return path is a sub-domain at best, and aspf=s wants the domain itself"
                        : str_printf(run_arena(run),
                                     "SPF aligns only with a return path under %s, and none was named",
                                     from->name);
        break;
    case ENVELOPE_UNKNOWN:
        w->spf = PERHAPS;
        w->by_spf = "whose return path it uses is not known";
        break;
    }
}

static void look_at_dkim(struct run *run, const struct service *s, struct ways *w)
{
    const struct provider *p = s->provider;
    struct list_text names = list_text(run_arena(run), ", ", 2);

    for (size_t i = 0; i < s->selector_count; i++)
        if (s->selectors[i].has_key)
            list_add(&names, s->selectors[i].name);
    switch (s->key) {
    case SERVICE_KEY_FOUND:
        w->dkim = YES;
        w->by_dkim = names.count ? str_printf(run_arena(run), "there is a DKIM key for it (%s)", list_end(&names))
                                 : "a DKIM key is declared";
        break;
    case SERVICE_KEY_NONE:
        w->dkim = provider_signs_by_default(p) ? NO : PERHAPS;
        w->by_dkim = p->signer ? str_printf(run_arena(run), "it signs with %s, which is not aligned", p->signer)
                               : "no DKIM key is at its usual selectors";
        break;
    case SERVICE_KEY_UNKNOWN:
    case SERVICE_KEY_UNDECIDED:
        w->dkim = PERHAPS;
        w->by_dkim = "whether it signs for the domain is not known";
        break;
    }
}

/* What the policy does to mail that passes neither way. */
static const char *fate(enum dmarc_policy policy)
{
    return policy == DMARC_REJECT       ? ", and p=reject has it refused"
           : policy == DMARC_QUARANTINE ? ", and p=quarantine has it put into spam folders"
                                        : "; p=none lets it pass, but receivers of bulk mail do not";
}

static struct finding *refuse(struct run *run, const struct from_domain *from, const struct service *s,
                              const struct ways *w, struct subject subject, enum dmarc_policy policy)
{
    const struct provider *p = s->provider;
    struct finding *f = finding(run, DMARC_ALIGNMENT, policy == DMARC_REJECT ? FAIL : WARN, subject,
                                "%s is not authenticated for %s%s: %s; %s", service_mail(run, p), from->name,
                                fate(policy), w->by_spf, w->by_dkim);

    return finding_remedy(run, finding_cause(f, CAUSE_DMARC_OF_SERVICE), "Set up DKIM for %s%s.%s", from->name,
                          service_where(run, p), service_if_left(run, s));
}

static void judge_service(struct run *run, const struct from_domain *from, const struct service *s)
{
    enum dmarc_policy policy =
        from->record->testing ? dmarc_policy_weakened(from->dmarc->walk.policy) : from->dmarc->walk.policy;
    struct subject subject = subject_service(s->provider->name, from->name);
    struct ways w = {.by_spf = "", .by_dkim = ""};
    struct finding *f;

    look_at_spf(run, from, s, &w);
    look_at_dkim(run, s, &w);
    if (w.spf == YES || w.dkim == YES)
        f = finding(run, DMARC_ALIGNMENT, PASS, subject, "%s can pass DMARC: %s; %s", service_mail(run, s->provider),
                    w.spf == YES ? w.by_spf : w.by_dkim, w.spf == YES ? w.by_dkim : w.by_spf);
    else if (w.spf == NO && w.dkim == NO)
        f = refuse(run, from, s, &w, subject, policy);
    else if (w.spf == NO && s->key == SERVICE_KEY_UNDECIDED)
        f = finding_unknown(run, DMARC_ALIGNMENT, subject, s->trouble, "%s, and DKIM", w.by_spf);
    else if (s->spf == SERVICE_SPF_UNDECIDED && w.dkim == NO)
        f = finding_unknown(run, DMARC_ALIGNMENT, subject, s->spf_trouble, "%s, and SPF", w.by_dkim);
    else
        f = finding(run, DMARC_ALIGNMENT, NOTE, subject, "%s may pass DMARC, which is not known: %s; %s",
                    service_mail(run, s->provider), w.by_spf, w.by_dkim);
    finding_worst(f, policy == DMARC_REJECT ? FAIL : WARN);
    for (size_t i = 0; i < s->clue_count; i++)
        finding_rests_on(run, f, s->clues[i].key);
    finding_rests_on(run, f, from->source->answer->key);
}

void judge_dmarc_of_services(struct run *run, const struct from_domain *from)
{
    const struct services *services = need_services(run);

    for (size_t i = 0; services->complete && i < services->count; i++)
        if (services->at[i].roles & SERVICE_SENDS)
            judge_service(run, from, &services->at[i]);
}
