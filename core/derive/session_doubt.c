/* core/derive/session_doubt.c - when what a server says, or how a
 * session goes, is no verdict on it.  (checks.md, section 7) */
#include "core/derive/session.h"

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/derive/refusal.h"
#include "core/derive/run.h"
#include "core/facts/smtp_session.h"

enum { MASK_STARS = 4, REFUSED = 554, SYNTAX_OF_ARGUMENTS = 501 /* RFC 5321 4.2.2: of EHLO, our name */ };

/* A reply that comes in so many pieces, with so much time between them, is held back on purpose. */
enum { DRIP_PIECES = 8, DRIP_MS = 300, TARPIT_MS = 10000 };

bool session_lost_in_tls(const struct smtp_session *s)
{
    return s->state == SMTP_EHLO_TLS && (s->end == SMTP_END_RESET || s->end == SMTP_END_CLOSED ||
                                         s->end == SMTP_END_TIMEOUT || s->end == SMTP_END_TLS);
}

const char *session_loss_word(const struct smtp_session *s)
{
    switch (s->end) {
    case SMTP_END_RESET:
        return "reset";
    case SMTP_END_CLOSED:
        return "closed";
    default:
        return "lost";
    }
}

/* ---- middleboxes ---- */

static bool is_stars(struct str text)
{
    size_t stars = 0, letters = 0;

    for (size_t i = 0; i < text.len; i++) {
        stars += text.at[i] == '*';
        letters += ascii_is_letter(text.at[i]);
    }
    return stars >= MASK_STARS && !letters;
}

/* Firewalls that "fix" SMTP write asterisks over the greeting, the name included. */
static bool is_masked(const struct smtp_reply *greeting)
{
    if (smtp_greeting_name(greeting).len)
        return false;
    for (size_t i = 0; i < greeting->line_count; i++)
        if (is_stars(smtp_reply_text(greeting, i)))
            return true;
    return false;
}

/* And an X for every letter of STARTTLS. */
static bool has_masked_keyword(const struct smtp_reply *ehlo)
{
    return smtp_keyword(ehlo, "XXXXXXXX", NULL) || smtp_keyword(ehlo, "XXXXXXXA", NULL);
}

/* ---- refusals of us ---- */

/* What stands behind the codes, without the lines of a teaser. */
static struct str text_of(struct run *run, const struct smtp_reply *reply, char from_code)
{
    const char *text = "";

    for (size_t i = 0; i < reply->line_count; i++)
        if (reply->lines[i].len && reply->lines[i].at[0] >= from_code)
            text = str_printf(run_arena(run), "%s%s\n", text, str_text(run_arena(run), smtp_reply_text(reply, i)));
    return str_of(text);
}

static enum refusal refusal_in(struct run *run, const struct smtp_session *s, int code, struct str text)
{
    struct refusal_parties parties = {s->our_ip, s->our_name ? s->our_name : "", s->server_name ? s->server_name : ""};

    return refusal_by_words(run_arena(run), &parties, code, text);
}

static enum refusal refusal_of(struct run *run, const struct smtp_session *s, const struct smtp_reply *reply)
{
    bool answers_our_name = reply == &s->ehlo || reply == &s->helo || reply == &s->ehlo_tls;

    if (answers_our_name && reply->code == SYNTAX_OF_ARGUMENTS)
        return REFUSAL_OF_HELO;
    return reply->code < 400 ? REFUSAL_OF_ALL : refusal_in(run, s, reply->code, text_of(run, reply, '4'));
}

enum refusal session_refusal(struct run *run, const struct smtp_session *s)
{
    const struct smtp_reply *const replies[] = {&s->greeting, &s->ehlo, &s->helo, &s->starttls, &s->ehlo_tls};

    for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
        enum refusal refusal = refusal_of(run, s, replies[i]);

        if (refusal != REFUSAL_OF_ALL)
            return refusal;
    }
    return REFUSAL_OF_ALL;
}

struct trouble reply_trouble(struct run *run, const struct smtp_session *s, const struct smtp_reply *reply)
{
    struct trouble trouble = {0};
    enum refusal refusal;

    if (reply->code == 220 && reply == &s->greeting && is_masked(reply))
        return trouble_of(REASON_SMTP_INTERCEPTED);
    if (reply == &s->ehlo && ((s->greeting.code && is_masked(&s->greeting)) || has_masked_keyword(reply)))
        return trouble_of(REASON_SMTP_INTERCEPTED);
    refusal = refusal_of(run, s, reply);
    if (refusal != REFUSAL_OF_ALL) {
        trouble = trouble_of(REASON_WE_ARE_BLOCKED);
        trouble.why = refusal_text(refusal);
    } else if (reply->code / 100 == 4) {
        trouble = trouble_of(REASON_TEMPORARY_REFUSAL);
    }
    return trouble;
}

/* ---- tarpits ---- */

bool reply_drips(const struct smtp_reply *reply)
{
    return reply->reads >= DRIP_PIECES && reply->ms >= (int64_t)reply->reads * DRIP_MS;
}

/* What OpenBSD's spamd says to whom it has no regard for. */
static bool says_so(struct run *run, const struct smtp_reply *reply)
{
    static const char *const words[] = {"IP-based SPAM blocker", "spam sender", "wasting your time", "tarpit"};
    struct str text = text_of(run, reply, '2');

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_find(text, str_of(words[i])))
            return true;
    return false;
}

struct trouble session_tarpit(struct run *run, const struct smtp_session *s)
{
    bool is_tarpit =
        reply_drips(&s->greeting) || reply_drips(&s->ehlo) || says_so(run, &s->greeting) || says_so(run, &s->ehlo) ||
        (s->greeting_ms > TARPIT_MS && refusal_in(run, s, REFUSED, text_of(run, &s->greeting, '2')) != REFUSAL_OF_ALL);
    struct trouble trouble = {0};

    if (is_tarpit) {
        trouble = trouble_of(REASON_WE_ARE_BLOCKED);
        trouble.why = "the server holds this machine up as tarpits do";
    }
    return trouble;
}
