/* probes/dmarc_views.c - where receivers that still follow RFC 7489 come to another policy or alignment. */
#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/run.h"
#include "core/facts/target.h"
#include "probes/dmarc.h"

/* What a receiver does: without DMARC processing as with p=none, and t=y counts for those who know it. */
static enum dmarc_policy effect(const struct dmarc_view *view, bool knows_testing)
{
    enum dmarc_policy policy = view->policy == DMARC_UNSAID ? DMARC_NONE : view->policy;

    return knows_testing && view->source && view->source->record->testing ? dmarc_policy_weakened(policy) : policy;
}

static bool is_strict(const struct dmarc_view *view)
{
    return view->source && view->source->record->strict_spf;
}

/* A view without which there is nothing to compare; NULL: both are known. */
static const struct dmarc_view *unknown_view(const struct dmarc *d)
{
    return d->walk.trouble ? &d->walk : d->legacy.trouble ? &d->legacy : NULL;
}

struct comparison {
    const char *changes; /* of alignment, as a list; NULL: none */
    bool pending;
    const struct dmarc_view *unknown; /* of a declared domain; NULL: none */
};

static void compare_identity(struct run *run, const struct from_domain *from, const char *identity,
                             struct comparison *c)
{
    const struct dmarc *d = from->dmarc, *other;
    bool now, before;

    if (name_equal(identity, d->domain))
        return;
    other = need_dmarc(run, identity);
    if (!other->complete) {
        c->pending = true;
        return;
    }
    if (unknown_view(other)) {
        c->unknown = unknown_view(other);
        return;
    }
    now = dmarc_is_aligned(is_strict(&d->walk), d->domain, d->walk.org_domain, identity, other->walk.org_domain);
    before =
        dmarc_is_aligned(is_strict(&d->legacy), d->domain, d->legacy.org_domain, identity, other->legacy.org_domain);
    if (now != before)
        c->changes = str_printf(run_arena(run), "%s%s%s is %saligned by RFC 9989 and %saligned by RFC 7489",
                                c->changes ? c->changes : "", c->changes ? "; " : "", identity, now ? "" : "not ",
                                before ? "" : "not ");
}

static struct comparison compare_identities(struct run *run, const struct from_domain *from)
{
    const struct target *target = run_target(run);
    struct comparison c = {NULL, false, NULL};

    compare_identity(run, from, target->domain, &c); /* its SPF where no other is declared, and its DKIM */
    for (size_t i = 0; i < target->mail_from_count; i++)
        if (!name_equal(target->mail_froms[i], target->domain))
            compare_identity(run, from, target->mail_froms[i], &c);
    return c;
}

static const char *source_text(struct run *run, const struct dmarc_view *view)
{
    return view->source ? dmarc_owner(run, view->source->name) : "no record";
}

/* Receivers of RFC 7489 apply the policy to a share of the mail only. */
static const char *share_text(struct run *run, const struct dmarc_view *legacy)
{
    unsigned pct = legacy->source ? legacy->source->record->pct : 100;

    return effect(legacy, false) > DMARC_NONE && pct < 100 ? str_printf(run_arena(run), " for %u %% of the mail", pct)
                                                           : "";
}

static struct finding *compare(struct run *run, const struct from_domain *from, const struct comparison *c)
{
    const struct dmarc_view *walk = &from->dmarc->walk, *legacy = &from->dmarc->legacy;
    enum dmarc_policy now = effect(walk, true), before = effect(legacy, false);

    const char *share = share_text(run, legacy);

    if (now != before || *share)
        return finding(run, DMARC_LEGACY_DIFFERENCE, WARN, subject_domain(from->name),
                       "the policy is %s (%s) by RFC 9989, and %s%s (%s) by RFC 7489%s%s", dmarc_policy_word(now),
                       source_text(run, walk), dmarc_policy_word(before), share, source_text(run, legacy),
                       c->changes ? "; " : "", c->changes ? c->changes : "");
    if (c->changes)
        return finding(run, DMARC_LEGACY_DIFFERENCE, WARN, subject_domain(from->name), "%s", c->changes);
    if (!name_equal(walk->org_domain, legacy->org_domain))
        return finding(run, DMARC_LEGACY_DIFFERENCE, NOTE, subject_domain(from->name),
                       "the organisational domain is %s by RFC 9989, and %s by the public suffix list of RFC 7489; "
                       "neither policy nor "
                       "alignment of a declared domain changes by that",
                       walk->org_domain, legacy->org_domain);
    if (walk->policy != legacy->policy || walk->source != legacy->source)
        return finding(run, DMARC_LEGACY_DIFFERENCE, NOTE, subject_domain(from->name),
                       "the record is found at %s by RFC 9989, and at %s by RFC 7489; the policy is %s in effect",
                       source_text(run, walk), source_text(run, legacy), dmarc_policy_word(now));
    return finding(run, DMARC_LEGACY_DIFFERENCE, PASS, subject_domain(from->name),
                   "RFC 9989 and RFC 7489 come to the same");
}

static void leave_undecided(struct run *run, const struct from_domain *from, const struct dmarc_view *unknown,
                            const char *what)
{
    finding_rests_on(
        run, finding_unknown(run, DMARC_LEGACY_DIFFERENCE, subject_domain(from->name), unknown->trouble, "%s", what),
        unknown->trouble_key);
}

void judge_legacy_difference(struct run *run, const struct from_domain *from)
{
    const struct dmarc *d = from->dmarc;
    struct comparison c;
    struct finding *f;

    if (!name_has_suffix_list()) {
        finding(run, DMARC_LEGACY_DIFFERENCE, SKIPPED, subject_domain(from->name),
                "no public suffix list here to compare with");
        return;
    }
    if (unknown_view(d)) {
        leave_undecided(run, from, unknown_view(d),
                        "no answer for the DMARC record of the domain, or of those above it");
        return;
    }
    c = compare_identities(run, from);
    if (c.pending)
        return;
    if (c.unknown) {
        leave_undecided(run, from, c.unknown,
                        "no answer for the DMARC record of a domain that was named, or of those above it");
        return;
    }
    f = compare(run, from, &c);
    for (size_t i = 0; i < d->steps_used; i++)
        if (d->steps[i].answer)
            finding_rests_on(run, f, d->steps[i].answer->key);
}
