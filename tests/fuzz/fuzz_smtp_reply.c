/* A byte script of replies in chunks: the same replies in any chunking, and within the caps (threats.md S1, S2, S6). */
#include <stdint.h>
#include <stdlib.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/collect/smtp/smtp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { REPLIES = 8 };

static void check(int condition)
{
    if (!condition)
        abort();
}

/* Reads replies one after the other; returns how many there are, the last of them perhaps incomplete. */
static size_t read_replies(struct arena *arena, struct str script, size_t chunk, struct smtp_reply out[REPLIES])
{
    struct smtp_parser *parser = smtp_parser_new(arena);
    size_t at = 0, count = 0;

    while (count < REPLIES) {
        smtp_parser_begin(parser, count == 0);
        while (at < script.len && !smtp_parser_done(parser))
            at += smtp_parser_feed(parser, script.at + at, script.len - at < chunk ? script.len - at : chunk);
        out[count++] = smtp_parser_reply(parser);
        if (!smtp_parser_done(parser) || out[count - 1].violations & SMTP_FATAL_VIOLATIONS)
            break;
    }
    return count;
}

/* Nothing in it has another meaning in DNS, or in a report. */
static void check_name(struct str name)
{
    check(name.len <= 254);
    for (size_t i = 0; i < name.len; i++)
        check(ascii_is_letter(name.at[i]) || ascii_is_digit(name.at[i]) || name.at[i] == '.' || name.at[i] == '-' ||
              name.at[i] == '_');
}

static void check_caps(const struct smtp_reply *r)
{
    struct str parameters = {NULL, 0};
    size_t bytes = 0;

    for (size_t i = 0; i < r->line_count; i++) {
        check(r->lines[i].len <= SMTP_LINE_KEEP);
        bytes += r->lines[i].len;
        check(smtp_reply_text(r, i).len <= r->lines[i].len);
    }
    check(r->line_count <= SMTP_REPLY_LINES && bytes <= SMTP_REPLY_BYTES);
    check(r->code == 0 || (r->code >= 200 && r->code <= 599 && r->line_count > 0));
    check(!(r->code && r->violations & SMTP_FATAL_VIOLATIONS));
    check(smtp_reply_name(r).len <= SMTP_LINE_KEEP);
    check_name(smtp_greeting_name(r));
    if (smtp_keyword(r, "SIZE", &parameters))
        check(parameters.len < SMTP_LINE_KEEP);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = size > 0 ? arena_new(16u << 20) : NULL;
    struct smtp_reply whole[REPLIES], pieces[REPLIES];
    struct str script;
    size_t count, again;

    if (!arena)
        return 0;
    script = (struct str){(const char *)data + 1, size - 1};
    count = read_replies(arena, script, SIZE_MAX, whole);
    again = read_replies(arena, script, data[0] ? data[0] : 1, pieces);
    check(count == again);
    for (size_t i = 0; i < count; i++) {
        check_caps(&whole[i]);
        check(whole[i].code == pieces[i].code && whole[i].violations == pieces[i].violations);
        check(whole[i].line_count == pieces[i].line_count);
        for (size_t k = 0; k < whole[i].line_count; k++)
            check(str_equal(whole[i].lines[k], pieces[i].lines[k]));
    }
    arena_free(arena);
    return 0;
}
