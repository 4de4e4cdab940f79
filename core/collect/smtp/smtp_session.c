/* core/collect/smtp/smtp_session.c - one SMTP session: the program's only state machine.
 *
 *   CONNECTING - GREETING - EHLO ------- STARTTLS - HANDSHAKE - EHLO_TLS - QUIT - DONE
 *                        \     \ HELO \________________________________/
 *                         \_____________________________________________/
 *
 * Each reply leads forward in this picture, so a session ends.  Whatever goes wrong leads to fail(), which ends it.
 *
 * A trial goes its own way: with old TLS from HANDSHAKE to QUIT, with an injection from there to LISTENING and QUIT, with a
 * recipient from the last EHLO or HELO to MAIL, RCPT and QUIT.
 */
#include "core/collect/smtp/smtp_session.h"

#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/loop.h"
#include "core/base/trace.h"
#include "core/collect/net/guest.h"
#include "core/collect/net/stream.h"
#include "core/collect/smtp/smtp_end.h"
#include "core/facts/evidence.h"

enum { SMTP_PORT = 25, COMMAND_MAX = 512, PEER_TEXT_MAX = IP_TEXT_MAX + 8 };

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
    bool heard_clear_text; /* in the handshake */
    bool went_well;        /* it came to QUIT, and the greeting was no refusal */
    struct {
        enum stream_end how;
        int os_error;
    } ended;
    char peer[PEER_TEXT_MAX]; /* for the trace */
};

static void enter(struct session *s, enum smtp_state next);
static void fail(struct session *s, struct smtp_failure failure);

/* ---- the end of a session ---- */

static void leave(struct session *s)
{
    *s->back = s->next;
    if (s->next)
        s->next->back = s->back;
    stream_free(s->stream);
    task_free(s->stage_deadline);
    task_free(s->session_deadline);
    if (s->visit.peer)
        guest_leave(s->smtp->guest, &s->visit, s->went_well);
    free(s);
}

static void make_known(struct session *s, enum smtp_end end)
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
static struct smtp_reply *keep_reply(struct session *s)
{
    struct smtp_reply *slot = reply_slot(s);

    *slot = smtp_parser_reply(s->parser);
    slot->ms = loop_now_ms(s->smtp->loop) - s->entered_ms;
    s->seen->violations |= slot->violations;
    return slot;
}

static void keep_tls(struct session *s, const char *error)
{
    struct tls_session *tls = stream_tls_session(s->stream, evidence_arena(s->evidence));

    if (!tls)
        return;
    if (!tls->error)
        tls->error = error;
    tls->ms = s->seen->tls ? s->seen->tls->ms : loop_now_ms(s->smtp->loop) - s->entered_ms;
    s->seen->tls = tls;
}

/* The other way out, besides QUIT.  After an error there is nothing more to be said; just close (checks.md 18.2). */
static void fail(struct session *s, struct smtp_failure failure)
{
    if (s->evidence) {
        if (reply_slot(s) && reply_slot(s)->line_count == 0)
            keep_reply(s);
        if (s->state == SMTP_HANDSHAKE || failure.end == SMTP_END_TLS)
            keep_tls(s, failure.trouble.why);
        s->seen->trouble = failure.trouble;
        s->seen->os_error = failure.os_error;
        make_known(s, failure.end);
    }
    leave(s);
}

static void fail_violation(struct session *s, unsigned violations)
{
    s->seen->violations |= violations;
    fail(s, smtp_violation_failure(violations));
}

static void fail_tls(struct session *s, const char *why)
{
    fail(s, (struct smtp_failure){SMTP_END_TLS, 0, {REASON_PROTOCOL, SIDE_TARGET, why}});
}

static void fail_injection(struct session *s, struct str bytes)
{
    if (bytes.len > SMTP_LINE_KEEP)
        bytes.len = SMTP_LINE_KEEP;
    trace_bytes(s->smtp->config.trace, "smtp inject", s->peer, bytes);
    s->seen->injected = str_copy(evidence_arena(s->evidence), bytes);
    fail(s, (struct smtp_failure){
                SMTP_END_INJECTION, 0, {REASON_PROTOCOL, SIDE_TARGET, "the peer sent bytes between STARTTLS and TLS"}});
}

/* ---- what to send ---- */

