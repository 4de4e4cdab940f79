/* probes/clock.c - is our clock right?  Compared with what web servers say the time is.  (threats.md T5) */
#include "core/date.h"
#include "core/https.h"
#include "core/run.h"
#include "probes/mail.h"
#include "probes/sts.h"

enum { SKEW_MAX_S = 300 };

enum clock need_clock(struct run *run, int64_t *skew_s, const char **key)
{
    const struct sts *sts = need_sts(run);
    const struct https_response *response = sts->page.response;
    int64_t date;

    if (sts->record_step == STS_PENDING || sts->fetch_step == STS_PENDING)
        return CLOCK_PENDING;
    if (!response || !date_find(response->date, &date))
        return CLOCK_UNTESTED;
    *key = response->key;
    *skew_s = response->received_s - date;
    return *skew_s >= -SKEW_MAX_S && *skew_s <= SKEW_MAX_S ? CLOCK_RIGHT : CLOCK_WRONG;
}
