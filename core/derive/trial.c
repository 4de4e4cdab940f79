/* core/derive/trial.c - may it be tried, and if so, why did nothing come of it? */
#include "core/derive/trial.h"

#include "core/base/name.h"
#include "core/derive/inventory.h"
#include "core/derive/run.h"
#include "core/derive/session.h"
#include "core/facts/smtp_session.h"

bool trial_is_wanted(struct run *run, enum active active)
{
    return run_target(run)->active & active;
}

bool trial_is_own(struct run *run, const char *mx_host)
{
    const struct target *target = run_target(run);

    for (size_t i = 0; i < target->own_count; i++)
        if (name_equal(mx_host, target->own[i]) || name_is_under(mx_host, target->own[i]))
            return true;
    return false;
}

struct trouble trial_doubt(struct run *run, const struct smtp_session *s)
{
    static const struct trouble refused = {REASON_TEMPORARY_REFUSAL, SIDE_TARGET,
                                           "the server refuses what it granted a moment ago"};
    struct trouble trouble = reply_trouble(run, s, &s->greeting);

    if (trouble.reason)
        return trouble;
    return s->trouble.reason ? s->trouble : refused;
}
