/* Logos: XML bombs, limits, one document for each forbidden thing, and good ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/records/svg.h"

#define XMLNS "xmlns=\"http://www.w3.org/2000/svg\""
#define ROOT "<svg " XMLNS " version=\"1.2\" baseProfile=\"tiny-ps\" viewBox=\"0 0 100 100\">"
#define TITLE "<title>Example</title>"
#define LOGO(inner) ROOT TITLE inner "</svg>"

enum { GOOD = SVG_FAULT_COUNT };

struct fixture {
    struct arena *arena;
    struct svg svg;
};

static struct fixture parse_str(struct str document)
{
    struct fixture f = {.arena = arena_new(1 << 24)};

    svg_parse(f.arena, document, &f.svg);
    return f;
}

static void expect(const char *document, size_t len, int fault, size_t line)
{
    struct fixture f = parse_str((struct str){document, len});

    if (fault == GOOD) {
        if (f.svg.fault_count > 0)
            fail_msg("%.300s: %s", document, svg_fault_text(f.arena, &f.svg.faults[0]));
    } else if (f.svg.fault_count != 1 || (int)f.svg.faults[0].kind != fault || (line && f.svg.faults[0].line != line)) {
        fail_msg("%.300s: %zu faults, the first: %s", document, f.svg.fault_count,
                 f.svg.fault_count ? svg_fault_text(f.arena, &f.svg.faults[0]) : "");
    }
    arena_free(f.arena);
}

static void test_documents(void **state)
{
    static const struct {
        const char *document;
        int fault;
        size_t line; /* 0: whatever */
    } cases[] = {
        {LOGO("<rect width='9' height=\"9\"/>"), GOOD, 0},
        {"<?xml version=\"1.0\"?>" LOGO(""), GOOD, 0},
        {"\xef\xbb\xbf<?xml version='1.0' encoding=\"utf-8\" standalone='yes' ?>\n<!-- a logo -->\n" LOGO(
             "") "\n<!---->\n",
         GOOD, 0},
        {LOGO("<g fill = 'url(#a)' stroke='url( \"#b\")'><use xlink:href='#c' "
              "xmlns:xlink='http://www.w3.org/1999/xlink'/></g >"),
         GOOD, 0},
        {LOGO("<desc>&lt;script&gt; &amp;&quot;&apos; &#65;&#x1F600; <![CDATA[<script>&x;]]></desc>"), GOOD, 0},
        {LOGO("<metadata xmlns:dc='http://purl.org/dc/elements/1.1/'/>"), GOOD, 0},
        {ROOT "<title>\xc3\xa9</title></svg>", GOOD, 0},

        /* Bombs, and other ways out of the document: B1 */
        {"<!DOCTYPE svg [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>\n" LOGO("&b;"), SVG_DECLARATION, 1},
        {"<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd\">" LOGO(
             ""),
         SVG_DECLARATION, 0},
        {"<?xml version=\"1.0\"?>\n\n<!DOCTYPE x SYSTEM \"file:///etc/passwd\">" LOGO(""), SVG_DECLARATION, 3},
        {LOGO("<!ENTITY x \"y\">"), SVG_DECLARATION, 1},
        {LOGO("<!doctype svg>"), SVG_DECLARATION, 0},
        {LOGO("<![INCLUDE[x]]>"), SVG_DECLARATION, 0},
        {LOGO("&lol;"), SVG_REFERENCE, 0},
        {LOGO("<g id='&lol;'/>"), SVG_REFERENCE, 0},
        {LOGO("&amp"), SVG_REFERENCE, 0},
        {LOGO("&#0;"), SVG_REFERENCE, 0},
        {LOGO("&#xd800;"), SVG_REFERENCE, 0},
        {LOGO("&#1114112;"), SVG_REFERENCE, 0},
        {LOGO("&#99999999999999999999;"), SVG_REFERENCE, 0},
        {LOGO("&#x;"), SVG_REFERENCE, 0},
        {LOGO("&#X41;"), SVG_REFERENCE, 0},
        {"<?xml-stylesheet href=\"https://example.org/a.css\"?>" LOGO(""), SVG_INSTRUCTION, 0},
        {LOGO("<?php ?>"), SVG_INSTRUCTION, 0},
        {" <?xml version=\"1.0\"?>" LOGO(""), SVG_INSTRUCTION, 0},
        {"<?xml version=\"1.0\" encoding=\"UTF-16\"?>" LOGO(""), SVG_INSTRUCTION, 0},
        {"<?xml version=\"1.0\" encoding=\"&#85;TF-8\"?>" LOGO(""), SVG_INSTRUCTION, 0},
        {"<?xml version=\"1.1\"?>" LOGO(""), SVG_INSTRUCTION, 0},
        {"<?xml encoding=\"UTF-8\"?>" LOGO(""), SVG_INSTRUCTION, 0},
        {"<?xml version=\"1.0\" version=\"1.0\"?>" LOGO(""), SVG_INSTRUCTION, 0},
        {"<?xml version=\"1.0\" standalone=\"yes\" encoding=\"UTF-8\"?>" LOGO(""), SVG_INSTRUCTION, 0},
        {"<?xml version=\"1.0\"", SVG_INSTRUCTION, 0},

        /* Forbidden things: B2 */
        {LOGO("\n<script>alert(1)</script>"), SVG_ELEMENT, 2},
        {LOGO("<SCRIPT/>"), SVG_ELEMENT, 0},
        {LOGO("<svg:script xmlns:svg='http://www.w3.org/2000/svg'/>"), SVG_ELEMENT, 0},
        {LOGO("<foreignObject/>"), SVG_ELEMENT, 0},
        {LOGO("<animate/>"), SVG_ELEMENT, 0},
        {LOGO("<animateTransform/>"), SVG_ELEMENT, 0},
        {LOGO("<set/>"), SVG_ELEMENT, 0},
        {LOGO("<a/>"), SVG_ELEMENT, 0},
        {LOGO("<image/>"), SVG_ELEMENT, 0},
        {LOGO("<style/>"), SVG_ELEMENT, 0},
        {LOGO("<handler/>"), SVG_ELEMENT, 0},
        {LOGO("<video/>"), SVG_ELEMENT, 0},
        {LOGO("<iframe/>"), SVG_ELEMENT, 0},
        {LOGO("<g onload='x'/>"), SVG_ATTRIBUTE, 0},
        {LOGO("<g onfoo=''/>"), SVG_ATTRIBUTE, 0},
        {LOGO("<g style='x'/>"), SVG_ATTRIBUTE, 0},
        {LOGO("<use href='#a'/>"), SVG_ATTRIBUTE, 0},
        {LOGO("<use xml:base='https://example.org/'/>"), SVG_ATTRIBUTE, 0},
        {LOGO("<use x:href='javascript:a' xmlns:x='http://www.w3.org/1999/xlink'/>"), SVG_ATTRIBUTE, 0},
        {LOGO("<use xmlns:xlink='http://www.w3.org/1999/xlink' xlink:href='https://example.org/'/>"), SVG_ELSEWHERE, 0},
        {LOGO("<use xmlns:xlink='http://www.w3.org/1999/xlink' xlink:href='//example.org'/>"), SVG_ELSEWHERE, 0},
        {LOGO("<use xmlns:xlink='http://www.w3.org/1999/xlink' xlink:href='data:image/png,x'/>"), SVG_ELSEWHERE, 0},
        {LOGO("<use xmlns:xlink='http://www.w3.org/1999/xlink' xlink:href='&#106;avascript:x'/>"), SVG_ELSEWHERE, 0},
        {LOGO("<g fill='url(https://example.org/a#b)'/>"), SVG_ELSEWHERE, 0},
        {LOGO("<g fill='u&#x52;L(&quot;a.svg#b&quot;)'/>"), SVG_ELSEWHERE, 0},
        {LOGO("<g fill='url(#a) url('/>"), SVG_ELSEWHERE, 0},
        {LOGO("<g focusable='true'/>"), SVG_VALUE, 0},
        {LOGO("<g xmlns='http://www.w3.org/1999/xhtml'/>"), SVG_NAMESPACE, 0},
        {LOGO("<use xlink:href='#a'/>"), SVG_NAMESPACE, 0},
        {LOGO("<use xmlns:xlink='x' xlink:href='#a'/>"), SVG_NAMESPACE, 0},

        /* What has to be there */
        {"<svg version='1.2' baseProfile='tiny-ps'>" TITLE "</svg>", SVG_NAMESPACE, 0},
        {"<svg " XMLNS " version='1.2'>" TITLE "</svg>", SVG_NO_PROFILE, 0},
        {"<svg " XMLNS " version='1.2' baseProfile='tiny'>" TITLE "</svg>", SVG_NO_PROFILE, 0},
        {"<svg " XMLNS " version='1.1' baseProfile='tiny-ps'>" TITLE "</svg>", SVG_NO_VERSION, 0},
        {ROOT "</svg>", SVG_NO_TITLE, 0},
        {ROOT "<title> \n</title></svg>", SVG_NO_TITLE, 0},
        {ROOT "<g><title>not the root's</title></g></svg>", SVG_NO_TITLE, 0},

        /* Not well-formed */
        {"", SVG_ROOT, 0},
        {"<!-- nothing -->", SVG_ROOT, 0},
        {"<html></html>", SVG_ROOT, 0},
        {LOGO("") LOGO(""), SVG_ROOT, 0},
        {"text" LOGO(""), SVG_SYNTAX, 0},
        {LOGO("") "text", SVG_SYNTAX, 0},
        {LOGO("") "<![CDATA[]]>", SVG_SYNTAX, 0},
        {LOGO("]]>"), SVG_SYNTAX, 0},
        {LOGO("<!-- a -- b -->"), SVG_SYNTAX, 0},
        {LOGO("<g id=a/>"), SVG_SYNTAX, 0},
        {LOGO("<g id/>"), SVG_SYNTAX, 0},
        {LOGO("<g id='a'class='b'/>"), SVG_SYNTAX, 0},
        {LOGO("<g id='<'/>"), SVG_SYNTAX, 0},
        {LOGO("< g/>"), SVG_SYNTAX, 0},
        {LOGO("<g / >"), SVG_SYNTAX, 0},
        {LOGO("<\xc3\xa9/>"), SVG_ELEMENT, 0}, /* a name, of no element */
        {LOGO("<\xc3\x97/>"), SVG_SYNTAX, 0},
        {LOGO("<g id='a' id='b'/>"), SVG_REPEATED, 0},
        {LOGO("<g></desc>"), SVG_END_TAG, 0},
        {LOGO("</g>"), SVG_END_TAG, 0},
        {"</svg>", SVG_END_TAG, 0},
        {ROOT TITLE, SVG_UNCLOSED, 0},
        {ROOT TITLE "<g", SVG_UNCLOSED, 0},
        {ROOT TITLE "<!-- ", SVG_UNCLOSED, 0},
        {ROOT TITLE "<![CDATA[ ]]", SVG_UNCLOSED, 0},
        {LOGO("\n\x01"), SVG_NOT_UTF8, 2},
        {LOGO("\xc0\xbcscript>"), SVG_NOT_UTF8, 0},
        {LOGO("\xed\xa0\x80"), SVG_NOT_UTF8, 0},
        {LOGO("\xef\xbf\xbf"), SVG_NOT_UTF8, 0},
        {LOGO("\xf4\x90\x80\x80"), SVG_NOT_UTF8, 0},
        {LOGO("\xf8\x88\x80\x80\x80"), SVG_NOT_UTF8, 0},
        {LOGO("") "\xe2\x82", SVG_NOT_UTF8, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect(cases[i].document, strlen(cases[i].document), cases[i].fault, cases[i].line);
    expect("<svg\0>", 6, SVG_NOT_UTF8, 1);
}

/* The lists are searched by halves, so each word has to be in its place. */
static void test_profile(void **state)
{
    static const char *const elements[] = {
#define ELEMENT(word) word,
#include "core/records/svg.def"
#undef ELEMENT
    };
    static const char *const attributes[] = {
#define ATTRIBUTE(word) word,
#include "core/records/svg.def"
#undef ATTRIBUTE
    };
    struct arena *arena = arena_new(1 << 20);

    (void)state;
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++) {
        const char *text = str_printf(arena, LOGO("<%s/>"), elements[i]);

        expect(text, strlen(text), GOOD, 0);
        assert_true(i == 0 || strcmp(elements[i - 1], elements[i]) < 0);
        text = str_printf(arena, LOGO("<%sx/>"), elements[i]);
        expect(text, strlen(text), SVG_ELEMENT, 0);
    }
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++) {
        const char *text =
            str_printf(arena, LOGO("<g xmlns:xlink='http://www.w3.org/1999/xlink' %s='#'/>"), attributes[i]);
        struct fixture f = parse_str(str_of(text));

        assert_true(f.svg.fault_count == 0 || f.svg.faults[0].kind == SVG_VALUE);
        assert_true(i == 0 || strcmp(attributes[i - 1], attributes[i]) < 0);
        arena_free(f.arena);
    }
    arena_free(arena);
}

