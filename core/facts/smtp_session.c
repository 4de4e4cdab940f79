/* core/facts/smtp_session.c - words for states and ends. */

#include "core/facts/smtp_session.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

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

bool smtp_session_is_for(const struct smtp_session *session, const char *host)
{
    const char *name = strchr(session->key, '/');
    size_t len = strlen(host);

    if (!name || strncasecmp(++name, host, len) != 0)
        return false;
    return name[len] == '\0' || (name[len] == '#' && strlen(name + len) == strlen("#2"));
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
