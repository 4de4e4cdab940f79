/* core/derive/absence.h - is a record that the resolver does not see really absent? */
#pragma once

#include "core/base/trouble.h"
#include "core/facts/dns_answer.h"

struct run;

/* Confirms that a record is absent, at the zone's own name servers (threats.md D9).  `answer` is negative. */
enum absence { ABSENCE_PENDING, ABSENCE_CONFIRMED, ABSENCE_DISPUTED, ABSENCE_UNDECIDED };
enum absence need_absence(struct run *, const char *name, enum dns_type, const struct dns_answer *answer,
                          const struct dns_answer **dissent, struct trouble *);
