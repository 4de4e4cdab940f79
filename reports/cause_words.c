/* reports/cause_words.c - whom and what a cause concerns, in words. */
#include "reports/cause_words.h"

#include "core/base/arena.h"
#include "core/base/list_text.h"
#include "core/base/str.h"
#include "core/derive/inventory.h"
#include "core/result/receiver.h"

enum { REPAIRS_SHOWN = 12, SUBJECTS_SHOWN = 12, SENDERS_SHOWN = 4, RECEIVERS_SHOWN = 40 };

const char *cause_repairs(struct arena *arena, const struct cause *cause)
{
    struct list_text list = list_text(arena, ", ", REPAIRS_SHOWN);

    for (size_t i = 0; i < cause->repair_count; i++) {
        const struct finding *f = cause->repairs[i];

        list_add(&list, list_is_full(&list) ? "" : str_printf(arena, "%s %s", check_of(f->check)->name, f->subject));
    }
    return list_end(&list);
}

static bool is_freed(const struct cause *cause, const struct receiver_verdict *v)
{
    for (size_t i = 0; i < cause->free_count; i++)
        if (cause->frees[i] == v)
            return true;
    return false;
}

static bool is_against(const struct receiver_verdict *v)
{
    return v->outcome == RECEIVER_REJECTS || v->outcome == RECEIVER_AT_RISK;
}

/* " (192.0.2.1)" where the receiver has something against other senders, too. */
static const char *senders(struct arena *arena, const struct result *result, const struct cause *cause,
                           const struct receiver_verdict *of)
{
    struct list_text list = list_text(arena, ", ", SENDERS_SHOWN);
    bool all = true;

    for (size_t i = 0; i < result->receiver_count; i++) {
        const struct receiver_verdict *v = &result->receivers[i];

        if (v->receiver == of->receiver && is_freed(cause, v) && v->outcome == of->outcome)
            list_add(&list, v->who);
        else if (v->receiver == of->receiver && is_against(v))
            all = false;
    }
    return all ? "" : str_printf(arena, " (%s)", list_end(&list));
}

/* "Gmail" says it for "Gmail, bulk senders" as well. */
static bool is_implied(const struct cause *cause, const struct receiver_verdict *v)
{
    for (size_t i = 0; i < cause->free_count && v->receiver->kind == RECEIVER_BULK; i++)
        if (cause->frees[i]->outcome == v->outcome && receiver_is_bulk_of(v->receiver, cause->frees[i]->receiver))
            return true;
    return false;
}

static const char *receivers(struct arena *arena, const struct result *result, const struct cause *cause,
                             enum receiver_outcome outcome)
{
    struct list_text list = list_text(arena, "; ", RECEIVERS_SHOWN);
    const struct receiver *last = NULL;

    for (size_t i = 0; i < cause->free_count; i++) {
        const struct receiver_verdict *v = cause->frees[i];

        if (v->outcome != outcome || v->receiver == last || is_implied(cause, v))
            continue;
        last = v->receiver;
        list_add(&list, str_printf(arena, "%s%s", v->receiver->title, senders(arena, result, cause, v)));
    }
    return list_end(&list);
}

const char *cause_frees(struct arena *arena, const struct result *result, const struct cause *cause)
{
    const char *refuse = receivers(arena, result, cause, RECEIVER_REJECTS);
    const char *risk = receivers(arena, result, cause, RECEIVER_AT_RISK);

    if (!*refuse && !*risk)
        return NULL;
    if (!*risk)
        return refuse;
    return str_printf(arena, "%s%sno longer at risk: %s", refuse, *refuse ? "; " : "", risk);
}

const char *step_subjects(struct arena *arena, const struct cause_step *step)
{
    struct list_text list = list_text(arena, ", ", SUBJECTS_SHOWN);

    for (size_t i = 0; i < step->finding_count; i++)
        list_add(&list, step->findings[i]->subject);
    return list_end(&list);
}

const char *step_wait(struct arena *arena, const struct cause_step *step, size_t number)
{
    if (!step->waits_for)
        return NULL;
    if (step->waits_for == number)
        return "The step before it changes the same record: audit again after it, for a record with both changes.";
    return str_printf(arena,
                      "Number %zu changes the same record: do that first and audit again, for a record with both changes.",
                      step->waits_for);
}