/* BEFORE, then `times` times TEXT, then AFTER. */
static void expect_many(const char *before, const char *text, size_t times, const char *after, int fault)
{
    struct arena *arena = arena_new(1 << 20);
    size_t len = strlen(text), first = strlen(before), last = strlen(after);
    char *document = arena_alloc(arena, first + times * len + last + 1);

    memcpy(document, before, first);
    for (size_t i = 0; i < times; i++)
        memcpy(document + first + i * len, text, len);
    memcpy(document + first + times * len, after, last);
    expect(document, first + times * len + last, fault, 0);
    arena_free(arena);
}

static void test_limits(void **state)
{
    const size_t frame = sizeof LOGO("") - 1;
    struct arena *arena = arena_new(1 << 20);
    const char *attributes = ROOT TITLE "<g";

    (void)state;
    expect_many(LOGO(""), " ", SVG_BYTES - frame, "", GOOD);
    expect_many(LOGO(""), " ", SVG_BYTES - frame + 1, "", SVG_TOO_LARGE);
    expect_many(ROOT TITLE, "<g>", SVG_DEPTH - 1, "", SVG_UNCLOSED);
    expect_many(ROOT TITLE, "<g>", SVG_DEPTH, "", SVG_TOO_DEEP);
    expect_many(ROOT TITLE, "<g>", 10000, "", SVG_TOO_DEEP);
    expect_many(ROOT TITLE, "<g/>", SVG_ELEMENTS - 2, "</svg>", GOOD);
    expect_many(ROOT TITLE, "<g/>", SVG_ELEMENTS - 1, "</svg>", SVG_TOO_MANY_ELEMENTS);
    for (size_t i = 0; i < SVG_ATTRIBUTES; i++)
        attributes = str_printf(arena, "%s xmlns:a%zu=''", attributes, i);
    expect_many(attributes, "", 0, "/></svg>", GOOD);
    expect_many(attributes, " id='a'", 1, "/></svg>", SVG_TOO_MANY_ATTRIBUTES);
    /* 32 KiB of one element */
    expect_many(ROOT TITLE "<g", " a", 16000, "/></svg>", SVG_SYNTAX);
    expect_many(ROOT TITLE "<g", " id=''", 5000, "/></svg>", SVG_REPEATED);
    expect_many(ROOT TITLE "<g id='", "&amp;", 6000, "'/></svg>", GOOD);
    expect_many(ROOT TITLE "<g id='", "url(#", 6000, "'/></svg>", GOOD);
    expect_many(ROOT TITLE, "<", 30000, "", SVG_SYNTAX);
    expect_many(ROOT TITLE "<!--", "-", 30000, "", SVG_SYNTAX);
    arena_free(arena);
}

