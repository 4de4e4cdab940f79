/* core/result/gate.h - what of a result decides about the exit status: --fail-on and --receiver.
 *
 * Findings count from the mildest status on that --fail-on names.  Where receivers are named, they alone decide: what
 * they would do with mail from any of the senders, and the findings that their rules rest on.  What is unknown never
 * counts as a fault; it leaves the gate undecided.  With a baseline only findings that are new or worse count.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/status.h"
#include "core/result/result.h"

struct difference;
struct receiver;

struct gate {
    enum status fail_on; /* FAIL or WARN; PASS: nothing counts */
    const struct receiver *const *receivers;
    size_t receiver_count;
    const struct difference *difference; /* since a baseline: only what is new or worse counts; NULL: there is none */
};

struct gate_outcome {
    bool fails;     /* exit status 1 */
    bool undecided; /* exit status 3, unless it fails */
};

struct gate_outcome gate_judge(const struct gate *, const struct result *);

/* Is the finding among those for which the result fails, or for which it is undecided? */
bool gate_fails_for(const struct gate *, const struct result *, const struct finding *);
bool gate_undecided_for(const struct gate *, const struct result *, const struct finding *);
