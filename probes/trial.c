/* probes/trial.c - may it be tried, and did it come to a reply? */
#include "probes/trial.h"

#include "core/name.h"
#include "core/run.h"
#include "probes/mail.h"

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

struct trouble trial_trouble(struct run *run, const struct smtp_session *s, const struct smtp_reply *reply)
{
    if (reply->code && s->end == SMTP_END_OK)
        return reply_trouble(run, s, reply);
    if (s->greeting.code && s->greeting.code != 220)
        return reply_trouble(run, s, &s->greeting);
    return s->trouble.reason ? s->trouble : trouble_of(REASON_CONNECTION_LOST);
}
