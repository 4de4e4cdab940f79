/* probes/ptr_range.c - have the addresses of the ranges that SPF names reverse names?  (checks.md, section 3)
 *
 * Nothing that a range names is a sender for that, so nothing fails here: an address that is not used needs no name.
 * Small ranges are looked up address by address.  Of larger ones only the hosts that the record names with a range
 * around them are; the mail addresses inside have findings of their own.
 */
#include <string.h>

#include "core/base/arena.h"
#include "core/base/ip_network.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/fcrdns.h"
#include "core/derive/inventory.h"
#include "core/derive/reverse.h"
#include "core/derive/run.h"
#include "core/derive/spf.h"
#include "core/facts/target.h"
#include "core/result/finding.h"
#include "core/result/probe.h"

enum leads { BACK, NOWHERE, ELSEWHERE, UNANSWERED, LEADS_COUNT };

struct address {
    struct ip ip;
    enum leads leads;
    const char *key; /* evidence */
};

struct sample {
    struct address *at;
    size_t count, counts[LEADS_COUNT];
    struct trouble trouble; /* of the first UNANSWERED */
};

struct judge {
    struct run *run;
    const struct inventory *mail;
    size_t left; /* addresses that may still be looked up */
};

/* ---- looking up ---- */

static enum leads leads_of(struct judge *j, const struct ip *ip, const struct reverse *r, struct trouble *trouble)
{
    const struct fcrdns *names;

    if (r->state == REVERSE_PENDING || r->state == REVERSE_UNDECIDED) {
        *trouble = r->trouble;
        return UNANSWERED;
    }
    if (r->state == REVERSE_ABSENT)
        return NOWHERE;
    names = need_fcrdns(j->run, j->mail, ip, r->ptr);
    *trouble = names->open ? names->trouble : trouble_of(REASON_BUDGET);
    return names->confirming ? BACK : names->open || names->untried ? UNANSWERED : ELSEWHERE;
}

static void look_up(struct judge *j, struct sample *s, const struct ip *ip)
{
    struct reverse r = need_reverse(j->run, ip);
    struct trouble trouble = {0};
    enum leads leads = leads_of(j, ip, &r, &trouble);

    if (leads == UNANSWERED && !s->counts[UNANSWERED])
        s->trouble = trouble;
    s->counts[leads]++;
    s->at[s->count++] = (struct address){*ip, leads, r.ptr ? r.ptr->key : NULL};
    j->left--;
}

/* ---- words ---- */

static bool follows(const struct address *a, const struct address *b)
{
    struct ip next = a->ip;
    size_t last = next.family == IP_V6 ? 15 : 3;

    next.bytes[last]++;
    return next.bytes[last] != 0 && ip_equal(&next, &b->ip);
}

/* "192.0.2.16, 192.0.2.18 to 192.0.2.22": those that lead there. */
static const char *addresses_text(struct run *run, const struct sample *s, enum leads leads)
{
    const char *text = "";

    for (size_t i = 0; i < s->count; i++) {
        size_t first = i;

        if (s->at[i].leads != leads)
            continue;
        while (i + 1 < s->count && s->at[i + 1].leads == leads && follows(&s->at[i], &s->at[i + 1]))
            i++;
        text = str_printf(run_arena(run), "%s%s%s", text, *text ? ", " : "", ip_text(run_arena(run), &s->at[first].ip));
        if (i > first)
            text = str_printf(run_arena(run), "%s%s%s", text, i == first + 1 ? ", " : " to ",
                              ip_text(run_arena(run), &s->at[i].ip));
    }
    return text;
}

/* "; no reverse name: 192.0.2.16; ...": what does not lead back. */
static const char *faults_text(struct run *run, const struct sample *s)
{
    static const char *const words[LEADS_COUNT] = {[NOWHERE] = "no reverse name",
                                                   [ELSEWHERE] = "a reverse name that does not lead to them",
                                                   [UNANSWERED] = "not answered"};
    const char *text = "";

    for (enum leads leads = NOWHERE; leads < LEADS_COUNT; leads++)
        if (s->counts[leads])
            text = str_printf(run_arena(run), "%s; %s: %s", text, words[leads], addresses_text(run, s, leads));
    return text;
}

static const char *mail_addresses_text(const struct judge *j, const struct ip_network *network)
{
    const char *text = "";

    for (size_t i = 0; i < j->mail->address_count; i++)
        if (ip_in_network(&j->mail->addresses[i].ip, network))
            text = str_printf(run_arena(j->run), "%s%s%s", text, *text ? ", " : "", j->mail->addresses[i].label);
    return text;
}

/* ---- judging ---- */

static void judge_sample(struct judge *j, const struct spf_range *range, const struct sample *s,
                         enum status when_in_order, const char *message)
{
    struct run *run = j->run;
    struct subject subject = subject_network(ip_network_text(run_arena(run), &range->network));
    const char *known = mail_addresses_text(j, &range->network);
    struct finding *f;

