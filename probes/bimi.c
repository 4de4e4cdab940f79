/* probes/bimi.c - does the domain have a logo that mailboxes can show beside its mail?  (checks.md, section 14;
 * threats.md, section 6; draft-brand-indicators-for-message-identification, draft-svg-tiny-ps-abrotman)
 *
 * A logo is no matter of delivery: nothing here is worse than a note.  The logo is read, and neither kept in a report
 * nor drawn.  The mark certificate: bimi_mark.c. */
#include "core/base/arena.h"
#include "core/base/gzip.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/base/x509_mark.h"
#include "core/derive/absence.h"
#include "core/derive/dmarc.h"
#include "core/derive/page.h"
#include "core/derive/run.h"
#include "core/facts/target.h"
#include "core/records/bimi_record.h"
#include "core/records/svg.h"
#include "core/result/finding.h"
#include "core/result/probe.h"
#include "probes/bimi.h"
#include "probes/page_evidence.h"

enum { FAULTS_NAMED = 3, TITLE_LONG = 64 };

struct bimi {
    const char *owner;            /* "default._bimi.example.org" */
    const struct dns_answer *txt; /* NULL: pending */
    size_t count;                 /* of BIMI records */
    bool has_odd;                 /* one that was meant to be a record */
    struct str text;              /* the last one */
    bool oversize;
};

/* ---- the record ---- */

static struct bimi need_records(struct run *run, const char *domain)
{
    struct bimi b = {.owner = str_printf(run_arena(run), "default._bimi.%s", domain)};

    b.txt = need_record(run, b.owner, DNS_TXT);
    for (size_t i = 0; b.txt && b.txt->status == DNS_OK && i < b.txt->count; i++) {
        struct str joined = b.txt->records[i].txt.joined;

        if (bimi_record_is_one(run_arena(run), joined)) {
            b.count++;
            b.text = joined;
            b.oversize = b.txt->records[i].txt.oversize;
        } else if (bimi_record_seems_one(run_arena(run), joined)) {
            b.has_odd = true;
        }
    }
    return b;
}

/* Why receivers would show no logo for want of a strict policy; NULL: the policy is enforced.  The
 * draft names pct and sp, which older receivers have; t=y is RFC 9989's way to say "not yet". */
static const char *dmarc_laxity(struct run *run, const struct dmarc_view *view)
{
    const struct dmarc_record *record = view->source ? view->source->record : NULL;
    enum dmarc_policy policy = view->policy;

    if (!record || policy == DMARC_UNSAID)
        return "there is no DMARC policy";
    if (record->testing)
        policy = dmarc_policy_weakened(policy);
    if (policy <= DMARC_NONE)
        return record->testing ? "the DMARC policy is a test (t=y)" : "the DMARC policy is none";
    if (record->sp == DMARC_NONE)
        return "the DMARC policy for sub-domains is none (sp=none)";
    if (record->pct < 100 && policy == DMARC_QUARANTINE)
        return str_printf(run_arena(run), "the DMARC policy is for %u %% of the mail (pct)", record->pct);
    return NULL;
}

static struct finding *judge_enforcement(struct run *run, const struct bimi_record *record,
                                         const struct dmarc_view *view)
{
    const char *domain = run_target(run)->domain, *laxity;

    if (view->trouble)
        return finding_follows(finding_unknown(run, BIMI_RECORD, subject_domain(domain), view->trouble,
                                               "the record is sound, but the DMARC policy is not known"),
                               DMARC_EXISTS);
    laxity = dmarc_laxity(run, view);
    if (laxity)
        return finding_remedy(
            run, finding(run, BIMI_RECORD, NOTE, subject_domain(domain), "no receiver shows the logo: %s", laxity),
            "Publish a DMARC policy of quarantine or reject for all mail, when the reports show that all of your "
            "own passes.");
    return finding(run, BIMI_RECORD, PASS, subject_domain(domain), "%s",
                   record->authority ? "a logo, and a certificate for it"
                                     : "a logo without a certificate (a=): Gmail and Apple show none");
}

static const char *absence_text(struct run *run, const struct bimi *b)
{
    if (b->count > 1)
        return str_printf(run_arena(run), "%zu BIMI records, so receivers ignore all of them", b->count);
    if (b->has_odd)
        return "the record does not begin with v=BIMI1, so receivers ignore it";
    return str_printf(run_arena(run), "no BIMI record at %s: mailboxes show no logo", b->owner);
}

/* True: there is a logo to look at. */
static bool judge_record(struct run *run, const struct bimi *b, const struct dmarc *dmarc, struct bimi_record *record)
{
    const char *domain = run_target(run)->domain, *why;
    struct finding *f;
    bool has_logo = false;

    if (b->txt->status == DNS_UNKNOWN) {
        f = finding_unknown(run, BIMI_RECORD, subject_domain(domain), &b->txt->trouble, "no answer for %s", b->owner);
        finding_follows(finding_unknown(run, BIMI_LOGO, subject_domain(domain), &b->txt->trouble, "no record"),
                        BIMI_RECORD);
    } else if (b->count != 1) {
        f = finding(run, BIMI_RECORD, NOTE, subject_domain(domain), "%s", absence_text(run, b));
    } else if (b->oversize || !bimi_record_parse(run_arena(run), b->text, record, &why)) {
        f = finding(run, BIMI_RECORD, NOTE, subject_domain(domain), "the record %s", b->oversize ? "is too long" : why);
    } else if (record->declines) {
        f = finding(run, BIMI_RECORD, PASS, subject_domain(domain), "the domain declines to have a logo shown");
    } else {
        f = judge_enforcement(run, record, &dmarc->walk);
        has_logo = true;
        if (dmarc->walk.trouble)
            finding_rests_on(run, f, dmarc->walk.trouble_key);
        else if (dmarc->walk.source)
            finding_rests_on(run, f, dmarc->walk.source->answer->key);
    }
    finding_rests_on(run, f, b->txt->key);
    if (!has_logo && b->txt->status != DNS_UNKNOWN)
        finding(run, BIMI_LOGO, SKIPPED, subject_domain(domain), "no logo is published: see bimi.record");
    return has_logo;
}

