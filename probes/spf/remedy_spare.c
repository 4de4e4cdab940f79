/* probes/spf/remedy_spare.c - includes of services that send with a return path of their own: SPF is never looked for
 * in the customer's record then, and each include only costs lookups.  (checks.md, section 9, traps) */
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/list_text.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/run.h"
#include "core/facts/target.h"
#include "core/records/provider.h"
#include "core/result/finding.h"
#include "probes/spf/offer.h"

/* A domain that the user names as return path may well be one that the service was given. */
static bool is_named_as_envelope(struct run *run, const char *domain)
{
    const struct target *target = run_target(run);

    for (size_t i = 0; i < target->mail_from_count; i++)
        if (name_equal(target->mail_froms[i], domain))
            return true;
    return false;
}

const struct provider *spf_spare_include(struct run *run, const struct spf_domain *d, const struct spf_term *term)
{
    const char *name;

    if (!d->is_target || term->dead || term->fault || term->kind != SPF_TERM_INCLUDE ||
        is_named_as_envelope(run, d->name))
        return NULL;
    name = name_lower(run_arena(run), str_text(run_arena(run), term->spec));
    for (size_t i = 0; i < provider_count(); i++) {
        const struct provider *p = provider_at(i);

        if (p->spare_spf && p->mark != SOURCE_THIRD_PARTY && provider_has_spf(p, name))
            return p;
    }
    return NULL;
}

const char *spf_spares_text(struct run *run, const struct spf_domain *d)
{
    struct list_text names = list_text(run_arena(run), ", ", LISTED_MAX);

    for (size_t i = 0; i < d->source->record->count; i++) {
        const struct spf_term *term = &d->source->record->terms[i];
        const struct provider *p = spf_spare_include(run, d, term);

        if (p)
            list_add(&names, str_printf(run_arena(run), "%s (%s)", p->name, spf_term_text(run_arena(run), term)));
    }
    return names.count
               ? str_printf(run_arena(run),
                            "Services with a return path of their own need no include: %s. Leave one in only if "
                            "it was given a return path at %s itself.",
                            list_end(&names), d->name)
               : "";
}

void spf_offer_without_spares(struct run *run, const struct spf_domain *d, struct finding *f)
{
    const struct spf_record *record = d->source->record;
    const char *what = spf_spares_text(run, d);

    if (!*what)
        return;
    for (size_t i = 0; i < record->count;) {
        if (spf_spare_include(run, d, &record->terms[i]))
            record = spf_record_parse(run_arena(run), spf_with_change(run_arena(run), record, &record->terms[i], ""));
        else
            i++;
    }
    spf_propose(run, d, f, (struct spf_offer){.at = d->name, .before = d->source->record->text, .after = record->text},
                what);
}
