/* reports/outline.c - arranges a result for people. */

#include "reports/outline.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/result/cause.h"
#include "reports/words.h"

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool says_the_same(const struct finding *a, const struct finding *b)
{
    return a->check == b->check && a->status == b->status && same_text(a->message, b->message) &&
           same_text(a->remedy, b->remedy) && a->reason == b->reason && a->side == b->side &&
           text_list_equal(&a->records, &b->records) && a->suppressed == b->suppressed && a->level == b->level;
}

static struct entry *entry_of(const struct outline *outline, const struct finding *f)
{
    for (size_t g = 0; g < outline->group_count; g++)
        for (size_t e = 0; e < outline->groups[g].entry_count; e++)
            for (size_t i = 0; i < outline->groups[g].entries[e].count; i++)
                if (outline->groups[g].entries[e].findings[i] == f)
                    return &outline->groups[g].entries[e];
    return NULL;
}

static size_t group_size(const struct result *result, const char *name)
{
    size_t size = 0;

    for (size_t i = 0; i < result->finding_count; i++)
        size += strcmp(check_of(result->findings[i]->check)->group, name) == 0;
    return size;
}

static struct group *group_of(struct outline *outline, struct arena *arena, const struct result *result,
                              const char *name)
{
    for (size_t g = 0; g < outline->group_count; g++)
        if (strcmp(outline->groups[g].name, name) == 0)
            return &outline->groups[g];

    struct group *group = &outline->groups[outline->group_count++];
    group->name = name;
    group->title = group_title(name);
    group->entries = ARENA_ARRAY(arena, struct entry, group_size(result, name));
    return group;
}

static void push(struct arena *arena, const struct finding ***list, size_t *count, const struct finding *f)
{
    const struct finding **more = arena_grown(arena, *list, *count, sizeof *more);

    if (more)
        *list = more;
    (*list)[(*count)++] = f;
}

static void add(struct arena *arena, const struct result *result, struct group *group, const struct finding *f)
{
    struct entry *entry = NULL;
    size_t fix = cause_number(result, f);

    for (size_t e = 0; e < group->entry_count && !entry; e++)
        if (says_the_same(group->entries[e].findings[0], f) && group->entries[e].fix == fix)
            entry = &group->entries[e];
    if (!entry) {
        entry = &group->entries[group->entry_count++];
        entry->check = check_of(f->check);
        entry->status = f->status;
        entry->fix = fix;
    }
    push(arena, &entry->findings, &entry->count, f);
}

/* What is suppressed stands between the findings that count and those that tell nothing amiss. */
static enum status weight(const struct entry *entry)
{
    return entry->findings[0]->suppressed ? NOTE : entry->status;
}

static void sort_entries(struct group *group) /* stable */
{
    for (size_t i = 1; i < group->entry_count; i++) {
        struct entry entry = group->entries[i];
        size_t at = i;

        for (; at > 0 && weight(&group->entries[at - 1]) < weight(&entry); at--)
            group->entries[at] = group->entries[at - 1];
        group->entries[at] = entry;
    }
}

static void sort_groups(struct outline *outline) /* stable */
{
    for (size_t i = 1; i < outline->group_count; i++) {
        struct group group = outline->groups[i];
        size_t at = i;

        for (; at > 0 && outline->groups[at - 1].worst < group.worst; at--)
            outline->groups[at] = outline->groups[at - 1];
        outline->groups[at] = group;
    }
}

const struct outline *outline_of(struct arena *arena, const struct result *result)
{
    struct outline *outline = ARENA_NEW(arena, struct outline);

    outline->groups = ARENA_ARRAY(arena, struct group, result->finding_count + 1);
    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *f = result->findings[i];
        struct group *group = group_of(outline, arena, result, check_of(f->check)->group);

        if (f->run_by && f->status < WARN) { /* unless the user weighs it otherwise */
            group->hosted++;
            continue;
        }
        if (result_cause(result, f)) {
            group->folded++;
            continue;
        }
        if (f->suppressed)
            group->suppressed++;
        else
            group->counts[f->status]++;
        if (f->status > group->worst && !f->suppressed)
            group->worst = f->status;
        add(arena, result, group, f);
    }
    for (size_t g = 0; g < outline->group_count; g++)
        sort_entries(&outline->groups[g]);
    sort_groups(outline);
    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *cause = result->findings[i]->run_by ? NULL : result_cause(result, result->findings[i]);
        struct entry *entry = cause ? entry_of(outline, cause) : NULL;

        if (entry)
            push(arena, &entry->dependants, &entry->dependant_count, result->findings[i]);
    }
    return outline;
}

const char *group_counts(struct arena *arena, const struct group *group, const char *separator)
{
    const char *text = counts_text(arena, group->counts, group->suppressed, separator);

    if (group->folded)
        text = str_printf(arena, "%s%s%zu undecided in consequence", text, separator, group->folded);
    return group->hosted ? str_printf(arena, "%s%s%zu on servers of services", text, separator, group->hosted) : text;
}

const char *entry_subjects(struct arena *arena, const struct entry *entry)
{
    const char *text = entry->findings[0]->subject;

    for (size_t i = 1; i < entry->count; i++)
        text = str_printf(arena, "%s, %s", text, entry->findings[i]->subject);
    return text;
}

const char *entry_dependants(struct arena *arena, const struct entry *entry)
{
    const char *text = "";
    bool seen[CHECK_COUNT] = {false};

    for (size_t i = 0; i < entry->dependant_count; i++) {
        enum check_id id = entry->dependants[i]->check;

        if (!seen[id])
            text = str_printf(arena, "%s%s%s", text, *text ? ", " : "", check_of(id)->name);
        seen[id] = true;
    }
    return text;
}
