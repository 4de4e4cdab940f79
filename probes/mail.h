/* probes/mail.h - what several probes ask of the evidence: confirmed absences, sessions worth judging, port 25.
 *
 * All are functions on a run, like need_dns(): they ask, and answer with what is known so far.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/derive/inventory.h"
#include "core/facts/smtp_session.h"
#include "core/result/finding.h"

struct run;

/* Why it is not known whether the MX hosts have (more) addresses; NULL: all of them were looked up. */
const struct trouble *address_doubt(const struct inventory *);

/* Where no mail address is known: `check` is skipped, or undecided where that is for want of an answer. */
void judge_without_address(struct run *, const struct inventory *, enum check_id check, const char *why);

/* A host that only sends need not listen: `check` is skipped for its addresses.  (checks.md, section 7) */
void skip_sender_only(struct run *, const struct inventory *, enum check_id check);

/* Does port 25 leave this machine?  (checks.md, section 7: canary logic) */
enum port25 {
    PORT25_PENDING,
    PORT25_UNTESTED,    /* no session was tried, or none ended in a way that makes one wonder */
    PORT25_WORKS,       /* a greeting was seen */
    PORT25_BLOCKED,     /* no canary connects on 25, but elsewhere one does */
    PORT25_INTERCEPTED, /* canaries greet with names that are not theirs */
    PORT25_NO_NETWORK,  /* nothing connects at all */
    PORT25_UNDECIDED,   /* no canary could be asked */
};
enum port25 need_port25(struct run *);

/* Does IPv6 work from this machine?  Canaries are asked only when no IPv6 session with the target came about. */
enum ipv6 { IPV6_PENDING, IPV6_OFF, IPV6_MISSING, IPV6_UNTESTED, IPV6_WORKS, IPV6_NOT_SEEN };
enum ipv6 need_ipv6(struct run *);

/* The session to judge for an MX host's address: the first one, or a second one where the first was lost, timed out or
 * refused for the time being.  NULL: on its way.  *trouble says why nothing can be said about the target, reason none
 * where its behaviour is a fact. */
const struct smtp_session *need_judged_session(struct run *, const char *mx_host, const struct ip *, struct trouble *trouble);

/* A session that was greeted with another name than the judged one: a load balancer stands in front, and each name counts.
 * One is asked for where the greeting's name stands in for a HELO and is not that of the PTR record or the EHLO reply, or as
 * --sessions says.  NULL: none, or on its way.  (checks.md, section 6) */
const struct smtp_session *need_other_session(struct run *, const char *mx_host, const struct mail_address *,
                                              const struct smtp_session *judged);

/* The name in the greeting, as host names are compared; "" for none. */
const char *greeting_host_name(struct run *, const struct smtp_session *);

/* Why the server's greeting or reply is no verdict on it: REASON_NONE, TEMPORARY_REFUSAL (4yz), WE_ARE_BLOCKED (the text
 * names our address or a blocklist), or SMTP_INTERCEPTED (a middlebox wrote over it).  `reply` is one of the session's. */
struct trouble reply_trouble(struct run *, const struct smtp_session *, const struct smtp_reply *);

/* Confirms that a record is absent, at the zone's own name servers (threats.md D9).  `answer` is negative. */
enum absence { ABSENCE_PENDING, ABSENCE_CONFIRMED, ABSENCE_DISPUTED, ABSENCE_UNDECIDED };
enum absence need_absence(struct run *, const char *name, enum dns_type, const struct dns_answer *answer,
                          const struct dns_answer **dissent, struct trouble *);

/* The aliases that an answer was reached by: "a -> b -> c".  Of a ring, its members. */
const char *alias_chain_text(struct run *, const struct dns_answer *);

/* Is our clock right?  Compared with what servers say that this audit talks to anyway: the policy host's Date, the greetings
 * of the MX hosts; their addresses on this machine left out.  Where it is wrong, or may be, what depends on the time of day is
 * unknown.  (threats.md T5) */
struct clock {
    enum clock_state { CLOCK_PENDING, CLOCK_UNTESTED, CLOCK_RIGHT, CLOCK_WRONG } state;
    /* The rest is of those two last. */
    const char *teller; /* who agrees, or differs: a host or a subject */
    const char *key;    /* of the evidence */
    int64_t skew_s;     /* ours less theirs */
    size_t tellers;     /* hosts that told the time; if wrong, all of them differ from us */
    struct trouble trouble; /* if wrong */
};
struct clock need_clock(struct run *);
