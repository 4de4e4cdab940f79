/* core/result/gate.c - which findings, or which receivers, let a result through. */
#include "core/result/gate.h"

#include "core/result/receiver.h"

static bool finding_counts(const struct gate *gate, const struct finding *f)
{
    return gate->fail_on != PASS && f->status >= gate->fail_on && !f->suppressed;
}

static bool outcome_counts(const struct gate *gate, enum receiver_outcome outcome)
{
    return (outcome == RECEIVER_REJECTS && gate->fail_on != PASS) ||
           (outcome == RECEIVER_AT_RISK && gate->fail_on == WARN);
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
        outcome.fails = outcome.fails || outcome_counts(gate, verdict->outcome);
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
        outcome.fails = outcome.fails || finding_counts(gate, result->findings[i]);
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
            !(counts ? outcome_counts(gate, verdict->outcome) : verdict->outcome == RECEIVER_CANT_TELL))
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
    return finding_counts(gate, f);
}

bool gate_undecided_for(const struct gate *gate, const struct result *result, const struct finding *f)
{
    if (gate->receiver_count > 0)
        return f->status == UNKNOWN && a_receiver_names(gate, result, f, false);
    return finding_is_undecided(f);
}
