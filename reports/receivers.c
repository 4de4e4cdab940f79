/* reports/receivers.c - arranges what the receivers would do. */

#include "reports/receivers.h"

#include <assert.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/list_text.h"
#include "core/base/str.h"
#include "core/derive/services.h"

static const struct {
    const char *label;
    enum status status;
} outcomes[] = {
    [RECEIVER_NO_OBSTACLE] = {"no obstacle found", PASS},
    [RECEIVER_CANT_TELL] = {"can't tell", UNKNOWN},
    [RECEIVER_AT_RISK] = {"may refuse", WARN},
    [RECEIVER_REJECTS] = {"refuses", FAIL},
};
static_assert(sizeof outcomes / sizeof *outcomes == RECEIVER_OUTCOME_COUNT, "words for every outcome");

const char *outcome_label(enum receiver_outcome outcome)
{
    return outcomes[outcome].label;
}

enum status outcome_as_status(enum receiver_outcome outcome)
{
    return outcomes[outcome].status;
}

static bool same_reasons(const struct receiver_verdict *a, const struct receiver_verdict *b)
{
    if (a->outcome != b->outcome || a->reason_count != b->reason_count)
        return false;
    for (size_t i = 0; i < a->reason_count; i++)
        if (a->reasons[i].rule != b->reasons[i].rule)
            return false;
    return true;
}

static bool is_like(const struct fate *a, const struct fate *b)
{
    if (a->sender_count != b->sender_count || !same_reasons(a->verdict, b->verdict))
        return false;
    for (size_t i = 0; i < a->sender_count; i++)
        if (a->senders[i] != b->senders[i])
            return false;
    return true;
}

static void add(struct arena *arena, struct receiver_view *view, const struct receiver_verdict *v, size_t most)
{
    size_t at = 0;

    while (at < view->fate_count && !same_reasons(view->fates[at].verdict, v))
        at++;
    if (at == view->fate_count) {
        for (at = view->fate_count++; at > 0 && view->fates[at - 1].outcome < v->outcome; at--)
            view->fates[at] = view->fates[at - 1];
        view->fates[at] = (struct fate){
            .outcome = v->outcome, .verdict = v, .senders = ARENA_ARRAY(arena, const char *, most)};
    }
    view->fates[at].senders[view->fates[at].sender_count++] = v->who;
    if (v->outcome > view->worst)
        view->worst = v->outcome;
}

static void sort(struct receiver_view *views, size_t count) /* stable */
{
    for (size_t i = 1; i < count; i++) {
        struct receiver_view view = views[i];
        size_t at = i;

        for (; at > 0 && views[at - 1].worst < view.worst; at--)
            views[at] = views[at - 1];
        views[at] = view;
    }
}

const struct receiver_view *receiver_views(struct arena *arena, const struct result *result, size_t *count)
{
    struct receiver_view *views = ARENA_ARRAY(arena, struct receiver_view, receiver_count() + 1);
    size_t most = 1 + (result->inventory ? result->inventory->address_count : 0) +
                  (result->services ? result->services->count : 0);

    *count = 0;
    for (size_t i = 0; i < result->receiver_count; i++) {
        const struct receiver_verdict *v = &result->receivers[i];

        if (!receiver_is_shown(result->target, v->receiver))
            continue;
        if (*count == 0 || views[*count - 1].receiver != v->receiver)
            views[(*count)++] =
                (struct receiver_view){.receiver = v->receiver, .fates = ARENA_ARRAY(arena, struct fate, most)};
        add(arena, &views[*count - 1], v, most);
    }
    sort(views, *count);
    return views;
}

const struct receiver *fate_told_by(const struct receiver_view *views, size_t before, const struct fate *fate)
{
    for (size_t i = 0; i < before && fate->verdict->reason_count; i++)
        for (size_t f = 0; f < views[i].fate_count; f++)
            if (is_like(&views[i].fates[f], fate))
                return views[i].receiver;
    return NULL;
}

const char *fate_senders(struct arena *arena, const struct fate *fate)
{
    const char *text = "";

    for (size_t i = 0; i < fate->sender_count; i++)
        text = str_printf(arena, "%s%s%s", text, i ? ", " : "", fate->senders[i]);
    return text;
}

const char *reason_check(const struct receiver_reason *reason)
{
    return reason->finding ? check_of(reason->finding->check)->name : receiver_rule_check(reason->rule);
}

const char *fate_checks(struct arena *arena, const struct fate *fate)
{
    const struct receiver_verdict *v = fate->verdict;
    const char *text = "";

    for (size_t i = 0; i < v->reason_count; i++) {
        const char *check = reason_check(&v->reasons[i]);
        bool told = !*check;

        for (size_t k = 0; k < i && !told; k++)
            told = strcmp(reason_check(&v->reasons[k]), check) == 0;
        if (!told)
            text = str_printf(arena, "%s%s%s", text, *text ? ", " : "", check);
    }
    return text;
}

