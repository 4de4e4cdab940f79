/* core/result/result.c - what a result says as a whole. */
#include "core/result/result.h"

#include <string.h>

#include "core/facts/evidence.h"

enum { BECAUSE_DEPTH = 8 }; /* causes of causes */

enum verdict result_verdict(const struct result *result)
{
    if (result->counts[FAIL])
        return VERDICT_NOT_READY;
    for (size_t i = 0; i < result->finding_count; i++)
        if (finding_is_undecided(result->findings[i]))
            return VERDICT_UNKNOWN;
    return result->counts[WARN] ? VERDICT_WARNINGS : VERDICT_READY;
}

const struct evidence *result_evidence(const struct result *result, const char *key)
{
    for (size_t i = 0; i < result->planned_count; i++)
        if (strcmp(result->planned[i]->text, key) == 0)
            return result->planned[i];
    for (size_t i = 0; i < result->evidence_count; i++)
        if (result->evidence[i]->known && strcmp(result->evidence[i]->text, key) == 0)
            return result->evidence[i];
    return NULL;
}

bool finding_concerns(const struct finding *f, const struct mail_address *address)
{
    return f->about.ip.family == IP_NONE || ip_equal(&f->about.ip, &address->ip);
}

static const struct finding *undecided(const struct result *result, enum check_id check, const char *subject)
{
    const struct finding *found = NULL;

    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *f = result->findings[i];

        if (f->status != UNKNOWN || f->suppressed || f->check != check)
            continue;
        if (!found || (strcmp(f->subject, subject) == 0 && strcmp(found->subject, subject) != 0))
            found = f;
    }
    return found;
}

const struct finding *result_cause(const struct result *result, const struct finding *f)
{
    const struct finding *cause = f;

    for (unsigned depth = 0; cause && cause->because != CHECK_NONE && cause->status == UNKNOWN; depth++) {
        const struct finding *next = undecided(result, cause->because, cause->subject);

        if (!next || next == cause || depth == BECAUSE_DEPTH)
            break;
        cause = next;
    }
    return cause == f || cause->because != CHECK_NONE ? NULL : cause;
}
