/* probes/bimi_mark.c - is the mark certificate one for the domain, valid, and with the logo that the record names?
 * (draft-fetch-validation-vmc-wchuang; RFC 9399; threats.md B3)
 *
 * Each receiver has a list of its own of authorities that it trusts with logos, so chains are not verified. */
#include <inttypes.h>

#include "core/base/arena.h"
#include "core/base/date.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/base/x509.h"
#include "core/base/x509_mark.h"
#include "core/derive/clock.h"
#include "core/derive/page.h"
#include "core/derive/run.h"
#include "core/facts/target.h"
#include "core/result/finding.h"
#include "probes/bimi.h"
#include "probes/page_evidence.h"

/* For the domain or its organisation, with any selector or with ours alone. */
static bool is_for(struct run *run, const char *domain, struct str der)
{
    const char *names[] = {domain, name_org_domain(domain)};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i] && (x509_name_matches(der, names[i]) ||
                         x509_name_matches(der, str_printf(run_arena(run), "default._bimi.%s", names[i]))))
            return true;
    return false;
}

/* NULL, or what is wrong with the certificate whatever the time is.  Else sets its facts and its logo. */
static const char *read_mark(struct run *run, struct str pem, struct x509_facts *facts, struct str *svg)
{
    struct arena *arena = run_arena(run);
    const char *domain = run_target(run)->domain, *why;
    struct x509_mark mark;
    struct str der;

    if (!x509_pem(arena, pem, &der))
        return "is no certificate in PEM form";
    if (!x509_facts(arena, der, facts) || !x509_mark(arena, der, &mark))
        return "cannot be read";
    if (!mark.is_for_logos)
        return "is none: its extended key usage does not name BIMI (1.3.6.1.5.5.7.3.31)";
    if (!is_for(run, domain, der))
        return str_printf(arena, "is not for %s: none of its names (subjectAltName) is the domain's", domain);
    if (!mark.logotype.at)
        return "has no logotype extension, so there is no logo in it";
    return x509_logotype(arena, mark.logotype, svg, &why) ? NULL : why;
}

static const char *date_fault(struct run *run, const struct x509_facts *facts, int64_t now)
{
    if (now < facts->not_before)
        return str_printf(run_arena(run), "is not valid before another %" PRId64 " days",
                          (facts->not_before - now) / DAY_S + 1);
    if (now > facts->not_after)
        return str_printf(run_arena(run), "expired %" PRId64 " days ago", (now - facts->not_after) / DAY_S);
    return NULL;
}

static struct finding *fault(struct run *run, const char *url, const char *what)
{
    return finding_remedy(
        run, finding(run, BIMI_RECORD, NOTE, subject_url(url), "the mark certificate %s", what),
        "Get a mark certificate (VMC or CMC) with this domain and its logo from an authority that issues them, and put "
        "it first in the file that a= names.");
}

static struct finding *compare(struct run *run, const char *url, const struct x509_facts *facts, struct str svg,
                               const struct page *logo)
{
    const char *holds = bimi_logo_text(run, svg), *issuer = str_text(run_arena(run), facts->issuer), *why;
    struct str theirs;

    switch (logo->step) {
    case PAGE_PENDING:
        return NULL;
    case PAGE_UNDECIDED:
        return finding_follows(finding_unknown(run, BIMI_RECORD, subject_url(url), &logo->trouble,
                                               "whether the logo of the mark certificate (%s) is that of the record",
                                               holds),
                               BIMI_LOGO);
    case PAGE_SOUND:
        if (!bimi_logo(run, logo, &theirs, &why))
            break;
        if (str_equal(svg, theirs))
            return finding(run, BIMI_RECORD, PASS, subject_url(url),
                           "the mark certificate is for the domain and holds the logo of the record (%s); whether "
                           "receivers trust its "
                           "issuer was not looked at: %s",
                           holds, issuer);
        return finding_remedy(run,
                              finding(run, BIMI_RECORD, NOTE, subject_url(url),
                                      "the mark certificate holds another logo (%s) than the record names (%s)", holds,
                                      bimi_logo_text(run, theirs)),
                              "Put the very file that the certificate holds where l= points to, or have a certificate "
                              "issued for the new logo.");
    case PAGE_FAULTY:
        break;
    }
    return finding(run, BIMI_RECORD, PASS, subject_url(url),
                   "the mark certificate is for the domain and holds a logo (%s); there is none at l= to compare it "
                   "with: see bimi.logo",
                   holds);
}

static struct finding *judge(struct run *run, const struct page *certificate, const struct page *logo)
{
    const int64_t *now = need_now(run);
    struct trouble no_time = trouble_of(REASON_BUDGET);
    const char *url = certificate->url, *what;
    struct x509_facts facts;
    struct str svg;
    struct clock clock = need_clock(run);

    if (!now || clock.state == CLOCK_PENDING || certificate->step == PAGE_PENDING)
        return NULL;
    if (certificate->step == PAGE_UNDECIDED)
        return finding_unknown(run, BIMI_RECORD, subject_url(url), &certificate->trouble,
                               "the mark certificate could not be fetched");
    if (certificate->step == PAGE_FAULTY)
        return finding(run, BIMI_RECORD, NOTE, subject_url(url), "the mark certificate cannot be fetched: %s",
                       certificate->fault);
    what = read_mark(run, certificate->response->body, &facts, &svg);
    if (what)
        return fault(run, url, what);
    if (clock.state == CLOCK_WRONG)
        return finding_follows(
            finding_unknown(run, BIMI_RECORD, subject_url(url), &clock.trouble, "the dates of the mark certificate"),
            ENV_CLOCK);
    if (*now == 0)
        return finding_unknown(run, BIMI_RECORD, subject_url(url), &no_time, "the dates of the mark certificate");
    what = date_fault(run, &facts, *now);
    return what ? fault(run, url, what) : compare(run, url, &facts, svg, logo);
}

void bimi_judge_mark(struct run *run, const struct page *certificate, const struct page *logo)
{
    struct finding *f = judge(run, certificate, logo);

    if (!f)
        return;
    page_evidence(run, f, certificate);
    if (logo->response)
        finding_rests_on(run, f, logo->response->key);
}
