/* core/derive/sts.c - follows a domain's MTA-STS as a sender does: record, policy host, policy.  (RFC 8461 3) */
#include "core/derive/sts.h"

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/absence.h"
#include "core/derive/derived.h"
#include "core/derive/run.h"
#include "core/facts/target.h"
#include "core/records/policy_mend.h"

/* ---- the record ---- */

static enum sts_step faulty(struct sts *sts, const char *fault)
{
    sts->fault = fault;
    return STS_FAULTY;
}

static enum sts_step undecided(struct sts *sts, const struct trouble *trouble)
{
    sts->trouble = *trouble;
    return STS_UNDECIDED;
}

/* RFC 8461 3.1: what does not begin with "v=STSv1;" is dropped, and then there must be one. */
static enum sts_step look_at_record(struct arena *arena, struct sts *sts)
{
    struct str text = {NULL, 0}, odd = {NULL, 0};
    size_t count = 0;
    const char *why;

    if (!sts->txt)
        return STS_PENDING;
    if (sts->txt->status == DNS_UNKNOWN)
        return undecided(sts, &sts->txt->trouble);
    for (size_t i = 0; i < sts->txt->count; i++) {
        struct str joined = sts->txt->records[i].txt.joined;

        if (sts_record_is_one(joined)) {
            text = joined;
            count++;
        } else if (sts_record_mend(arena, joined).meant) {
            odd = joined;
        }
    }
    if (count > 1)
        return faulty(sts, "there are several records, so senders ignore all of them");
    sts->text = count ? text : odd;
    if (count == 0 && odd.at)
        return faulty(sts, "the record does not begin with \"v=STSv1;\", so senders ignore it");
    if (count == 0)
        return STS_ABSENT;
    return sts_record_parse(text, &sts->record, &why) ? STS_SOUND : faulty(sts, why);
}

/* ---- the policy ---- */

/* RFC 8461 3.3: 200, no redirect. */
static enum sts_step look_at_page(struct sts *sts)
{
    static const enum sts_step steps[] = {[PAGE_PENDING] = STS_PENDING,
                                          [PAGE_UNDECIDED] = STS_UNDECIDED,
                                          [PAGE_FAULTY] = STS_FAULTY,
                                          [PAGE_SOUND] = STS_SOUND};

    sts->trouble = sts->page.trouble;
    sts->fault = sts->page.fault;
    return steps[sts->page.step];
}

static const void *derive_record(struct run *run, const void *argument)
{
    struct arena *arena = run_arena(run);
    struct sts *sts = ARENA_NEW(arena, struct sts);
    const char *domain = run_target(run)->domain;

    (void)argument;
    sts->host = name_join(arena, "mta-sts", domain);
    sts->url = str_concat(arena, "https://", sts->host, "/.well-known/mta-sts.txt", NULL);
    sts->txt = need_record(run, name_join(arena, "_mta-sts", domain), DNS_TXT);
    need_dns(run, sts->host, DNS_A); /* for need_page(), while the record is on its way */
    need_dns(run, sts->host, DNS_AAAA);
    sts->fetch_step = sts->policy_step = STS_ABSENT;
    sts->record_step = look_at_record(arena, sts);
    return sts;
}

static const struct sts *need_sts_record(struct run *run)
{
    static const struct derivation record = {"the MTA-STS record", derive_record};

    return need_derived(run, &record, "", NULL);
}

const struct https_response *need_sts_response(struct run *run, bool *pending)
{
    const struct sts *sts = need_sts_record(run);
    struct page page = {.step = PAGE_FAULTY};

    if (sts->record_step == STS_SOUND)
        page = need_response(run, sts->url, HTTPS_POLICY_BYTES);
    *pending |= sts->record_step == STS_PENDING || page.step == PAGE_PENDING;
    return page.response;
}

static const void *derive_policy(struct run *run, const void *argument)
{
    struct sts *sts = ARENA_NEW(run_arena(run), struct sts);
    const char *why;

    (void)argument;
    *sts = *need_sts_record(run);
    if (sts->record_step != STS_SOUND)
        return sts;
    sts->page = need_page(run, sts->url, HTTPS_POLICY_BYTES);
    sts->fetch_step = look_at_page(sts);
    if (sts->fetch_step == STS_SOUND)
        sts->policy_step = sts_policy_parse(run_arena(run), sts->page.response->body, &sts->policy, &why)
                               ? STS_SOUND
                               : faulty(sts, why);
    return sts;
}

const struct sts *need_sts(struct run *run)
{
    static const struct derivation policy = {"the MTA-STS policy", derive_policy};

    return need_derived(run, &policy, "", NULL);
}

bool need_covered_by_sts(struct run *run, const char *mx_host, enum sts_mode mode, bool *pending)
{
    const struct sts *sts = need_sts(run);

    *pending |= sts->record_step == STS_PENDING || sts->fetch_step == STS_PENDING;
    return sts->policy_step == STS_SOUND && sts->policy.mode == mode && sts_policy_covers(&sts->policy, mx_host);
}
