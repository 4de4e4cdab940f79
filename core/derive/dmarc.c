/* core/derive/dmarc.c - the walk up the tree of names, and what receivers made of the suffix list before it. */
#include "core/derive/dmarc.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/absence.h"
#include "core/derive/derived.h"
#include "core/derive/resolver.h"
#include "core/derive/run.h"
#include "core/records/dmarc_mend.h"
#include "core/records/txt_kind.h"

enum { LABELS_AFTER_SHORTCUT = 7, NAME_OCTETS_MAX = 253 };

size_t dmarc_walk_names(const char *domain, const char *names[DMARC_WALK_QUERIES])
{
    const char *name = name_parent(domain);
    size_t count = 0;

    names[count++] = domain;
    for (size_t labels = name_labels(name); labels > LABELS_AFTER_SHORTCUT; labels--)
        name = name_parent(name);
    for (; *name && count < DMARC_WALK_QUERIES; name = name_parent(name))
        names[count++] = name;
    return count;
}

static void read_records(struct run *run, struct dmarc_step *step)
{
    struct str found = {NULL, 0};

    for (size_t i = 0; i < step->answer->count; i++) {
        const struct dns_record *r = &step->answer->records[i];

        if (dmarc_is_record(r->txt.joined)) {
            found = r->txt.joined;
            step->oversize = r->txt.oversize;
            step->records++;
        } else if (dmarc_looks_like_record(run_arena(run), r->txt.joined)) {
            step->has_near_miss = true;
            step->near_miss = r->txt.joined;
        } else if (!step->other) {
            step->other = txt_kind(r->txt.joined);
        }
    }
    if (step->records == 1) {
        struct dmarc_record *record = ARENA_NEW(run_arena(run), struct dmarc_record);

        *record = dmarc_record_parse(run_arena(run), found);
        step->record = record;
    }
}

/* Of a resolver whose denials are worth nothing, all are confirmed. */
static const struct dns_answer *need_text(struct run *run, const char *owner)
{
    return instrument_may_deny(need_instrument(run)) ? need_dns(run, owner, DNS_TXT)
                                                     : need_confirmed(run, owner, DNS_TXT).answer;
}

/* Asks what stands at a name.  False: on its way. */
static bool ask(struct run *run, struct dmarc_step *step, const char *name)
{
    const char *owner = name_join(run_arena(run), "_dmarc", name);

    *step = (struct dmarc_step){.name = name};
    if (strlen(owner) > NAME_OCTETS_MAX) /* names of targets have no escapes */
        return true;
    step->answer = need_text(run, owner);
    if (step->answer && step->answer->status == DNS_OK)
        read_records(run, step);
    return step->answer != NULL;
}

/* A ring of aliases is a fact about the zone: no record. */
static bool is_unanswered(const struct dmarc_step *step)
{
    return step->answer && step->answer->status == DNS_UNKNOWN && !step->answer->chain_loops &&
           !step->answer->chain_too_long;
}

static void trouble_at(struct dmarc_view *view, const struct dns_answer *answer)
{
    if (view->trouble)
        return;
    view->trouble = &answer->trouble;
    view->trouble_key = answer->key;
}

static bool ends_walk(const struct dmarc_step *step)
{
    return step->record && step->record->psd != DMARC_PSD_UNSAID;
}

static bool is_psd(const struct dmarc_step *step)
{
    return step->record && step->record->psd == DMARC_PSD_YES;
}

/* The name one label below `above`, on the way down to `name`, or that itself. */
static const char *one_below(const char *name, const char *above)
{
    size_t labels = name_labels(name), wanted = name_labels(above) + 1;

    for (; labels > wanted; labels--)
        name = name_parent(name);
    return name;
}

/* RFC 9989 4.10.2: the highest with a record, since psd=n ends the walk. */
static const char *organisation(const struct dmarc *d)
{
    const struct dmarc_step *top = NULL;

    for (size_t i = 0; i < d->steps_used; i++) {
        const struct dmarc_step *step = &d->steps[i];

        if (!step->record)
            continue;
        if (is_psd(step))
            return one_below(d->domain, step->name);
        top = step;
    }
    return top ? top->name : d->domain;
}

/* What a record above the From domain says of it: np, sp, p in that order of closeness. */
static void take_inherited(struct dmarc_view *view, const struct dmarc_record *r, bool exists, bool knows_np)
{
    view->policy = r->p;
    view->from = DMARC_FROM_P;
    if (r->sp != DMARC_UNSAID) {
        view->policy = r->sp;
        view->from = DMARC_FROM_SP;
    }
    if (!exists && knows_np && r->np != DMARC_UNSAID) {
        view->policy = r->np;
        view->from = DMARC_FROM_NP;
    }
}

/* RFC 9989 4.10.1 and RFC 7489 6.6.3 step 6.  The older one has no np, and a missing p is no better there than a wrong
 * one. */
static bool has_bad_policy(const struct dmarc_record *r, bool knows_np)
{
    if (knows_np)
        return r->bad_policy;
    return r->p == DMARC_UNSAID || (r->sp == DMARC_UNSAID && taglist_find(&r->tags, "sp"));
}

