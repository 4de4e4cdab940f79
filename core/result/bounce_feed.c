/* core/result/bounce_feed.c - reads logs, notifications and queue listings, a line at a time. */
#include "core/result/bounce_feed.h"

#include <string.h>

#include "core/base/arena.h"

struct part { /* text that is put together of lines */
    char at[BOUNCE_TEXT_MAX];
    size_t len;
};

struct bounce_feed {
    bounce_sink *sink;
    void *context;
    struct part block;   /* the fields about one recipient of a notification */
    bool in_diagnostic;  /* the line before belonged to Diagnostic-Code */
    bool has_diagnostic;
    bool is_delivered;   /* Action: delivered, relayed */
    struct part prose;   /* of a notification, for those that have no such fields */
    bool in_body, in_copy, is_notice, had_block;
    bool is_at_start;    /* no line was seen yet, or the one before was empty */
    bool is_collection;  /* a line of a log, of a queue or between mails was seen */
    struct part wrapped; /* the text of a log line that somebody has broken into several */
};

static struct str from(struct str text, size_t at)
{
    return at < text.len ? (struct str){text.at + at, text.len - at} : (struct str){"", 0};
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static void append(struct part *part, struct str text, char end)
{
    for (size_t i = 0; i < text.len && part->len + 1 < sizeof part->at; i++)
        part->at[part->len++] = text.at[i];
    if (part->len + 1 < sizeof part->at)
        part->at[part->len++] = end;
}

static void emit(struct bounce_feed *feed, struct str text)
{
    if (text.len > BOUNCE_TEXT_MAX)
        text.len = BOUNCE_TEXT_MAX;
    if (text.len)
        feed->sink(feed->context, text);
}

/* ---- logs ---- */

/* What stands behind `mark` in a line; false: it is not there.  The search is the C library's, which is quick: a log is
 * large, and few of its lines are rejections. */
static bool behind(struct str line, const char *mark, struct str *out)
{
    const char *at = strstr(line.at, mark);

    if (!at)
        return false;
    *out = from(line, (size_t)(at - line.at) + strlen(mark));
    return true;
}

/* "... postfix/smtp[4711]: 4AB: to=<a@example.net>, relay=...,
 * status=bounced (host mx1.example.net[192.0.2.1] said: 550 ...)" */
static bool read_postfix(struct bounce_feed *feed, struct str line)
{
    struct str text;

    if (!behind(line, " status=", &text))
        return false;
    if (!str_starts_nocase(text, "deferred (") && !str_starts_nocase(text, "bounced ("))
        return true;
    if (!strstr(line.at, "/smtp[") && !strstr(line.at, "/error[") && !strstr(line.at, "/lmtp["))
        return true; /* local delivery */
    text = from(text, strcspn(text.at, "(") + 1);
    if (text.len && text.at[text.len - 1] == ')')
        emit(feed, (struct str){text.at, text.len - 1});
    else
        append(&feed->wrapped, text, ' ');
    return true;
}

/* A log has whole lines; what is pasted from a terminal or a mail program has not. */
static bool read_wrapped(struct bounce_feed *feed, struct str line)
{
    if (!feed->wrapped.len)
        return false;
    if (line.len && !strstr(line.at, " status=")) {
        append(&feed->wrapped, line, ' ');
        if (line.at[line.len - 1] != ')')
            return true;
    }
    emit(feed, (struct str){feed->wrapped.at, feed->wrapped.len});
    feed->wrapped.len = 0;
    return line.len && line.at[line.len - 1] == ')' && !strstr(line.at, " status=");
}

/* "mta delivery evpid=... relay="192.0.2.1 (mx1.example.net)" delay=1s result="PermFail" stat="550 ..."" */
static bool read_opensmtpd(struct bounce_feed *feed, struct str line)
{
    struct str text, result;

    if (!behind(line, " mta delivery ", &text) && !behind(line, " mta event=delivery ", &text))
        return false;
    if (behind(text, " result=", &result) && !str_starts_nocase(result, "\"Ok\"") && !str_starts_nocase(result, "Ok"))
        emit(feed, behind(text, " relay=", &result)
                       ? (struct str){result.at - strlen("relay="), result.len + strlen("relay=")}
                       : text);
    return true;
}

/* "2026-11-29 12:00:00 1abc-... ** a@example.net R=dnslookup T=remote_smtp
 * H=mx1.example.net [192.0.2.1]: SMTP error ..."; "==" where it will be tried again. */
static bool read_exim(struct bounce_feed *feed, struct str line)
{
    struct str text;

    if (line.len < 40 || line.at[4] != '-' || line.at[7] != '-' || line.at[10] != ' ' || !ascii_is_digit(line.at[0]))
        return false;
    if (!behind(line, " ** ", &text) && !behind(line, " == ", &text))
        return true;
    if (!strstr(text.at, " routing defer") && !strstr(text.at, "T=local_delivery") &&
        !strstr(text.at, "retry time not reached"))
        emit(feed, text);
    return true;
}

/* A line of a mail server that tells of something else: "... postfix/smtpd[4711]: connect from ..." */
static bool is_of_log(struct str line)
{
    const char *pid = strstr(line.at, "]: ");

    return pid && (strstr(line.at, "postfix") || strstr(line.at, "smtpd[") || strstr(line.at, "exim[")) &&
           pid > line.at && ascii_is_digit(pid[-1]);
}

/* ---- the queue ---- */

static unsigned hex_of(const char *at)
{
    unsigned value = 0;

    for (size_t i = 0; i < 4; i++) {
        char c = at[i];

        if (!ascii_is_digit(c) && !ascii_is_letter(c))
            return 0;
        value = value * 16 + (unsigned)(ascii_is_digit(c) ? c - '0' : (c | 32) - 'a' + 10);
    }
    return value;
}

/* The text of a JSON string behind its quote.  What is escaped beyond ASCII becomes a blank: Postfix writes UTF-8. */
static void unquote(struct part *out, const char *at)
{
    out->len = 0;
    while (*at && *at != '"' && out->len + 1 < sizeof out->at) {
        char c = *at++;

        if (c == '\\' && *at == 'u' && strlen(at) > 4) {
            unsigned value = hex_of(at + 1);

            c = value > 31 && value < 127 ? (char)value : ' ';
            at += 5;
        } else if (c == '\\' && *at) {
            c = strchr("nrtbf", *at) ? ' ' : *at;
            at++;
        }
        out->at[out->len++] = c;
    }
}

/* One message a line: {"queue_name": "deferred", ..., "recipients": [{"address": "...",
 * "delay_reason": "..."}]}.  A quote within a string is escaped, so the key cannot stand in one. */
static bool read_queue(struct bounce_feed *feed, struct str line)
{
    static const char key[] = "\"delay_reason\":";

    if (line.at[0] != '{' || !strstr(line.at, "\"queue_id\":"))
        return false;
    for (const char *at = strstr(line.at, key); at; at = strstr(at, key)) {
        at += strlen(key);
        at += strspn(at, " ");
        if (*at == '"') {
            unquote(&feed->block, at + 1);
            emit(feed, (struct str){feed->block.at, feed->block.len});
        }
    }
    feed->block.len = 0;
    return true;
}

/* ---- notifications ---- */

static void end_block(struct bounce_feed *feed)
{
    if (feed->block.len && !feed->is_delivered) {
        emit(feed, (struct str){feed->block.at, feed->block.len});
        feed->had_block = true;
    }
    feed->block.len = 0;
    feed->in_diagnostic = feed->has_diagnostic = feed->is_delivered = false;
}

static void end_mail(struct bounce_feed *feed)
{
    end_block(feed);
    if (feed->is_notice && !feed->had_block)
        emit(feed, (struct str){feed->prose.at, feed->prose.len});
    feed->prose.len = 0;
    feed->in_body = feed->in_copy = feed->is_notice = feed->had_block = false;
}

static bool has_any(struct str line, const char *const words[])
{
    for (size_t i = 0; words[i]; i++)
        if (str_starts_nocase(line, words[i]))
            return true;
    return false;
}

/* RFC 3464 2.3: one block of fields for each recipient. */
static bool read_field(struct bounce_feed *feed, struct str line)
{
    static const char *const kept[] = {"Remote-MTA:", "Status:", NULL};

    if (str_starts_nocase(line, "Diagnostic-Code:")) {
        if (feed->has_diagnostic)
            end_block(feed);
        append(&feed->block, line, ' ');
        feed->in_diagnostic = feed->has_diagnostic = true;
        return true;
    }
    if (feed->in_diagnostic && line.len && is_blank(line.at[0])) {
        append(&feed->block, line, ' ');
        return true;
    }
    feed->in_diagnostic = false;
    if (str_starts_nocase(line, "Action:")) {
        size_t at = strlen("Action:") + strspn(line.at + strlen("Action:"), " \t");

        feed->is_delivered = !str_starts_nocase(from(line, at), "fail") && !str_starts_nocase(from(line, at), "delay");
        return true;
    }
    if (!has_any(line, kept))
        return false;
    append(&feed->block, line, '\n');
    return true;
}

/* What a notification says to people, until the copy of the message begins. */
static void read_prose(struct bounce_feed *feed, struct str line)
{
    if (feed->prose.len && (str_starts_nocase(line, "---") || str_starts_nocase(line, "Content-Type: message/rfc822")))
        feed->in_copy = true;
    if (feed->in_body && !feed->in_copy)
        append(&feed->prose, line, '\n');
}

/* A mailer, or nobody: not somebody who writes. */
static bool is_from_a_mailer(struct str field)
{
    static const char *const notices[] = {"From: postmaster", "Return-Path: <>",
                                          "X-Failed-Recipients:", "Content-Type: multipart/report", NULL};

    return has_any(field, notices) || (str_starts_nocase(field, "From:") &&
                                       (strstr(field.at, "MAILER-DAEMON") || strstr(field.at, "ailer-daemon") ||
                                        strstr(field.at, "ailer-Daemon")));
}

static void read_mail(struct bounce_feed *feed, struct str line)
{
    if (str_starts_nocase(line, "From ") && feed->is_at_start) {
        end_mail(feed);
        feed->is_collection = true;
        return;
    }
    if (!line.len) {
        end_block(feed);
        feed->in_body = true;
        return;
    }
    if (read_field(feed, line))
        return;
    if (!feed->in_body && is_from_a_mailer(line))
        feed->is_notice = true;
    read_prose(feed, line);
}

/* ---- lines ---- */

struct bounce_feed *bounce_feed_new(struct arena *arena, bounce_sink *sink, void *context)
{
    struct bounce_feed *feed = ARENA_NEW(arena, struct bounce_feed);

    feed->sink = sink;
    feed->context = context;
    feed->is_at_start = true;
    return feed;
}

void bounce_feed_line(struct bounce_feed *feed, const char *at, size_t len)
{
    struct str line = {at, len};

    if (line.len && line.at[line.len - 1] == '\r')
        line.len--;
    if (read_wrapped(feed, line) || read_postfix(feed, line) || read_exim(feed, line) || read_opensmtpd(feed, line) ||
        read_queue(feed, line) || is_of_log(line))
        feed->is_collection = true;
    else
        read_mail(feed, line);
    feed->is_at_start = line.len == 0;
}

void bounce_feed_end(struct bounce_feed *feed)
{
    read_wrapped(feed, (struct str){"", 0});
    end_mail(feed);
}

bool bounce_feed_is_collection(const struct bounce_feed *feed)
{
    return feed->is_collection;
}
