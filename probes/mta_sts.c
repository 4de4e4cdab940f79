/* probes/mta_sts.c - does the domain have a policy that senders can use, and does it cover its MX hosts?  (checks.md,
 * section 12; RFC 8461) */
#include <inttypes.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/inventory.h"
#include "core/derive/run.h"
#include "core/derive/sts.h"
#include "core/facts/record_text.h"
#include "core/facts/target.h"
#include "core/records/policy_mend.h"
#include "core/records/tag_mend.h"
#include "core/result/finding.h"
#include "core/result/probe.h"
#include "probes/page_evidence.h"

enum { SHORT_MAX_AGE_S = 86400 }; /* below a day a policy protects little */

static void skip_rest(struct run *run, const struct sts *sts, const char *why)
{
    finding(run, MTA_STS_FETCH, SKIPPED, subject_url(sts->url), "%s", why);
    finding(run, MTA_STS_POLICY, SKIPPED, subject_url(sts->url), "%s", why);
    finding(run, MTA_STS_MX_MATCH, SKIPPED, subject_domain(run_target(run)->domain), "%s", why);
}

/* ---- mta_sts.record ---- */

/* The policy comes first: a record without one makes senders look for nothing. */
static void offer_record(struct run *run, const struct sts *sts, struct finding *f)
{
    const int64_t *now = need_now(run);

    finding_rests_on(run, f, sts->txt->key);
    finding_remedy(run, f,
                   "First serve the policy at %s, to begin with in mode testing, with an mx line for every MX host. "
                   "Then publish the record.",
                   sts->url);
    if (now)
        finding_record(run, f, "_mta-sts.%s. 3600 IN TXT \"v=STSv1; id=%" PRId64 "\"", run_target(run)->domain, *now);
}

static void repair_record(struct run *run, const struct sts *sts, struct finding *f)
{
    const char *owner = str_printf(run_arena(run), "_mta-sts.%s", run_target(run)->domain);
    struct policy_mended mended = sts_record_mend(run_arena(run), sts->text);

    finding_rests_on(run, f, sts->txt->key);
    if (!sts->text.at) {
        finding_remedy(run, f, "Keep one TXT record that begins with v=STSv1; at %s.", owner);
    } else if (mended.text) {
        finding_remedy(run, f, "Publish the record below in place of the one at %s%s%s%s.", owner,
                       mended.slips ? " (with " : "", tag_slips_text(run_arena(run), mended.slips),
                       mended.slips ? ")" : "");
        finding_txt(run, f, owner, mended.text);
        finding_replaces(run, f, "%s", record_txt_line(run_arena(run), owner, str_text(run_arena(run), sts->text)));
    } else {
        finding_remedy(run, f,
                       "Write the record at %s anew: v=STSv1; then id= with up to 32 letters and digits, which changes "
                       "whenever the policy does.",
                       owner);
    }
}

/* True: senders go on to the policy. */
static bool judge_record(struct run *run, const struct inventory *mail, const struct sts *sts)
{
    const char *domain = run_target(run)->domain;
    struct finding *f = NULL;

    switch (sts->record_step) {
    case STS_PENDING:
        return false;
    case STS_UNDECIDED:
        f = finding_unknown(run, MTA_STS_RECORD, subject_domain(domain), &sts->trouble, "no answer for _mta-sts.%s",
                            domain);
        finding_rests_on(run, f, sts->txt->key);
        finding_follows(finding_unknown(run, MTA_STS_FETCH, subject_url(sts->url), &sts->trouble, "no record"),
                        MTA_STS_RECORD);
        finding_follows(finding_unknown(run, MTA_STS_POLICY, subject_url(sts->url), &sts->trouble, "no record"),
                        MTA_STS_RECORD);
        finding_follows(finding_unknown(run, MTA_STS_MX_MATCH, subject_domain(domain), &sts->trouble, "no record"),
                        MTA_STS_RECORD);
        return false;
    case STS_ABSENT:
        if (!inventory_takes_mail(mail)) {
            f = finding(run, MTA_STS_RECORD, SKIPPED, subject_domain(domain), "the domain receives no mail");
            finding_rests_on(run, f, sts->txt->key);
        } else {
            f = finding(run, MTA_STS_RECORD, NOTE, subject_domain(domain),
                        "no MTA-STS record: senders cannot tell that TLS is wanted");
            offer_record(run, sts, f);
        }
        skip_rest(run, sts, "no MTA-STS record: see mta_sts.record");
        return false;
    case STS_FAULTY:
        f = finding(run, MTA_STS_RECORD, WARN, subject_domain(domain), "acts as no record: %s", sts->fault);
        finding_cause(f, sts->text.at ? CAUSE_STS_BAD_RECORD : CAUSE_STS_SEVERAL);
        repair_record(run, sts, f);
        skip_rest(run, sts, "no usable record: see mta_sts.record");
        return false;
    case STS_SOUND:
        break;
    }
    f = finding(run, MTA_STS_RECORD, PASS, subject_domain(domain), "id %s", str_text(run_arena(run), sts->record.id));
    finding_rests_on(run, f, sts->txt->key);
    return true;
}