static void test_all_faults_are_found(void **state)
{
    struct fixture f = parse_str(str_of("<svg>\n<a/><script onload='' style=''/>\n<image/><b/><c/></svg>"));
    static const enum svg_fault_kind kinds[] = {SVG_NAMESPACE, SVG_NO_PROFILE, SVG_NO_VERSION, SVG_ELEMENT,
                                                SVG_ELEMENT,   SVG_ATTRIBUTE,  SVG_ATTRIBUTE,  SVG_ELEMENT};

    (void)state;
    assert_int_equal(f.svg.fault_count, SVG_FAULTS_MAX);
    for (size_t i = 0; i < SVG_FAULTS_MAX; i++)
        assert_int_equal(f.svg.faults[i].kind, kinds[i]);
    assert_int_equal(f.svg.faults_left_out, 3);
    assert_string_equal(svg_fault_text(f.arena, &f.svg.faults[4]), "line 2: <script> is not part of SVG Tiny PS");
    arena_free(f.arena);
    f = parse_str(str_of("<svg><a/><a/><a/><a/><a/><a/><a/><a/><?x?>"));
    assert_int_equal(f.svg.fault_count, SVG_FAULTS_MAX);
    assert_int_equal(f.svg.faults[SVG_FAULTS_MAX - 1].kind, SVG_INSTRUCTION);
    arena_free(f.arena);
}

