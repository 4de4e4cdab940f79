/* core/result/gate.c - which findings, or which receivers, let a result through. */
#include "core/result/gate.h"

#include "core/result/difference.h"
#include "core/result/receiver.h"

/* Is it so since the baseline? */
static bool is_regression(const struct gate *gate, const struct result *result, const struct finding *f)
{
    const struct difference_item *item = NULL;

    if (!gate->difference)
        return true;
    for (size_t i = 0; i < result->finding_count && !item; i++)
        if (result->findings[i] == f)
            item = difference_at(gate->difference, i);
    return item && change_is_regression(item->change);
}

static bool finding_counts(const struct gate *gate, const struct result *result, const struct finding *f)
{
    return gate->fail_on != PASS && f->status >= gate->fail_on && !f->suppressed && is_regression(gate, result, f);
}

static bool outcome_counts(const struct gate *gate, const struct result *result, const struct receiver_verdict *v)
{
    bool is_new = false;

    for (size_t r = 0; r < v->reason_count; r++)
        is_new = is_new || !v->reasons[r].finding || is_regression(gate, result, v->reasons[r].finding);
    if (gate->difference && !is_new)
        return false;
    return (v->outcome == RECEIVER_REJECTS && gate->fail_on != PASS) ||
           (v->outcome == RECEIVER_AT_RISK && gate->fail_on == WARN);
}

static bool is_asked(const struct gate *gate, const struct receiver *receiver)
{
    for (size_t i = 0; i < gate->receiver_count; i++)
        if (gate->receivers[i] == receiver)
            return true;
    return false;
}

/* Where no sender is known, nobody knows what a receiver would do. */
static struct gate_outcome judge_receivers(const struct gate *gate, const struct result *result)
{
    struct gate_outcome outcome = {.undecided = result->receiver_count == 0};

    for (size_t i = 0; i < result->receiver_count; i++) {
        const struct receiver_verdict *verdict = &result->receivers[i];

        if (!is_asked(gate, verdict->receiver))
            continue;
        outcome.fails = outcome.fails || outcome_counts(gate, result, verdict);
        outcome.undecided = outcome.undecided || verdict->outcome == RECEIVER_CANT_TELL;
    }
    return outcome;
}

struct gate_outcome gate_judge(const struct gate *gate, const struct result *result)
{
    struct gate_outcome outcome = {false, false};

    if (gate->receiver_count > 0)
        outcome = judge_receivers(gate, result);
    for (size_t i = 0; gate->receiver_count == 0 && i < result->finding_count; i++) {
        outcome.fails = outcome.fails || finding_counts(gate, result, result->findings[i]);
        outcome.undecided = outcome.undecided || finding_is_undecided(result->findings[i]);
    }
    outcome.undecided = outcome.undecided || result->out_of_memory;
    return outcome;
}

/* Does the verdict of a receiver that was asked rest on the finding?  Of those that count, or of the undecided ones. */
static bool a_receiver_names(const struct gate *gate, const struct result *result, const struct finding *f, bool counts)
{
    for (size_t i = 0; i < result->receiver_count; i++) {
        const struct receiver_verdict *verdict = &result->receivers[i];

        if (!is_asked(gate, verdict->receiver) ||
            !(counts ? outcome_counts(gate, result, verdict) : verdict->outcome == RECEIVER_CANT_TELL))
            continue;
        for (size_t r = 0; r < verdict->reason_count; r++)
            if (verdict->reasons[r].finding == f)
                return true;
    }
    return false;
}

bool gate_fails_for(const struct gate *gate, const struct result *result, const struct finding *f)
{
    if (gate->receiver_count > 0)
        return f->status != UNKNOWN && a_receiver_names(gate, result, f, true);
    return finding_counts(gate, result, f);
}

bool gate_undecided_for(const struct gate *gate, const struct result *result, const struct finding *f)
{
    if (gate->receiver_count > 0)
        return f->status == UNKNOWN && a_receiver_names(gate, result, f, false);
    return finding_is_undecided(f);
}