static void take_policy(const struct dmarc *d, struct dmarc_view *view, const struct dmarc_step *source, bool knows_np)
{
    const struct dmarc_record *r = source->record;

    view->source = source;
    if (source == &d->steps[0]) {
        view->policy = r->p;
        view->from = DMARC_FROM_P;
    } else {
        take_inherited(view, r, d->exists, knows_np);
    }
    if (has_bad_policy(r, knows_np)) {
        view->policy = r->rua_count > 0 ? DMARC_NONE : DMARC_UNSAID;
        view->from = DMARC_FROM_NOTHING;
    } else if (view->policy == DMARC_UNSAID) {
        view->policy = DMARC_NONE; /* p is missing: RFC 9989 4.7 */
        view->from = DMARC_FROM_NOTHING;
    }
}

static struct dmarc_step *step_named(struct dmarc *d, const char *name)
{
    for (size_t i = 0; i < d->step_count; i++)
        if (name_equal(d->steps[i].name, name))
            return &d->steps[i];
    return NULL;
}

/* RFC 9989 4.10.1 */
static void view_by_walk(struct dmarc *d)
{
    const struct dmarc_step *source = &d->steps[0];

    for (d->steps_used = 0; d->steps_used < d->step_count; d->steps_used++) {
        const struct dmarc_step *step = &d->steps[d->steps_used];

        if (is_unanswered(step))
            trouble_at(&d->walk, step->answer);
        if (ends_walk(step)) {
            d->steps_used++;
            break;
        }
    }
    d->walk.org_domain = organisation(d);
    if (!source->record)
        source = step_named(d, d->walk.org_domain);
    if (!source || !source->record) {
        source = &d->steps[d->steps_used - 1];
        if (!is_psd(source))
            return;
    }
    take_policy(d, &d->walk, source, true);
}

/* RFC 7489 6.6.3: several records end the discovery, none lead to the organisational domain.  The walk has asked there:
 * below public suffixes, of which none has seven labels. */
static void view_by_suffix_list(struct dmarc *d)
{
    const struct dmarc_step *source = &d->steps[0], *organisations;

    d->legacy.org_domain = name_org_domain(d->domain);
    organisations = step_named(d, d->legacy.org_domain);
    if (source->records == 0 && organisations)
        source = organisations;
    if (is_unanswered(source))
        trouble_at(&d->legacy, source->answer);
    if (source->record)
        take_policy(d, &d->legacy, source, false);
}

/* Does the From domain exist?  It is asked only where np= says something of names that do not. */
static void find_existence(struct run *run, struct dmarc *d)
{
    const struct dmarc_step *source = d->walk.source;
    const struct dns_answer *own;

    if (!source || source == &d->steps[0] || source->record->np == DMARC_UNSAID)
        return;
    own = need_dns(run, d->domain, DNS_A);
    d->complete = own != NULL;
    if (!own)
        return;
    if (own->status == DNS_UNKNOWN)
        trouble_at(&d->walk, own);
    d->exists = own->status != DNS_NXDOMAIN || own->chain_count > 0; /* an alias exists, wherever it leads */
    take_policy(d, &d->walk, source, true);
}

static bool has_record(const struct dmarc *d)
{
    for (size_t i = 0; i < d->step_count; i++)
        if (d->steps[i].records)
            return true;
    return false;
}

/* Before it is said that there is none: the servers of the zone may have what this resolver
 * does not see.  The zones above the organisation are not asked.  False: on its way. */
static bool look_twice(struct run *run, struct dmarc *d)
{
    const char *organisation = name_org_domain(d->domain);
    bool complete = true;

    for (size_t i = 0; i < d->step_count; i++) {
        struct dmarc_step *step = &d->steps[i];

        if (!step->answer || step->answer->status == DNS_OK || (i > 0 && !name_equal(step->name, organisation)))
            continue;
        step->answer = need_confirmed(run, name_join(run_arena(run), "_dmarc", step->name), DNS_TXT).answer;
        complete &= step->answer != NULL;
        if (step->answer && step->answer->status == DNS_OK)
            read_records(run, step);
    }
    return complete;
}

static const void *derive_dmarc(struct run *run, const void *domain)
{
    struct dmarc *d = ARENA_NEW(run_arena(run), struct dmarc);
    const char *names[DMARC_WALK_QUERIES];

    d->domain = name_lower(run_arena(run), domain);
    d->step_count = dmarc_walk_names(d->domain, names);
    d->walk.org_domain = d->legacy.org_domain = d->domain;
    d->complete = d->exists = true;
    for (size_t i = 0; i < d->step_count; i++)
        d->complete = ask(run, &d->steps[i], names[i]) && d->complete;
    d->complete = d->complete && (has_record(d) || look_twice(run, d));
    if (!d->complete)
        return d;
    view_by_walk(d);
    view_by_suffix_list(d);
    find_existence(run, d);
    return d;
}

const struct dmarc *need_dmarc(struct run *run, const char *domain)
{
    static const struct derivation dmarc = {"DMARC policy", derive_dmarc};

    return need_derived(run, &dmarc, name_lower(run_arena(run), domain), domain);
}

bool dmarc_is_aligned(bool strict, const char *from, const char *from_org, const char *other, const char *other_org)
{
    return strict ? name_equal(from, other) : name_equal(from_org, other_org);
}
