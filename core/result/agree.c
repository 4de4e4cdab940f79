/* core/result/agree.c - suppressions and levels. */
#include "core/result/agree.h"

#include <string.h>

#include "core/base/name.h"
#include "core/base/str.h"
#include "core/facts/agreement.h"
#include "core/result/finding.h"
#include "core/result/result.h"

static bool is_part(const char *part, const char *subject)
{
    return part && name_equal(part, subject);
}

/* The whole subject as reports show it, or one part of it: the address, the host, the name, the selector. */
static bool is_about(const struct suppression *suppression, const struct finding *f)
{
    const char *subject = suppression->subject;
    struct ip ip;

    if (suppression->check != (size_t)f->check)
        return false;
    if (!subject || text_equal_nocase(subject, f->subject))
        return true;
    if (ip_parse(subject, &ip))
        return f->about.ip.family != IP_NONE && ip_equal(&ip, &f->about.ip);
    return is_part(f->about.host, subject) || is_part(f->about.name, subject) || is_part(f->about.selector, subject);
}

static bool can_be_suppressed(enum status status)
{
    return status != PASS && status != SKIPPED;
}

static void set_level(struct finding *f, const struct level *level)
{
    f->worst = level->status;
    if (f->status != NOTE && f->status != WARN && f->status != FAIL)
        return;
    if (!f->level)
        f->judged = f->status;
    f->status = level->status;
    f->level = level;
}

void agree(struct arena *arena, const struct target *target, int64_t now_s, struct finding *f)
{
    const struct suppression *expired = NULL;

    for (size_t i = 0; i < target->level_count; i++) /* the last one decides: that of the domain's own section */
        if (target->levels[i].check == (size_t)f->check)
            set_level(f, &target->levels[i]);
    for (size_t i = 0; i < target->suppression_count && can_be_suppressed(f->status); i++) {
        const struct suppression *suppression = &target->suppressions[i];

        if (!is_about(suppression, f))
            continue;
        if (now_s < suppression->end_s)
            f->suppressed = suppression;
        else
            expired = suppression;
    }
    if (expired && !f->suppressed)
        f->message = str_printf(arena, "%s (its suppression ended on %s)", f->message, expired->until);
}

enum suppression_state suppression_state(const struct result *result, const struct suppression *suppression,
                                         size_t *count)
{
    *count = 0;
    if (!target_selects(result->target, suppression->check))
        return SUPPRESSION_NOT_ASKED;
    for (size_t i = 0; i < result->finding_count; i++)
        *count += can_be_suppressed(result->findings[i]->status) && is_about(suppression, result->findings[i]);
    if (*count == 0)
        return SUPPRESSION_UNUSED;
    return result->started_s < suppression->end_s ? SUPPRESSION_IN_FORCE : SUPPRESSION_EXPIRED;
}

const char *suppression_state_word(enum suppression_state state)
{
    static const char *const words[] = {"in_force", "expired", "unused", "not_asked"};

    return words[state];
}
