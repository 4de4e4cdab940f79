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
#include "reports/sink.h"
#include "reports/words.h"

enum { MESSAGE_SHOWN = 120, SUBJECT_SHOWN = 60 }; /* octets */

static struct overview_cause *cause_named(struct overview *overview, const struct cause *cause)
{
    const char *name = cause->name ? cause->name : cause->text; /* one that the catalogue does not have */
    struct overview_cause *known = overview->causes;

    while (known && strcmp(known->name, name) != 0)
        known = known->next;
    if (known)
        return known;
    known = ARENA_NEW(overview->arena, struct overview_cause);
    *known = (struct overview_cause){.next = overview->causes,
                                     .name = str_dup(overview->arena, name),
                                     .text = str_dup(overview->arena, cause->text),
                                     .actor = cause->actor};
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

/* Each counts once for a domain, however many of its servers have it. */
static void count_causes(struct overview *overview, struct overview_row *row, const struct result *result)
{
    for (size_t i = 0; i < result->cause_count; i++) {
        struct overview_cause *cause = cause_named(overview, &result->causes[i]);

        row->fails += result->causes[i].status == FAIL;
        row->warns += result->causes[i].status == WARN;
        if (result->causes[i].status > cause->status)
            cause->status = result->causes[i].status;
        cause->domains += cause->last != overview->count;
        cause->last = overview->count;
    }
}

static void count_undecided(struct overview *overview, const struct result *result)
{
    bool seen[REASON_COUNT] = {false};

    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *f = result->findings[i];

        if (f->suppressed || !finding_is_undecided(f) || seen[f->reason])
            continue;
        seen[f->reason] = true;
        overview->undecided[f->reason]++;
    }
}

static void count_refusals(struct overview_row *row, const struct result *result)
{
    const struct receiver *last = NULL;

    for (size_t i = 0; i < result->receiver_count; i++) {
        const struct receiver_verdict *v = &result->receivers[i];

        if (v->outcome != RECEIVER_REJECTS || v->receiver == last || v->receiver->kind == RECEIVER_BULK ||
            !receiver_is_shown(result->target, v->receiver))
            continue;
        last = v->receiver;
        row->refusals++;
    }
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

static void take_fault(struct overview *overview, struct overview_row *row, const struct result *result,
                       const struct finding *f)
{
    size_t number = f ? cause_number(result, f) : 0;

    if (!f)
        return;
    if (number && f->status >= WARN)
        row->cause = cause_named(overview, &result->causes[number - 1]);
    else
        row->message = utf8_cut(overview->arena, sink_said(overview->sink, f->message), MESSAGE_SHOWN);
    if (strcmp(f->subject, row->domain) != 0)
        row->subject = utf8_cut(overview->arena, f->subject, SUBJECT_SHOWN);
}

static void compare(struct overview_row *row, const struct difference *d)
{
    if (!d)
        return;
    row->is_compared = true;
    row->was_seen = d->before;
    row->worse = (uint32_t)(d->counts[CHANGE_NEW] + d->counts[CHANGE_WORSE]);
    row->better = (uint32_t)(d->counts[CHANGE_BETTER] + d->counts[CHANGE_GONE]);
}

void overview_add(struct overview *overview, struct arena *scratch, const struct result *result,
                  const struct gate *gate)
{
    const struct target *target = result->target;
    struct overview_row *row = ARENA_NEW(overview->arena, struct overview_row);

    overview->count++;
    row->domain = str_dup(overview->arena, target->domain);
    if (target->unicode && strcmp(target->unicode, target->domain) != 0)
        row->unicode = str_dup(overview->arena, target->unicode);
    row->verdict = result->verdict;
    if (target->owner) {
        struct overview_owner *owner = owner_named(overview, target->owner);

        owner->verdicts[result->verdict]++;
        row->owner = owner;
    }
    count_causes(overview, row, result);
    count_undecided(overview, result);
    count_refusals(row, result);
    take_fault(overview, row, result, first_fault(scratch, result, gate));
    compare(row, gate->difference);
    overview->verdicts[result->verdict]++;
    overview->partial += result_is_partial(result);
    overview->planned += result->plan != NULL;
    if (result->started_s && (!overview->first_s || result->started_s < overview->first_s))
        overview->first_s = result->started_s;
    if (result->started_s > overview->last_s)
        overview->last_s = result->started_s;
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