    message = str_printf(run_arena(run), "%s%s%s%s", message, faults_text(run, s),
                         *known ? "; server addresses among them: " : "", known);
    if (s->counts[NOWHERE] || s->counts[ELSEWHERE]) {
        f = finding(run, PTR_RANGE, NOTE, subject, "%s", message);
        finding_remedy(run, f,
                       "Mail from an address whose reverse name is missing or does not lead back to it is refused (Gmail: "
                       "550-5.7.25). If only some of the addresses send, let the SPF record name these instead of "
                       "\"%s\".",
                       range->term);
    } else if (s->counts[UNANSWERED]) {
        f = finding_unknown(run, PTR_RANGE, subject, &s->trouble, "%s", message);
    } else {
        f = finding(run, PTR_RANGE, when_in_order, subject, "%s", message);
    }
    for (size_t i = 0; i < s->count; i++)
        if (s->at[i].key)
            finding_rests_on(run, f, s->at[i].key);
}

static void judge_small(struct judge *j, const struct spf_range *range)
{
    unsigned size = 1U << ip_network_host_bits(&range->network);
    struct sample s = {.at = ARENA_ARRAY(run_arena(j->run), struct address, size)};

    if (size > j->left) {
        struct trouble budget = trouble_of(REASON_BUDGET);

        budget.why = str_printf(run_arena(j->run), "of all ranges together %d addresses are looked up",
                                RANGE_ADDRESSES_PER_AUDIT);
        finding_unknown(j->run, PTR_RANGE, subject_network(ip_network_text(run_arena(j->run), &range->network)),
                        &budget, "not looked up");
        return;
    }
    for (unsigned n = 0; n < size; n++) {
        struct ip ip = ip_network_nth(&range->network, n);

        look_up(j, &s, &ip);
    }
    judge_sample(j, range, &s, PASS,
                 str_printf(run_arena(j->run), "addresses whose reverse name leads back to them: %zu of %u",
                            s.counts[BACK], size));
}

static void judge_large(struct judge *j, const struct spf_range *range)
{
    const struct spf_addresses *named = j->mail->named;
    struct sample s = {.at = ARENA_ARRAY(run_arena(j->run), struct address, named->host_count + 1)};
    const char *subject = ip_network_text(run_arena(j->run), &range->network);
    const char *message =
        str_printf(run_arena(j->run),
                   "%s (%s) is too large to be looked through: only addresses that are named as senders are judged", subject,
                   ip_network_size_text(run_arena(j->run), &range->network));

    for (size_t i = 0; i < named->host_count && j->left; i++)
        if (ip_in_network(&named->hosts[i], &range->network) && !inventory_has(j->mail, &named->hosts[i]))
            look_up(j, &s, &named->hosts[i]);
    if (s.counts[BACK])
        message = str_printf(run_arena(j->run), "%s; named in it, with a reverse name that leads back to them: %s",
                             message, addresses_text(j->run, &s, BACK));
    judge_sample(j, range, &s, SKIPPED, message);
}

static bool is_special(const struct ip_network *network, const char **name)
{
    const struct ip_block *block = ip_special(&network->base);

    if (!block || block->network.base.family != network->base.family || block->network.bits > network->bits)
        return false;
    *name = block->name;
    return true;
}

static void judge_range(struct judge *j, const struct spf_range *range)
{
    const char *text = ip_network_text(run_arena(j->run), &range->network), *block;

    if (is_special(&range->network, &block))
        finding(j->run, PTR_RANGE, SKIPPED, subject_network(text),
                "%s is no public range (%s): no receiver sees mail from there", text, block);
    else if (ip_network_host_bits(&range->network) <= SPF_RANGE_HOST_BITS)
        judge_small(j, range);
    else
        judge_large(j, range);
}

static void name_include(struct run *run, const struct spf_include *include)
{
    finding(run, PTR_RANGE, SKIPPED, subject_domain(include->domain),
            "%s allows %s: that is up to %s, so none is looked up", include->domain, spf_include_text(run_arena(run), include), name_org_domain(include->domain));
}

static void leave_undecided(struct run *run, const struct spf_addresses *named)
{
    const char *domain = run_target(run)->domain;
    struct trouble budget = trouble_of(REASON_BUDGET);
    struct finding *f;

    if (named->ranges_left_out) {
        budget.why = "there are more ranges than are looked at";
        finding_unknown(run, PTR_RANGE, subject_domain(domain), &budget, "%zu range%s left out",
                        named->ranges_left_out, named->ranges_left_out == 1 ? "" : "s");
    }
    if (!named->trouble)
        return;
    f = finding_unknown(run, PTR_RANGE, subject_domain(named->trouble_at), named->trouble, "not all ranges are known");
    if (named->trouble_is_of_record)
        finding_follows(f, name_equal(named->trouble_at, domain) ? SPF_EXISTS : SPF_SYNTAX);
}

static void probe_ptr_range(struct run *run)
{
    const struct inventory *mail = need_inventory(run);
    struct judge j = {.run = run, .mail = mail, .left = RANGE_ADDRESSES_PER_AUDIT};

    if (!mail->complete || !mail->named)
        return;
    for (size_t i = 0; i < mail->named->range_count; i++)
        judge_range(&j, &mail->named->ranges[i]);
    for (size_t i = 0; i < mail->named->include_count; i++)
        name_include(run, &mail->named->includes[i]);
    leave_undecided(run, mail->named);
}

const struct probe ptr_range_probe = {
    .name = "ptr_range",
    .summary = "reverse names in the ranges that SPF names",
    .groups = "ptr.range",
    .is_extra = true,
    .run = probe_ptr_range,
};