/* ---- mta_sts.fetch ---- */

static bool is_plain_text(struct str type)
{
    size_t len = 0;

    while (len < type.len && type.at[len] != ';' && type.at[len] != ' ' && type.at[len] != '\t')
        len++;
    return str_equal_nocase((struct str){type.at, len}, str_of("text/plain"));
}

static struct finding *judge_media_type(struct run *run, const struct sts *sts)
{
    struct str type = sts->page.response->content_type;

    if (is_plain_text(type))
        return finding(run, MTA_STS_FETCH, PASS, subject_url(sts->url), "served over HTTPS with a valid certificate");
    return finding(run, MTA_STS_FETCH, NOTE, subject_url(sts->url), "served as %s instead of text/plain",
                   type.len ? str_text(run_arena(run), type) : "no media type");
}

static enum cause_id cause_of_no_policy(const struct page *page)
{
    const struct https_response *response = page->response;

    if (!response || response->end == HTTPS_END_NOT_CONTACTED)
        return CAUSE_STS_NO_HOST;
    if (response->end == HTTPS_END_CERTIFICATE)
        return CAUSE_STS_CERTIFICATE;
    if (response->end != HTTPS_END_OK)
        return CAUSE_STS_NOT_FETCHED;
    return response->status / 100 == 3  ? CAUSE_STS_REDIRECT
           : response->status == 404    ? CAUSE_STS_NO_FILE
           : response->status != 200    ? CAUSE_STS_NOT_FETCHED
                                        : CAUSE_STS_CODED;
}

/* True: a policy has come. */
static bool judge_fetch(struct run *run, const struct sts *sts)
{
    const char *domain = run_target(run)->domain;
    struct finding *f = NULL;

    switch (sts->fetch_step) {
    case STS_PENDING:
        return false;
    case STS_UNDECIDED:
        f = finding_unknown(run, MTA_STS_FETCH, subject_url(sts->url), &sts->trouble,
                            "the policy could not be fetched");
        finding_follows(finding_unknown(run, MTA_STS_POLICY, subject_url(sts->url), &sts->trouble, "not fetched"),
                        MTA_STS_FETCH);
        finding_follows(finding_unknown(run, MTA_STS_MX_MATCH, subject_domain(domain), &sts->trouble, "not fetched"),
                        MTA_STS_FETCH);
        break;
    case STS_ABSENT:
    case STS_FAULTY:
        f = finding(run, MTA_STS_FETCH, WARN, subject_url(sts->url),
                    "%s; senders that have an older policy in their cache stay bound by it", sts->fault);
        finding_cause(f, cause_of_no_policy(&sts->page));
        finding(run, MTA_STS_POLICY, SKIPPED, subject_url(sts->url), "not fetched: see mta_sts.fetch");
        finding(run, MTA_STS_MX_MATCH, SKIPPED, subject_domain(domain), "no policy: see mta_sts.fetch");
        break;
    case STS_SOUND:
        f = judge_media_type(run, sts);
        break;
    }
    page_evidence(run, f, &sts->page);
    return sts->fetch_step == STS_SOUND;
}

/* ---- mta_sts.policy ---- */

/* True: it can be used. */
static bool judge_policy(struct run *run, const struct sts *sts)
{
    const struct sts_policy *policy = &sts->policy;
    struct finding *f;

    if (sts->policy_step != STS_SOUND) {
        f = finding(run, MTA_STS_POLICY, WARN, subject_url(sts->url), "senders cannot use the policy: %s", sts->fault);
        finding_remedy(
            run, f,
            "Correct this in the policy, and then change the id of the record, so that senders fetch it again.");
        finding(run, MTA_STS_MX_MATCH, SKIPPED, subject_domain(run_target(run)->domain),
                "no usable policy: see mta_sts.policy");
    } else if (policy->mode == STS_MODE_NONE) {
        f = finding(run, MTA_STS_POLICY, NOTE, subject_url(sts->url),
                    "mode none: the policy asks for nothing, which is the way out of MTA-STS");
        finding_cause(f, CAUSE_STS_LAX);
        finding_remedy(run, f,
                       "If the way out is meant, leave the policy until those that senders fetched before have run "
                       "out, and then take the record and "
                       "the policy away.");
    } else if (policy->mode == STS_TESTING) {
        f = finding(run, MTA_STS_POLICY, NOTE, subject_url(sts->url),
                    "mode testing: failures are reported, and mail is delivered all the same");
        finding_cause(f, CAUSE_STS_LAX);
        finding_remedy(
            run, f, "When the reports of TLS-RPT show no failures, use mode enforce, and change the id of the record.");
    } else if (policy->max_age_s < SHORT_MAX_AGE_S) {
        f = finding(run, MTA_STS_POLICY, NOTE, subject_url(sts->url),
                    "max_age is %" PRIu32 " s only: senders forget the policy within a day", policy->max_age_s);
        finding_cause(f, CAUSE_STS_LAX);
        finding_remedy(run, f, "When nothing fails, raise max_age to weeks, and change the id of the record.");
    } else {
        f = finding(run, MTA_STS_POLICY, PASS, subject_url(sts->url),
                    "mode enforce, %zu mx pattern%s, kept for %" PRIu32 " s", policy->mx_count + policy->mx_left_out,
                    policy->mx_count + policy->mx_left_out == 1 ? "" : "s", policy->max_age_s);
    }
    finding_rests_on(run, f, sts->page.response->key);
    return sts->policy_step == STS_SOUND;
}

