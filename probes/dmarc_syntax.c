/* probes/dmarc_syntax.c - what is wrong with the text of a DMARC record, and where.  (RFC 9989 4.7, 4.8) */
#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/run.h"
#include "probes/dmarc.h"

enum { SPAN_SHOWN = 60, REMARKS_SHOWN = 12 };

static const char *choice(const char *text, bool said)
{
    return said ? text : "";
}

static const char *uris_text(struct run *run, const char *tag, const struct dmarc_uri *uris, size_t count)
{
    const char *text = "";

    for (size_t i = 0; i < count; i++)
        text = str_printf(run_arena(run), "%s%s%s", text, i ? "," : tag, str_text(run_arena(run), uris[i].text));
    return text;
}

static const char *policy_text(struct run *run, const char *tag, enum dmarc_policy policy)
{
    return policy == DMARC_UNSAID ? "" : str_printf(run_arena(run), "; %s=%s", tag, dmarc_policy_word(policy));
}

/* Words and URIs that were understood; a pct under 100 becomes t=y. */
const char *dmarc_record_text(struct run *run, const struct dmarc_record *r)
{
    return str_printf(run_arena(run), "v=DMARC1; p=%s%s%s%s%s%s%s%s%s",
                      dmarc_policy_word(r->p == DMARC_UNSAID ? DMARC_NONE : r->p), policy_text(run, "sp", r->sp),
                      policy_text(run, "np", r->np),
                      choice(r->psd == DMARC_PSD_YES ? "; psd=y" : "; psd=n", r->psd != DMARC_PSD_UNSAID),
                      choice("; t=y", r->testing || r->pct < 100), choice("; adkim=s", r->strict_dkim),
                      choice("; aspf=s", r->strict_spf), uris_text(run, "; rua=", r->rua, r->rua_count),
                      uris_text(run, "; ruf=", r->ruf, r->ruf_count));
}

static enum status weight(const struct dmarc_record *r, enum dmarc_remark_kind kind)
{
    switch (kind) {
    case DMARC_BAD_POLICY: /* RFC 9989 4.10.1 */
        return r->rua_count > 0 ? WARN : FAIL;
    case DMARC_TAG_SYNTAX:
    case DMARC_TAG_REPEATED:
    case DMARC_NO_POLICY:
    case DMARC_BAD_VALUE:
    case DMARC_BAD_URI:
    case DMARC_PCT_PARTIAL:
        return WARN;
    case DMARC_LATE_POLICY:
    case DMARC_UNUSUAL_URI:
    case DMARC_URI_SIZE:
    case DMARC_TOO_MANY_URIS:
    case DMARC_REMOVED_TAG:
    case DMARC_REMARK_COUNT:
        break;
    }
    return NOTE;
}

/* Is the record as it was understood what its owner means?  Not where a tag was lost. */
static bool is_worth_offering(const struct dmarc_record *r)
{
    bool worth = false;

    for (size_t i = 0; i < r->remark_count; i++) {
        enum dmarc_remark_kind kind = r->remarks[i].kind;

        if (kind == DMARC_PCT_PARTIAL || kind == DMARC_NO_POLICY)
            worth = true;
        else if (weight(r, kind) > NOTE || kind == DMARC_TOO_MANY_URIS)
            return false;
    }
    return worth;
}

static const char *shown(struct run *run, struct str span)
{
    struct str cut = {span.at, span.len > SPAN_SHOWN ? SPAN_SHOWN : span.len};

    return str_printf(run_arena(run), "%s%s", str_text(run_arena(run), cut), span.len > SPAN_SHOWN ? "..." : "");
}

static const char *remarks_text(struct run *run, const struct dmarc_record *r)
{
    const char *text = "";

    for (size_t i = 0; i < r->remark_count && i < REMARKS_SHOWN; i++) {
        const struct dmarc_remark *m = &r->remarks[i];

        text = str_printf(run_arena(run), "%s%scolumn %zu%s%s%s: %s", text, i ? "; " : "",
                          taglist_column(&r->tags, m->span), m->span.len ? " \"" : "", shown(run, m->span),
                          m->span.len ? "\"" : "", dmarc_remark_text(m->kind));
    }
    if (r->remark_count > REMARKS_SHOWN)
        text = str_printf(run_arena(run), "%s; and %zu more", text, r->remark_count - REMARKS_SHOWN);
    return text;
}

static void judge_record(struct run *run, const struct from_domain *from)
{
    const struct dmarc_record *r = from->record;
    const char *owner = dmarc_owner(run, from->source->name);
    enum status worst = PASS;
    struct finding *f;

    for (size_t i = 0; i < r->remark_count; i++)
        if (weight(r, r->remarks[i].kind) > worst)
            worst = weight(r, r->remarks[i].kind);
    if (from->source->oversize) {
        f = finding(run, DMARC_SYNTAX, WARN, subject_domain(from->name), "the record at %s is larger than any receiver reads", owner);
    } else if (worst == PASS) {
        f = finding(run, DMARC_SYNTAX, PASS, subject_domain(from->name), "every tag is understood");
    } else {
        f = finding(run, DMARC_SYNTAX, worst, subject_domain(from->name), "%s", remarks_text(run, r));
        if (is_worth_offering(r))
            finding_record(run, f, "%s. 3600 IN TXT \"%s\"", owner, dmarc_record_text(run, r));
    }
    if (r->p == DMARC_UNSAID && !r->bad_policy)
        finding_marked(f, MARK_NO_POLICY);
    finding_rests_on(run, f, from->source->answer->key);
}

/* A text that was meant to be a record, where one would count. */
static const struct dmarc_step *near_miss(const struct dmarc *d)
{
    for (size_t i = 0; i < d->step_count; i++)
        if (d->steps[i].has_near_miss && d->steps[i].records == 0 &&
            name_is_under(d->steps[i].name, d->legacy.org_domain))
            return &d->steps[i];
    return NULL;
}

void judge_dmarc_syntax(struct run *run, const struct from_domain *from)
{
    const struct dmarc_step *missed = near_miss(from->dmarc);

    if (from->record) {
        judge_record(run, from);
    } else if (missed) {
        struct finding *f = finding(run, DMARC_SYNTAX, FAIL, subject_domain(from->name),
                                    "the text at %s is not read as a DMARC record, since it does not begin with "
                                    "exactly \"v=DMARC1\" and a semicolon: \"%s\"",
                                    dmarc_owner(run, missed->name), shown(run, missed->near_miss));

        finding_rests_on(run, f, missed->answer->key);
    } else {
        finding(run, DMARC_SYNTAX, SKIPPED, subject_domain(from->name), "no DMARC record: see dmarc.exists");
    }
}
