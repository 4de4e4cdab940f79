/* core/collect/smtp/smtp_machine.h - what the files of one session share: its state, and the ways to change it.
 *
 * smtp_session.c hears the events, smtp_dialogue.c says what is sent and what a reply means, smtp_seen.c keeps what was
 * seen and ends the session.  For these three only.  After a call that may end it, the session may be gone.
 */
#pragma once

#include "core/collect/net/politeness.h"
#include "core/collect/net/stream.h"
#include "core/collect/smtp/smtp_end.h"
#include "core/collect/smtp/smtp_session.h"

enum { SMTP_PORT = 25, PEER_TEXT_MAX = IP_TEXT_MAX + 8 };

struct session {
    struct session *next, **back;
    struct smtp *smtp;
    struct evidence *evidence; /* NULL once known: then neither it nor what is in its arena is touched again */
    struct smtp_session *seen; /* the evidence's value, being built */
    struct smtp_parser *parser;
    enum smtp_state state;
    struct visit visit;
    struct stream *stream;
    struct task *stage_deadline, *session_deadline;
    int64_t began_ms, connected_ms, entered_ms;
    unsigned reads; /* since the state was entered */
    bool heard_clear_text; /* in the handshake */
    bool went_well;        /* it came to QUIT, and the greeting was no refusal */
    struct {
        enum stream_end how;
        int os_error;
    } ended;
    char peer[PEER_TEXT_MAX]; /* for the trace */
};

/* smtp_dialogue.c */
void session_enter(struct session *, enum smtp_state next); /* the only writer of the state; says what is due there */
void session_reply(struct session *, const struct smtp_reply *); /* complete, and no breach of the protocol */
int64_t session_ms(const struct smtp *);                         /* the cap for one session */
void session_fail_connect(struct session *, int os_error, bool at_once);

/* smtp_seen.c */
/* what has come of the state's reply by now, complete or not */
struct smtp_reply *session_keep_reply(struct session *);
void session_keep_tls(struct session *, const char *error);
void session_make_known(struct session *, enum smtp_end);
void session_leave(struct session *); /* frees it, and hangs up if it must */
void session_end(struct session *);   /* all went well; leaves */
void session_fail(struct session *, struct smtp_failure);
void session_fail_violation(struct session *, unsigned violations);
void session_fail_unasked(struct session *); /* what came is no reply to what we said, or are about to say */
void session_fail_tls(struct session *, const char *why);
void session_fail_injection(struct session *, struct str bytes);
