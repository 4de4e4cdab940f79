/* core/collect/smtp/smtp_session.c - one SMTP session, from the queue to its end: the events that move its states. */
#include "core/collect/smtp/smtp_machine.h"

#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/loop.h"
#include "core/base/trace.h"
#include "core/facts/evidence.h"

/* ---- events, one function each ---- */

static void on_connected(struct session *s)
{
    const struct key *key = &s->evidence->key;

    s->connected_ms = loop_now_ms(s->smtp->loop);
    s->seen->connect_ms = s->connected_ms - s->began_ms;
    s->seen->our_ip = stream_local_ip(s->stream);
    session_enter(s, key->kind == EVIDENCE_CONNECT && key->port != SMTP_PORT ? SMTP_DONE : SMTP_GREETING);
}

/* Any reply to QUIT will do, and nothing is kept of it.  But what answers EHLO, with its list of keywords,
 * comes before it: if that comes only now, then what was taken for it inside TLS was nobody's. */
static void on_farewell(struct session *s, struct str input)
{
    if (s->evidence && input.len >= 4 && memcmp(input.at, "250-", 4) == 0)
        session_fail_unasked(s);
    else if (memchr(input.at, '\n', input.len))
        session_end(s);
    else
        stream_drain(s->stream, input.len);
}

/* Text instead of TLS: injected if a record follows soon, and else the end of the handshake. */
static void on_clear_text(struct session *s)
{
    if (!s->heard_clear_text)
        task_schedule_at(s->stage_deadline, loop_now_ms(s->smtp->loop) + TLS_CLEAR_TEXT_MS);
    s->heard_clear_text = true;
}

static void on_readable(struct session *s)
{
    struct str input = stream_input(s->stream);
    struct smtp_reply *r;
    size_t taken;

    if (s->state == SMTP_QUIT) {
        on_farewell(s, input);
        return;
    }
    if (s->state == SMTP_HANDSHAKE) {
        on_clear_text(s);
        return;
    }
    s->reads++;
    taken = smtp_parser_feed(s->parser, input.at, input.len);
    trace_bytes(s->smtp->config.trace, "smtp <", s->peer, (struct str){input.at, taken});
    stream_drain(s->stream, taken);
    if (!smtp_parser_done(s->parser))
        return;
    r = session_keep_reply(s);
    if (r->violations & SMTP_FATAL_VIOLATIONS)
        session_fail(s, smtp_violation_failure(r->violations));
    else
        session_reply(s, r);
}

static enum smtp_state state_within_tls(enum smtp_trial trial)
{
    return trial == SMTP_TRIAL_OLD_TLS ? SMTP_QUIT : trial == SMTP_TRIAL_INJECTION ? SMTP_LISTENING : SMTP_EHLO_TLS;
}

static void on_secured(struct session *s)
{
    session_keep_tls(s, NULL);
    trace_event(s->smtp->config.trace, "smtp", s->peer, "TLS: %s %s, %s", s->seen->tls->protocol, s->seen->tls->cipher,
                s->seen->tls->verify_text);
    session_enter(s, state_within_tls(s->evidence->key.trial));
}

static void on_ended(struct session *s)
{
    struct arena *arena;

    if (!s->evidence || s->state == SMTP_QUIT) {
        session_end(s);
        return;
    }
    arena = evidence_arena(s->evidence);
    if (s->state == SMTP_CONNECTING)
        session_fail_connect(s, s->ended.os_error, false);
    else if (s->ended.how == STREAM_INJECTED)
        session_fail_injection(s, stream_input(s->stream));
    else if (s->heard_clear_text && s->state == SMTP_HANDSHAKE)
        session_fail_tls(s, "the server answered the TLS handshake in clear text");
    else if (s->ended.how == STREAM_FLOODED)
        session_fail_violation(s, SMTP_TOO_MANY_BYTES);
    else if (s->ended.how == STREAM_TLS)
        session_fail_tls(s, s->state == SMTP_HANDSHAKE ? "the TLS handshake failed" : "TLS failed after the handshake");
    else if (s->ended.how == STREAM_CLOSED)
        session_fail(s, smtp_closed_failure(arena, s->state));
    else
        session_fail(s, smtp_lost_failure(arena, s->ended.os_error, s->state));
}

