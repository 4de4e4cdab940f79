/* core/audit/rehearsal.c - lays proposals over evidence, and compares the findings. */
#include "core/audit/rehearsal.h"

#include <setjmp.h>
#include <string.h>
#include <strings.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/base/trace.h"
#include "core/derive/inventory.h"
#include "core/derive/planned.h"
#include "core/derive/resolver.h"
#include "core/derive/run_internal.h"
#include "core/derive/services.h"
#include "core/facts/record_text.h"
#include "core/facts/target.h"
#include "core/records/overlay.h"
#include "core/result/cause.h"
#include "core/result/finding.h"
#include "core/result/hosted.h"
#include "core/result/probe.h"

struct stage {
    const struct rehearsal *rehearsal;
    struct arena *arena; /* of all that the trial makes */
    struct audit_view view;
    struct run run; /* that looks at what there is */
    jmp_buf exhausted;
    struct finding **findings; /* of the trial */
    size_t count;
    const char *why; /* a proposal that fails, in our words */
    struct zone_file proposed;
};

/* Records that are published together: of a finding, and of those that make the hosts which they name. */
struct proposal_set {
    struct text_list records, before;
};

static bool is_counted(const struct stage *s, const struct finding *f)
{
    return target_selects(s->view.target, f->check);
}

/* ---- what would be published ---- */

static bool is_listed(struct arena *arena, const struct zone_file *list, const char *owner,
                      const struct dns_record *record)
{
    for (size_t i = 0; i < list->count; i++)
        if (name_equal(list->records[i].owner, owner) && record_equal(arena, &list->records[i].record, record))
            return true;
    return false;
}

static void read_lines(struct arena *arena, const struct text_list *lines, struct zone_file *out)
{
    const char *text = "";

    for (size_t i = 0; i < lines->count; i++)
        text = str_printf(arena, "%s%s\n", text, lines->at[i]);
    zone_records_read(arena, str_of(text), "", out);
}

/* What stands at the owner of a proposal and stays there: all but what the proposal is in place of. */
static enum proposal add_rest(struct stage *s, const struct zone_record *r, const struct zone_file *before,
                              struct zone_record *all, size_t *count, size_t *replaced)
{
    const struct dns_answer *there = r->is_read ? need_dns_unjudged(&s->run, r->owner, r->record.type) : NULL;

    if (r->type == DNS_CNAME) { /* takes the place of all */
        *replaced = before->count;
        return PROPOSAL_WORKS;
    }
    if (!there || there->status == DNS_UNKNOWN)
        return PROPOSAL_OPEN;
    if (there->chain_count) {
        s->why = "an alias stands there";
        return PROPOSAL_HARMS;
    }
    for (size_t i = 0; i < there->count; i++) {
        if (is_listed(s->arena, before, r->owner, &there->records[i]))
            ++*replaced;
        else
            all[(*count)++] =
                (struct zone_record){.owner = r->owner, .type = r->type, .is_read = true, .record = there->records[i]};
    }
    return PROPOSAL_WORKS;
}

static bool is_first_of_its_set(const struct zone_file *file, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (file->records[k].type == file->records[i].type &&
            name_equal(file->records[k].owner, file->records[i].owner))
            return false;
    return true;
}

/* Of the proposed records, and of all that stands where they go. */
static size_t room_for(struct stage *s, const struct zone_file *proposed)
{
    size_t room = proposed->count;

    for (size_t i = 0; i < proposed->count; i++) {
        const struct zone_record *r = &proposed->records[i];
        const struct dns_answer *there = r->is_read ? need_dns_unjudged(&s->run, r->owner, r->record.type) : NULL;

        room += there ? there->count : 0;
    }
    return room;
}

static enum proposal lay_over(struct stage *s, const struct proposal_set *set)
{
    struct zone_file before, *all = ARENA_NEW(s->arena, struct zone_file);
    struct zone_file *proposed = &s->proposed;
    struct overlay *overlay = overlay_new(s->arena);
    struct zone_record *records;
    size_t replaced = 0;
    enum proposal outcome = PROPOSAL_WORKS;