/* Never ahead of its turn: a reply that is here before the command would be taken for the reply to it. */
static void say(struct session *s, const char *verb, const char *argument)
{
    char line[COMMAND_MAX];
    int size = snprintf(line, sizeof line, "%s%s%s\r\n", verb, *argument ? " " : "", argument);

    if (s->state != SMTP_QUIT && stream_input(s->stream).len > 0) {
        fail_violation(s, SMTP_UNASKED);
        return;
    }
    trace_bytes(s->smtp->config.trace, "smtp >", s->peer, (struct str){line, (size_t)size - 2});
    if (!stream_send(s->stream, line, (size_t)size))
        fail(s, smtp_memory_failure());
}

static void say_recipient(struct session *s)
{
    char path[COMMAND_MAX - sizeof "RCPT \r\n"];

    if (snprintf(path, sizeof path, "TO:<%s>", s->evidence->key.recipient) < (int)sizeof path)
        say(s, "RCPT", path);
    else /* RFC 5321 4.5.3.1.3: nobody need take it */
        enter(s, SMTP_QUIT);
}

static const struct ip *source_of(const struct session *s)
{
    return s->seen->ip.family == IP_V4 ? &s->smtp->config.source4 : &s->smtp->config.source6;
}

static void fail_connect(struct session *s, int os_error, bool at_once)
{
    fail(s, smtp_connect_failure(os_error, &s->seen->ip, at_once, source_of(s)->family != IP_NONE));
}

static void connect_peer(struct session *s)
{
    int os_error = stream_connect(s->stream, &s->seen->ip, s->seen->port, source_of(s));

    if (os_error != 0)
        fail_connect(s, os_error, true);
}

static void begin_tls(struct session *s)
{
    struct tls *tls = s->evidence->key.trial == SMTP_TRIAL_OLD_TLS ? s->smtp->obsolete_tls : s->smtp->tls;

    if (!stream_secure(s->stream, tls, s->seen->server_name))
        fail(s, smtp_memory_failure());
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
        make_known(s, SMTP_END_OK);
        say(s, "QUIT", "");
        return;
    case SMTP_DONE:
        if (s->evidence)
            make_known(s, SMTP_END_OK);
        leave(s);
        return;
    case SMTP_STATE_COUNT:
        break;
    }
    abort();
}

/* A session that the user gave more time than SMTP_SESSION_MS takes it, up to what --timeout leaves of an audit. */
static int64_t session_ms(const struct smtp *smtp)
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
static void enter(struct session *s, enum smtp_state next)
{
    trace_event(s->smtp->config.trace, "smtp", s->peer, "%s", smtp_state_name(next));
    s->state = next;
    s->entered_ms = loop_now_ms(s->smtp->loop);
    task_schedule_at(s->stage_deadline, s->entered_ms + stage_ms(s));
    if (s->evidence)
        smtp_parser_begin(s->parser);
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
        fail_injection(s, (struct str){bytes, size});
    else
        enter(s, SMTP_HANDSHAKE);
}

/* What follows the last EHLO or HELO. */
static void leave_or_try(struct session *s, const struct smtp_reply *r)
{
    enter(s, s->evidence->key.trial == SMTP_TRIAL_RCPT && r->code == 250 ? SMTP_MAIL : SMTP_QUIT);
}

