/* core/result/difference.c - compares two reports, finding by finding. */
#include "core/result/difference.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/order.h"

struct numbered {
    const struct seen *seen;
    size_t position;
};

static int by_key(const void *a, const void *b)
{
    const struct numbered *left = a, *right = b;
    int keys = strcmp(left->seen->key, right->seen->key);

    return keys ? keys : order_of(left->position, right->position);
}

static struct numbered *in_order_of_keys(struct arena *arena, const struct seen_report *report)
{
    struct numbered *all = ARENA_ARRAY(arena, struct numbered, report->finding_count + 1);

    for (size_t i = 0; i < report->finding_count; i++)
        all[i] = (struct numbered){&report->findings[i], i};
    qsort(all, report->finding_count, sizeof *all, by_key);
    return all;
}

static bool lists(const char *const *words, size_t count, const struct seen *seen)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i], seen->check) == 0 || strcmp(words[i], seen->group) == 0)
            return true;
    return false;
}

static bool asks(const struct seen_report *report, const struct seen *seen)
{
    return (report->only_count == 0 || lists(report->only, report->only_count, seen)) &&
           !lists(report->skip, report->skip_count, seen);
}

/* Of a finding that is known; 0: nothing amiss, or accepted. */
static int weight(const struct seen *seen)
{
    if (seen->suppressed || seen->status == PASS || seen->status == SKIPPED)
        return 0;
    return (int)seen->status;
}

/* False: nothing to tell. */
static bool compare(const struct seen *before, const struct seen *after, enum change *out)
{
    if (after->status == UNKNOWN) {
        *out = CHANGE_UNDECIDED;
        return !before || before->status != UNKNOWN;
    }
    if (!before || before->status == UNKNOWN) {
        *out = weight(after) ? CHANGE_NEW : CHANGE_BETTER;
        return weight(after) || (before && !after->suppressed && after->status == PASS);
    }
    if (weight(after) > weight(before)) {
        *out = CHANGE_WORSE;
        return true;
    }
    if (weight(after) < weight(before) && !after->suppressed) {
        *out = CHANGE_BETTER;
        return true;
    }
    *out = CHANGE_EVIDENCE;
    return after->suppressed != before->suppressed ||
           (after->status != SKIPPED && before->status != SKIPPED && strcmp(before->records, after->records) != 0);
}

static int in_order_of_reports(const void *a, const void *b)
{
    const struct difference_item *left = a, *right = b;
    int changes = order_of(left->change, right->change);

    return changes ? changes : order_of(left->position, right->position);
}

static void add(struct difference *out, struct difference_item *items, struct difference_item item)
{
    items[out->count++] = item;
    out->counts[item.change]++;
}

const struct difference *difference_of(struct arena *arena, const struct seen_report *before,
                                       const struct seen_report *after)
{
    static const struct seen_report none = {.domain = ""};
    const struct seen_report *earlier = before ? before : &none;
    struct difference *out = ARENA_NEW(arena, struct difference);
    struct difference_item *items =
        ARENA_ARRAY(arena, struct difference_item, earlier->finding_count + after->finding_count + 1);
    struct numbered *old = in_order_of_keys(arena, earlier), *new = in_order_of_keys(arena, after);
    size_t o = 0, n = 0;
    enum change change;

    *out = (struct difference){.before = before, .after = after, .items = items};
    while (o < earlier->finding_count || n < after->finding_count) {
        int order = o == earlier->finding_count ? 1
                    : n == after->finding_count ? -1
                                                : strcmp(old[o].seen->key, new[n].seen->key);
        const struct seen *was = order <= 0 ? old[o++].seen : NULL;
        size_t position = order >= 0 ? new[n].position : old[o - 1].position;
        const struct seen *is = order >= 0 ? new[n++].seen : NULL;

        if (is && compare(was, is, &change))
            add(out, items, (struct difference_item){change, was, is, position});
        else if (!is && asks(after, was) && weight(was) && was->status != UNKNOWN)
            add(out, items, (struct difference_item){CHANGE_GONE, was, NULL, position});
    }
    qsort(items, out->count, sizeof *items, in_order_of_reports);
    return out;
}

const struct difference_item *difference_at(const struct difference *difference, size_t position)
{
    for (size_t i = 0; i < difference->count; i++)
        if (difference->items[i].after && difference->items[i].position == position)
            return &difference->items[i];
    return NULL;
}

bool change_is_regression(enum change change)
{
    return change == CHANGE_NEW || change == CHANGE_WORSE;
}

const char *change_word(enum change change)
{
    static const char *const words[] = {
        [CHANGE_NEW] = "new",   [CHANGE_WORSE] = "worse",      [CHANGE_BETTER] = "better",
        [CHANGE_GONE] = "gone", [CHANGE_EVIDENCE] = "changed", [CHANGE_UNDECIDED] = "undecided",
    };
    static_assert(sizeof words / sizeof *words == CHANGE_COUNT, "a change without a word");

    return words[change];
}
