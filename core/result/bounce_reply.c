/* core/result/bounce_reply.c - tells the receiver's words from the mailer's. */
#include "core/result/bounce_reply.h"

#include <string.h>

#include "core/base/arena.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool is_word(char c)
{
    return ascii_is_digit(c) || ascii_is_letter(c);
}

static bool is_among(char c, const char *set)
{
    return c && strchr(set, c);
}

static bool is_blank(char c)
{
    return is_among(c, " \t\r\n");
}

static struct str from(struct str text, size_t at)
{
    return (struct str){text.at + at, text.len - at};
}

/* ---- codes ---- */

/* "550 " or "550-": the code of a reply. */
static bool is_reply_code(struct str text, size_t at)
{
    return at + 2 < text.len && (text.at[at] == '4' || text.at[at] == '5') && ascii_is_digit(text.at[at + 1]) &&
           ascii_is_digit(text.at[at + 2]) &&
           (at + 3 == text.len || is_blank(text.at[at + 3]) || text.at[at + 3] == '-');
}

static size_t count_digits(struct str text, size_t at)
{
    size_t count = 0;

    while (count < 3 && at + count < text.len && ascii_is_digit(text.at[at + count]))
        count++;
    return count;
}

/* class "." subject "." detail, RFC 3463 2; how many octets, 0 when none stands there. */
static size_t enhanced_code(struct str text, size_t at)
{
    size_t subject, detail, end;

    if (at + 4 >= text.len || (text.at[at] != '4' && text.at[at] != '5') || text.at[at + 1] != '.')
        return 0;
    subject = count_digits(text, at + 2);
    if (!subject || at + 2 + subject >= text.len || text.at[at + 2 + subject] != '.')
        return 0;
    detail = count_digits(text, at + 3 + subject);
    end = at + 3 + subject + detail;
    if (!detail || (end < text.len && is_word(text.at[end])) ||
        (end + 1 < text.len && text.at[end] == '.' && ascii_is_digit(text.at[end + 1])))
        return 0;
    return end - at;
}

static const char *find_code(struct arena *arena, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        size_t len = i && (is_word(text.at[i - 1]) || text.at[i - 1] == '.') ? 0 : enhanced_code(text, i);

        if (len)
            return str_copy(arena, (struct str){text.at + i, len}).at;
    }
    return NULL;
}

/* A line of a reply begins with its code, an enhanced one, or
 * both; also where a mailer has put several lines into one. */
static size_t code_of_line(struct str text, size_t at)
{
    size_t len = 0, more;

    if (is_reply_code(text, at))
        len = at + 3 == text.len ? 3 : 4;
    while (len && at + len < text.len && is_blank(text.at[at + len]))
        len++;
    more = enhanced_code(text, at + len);
    return len + more;
}

/* ---- one line ---- */

/* Line breaks, and the codes of a reply's lines, stand in the middle of sentences; mailboxes are whosever they are. */
static struct str unfold(struct arena *arena, struct str text)
{
    char *out = arena_alloc(arena, text.len + 1);
    size_t len = 0, word = 0; /* where the last word begins */

    for (size_t i = 0; i < text.len;) {
        size_t code = len == word ? code_of_line(text, i) : 0;

        if (text.at[i] == '=' && i + 1 < text.len && text.at[i + 1] == '\n') { /* soft break, RFC 2045 6.7 */
            i += 2;
        } else if (is_blank(text.at[i])) {
            if (memchr(out + word, '@', len - word))
                len = word;
            if (len > word)
                out[len++] = ' ';
            word = len;
            i++;
        } else if (code) {
            i += code;
        } else {
            out[len++] = text.at[i++];
        }
    }
    return (struct str){out, memchr(out + word, '@', len - word) ? word : len};
}

/* ---- where the receiver's words begin ---- */

/* `what` is in lower case, as the text is. */
static size_t find(struct str lower, const char *what, size_t start)
{
    const char *at = start < lower.len ? str_find(from(lower, start), str_of(what)) : NULL;

    return at ? (size_t)(at - lower.at) : lower.len;
}

/* Behind these a mailer quotes the receiver: Postfix, sendmail, qmail, Exim, Exchange, notifications. */
static const char *const quotes[] = {
    " said: ", "refused to talk to me: ", "remote host said: ", "smtp error from remote", "remote server returned",
    "remote server responded", "server responded:", "server replied:", "server returned was:", "response was:",
    "response from the remote server", "diagnostic-code: smtp;", "<<< ", " reason: ", "stat=\"", "last error:",
};

/* What a mailer says of its own trouble on the way to a receiver, which never had a say. */
static const char *const own_trouble[] = {
    "connect to ",
    "connection refused",
    "connection timed out",
    "connection reset",
    "connection closed",
    "connection dropped",
    "unreachable",
    "no route to host",
    "host is down",
    "name service error",
    "host not found",
    "domain name not found",
    "host unknown",
    "host lookup",
    "lookup failure",
    "lookup failed",
    "lookup did not complete",
    "lookup timed out",
    "lost connection",
    "conversation with",
    "timed out while",
    "no mx host for",
    "point to non-existent",
    "loops back to myself",
    "network error on destination",
    "no mx found",
    "domain does not exist",
    "invalid domain name",
    "failure in mx lookup",
    "unrouteable address",
    "retry timeout exceeded",
    "retry time not reached",
    "have been failing for a long time",
    "couldn't find any host",
    "wasn't able to establish",
    "name server:",
    "tls is required, but",
    "cannot start tls",
    "server certificate",
    "mail transport unavailable",
    "dns query failed",
    "nicht erreichbar",
    "delivery temporarily suspended",
    "message expired",
    "remote host closed",
    "dns domain",
    "diagnostic-code: x-",
};

