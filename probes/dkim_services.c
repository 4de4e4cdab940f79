/* probes/dkim_services.c - do the services that send for the domain sign in its name?  (checks.md, section 10)
 *
 * Their keys are judged like any other where they are found.  Where none is, it depends on the service: one whose
 * selectors are the same for everybody has none; one that draws them has perhaps. */
#include "core/base/arena.h"
#include "core/base/list_text.h"
#include "core/base/str.h"
#include "core/derive/run.h"
#include "core/derive/services.h"
#include "core/facts/target.h"
#include "core/result/finding.h"
#include "probes/dkim.h"
#include "probes/services_words.h"

enum { SELECTORS_SHOWN = 6 };

static const char *names_of(struct run *run, const struct service *s)
{
    struct list_text names = list_text(run_arena(run), ", ", SELECTORS_SHOWN);

    for (size_t i = 0; i < s->selector_count; i++)
        list_add(&names, s->selectors[i].name);
    return list_end(&names);
}

/* Aliases are there, and what they lead to is not: ", although selector1 is an alias for ...". */
static const char *dangling_text(struct run *run, const struct service *s)
{
    for (size_t i = 0; i < s->selector_count; i++) {
        const struct dns_answer *a = s->selectors[i].answer;

        if (s->selectors[i].dangles)
            return str_printf(run_arena(run), "; %s is an alias for %s, where %s has no key", s->selectors[i].owner,
                              a->chain[a->chain_count - 1].target, s->provider->owner);
    }
    return "";
}

/* Where there is a record, it is no key that verifiers accept: revoked, too short, broken. */
static const char *no_key_text(const struct service *s)
{
    for (size_t i = 0; i < s->selector_count; i++)
        if (s->selectors[i].answer->status == DNS_OK && !s->selectors[i].by_wildcard)
            return "no key that verifiers accept";
    return "no key";
}

static struct finding *judge_none(struct run *run, const struct service *s, struct subject subject)
{
    const struct provider *p = s->provider;
    const char *domain = run_target(run)->domain;
    struct finding *f;

    if (!provider_signs_by_default(p))
        return finding(run, DKIM_EXISTS, NOTE, subject, "%s at the usual selectors of %s (%s)%s", no_key_text(s),
                       p->name, names_of(run, s), dangling_text(run, s));
    f = finding(run, DKIM_EXISTS, WARN, subject,
                "%s at the usual selectors of %s (%s)%s: until DKIM is set up there, it signs with %s, which is not "
                "aligned with %s",
                no_key_text(s), p->name, names_of(run, s), dangling_text(run, s), p->signer, domain);
    return finding_remedy(
        run, finding_cause(f, CAUSE_DKIM_OF_SERVICE),
        "Set up DKIM for %s%s. Publish the records that it shows, and switch signing on there. If that is done under "
        "another selector, audit again with that one.%s",
        domain, service_where(run, p), service_if_left(run, s));
}

static struct finding *judge_unknown(struct run *run, const struct service *s, struct subject subject)
{
    const struct provider *p = s->provider;
    const char *look = *service_where(run, p) ? str_printf(run_arena(run), "you find yours%s", service_where(run, p))
                                              : str_printf(run_arena(run), "%s shows you yours", p->owner);

    if (p->choice == SELECTORS_RANDOM)
        return finding(run, DKIM_EXISTS, SKIPPED, subject,
                       "selectors of %s cannot be guessed: %s", p->name, look);
    if (s->selector_count)
        return finding(
            run, DKIM_EXISTS, SKIPPED, subject,
            "no key at selectors that %s often has (%s), which says nothing: %s",
            p->name, names_of(run, s), look);
    return finding(run, DKIM_EXISTS, SKIPPED, subject,
                   "selectors of %s are not known to this program: %s", p->name, look);
}

/* A key stands beside it, so it is one that the service has in store for the next change of keys. */
static void judge_spares(struct run *run, const struct service *s)
{
    for (size_t i = 0; i < s->selector_count; i++) {
        const struct service_selector *selector = &s->selectors[i];

        if (selector->dangles && !selector->is_declared)
            finding_rests_on(
                run,
                finding_worst(finding(run, DKIM_EXISTS, NOTE, subject_selector(selector->name, run_target(run)->domain),
                                      "usual selector of %s: an alias for %s, where no key is: a spare for "
                                      "the next change of keys, as long as another has one",
                                      s->provider->name,
                                      selector->answer->chain[selector->answer->chain_count - 1].target),
                              NOTE),
                selector->answer->key);
    }
}

static void judge_service(struct run *run, const struct service *s)
{
    struct subject subject = subject_service(s->provider->name, run_target(run)->domain);
    struct finding *f = NULL;

    switch (s->key) {
    case SERVICE_KEY_FOUND:
        judge_spares(run, s);
        return;
    case SERVICE_KEY_NONE:
        f = judge_none(run, s, subject);
        break;
    case SERVICE_KEY_UNKNOWN:
        f = judge_unknown(run, s, subject);
        break;
    case SERVICE_KEY_UNDECIDED:
        f = finding_unknown(run, DKIM_EXISTS, subject, s->trouble, "no answer for usual selectors of %s",
                            s->provider->name);
        finding_rests_on(run, f, s->trouble_key);
        break;
    }
    finding_worst(f, WARN);
    for (size_t i = 0; i < s->selector_count; i++)
        finding_rests_on(run, f, s->selectors[i].answer->key);
}

bool judge_dkim_of_services(struct run *run, const struct services *services)
{
    bool any = false;

    for (size_t i = 0; i < services->count; i++) {
        if (!(services->at[i].roles & SERVICE_SENDS))
            continue;
        judge_service(run, &services->at[i]);
        any = true;
    }
    return any;
}
