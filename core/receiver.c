/* core/receiver.c - judges the rules of receivers.def on the findings of an audit. */
#include "core/receiver.h"

#include <string.h>

#include "core/arena.h"
#include "core/finding.h"
#include "core/inventory.h"
#include "core/ip.h"
#include "core/result.h"
#include "core/str.h"

enum receiver_id {
#define RECEIVER(id, name, title, kind, marks, not_visible) RECEIVER_ID_##id,
#define RULE(receiver, outcome, when, words, codes, phrases, source, date)
#include "core/receivers.def"
#undef RECEIVER
#undef RULE
    RECEIVER_ID_COUNT
};

static const struct receiver receivers[RECEIVER_ID_COUNT] = {
#define RECEIVER(id, name, title, kind, marks, not_visible) [RECEIVER_ID_##id] = {name, title, RECEIVER_##kind, marks, not_visible},
#define RULE(receiver, outcome, when, words, codes, phrases, source, date)
#include "core/receivers.def"
#undef RECEIVER
#undef RULE
};

static const struct receiver_rule rules[] = {
#define RECEIVER(id, name, title, kind, marks, not_visible)
#define RULE(receiver, outcome, when, words, codes, phrases, source, date)                                                         \
    {RECEIVER_ID_##receiver, RECEIVER_##outcome, when, words, codes, phrases, source, date},
#include "core/receivers.def"
#undef RECEIVER
#undef RULE
};

enum { RULE_COUNT = sizeof rules / sizeof *rules };

/* checks.md section 17: these hold for every receiver. */
static const struct receiver_rule for_all = {
    RECEIVER_ID_COUNT, RECEIVER_REJECTS, "ip.public=fail", "no mail can come from an address that is not public", "", "", "RFC 6890", ""};

static const struct {
    const char *word;
    const char *any_of[4]; /* "check=status,status" */
} shorthands[] = {
    {"PTR!", {"ptr.exists=fail", "ptr.name_valid=fail", "ptr.fcrdns=fail", NULL}},
    {"SPF!", {"spf.exists=fail", "spf.authorizes=fail,warn", NULL, NULL}},
    {"DMARC!", {"dmarc.exists=fail,warn", "dmarc.single=fail,warn", "dmarc.syntax=fail,warn", NULL}},
};

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

static bool lists(struct str words, const char *word, char separator)
{
    size_t len = strlen(word);

    while (words.len) {
        const char *end = memchr(words.at, separator, words.len);
        size_t one = end ? (size_t)(end - words.at) : words.len;

        if (one == len && memcmp(words.at, word, len) == 0)
            return true;
        words.at += end ? one + 1 : one;
        words.len -= end ? one + 1 : one;
    }
    return false;
}

/* An undecided check may be anything up to the worst that it can be for its subject. */
static bool may_be(const struct finding *f, struct str statuses)
{
    for (int status = NOTE; status <= (int)f->worst; status++)
        if (status != UNKNOWN && lists(statuses, status_word((enum status)status), ','))
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
static enum truth truth_of(const struct judge *j, const struct finding *f, struct str statuses)
{
    if (lists(statuses, status_word(f->status), ','))
        return YES;
    if (f->status == UNKNOWN)
        return may_be(f, statuses) ? MAYBE : NO;
    return f->status == SKIPPED && strcmp(check_of(f->check)->group, "helo") == 0 && is_helo_unsaid(j) ? MAYBE : NO;
}

/* "check=status,status".  A check that is not in the catalogue cannot be seen from outside. */
static enum truth judge_check(struct judge *j, struct str term)
{
    const char *equals = memchr(term.at, '=', term.len);
    size_t name_len = equals ? (size_t)(equals - term.at) : term.len;
    struct str statuses = {term.at + name_len + 1, term.len - name_len - 1};
    enum truth truth = NO;
    enum check_id check;
    bool found = false;

    if (!check_from_str((struct str){term.at, name_len}, &check))
        return NO;
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

static enum truth judge_selector(struct judge *j, const char *subject)
{
    static const char *const names[] = {"dkim.exists", "dkim.syntax", "dkim.strength", "dkim.revoked"};
    enum truth bad = NO;
    enum check_id check;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        for (const struct by_check *at = check_from_name(names[i], &check) ? j->findings[check] : NULL; at; at = at->next) {
            enum truth one = at->finding->status == FAIL ? YES : at->finding->status == UNKNOWN ? MAYBE : NO;

            if (strcmp(at->finding->subject, subject) == 0 && one > bad) {
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
    enum check_id check;
    bool any = false;

    for (const struct by_check *at = check_from_name("dkim.exists", &check) ? j->findings[check] : NULL; at; at = at->next) {
        enum truth bad;

        if (at->finding->status == SKIPPED)
            continue;
        any = true;
        bad = judge_selector(j, at->finding->subject);
        all = bad < all ? bad : all;
    }
    *declared = any;
    return any ? all : NO;
}

static enum truth judge_term(struct judge *j, struct str term)
{
    bool declared;

    if (str_equal(term, str_of("v6")))
        return j->sender->ip.family == IP_V6 ? YES : NO;
    if (str_equal(term, str_of("DKIM!")))
        return judge_dkim(j, &declared);
    if (str_equal(term, str_of("DKIM?"))) {
        judge_dkim(j, &declared);
        return declared ? NO : YES;
    }
    for (size_t i = 0; i < sizeof shorthands / sizeof *shorthands; i++) {
        enum truth truth = NO;

        if (!str_equal(term, str_of(shorthands[i].word)))
            continue;
        for (const char *const *at = shorthands[i].any_of; *at && truth < YES; at++) {
            enum truth one = judge_check(j, str_of(*at));

            truth = one > truth ? one : truth;
        }
        return truth;
    }
    return judge_check(j, term);
}

static enum truth judge_rule(struct judge *j, const char *when)
{
    enum truth truth = YES;
    const char *end;

    j->basis = NULL;
    if (!*when)
        return NO;
    for (; truth > NO; when = end + 3) {
        enum truth one;

        end = strstr(when, " & ");
        one = judge_term(j, (struct str){when, end ? (size_t)(end - when) : strlen(when)});
        truth = one < truth ? one : truth;
        if (!end)
            break;
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
    enum truth truth = judge_rule(j, rule->when);
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

const char *receiver_rule_check(struct arena *arena, const struct receiver_rule *rule)
{
    const char *when = rule->when, *end;

    while (strncmp(when, "v6 & ", 5) == 0)
        when += 5;
    if (strncmp(when, "DKIM", 4) == 0)
        return "dkim.exists";
    for (size_t i = 0; i < sizeof shorthands / sizeof *shorthands; i++)
        if (strncmp(when, shorthands[i].word, strlen(shorthands[i].word)) == 0)
            when = shorthands[i].any_of[0];
    end = strchr(when, '=');
    return end ? str_copy(arena, (struct str){when, (size_t)(end - when)}).at : "";
}
