/* probes/services_words.c - how findings speak of services. */
#include "probes/services_words.h"

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/run.h"
#include "core/derive/services.h"
#include "core/derive/spf.h"
#include "core/facts/target.h"

const char *service_mail(struct run *run, const struct provider *p)
{
    return str_printf(run_arena(run), "your %s by %s", p->kind == PROVIDER_NEWSLETTER ? "newsletter" : "mail", p->name);
}

const char *service_where(struct run *run, const struct provider *p)
{
    if (!p->panel)
        return "";
    return p->panel_source ? str_printf(run_arena(run), " at %s (%s)", p->panel, p->panel_source)
                           : str_printf(run_arena(run), " at %s", p->panel);
}

const char *service_of_alias(struct run *run, const struct dns_answer *answer)
{
    for (size_t k = 0; k < answer->chain_count; k++) {
        const char *name = name_lower(run_arena(run), answer->chain[k].target);

        for (size_t i = 0; i < provider_count(); i++)
            if (provider_has_target(provider_at(i), name) || provider_has_envelope(provider_at(i), name))
                return str_printf(run_arena(run), " (a name of %s)", provider_at(i)->name);
    }
    return "";
}

static const char *spf_term_of(struct run *run, const struct service *s)
{
    const struct spf_source *source = need_spf_source(run, run_target(run)->domain);
    const struct spf_record *record = source && source->state == SPF_SOURCE_FOUND ? source->record : NULL;

    for (size_t i = 0; record && i < record->count; i++)
        if (record->terms[i].has_spec && !record->terms[i].fault && record->terms[i].kind != SPF_TERM_REDIRECT &&
            provider_has_spf(s->provider, name_lower(run_arena(run), str_text(run_arena(run), record->terms[i].spec))))
            return spf_term_text(run_arena(run), &record->terms[i]);
    return "";
}

const char *service_if_left(struct run *run, const struct service *s)
{
    const char *term = s->provider->kind == PROVIDER_MAILBOX ? "" : spf_term_of(run, s);

    return *term ? str_printf(run_arena(run),
                              " If nothing is sent through %s any more, take \"%s\" out of the SPF record instead.",
                              s->provider->name, term)
                 : "";
}
