/* core/result/receiver.c - judges the rules of receivers.def on the findings of an audit. */
#include "core/result/receiver.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/ip.h"
#include "core/derive/inventory.h"
#include "core/result/finding.h"
#include "core/result/result.h"

enum receiver_id {
#define RECEIVER(id, name, title, kind, hosts, marks, not_visible) RECEIVER_ID_##id,
#define RULE(receiver, outcome, when, words, codes, phrases, source, date)
#include "core/result/receivers.def"
#undef RECEIVER
#undef RULE
    RECEIVER_ID_COUNT
};

static const struct receiver receivers[RECEIVER_ID_COUNT] = {
#define RECEIVER(id, name, title, kind, hosts, marks, not_visible) [RECEIVER_ID_##id] = {name, title, RECEIVER_##kind, hosts, marks, not_visible},
#define RULE(receiver, outcome, when, words, codes, phrases, source, date)
#include "core/result/receivers.def"
#undef RECEIVER
#undef RULE
};

/* The words of a condition, as receivers.def has them. */
#define WHEN(...) {__VA_ARGS__}
#define BOUNCE_ONLY {{RECEIVER_TERM_NONE, CHECK_COUNT, 0, NULL}}
#define TERM(kind) {RECEIVER_TERM_##kind, CHECK_COUNT, 0, NULL}
#define BAD_PTR TERM(BAD_PTR)
#define BAD_SPF TERM(BAD_SPF)
#define BAD_DMARC TERM(BAD_DMARC)
#define BAD_DKIM TERM(BAD_DKIM)
#define NO_SELECTOR TERM(NO_SELECTOR)
#define IPV6_SENDER TERM(IPV6_SENDER)
#define UNCHECKED(name) {RECEIVER_TERM_UNCHECKED, CHECK_COUNT, 0, name}
#define CHECK_HAS(check, statuses) {RECEIVER_TERM_CHECK, check, statuses, NULL}
#define FAILS(check) CHECK_HAS(check, 1u << FAIL)
#define FAILS_OR_WARNS(check) CHECK_HAS(check, 1u << FAIL | 1u << WARN)
#define WARNS(check) CHECK_HAS(check, 1u << WARN)
#define NOTES(check) CHECK_HAS(check, 1u << NOTE)