/* ---- mta_sts.mx_match ---- */

static void judge_host(struct run *run, const struct sts *sts, const char *host)
{
    const struct sts_policy *policy = &sts->policy;
    enum status violated = policy->mode == STS_ENFORCE ? FAIL : WARN;
    struct finding *f;

    if (sts_policy_covers(policy, host)) {
        f = finding(run, MTA_STS_MX_MATCH, PASS, subject_host(host), "covered by the policy");
    } else if (policy->mx_left_out > 0) {
        struct trouble budget = trouble_of(REASON_BUDGET);

        budget.why = "the policy has more mx patterns than are looked at";
        f = finding_unknown(run, MTA_STS_MX_MATCH, subject_host(host), &budget, "no match in the first %d", STS_MX_MAX);
    } else {
        f = finding(run, MTA_STS_MX_MATCH, violated, subject_host(host),
                    "no mx pattern of the policy matches this host: %s",
                    violated == FAIL ? "senders with MTA-STS do not deliver to it"
                                     : "senders would not deliver to it in mode enforce");
        if (name_is_host(host))
            finding_remedy(run, f,
                           "Add the line \"mx: %s\" to the policy, and then change the id of the record; or remove the "
                           "host from the "
                           "MX records.",
                           host);
    }
    finding_rests_on(run, finding_worst(f, violated), sts->page.response->key);
}

static bool names_a_host(const struct inventory *mail, struct str pattern)
{
    for (size_t i = 0; i < mail->host_count; i++)
        if (sts_pattern_matches(pattern, mail->hosts[i].name))
            return true;
    return false;
}

static void judge_hosts(struct run *run, const struct inventory *mail, const struct sts *sts)
{
    const char *domain = run_target(run)->domain;
    size_t judged = 0;

    if (sts->policy.mode == STS_MODE_NONE) {
        finding(run, MTA_STS_MX_MATCH, SKIPPED, subject_domain(domain), "mode none: the policy asks for nothing");
        return;
    }
    if (mail->kind == MX_UNDECIDED) {
        finding_follows(
            finding_unknown(run, MTA_STS_MX_MATCH, subject_domain(domain), mail->trouble, "no answer for MX"),
            MX_EXISTS);
        return;
    }
    for (size_t i = 0; i < mail->host_count; i++) {
        if (mail->hosts[i].is_literal || mail->hosts[i].is_placeholder)
            continue; /* nobody delivers there, policy or not: see mx.target_literal */
        judge_host(run, sts, mail->hosts[i].name);
        judged++;
    }
    if (judged == 0) {
        finding(run, MTA_STS_MX_MATCH, SKIPPED, subject_domain(domain), "no MX host");
        return;
    }
    for (size_t i = 0; i < sts->policy.mx_count && mail->hosts_left_out == 0; i++)
        if (!names_a_host(mail, sts->policy.mx[i]))
            finding(run, MTA_STS_MX_MATCH, NOTE, subject_host(str_text(run_arena(run), sts->policy.mx[i])),
                    "no MX host matches this pattern of the policy");
}

static void probe_mta_sts(struct run *run)
{
    const struct inventory *mail = need_inventory(run);
    const struct sts *sts = need_sts(run);

    if (mail->kind == MX_PENDING)
        return;
    if (judge_record(run, mail, sts) && judge_fetch(run, sts) && judge_policy(run, sts))
        judge_hosts(run, mail, sts);
}

const struct probe mta_sts_probe = {
    .name = "mta_sts",
    .summary = "the MTA-STS record, the policy behind it, and whether it covers the MX hosts",
    .groups = "mta_sts",
    .run = probe_mta_sts,
};
