/* core/facts/agreement.h - what the user has agreed to: findings that are accepted for a while, and checks that weigh
 * more or less than usual.
 *
 * A suppression needs a reason and a last day, so that nothing is accepted without anybody knowing why, or for ever.
 * Checks are of enum check_id, which this room does not know.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "core/base/status.h"

struct suppression { /* ignore = CHECK [SUBJECT]; until=DATE; reason=TEXT */
    size_t check;
    const char *subject; /* a finding's, or a part of it; NULL: every one */
    const char *until;   /* "2027-03-01": the last day, in UTC */
    int64_t end_s;       /* the end of that day, in seconds since 1970 */
    const char *reason;
    const char *where; /* ".mailready.conf:12" */
};

struct level { /* level = CHECK STATUS */
    size_t check;
    enum status status; /* NOTE, WARN or FAIL */
    const char *where;
};
