/* core/collect/smtp/smtp_end.h - how a session ended, and whose side that is on: errno classes and the troubles they
 * mean.
 *
 * Refused, reset, time-out, unreachable and closed are five different things (threats.md C5), and what our own machine
 * refuses (C8) is a sixth that never counts against the target.
 */
#pragma once

#include <stdbool.h>

#include "core/collect/smtp/smtp.h"

struct arena;

struct smtp_failure {
    enum smtp_end end;
    int os_error;
    struct trouble trouble;
};

/* A connection that did not come about.  `at_once`: connect() itself said so, no packet came back.  `bound`: the user
 * named the source address. */
struct smtp_failure smtp_connect_failure(int os_error, const struct ip *peer, bool at_once, bool bound);
/* A connection that stood.  The words name the state; they are in the arena. */
struct smtp_failure smtp_lost_failure(struct arena *, int os_error, enum smtp_state);
struct smtp_failure smtp_closed_failure(struct arena *, enum smtp_state);
struct smtp_failure smtp_timeout_failure(struct arena *, enum smtp_state);
struct smtp_failure smtp_violation_failure(unsigned violations);
struct smtp_failure smtp_memory_failure(void);
