/* core/facts/smtp_session.c - words for states and ends, and views of replies. */

#include "core/facts/smtp_session.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/date.h"

static const char *const state_name[] = {
    [SMTP_CONNECTING] = "connecting",
    [SMTP_GREETING] = "greeting",
    [SMTP_EHLO] = "ehlo",
    [SMTP_HELO] = "helo",
    [SMTP_STARTTLS] = "starttls",
    [SMTP_HANDSHAKE] = "handshake",
    [SMTP_EHLO_TLS] = "ehlo_tls",
    [SMTP_LISTENING] = "listening",
    [SMTP_MAIL] = "mail",
    [SMTP_RCPT] = "rcpt",
    [SMTP_QUIT] = "quit",
    [SMTP_DONE] = "done",
};
static_assert(sizeof state_name / sizeof *state_name == SMTP_STATE_COUNT, "a state without a name");

static const char *const state_during[] = {
    [SMTP_CONNECTING] = "while connecting",
    [SMTP_GREETING] = "while waiting for the greeting",
    [SMTP_EHLO] = "while waiting for the reply to EHLO",
    [SMTP_HELO] = "while waiting for the reply to HELO",
    [SMTP_STARTTLS] = "while waiting for the reply to STARTTLS",
    [SMTP_HANDSHAKE] = "during the TLS handshake",
    [SMTP_EHLO_TLS] = "while waiting for the reply to EHLO over TLS",
    [SMTP_LISTENING] = "while listening inside TLS",
    [SMTP_MAIL] = "while waiting for the reply to MAIL",
    [SMTP_RCPT] = "while waiting for the reply to RCPT",
    [SMTP_QUIT] = "while waiting for the reply to QUIT",
    [SMTP_DONE] = "after the session",
};
static_assert(sizeof state_during / sizeof *state_during == SMTP_STATE_COUNT, "a state without words");

static const char *const end_name[] = {
    [SMTP_END_OK] = "ok",
    [SMTP_END_REFUSED] = "refused",
    [SMTP_END_TIMEOUT] = "timeout",
    [SMTP_END_UNREACHABLE] = "unreachable",
    [SMTP_END_RESET] = "reset",
    [SMTP_END_CLOSED] = "closed",
    [SMTP_END_PROTOCOL] = "protocol",
    [SMTP_END_TLS] = "tls",
    [SMTP_END_INJECTION] = "injection",
    [SMTP_END_LOCAL] = "local",
    [SMTP_END_NOT_CONTACTED] = "not_contacted",
    [SMTP_END_BUDGET] = "budget",
};
static_assert(sizeof end_name / sizeof *end_name == SMTP_END_COUNT, "an end without a name");

const char *smtp_state_name(enum smtp_state state)
{
    return state_name[state];
}

const char *smtp_state_during(enum smtp_state state)
{
    return state_during[state];
}

const char *smtp_end_name(enum smtp_end end)
{
    return end_name[end];
}

bool smtp_state_from_name(const char *name, enum smtp_state *out)
{
    for (unsigned i = 0; i < SMTP_STATE_COUNT; i++)
        if (strcmp(name, state_name[i]) == 0) {
            *out = (enum smtp_state)i;
            return true;
        }
    return false;
}

bool smtp_end_from_name(const char *name, enum smtp_end *out)
{
    for (unsigned i = 0; i < SMTP_END_COUNT; i++)
        if (strcmp(name, end_name[i]) == 0) {
            *out = (enum smtp_end)i;
            return true;
        }
    return false;
}

enum { CODE_DIGITS = 3, TEXT_AT = CODE_DIGITS + 1 };

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Splits off the first word; `rest` loses the blanks around it. */
static struct str first_word(struct str text, struct str *rest)
{
    size_t end = 0, next, stop = text.len;

    while (end < text.len && !is_blank(text.at[end]))
        end++;
    for (next = end; next < text.len && is_blank(text.at[next]);)
        next++;
    while (stop > next && is_blank(text.at[stop - 1]))
        stop--;
    if (rest)
        *rest = (struct str){stop > next ? text.at + next : NULL, stop - next};
    return (struct str){end ? text.at : NULL, end};
}

const char *smtp_reply_line(struct arena *arena, const struct smtp_reply *reply)
{
    return reply->line_count ? str_text(arena, reply->lines[0]) : "";
}

struct str smtp_reply_text(const struct smtp_reply *reply, size_t line)
{
    if (line >= reply->line_count || reply->lines[line].len <= TEXT_AT)
        return (struct str){NULL, 0};
    return (struct str){reply->lines[line].at + TEXT_AT, reply->lines[line].len - TEXT_AT};
}

struct str smtp_reply_name(const struct smtp_reply *reply)
{
    return first_word(smtp_reply_text(reply, 0), NULL);
}

int64_t smtp_greeting_date(const struct smtp_reply *greeting, int64_t ours_s)
{
    int64_t nearest = 0, date;

    for (size_t i = 0; i < greeting->line_count; i++)
        if (date_find(greeting->lines[i], &date) && (!nearest || llabs(date - ours_s) < llabs(nearest - ours_s)))
            nearest = date;
    return nearest;
}

bool smtp_keyword(const struct smtp_reply *ehlo, const char *keyword, struct str *parameters)
{
    if (ehlo->code != 250)
        return false;
    for (size_t i = 1; i < ehlo->line_count; i++) { /* the first line is a greeting (RFC 5321 4.1.1.1) */
        struct str rest, word = first_word(smtp_reply_text(ehlo, i), &rest);

        if (str_equal_nocase(word, str_of(keyword))) {
            if (parameters)
                *parameters = rest;
            return true;
        }
    }
    return false;
}
