/* core/audit/pace.c - multiplicative decrease, additive increase. */
#include "core/audit/pace.h"

#include "core/base/limits.h"

enum {
    STEP_MS = 1000,
    SETTLE_MS = 2 * DNS_TRY_MS, /* what was sent before the number fell is lost later than that it fell */
    ENOUGH = 20,                /* packets, to say anything of their share */
    LOST_MANY = 20,             /* of a hundred: no network that people use loses them by chance */
    LOST_FEW = 5,
    FEWEST = 5,       /* audits */
    STEPS_TO_ALL = 30 /* from none */
};

struct pace pace_new(size_t most, int64_t now_ms)
{
    return (struct pace){.most = most, .allowed = most, .next_ms = now_ms + STEP_MS};
}

static void slow_down(struct pace *pace)
{
    size_t half = pace->allowed / 2, fewest = FEWEST < pace->most ? FEWEST : pace->most;

    pace->allowed = half > fewest ? half : fewest;
}

static void speed_up(struct pace *pace)
{
    size_t step = pace->most / STEPS_TO_ALL + 1;

    pace->allowed = pace->most - pace->allowed > step ? pace->allowed + step : pace->most;
}

void pace_look(struct pace *pace, struct dns_counts counts, int64_t now_ms)
{
    size_t silent = counts.silent - pace->before.silent, all = silent + counts.replied - pace->before.replied;

    if (now_ms < pace->next_ms || all < ENOUGH)
        return;
    pace->before = counts;
    pace->next_ms = now_ms + STEP_MS;
    if (silent * 100 >= all * LOST_MANY) {
        slow_down(pace);
        pace->next_ms = now_ms + SETTLE_MS;
    } else if (silent * 100 < all * LOST_FEW) {
        speed_up(pace);
    }
}
