/* core/result/receiver.c - judges the rules of receivers.def on the findings of an audit. */
#include "core/result/receiver.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/ip.h"
#include "core/base/name.h"
#include "core/derive/inventory.h"
#include "core/derive/services.h"
#include "core/facts/target.h"
#include "core/result/finding.h"
#include "core/result/receiver_internal.h"
#include "core/result/result.h"

/* An undecided check may be anything up to the worst that it can be for its subject. */
static bool may_be(const struct finding *f, unsigned statuses)
{
    for (int status = NOTE; status <= (int)f->worst; status++)
        if (status != UNKNOWN && statuses & 1u << status)
            return true;
    return false;
}

/* Of a service it is asked what the domain publishes; its servers, and other services, are another matter. */
static bool concerns(const struct judge *j, const struct finding *f)
{
    if (j->sender)
        return finding_concerns(f, j->sender);
    return f->about.ip.family == IP_NONE && f->about.kind != SUBJECT_HOST && f->about.kind != SUBJECT_SERVICE;
}

/* Has the user not said which HELO name the sender uses? */
static bool is_helo_unsaid(const struct judge *j)
{
    for (const struct by_check *at = j->findings[HELO_FQDN]; at; at = at->next)
        if (concerns(j, at->finding))
            return at->finding->status == SKIPPED;
    return false;
}

/* A check that is skipped found nothing wrong, except for want of the HELO name: that is an open question. */
static enum truth truth_of(const struct judge *j, const struct finding *f, const struct receiver_term *term)
{
    if (term->mark != MARK_NONE && f->mark != term->mark)
        return NO;
    if (term->statuses & 1u << f->status)
        return f->mark != MARK_NONE && term->some & 1u << f->mark ? SOME : YES;
    if (f->status == UNKNOWN)
        return may_be(f, term->statuses) ? MAYBE : NO;
    return f->status == SKIPPED && strcmp(check_of(f->check)->group, "helo") == 0 && is_helo_unsaid(j) ? MAYBE : NO;
}

enum truth receiver_judge_check(struct judge *j, const struct receiver_term *term)
{
    enum truth truth = NO;
    bool found = false;

    for (const struct by_check *at = j->findings[term->check]; at; at = at->next) {
        enum truth one;

        if (!concerns(j, at->finding)) /* about another address: says nothing about this sender */
            continue;
        found = true;
        one = truth_of(j, at->finding, term);
        if (one > truth) {
            truth = one;
            j->basis = at->finding;
        }
    }
    if (!found && term->check == SMTP_RELAY) /* tried at the user's word only, and only where the sender listens */
        return NO;
    return found ? truth : MAYBE;
}

static const enum check_id dkim_checks[] = {DKIM_EXISTS, DKIM_SYNTAX, DKIM_STRENGTH, DKIM_REVOKED};

static enum truth judge_selector(struct judge *j, const char *selector)
{
    enum truth bad = NO;

    for (size_t i = 0; i < sizeof dkim_checks / sizeof *dkim_checks; i++) {
        for (const struct by_check *at = j->findings[dkim_checks[i]]; at; at = at->next) {
            enum truth one = at->finding->status == FAIL ? YES : at->finding->status == UNKNOWN ? MAYBE : NO;

            if (at->finding->about.selector && strcmp(at->finding->about.selector, selector) == 0 && one > bad) {
                bad = one;
                j->basis = at->finding;
            }
        }
    }
    return bad;
}

/* Every declared selector fails?  Without selectors (*declared false) nothing is known. */
static enum truth judge_dkim(struct judge *j, bool *declared)
{
    enum truth all = YES;
    bool any = false;

    for (const struct by_check *at = j->findings[DKIM_EXISTS]; at; at = at->next) {
        enum truth bad;

        if (at->finding->status == SKIPPED || !at->finding->about.selector || at->finding->mark == MARK_OF_SERVICE)
            continue;
        any = true;
        bad = judge_selector(j, at->finding->about.selector);
        all = bad < all ? bad : all;
    }
    *declared = any;
    return any ? all : NO;
}

enum truth receiver_judge_any(struct judge *j, const struct receiver_term *any_of)
{
    enum truth truth = NO;

    for (; any_of->kind != RECEIVER_TERM_NONE && truth < YES; any_of++) {
        enum truth one = receiver_judge_check(j, any_of);

        truth = one > truth ? one : truth;
    }
    return truth;
}

/* ---- a domain whose own policy asks for the refusal ---- */

/* Is MAIL FROM `envelope` aligned with From `from`, by what dmarc.alignment found?  Its status is of all senders. */
static enum truth is_aligned(const struct judge *j, const char *envelope, const char *from)
{
    for (const struct by_check *at = j->findings[DMARC_ALIGNMENT]; at; at = at->next) {
        const struct subject *about = &at->finding->about;
        bool is_it = about->kind == SUBJECT_ENVELOPE
                         ? name_equal(about->host, envelope) && name_equal(about->name, from)
                         : name_equal(about->name, from) && name_equal(envelope, from);

        if (is_it && about->kind != SUBJECT_SERVICE)
            return at->finding->mark == MARK_SPF_ALIGNED ? YES : at->finding->status == UNKNOWN ? MAYBE : NO;
    }
    return name_equal(envelope, from) ? YES : NO;
}

