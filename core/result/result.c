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

/* The order in which repairs work: names before what points to them, addresses before PTR before HELO. */
static unsigned repair_rank(const struct finding *f)
{
    static const char *const order[] = {"dnssec", "domain", "mx", "ip", "smtp", "ptr", "helo", "banner"};
    const char *group = check_of(f->check)->group;

    for (unsigned i = 0; i < sizeof order / sizeof *order; i++)
        if (strcmp(order[i], group) == 0)
            return i;
    return sizeof order / sizeof *order;
}

static bool comes_before(const struct finding *a, const struct finding *b)
{
    if (a->status != b->status)
        return a->status > b->status;
    if ((a->mark == MARK_SECRET_IS_OUT) != (b->mark == MARK_SECRET_IS_OUT))
        return a->mark == MARK_SECRET_IS_OUT;
    return repair_rank(a) < repair_rank(b);
}

size_t result_fix_first(const struct result *result, const struct finding **out, size_t max)
{
    size_t count = 0;

    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *f = result->findings[i];
        size_t at = count;

        if (f->status < WARN || f->suppressed || f->because != CHECK_NONE)
            continue;
        while (at > 0 && comes_before(f, out[at - 1]))
            at--;
        if (at == max)
            continue;
        if (count < max)
            count++;
        memmove(&out[at + 1], &out[at], (count - at - 1) * sizeof *out);
        out[at] = f;
    }
    return count;
}

const struct evidence *result_evidence(const struct result *result, const char *key)
{
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