static void test_hints(void **state)
{
    static const struct {
        const char *view_box;
        bool square;
    } cases[] = {
        {"0 0 100 100", true}, {"0,0,100,100", true},   {" 0 0 64.0 64 ", true}, {"-1 -1 007.50 7.5", true},
        {"0 0 .5 0.5", false}, {"0 0 100 99", false},   {"0 0 100", false},      {"0 0 1 1 1", false},
        {"", false},           {"0 0 100 1000", false}, {"0 0 0.0 0.0", true},   {"0 0 10.0 100", false},
        {"0 0 1. 1", true},    {"0 0 +1 1", true},      {"0 0 0.0 0", true},     {"0 0 1.5 1.6", false},
        {"0 0 0 +00", true},
    };
    struct arena *arena = arena_new(1 << 20);
    struct fixture f = parse_str(str_of("<svg width='1' height='1'/>"));

    (void)state;
    assert_false(f.svg.has_position);
    arena_free(f.arena);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        f = parse_str(str_of(str_printf(
            arena, "<svg viewBox='%s' x='0'><title>\xc3\xa9&#233;<![CDATA[1]]></title></svg>", cases[i].view_box)));
        if (f.svg.view_box_is_square != cases[i].square)
            fail_msg("viewBox %s", cases[i].view_box);
        assert_true(str_equal(f.svg.view_box, str_of(cases[i].view_box)));
        assert_int_equal(f.svg.title_characters, 3);
        assert_true(f.svg.has_position);
        arena_free(f.arena);
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_documents), cmocka_unit_test(test_profile), cmocka_unit_test(test_limits),
        cmocka_unit_test(test_all_faults_are_found), cmocka_unit_test(test_hints),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