/* Does SPF pass for some envelope domain of this sender that is aligned with the From domain? */
static enum truth passes_spf_aligned(const struct judge *j, const char *from)
{
    enum truth best = NO;
    bool found = false;

    for (const struct by_check *at = j->findings[SPF_AUTHORIZES]; at; at = at->next) {
        const struct finding *f = at->finding;
        enum truth passes = f->status == PASS           ? YES
                            : f->mark == MARK_SPF_VOIDS ? SOME
                            : f->status == UNKNOWN      ? MAYBE
                                                        : NO,
                   aligned;

        if (f->about.kind != SUBJECT_ADDRESS_NAME || !ip_equal(&f->about.ip, &j->sender->ip))
            continue;
        found = true;
        aligned = is_aligned(j, f->about.name, from);
        passes = aligned < passes ? aligned : passes;
        best = passes > best ? passes : best;
    }
    for (const struct by_check *at = j->findings[SPF_EXISTS]; at; at = at->next)
        found = found || at->finding->status == FAIL;
    return found ? best : MAYBE;
}

/* Would a signature of the domain whose selectors are known be aligned? */
static bool signs_for(const struct judge *j, const char *from)
{
    for (const struct by_check *at = j->findings[DKIM_EXISTS]; at; at = at->next)
        if (at->finding->about.selector && !name_equal(name_org_domain(at->finding->about.name), name_org_domain(from)))
            return false;
    return true;
}

/* How much of "neither SPF nor DKIM passes aligned" holds for mail from this domain. */
static enum truth fails_dmarc(struct judge *j, const char *from)
{
    enum truth by_spf = passes_spf_aligned(j, from), fails;
    bool declared;

    fails = judge_dkim(j, &declared);
    if (!declared)
        fails = SOME; /* that mail is signed, only a message shows: at risk */
    else if (!signs_for(j, from))
        fails = YES;
    if (by_spf == YES)
        return NO;
    if (by_spf == SOME && fails > SOME)
        return SOME;
    return by_spf == MAYBE && fails > MAYBE ? MAYBE : fails;
}

static enum truth judge_reject_self(struct judge *j)
{
    enum truth worst = j->findings[DMARC_POLICY] ? NO : MAYBE;

    for (const struct by_check *at = j->findings[DMARC_POLICY]; at; at = at->next) {
        enum truth fails = at->finding->status == UNKNOWN            ? MAYBE
                           : at->finding->mark == MARK_POLICY_REJECT ? fails_dmarc(j, at->finding->about.name)
                                                                     : NO;

        if (fails > worst) {
            worst = fails;
            j->basis = at->finding;
        }
    }
    return worst;
}

static enum truth judge_term(struct judge *j, const struct receiver_term *term)
{
    bool declared;

    switch (term->kind) {
    case RECEIVER_TERM_CHECK:
        return receiver_judge_check(j, term);
    case RECEIVER_TERM_IPV6_SENDER:
        return j->sender->ip.family == IP_V6 ? YES : NO;
    case RECEIVER_TERM_BAD_PTR:
    case RECEIVER_TERM_BAD_SPF:
    case RECEIVER_TERM_SPF_FAILS:
    case RECEIVER_TERM_BAD_DMARC:
    case RECEIVER_TERM_NO_DMARC_POLICY:
        return receiver_judge_any(j, receiver_any_of(term->kind));
    case RECEIVER_TERM_REJECT_SELF:
        return judge_reject_self(j);
    case RECEIVER_TERM_BAD_DKIM:
        return judge_dkim(j, &declared);
    case RECEIVER_TERM_NO_SELECTOR:
        judge_dkim(j, &declared);
        return declared ? NO : YES;
    case RECEIVER_TERM_NONE:
    case RECEIVER_TERM_BOUNCE:
    case RECEIVER_TERM_UNCHECKED:
        return NO;
    }
    return NO;
}

static enum truth judge_rule(struct judge *j, const struct receiver_rule *rule)
{
    const struct receiver_term *term = rule->when;
    enum truth truth = YES;

    j->basis = NULL;
    for (; term->kind != RECEIVER_TERM_NONE && truth > NO; term++) {
        enum truth one = j->service ? receiver_judge_service(j, term) : judge_term(j, term);

        truth = one < truth ? one : truth;
    }
    return truth;
}

bool receiver_is_bulk_of(const struct receiver *receiver, const struct receiver *base)
{
    size_t len;

    if (receiver->kind != RECEIVER_BULK)
        return false;
    len = strlen(base->name);
    return strncmp(receiver->name, base->name, len) == 0 && strcmp(receiver->name + len, "-bulk") == 0;
}

/* "gmail-bulk" is judged by the rules of "gmail" as well. */
static bool applies(const struct receiver_rule *rule, const struct receiver *receiver)
{
    return receiver_at(rule->receiver) == receiver || receiver_is_bulk_of(receiver, receiver_at(rule->receiver));
}

