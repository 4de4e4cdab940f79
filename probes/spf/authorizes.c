/* probes/spf/authorizes.c - what the record says about every sender.  (checks.md, section 9; RFC 7208 2.6) */
#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/derive/inventory.h"
#include "core/derive/run.h"
#include "core/result/finding.h"
#include "probes/spf/spf.h"

/* "ip4:192.0.2.1 of example.org, by include:_spf.example.org". */
static const char *match_text(struct run *run, const struct spf_result *r)
{
    const struct spf_step *last = r->path_count ? &r->path[r->path_count - 1] : NULL;
    const char *text;

    if (!last)
        return "no term matches";
    text = str_printf(run_arena(run), "\"%s\" of %s", spf_term_text(run_arena(run), last->term), last->domain);
    for (size_t i = r->path_count - 1; i-- > 0;)
        text = str_printf(run_arena(run), "%s, by \"%s\" of %s", text, spf_term_text(run_arena(run), r->path[i].term),
                          r->path[i].domain);
    return text;
}

static bool names_family(const struct spf_domain *d, enum ip_family family)
{
    for (size_t i = 0; i < d->tree->count; i++) {
        const struct spf_record *record =
            d->tree->nodes[i].state == SPF_NODE_RECORD ? d->tree->nodes[i].source->record : NULL;

        for (size_t k = 0; record && k < record->count; k++)
            if (record->terms[k].kind == (family == IP_V6 ? SPF_TERM_IP6 : SPF_TERM_IP4))
                return true;
    }
    return false;
}

static const char *family_hint(const struct spf_domain *d, const struct mail_address *a)
{
    enum ip_family other = a->ip.family == IP_V6 ? IP_V4 : IP_V6;

    if (names_family(d, a->ip.family) || !names_family(d, other))
        return "";
    return a->ip.family == IP_V6 ? "; the record has IPv4 addresses, but no IPv6 one"
                                 : "; the record has IPv6 addresses, but no IPv4 one";
}

void spf_judge_sender(struct run *run, const struct spf_domain *d, const struct mail_address *a,
                      const struct spf_result *r)
{
    struct subject subject = subject_address_name(&a->ip, d->name);
    struct finding *f;

    if (r->word != SPF_PASS && r->word != SPF_TEMPERROR && r->ptr_trouble) {
        f = finding_unknown(run, SPF_AUTHORIZES, subject, &r->trouble, "%s, but a lookup for ptr failed",
                            spf_word_text(r->word));
    } else {
        switch (r->word) {
        case SPF_PASS:
            f = finding(run, SPF_AUTHORIZES, PASS, subject, "pass: %s; %zu lookup%s", match_text(run, r), r->lookups,
                        r->lookups == 1 ? "" : "s");
            break;
        case SPF_FAIL:
        case SPF_SOFTFAIL:
        case SPF_NEUTRAL:
            f = finding(run, SPF_AUTHORIZES, r->word == SPF_FAIL ? FAIL : WARN, subject, "%s: %s%s",
                        spf_word_text(r->word), match_text(run, r), family_hint(d, a));
            spf_offer_sender(run, d, a, r, f);
            break;
        case SPF_TEMPERROR:
            f = finding_unknown(run, SPF_AUTHORIZES, subject, &r->trouble, "temperror");
            break;
        case SPF_NONE:
            f = finding(run, SPF_AUTHORIZES, SKIPPED, subject, "none: no SPF record");
            break;
        default:
            f = finding(run, SPF_AUTHORIZES,
                        r->by_void_limit && r->lenient != SPF_FAIL && r->lenient != SPF_PERMERROR ? WARN : FAIL,
                        subject, "permerror: %s%s%s", r->why,
                        r->by_void_limit ? "; a receiver without that limit gets " : "",
                        r->by_void_limit ? spf_word_text(r->lenient) : "");
            finding_marked(f, f->status == WARN ? MARK_SPF_VOIDS : MARK_SPF_PERMERROR);
            finding_remedy(run, f, "Repair the record: see spf.%s.",
                           r->by_void_limit           ? "voids"
                           : r->lookups > SPF_LOOKUPS ? "lookups"
                                                      : "single and spf.syntax");
            break;
        }
    }
    for (size_t i = 0; i < r->evidence_count; i++)
        finding_rests_on(run, f, r->evidence[i]);
}
