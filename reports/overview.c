/* reports/overview.c - keeps a row for each domain, and counts what they have in common. */
#include "reports/overview.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/base/utf8.h"
#include "core/result/cause.h"
#include "core/result/difference.h"
#include "core/result/receiver.h"
#include "reports/notices.h"
#include "reports/reporter.h"
#include "reports/words.h"

enum { MESSAGE_SHOWN = 120, SUBJECT_SHOWN = 60 }; /* octets */

static struct overview_cause *cause_named(struct overview *overview, const char *name, const char *text,
                                          enum actor actor)
{
    struct overview_cause *known = overview->causes;

    while (known && strcmp(known->name, name) != 0)
        known = known->next;
    if (known)
        return known;
    known = ARENA_NEW(overview->arena, struct overview_cause);
    *known = (struct overview_cause){.next = overview->causes,
                                     .name = str_dup(overview->arena, name),
                                     .text = str_dup(overview->arena, text),
                                     .actor = actor};
    overview->causes = known;
    return known;
}

static struct overview_owner *owner_named(struct overview *overview, const char *name)
{
    struct overview_owner *known = overview->owners;

    while (known && strcmp(known->name, name) != 0)
        known = known->next;
    if (known)
        return known;
    known = ARENA_NEW(overview->arena, struct overview_owner);
    *known = (struct overview_owner){.next = overview->owners, .name = str_dup(overview->arena, name)};
    overview->owners = known;
    return known;
}

/* `fault`: the number of the cause that is amiss first; 0. */
static void hand_causes(struct report *report, const struct result *result, size_t fault)
{
    hand_number(report, (int64_t)result->cause_count);
    for (size_t i = 0; i < result->cause_count; i++) {
        const struct cause *cause = &result->causes[i];

        hand_text(report, cause->name ? cause->name : cause->text); /* one that the catalogue does not have */
        hand_text(report, cause->text);
        hand_number(report, cause->actor);
        hand_number(report, cause->status);
        hand_number(report, fault == i + 1);
    }
}

/* Each counts once for a domain, however many of its servers have it. */
static void take_causes(struct overview *overview, struct overview_row *row, struct report *report)
{
    for (int64_t left = taken_number(report); left > 0 && take_more(report); left--) {
        const char *name = taken_text(report), *text = taken_text(report);
        enum actor actor = (enum actor)taken_index(report, ACTOR_COUNT);
        enum status status = (enum status)taken_index(report, STATUS_COUNT);
        struct overview_cause *cause = cause_named(overview, name, text, actor);

        row->fails += status == FAIL;
        row->warns += status == WARN;
        if (status > cause->status)
            cause->status = status;
        cause->domains += cause->last != overview->count;
        cause->last = overview->count;
        if (taken_number(report))
            row->cause = cause;
    }
}

static void hand_undecided(struct report *report, const struct result *result)
{
    bool seen[REASON_COUNT] = {false};

    for (size_t i = 0; i < result->finding_count; i++)
        if (!result->findings[i]->suppressed && finding_is_undecided(result->findings[i]))
            seen[result->findings[i]->reason] = true;
    for (size_t reason = 0; reason < REASON_COUNT; reason++)
        hand_number(report, seen[reason]);
}

static uint16_t refusals_of(const struct result *result)
{
    const struct receiver *last = NULL;
    uint16_t refusals = 0;

    for (size_t i = 0; i < result->receiver_count; i++) {
        const struct receiver_verdict *v = &result->receivers[i];

        if (v->outcome != RECEIVER_REJECTS || v->receiver == last || v->receiver->kind == RECEIVER_BULK ||
            !receiver_is_shown(result->target, v->receiver))
            continue;
        last = v->receiver;
        refusals++;
    }
    return refusals;
}

/* The worst that made the verdict what it is. */
static const struct finding *first_fault(struct arena *scratch, const struct result *result, const struct gate *gate)
{
    struct notices notices = notices_of(scratch, result, gate);
    const struct finding *unknown = NULL;

    for (size_t i = 0; i < notices.count && result->verdict != VERDICT_READY; i++) {
        const struct finding *f = notices.at[i].finding;

        if (f->suppressed)
            continue;
        if (result->verdict == VERDICT_UNKNOWN ? notices.at[i].undecided : f->status >= WARN)
            return f;
        if (!unknown && f->status == UNKNOWN)
            unknown = f;
    }
    return result->verdict == VERDICT_UNKNOWN ? unknown : NULL;
}

/* Its words in the reader's language: once they are cut, they cannot be translated any more. */
static void hand_fault(struct report *report, const struct result *result, const struct finding *f, bool is_cause)
{
    bool is_elsewhere = f && strcmp(f->subject, result->target->domain) != 0;

    hand_text(report, f && !is_cause ? utf8_cut(report->arena, report_said(report, f->message), MESSAGE_SHOWN) : "");
    hand_text(report, is_elsewhere ? utf8_cut(report->arena, f->subject, SUBJECT_SHOWN) : "");
}

static void take_fault(struct overview *overview, struct overview_row *row, struct report *report)
{
    const char *message = taken_text(report), *subject = taken_text(report);

    if (*message)
        row->message = str_dup(overview->arena, message);
    if (*subject)
        row->subject = str_dup(overview->arena, subject);
}

static void hand_difference(struct report *report, const struct difference *d)
{
    hand_number(report, d != NULL);
    hand_number(report, d && d->before);
    hand_number(report, d ? (int64_t)(d->counts[CHANGE_NEW] + d->counts[CHANGE_WORSE]) : 0);
    hand_number(report, d ? (int64_t)(d->counts[CHANGE_BETTER] + d->counts[CHANGE_GONE]) : 0);
}