/* An open question weighs more than a known risk: the answer may be a refusal.  (checks.md, section 17) */
static int weight(enum receiver_outcome outcome)
{
    static const int weights[RECEIVER_OUTCOME_COUNT] = {
        [RECEIVER_NO_OBSTACLE] = 0, [RECEIVER_AT_RISK] = 1, [RECEIVER_CANT_TELL] = 2, [RECEIVER_REJECTS] = 3};

    return weights[outcome];
}

static void consider(struct judge *j, struct receiver_verdict *verdict, struct receiver_reason *reasons,
                     const struct receiver_rule *rule)
{
    static const enum receiver_outcome most[] = {
        [NO] = RECEIVER_NO_OBSTACLE, [MAYBE] = RECEIVER_CANT_TELL, [SOME] = RECEIVER_AT_RISK, [YES] = RECEIVER_REJECTS};
    enum truth truth = judge_rule(j, rule);
    enum receiver_outcome outcome = truth > MAYBE && rule->outcome < most[truth] ? rule->outcome : most[truth];

    if (outcome == RECEIVER_NO_OBSTACLE || weight(outcome) < weight(verdict->outcome))
        return;
    if (weight(outcome) > weight(verdict->outcome))
        verdict->reason_count = 0;
    verdict->outcome = outcome;
    reasons[verdict->reason_count++] = (struct receiver_reason){rule, j->basis};
}

/* `room` has a place for every rule. */
static void judge_receiver(struct arena *arena, const struct by_check *const *findings,
                           struct receiver_verdict *verdict, struct receiver_reason *room)
{
    struct judge j = {.findings = findings, .sender = verdict->sender, .service = verdict->service};
    struct receiver_reason *reasons;

    consider(&j, verdict, room, receiver_rule_for_all());
    for (size_t i = 0; i < receiver_rule_count(); i++)
        if (applies(receiver_rule_at(i), verdict->receiver))
            consider(&j, verdict, room, receiver_rule_at(i));
    reasons = ARENA_ARRAY(arena, struct receiver_reason, verdict->reason_count + 1);
    memcpy(reasons, room, verdict->reason_count * sizeof *reasons);
    verdict->reasons = reasons;
}

static const struct by_check *const *index_findings(struct arena *arena, const struct result *result)
{
    const struct by_check **index = ARENA_ARRAY(arena, const struct by_check *, CHECK_COUNT);

    for (size_t i = result->finding_count; i-- > 0;) {
        struct by_check *at = ARENA_NEW(arena, struct by_check);

        *at = (struct by_check){result->findings[i], index[result->findings[i]->check]};
        index[result->findings[i]->check] = at;
    }
    return index;
}

static bool is_judged(const struct receiver *receiver, const struct mail_address *sender)
{
    if (receiver->kind == RECEIVER_BOUNCES)
        return false;
    return receiver->kind != RECEIVER_IPV6 || (sender && sender->ip.family == IP_V6);
}

const struct receiver_verdict *receivers_judge(struct arena *arena, const struct result *result, size_t *count)
{
    const struct inventory *mail = result->inventory;
    const struct services *services = result->services;
    size_t service_count = services ? services->count : 0;
    const struct by_check *const *findings = index_findings(arena, result);
    struct receiver_verdict *all =
        ARENA_ARRAY(arena, struct receiver_verdict, receiver_count() * (mail->address_count + service_count) + 1);
    struct receiver_reason *room = ARENA_ARRAY(arena, struct receiver_reason, receiver_rule_count() + 1);

    *count = 0;
    for (size_t r = 0; r < receiver_count(); r++) {
        struct receiver_verdict verdict = {.receiver = receiver_at(r), .outcome = RECEIVER_NO_OBSTACLE};

        for (size_t i = 0; i < mail->address_count; i++) {
            const struct mail_address *sender = &mail->addresses[i];

            if (!is_judged(receiver_at(r), sender) || !address_is_sender(sender) ||
                service_of_address(services, sender))
                continue;
            all[*count] = verdict;
            all[*count].sender = sender;
            all[*count].who = sender->label;
            judge_receiver(arena, findings, &all[(*count)++], room);
        }
        for (size_t i = 0; i < service_count; i++) {
            if (!is_judged(receiver_at(r), NULL) || !(services->at[i].roles & SERVICE_SENDS))
                continue;
            all[*count] = verdict;
            all[*count].service = &services->at[i];
            all[*count].who = services->at[i].provider->name;
            judge_receiver(arena, findings, &all[(*count)++], room);
        }
    }
    return all;
}

/* ---- which of a receiver's rules are shown ---- */

static bool has_bulk_twin(const struct receiver *receiver)
{
    for (size_t i = 0; i < receiver_count(); i++)
        if (receiver_is_bulk_of(receiver_at(i), receiver))
            return true;
    return false;
}

bool receiver_is_shown(const struct target *target, const struct receiver *receiver)
{
    switch (target->volume) {
    case VOLUME_LOW:
        return receiver->kind != RECEIVER_BULK;
    case VOLUME_BULK:
        return receiver->kind == RECEIVER_BULK || !has_bulk_twin(receiver);
    case VOLUME_UNSAID:
        break;
    }
    return true;
}
