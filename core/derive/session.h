/* core/derive/session.h - which session with a mail server counts, and when it says nothing about the server. */
#pragma once

#include "core/base/trouble.h"
#include "core/derive/refusal.h"
#include "core/facts/smtp_session.h"

struct mail_address;
struct run;

/* The session to judge for an MX host's address: the first one, or a second one where the first was lost, timed out or
 * refused for the time being.  NULL: on its way.  *trouble says why nothing can be said about the target, reason none
 * where its behaviour is a fact. */
const struct smtp_session *need_judged_session(struct run *, const char *mx_host, const struct ip *,
                                               struct trouble *trouble);

/* The first session, where it was lost and the judged one is a second.  NULL: there is none. */
const struct smtp_session *need_lost_session(struct run *, const struct smtp_session *judged);
/* Inside TLS, before the reply to EHLO was there: closed, reset, silent or not TLS any more. */
bool session_lost_in_tls(const struct smtp_session *);
const char *session_loss_word(const struct smtp_session *); /* "reset": the connection was so */

/* A session that was greeted with another name than the judged one: a load balancer stands in front, and each
 * name counts. One is asked for where the greeting's name stands in for a HELO and is not that of the PTR
 * record or the EHLO reply, or as --sessions says.  NULL: none, or on its way.  (checks.md, section 6) */
const struct smtp_session *need_other_session(struct run *, const char *mx_host, const struct mail_address *,
                                              const struct smtp_session *judged);

/* The host names that the server gives itself; "" for none.
 * Plain names: letters, digits, hyphens, underscores and dots. */
const char *greeting_host_name(struct run *, const struct smtp_session *);
const char *ehlo_host_name(struct run *, const struct smtp_session *);

/* The name that stands in for the HELO of a sender which declared none: that of greeting
 * and EHLO reply which is a PTR name of the address, else the greeting's; *name is ""
 * where the greeting has none.  False: on its way.  (checks.md, section 6) */
bool need_helo_stand_in(struct run *, const struct ip *, const struct smtp_session *, const char **name);

/* Why the server's greeting or reply is no verdict on it: REASON_NONE, TEMPORARY_REFUSAL (4yz), WE_ARE_BLOCKED (its
 * words speak of us, refusal.h), or SMTP_INTERCEPTED (a middlebox wrote over it).  `reply` is one of the session's. */
struct trouble reply_trouble(struct run *, const struct smtp_session *, const struct smtp_reply *reply);
/* What the server says against us in any of its replies. */
enum refusal session_refusal(struct run *, const struct smtp_session *);
bool reply_drips(const struct smtp_reply *); /* held back on purpose, a few octets at a time; complete or not */
/* WE_ARE_BLOCKED where the server is a tarpit for us, so that what it does not offer says nothing; reason none else. */
struct trouble session_tarpit(struct run *, const struct smtp_session *);