    read_lines(s->arena, &set->records, proposed);
    read_lines(s->arena, &set->before, &before);
    if (proposed->fault_count || !proposed->count) {
        s->why = "it is no record";
        return PROPOSAL_HARMS;
    }
    records = ARENA_ARRAY(s->arena, struct zone_record, room_for(s, proposed));
    memcpy(records, proposed->records, proposed->count * sizeof *records);
    all->records = records;
    all->count = proposed->count;
    for (size_t i = 0; i < proposed->count && outcome == PROPOSAL_WORKS; i++)
        if (is_first_of_its_set(proposed, i))
            outcome = add_rest(s, &proposed->records[i], &before, records, &all->count, &replaced);
    if (outcome == PROPOSAL_WORKS && replaced < before.count)
        outcome = PROPOSAL_OPEN; /* what it replaces is not told as it stands there */
    overlay_add_records(overlay, all, "the proposal");
    overlay_finish(overlay);
    s->view.trial = overlay;
    return outcome;
}

/* ---- judging again ---- */

/* Names with an underscored label are read by those alone whom they are for, RFC 8552 1.1: nobody else judges anew. */
static const struct {
    const char *owner; /* begins so */
    const char *probes[5];
} readers[] = {
    {"_smtp._tls.", {"tls_rpt"}},
    {"default._bimi.", {"bimi"}},
    {"_mta-sts.", {"mta_sts", "tls", "smtp"}},
    {"_dmarc.", {"dmarc", "bimi", "dkim", "spf"}},
};

static const char *const *readers_of(const char *owner) /* NULL: anybody */
{
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
        if (strncasecmp(owner, readers[i].owner, strlen(readers[i].owner)) == 0)
            return readers[i].probes;
    return NULL;
}

static bool reads(const char *probe, const char *owner)
{
    const char *const *at = readers_of(owner);

    if (!at || strcmp(probe, "expect") == 0)
        return true;
    while (*at && strcmp(probe, *at) != 0)
        at++;
    return *at;
}

/* A name below one that was denied makes that one exist, which concerns everybody. */
static bool may_make_domain_exist(struct stage *s)
{
    const struct dns_answer *mx = need_dns_unjudged(&s->run, s->view.target->domain, DNS_MX);

    return !mx || mx->status != DNS_OK;
}

static bool reads_any(const struct stage *s, const char *probe)
{
    for (size_t i = 0; i < s->proposed.count; i++)
        if (reads(probe, s->proposed.records[i].owner))
            return true;
    return false;
}

static bool is_for_few(const struct stage *s)
{
    for (size_t i = 0; i < s->proposed.count; i++)
        if (!readers_of(s->proposed.records[i].owner))
            return false;
    return true;
}

static void judge(struct stage *s)
{
    const struct rehearsal *r = s->rehearsal;
    bool concerns_all = may_make_domain_exist(s),
         is_same_mail = !concerns_all && is_for_few(s) && r->services && r->mail;
    const struct services *services = is_same_mail ? r->services : need_services(&s->run);
    const struct inventory *mail = is_same_mail ? r->mail : need_inventory(&s->run);
    size_t room = 0;

    for (size_t i = 0; i < r->probe_count; i++) {
        struct run run = {.audit = &s->view,
                          .probe = (unsigned)i,
                          .arena = s->arena,
                          .exhausted = &s->exhausted,
                          .is_extra = r->probes[i]->is_extra};

        if (!r->wanted[i] || !(concerns_all || reads_any(s, r->probes[i]->name)))
            continue;
        r->probes[i]->run(&run);
        if (s->count + run.finding_count > room) {
            struct finding **more;

            room = 2 * (s->count + run.finding_count);
            more = ARENA_ARRAY(s->arena, struct finding *, room);
            if (s->count)
                memcpy(more, s->findings, s->count * sizeof *more);
            s->findings = more;
        }
        for (size_t k = 0; k < run.finding_count; k++) {
            if (!is_counted(s, run.findings[k]))
                continue;
            finding_yield(s->arena, run.findings[k], services, mail);
            s->findings[s->count++] = run.findings[k];
        }
    }
}

