/* core/collect/smtp/smtp_dialogue.c - the states of one SMTP session: what is sent in each, and what a reply means.
 *
 *   CONNECTING - GREETING - EHLO ------- STARTTLS - HANDSHAKE - EHLO_TLS - QUIT - DONE
 *                        \     \ HELO \________________________________/
 *                         \_____________________________________________/
 *
 * Each reply leads forward in this picture, so a session ends.  Whatever goes wrong leads to session_fail(), which ends
 * it.
 *
 * A trial goes its own way: with old TLS from HANDSHAKE to QUIT, with an injection from there to LISTENING and QUIT,
 * with a recipient from the last EHLO or HELO to MAIL, RCPT and QUIT.
 */
#include "core/collect/smtp/smtp_machine.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/limits.h"
#include "core/base/loop.h"
#include "core/base/trace.h"
#include "core/facts/evidence.h"

enum { COMMAND_MAX = 512 };

/* ---- what to send ---- */

/* Never ahead of its turn: a reply that is here before the command would be taken for the reply to it. */
static void say(struct session *s, const char *verb, const char *argument)
{
    char line[COMMAND_MAX];
    int size = snprintf(line, sizeof line, "%s%s%s\r\n", verb, *argument ? " " : "", argument);

    if (s->evidence && stream_input(s->stream).len > 0) {
        session_fail_unasked(s);
        return;
    }
    trace_bytes(s->smtp->config.trace, "smtp >", s->peer, (struct str){line, (size_t)size - 2});
    if (stream_send(s->stream, line, (size_t)size))
        return;
    if (s->state == SMTP_QUIT)
        session_end(s);
    else
        session_fail(s, smtp_memory_failure());
}

static void say_recipient(struct session *s)
{
    char path[COMMAND_MAX - sizeof "RCPT \r\n"];

    if (snprintf(path, sizeof path, "TO:<%s>", s->evidence->key.recipient) < (int)sizeof path)
        say(s, "RCPT", path);
    else /* RFC 5321 4.5.3.1.3: nobody need take it */
        session_enter(s, SMTP_QUIT);
}

static const struct ip *source_of(const struct session *s)
{
    return s->seen->ip.family == IP_V4 ? &s->smtp->config.source4 : &s->smtp->config.source6;
}

void session_fail_connect(struct session *s, int os_error, bool at_once)
{
    session_fail(s, smtp_connect_failure(os_error, &s->seen->ip, at_once, source_of(s)->family != IP_NONE));
}

static void connect_peer(struct session *s)
{
    int os_error = stream_connect(s->stream, &s->seen->ip, s->seen->port, source_of(s));

    if (os_error != 0)
        session_fail_connect(s, os_error, true);
}

static void begin_tls(struct session *s)
{
    struct tls *tls = s->evidence->key.trial == SMTP_TRIAL_OLD_TLS ? s->smtp->obsolete_tls : s->smtp->tls;

    if (!stream_secure(s->stream, tls, s->seen->server_name))
        session_fail(s, smtp_memory_failure());
}

static void send_for(struct session *s)
{
    const char *our_name = s->smtp->config.our_name;

    switch (s->state) {
    case SMTP_CONNECTING:
        connect_peer(s);
        return;
    case SMTP_GREETING: /* the peer speaks first */
    case SMTP_LISTENING:
        return;
    case SMTP_EHLO:
    case SMTP_EHLO_TLS:
        say(s, "EHLO", our_name);
        return;
    case SMTP_HELO:
        say(s, "HELO", our_name);
        return;
    case SMTP_STARTTLS:
        say(s, s->evidence->key.trial == SMTP_TRIAL_INJECTION ? "STARTTLS\r\nNOOP" : "STARTTLS", "");
        return;
    case SMTP_HANDSHAKE:
        begin_tls(s);
        return;
    case SMTP_MAIL:
        say(s, "MAIL FROM:<>", "");
        return;
    case SMTP_RCPT:
        say_recipient(s);
        return;
    case SMTP_QUIT: /* evidence is final: nothing that happens now is of interest (threats.md S10) */
        if (!s->seen->ehlo_tls.code)
            session_make_known(s, SMTP_END_OK);
        say(s, "QUIT", "");
        return;
    case SMTP_DONE:
        session_end(s);
        return;
    case SMTP_STATE_COUNT:
        break;
    }
    abort();
}

