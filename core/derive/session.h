/* core/derive/session.h - which session with a mail server counts, and when it says nothing about the server. */
#pragma once

#include "core/base/trouble.h"
#include "core/facts/smtp_session.h"

struct mail_address;
struct run;

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