/* Of what is decided, by its weight: a pass, and what was not judged, weigh nothing. */
static int weight(enum status status)
{
    switch (status) {
    case FAIL:
        return 3;
    case WARN:
        return 2;
    case NOTE:
        return 1;
    default:
        return 0;
    }
}

struct sum {
    int worst;
    bool is_open, is_there;
};

static struct sum sum_of(struct finding *const *all, size_t count, enum check_id check, const char *subject)
{
    struct sum sum = {0};

    for (size_t i = 0; i < count; i++) {
        if (all[i]->check != check || strcmp(all[i]->subject, subject) != 0)
            continue;
        sum.is_there = true;
        sum.is_open |= all[i]->status == UNKNOWN;
        if (weight(all[i]->status) > sum.worst)
            sum.worst = weight(all[i]->status);
    }
    return sum;
}

/* What could not be judged before, for want of what is repaired now, may bring something milder to light. */
static bool comes_to_light(const struct finding *repaired, const struct finding *found, const struct sum *before)
{
    return !before->worst && weight(found->status) < weight(repaired->status) &&
           strcmp(check_of(found->check)->group, check_of(repaired->check)->group) == 0;
}

static enum proposal compare(struct stage *s, const struct finding *f)
{
    const struct rehearsal *r = s->rehearsal;
    struct sum after = sum_of(s->findings, s->count, f->check, f->subject);
    bool is_open = after.is_open;

    for (size_t i = 0; i < s->count; i++) {
        const struct finding *found = s->findings[i];
        struct sum before = sum_of(r->findings, r->count, found->check, found->subject);

        is_open |= found->status == UNKNOWN && before.is_there && !before.is_open;
        if (weight(found->status) <= (before.worst ? before.worst : weight(NOTE)) || before.is_open ||
            comes_to_light(f, found, &before))
            continue;
        s->why = str_printf(s->arena, "%s %s: %s", check_of(found->check)->name, found->subject, found->message);
        return PROPOSAL_HARMS;
    }
    if (after.worst == weight(NOTE) && f->status == NOTE) /* it may be less of it, which no status tells */
        return PROPOSAL_OPEN;
    if (!after.is_open && after.worst >= weight(f->status)) {
        s->why = "it repairs nothing";
        return PROPOSAL_FAILS;
    }
    return is_open ? PROPOSAL_OPEN : PROPOSAL_WORKS;
}

/* ---- one after the other ---- */

static void join(struct stage *s, struct text_list *to, const struct text_list *more)
{
    const char **all = ARENA_ARRAY(s->arena, const char *, to->count + more->count + 1);

    for (size_t i = 0; i < to->count; i++)
        all[i] = to->at[i];
    for (size_t i = 0; i < more->count; i++)
        all[to->count + i] = more->at[i];
    *to = (struct text_list){all, to->count + more->count};
}

static bool is_in_vain(enum proposal outcome)
{
    return outcome == PROPOSAL_FAILS || outcome == PROPOSAL_HARMS;
}

static bool is_dropped(const struct finding *f)
{
    return is_in_vain(f->proposal);
}

static bool is_step_before(const struct finding *first, const struct finding *f)
{
    return first != f && finding_may_advise(first) && !is_dropped(first) &&
           records_are_needed(&first->records, &f->records);
}

static bool has_steps_before(const struct rehearsal *r, const struct finding *f)
{
    for (size_t i = 0; i < r->count; i++)
        if (is_step_before(r->findings[i], f))
            return true;
    return false;
}

/* Hosts that a proposal names are made by an earlier step, where that works.  (checks.md 19.4) */
static struct proposal_set set_of(struct stage *s, const struct finding *f, bool with_steps_before)
{
    const struct rehearsal *r = s->rehearsal;
    struct proposal_set set = {f->records, f->before};

    for (size_t i = 0; with_steps_before && i < r->count; i++) {
        const struct finding *first = r->findings[i];

        if (!is_step_before(first, f))
            continue;
        join(s, &set.records, &first->records);
        join(s, &set.before, &first->before);
    }
    return set;
}