static void take_difference(struct overview_row *row, struct report *report)
{
    row->is_compared = taken_number(report) != 0;
    row->was_seen = taken_number(report) != 0;
    row->worse = (uint32_t)taken_number(report);
    row->better = (uint32_t)taken_number(report);
}

void overview_hand(struct report *report, const struct result *result)
{
    const struct finding *fault = first_fault(report->arena, result, report->gate);
    size_t cause = fault && fault->status >= WARN ? cause_number(result, fault) : 0;

    hand_causes(report, result, cause);
    hand_undecided(report, result);
    hand_number(report, refusals_of(result));
    hand_fault(report, result, fault, cause > 0);
    hand_difference(report, report->gate->difference);
    hand_number(report, result_is_partial(result));
    hand_number(report, result->plan != NULL);
    hand_number(report, result->started_s);
}

static void take_owner(struct overview *overview, struct overview_row *row, const struct report *report)
{
    struct overview_owner *owner = report->target->owner ? owner_named(overview, report->target->owner) : NULL;

    if (owner)
        owner->verdicts[report->verdict]++;
    row->owner = owner;
}

void overview_take(struct overview *overview, struct report *report)
{
    const struct target *target = report->target;
    struct overview_row *row = ARENA_NEW(overview->arena, struct overview_row);
    int64_t started_s;

    overview->count++;
    row->domain = str_dup(overview->arena, target->domain);
    if (target->unicode && strcmp(target->unicode, target->domain) != 0)
        row->unicode = str_dup(overview->arena, target->unicode);
    row->verdict = report->verdict;
    take_owner(overview, row, report);
    take_causes(overview, row, report);
    for (size_t reason = 0; reason < REASON_COUNT; reason++)
        overview->undecided[reason] += taken_number(report) != 0;
    row->refusals = (uint16_t)taken_number(report);
    take_fault(overview, row, report);
    take_difference(row, report);
    overview->verdicts[report->verdict]++;
    overview->partial += taken_number(report) != 0;
    overview->planned += taken_number(report) != 0;
    started_s = taken_number(report);
    if (started_s && (!overview->first_s || started_s < overview->first_s))
        overview->first_s = started_s;
    if (started_s > overview->last_s)
        overview->last_s = started_s;
    row->before = overview->last;
    overview->last = row;
}

/* ---- in order ---- */

static int larger_first(size_t a, size_t b)
{
    return a > b ? -1 : a < b;
}

static int by_badness(const void *a, const void *b)
{
    const struct overview_row *left = *(const struct overview_row *const *)a;
    const struct overview_row *right = *(const struct overview_row *const *)b;
    int order = larger_first(left->verdict, right->verdict);

    if (!order)
        order = larger_first(left->refusals, right->refusals);
    if (!order)
        order = larger_first(left->fails, right->fails);
    if (!order)
        order = larger_first(left->warns, right->warns);
    return order ? order : strcmp(left->domain, right->domain);
}

const struct overview_row *const *overview_rows(struct arena *arena, const struct overview *overview)
{
    const struct overview_row **rows = ARENA_ARRAY(arena, const struct overview_row *, overview->count + 1);
    size_t count = 0;

    for (const struct overview_row *row = overview->last; row; row = row->before)
        rows[count++] = row;
    qsort(rows, count, sizeof *rows, by_badness);
    return rows;
}

static int by_domains(const void *a, const void *b)
{
    const struct overview_cause *left = *(const struct overview_cause *const *)a;
    const struct overview_cause *right = *(const struct overview_cause *const *)b;
    int order = larger_first(left->domains, right->domains);

    if (!order)
        order = larger_first(left->status, right->status);
    return order ? order : strcmp(left->name, right->name);
}

const struct overview_cause *const *overview_causes(struct arena *arena, const struct overview *overview, size_t *count)
{
    const struct overview_cause **causes;

    *count = 0;
    for (const struct overview_cause *cause = overview->causes; cause; cause = cause->next)
        ++*count;
    causes = ARENA_ARRAY(arena, const struct overview_cause *, *count + 1);
    *count = 0;
    for (const struct overview_cause *cause = overview->causes; cause; cause = cause->next)
        causes[(*count)++] = cause;
    qsort(causes, *count, sizeof *causes, by_domains);
    return causes;
}

static int by_owner_badness(const void *a, const void *b)
{
    const struct overview_owner *left = *(const struct overview_owner *const *)a;
    const struct overview_owner *right = *(const struct overview_owner *const *)b;
    int order = 0;

    for (int verdict = VERDICT_NOT_READY; verdict >= 0 && !order; verdict--)
        order = larger_first(left->verdicts[verdict], right->verdicts[verdict]);
    return order ? order : strcmp(left->name, right->name);
}

const struct overview_owner *const *overview_owners(struct arena *arena, const struct overview *overview, size_t *count)
{
    const struct overview_owner **owners;

    *count = 0;
    for (const struct overview_owner *owner = overview->owners; owner; owner = owner->next)
        ++*count;
    owners = ARENA_ARRAY(arena, const struct overview_owner *, *count + 1);
    *count = 0;
    for (const struct overview_owner *owner = overview->owners; owner; owner = owner->next)
        owners[(*count)++] = owner;
    qsort(owners, *count, sizeof *owners, by_owner_badness);
    return owners;
}