static const struct receiver_rule rules[] = {
#define RECEIVER(id, name, title, kind, hosts, marks, not_visible)
#define RULE(receiver, outcome, when, words, codes, phrases, source, date)                                                         \
    {RECEIVER_ID_##receiver, RECEIVER_##outcome, when, words, codes, phrases, source, date},
#include "core/result/receivers.def"
#undef RECEIVER
#undef RULE
};

enum { RULE_COUNT = sizeof rules / sizeof *rules };

/* checks.md section 17: this holds for every receiver. */
static const struct receiver_rule for_all = {
    RECEIVER_ID_COUNT, RECEIVER_REJECTS, WHEN(FAILS(IP_PUBLIC)), "no mail can come from an address that is not public", "", "", "RFC 6890", ""};

/* What the shorthands stand for: any of these. */
static const struct receiver_term bad_ptr[] = {FAILS(PTR_EXISTS), FAILS(PTR_NAME_VALID), FAILS(PTR_FCRDNS), TERM(NONE)};
static const struct receiver_term bad_spf[] = {FAILS(SPF_EXISTS), FAILS_OR_WARNS(SPF_AUTHORIZES), TERM(NONE)};
static const struct receiver_term bad_dmarc[] = {
    FAILS_OR_WARNS(DMARC_EXISTS), FAILS_OR_WARNS(DMARC_SINGLE), FAILS_OR_WARNS(DMARC_SYNTAX), TERM(NONE)};

/* ... and this, each of them for one selector. */
static const enum check_id dkim_checks[] = {DKIM_EXISTS, DKIM_SYNTAX, DKIM_STRENGTH, DKIM_REVOKED};

size_t receiver_count(void)
{
    return RECEIVER_ID_COUNT;
}

const struct receiver *receiver_at(size_t index)
{
    return &receivers[index];
}

const struct receiver *receiver_from_name(const char *name)
{
    for (size_t i = 0; i < RECEIVER_ID_COUNT; i++)
        if (strcmp(receivers[i].name, name) == 0)
            return &receivers[i];
    return NULL;
}

size_t receiver_rule_count(void)
{
    return RULE_COUNT;
}

const struct receiver_rule *receiver_rule_at(size_t index)
{
    return &rules[index];
}

const char *receiver_outcome_word(enum receiver_outcome outcome)
{
    static const char *const words[RECEIVER_OUTCOME_COUNT] = {
        [RECEIVER_NO_OBSTACLE] = "no_obstacle_found",
        [RECEIVER_CANT_TELL] = "unknown",
        [RECEIVER_AT_RISK] = "at_risk",
        [RECEIVER_REJECTS] = "rejects",
    };

    return words[outcome];
}

/* Three-valued logic, ordered so that "and" is the minimum and "or" the maximum. */
enum truth { NO, MAYBE, YES };

/* The findings of each check, so that a rule looks at a handful instead of all. */
struct by_check {
    const struct finding *finding;
    const struct by_check *next;
};

struct judge {
    const struct by_check *const *findings; /* by check id */
    const struct mail_address *sender;
    const struct finding *basis; /* of the last term that held or was undecided */
};

/* An undecided check may be anything up to the worst that it can be for its subject. */
static bool may_be(const struct finding *f, unsigned statuses)
{
    for (int status = NOTE; status <= (int)f->worst; status++)
        if (status != UNKNOWN && statuses & 1u << status)
            return true;
    return false;
}

/* Has the user not said which HELO name the sender uses? */
static bool is_helo_unsaid(const struct judge *j)
{
    for (const struct by_check *at = j->findings[HELO_FQDN]; at; at = at->next)
        if (finding_concerns(at->finding, j->sender))
            return at->finding->status == SKIPPED;
    return false;
}

/* A check that is skipped found nothing wrong, except for want of the HELO name: that is an open question. */
static enum truth truth_of(const struct judge *j, const struct finding *f, unsigned statuses)
{
    if (statuses & 1u << f->status)
        return YES;
    if (f->status == UNKNOWN)
        return may_be(f, statuses) ? MAYBE : NO;
    return f->status == SKIPPED && strcmp(check_of(f->check)->group, "helo") == 0 && is_helo_unsaid(j) ? MAYBE : NO;
}

static enum truth judge_check(struct judge *j, enum check_id check, unsigned statuses)
{
    enum truth truth = NO;
    bool found = false;

    for (const struct by_check *at = j->findings[check]; at; at = at->next) {
        enum truth one;

        if (!finding_concerns(at->finding, j->sender)) /* about another address: says nothing about this sender */
            continue;
        found = true;
        one = truth_of(j, at->finding, statuses);
        if (one > truth) {
            truth = one;
            j->basis = at->finding;
        }
    }
    if (!found && check == SMTP_RELAY) /* tried at the user's word only, and only where the sender listens */
        return NO;
    return found ? truth : MAYBE;
}

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

        if (at->finding->status == SKIPPED || !at->finding->about.selector)
            continue;
        any = true;
        bad = judge_selector(j, at->finding->about.selector);
        all = bad < all ? bad : all;
    }
    *declared = any;
    return any ? all : NO;
}

static enum truth judge_any(struct judge *j, const struct receiver_term *any_of)
{
    enum truth truth = NO;

    for (; any_of->kind != RECEIVER_TERM_NONE && truth < YES; any_of++) {
        enum truth one = judge_check(j, any_of->check, any_of->statuses);

        truth = one > truth ? one : truth;
    }
    return truth;
}

static enum truth judge_term(struct judge *j, const struct receiver_term *term)
{
    bool declared;