static enum proposal try_guarded(struct stage *s, const struct finding *f, bool with_steps_before)
{
    struct proposal_set set = set_of(s, f, with_steps_before);
    enum proposal outcome;

    outcome = lay_over(s, &set);
    if (outcome != PROPOSAL_WORKS)
        return outcome;
    derived_free_all(&s->view); /* what was derived in looking */
    planned_free(&s->view);
    judge(s);
    return compare(s, f);
}

static void tell_dropped(const struct stage *s, const struct finding *f)
{
    if (s->rehearsal->trace)
        trace_event(s->rehearsal->trace, "trial", s->view.target->domain, "dropped from %s %s: %s (%s)",
                    check_of(f->check)->name, bytes_escape(s->arena, str_of(f->subject)),
                    bytes_escape(s->arena, str_of(f->records.at[0])), bytes_escape(s->arena, str_of(s->why)));
}

static enum proposal try_on(struct stage *s, const struct finding *f, bool with_steps_before)
{
    const struct rehearsal *r = s->rehearsal;
    volatile enum proposal outcome = PROPOSAL_OPEN;

    s->view = (struct audit_view){.store = r->audit->store,
                                  .target = r->audit->target,
                                  .plan = r->audit->plan,
                                  .base = r->audit,
                                  .is_free = true,
                                  .spent = true};
    s->run = (struct run){.audit = &s->view, .arena = s->arena, .exhausted = &s->exhausted};
    arena_on_exhausted(s->arena, &s->exhausted);
    if (setjmp(s->exhausted) == 0) {
        outcome = try_guarded(s, f, with_steps_before);
        if (is_in_vain(outcome) && (with_steps_before || !has_steps_before(r, f)))
            tell_dropped(s, f);
    }
    arena_on_exhausted(s->arena, NULL);
    derived_free_all(&s->view);
    planned_free(&s->view);
    return outcome;
}

static void try_proposal(const struct rehearsal *r, struct finding *f, bool with_steps_before)
{
    struct arena *arena = arena_new(TRIAL_BYTES + target_memory(r->audit->target));
    struct stage *s;

    f->proposal = arena ? f->proposal : PROPOSAL_OPEN;
    if (!arena)
        return;
    s = ARENA_NEW(arena, struct stage);
    s->rehearsal = r;
    s->arena = arena;
    s->why = "";
    f->proposal = try_on(s, f, with_steps_before);
    arena_free(arena);
}

static bool proposes(const struct finding *f)
{
    return f->records.count > 0 && finding_may_advise(f);
}

static void try_all(const struct rehearsal *r)
{
    static const enum status worst_first[] = {FAIL, WARN, NOTE, UNKNOWN, SKIPPED, PASS};
    size_t tried = 0;

    for (size_t s = 0; s < sizeof worst_first / sizeof *worst_first; s++)
        for (size_t i = 0; i < r->count; i++)
            if (r->findings[i]->status == worst_first[s] && proposes(r->findings[i])) {
                if (tried++ < TRIALS_PER_AUDIT)
                    try_proposal(r, r->findings[i], false);
                else
                    r->findings[i]->proposal = PROPOSAL_OPEN;
            }
    for (size_t i = 0; i < r->count; i++)
        if (is_dropped(r->findings[i]) && has_steps_before(r, r->findings[i]))
            try_proposal(r, r->findings[i], true);
}

void rehearse(const struct rehearsal *r)
{
    size_t tried = 0, dropped = 0, open = 0;

    try_all(r);
    for (size_t i = 0; i < r->count; i++) {
        struct finding *f = r->findings[i];

        tried += f->proposal != PROPOSAL_UNTRIED;
        open += f->proposal == PROPOSAL_OPEN;
        dropped += is_dropped(f);
        if (is_dropped(f))
            finding_drop_proposal(f);
    }
    if (tried)
        trace_event(r->trace, "trial", r->audit->target->domain,
                    "%zu proposals, of which %zu were dropped, and %zu could not be tried to the end", tried, dropped,
                    open);
}
