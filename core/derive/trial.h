/* core/derive/trial.h - tests that an operator asks for with servers of his own.  (checks.md, sections 7, 8, 18;
 * threats.md A5)
 *
 * Never without --active, and never with a host that --own does not name.
 */
#pragma once

#include <stdbool.h>

#include "core/base/trouble.h"
#include "core/facts/target.h"

struct run;
struct smtp_session;

bool trial_is_wanted(struct run *, enum active);
bool trial_is_own(struct run *, const char *mx_host);

/* Why a trial did not come to what it is for.  A server that served
 * us a moment ago and refuses now does so for the time being. */
struct trouble trial_doubt(struct run *, const struct smtp_session *);