/* Every code that is none of those named leads to QUIT: what it says about the peer is for the checks. */
static void reply(struct session *s, const struct smtp_reply *r)
{
    switch (s->state) {
    case SMTP_GREETING:
        s->seen->greeting_ms = loop_now_ms(s->smtp->loop) - s->connected_ms;
        s->seen->greeted_s = loop_wall_s(s->smtp->loop);
        s->seen->told_s = smtp_greeting_date(r, s->seen->greeted_s);
        enter(s, r->code == 220 && s->evidence->key.kind == EVIDENCE_SMTP ? SMTP_EHLO : SMTP_QUIT);
        return;
    case SMTP_EHLO:
        if (r->code == 250 && smtp_keyword(r, "STARTTLS", NULL))
            enter(s, SMTP_STARTTLS);
        else if (r->code >= 500)
            enter(s, SMTP_HELO);
        else
            leave_or_try(s, r);
        return;
    case SMTP_STARTTLS:
        if (r->code == 220)
            secure(s);
        else
            enter(s, SMTP_QUIT);
        return;
    case SMTP_HELO:
    case SMTP_EHLO_TLS:
        leave_or_try(s, r);
        return;
    case SMTP_MAIL:
        enter(s, r->code == 250 ? SMTP_RCPT : SMTP_QUIT);
        return;
    case SMTP_RCPT:
    case SMTP_LISTENING:
        enter(s, SMTP_QUIT);
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

/* ---- events, one function each ---- */

static void on_connected(struct session *s)
{
    const struct key *key = &s->evidence->key;

    s->connected_ms = loop_now_ms(s->smtp->loop);
    s->seen->connect_ms = s->connected_ms - s->began_ms;
    s->seen->our_ip = stream_local_ip(s->stream);
    enter(s, key->kind == EVIDENCE_CONNECT && key->port != SMTP_PORT ? SMTP_DONE : SMTP_GREETING);
}

/* Any reply to QUIT will do; nothing is kept of it. */
static void on_farewell(struct session *s, struct str input)
{
    if (memchr(input.at, '\n', input.len))
        enter(s, SMTP_DONE);
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
    taken = smtp_parser_feed(s->parser, input.at, input.len);
    trace_bytes(s->smtp->config.trace, "smtp <", s->peer, (struct str){input.at, taken});
    stream_drain(s->stream, taken);
    if (!smtp_parser_done(s->parser))
        return;
    r = keep_reply(s);
    if (r->violations & SMTP_FATAL_VIOLATIONS)
        fail(s, smtp_violation_failure(r->violations));
    else
        reply(s, r);
}

static enum smtp_state state_within_tls(enum smtp_trial trial)
{
    return trial == SMTP_TRIAL_OLD_TLS ? SMTP_QUIT : trial == SMTP_TRIAL_INJECTION ? SMTP_LISTENING : SMTP_EHLO_TLS;
}

static void on_secured(struct session *s)
{
    keep_tls(s, NULL);
    trace_event(s->smtp->config.trace, "smtp", s->peer, "TLS: %s %s, %s", s->seen->tls->protocol, s->seen->tls->cipher,
                s->seen->tls->verify_text);
    enter(s, state_within_tls(s->evidence->key.trial));
}

static void on_ended(struct session *s)
{
    struct arena *arena;

    if (!s->evidence) {
        leave(s);
        return;
    }
    arena = evidence_arena(s->evidence);
    if (s->state == SMTP_CONNECTING)
        fail_connect(s, s->ended.os_error, false);
    else if (s->ended.how == STREAM_INJECTED)
        fail_injection(s, stream_input(s->stream));
    else if (s->heard_clear_text && s->state == SMTP_HANDSHAKE)
        fail_tls(s, "the server answered the TLS handshake in clear text");
    else if (s->ended.how == STREAM_FLOODED)
        fail_violation(s, SMTP_TOO_MANY_BYTES);
    else if (s->ended.how == STREAM_TLS)
        fail_tls(s, s->state == SMTP_HANDSHAKE ? "the TLS handshake failed" : "TLS failed after the handshake");
    else if (s->ended.how == STREAM_CLOSED)
        fail(s, smtp_closed_failure(arena, s->state));
    else
        fail(s, smtp_lost_failure(arena, s->ended.os_error, s->state));
}

static void on_deadline(struct session *s)
{
    if (!s->evidence)
        leave(s);
    else if (s->state == SMTP_LISTENING && stream_input(s->stream).len == 0)
        enter(s, SMTP_QUIT); /* silence is what was hoped for */
    else if (s->heard_clear_text && s->state == SMTP_HANDSHAKE)
        fail_tls(s, "the server answered the TLS handshake in clear text");
    else
        fail(s, smtp_timeout_failure(evidence_arena(s->evidence), s->state));
}

static void on_welcome(struct session *s)
{
    s->began_ms = loop_now_ms(s->smtp->loop);
    task_schedule_at(s->session_deadline, s->began_ms + session_ms(s->smtp));
    enter(s, SMTP_CONNECTING);
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
        make_known(s, SMTP_END_LOCAL);
        leave(s);
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

/* ---- for the collector ---- */

static const struct stream_handler stream_handler = {
    .connected = connected, .readable = readable, .secured = secured, .ended = ended};

bool session_queue(struct smtp *smtp, struct evidence *evidence, struct smtp_session *seen)
{
    struct smtp_parser *parser = smtp_parser_new(evidence_arena(evidence)); /* may jump: before anything is owned */
    struct session *s = calloc(1, sizeof *s);
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
        !guest_enter(smtp->guest, &s->visit, &seen->ip, evidence->key.nth > 1, welcome, s)) {
        s->visit.peer = NULL;
        leave(s);
        return false;
    }
    s->evidence = evidence;
    return true;
}

void session_abandon(struct session *s)
{
    leave(s);
}
