/* probes/unaddressed.h - what is said where no server address is known, or none that listens. */
#pragma once

#include "core/derive/inventory.h"
#include "core/result/finding.h"

struct run;

/* Why it is not known whether the MX hosts have (more) addresses; NULL: all of them were looked up. */
const struct trouble *address_doubt(const struct inventory *);

/* Where no server address is known: `check` is skipped, or undecided where that is for want of an answer. */
void judge_without_address(struct run *, const struct inventory *, enum check_id check, const char *why);

/* What is beyond our limits is undecided, and counted: `check` would have judged it.  (checks.md, section 1) */
void judge_left_out(struct run *, const struct inventory *, enum check_id check);

/* A host that only sends need not listen: `check` is skipped for its addresses.  (checks.md, section 7) */
void skip_sender_only(struct run *, const struct inventory *, enum check_id check);
