/* tests/unit/test_sink.c - every branch of the encoders, and the first write error. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <cmocka.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "reports/language/language.h"
#include "reports/sink.h"

#define BYTES(literal)                                                                                                 \
    {                                                                                                                  \
        literal, sizeof(literal) - 1                                                                                   \
    }

static const struct {
    struct str in;
    const char *text, *html; /* html NULL: as text */
} encodings[] = {
    {BYTES(""), "", NULL},
    {BYTES("plain text 0-9 ~ \\"), "plain text 0-9 ~ \\", NULL},
    {BYTES("<a href=\"x\" id='y'>&amp;"), "<a href=\"x\" id='y'>&amp;",
     "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;"},
    /* C0 and DEL, LF and TAB among them: a line of the report is ours to end */
    {BYTES("\0\x01\t\n\r\x1b[0m\x1f\x7f"), "\\x00\\x01\\x09\\x0a\\x0d\\x1b[0m\\x1f\\x7f", NULL},
    /* C1, raw and as UTF-8; no-break space, soft hyphen */
    {BYTES("\x80\x9b\xc2\x80\xc2\x9b\xc2\xa0\xc2\xad"), "\\x80\\x9b\\xc2\\x80\\xc2\\x9b\\xc2\\xa0\\xc2\\xad", NULL},
    /* bidi controls: ALM, LRM, RLO, RLI, PDI */
    {BYTES("\xd8\x9c\xe2\x80\x8e\xe2\x80\xae\xe2\x81\xa7\xe2\x81\xa9"),
     "\\xd8\\x9c\\xe2\\x80\\x8e\\xe2\\x80\\xae\\xe2\\x81\\xa7\\xe2\\x81\\xa9", NULL},
    /* zero width space, line separator, BOM, private use, noncharacter, tag */
    {BYTES("\xe2\x80\x8b\xe2\x80\xa8\xef\xbb\xbf\xee\x80\x80\xef\xbf\xbf\xf3\xa0\x80\xa1"),
     "\\xe2\\x80\\x8b\\xe2\\x80\\xa8\\xef\\xbb\\xbf\\xee\\x80\\x80\\xef\\xbf\\xbf\\xf3\\xa0\\x80\\xa1", NULL},
    /* honest UTF-8 of two, three and four bytes */
    {BYTES("caf\xc3\xa9 \xe4\xbe\x8b \xf0\x9f\x93\xa7"), "caf\xc3\xa9 \xe4\xbe\x8b \xf0\x9f\x93\xa7", NULL},
    /* not UTF-8: cut short, lone continuation, wrong continuation, overlong, surrogate, beyond U+10FFFF, no lead byte
     */
    {BYTES("\xc3"), "\\xc3", NULL},
    {BYTES("\xe4\xbe"), "\\xe4\\xbe", NULL},
    {BYTES("\xf0\x9f\x93"), "\\xf0\\x9f\\x93", NULL},
    {BYTES("\xbe-"), "\\xbe-", NULL},
    {BYTES("\xc3("), "\\xc3(", NULL},
    {BYTES("\xe4\xbe<"), "\\xe4\\xbe<", "\\xe4\\xbe&lt;"},
    {BYTES("\xc0\xaf\xc1\xbf"), "\\xc0\\xaf\\xc1\\xbf", NULL},
    {BYTES("\xe0\x80\xbc"), "\\xe0\\x80\\xbc", NULL},
    {BYTES("\xf0\x80\x80\xbc"), "\\xf0\\x80\\x80\\xbc", NULL},
    {BYTES("\xed\xa0\x80"), "\\xed\\xa0\\x80", NULL},
    {BYTES("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80", NULL},
    {BYTES("\xf8\x88\x80\x80\x80\xfe\xff"), "\\xf8\\x88\\x80\\x80\\x80\\xfe\\xff", NULL},
    /* the ends of the valid ranges */
    {BYTES("\xc2\xa1\xdf\xbf\xef\xbf\xbd\xf0\x90\x80\x80"), "\xc2\xa1\xdf\xbf\xef\xbf\xbd\xf0\x90\x80\x80", NULL},
};

enum { ENCODINGS = sizeof encodings / sizeof *encodings };

static char *encode(enum sink_language language, struct str text)
{
    char *out = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&out, &size);
    struct sink sink;

    assert_non_null(file);
    sink = sink_to(file, language);
    sink_bytes(&sink, text);
    assert_int_equal(sink_finish(&sink), 0);
    fclose(file);
    return out;
}