static void on_deadline(struct session *s)
{
    if (!s->evidence || s->state == SMTP_QUIT)
        session_end(s);
    else if (s->state == SMTP_LISTENING && stream_input(s->stream).len == 0)
        session_enter(s, SMTP_QUIT); /* silence is what was hoped for */
    else if (s->heard_clear_text && s->state == SMTP_HANDSHAKE)
        session_fail_tls(s, "the server answered the TLS handshake in clear text");
    else
        session_fail(s, smtp_timeout_failure(evidence_arena(s->evidence), s->state));
}

static void on_welcome(struct session *s)
{
    s->evidence->turn = NULL;
    s->began_ms = loop_now_ms(s->smtp->loop);
    task_schedule_at(s->session_deadline, s->began_ms + session_ms(s->smtp));
    session_enter(s, SMTP_CONNECTING);
}

/* Every way from the loop into a session leads through here: without memory the session ends, and nothing else does. */
static void step(struct session *s, void (*on_event)(struct session *))
{
    struct arena *arena = s->evidence ? evidence_arena(s->evidence) : NULL;
    jmp_buf exhausted;

    if (!arena) {
        on_event(s);
    } else if (setjmp(exhausted) == 0) {
        arena_on_exhausted(arena, &exhausted);
        on_event(s); /* the session may be gone; its evidence is not before the next turn */
        arena_on_exhausted(arena, NULL);
    } else {
        arena_on_exhausted(arena, NULL);
        s->seen->trouble = trouble_of(REASON_RESOURCES);
        s->seen->os_error = ENOMEM;
        session_make_known(s, SMTP_END_LOCAL);
        session_leave(s);
    }
}

static void connected(void *arg)
{
    step(arg, on_connected);
}

static void readable(void *arg)
{
    step(arg, on_readable);
}

static void secured(void *arg)
{
    step(arg, on_secured);
}

static void ended(void *arg, enum stream_end how, int os_error)
{
    struct session *s = arg;

    s->ended.how = how;
    s->ended.os_error = os_error;
    step(s, on_ended);
}

static void deadline(void *arg)
{
    step(arg, on_deadline);
}

static void welcome(void *arg)
{
    step(arg, on_welcome);
}

/* The audit that wanted it has ended, and others may want it yet: it is known, and not shared. */
static void forgo(void *arg)
{
    struct session *s = arg;

    s->seen->end = SMTP_END_BUDGET;
    s->seen->trouble = trouble_of(REASON_BUDGET);
    evidence_known(s->evidence, s->seen, 0);
    session_leave(s);
}

/* ---- for the collector ---- */

static const struct stream_handler stream_handler = {
    .connected = connected, .readable = readable, .secured = secured, .ended = ended};

bool session_queue(struct smtp *smtp, struct evidence *evidence, struct smtp_session *seen)
{
    struct smtp_parser *parser = smtp_parser_new(evidence_arena(evidence)); /* may jump: before anything is owned */
    struct session *s = calloc(1, sizeof *s);
    const struct visit_plan plan = {.ip = seen->ip,
                                    .party = evidence->first_waiter,
                                    .again = evidence->key.nth > 1,
                                    .begin = welcome,
                                    .drop = forgo,
                                    .arg = s};
    char ip[IP_TEXT_MAX];

    if (!s)
        return false;
    s->smtp = smtp;
    s->seen = seen;
    s->parser = parser;
    s->next = smtp->sessions;
    s->back = &smtp->sessions;
    if (s->next)
        s->next->back = &s->next;
    smtp->sessions = s;
    ip_print(&seen->ip, ip);
    snprintf(s->peer, sizeof s->peer, seen->ip.family == IP_V6 ? "[%s]:%u" : "%s:%u", ip, seen->port);
    s->stream = stream_new(smtp->loop, &stream_handler, s);
    s->stage_deadline = task_new(smtp->loop, deadline, s);
    s->session_deadline = task_new(smtp->loop, deadline, s);
    if (!s->stream || !s->stage_deadline || !s->session_deadline ||
        !politeness_enter(smtp->politeness, &s->visit, &plan)) {
        s->visit.peer = NULL;
        session_leave(s);
        return false;
    }
    s->evidence = evidence;
    evidence->turn = &s->visit.turn;
    return true;
}

void session_abandon(struct session *s)
{
    session_leave(s);
}