static size_t first_code(struct str text, size_t at)
{
    while (at < text.len && !((at == 0 || is_blank(text.at[at - 1]) || is_among(text.at[at - 1], "(\"'>;[:")) &&
                              is_reply_code(text, at)))
        at++;
    return at;
}

/* Does the text itself begin as a reply does? */
static bool begins_as_reply(struct str text)
{
    size_t at = 0;

    while (at < text.len && is_among(text.at[at], " \t\r\n\"'<([>"))
        at++;
    return is_reply_code(text, at) || enhanced_code(text, at);
}

static bool tells_own_trouble(struct str lower)
{
    for (size_t i = 0; i < COUNT(own_trouble); i++)
        if (str_find(lower, str_of(own_trouble[i])))
            return true;
    return false;
}

/* Where the mailer ends and the receiver begins.  0: all is the receiver's; the length: nothing is. */
static size_t reply_start(struct str text, struct str lower)
{
    size_t best = text.len, code;

    if (begins_as_reply(text))
        return 0;
    for (size_t i = 0; i < COUNT(quotes); i++) {
        size_t at = find(lower, quotes[i], 0), behind = at < text.len ? at + strlen(quotes[i]) : text.len;

        best = behind < best ? behind : best;
    }
    code = first_code(text, best < text.len
                                ? best
                                : 0); /* behind "SMTP error from remote mail server after MAIL FROM:<a@example.org>" */
    if (best < text.len)
        return code < text.len || tells_own_trouble(from(lower, best)) ? code : best;
    return tells_own_trouble((struct str){lower.at, code}) ? code : 0;
}

/* ---- the receiver's host ---- */

static size_t host_length(struct str text)
{
    size_t len = 0;
    bool dot = false;

    for (; len < text.len && (is_word(text.at[len]) || is_among(text.at[len], "-._")); len++)
        dot = dot || text.at[len] == '.';
    while (len && text.at[len - 1] == '.')
        len--;
    return dot && len > 3 && ascii_is_letter(text.at[len - 1]) ? len : 0;
}

/* "mx1.example.net[192.0.2.1]", "\"192.0.2.1 (mx1.example.net)\"" */
static struct str host_at(struct str text)
{
    const char *paren;
    size_t len;

    if (text.len && text.at[0] == '"')
        text = from(text, 1);
    len = host_length(text);
    paren = len ? NULL : memchr(text.at, '(', text.len < IP_TEXT_MAX ? text.len : IP_TEXT_MAX);
    if (paren && (ascii_is_digit(text.at[0]) || text.at[0] == '[')) {
        text = from(text, (size_t)(paren + 1 - text.at));
        len = host_length(text);
    }
    return (struct str){text.at, len};
}

/* The last host that the mailer names as its peer. */
static struct str find_host(struct str said, struct str lower)
{
    static const char *const before[] = {"host: ", "host ",       "h=",    "relay=", "connect to ",
                                         "with ",  "talking to ", "dns; ", "dns;"};
    struct str host = {"", 0};
    size_t latest = 0;

    lower.len = said.len;
    for (size_t k = 0; k < COUNT(before); k++) {
        for (size_t at = find(lower, before[k], 0); at < said.len; at = find(lower, before[k], at + 1)) {
            struct str found = host_at(from(said, at + strlen(before[k])));

            if (found.len && at >= latest && (at == 0 || !is_word(said.at[at - 1]))) {
                host = found;
                latest = at;
            }
        }
    }
    return host;
}

/* ---- the sender's address ---- */

/* Addresses of documentation stand in examples, and in texts that were made anonymous. */
static bool may_be_sender(const struct ip *ip)
{
    const struct ip_block *block = ip_special(ip);

    return !block || strncmp(block->name, "Documentation", strlen("Documentation")) == 0;
}

/* "mx1.example.net[192.0.2.1]:25", "[192.0.2.1] said" */
static bool is_receivers(struct str behind)
{
    if (behind.len && is_among(behind.at[0], "])"))
        behind = from(behind, 1);
    return str_starts_nocase(behind, ":25") || str_starts_nocase(behind, " said");
}

static struct ip find_address(struct str text)
{
    char word[IP_TEXT_MAX];
    struct ip ip;

    for (size_t i = 0; i < text.len; i++) {
        size_t len = 0;

        if (i && (is_word(text.at[i - 1]) || is_among(text.at[i - 1], ".:-")))
            continue;
        for (; i + len < text.len && len < sizeof word - 1 &&
               (is_word(text.at[i + len]) || is_among(text.at[i + len], ".:"));
             len++)
            word[len] = text.at[i + len];
        while (len && is_among(word[len - 1], ".:"))
            len--;
        word[len] = '\0';
        if (len > 2 && ip_parse(word, &ip) && may_be_sender(&ip) && !is_receivers(from(text, i + len)))
            return ip;
    }
    return (struct ip){.family = IP_NONE};
}

static struct str lower_case(struct arena *arena, struct str text)
{
    char *out = arena_alloc(arena, text.len + 1);

    for (size_t i = 0; i < text.len; i++)
        out[i] = (char)(text.at[i] >= 'A' && text.at[i] <= 'Z' ? text.at[i] + 32 : text.at[i]);
    return (struct str){out, text.len};
}

struct bounce_reply bounce_reply(struct arena *arena, struct str text)
{
    struct str lower = lower_case(arena, text);
    size_t start = reply_start(text, lower);
    struct str said = from(text, start);
    struct bounce_reply reply = {.host = find_host((struct str){text.at, start}, lower),
                                 .local = start == text.len && text.len};

    reply.code = find_code(arena, said);
    reply.sender = find_address(said);
    reply.text = unfold(arena, said);
    return reply;
}
