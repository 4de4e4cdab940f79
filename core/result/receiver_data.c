/* core/result/receiver_data.c - the rules of receivers.def as tables. */
#include "core/result/receiver.h"

#include <stdlib.h>
#include <time.h>
#include <string.h>

#include "core/result/receiver_internal.h"

/* The data is read once for each kind of its lines. */
#define RULES_DATE(date)
#define RECEIVER(id, name, title, kind, hosts, marks, not_visible) RECEIVER_ID_##id,
#define CONTACT(receiver, enrol, contact)
#define RULE(receiver, outcome, when, words, codes, phrases, source, date)
enum receiver_id {
#include "core/result/receivers.def"
    RECEIVER_ID_COUNT
};
#undef RECEIVER

#define RECEIVER(id, name, title, kind, hosts, marks, not_visible)                                                     \
    [RECEIVER_ID_##id] = {name, title, RECEIVER_##kind, hosts, marks, not_visible},
static const struct receiver receivers[RECEIVER_ID_COUNT] = {
#include "core/result/receivers.def"
};
#undef RECEIVER
#undef CONTACT

#define RECEIVER(id, name, title, kind, hosts, marks, not_visible)
#define CONTACT(receiver, enrol, contact) [RECEIVER_ID_##receiver] = {enrol, contact},
static const struct receiver_contact contacts[RECEIVER_ID_COUNT] = {
#include "core/result/receivers.def"
};
#undef CONTACT
#undef RULES_DATE

#define CONTACT(receiver, enrol, contact)
#define RULES_DATE(date) date
static const char rules_date[] =
#include "core/result/receivers.def"
    "";
#undef RULES_DATE
#undef RULE

/* The words of a condition, as receivers.def has them. */
#define WHEN(...) {__VA_ARGS__}
#define BOUNCE_ONLY(check) {{RECEIVER_TERM_BOUNCE, check, 0, MARK_NONE, 0, NULL}}
#define TERM(kind) {RECEIVER_TERM_##kind, CHECK_NONE, 0, MARK_NONE, 0, NULL}
#define BAD_PTR TERM(BAD_PTR)
#define BAD_SPF TERM(BAD_SPF)
#define SPF_FAILS TERM(SPF_FAILS)
#define BAD_DMARC TERM(BAD_DMARC)
#define NO_DMARC_POLICY TERM(NO_DMARC_POLICY)
#define BAD_DKIM TERM(BAD_DKIM)
#define NO_SELECTOR TERM(NO_SELECTOR)
#define REJECT_SELF TERM(REJECT_SELF)
#define IPV6_SENDER TERM(IPV6_SENDER)
#define UNCHECKED(name) {RECEIVER_TERM_UNCHECKED, CHECK_NONE, 0, MARK_NONE, 0, name}
#define CHECK_HAS(check, statuses, mark, some) {RECEIVER_TERM_CHECK, check, statuses, mark, some, NULL}
#define FAILS(check) CHECK_HAS(check, 1u << FAIL, MARK_NONE, 0)
#define FAILS_OR_WARNS(check) CHECK_HAS(check, 1u << FAIL | 1u << WARN, MARK_NONE, 0)
#define WARNS(check) CHECK_HAS(check, 1u << WARN, MARK_NONE, 0)
#define NOTES(check) CHECK_HAS(check, 1u << NOTE, MARK_NONE, 0)

#define RULES_DATE(date)
#define RULE(receiver, outcome, when, words, codes, phrases, source, date)                                             \
    {RECEIVER_ID_##receiver, RECEIVER_##outcome, when, words, codes, phrases, source, date},
static const struct receiver_rule rules[] = {
#include "core/result/receivers.def"
};
#undef RULES_DATE
#undef RECEIVER
#undef CONTACT
#undef RULE

enum { RULE_COUNT = sizeof rules / sizeof *rules };

static const struct receiver_rule for_all = {RECEIVER_ID_COUNT,
                                             RECEIVER_REJECTS,
                                             WHEN(FAILS(IP_PUBLIC)),
                                             "no mail can come from an address that is not public",
                                             "",
                                             "",
                                             "RFC 6890",
                                             ""};

const struct receiver_rule *receiver_rule_for_all(void)
{
    return &for_all;
}

const struct receiver_term *receiver_any_of(enum receiver_term_kind kind)
{
    enum { VOIDS = 1u << MARK_SPF_VOIDS, PERMERROR = 1u << MARK_SPF_PERMERROR };
    static const struct receiver_term bad_ptr[] = {FAILS(PTR_EXISTS), FAILS(PTR_NAME_VALID), FAILS(PTR_FCRDNS),
                                                   TERM(NONE)};
    static const struct receiver_term bad_spf[] = {
        FAILS(SPF_EXISTS), CHECK_HAS(SPF_AUTHORIZES, 1u << FAIL | 1u << WARN, MARK_NONE, VOIDS), TERM(NONE)};
    static const struct receiver_term spf_fails[] = {
        CHECK_HAS(SPF_AUTHORIZES, 1u << FAIL, MARK_NONE, VOIDS | PERMERROR), TERM(NONE)};
    static const struct receiver_term bad_dmarc[] = {
        FAILS_OR_WARNS(DMARC_EXISTS), FAILS_OR_WARNS(DMARC_SINGLE), FAILS(DMARC_SYNTAX), TERM(NONE)};
    static const struct receiver_term no_dmarc_policy[] = {
        FAILS_OR_WARNS(DMARC_EXISTS), FAILS_OR_WARNS(DMARC_SINGLE), FAILS(DMARC_SYNTAX),
        CHECK_HAS(DMARC_SYNTAX, 1u << WARN | 1u << NOTE, MARK_NO_POLICY, 0), TERM(NONE)};

    switch (kind) {
    case RECEIVER_TERM_BAD_PTR:
        return bad_ptr;
    case RECEIVER_TERM_BAD_SPF:
        return bad_spf;
    case RECEIVER_TERM_SPF_FAILS:
        return spf_fails;
    case RECEIVER_TERM_BAD_DMARC:
        return bad_dmarc;
    case RECEIVER_TERM_NO_DMARC_POLICY:
        return no_dmarc_policy;
    default:
        return NULL;
    }
}

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
        if (receivers[i].kind != RECEIVER_BOUNCES && strcmp(receivers[i].name, name) == 0)
            return &receivers[i];
    return NULL;
}

/* A receiver's rules for bulk senders stand behind its others, and have their contacts. */
struct receiver_contact receiver_contact_of(const struct receiver *receiver)
{
    size_t at = (size_t)(receiver - receivers) - (receiver->kind == RECEIVER_BULK);

    return contacts[at].contact ? contacts[at] : (struct receiver_contact){"", ""};
}

const char *receiver_rules_date(void)
{
    return rules_date;
}

/* Days since 1970 of "2026-11-29". */
static long days_of(const char *text)
{
    struct tm date = {.tm_year = (int)strtol(text, NULL, 10) - 1900,
                      .tm_mon = (int)strtol(text + 5, NULL, 10) - 1,
                      .tm_mday = (int)strtol(text + 8, NULL, 10)};

    return (long)(timegm(&date) / 86400);
}

long receiver_rules_age_days(int64_t now_s)
{
    long age = (long)(now_s / 86400) - days_of(rules_date);

    return age > 0 ? age : 0;
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

static const char *term_check(const struct receiver_term *term)
{
    switch (term->kind) {
    case RECEIVER_TERM_CHECK:
        return check_of(term->check)->name;
    case RECEIVER_TERM_BOUNCE:
        return term->check == CHECK_NONE ? NULL : check_of(term->check)->name;
    case RECEIVER_TERM_UNCHECKED:
        return term->unchecked;
    case RECEIVER_TERM_BAD_DKIM:
    case RECEIVER_TERM_NO_SELECTOR:
        return check_of(DKIM_EXISTS)->name;
    case RECEIVER_TERM_REJECT_SELF:
        return check_of(DMARC_ALIGNMENT)->name;
    case RECEIVER_TERM_NONE:
    case RECEIVER_TERM_IPV6_SENDER:
        return NULL;
    default:
        return term_check(receiver_any_of(term->kind));
    }
}

const char *receiver_rule_check(const struct receiver_rule *rule)
{
    for (const struct receiver_term *term = rule->when; term->kind != RECEIVER_TERM_NONE; term++)
        if (term_check(term))
            return term_check(term);
    return "";
}