const char *reason_source(struct arena *arena, const struct receiver_reason *reason)
{
    const struct receiver_rule *rule = reason->rule;

    if (!*rule->date)
        return rule->source;
    return strcmp(rule->date, "undated") == 0 ? str_printf(arena, "%s, undated", rule->source)
                                              : str_printf(arena, "%s, as of %s", rule->source, rule->date);
}

/* ---- many in a line ---- */

enum { GROUP_CHECKS_SHOWN = 3 };

const char *receiver_short(struct arena *arena, const struct receiver *receiver)
{
    size_t length = strcspn(receiver->title, ",(");

    while (length > 0 && receiver->title[length - 1] == ' ')
        length--;
    return str_printf(arena, "%.*s%s", (int)length, receiver->title,
                      receiver->kind == RECEIVER_BULK ? " (bulk)" : "");
}

static bool same_senders(const struct fate *a, const struct fate *b)
{
    for (size_t i = 0; a->sender_count == b->sender_count && i < a->sender_count; i++)
        if (strcmp(a->senders[i], b->senders[i]) != 0)
            return false;
    return a->sender_count == b->sender_count;
}

static bool is_for_everyone(const struct receiver_view *view)
{
    return view->fate_count == 1 || view->worst < RECEIVER_REJECTS;
}

static bool is_in(const struct fate_group *group, const struct receiver_view *view)
{
    return group->outcome == view->worst && group->everyone == is_for_everyone(view) &&
           (group->everyone || same_senders(group->like, &view->fates[0]));
}

/* "Gmail" says it for "Gmail (bulk)" as well. */
static bool is_said_by_base(const struct receiver_view *views, size_t count, const struct receiver_view *view)
{
    for (size_t i = 0; i < count; i++)
        if (receiver_is_bulk_of(view->receiver, views[i].receiver) && views[i].worst == view->worst &&
            (is_for_everyone(view) || same_senders(&views[i].fates[0], &view->fates[0])))
            return true;
    return false;
}

struct group_draft {
    struct list_text receivers, checks;
    bool seen[CHECK_COUNT];
};

static void join(struct arena *arena, struct group_draft *draft, const struct receiver *receiver,
                 const struct fate *fate)
{
    list_add(&draft->receivers, receiver_short(arena, receiver));
    for (size_t i = 0; i < fate->verdict->reason_count; i++) {
        const char *check = reason_check(&fate->verdict->reasons[i]);
        enum check_id id;

        if (!check_from_name(check, &id) || draft->seen[id])
            continue;
        draft->seen[id] = true;
        list_add(&draft->checks, check);
    }
}

const struct fate_group *fate_groups(struct arena *arena, const struct receiver_view *views, size_t view_count,
                                     size_t *count)
{
    struct fate_group *groups = ARENA_ARRAY(arena, struct fate_group, view_count + 1);
    struct group_draft *drafts = ARENA_ARRAY(arena, struct group_draft, view_count + 1);

    *count = 0;
    for (size_t i = 0; i < view_count; i++) { /* the worst first */
        size_t at = 0;

        if (is_said_by_base(views, view_count, &views[i]))
            continue;
        while (at < *count && !is_in(&groups[at], &views[i]))
            at++;
        if (at == *count) {
            groups[(*count)++] = (struct fate_group){
                .outcome = views[i].worst, .like = &views[i].fates[0], .everyone = is_for_everyone(&views[i])};
            drafts[at] = (struct group_draft){.receivers = list_text(arena, ", ", SIZE_MAX),
                                              .checks = list_text(arena, ", ", GROUP_CHECKS_SHOWN)};
        }
        join(arena, &drafts[at], views[i].receiver, &views[i].fates[0]);
    }
    for (size_t i = 0; i < *count; i++) {
        groups[i].receivers = list_end(&drafts[i].receivers);
        groups[i].checks = list_end(&drafts[i].checks);
    }
    return groups;
}

const char *receiver_caveat(struct arena *arena, int64_t started_s)
{
    long age = receiver_rules_age_days(started_s);

    return str_printf(arena, "No promise: reputation, content and complaints cannot be seen from outside.%s",
                      age > RECEIVER_RULES_OLD_DAYS
                          ? str_printf(arena, " The rules are %ld days old: a newer mailready may say otherwise.", age)
                          : "");
}

const char *receiver_legend(struct arena *arena, const struct result *result)
{
    long age = receiver_rules_age_days(result->started_s);
    const char *old =
        age > RECEIVER_RULES_OLD_DAYS
            ? str_printf(
                  arena,
                  " Note: they are %ld days old, and receivers change theirs; a newer mailready may say otherwise.",
                  age)
            : "";

    return str_printf(arena,
                      "The rules are those of %s; each is as old as the page that it was read on.%s \"No obstacle "
                      "found\" is no promise: "
                      "reputation, content and complaints cannot be seen from outside.",
                      receiver_rules_date(), old);
}