    switch (term->kind) {
    case RECEIVER_TERM_CHECK:
        return judge_check(j, term->check, term->statuses);
    case RECEIVER_TERM_IPV6_SENDER:
        return j->sender->ip.family == IP_V6 ? YES : NO;
    case RECEIVER_TERM_BAD_PTR:
        return judge_any(j, bad_ptr);
    case RECEIVER_TERM_BAD_SPF:
        return judge_any(j, bad_spf);
    case RECEIVER_TERM_BAD_DMARC:
        return judge_any(j, bad_dmarc);
    case RECEIVER_TERM_BAD_DKIM:
        return judge_dkim(j, &declared);
    case RECEIVER_TERM_NO_SELECTOR:
        judge_dkim(j, &declared);
        return declared ? NO : YES;
    case RECEIVER_TERM_NONE:
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
    if (term->kind == RECEIVER_TERM_NONE)
        return NO;
    for (; term->kind != RECEIVER_TERM_NONE && truth > NO; term++) {
        enum truth one = judge_term(j, term);

        truth = one < truth ? one : truth;
    }
    return truth;
}

/* "gmail-bulk" is judged by the rules of "gmail" as well. */
static bool applies(const struct receiver_rule *rule, const struct receiver *receiver)
{
    const char *base = receivers[rule->receiver].name;
    size_t len = strlen(base);

    return &receivers[rule->receiver] == receiver ||
           (receiver->kind == RECEIVER_BULK && strncmp(receiver->name, base, len) == 0 && strcmp(receiver->name + len, "-bulk") == 0);
}

/* An open question weighs more than a known risk: the answer may be a refusal.  (checks.md, section 17) */
static int weight(enum receiver_outcome outcome)
{
    static const int weights[RECEIVER_OUTCOME_COUNT] = {
        [RECEIVER_NO_OBSTACLE] = 0, [RECEIVER_AT_RISK] = 1, [RECEIVER_CANT_TELL] = 2, [RECEIVER_REJECTS] = 3};

    return weights[outcome];
}

static void consider(struct judge *j, struct receiver_verdict *verdict, struct receiver_reason *reasons, const struct receiver_rule *rule)
{
    enum truth truth = judge_rule(j, rule);
    enum receiver_outcome outcome = truth == YES ? rule->outcome : truth == MAYBE ? RECEIVER_CANT_TELL : RECEIVER_NO_OBSTACLE;

    if (outcome == RECEIVER_NO_OBSTACLE || weight(outcome) < weight(verdict->outcome))
        return;
    if (weight(outcome) > weight(verdict->outcome))
        verdict->reason_count = 0;
    verdict->outcome = outcome;
    reasons[verdict->reason_count++] = (struct receiver_reason){rule, j->basis};
}

static void judge_receiver(struct arena *arena, const struct by_check *const *findings, struct receiver_verdict *verdict)
{
    struct judge j = {.findings = findings, .sender = verdict->sender};
    struct receiver_reason *reasons = ARENA_ARRAY(arena, struct receiver_reason, RULE_COUNT + 1);

    verdict->reasons = reasons;
    consider(&j, verdict, reasons, &for_all);
    for (size_t i = 0; i < RULE_COUNT; i++)
        if (applies(&rules[i], verdict->receiver))
            consider(&j, verdict, reasons, &rules[i]);
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

const struct receiver_verdict *receivers_judge(struct arena *arena, const struct result *result, size_t *count)
{
    const struct inventory *mail = result->inventory;
    const struct by_check *const *findings = index_findings(arena, result);
    struct receiver_verdict *all = ARENA_ARRAY(arena, struct receiver_verdict, RECEIVER_ID_COUNT * mail->address_count + 1);

    *count = 0;
    for (size_t r = 0; r < RECEIVER_ID_COUNT; r++) {
        for (size_t i = 0; i < mail->address_count; i++) {
            const struct mail_address *sender = &mail->addresses[i];

            if (!address_is_sender(sender) || (receivers[r].kind == RECEIVER_IPV6 && sender->ip.family != IP_V6))
                continue;
            all[*count] = (struct receiver_verdict){.receiver = &receivers[r], .sender = sender, .outcome = RECEIVER_NO_OBSTACLE};
            judge_receiver(arena, findings, &all[(*count)++]);
        }
    }
    return all;
}

static const char *term_check(const struct receiver_term *term)
{
    switch (term->kind) {
    case RECEIVER_TERM_CHECK:
        return check_of(term->check)->name;
    case RECEIVER_TERM_UNCHECKED:
        return term->unchecked;
    case RECEIVER_TERM_BAD_PTR:
        return term_check(bad_ptr);
    case RECEIVER_TERM_BAD_SPF:
        return term_check(bad_spf);
    case RECEIVER_TERM_BAD_DMARC:
        return term_check(bad_dmarc);
    case RECEIVER_TERM_BAD_DKIM:
    case RECEIVER_TERM_NO_SELECTOR:
        return check_of(dkim_checks[0])->name;
    case RECEIVER_TERM_NONE:
    case RECEIVER_TERM_IPV6_SENDER:
        return NULL;
    }
    return NULL;
}

const char *receiver_rule_check(const struct receiver_rule *rule)
{
    for (const struct receiver_term *term = rule->when; term->kind != RECEIVER_TERM_NONE; term++)
        if (term_check(term))
            return term_check(term);
    return "";
}