/* A session that the user gave more time than SMTP_SESSION_MS takes it, up to what --timeout leaves of an audit. */
int64_t session_ms(const struct smtp *smtp)
{
    int64_t given = smtp->config.session_ms, margin = AUDIT_MS - SMTP_SESSION_MS;

    if (given <= 0)
        return SMTP_SESSION_MS;
    if (given <= SMTP_SESSION_MS)
        return given;
    return given - margin > SMTP_SESSION_MS ? given - margin : SMTP_SESSION_MS;
}

static int64_t stage_ms(const struct session *s)
{
    int64_t greeting_ms = session_ms(s->smtp) - (SMTP_SESSION_MS - SMTP_GREETING_MS);

    switch (s->state) {
    case SMTP_CONNECTING:
        return SMTP_CONNECT_MS;
    case SMTP_GREETING:
        if (greeting_ms > SMTP_GREETING_MAX_MS)
            return SMTP_GREETING_MAX_MS;
        return greeting_ms > SMTP_GREETING_MS ? greeting_ms : SMTP_GREETING_MS;
    case SMTP_HANDSHAKE:
        return TLS_HANDSHAKE_MS;
    case SMTP_QUIT:
        return SMTP_QUIT_MS;
    case SMTP_LISTENING:
        return SMTP_LISTEN_MS;
    default:
        return SMTP_REPLY_MS;
    }
}

/* The only writer of s->state.  The session may be gone when it returns. */
void session_enter(struct session *s, enum smtp_state next)
{
    trace_event(s->smtp->config.trace, "smtp", s->peer, "%s", smtp_state_name(next));
    s->state = next;
    s->entered_ms = loop_now_ms(s->smtp->loop);
    s->reads = 0;
    task_schedule_at(s->stage_deadline, s->entered_ms + stage_ms(s));
    if (s->evidence)
        smtp_parser_begin(s->parser, next == SMTP_GREETING);
    send_for(s);
}

/* ---- what a reply means ---- */

/* RFC 3207 4.2, CVE-2021-38371: a byte behind this reply is in the clear, and would be read as if it came through TLS.
 */
static void secure(struct session *s)
{
    char bytes[SMTP_LINE_KEEP];
    size_t size = stream_unread(s->stream, bytes, sizeof bytes);

    if (size > 0)
        session_fail_injection(s, (struct str){bytes, size});
    else
        session_enter(s, SMTP_HANDSHAKE);
}

/* What follows the last EHLO or HELO. */
static void leave_or_try(struct session *s, const struct smtp_reply *r)
{
    session_enter(s, s->evidence->key.trial == SMTP_TRIAL_RCPT && r->code == 250 ? SMTP_MAIL : SMTP_QUIT);
}

/* Every code that is none of those named leads to QUIT: what it says about the peer is for the checks. */
void session_reply(struct session *s, const struct smtp_reply *r)
{
    switch (s->state) {
    case SMTP_GREETING:
        s->seen->greeting_ms = loop_now_ms(s->smtp->loop) - s->connected_ms;
        s->seen->greeted_s = loop_wall_s(s->smtp->loop);
        s->seen->told_s = smtp_greeting_date(r, s->seen->greeted_s);
        session_enter(s, r->code == 220 && s->evidence->key.kind == EVIDENCE_SMTP ? SMTP_EHLO : SMTP_QUIT);
        return;
    case SMTP_EHLO:
        if (r->code == 250 && smtp_keyword(r, "STARTTLS", NULL))
            session_enter(s, SMTP_STARTTLS);
        else if (r->code >= 500)
            session_enter(s, SMTP_HELO);
        else
            leave_or_try(s, r);
        return;
    case SMTP_STARTTLS:
        if (r->code == 220)
            secure(s);
        else
            session_enter(s, SMTP_QUIT);
        return;
    case SMTP_EHLO_TLS:
        if (r->code < 400 && r->code != 250) /* a second greeting: the server did not wait for EHLO */
            session_fail_unasked(s);
        else
            leave_or_try(s, r);
        return;
    case SMTP_HELO:
        leave_or_try(s, r);
        return;
    case SMTP_MAIL:
        session_enter(s, r->code == 250 ? SMTP_RCPT : SMTP_QUIT);
        return;
    case SMTP_RCPT:
    case SMTP_LISTENING:
        session_enter(s, SMTP_QUIT);
        return;
    case SMTP_CONNECTING:
    case SMTP_HANDSHAKE:
    case SMTP_QUIT:
    case SMTP_DONE:
    case SMTP_STATE_COUNT:
        break; /* no reply is waited for */
    }
    abort();
}
