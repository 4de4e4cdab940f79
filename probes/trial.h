/* probes/trial.h - tests that an operator asks for with servers of his own.  (checks.md, sections 7, 8, 18; threats.md A5)
 *
 * Never without --active, and never with a host that --own does not name.
 */
#pragma once

#include <stdbool.h>

#include "core/target.h"
#include "core/trouble.h"

struct run;
struct smtp_reply;
struct smtp_session;

bool trial_is_wanted(struct run *, enum active);
bool trial_is_own(struct run *, const char *mx_host);

/* Why `reply` of a trial's session is no verdict on the server; REASON_NONE: it is one. */
struct trouble trial_trouble(struct run *, const struct smtp_session *, const struct smtp_reply *reply);
