/* core/facts/smtp_json.c - describes SMTP sessions as JSON, once for both directions. */

#include "core/facts/evidence_json.h"

#include <assert.h>
#include <stdint.h>

#include "core/base/arena.h"
#include "core/base/json_codec.h"
#include "core/facts/smtp_session.h"

static const char *const violations[] = {
    "bare_lf",       "long_line",    "control_octets", "8bit_octets",    "bad_code",
    "bad_separator", "code_changes", "too_many_lines", "too_many_bytes", "unasked",
};

enum { VIOLATIONS = sizeof violations / sizeof *violations };

static_assert(SMTP_VIOLATIONS + 1 == 1 << VIOLATIONS, "a word for every violation");

static unsigned violation_list(struct json_codec *c, unsigned value, unsigned fallback)
{
    size_t count = 0, i = 0;
    unsigned read = 0;

    if (!c->writing && !json_has(c, "violations"))
        return fallback;
    for (unsigned bit = 0; bit < VIOLATIONS; bit++)
        count += value >> bit & 1;
    count = json_list(c, "violations", count);
    for (unsigned bit = 0; c->writing && bit < VIOLATIONS; bit++)
        if (value >> bit & 1)
            json_word(c, NULL, (int)bit, violations, VIOLATIONS, 0);
    for (; !c->writing && i < count; i++)
        read |= 1u << json_word(c, NULL, 0, violations, VIOLATIONS, 0);
    if (count > 0)
        json_end(c);
    return c->writing ? value : read;
}

static void lines(struct json_codec *c, const char *member, struct smtp_reply *r)
{
    r->line_count = json_list(c, member, r->line_count);
    if (r->line_count == 0)
        return;

    struct str *all = ARENA_ARRAY(c->arena, struct str, r->line_count);

    for (size_t i = 0; i < r->line_count; i++)
        all[i] = json_bytes(c, NULL, c->writing ? r->lines[i] : (struct str){"", 0});
    r->lines = all;
    json_end(c);
}

/* What a reply in short form, which is what came over the wire, amounts to. */
static void read_lines(struct smtp_reply *r, bool is_greeting)
{
    bool is_last;
    int code = 0;

    for (size_t i = 0; i < r->line_count; i++) {
        r->violations |= smtp_line_violations(r->lines[i], is_greeting, &code, &is_last);
        for (size_t k = 0; k < r->lines[i].len; k++)
            r->violations |= smtp_octet_violations(r->lines[i].at[k]);
    }
    r->code = r->violations & SMTP_FATAL_VIOLATIONS ? 0 : code;
}

static void reply(struct json_codec *c, const char *member, struct smtp_reply *r, bool is_greeting)
{
    bool present = r->code != 0 || r->line_count != 0 || r->violations != 0 || r->ms != 0;

    if (json_is_text(c, member)) {
        struct str *line = ARENA_NEW(c->arena, struct str);

        *line = json_bytes(c, member, (struct str){"", 0});
        *r = (struct smtp_reply){.lines = line, .line_count = 1};
        read_lines(r, is_greeting);
    } else if (json_is_list(c, member)) {
        lines(c, member, r);
        read_lines(r, is_greeting);
    } else if (json_object(c, member, present)) {
        struct smtp_reply told;

        lines(c, "lines", r);
        told = (struct smtp_reply){.lines = r->lines, .line_count = r->line_count};
        read_lines(&told, is_greeting);
        r->code = (int)json_int(c, "code", r->code, 0, 999, told.code);
        r->violations = violation_list(c, r->violations, 0);
        r->ms = json_int(c, "ms", r->ms, -1, JSON_INT_MAX, 0);
        r->reads = (unsigned)json_int(c, "reads", r->reads, 0, INT32_MAX, 0);
        json_end(c);
    }
}

static void certificates(struct json_codec *c, struct tls_session *t)
{
    t->chain_count = json_list(c, "chain", t->chain_count);
    if (t->chain_count == 0)
        return;

    struct certificate *all = ARENA_ARRAY(c->arena, struct certificate, t->chain_count);

    for (size_t i = 0; i < t->chain_count; i++) {
        struct str der = json_base64(c, NULL, c->writing ? t->chain[i].der : (struct str){"", 0});

        all[i] = c->writing ? t->chain[i] : certificate_read(c->arena, der);
    }
    t->chain = all;
    json_end(c);
}