/* ---- the logo ---- */

bool bimi_logo(struct run *run, const struct page *page, struct str *svg, const char **why)
{
    *svg = page->response->body;
    return !gzip_is_one(*svg) || gzip_unpack(run_arena(run), *svg, LOGOTYPE_INFLATE_MAX, svg, why);
}

const char *bimi_logo_text(struct run *run, struct str svg)
{
    return str_printf(run_arena(run), "%zu octets, SHA-256 %s", svg.len, x509_sha256(run_arena(run), svg));
}

static bool is_svg_type(struct str type)
{
    size_t len = 0;

    while (len < type.len && type.at[len] != ';' && type.at[len] != ' ' && type.at[len] != '\t')
        len++;
    return str_equal_nocase((struct str){type.at, len}, str_of("image/svg+xml"));
}

static const char *faults_text(struct run *run, const struct svg *svg)
{
    struct arena *arena = run_arena(run);
    size_t named = svg->fault_count < FAULTS_NAMED ? svg->fault_count : FAULTS_NAMED;
    size_t more = svg->fault_count + svg->faults_left_out - named;
    const char *text = "";

    for (size_t i = 0; i < named; i++)
        text = str_printf(arena, "%s%s%s", text, *text ? "; " : "", svg_fault_text(arena, &svg->faults[i]));
    return more ? str_printf(arena, "%s; and %zu more", text, more) : text;
}

/* What the profile allows, and receivers may not like; NULL: nothing. */
static const char *doubt(struct run *run, const struct svg *svg, struct str type)
{
    if (!is_svg_type(type))
        return str_printf(run_arena(run), "it is served as %s instead of image/svg+xml",
                          type.len ? str_text(run_arena(run), type) : "no media type");
    if (svg->view_box.len == 0)
        return "it has no viewBox, which says that it is square";
    if (!svg->view_box_is_square)
        return str_printf(run_arena(run), "its viewBox is not square: %s", str_text(run_arena(run), svg->view_box));
    if (svg->has_position)
        return "its <svg> has x or y, which some receivers refuse";
    if (svg->title_characters > TITLE_LONG)
        return "its title has more than 64 characters";
    return NULL;
}

static struct finding *judge_image(struct run *run, const struct page *page)
{
    struct str logo;
    const char *why;
    struct svg svg;

    if (!bimi_logo(run, page, &logo, &why))
        return finding(run, BIMI_LOGO, NOTE, subject_url(page->url), "receivers refuse the logo: it %s", why);
    if (logo.len > SVG_BYTES)
        return finding(run, BIMI_LOGO, NOTE, subject_url(page->url), "the logo has %zu octets, which is more than %d",
                       logo.len, SVG_BYTES);
    svg_parse(run_arena(run), logo, &svg);
    if (svg.fault_count > 0)
        return finding(run, BIMI_LOGO, NOTE, subject_url(page->url), "receivers refuse the logo: %s",
                       faults_text(run, &svg));
    why = doubt(run, &svg, page->response->content_type);
    if (why)
        return finding(run, BIMI_LOGO, NOTE, subject_url(page->url), "some receivers may not show the logo: %s", why);
    return finding(run, BIMI_LOGO, PASS, subject_url(page->url), "SVG Tiny PS, %s", bimi_logo_text(run, logo));
}

static void judge_logo(struct run *run, const struct page *page)
{
    struct finding *f = NULL;

    switch (page->step) {
    case PAGE_PENDING:
        return;
    case PAGE_UNDECIDED:
        f = finding_unknown(run, BIMI_LOGO, subject_url(page->url), &page->trouble, "the logo could not be fetched");
        break;
    case PAGE_FAULTY:
        f = finding(run, BIMI_LOGO, NOTE, subject_url(page->url), "the logo cannot be fetched: %s", page->fault);
        break;
    case PAGE_SOUND:
        f = judge_image(run, page);
        break;
    }
    page_evidence(run, f, page);
}

static void probe_bimi(struct run *run)
{
    const char *domain = run_target(run)->domain;
    const struct dmarc *dmarc = need_dmarc(run, domain);
    struct bimi b = need_records(run, domain);
    struct bimi_record record;

    if (dmarc->complete && b.txt && b.count == 0 && !b.has_odd && b.txt->status != DNS_UNKNOWN &&
        !dmarc->walk.trouble && !name_equal(dmarc->walk.org_domain, domain))
        b = need_records(run, dmarc->walk.org_domain); /* the draft, 7.2: the organisational domain's holds */
    if (!b.txt || !dmarc->complete)
        return;
    if (!judge_record(run, &b, dmarc, &record))
        return;

    struct page logo = need_page(run, record.logo, HTTPS_LOGO_BYTES);

    if (record.authority) {
        struct page certificate = need_page(run, record.authority, HTTPS_PEM_BYTES);

        bimi_judge_mark(run, &certificate, &logo);
    }
    judge_logo(run, &logo);
}

const struct probe bimi_probe = {
    .name = "bimi",
    .summary = "the BIMI record, and the logo that it names",
    .groups = "bimi",
    .run = probe_bimi,
};
