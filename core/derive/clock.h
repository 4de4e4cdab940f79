/* core/derive/clock.h - is our clock right? */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "core/base/trouble.h"

struct run;

/* Is our clock right?  Compared with what servers say that this audit talks to anyway: the policy host's Date, the
 * greetings of the MX hosts; their addresses on this machine left out.  Where nobody tells, the signatures of the root
 * zone do, roughly.  Where it is wrong, or may be, what depends on the time of day is unknown.  (threats.md T5) */
struct clock {
    enum clock_state { CLOCK_PENDING, CLOCK_UNTESTED, CLOCK_RIGHT, CLOCK_WRONG } state;
    /* The rest is of those two last. */
    const char *teller; /* who agrees, or differs: a host or a subject */
    const char *key;    /* of the evidence */
    int64_t skew_s;     /* ours less theirs */
    size_t tellers;     /* hosts that told the time; if wrong, all of them differ from us */
    struct trouble trouble; /* if wrong */
};
struct clock need_clock(struct run *);
