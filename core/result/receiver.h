/* core/result/receiver.h - what the large receivers would do with mail from each sender, by their published rules.
 *
 * The rules are data (receivers.def); they are judged on the findings of a finished audit, with a three-valued logic: a
 * rule that rests on something undecided neither holds nor fails.  "No obstacle" never means "will accept": reputation,
 * content and complaints cannot be seen from outside.  (checks.md, section 17)
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/result/finding.h"

struct arena;
struct mail_address;
struct result;
struct service;
struct target;

/* BOUNCES: its rejections are known, its conditions are not: never judged. */
enum receiver_kind { RECEIVER_ALL, RECEIVER_BULK, RECEIVER_IPV6, RECEIVER_BOUNCES };

/* In order of display.  An open question outweighs a known risk, a refusal both. */
enum receiver_outcome { RECEIVER_NO_OBSTACLE, RECEIVER_CANT_TELL, RECEIVER_AT_RISK, RECEIVER_REJECTS };
enum { RECEIVER_OUTCOME_COUNT = RECEIVER_REJECTS + 1 };

struct receiver {
    const char *name;  /* "gmail-bulk" */
    const char *title; /* "Gmail, bulk senders (5,000 a day)" */
    enum receiver_kind kind;
    const char *hosts;       /* "|" between the domains of its mail servers */
    const char *marks;       /* "|" between texts that show in a bounce who wrote it */
    const char *not_visible; /* rules that nobody outside can check */
};

struct receiver_contact {
    const char *enrol;   /* what to do before the first mail; "" */
    const char *contact; /* whom to write to after a block, and with what; "": not known */
};

enum receiver_term_kind {
    RECEIVER_TERM_NONE, /* ends a list of terms */
    RECEIVER_TERM_CHECK,
    RECEIVER_TERM_BOUNCE,    /* never holds; `check` is what a bounce is explained by */
    RECEIVER_TERM_UNCHECKED, /* what no check looks at: never holds */
    RECEIVER_TERM_IPV6_SENDER,
    RECEIVER_TERM_BAD_PTR, /* this and the rest: checks.md, section 17 */
    RECEIVER_TERM_BAD_SPF,
    RECEIVER_TERM_SPF_FAILS,
    RECEIVER_TERM_BAD_DMARC,
    RECEIVER_TERM_NO_DMARC_POLICY,
    RECEIVER_TERM_BAD_DKIM,
    RECEIVER_TERM_NO_SELECTOR,
    RECEIVER_TERM_REJECT_SELF,
};

enum { RECEIVER_TERMS_MAX = 3 };

struct receiver_term {
    enum receiver_term_kind kind;
    enum check_id check;    /* CHECK, BOUNCE */
    unsigned statuses;      /* CHECK: of which it has one; bits, 1u << enum status */
    enum finding_mark mark; /* CHECK: that it has besides; MARK_NONE: any */
    unsigned some;          /* CHECK: marks with which only some receivers take it so; bits */
    const char *unchecked;  /* UNCHECKED: the name that the check would have */
};

struct receiver_rule {
    size_t receiver; /* index of receiver_at() */
    enum receiver_outcome outcome;
    struct receiver_term when[RECEIVER_TERMS_MAX + 1]; /* all of them; none: for bounces only */
    const char *words;   /* what the admin sees */
    const char *codes;   /* "5.7.25 4.7.23" */
    const char *phrases; /* "|" between texts that show in a bounce that this rule is meant */
    const char *source, *date;
};

struct receiver_reason {
    const struct receiver_rule *rule;
    const struct finding *finding; /* one that the rule rests on; NULL */
};

struct receiver_verdict {
    const struct receiver *receiver;
    const struct mail_address *sender; /* NULL: a service sends */
    const struct service *service;     /* NULL: an address of the domain's own sends */
    const char *who;                   /* "192.0.2.1", "Google Workspace" */
    enum receiver_outcome outcome;
    const struct receiver_reason *reasons; /* rules of that outcome; for "can't tell" the undecided ones */
    size_t reason_count;
};

size_t receiver_count(void);
const struct receiver *receiver_at(size_t index);
const struct receiver *receiver_from_name(const char *name); /* NULL: there is none that is judged */
struct receiver_contact receiver_contact_of(const struct receiver *);

/* When the rules were last gone through, "2026-11-29", and how many days
 * before `now_s` (seconds since 1970) that was; 0 where that is not yet. */
const char *receiver_rules_date(void);
long receiver_rules_age_days(int64_t now_s);
enum { RECEIVER_RULES_OLD_DAYS = 180 };

size_t receiver_rule_count(void);
const struct receiver_rule *receiver_rule_at(size_t index);
const char *receiver_outcome_word(enum receiver_outcome); /* "no_obstacle_found", "unknown", "at_risk", "rejects" */

/* Every receiver for every sender of the result: receivers in the order of the data, senders in the inventory's, then
 * services.  Addresses of a service's are its own to keep: what counts there is the domain's part.
 * In the arena; the result's receivers need not be set. */
const struct receiver_verdict *receivers_judge(struct arena *, const struct result *, size_t *count);

bool receiver_is_bulk_of(const struct receiver *, const struct receiver *base); /* "gmail-bulk" of "gmail" */

/* By the volume that the user declared: a bulk sender is judged by the bulk rules, where a receiver has such. */
bool receiver_is_shown(const struct target *, const struct receiver *);

/* The first check that a rule's condition names ("ptr.fcrdns"; the shorthands stand for their first check), "" where it
 * names none.  Static. */
const char *receiver_rule_check(const struct receiver_rule *);
