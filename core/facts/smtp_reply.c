/* core/facts/smtp_reply.c - the grammar of a reply's lines, and views of replies.  (RFC 5321 4.2) */
#include <stdlib.h>
#include <string.h>

#include "core/base/date.h"
#include "core/base/name.h"
#include "core/facts/smtp_session.h"

enum { CODE_DIGITS = 3, TEXT_AT = CODE_DIGITS + 1, NAME_LEN_MAX = 254 };

/* ---- grammar ---- */

/* The code of a line, or 0. */
static int line_code(struct str line)
{
    if (line.len < CODE_DIGITS || line.at[0] < '2' || line.at[0] > '5')
        return 0;
    for (size_t i = 1; i < CODE_DIGITS; i++)
        if (!ascii_is_digit(line.at[i]))
            return 0;
    return (line.at[0] - '0') * 100 + (line.at[1] - '0') * 10 + (line.at[2] - '0');
}

/* Teasers end so: postscreen and tarpits say 220- before they refuse. */
static bool may_follow(int code, int next, bool is_greeting)
{
    return next == code || (is_greeting && code == 220 && next >= 400);
}

unsigned smtp_line_violations(struct str line, bool is_greeting, int *code, bool *is_last)
{
    char separator = line.len > CODE_DIGITS ? line.at[CODE_DIGITS] : ' '; /* "250" alone is legal (RFC 5321 4.2) */
    int next = line_code(line);

    *is_last = separator == ' ';
    if (!next)
        return SMTP_BAD_CODE;
    if (separator != ' ' && separator != '-')
        return SMTP_BAD_SEPARATOR;
    if (*code && !may_follow(*code, next, is_greeting))
        return SMTP_CODE_CHANGES;
    *code = next;
    return 0;
}

unsigned smtp_octet_violations(char octet)
{
    unsigned char c = (unsigned char)octet;

    if (c >= 0x80)
        return SMTP_8BIT_OCTETS;
    return (c < ' ' && c != '\t') || c == 0x7f ? SMTP_CONTROL_OCTETS : 0; /* textstring = 1*(%d09 / %d32-126) */
}

/* ---- views ---- */


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

/* A recording may have the code alone. */
static const char *line_or_code(struct arena *arena, const struct smtp_reply *reply, size_t line)
{
    if (reply->line_count)
        return str_text(arena, reply->lines[line]);
    return reply->code ? str_printf(arena, "%d", reply->code) : "";
}

const char *smtp_reply_line(struct arena *arena, const struct smtp_reply *reply)
{
    return line_or_code(arena, reply, 0);
}

struct str smtp_reply_text(const struct smtp_reply *reply, size_t line)
{
    if (line >= reply->line_count || reply->lines[line].len <= TEXT_AT)
        return (struct str){NULL, 0};
    return (struct str){reply->lines[line].at + TEXT_AT, reply->lines[line].len - TEXT_AT};
}

const char *smtp_reply_last_line(struct arena *arena, const struct smtp_reply *reply)
{
    return line_or_code(arena, reply, reply->line_count - 1);
}

struct str smtp_reply_name(const struct smtp_reply *reply)
{
    return first_word(smtp_reply_text(reply, 0), NULL);
}

/* Octets are what they are: "m\120.example.org" is spelled like a name of a zone
 * file, and is none.  A name under .local or .arpa is one, if no good one. */
static bool is_host_name(struct str word)
{
    char name[NAME_LEN_MAX + 1];

    if (word.len > NAME_LEN_MAX || !memchr(word.at, '.', word.len))
        return false;
    for (size_t i = 0; i < word.len; i++) {
        if (!ascii_is_alphanumeric(word.at[i]) && !memchr(".-_", word.at[i], 3))
            return false;
        name[i] = word.at[i];
    }
    name[word.len] = '\0';
    switch (name_fault(name)) {
    case NAME_OK:
    case NAME_UNDERSCORE:
    case NAME_REVERSE:
    case NAME_LOCALHOST:
    case NAME_SPECIAL_USE:
        return true;
    default:
        return false;
    }
}

static struct str host_name_of(const struct smtp_reply *reply, size_t line)
{
    struct str word = first_word(smtp_reply_text(reply, line), NULL);

    if (word.len > 1 && word.at[word.len - 1] == '.')
        word.len--;
    return word.len && is_host_name(word) ? word : (struct str){NULL, 0};
}

struct str smtp_greeting_name(const struct smtp_reply *greeting)
{
    for (size_t i = 0; i < greeting->line_count; i++) {
        struct str name = host_name_of(greeting, i);

        if (name.len)
            return name;
    }
    return (struct str){NULL, 0};
}

struct str smtp_ehlo_name(const struct smtp_session *session)
{
    const struct smtp_reply *reply = session->ehlo.code == 250 ? &session->ehlo : &session->helo;

    return reply->code == 250 ? host_name_of(reply, 0) : (struct str){NULL, 0};
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
