/* core/collect/smtp/smtp_reply.c - the grammar of SMTP replies (RFC 5321 4.2): incremental parser, views, and the words for states.
 */

#include "core/collect/smtp/smtp.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/date.h"
#include "core/base/limits.h"

/* ---- words ---- */

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

/* ---- views ---- */

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

/* ---- parser ---- */

/* Works octet by octet, so that the result cannot depend on how the bytes were cut into segments. */
struct smtp_parser {
    struct arena *arena;
    struct str *lines; /* SMTP_REPLY_LINES of them */
    size_t line_count;
    char line[SMTP_LINE_KEEP]; /* the line under way */
    size_t kept;               /* of it; the rest is counted and dropped */
    size_t octets;             /* of the line under way, a CR at its end not yet judged included */
    size_t bytes;              /* of the reply */
    bool after_cr;             /* the last octet was a CR: half a line end, or a stray one */
    bool done;
    int code; /* of the first line */
    unsigned violations;
};

static_assert(SMTP_KEYWORDS_MAX >= SMTP_REPLY_LINES - 1, "the cap on lines is the cap on keywords");

struct smtp_parser *smtp_parser_new(struct arena *arena)
{
    struct smtp_parser *p = ARENA_NEW(arena, struct smtp_parser);

    p->arena = arena;
    smtp_parser_begin(p);
    return p;
}

void smtp_parser_begin(struct smtp_parser *p)
{
    p->lines = NULL; /* the last reply keeps its own */
    p->line_count = p->kept = p->octets = p->bytes = 0;
    p->after_cr = p->done = false;
    p->code = 0;
    p->violations = 0;
}

static void keep_octet(struct smtp_parser *p, char octet)
{
    unsigned char c = (unsigned char)octet;

    if (c >= 0x80)
        p->violations |= SMTP_8BIT_OCTETS;
    else if ((c < ' ' && c != '\t') || c == 0x7f) /* textstring = 1*(%d09 / %d32-126) */
        p->violations |= SMTP_CONTROL_OCTETS;
    if (p->kept < SMTP_LINE_KEEP)
        p->line[p->kept++] = octet;
}

static void keep_line(struct smtp_parser *p)
{
    if (!p->lines)
        p->lines = ARENA_ARRAY(p->arena, struct str, SMTP_REPLY_LINES);
    p->lines[p->line_count++] = str_copy(p->arena, (struct str){p->line, p->kept});
    p->kept = p->octets = 0;
}

/* The code of a line, or 0. */
static int line_code(const char *line, size_t len)
{
    if (len < CODE_DIGITS || line[0] < '2' || line[0] > '5')
        return 0;
    for (size_t i = 1; i < CODE_DIGITS; i++)
        if (line[i] < '0' || line[i] > '9')
            return 0;
    return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

static void end_line(struct smtp_parser *p)
{
    int code = line_code(p->line, p->kept);
    char separator = p->kept > CODE_DIGITS ? p->line[CODE_DIGITS] : ' '; /* "250" alone is legal (RFC 5321 4.2) */

    if (!code)
        p->violations |= SMTP_BAD_CODE;
    else if (separator != ' ' && separator != '-')
        p->violations |= SMTP_BAD_SEPARATOR;
    else if (p->line_count > 0 && code != p->code)
        p->violations |= SMTP_CODE_CHANGES;
    if (p->line_count == 0)
        p->code = code;
    keep_line(p);
    if (separator == '-' && p->line_count == SMTP_REPLY_LINES)
        p->violations |= SMTP_TOO_MANY_LINES; /* one more is announced */
    p->done = separator == ' ' || p->violations & SMTP_FATAL_VIOLATIONS;
}

size_t smtp_parser_feed(struct smtp_parser *p, const char *bytes, size_t size)
{
    size_t i = 0;

    while (i < size && !p->done) {
        char c = bytes[i++];

        p->octets++;
        if (p->octets > SMTP_LINE_LEGAL)
            p->violations |= SMTP_LONG_LINE;
        if (p->after_cr && c != '\n')
            keep_octet(p, '\r');
        if (c == '\n') {
            if (!p->after_cr)
                p->violations |= SMTP_BARE_LF;
            end_line(p);
        } else if (c != '\r')
            keep_octet(p, c);
        p->after_cr = c == '\r';

        if (++p->bytes == SMTP_REPLY_BYTES && !p->done) {
            p->violations |= SMTP_TOO_MANY_BYTES;
            p->done = true;
        }
    }
    return i;
}

bool smtp_parser_done(const struct smtp_parser *p)
{
    return p->done;
}

/* What there is of a reply, and of its last line, is evidence even when the rest never came. */
struct smtp_reply smtp_parser_reply(const struct smtp_parser *p)
{
    struct smtp_reply reply = {.lines = p->lines, .line_count = p->line_count, .violations = p->violations};

    if (p->done && !(p->violations & SMTP_FATAL_VIOLATIONS))
        reply.code = p->code;
    if (p->kept > 0 && p->line_count < SMTP_REPLY_LINES) {
        struct str *lines = ARENA_ARRAY(p->arena, struct str, p->line_count + 1);

        for (size_t i = 0; i < p->line_count; i++)
            lines[i] = p->lines[i];
        lines[reply.line_count++] = str_copy(p->arena, (struct str){p->line, p->kept});
        reply.lines = lines;
    }
    return reply;
}