static void bytes_are_encoded(void **state)
{
    (void)state;
    for (size_t i = 0; i < ENCODINGS; i++) {
        char *text = encode(SINK_TEXT, encodings[i].in);
        char *html = encode(SINK_HTML, encodings[i].in);

        assert_string_equal(text, encodings[i].text);
        assert_string_equal(html, encodings[i].html ? encodings[i].html : encodings[i].text);
        free(text);
        free(html);
    }
}

static void every_byte_alone_is_visible(void **state)
{
    (void)state;
    for (unsigned byte = 0; byte < 256; byte++) {
        char c = (char)byte, expected[8];
        char *text = encode(SINK_TEXT, (struct str){&c, 1});

        snprintf(expected, sizeof expected, byte >= 0x20 && byte < 0x7f && byte != ':' ? "%c" : "\\x%02x", byte);
        assert_string_equal(text, expected);
        free(text);
    }
}

/* Logs of CI systems obey commands that stand in them.  (threats.md, section 7) */
static void commands_of_ci_systems_are_broken(void **state)
{
    static const struct {
        const char *in, *text, *html, *json;
    } cases[] = {
        {"::error::x", "\\x3a:error::x", "&#58;:error::x", "\\u003a:error::x"},
        {"  ::error::x", "  \\x3a:error::x", "  &#58;:error::x", "  \\u003a:error::x"},
        {"\xe1\x9a\x80::error::x", "\\xe1\\x9a\\x80::error::x", NULL, "\\\\xe1\\\\x9a\\\\x80::error::x"},
        {"2001:db8::1", "2001:db8::1", NULL, NULL},
        {"a ::error::x", "a ::error::x", NULL, NULL},
        {"a ##[error]x", "a #\\x23[error]x", "a #&#35;[error]x", "a #\\u0023[error]x"},
        {"###vso[x]", "#\\x23#vso[x]", "#&#35;#vso[x]", "#\\u0023#vso[x]"},
        {"##teamcity[x]", "#\\x23teamcity[x]", "#&#35;teamcity[x]", "#\\u0023teamcity[x]"},
        {"# 1 #2", "# 1 #2", NULL, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const enum sink_language as_text[] = {SINK_TEXT, SINK_CSV, SINK_MARKDOWN, SINK_GITHUB, SINK_NAGIOS};
        char *html = encode(SINK_HTML, str_of(cases[i].in)), *string = encode(SINK_JSON, str_of(cases[i].in));

        for (size_t l = 0; l < sizeof as_text / sizeof *as_text; l++) {
            char *text = encode(as_text[l], str_of(cases[i].in));

            assert_string_equal(text, cases[i].text);
            free(text);
        }
        assert_string_equal(html, cases[i].html ? cases[i].html : cases[i].text);
        assert_string_equal(string, cases[i].json ? cases[i].json : cases[i].text);
        free(html);
        free(string);
    }
}

/* A command may come in pieces, and our own words may begin the line. */
static void commands_in_pieces_are_broken(void **state)
{
    char *out = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&out, &size);
    struct sink sink = sink_to(file, SINK_TEXT);

    (void)state;
    sink_text(&sink, "a#");
    sink_text(&sink, "#[b]");
    sink_literal(&sink, "\n  ");
    sink_text(&sink, " ");
    sink_text(&sink, ":");
    sink_text(&sink, ":error::");
    sink_literal(&sink, "\n- ");
    sink_text(&sink, "::error::");
    assert_int_equal(sink_finish(&sink), 0);
    fclose(file);
    assert_string_equal(out, "a#\\x23[b]\n   \\x3a:error::\n- ::error::");
    free(out);
}

