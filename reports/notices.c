/* reports/notices.c - chooses and sorts what machines are told. */
#include "reports/notices.h"

#include "core/base/arena.h"
#include "core/base/str.h"
#include "reports/words.h"

static bool is_told(const struct result *result, const struct finding *f)
{
    return f->status != PASS && f->status != SKIPPED && !result_cause(result, f);
}

static struct notice *notice_about(struct notice *all, size_t count, const struct finding *f)
{
    for (size_t i = 0; i < count; i++)
        if (all[i].finding == f)
            return &all[i];
    return NULL;
}

/* NOTE is milder than UNKNOWN, and a finding that fails the run is worse than any that does not. */
static int weight(const struct notice *notice)
{
    return (notice->fails ? STATUS_COUNT : 0) + (int)notice->finding->status;
}

static const struct notice *sorted(struct arena *arena, const struct notice *all, size_t count) /* stable */
{
    struct notice *list = ARENA_ARRAY(arena, struct notice, count + 1);
    size_t used = 0;

    for (int heaviest = 2 * STATUS_COUNT; heaviest >= 0; heaviest--)
        for (size_t i = 0; i < count; i++)
            if (weight(&all[i]) == heaviest)
                list[used++] = all[i];
    return list;
}

struct notices notices_of(struct arena *arena, const struct result *result, const struct gate *gate)
{
    struct notice *all = ARENA_ARRAY(arena, struct notice, result->finding_count + 1);
    size_t count = 0;

    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *f = result->findings[i];

        if (is_told(result, f))
            all[count++] = (struct notice){.finding = f,
                                           .fails = gate_fails_for(gate, result, f),
                                           .undecided = gate_undecided_for(gate, result, f)};
    }
    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *cause = result_cause(result, result->findings[i]);
        struct notice *notice = cause ? notice_about(all, count, cause) : NULL;

        if (!notice)
            continue;
        notice->followers++;
        notice->undecided = notice->undecided || gate_undecided_for(gate, result, result->findings[i]);
    }
    return (struct notices){sorted(arena, all, count), count, gate_judge(gate, result)};
}

const char *notice_text(struct arena *arena, const struct notice *notice)
{
    const char *message = marked_message(arena, notice->finding);

    if (notice->followers == 0)
        return message;
    return str_printf(arena, "%s; %zu more %s undecided because of this", message, notice->followers,
                      notice->followers == 1 ? "check is" : "checks are");
}

const char *finding_text(struct arena *arena, const struct result *result, const struct finding *f)
{
    const struct finding *cause = result_cause(result, f);

    if (!cause)
        return marked_message(arena, f);
    return str_printf(arena, "undecided because of %s %s", check_of(cause->check)->name, cause->subject);
}
