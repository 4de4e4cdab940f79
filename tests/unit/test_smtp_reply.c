/* Replies of SMTP servers, good and bad (threats.md S1, S2, S6, S9), each in chunks of every size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/collect/smtp/smtp.h"

static const size_t chunk_sizes[] = {1, 7, 4096};

/* Feeds bytes in chunks; *taken is how many the reply has. */
static struct smtp_reply parse(struct arena *arena, struct str bytes, size_t chunk, size_t *taken, bool *done)
{
    struct smtp_parser *parser = smtp_parser_new(arena);
    size_t at = 0;

    while (at < bytes.len && !smtp_parser_done(parser)) {
        size_t size = bytes.len - at < chunk ? bytes.len - at : chunk;
        size_t got = smtp_parser_feed(parser, bytes.at + at, size);

        at += got;
        assert_true(got == size || smtp_parser_done(parser));
    }
    *taken = at;
    *done = smtp_parser_done(parser);
    return smtp_parser_reply(parser);
}

static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new(64u << 20);
    return arena ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

#define BYTES(text)                                                                                                    \
    {                                                                                                                  \
        text, sizeof(text) - 1                                                                                         \
    }

static void test_replies(void **state)
{
    static const struct {
        struct str bytes;
        int code;
        size_t lines;
        unsigned violations;
        bool done;
        size_t left; /* bytes behind the reply */
    } cases[] = {
        {BYTES("220 mx.example.org ESMTP\r\n"), 220, 1, 0, true, 0},
        {BYTES("220-wait\r\n220 go\r\n"), 220, 2, 0, true, 0},
        {BYTES("250\r\n"), 250, 1, 0, true, 0},
        {BYTES("250 \r\n"), 250, 1, 0, true, 0},
        {BYTES("250-\r\n250\r\n"), 250, 2, 0, true, 0},
        {BYTES("599 x\r\n"), 599, 1, 0, true, 0},
        {BYTES("354 x\r\n"), 354, 1, 0, true, 0},
        {BYTES("220 a\r\n250 b\r\n"), 220, 1, 0, true, 7},
        {BYTES("220 a\tb\r\n"), 220, 1, 0, true, 0},
        /* noted */
        {BYTES("250 ok\n"), 250, 1, SMTP_BARE_LF, true, 0},
        {BYTES("250-a\n250 b\r\n"), 250, 2, SMTP_BARE_LF, true, 0},
        {BYTES("250 a\rb\r\n"), 250, 1, SMTP_CONTROL_OCTETS, true, 0},
        {BYTES("250 a\r\r\n"), 250, 1, SMTP_CONTROL_OCTETS, true, 0},
        {BYTES("250 a\0b\r\n"), 250, 1, SMTP_CONTROL_OCTETS, true, 0},
        {BYTES("250 \x1b[31m\x7f\r\n"), 250, 1, SMTP_CONTROL_OCTETS, true, 0},
        {BYTES("250 gr\xc3\xbc\xdf\r\n"), 250, 1, SMTP_8BIT_OCTETS, true, 0},
        /* fatal */
        {BYTES("2x0 a\r\n"), 0, 1, SMTP_BAD_CODE, true, 0},
        {BYTES("25\r\n"), 0, 1, SMTP_BAD_CODE, true, 0},
        {BYTES("\r\n"), 0, 1, SMTP_BAD_CODE, true, 0},
        {BYTES("\n"), 0, 1, SMTP_BAD_CODE | SMTP_BARE_LF, true, 0},
        {BYTES("999 a\r\n"), 0, 1, SMTP_BAD_CODE, true, 0},
        {BYTES("199 a\r\n"), 0, 1, SMTP_BAD_CODE, true, 0},
        {BYTES(" 250 a\r\n"), 0, 1, SMTP_BAD_CODE, true, 0},
        {BYTES("2\r50 a\r\n"), 0, 1, SMTP_BAD_CODE | SMTP_CONTROL_OCTETS, true, 0},
        {BYTES("HTTP/1.1 400 Bad Request\r\nServer: x\r\n"), 0, 1, SMTP_BAD_CODE, true, 11},
        {BYTES("2500 a\r\n"), 0, 1, SMTP_BAD_SEPARATOR, true, 0},
        {BYTES("250\ta\r\n"), 0, 1, SMTP_BAD_SEPARATOR, true, 0},
        {BYTES("250\r\r\n"), 0, 1, SMTP_BAD_SEPARATOR | SMTP_CONTROL_OCTETS, true, 0},
        {BYTES("250\0\r\n"), 0, 1, SMTP_BAD_SEPARATOR | SMTP_CONTROL_OCTETS, true, 0},
        {BYTES("250-a\r\n220 b\r\n"), 0, 2, SMTP_CODE_CHANGES, true, 0},
        {BYTES("250-a\r\n220-b\r\n250 c\r\n"), 0, 2, SMTP_CODE_CHANGES, true, 7},
        {BYTES("250-a\r\nb\r\n"), 0, 2, SMTP_BAD_CODE, true, 0},
        /* incomplete: kept as far as it came */
        {BYTES(""), 0, 0, 0, false, 0},
        {BYTES("220"), 0, 1, 0, false, 0},
        {BYTES("220 mx\r"), 0, 1, 0, false, 0},
        {BYTES("220-mx\r\n"), 0, 1, 0, false, 0},
        {BYTES("220-mx\r\n220 a"), 0, 2, 0, false, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t k = 0; k < sizeof chunk_sizes / sizeof *chunk_sizes; k++) {
            size_t taken;
            bool done;
            struct smtp_reply reply = parse(arena, cases[i].bytes, chunk_sizes[k], &taken, &done);

            if (reply.code != cases[i].code || reply.line_count != cases[i].lines || done != cases[i].done ||
                reply.violations != cases[i].violations || cases[i].bytes.len - taken != cases[i].left)
                fail_msg("case %zu in chunks of %zu: code %d, %zu lines, violations %x, done %d, %zu left", i,
                         chunk_sizes[k], reply.code, reply.line_count, reply.violations, done,
                         cases[i].bytes.len - taken);
        }
}

/* A NUL is an octet of the word, and no end of it. */
static void test_greeting_with_nul(void **state)
{
    static const struct str lines[] = {BYTES("220 mx.example.org\0.example.net ESMTP")};
    struct smtp_reply reply = {.code = 220, .lines = lines, .line_count = 1};

    (void)state;
    assert_int_equal(smtp_greeting_name(&reply).len, 0);
}

/* postscreen and tarpits say 220- before they refuse: in a greeting the last line decides. */
static void test_greetings(void **state)
{
    static const struct {
        const char *said, *name;
        int code;
        size_t lines;
        unsigned violations;
    } cases[] = {
        {"220-wait\r\n521 no\r\n", "", 521, 2, 0},
        {"220-wait\r\n421 4.3.2 busy\r\n", "", 421, 2, 0},
        {"220-wait\r\n550-no\r\n550 no\r\n", "", 550, 3, 0},
        {"220-wait\r\n220-more\r\n450 later\r\n", "", 450, 3, 0},
        {"220-wait\r\n250 go\r\n", "", 0, 2, SMTP_CODE_CHANGES},
        {"220-wait\r\n354 go\r\n", "", 0, 2, SMTP_CODE_CHANGES},
        {"554-no\r\n220 yes\r\n", "", 0, 2, SMTP_CODE_CHANGES},
        {"554-no\r\n421 no\r\n", "", 0, 2, SMTP_CODE_CHANGES},
        {"220-wait\r\n550-no\r\n220 yes\r\n", "", 0, 3, SMTP_CODE_CHANGES},
        {"220-wait\r\nno\r\n", "", 0, 2, SMTP_BAD_CODE},
        {"220 mx.example.org ESMTP\r\n", "mx.example.org", 220, 1, 0},
        {"220 MX.Example.org.\r\n", "MX.Example.org", 220, 1, 0},
        {"220-On patiente\r\n220 mx.example.org ESMTP\r\n", "mx.example.org", 220, 2, 0},
        {"220-mx1.example.org\r\n220 mx2.example.org\r\n", "mx1.example.org", 220, 2, 0},
        {"220 ESMTP ready\r\n", "", 220, 1, 0},
        {"220-laposte\r\n220 laposte\r\n", "", 220, 2, 0},
        {"220\r\n", "", 220, 1, 0},
        {"220 mx.lan ESMTP\r\n", "mx.lan", 220, 1, 0},
        {"220 [192.0.2.1] ESMTP\r\n", "", 220, 1, 0},
        {"220 192.0.2.1 ESMTP\r\n", "", 220, 1, 0},
        {"220 m\\120.example.org ESMTP\r\n", "", 220, 1, 0},
        {"220 mx\001.example.org ESMTP\r\n", "", 220, 1, SMTP_CONTROL_OCTETS},
        {"220 m\303\274x.example.org ESMTP\r\n", "", 220, 1, SMTP_8BIT_OCTETS},
        {"220 mx..example.org ESMTP\r\n", "", 220, 1, 0},
        {"220 .example.org ESMTP\r\n", "", 220, 1, 0},
        {"220 -.example.org ESMTP\r\n", "", 220, 1, 0},
        {"220 ******************** ESMTP\r\n", "", 220, 1, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct smtp_parser *parser = smtp_parser_new(arena);
        struct str name, text = str_of(cases[i].said);
        struct smtp_reply reply;

        smtp_parser_begin(parser, true);
        assert_int_equal(smtp_parser_feed(parser, text.at, text.len), text.len);
        assert_true(smtp_parser_done(parser));
        reply = smtp_parser_reply(parser);
        name = smtp_greeting_name(&reply);
        if (reply.code != cases[i].code || reply.line_count != cases[i].lines ||
            reply.violations != cases[i].violations || !str_equal(name, str_of(cases[i].name)))
            fail_msg("%s: code %d, %zu lines, violations %x, name \"%.*s\"", cases[i].said, reply.code,
                     reply.line_count, reply.violations, (int)name.len, name.at ? name.at : "");
    }
}

static void test_lines_are_kept_raw(void **state)
{
    static const char bytes[] = "250-a \0\xff\r\r\n250 b\r\n";
    size_t taken;
    bool done;
    struct smtp_reply reply = parse(arena, (struct str){bytes, sizeof bytes - 1}, 1, &taken, &done);

    (void)state;
    assert_int_equal(reply.line_count, 2);
    assert_int_equal(reply.lines[0].len, 9);
    assert_memory_equal(reply.lines[0].at, "250-a \0\xff\r", 9);
    assert_true(str_equal(reply.lines[1], str_of("250 b")));
}

static void test_parser_is_used_again(void **state)
{
    struct smtp_parser *parser = smtp_parser_new(arena);
    struct smtp_reply first, second;

    (void)state;
    assert_int_equal(smtp_parser_feed(parser, "220-\r\n220 x\n", 12), 12);
    first = smtp_parser_reply(parser);
    smtp_parser_begin(parser, false);
    assert_false(smtp_parser_done(parser));
    assert_int_equal(smtp_parser_feed(parser, "250 y\r\n", 7), 7);
    second = smtp_parser_reply(parser);
    assert_int_equal(first.code, 220);
    assert_int_equal(first.line_count, 2);
    assert_true(str_equal(first.lines[1], str_of("220 x")));
    assert_int_equal(second.code, 250);
    assert_int_equal(second.line_count, 1);
    assert_int_equal(second.violations, 0);
}

/* A peer that repeats `unit` behind `start`, for `size` bytes at least. */
static struct str flood(const char *start, const char *unit, size_t size)
{
    size_t start_len = strlen(start), unit_len = strlen(unit), count = size / unit_len + 1, len;
    char *bytes = arena_alloc(arena, start_len + count * unit_len + 1);

    memcpy(bytes, start, start_len);
    len = start_len;
    for (size_t i = 0; i < count; i++, len += unit_len)
        memcpy(bytes + len, unit, unit_len);
    return (struct str){bytes, len};
}

static void test_floods(void **state)
{
    static const struct {
        const char *start, *unit;
        unsigned violations;
        size_t lines, taken;
    } cases[] = {
        {"", "220-\r\n", SMTP_TOO_MANY_LINES, SMTP_REPLY_LINES, SMTP_REPLY_LINES * 6},
        {"220-", "x", SMTP_TOO_MANY_BYTES | SMTP_LONG_LINE, 1, SMTP_REPLY_BYTES},
        {"", "\r", SMTP_TOO_MANY_BYTES | SMTP_LONG_LINE | SMTP_CONTROL_OCTETS, 1, SMTP_REPLY_BYTES},
        {"220-a\r\n", "x", SMTP_TOO_MANY_BYTES | SMTP_LONG_LINE, 2, SMTP_REPLY_BYTES},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t k = 0; k < sizeof chunk_sizes / sizeof *chunk_sizes; k++) {
            struct str bytes = flood(cases[i].start, cases[i].unit, 2 * SMTP_REPLY_BYTES);
            size_t taken;
            bool done;
            struct smtp_reply reply = parse(arena, bytes, chunk_sizes[k], &taken, &done);

            assert_true(done);
            assert_int_equal(reply.code, 0);
            assert_int_equal(reply.violations, cases[i].violations);
            assert_int_equal(reply.line_count, cases[i].lines);
            assert_int_equal(taken, cases[i].taken);
            assert_true(reply.lines[reply.line_count - 1].len <= SMTP_LINE_KEEP);
        }
}

static void test_line_length_boundaries(void **state)
{
    static const struct {
        size_t text; /* octets behind "250 " */
        const char *end;
        unsigned violations;
        size_t kept;
    } cases[] = {
        {506, "\r\n", 0, 510},
        {507, "\r\n", SMTP_LONG_LINE, 511},
        {507, "\n", SMTP_BARE_LF, 511},
        {2044, "\r\n", SMTP_LONG_LINE, 2048},
        {2045, "\r\n", SMTP_LONG_LINE, 2048},
        {60000, "\r\n", SMTP_LONG_LINE, 2048},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *bytes = arena_alloc(arena, cases[i].text + 8);
        struct smtp_reply reply;
        size_t taken;
        bool done;

        memcpy(bytes, "250 ", 4);
        memset(bytes + 4, 'x', cases[i].text);
        memcpy(bytes + 4 + cases[i].text, cases[i].end, strlen(cases[i].end));
        reply = parse(arena, str_of(bytes), 7, &taken, &done);
        assert_int_equal(reply.code, 250);
        assert_int_equal(reply.violations, cases[i].violations);
        assert_int_equal(reply.lines[0].len, cases[i].kept);
    }
}

static void test_line_count_boundary(void **state)
{
    (void)state;
    for (size_t before = SMTP_REPLY_LINES - 1; before <= SMTP_REPLY_LINES; before++) {
        struct smtp_parser *parser = smtp_parser_new(arena);

        for (size_t i = 0; i < before; i++)
            smtp_parser_feed(parser, "250-X\r\n", 7);
        smtp_parser_feed(parser, "250 X\r\n", 7);
        assert_int_equal(smtp_parser_reply(parser).code, before < SMTP_REPLY_LINES ? 250 : 0);
        assert_int_equal(smtp_parser_reply(parser).line_count, SMTP_REPLY_LINES);
    }
}

static struct smtp_reply reply_of(const char *text)
{
    size_t taken;
    bool done;

    return parse(arena, str_of(text), 4096, &taken, &done);
}

static void test_views(void **state)
{
    struct smtp_reply ehlo = reply_of("250-mx.example.org at your service\r\n250-SIZE 99999999999999999999\r\n"
                                      "250-starttls\r\n250-AUTH  PLAIN LOGIN \r\n250-X\r\n250 STARTTLSX\r\n");
    struct smtp_reply bare = reply_of("250\r\n"), refused = reply_of("550-x\r\n550 STARTTLS\r\n");
    struct smtp_reply first_only = reply_of("250 STARTTLS\r\n");
    struct str parameters = {NULL, 0};

    (void)state;
    assert_true(str_equal(smtp_reply_name(&ehlo), str_of("mx.example.org")));
    assert_true(str_equal(smtp_reply_text(&ehlo, 0), str_of("mx.example.org at your service")));
    assert_int_equal(smtp_reply_text(&ehlo, 6).len, 0);
    assert_int_equal(smtp_reply_text(&bare, 0).len, 0);
    assert_int_equal(smtp_reply_name(&bare).len, 0);
    assert_true(smtp_keyword(&ehlo, "STARTTLS", &parameters));
    assert_int_equal(parameters.len, 0);
    assert_true(smtp_keyword(&ehlo, "size", &parameters));
    assert_true(str_equal(parameters, str_of("99999999999999999999")));
    assert_true(smtp_keyword(&ehlo, "AUTH", &parameters));
    assert_true(str_equal(parameters, str_of("PLAIN LOGIN")));
    assert_true(smtp_keyword(&ehlo, "X", NULL));
    assert_false(smtp_keyword(&ehlo, "PIPELINING", NULL));
    assert_false(smtp_keyword(&refused, "STARTTLS", NULL));
    assert_false(smtp_keyword(&first_only, "STARTTLS", NULL)); /* that is the host's name */
}

/* Of several dates the one that agrees with our clock best: a server may tell when it was built, too. */
static void test_date_of_the_greeting(void **state)
{
    struct smtp_reply none = reply_of("220 mx.example.org ESMTP\r\n");
    struct smtp_reply one = reply_of("220 mx.example.org ESMTP Exim 4.96 Thu, 01 Jan 2026 00:00:09 +0000\r\n");
    struct smtp_reply two = reply_of("220-mx built 1 Jan 2020 00:00:00 +0000\r\n220-now 1 Jan 2026 00:00:09 GMT\r\n"
                                     "220 1 Jan 2025 00:00:00 +0000\r\n");

    (void)state;
    assert_int_equal(smtp_greeting_date(&none, 1767225600), 0);
    assert_int_equal(smtp_greeting_date(&one, 1767225600), 1767225609);
    assert_int_equal(smtp_greeting_date(&one, 0), 1767225609);
    assert_int_equal(smtp_greeting_date(&two, 1767225600), 1767225609);
}

static void test_names(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SMTP_STATE_COUNT; i++) {
        enum smtp_state back = SMTP_STATE_COUNT;

        assert_true(smtp_state_from_name(smtp_state_name((enum smtp_state)i), &back));
        assert_int_equal(back, i);
        assert_non_null(smtp_state_during((enum smtp_state)i));
    }
    for (unsigned i = 0; i < SMTP_END_COUNT; i++) {
        enum smtp_end back = SMTP_END_COUNT;

        assert_true(smtp_end_from_name(smtp_end_name((enum smtp_end)i), &back));
        assert_int_equal(back, i);
    }
    assert_false(smtp_state_from_name("", &(enum smtp_state){0}));
    assert_false(smtp_end_from_name("OK", &(enum smtp_end){0}));
}

static void a_session_is_for_the_host_of_its_key(void **state)
{
    const struct smtp_session first = {.key = "smtp:192.0.2.1:25/mx.example.org"};
    const struct smtp_session second = {.key = "smtp:[2001:db8::1]:25/mx.example.org#2"};

    (void)state;
    assert_true(smtp_session_is_for(&first, "mx.example.org") && smtp_session_is_for(&first, "MX.example.org"));
    assert_true(smtp_session_is_for(&second, "mx.example.org"));
    assert_false(smtp_session_is_for(&first, "mx.example"));
    assert_false(smtp_session_is_for(&first, "x.example.org"));
    assert_false(smtp_session_is_for(&first, "mx.example.org.uk"));
    assert_false(smtp_session_is_for(&second, "mx.example.org.uk"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_is_for_the_host_of_its_key),
        cmocka_unit_test(test_replies),
        cmocka_unit_test(test_greetings),
        cmocka_unit_test(test_greeting_with_nul),
        cmocka_unit_test(test_lines_are_kept_raw),
        cmocka_unit_test(test_parser_is_used_again),
        cmocka_unit_test(test_floods),
        cmocka_unit_test(test_line_length_boundaries),
        cmocka_unit_test(test_line_count_boundary),
        cmocka_unit_test(test_views),
        cmocka_unit_test(test_date_of_the_greeting),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
