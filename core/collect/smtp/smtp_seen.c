/* core/collect/smtp/smtp_seen.c - keeps what a session has seen, and ends it. */
#include "core/collect/smtp/smtp_machine.h"

#include <stdlib.h>

#include "core/base/limits.h"
#include "core/base/loop.h"
#include "core/base/trace.h"
#include "core/facts/evidence.h"

void session_leave(struct session *s)
{
    if (s->evidence)
        s->evidence->turn = NULL;
    *s->back = s->next;
    if (s->next)
        s->next->back = s->back;
    stream_free(s->stream);
    task_free(s->stage_deadline);
    task_free(s->session_deadline);
    if (s->visit.peer)
        politeness_leave(s->smtp->politeness, &s->visit, s->went_well);
    free(s);
}

void session_make_known(struct session *s, enum smtp_end end)
{
    struct evidence *evidence = s->evidence;

    s->seen->end = end;
    s->seen->state = s->state;
    s->seen->total_ms = loop_now_ms(s->smtp->loop) - s->began_ms;
    s->went_well = end == SMTP_END_OK && s->seen->greeting.code == 220;
    s->evidence = NULL;
    trace_event(s->smtp->config.trace, "smtp", s->peer, "known: %s %s", smtp_end_name(end),
                smtp_state_during(s->state));
    evidence_known(evidence, s->seen, end == SMTP_END_OK ? SMTP_SHARED_S : SMTP_TROUBLE_SHARED_S);
}

static struct smtp_reply *reply_slot(struct session *s)
{
    switch (s->state) {
    case SMTP_GREETING:
        return &s->seen->greeting;
    case SMTP_EHLO:
        return &s->seen->ehlo;
    case SMTP_HELO:
        return &s->seen->helo;
    case SMTP_STARTTLS:
        return &s->seen->starttls;
    case SMTP_EHLO_TLS:
        return &s->seen->ehlo_tls;
    case SMTP_LISTENING:
        return &s->seen->unasked;
    case SMTP_MAIL:
        return &s->seen->mail;
    case SMTP_RCPT:
        return &s->seen->rcpt;
    case SMTP_CONNECTING:
    case SMTP_HANDSHAKE:
    case SMTP_QUIT:
    case SMTP_DONE:
    case SMTP_STATE_COUNT:
        break;
    }
    return NULL;
}

/* What has come of a reply by now, complete or not. */
struct smtp_reply *session_keep_reply(struct session *s)
{
    struct smtp_reply *slot = reply_slot(s);

    *slot = smtp_parser_reply(s->parser);
    slot->ms = loop_now_ms(s->smtp->loop) - s->entered_ms;
    slot->reads = s->reads;
    s->seen->violations |= slot->violations;
    return slot;
}

void session_keep_tls(struct session *s, const char *error)
{
    struct tls_session *tls = stream_tls_session(s->stream, evidence_arena(s->evidence));

    if (!tls)
        return;
    if (!tls->error)
        tls->error = error;
    tls->ms = s->seen->tls ? s->seen->tls->ms : loop_now_ms(s->smtp->loop) - s->entered_ms;
    s->seen->tls = tls;
}

void session_end(struct session *s)
{
    if (s->evidence)
        session_make_known(s, SMTP_END_OK);
    session_leave(s);
}

/* The other way out, besides QUIT.  After an error there is nothing more to be said; just close (checks.md 18.2). */
void session_fail(struct session *s, struct smtp_failure failure)
{
    if (s->evidence) {
        if (reply_slot(s) && reply_slot(s)->line_count == 0)
            session_keep_reply(s);
        if (s->state == SMTP_HANDSHAKE || failure.end == SMTP_END_TLS)
            session_keep_tls(s, failure.trouble.why);
        s->seen->trouble = failure.trouble;
        s->seen->os_error = failure.os_error;
        session_make_known(s, failure.end);
    }
    session_leave(s);
}

void session_fail_violation(struct session *s, unsigned violations)
{
    s->seen->violations |= violations;
    session_fail(s, smtp_violation_failure(violations));
}

/* Nobody's reply: it is shown, and never read as the reply to a command. */
void session_fail_unasked(struct session *s)
{
    struct smtp_reply *slot = reply_slot(s);
    struct str input = stream_input(s->stream);

    if (s->state == SMTP_QUIT)
        slot = &s->seen->ehlo_tls;
    if (slot && !slot->line_count && input.len > 0) {
        smtp_parser_feed(s->parser, input.at, input.len);
        *slot = smtp_parser_reply(s->parser);
    }
    if (slot && s->seen->tls) {
        s->seen->unasked = *slot;
        *slot = (struct smtp_reply){0};
        smtp_parser_begin(s->parser, false);
    }
    session_fail_violation(s, SMTP_UNASKED);
}

void session_fail_tls(struct session *s, const char *why)
{
    session_fail(s, (struct smtp_failure){SMTP_END_TLS, 0, {REASON_PROTOCOL, SIDE_TARGET, why}});
}

void session_fail_injection(struct session *s, struct str bytes)
{
    if (bytes.len > SMTP_LINE_KEEP)
        bytes.len = SMTP_LINE_KEEP;
    trace_bytes(s->smtp->config.trace, "smtp inject", s->peer, bytes);
    s->seen->injected = str_copy(evidence_arena(s->evidence), bytes);
    session_fail(s, (struct smtp_failure){
                SMTP_END_INJECTION, 0, {REASON_PROTOCOL, SIDE_TARGET, "the peer sent bytes between STARTTLS and TLS"}});
}