static void languages_have_their_spellings(void **state)
{
    static const char *const expected[SINK_LANGUAGE_COUNT] = {
        [SINK_TEXT] = "a|\"%,:\\x0a\\",
        [SINK_HTML] = "a|&quot;%,:\\x0a\\",
        [SINK_JSON] = "a|\\\"%,:\\\\x0a\\\\",
        [SINK_CSV] = "a|\"\"%,:\\x0a\\",
        [SINK_MARKDOWN] = "a\\x7c\"%,:\\x0a\\",
        [SINK_GITHUB] = "a|\"%25,:\\x0a\\",
        [SINK_GITHUB_PROPERTY] = "a|\"%25%2C%3A\\x0a\\",
        [SINK_NAGIOS] = "a\\x7c\"%,:\\x0a\\",
    };

    (void)state;
    for (size_t i = 0; i < SINK_LANGUAGE_COUNT; i++) {
        char *out = encode((enum sink_language)i, str_of("a|\"%,:\n\\"));

        assert_string_equal(out, expected[i]);
        free(out);
    }
}

static void visible_text_is_measured_and_stays(void **state)
{
    static const struct {
        const char *text;
        size_t columns;
    } widths[] = {
        {"", 0},     {"abc", 3}, {"caf\xc3\xa9", 4}, {"cafe\xcc\x81", 4}, {"\xe4\xbe\x8b", 2}, {"\xf0\x9f\x93\xa7", 2},
        {"\xff", 1},
    };
    struct arena *arena = arena_new(1024 * 1024);

    (void)state;
    for (size_t i = 0; i < ENCODINGS; i++) {
        const char *visible = sink_visible(arena, encodings[i].in);

        assert_string_equal(visible, encodings[i].text);
        assert_string_equal(sink_visible(arena, str_of(visible)), visible);
    }
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++)
        assert_int_equal(sink_columns(widths[i].text, strlen(widths[i].text)), widths[i].columns);
    arena_free(arena);
}

static char *json(const char *printed)
{
    char *out = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&out, &size);
    struct sink sink;

    assert_non_null(file);
    sink = sink_to(file, SINK_JSON);
    sink_json(&sink, printed);
    assert_int_equal(sink_finish(&sink), 0);
    fclose(file);
    return out;
}

static void printed_json_is_made_safe(void **state)
{
    static const struct {
        const char *printed, *out;
    } cases[] = {
        {"{\"a\":[1,2]}", "{\"a\":[1,2]}"},
        {"\"caf\xc3\xa9 <&>\"", "\"caf\xc3\xa9 <&>\""},
        {"\"\x7f\xc2\x9b\xe2\x80\xae\"", "\"\\u007f\\u009b\\u202e\""},
        {"\"\xf3\xa0\x80\xa1\"", "\"\\udb40\\udc21\""},
        {"\"\xff\xc3(\"", "\"\\\\xff\\\\xc3(\""},
        {"\"##[error]# #\"", "\"#\\u0023[error]# #\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *out = json(cases[i].printed);
        cJSON *parsed = cJSON_Parse(out);

        assert_string_equal(out, cases[i].out);
        assert_non_null(parsed);
        cJSON_Delete(parsed);
        free(out);
    }
}

static void literals_and_numbers_pass(void **state)
{
    char *out = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&out, &size);
    struct sink sink = sink_to(file, SINK_HTML);

    (void)state;
    sink_literal(&sink, "<b>\n");
    sink_number(&sink, -9007199254740991);
    sink_text(&sink, "<");
    assert_int_equal(sink_finish(&sink), 0);
    fclose(file);
    assert_string_equal(out, "<b>\n-9007199254740991&lt;");
    free(out);
}

static void the_first_error_stays(void **state)
{
    FILE *full = fopen("/dev/full", "w");
    struct sink sink;

    (void)state;
    if (!full)
        skip();
    setvbuf(full, NULL, _IONBF, 0);
    sink = sink_to(full, SINK_TEXT);
    sink_text(&sink, "x");
    sink_fail(&sink, EPIPE);
    sink_text(&sink, "y");
    assert_int_equal(sink_finish(&sink), ENOSPC);
    fclose(full);

    full = fopen("/dev/full", "w"); /* buffered: told by the flush */
    assert_non_null(full);
    sink = sink_to(full, SINK_TEXT);
    sink_text(&sink, "x");
    assert_int_equal(sink.error, 0);
    assert_int_equal(sink_finish(&sink), ENOSPC);
    fclose(full);

    sink = sink_to(stdout, SINK_TEXT);
    sink_fail(&sink, 0); /* a library that forgot to say why */
    assert_int_equal(sink_finish(&sink), EIO);
}

