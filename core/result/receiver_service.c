/* core/result/receiver_service.c - what receivers would do with mail that a service sends for the domain.
 *
 * Its servers are its own matter, and so is its return path where that is its own: what counts is what the domain
 * publishes. */
#include <string.h>

#include "core/derive/services.h"
#include "core/result/receiver_internal.h"

/* Is it about the service that sends? */
static bool is_about_service(const struct judge *j, const struct finding *f)
{
    return f->about.kind == SUBJECT_SERVICE && strcmp(f->about.host, j->service->provider->name) == 0;
}

/* What the policy does to its mail, as dmarc.alignment says. */
static enum truth judge_policy_for_service(struct judge *j)
{
    enum truth worst = j->findings[DMARC_POLICY] ? NO : MAYBE;
    bool rejects = false;

    for (const struct by_check *at = j->findings[DMARC_POLICY]; at; at = at->next) {
        rejects = rejects || at->finding->mark == MARK_POLICY_REJECT;
        worst = at->finding->status == UNKNOWN ? MAYBE : worst;
    }
    for (const struct by_check *at = j->findings[DMARC_ALIGNMENT]; at; at = at->next) {
        enum status status = at->finding->status;
        enum truth one = status == FAIL ? YES : status == UNKNOWN ? MAYBE : status == NOTE && rejects ? SOME : NO;

        if (is_about_service(j, at->finding) && one > worst) {
            worst = one;
            j->basis = at->finding;
        }
    }
    return worst;
}

/* The finding that tells why SPF does not pass: the worst of those that ask what the record is like. */
static const struct finding *spf_fault(const struct judge *j)
{
    static const enum check_id asked[] = {SPF_EXISTS, SPF_SINGLE, SPF_SYNTAX, SPF_LOOKUP_COUNT};
    const struct finding *worst = NULL;

    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        for (const struct by_check *at = j->findings[asked[i]]; at; at = at->next)
            if (!worst || at->finding->status > worst->status)
                worst = at->finding;
    return worst;
}

/* With a return path of its own, SPF passes for that; with the customer's, the customer's record has to let it pass. */
static enum truth judge_spf_of_service(struct judge *j, bool fails)
{
    const struct service *s = j->service;

    if (s->provider->envelope != ENVELOPE_CUSTOMER || s->spf == SERVICE_SPF_PASSES)
        return NO;
    j->basis = spf_fault(j);
    if (s->spf == SERVICE_SPF_UNDECIDED || (j->basis && j->basis->status == UNKNOWN))
        return MAYBE;
    if (fails)
        return s->spf_fails ? YES : NO;
    return s->spf == SERVICE_SPF_BY_MX || s->spf == SERVICE_SPF_PERHAPS ? SOME : YES;
}

/* Block lists have servers; some have domains, too. */
static bool names_a_domain(const struct judge *j)
{
    for (const struct by_check *at = j->findings[DNSBL_LISTED]; at; at = at->next)
        if (at->finding->about.ip.family == IP_NONE && at->finding->about.host)
            return true;
    return false;
}

/* What its servers are like is its own matter. */
static bool is_of_servers(const struct judge *j, enum check_id check)
{
    static const char *const groups[] = {"ip", "ptr", "helo", "banner", "smtp", "tls"};

    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (strcmp(check_of(check)->group, groups[i]) == 0)
            return true;
    return check == DNSBL_LISTED && !names_a_domain(j);
}

enum truth receiver_judge_service(struct judge *j, const struct receiver_term *term)
{
    const struct service *s = j->service;
    bool signs_anyway = s->provider->signer != NULL;

    switch (term->kind) {
    case RECEIVER_TERM_CHECK:
        return is_of_servers(j, term->check) ? NO : receiver_judge_check(j, term);
    case RECEIVER_TERM_BAD_SPF:
    case RECEIVER_TERM_SPF_FAILS:
        return judge_spf_of_service(j, term->kind == RECEIVER_TERM_SPF_FAILS);
    case RECEIVER_TERM_BAD_DKIM:
        if (signs_anyway)
            return NO;
        return s->key == SERVICE_KEY_NONE ? SOME : s->key == SERVICE_KEY_UNDECIDED ? MAYBE : NO;
    case RECEIVER_TERM_NO_SELECTOR:
        return s->key == SERVICE_KEY_UNKNOWN && !signs_anyway ? YES : NO;
    case RECEIVER_TERM_BAD_DMARC:
    case RECEIVER_TERM_NO_DMARC_POLICY:
        return receiver_judge_any(j, receiver_any_of(term->kind));
    case RECEIVER_TERM_REJECT_SELF:
        return judge_policy_for_service(j);
    default:
        return NO;
    }
}