const struct tls_session *tls_session_json(struct json_codec *c, const struct tls_session *value)
{
    if (!json_object(c, "tls", value != NULL))
        return value;

    struct tls_session *t = ARENA_NEW(c->arena, struct tls_session);

    if (c->writing)
        *t = *value;
    t->error = json_text(c, "error", t->error, NULL);
    t->established = json_bool(c, "established", t->established, !t->error);
    t->protocol = json_text(c, "protocol", t->protocol, t->established ? "TLSv1.3" : NULL);
    t->cipher = json_text_or_null(c, "cipher", t->cipher, t->established ? "TLS_AES_256_GCM_SHA384" : NULL);
    certificates(c, t);
    t->chain_cut = json_bool(c, "chain_cut", t->chain_cut, false);
    t->verify_error = (int)json_int(c, "verify_error", t->verify_error, INT16_MIN, INT16_MAX, 0);
    t->verify_text = json_text_or_null(c, "verify_text", t->verify_text, "ok");
    if (!c->writing || t->lacks_anchors)
        t->lacks_anchors = json_bool(c, "lacks_anchors", t->lacks_anchors, false);
    t->name_matches = json_bool(c, "name_matches", t->name_matches, true);
    t->ms = json_int(c, "ms", t->ms, -1, JSON_INT_MAX, 0);
    json_end(c);
    return t;
}

static enum reason usual_reason(enum smtp_end end)
{
    switch (end) {
    case SMTP_END_OK:
    case SMTP_END_COUNT:
        return REASON_NONE;
    case SMTP_END_REFUSED:
    case SMTP_END_RESET:
    case SMTP_END_CLOSED:
        return REASON_CONNECTION_LOST;
    case SMTP_END_TIMEOUT:
    case SMTP_END_UNREACHABLE:
        return REASON_TIMEOUT;
    case SMTP_END_PROTOCOL:
    case SMTP_END_TLS:
    case SMTP_END_INJECTION:
        return REASON_PROTOCOL;
    case SMTP_END_LOCAL:
        return REASON_RESOURCES;
    case SMTP_END_NOT_CONTACTED:
        return REASON_NOT_CONTACTED;
    case SMTP_END_BUDGET:
        return REASON_BUDGET;
    }
    return REASON_NONE;
}

static enum smtp_state usual_state(const struct smtp_session *s, bool spoke)
{
    return s->end == SMTP_END_OK          ? (spoke ? SMTP_QUIT : SMTP_DONE)
           : s->end == SMTP_END_TLS       ? SMTP_HANDSHAKE
           : s->end == SMTP_END_INJECTION ? SMTP_STARTTLS
                                          : SMTP_CONNECTING;
}

void smtp_session_json(struct json_codec *c, struct smtp_session *s)
{
    static const char *const members[] = {"greeting", "ehlo", "helo", "starttls", "ehlo_tls",
                                          "unasked",  "mail", "rcpt", "quit"};
    struct smtp_reply *const replies[] = {&s->greeting, &s->ehlo, &s->helo, &s->starttls, &s->ehlo_tls,
                                          &s->unasked,  &s->mail, &s->rcpt, &s->quit};
    const char *ends[SMTP_END_COUNT], *states[SMTP_STATE_COUNT];
    unsigned seen = 0;
    bool spoke;

    for (int i = 0; i < SMTP_END_COUNT; i++)
        ends[i] = smtp_end_name((enum smtp_end)i);
    for (int i = 0; i < SMTP_STATE_COUNT; i++)
        states[i] = smtp_state_name((enum smtp_state)i);
    spoke = json_has(c, "greeting");
    s->end = (enum smtp_end)json_word(c, "end", (int)s->end, ends, SMTP_END_COUNT, SMTP_END_OK);
    s->state =
        (enum smtp_state)json_word(c, "state", (int)s->state, states, SMTP_STATE_COUNT, (int)usual_state(s, spoke));
    if (s->end != SMTP_END_OK)
        s->trouble = trouble_json(c, s->trouble, usual_reason(s->end));
    s->os_error = (int)json_int(c, "os_error", s->os_error, 0, INT16_MAX, 0);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        reply(c, members[i], replies[i], replies[i] == &s->greeting);
        seen |= replies[i]->violations;
    }
    s->violations = violation_list(c, s->violations, seen);
    s->tls = tls_session_json(c, s->tls);
    s->injected = json_bytes(c, "injected", s->injected);
    s->our_name = json_text(c, "our_name", s->our_name, EVIDENCE_HOST);
    s->our_ip = json_ip(c, "our_ip", s->our_ip);
    s->connect_ms = json_int(c, "connect_ms", s->connect_ms, -1, JSON_INT_MAX, s->state > SMTP_CONNECTING ? 0 : -1);
    s->greeting_ms =
        json_int(c, "greeting_ms", s->greeting_ms, -1, JSON_INT_MAX, s->greeting.code ? s->greeting.ms : -1);
    s->is_earlier = json_bool(c, "earlier", s->is_earlier, false);
    s->greeted_s = json_int(c, "greeted", s->greeted_s, -JSON_INT_MAX, JSON_INT_MAX, 0);
    if (s->greeted_s)
        s->told_s = smtp_greeting_date(&s->greeting, s->greeted_s);
    s->total_ms = json_int(c, "total_ms", s->total_ms, -1, JSON_INT_MAX, 0);
}
