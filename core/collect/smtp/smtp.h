/* core/collect/smtp/smtp.h - the collector of SMTP evidence (smtp_session.h).
 *
 * One session with one address: wait for the complete greeting, EHLO (HELO where EHLO is refused), STARTTLS where it is
 * offered, the handshake, EHLO again, QUIT.  A trial (enum smtp_trial) goes another way from STARTTLS or the last EHLO
 * on.
 *
 * It is the program's only state machine.  (RFC 5321 3.1, 3.2, 4.2; RFC 3207)
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/facts/smtp_session.h"

/* Incremental parser of replies (no I/O; fuzzed).  Feed it bytes; it takes them until a reply is complete. */
struct smtp_parser;
struct smtp_parser *smtp_parser_new(struct arena *); /* lines are kept in the arena */
void smtp_parser_begin(struct smtp_parser *, bool is_greeting); /* forget the last reply, expect a new one */
/* bytes taken: stops behind the end of a reply */
size_t smtp_parser_feed(struct smtp_parser *, const char *bytes, size_t size);
bool smtp_parser_done(const struct smtp_parser *);   /* complete, or fatally wrong */
struct smtp_reply smtp_parser_reply(const struct smtp_parser *);

struct smtp; /* the collector */
struct evidence;
struct guestbook;
struct loop;
struct tls;
struct trace;

struct smtp_config {
    const char *our_name; /* EHLO name */
    struct ip source4, source6; /* family IP_NONE: any */
    bool use_ipv4, use_ipv6;
    const struct ip_network *allowed; /* special-purpose networks that may be contacted */
    size_t allowed_count;
    const char *ca;      /* PEM: extra trust anchors; NULL */
    int64_t session_ms;  /* cap for one session, from --timeout; 0: SMTP_SESSION_MS.  See session_ms() in smtp.c */
    struct guestbook *guestbook; /* of the processes of this run, and which of them this one is; NULL: it is alone */
    unsigned guest;
    struct trace *trace; /* may be NULL */
};

/* NULL with *why: no memory, nothing in `ca` */
struct smtp *smtp_new(struct loop *, const struct smtp_config *, const char **why);
void smtp_free(struct smtp *);
struct tls *smtp_tls(struct smtp *); /* with the anchors that its sessions are verified by; lives as long as it */
/* For keys "smtp:..." and "connect:..." alike; the latter is a session that ends with QUIT after the greeting (port
 * 25), or right after the TCP handshake (other ports).  Keeps PEER_SESSIONS, PEER_INTERVAL_MS and NET_SESSIONS; a
 * second session (#2) begins PEER_RETRY_MS after the end of a first one that went badly.
 *
 * Evidence is known when QUIT has been said, and after EHLO inside TLS when the reply to QUIT has come, SMTP_QUIT_MS at
 * most; it never holds that reply.  The connection stays open until then: whoever stops the loop or frees the collector
 * before smtp_is_idle() hangs up on a peer. */
void smtp_collect(struct smtp *, struct evidence *);
bool smtp_is_idle(const struct smtp *); /* no session is open or waits */
