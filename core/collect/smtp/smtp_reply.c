/* core/collect/smtp/smtp_reply.c - the grammar of SMTP replies, as an incremental parser.  (RFC 5321 4.2) */

#include "core/collect/smtp/smtp.h"

#include <assert.h>

#include "core/base/arena.h"
#include "core/base/limits.h"

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
    bool is_greeting, done;
    int code; /* of the lines so far */
    unsigned violations;
};

static_assert(SMTP_KEYWORDS_MAX >= SMTP_REPLY_LINES - 1, "the cap on lines is the cap on keywords");

struct smtp_parser *smtp_parser_new(struct arena *arena)
{
    struct smtp_parser *p = ARENA_NEW(arena, struct smtp_parser);

    p->arena = arena;
    smtp_parser_begin(p, false);
    return p;
}

void smtp_parser_begin(struct smtp_parser *p, bool is_greeting)
{
    p->is_greeting = is_greeting;
    p->lines = NULL; /* the last reply keeps its own */
    p->line_count = p->kept = p->octets = p->bytes = 0;
    p->after_cr = p->done = false;
    p->code = 0;
    p->violations = 0;
}

static void keep_octet(struct smtp_parser *p, char octet)
{
    p->violations |= smtp_octet_violations(octet);
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

static void end_line(struct smtp_parser *p)
{
    bool is_last;

    p->violations |= smtp_line_violations((struct str){p->line, p->kept}, p->is_greeting, &p->code, &is_last);
    keep_line(p);
    if (!is_last && p->line_count == SMTP_REPLY_LINES)
        p->violations |= SMTP_TOO_MANY_LINES; /* one more is announced */
    p->done = is_last || p->violations & SMTP_FATAL_VIOLATIONS;
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