/* A sink in German, of which `words` are all that it knows. */
struct translated {
    struct arena *arena;
    struct translator translator;
    struct sink sink;
    FILE *file;
    char *out;
    size_t size;
};

static void translate(struct translated *t, enum sink_language language, const char *words)
{
    *t = (struct translated){.arena = arena_new(1 << 20)};
    t->translator = (struct translator){.language = language_read(t->arena, "de", str_of(words)), .arena = t->arena};
    t->file = open_memstream(&t->out, &t->size);
    assert_non_null(t->file);
    t->sink = sink_to(t->file, language);
    t->sink.translator = &t->translator;
}

static void ends_as(struct translated *t, const char *expected)
{
    assert_int_equal(sink_finish(&t->sink), 0);
    fclose(t->file);
    assert_string_equal(t->out, expected);
    free(t->out);
    arena_free(t->arena);
}

/* Colours are no words. */
static void a_terminal_has_words_between_its_colours(void **state)
{
    struct translated t;

    (void)state;
    translate(&t, SINK_TEXT, "ok\n    gut\n");
    sink_literal(&t.sink, "\x1b[32m");
    sink_literal(&t.sink, "ok");
    sink_literal(&t.sink, "\x1b[0m");
    ends_as(&t, "\x1b[32mgut\x1b[0m");
}

/* Words of ours between the tags and in attributes that are read out; neither names of tags, nor what a peer said. */
static void a_sink_says_its_words_in_its_language(void **state)
{
    struct translated t;

    (void)state;
    translate(&t, SINK_HTML, "Result\n    Ergebnis\nTo do:\n    Zu tun <jetzt>:\nok\n    gut\n");
    sink_literal(&t.sink, "<style>\nok { Result }\n</style><td class=\"");
    sink_text(&t.sink, "ok");
    sink_literal(&t.sink, "\" data-head=\"Result\" title=\"");
    sink_text(&t.sink, "ok");
    sink_literal(&t.sink, "\" alt=\"Result");
    sink_literal(&t.sink, " to do\" href=\"ok\" aria-label=\"ok\">\n To do: <b>ok</b>No entry ");
    sink_text(&t.sink, "Result");
    sink_quote(&t.sink, " Result");
    sink_bytes(&t.sink, str_of(" ok"));
    sink_literal(&t.sink, "</td><td title=\"Result\" aria-label=\"ok\"></td>");
    sink_literal(&t.sink, "<style media=\""); /* a tag in pieces, and what is within */
    sink_text(&t.sink, "print");
    sink_literal(&t.sink, "\">ok { Result }</style>ok");
    ends_as(&t, "<style>\nok { Result }\n</style><td class=\"ok\" data-head=\"Ergebnis\" title=\"gut\" "
                "alt=\"Ergebnis to do\" href=\"ok\" aria-label=\"gut\">\n "
                "Zu tun &lt;jetzt&gt;: <b>gut</b>No entry Ergebnis Result ok</td>"
                "<td title=\"Ergebnis\" aria-label=\"gut\"></td>"
                "<style media=\"print\">ok { Result }</style>gut");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_encoded),
        cmocka_unit_test(every_byte_alone_is_visible),
        cmocka_unit_test(commands_of_ci_systems_are_broken),
        cmocka_unit_test(commands_in_pieces_are_broken),
        cmocka_unit_test(languages_have_their_spellings),
        cmocka_unit_test(visible_text_is_measured_and_stays),
        cmocka_unit_test(printed_json_is_made_safe),
        cmocka_unit_test(literals_and_numbers_pass),
        cmocka_unit_test(the_first_error_stays),
        cmocka_unit_test(a_terminal_has_words_between_its_colours),
        cmocka_unit_test(a_sink_says_its_words_in_its_language),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
