/* reports/html/svg.c - draws boxes, signs and links. */
#include "reports/html/svg.h"

#include <string.h>

#include "core/base/str.h"
#include "reports/html/html.h"

enum { LINE_CHARS = 26, PADDING = 12 };

static const struct {
    const char *stroke, *fill;
    const char *sign; /* within a circle of radius 8 around 0 0 */
} looks[STATUS_COUNT] = {
    [PASS] = {"#1c6b3c", "#ffffff", "M-4 0l3 3l5 -6"},
    [SKIPPED] = {"#566070", "#ffffff", "M-4 0h8"},
    [NOTE] = {"#1d5c94", "#ffffff", "M0 -4v1m0 2v5"},
    [UNKNOWN] = {"#5b3fa0", "#f3effc", "M-2 -3c1 -3 5 -1 4 2c-1 1 -2 1 -2 3m0 2v1"},
    [WARN] = {"#7d4c00", "#fff3dc", "M0 -4v5m0 2v1"},
    [FAIL] = {"#a5231b", "#fdeeec", "M-3 -3l6 6m0 -6l-6 6"},
};

static void attribute(struct sink *sink, const char *name, long long value)
{
    ELEMENT(sink, " ", name, "=\"");
    sink_number(sink, value);
    sink_literal(sink, "\"");
}

static void class_of(struct sink *sink, const char *what, enum status state)
{
    ELEMENT(sink, " class=\"path-", what, " ");
    ELEMENT(sink, "path-", status_word(state), "\"");
}

static long long box_x(unsigned column)
{
    return 1 + (long long)column * SVG_BOX_STEP;
}

void svg_text(struct sink *sink, long long x, long long y, const char *text)
{
    sink_literal(sink, "<text");
    attribute(sink, "x", x);
    attribute(sink, "y", y);
    ELEMENT(sink,
            " font-size=\"14\" font-weight=\"600\" font-family=\"system-ui, sans-serif\" fill=\"#1c2430\""
            " class=\"path-text\">",
            text, "</text>\n");
}

static void line_at(struct sink *sink, long long x, long long y, struct str text)
{
    sink_literal(sink, "<text");
    attribute(sink, "x", x);
    attribute(sink, "y", y);
    sink_literal(sink, " font-size=\"13\" font-family=\"ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace\""
                       " fill=\"#1c2430\" class=\"path-text\">");
    sink_bytes(sink, text);
    sink_literal(sink, "</text>\n");
}

/* Octets of the first characters of UTF-8. */
static size_t octets_of(const char *text, size_t characters)
{
    size_t at = 0;

    while (text[at] && characters > 0) {
        at++;
        while (((unsigned char)text[at] & 0xc0) == 0x80)
            at++;
        characters--;
    }
    return at;
}

/* Where the first of two lines ends: behind the last dot, blank or colon that it has room for. */
static size_t break_of(const char *text, size_t most)
{
    for (size_t i = most; i > most / 3; i--)
        if (text[i - 1] == '.' || text[i - 1] == ' ' || text[i - 1] == ':' || text[i - 1] == '@')
            return i;
    return most;
}

static void lines(struct sink *sink, struct arena *arena, long long x, long long y, const char *text)
{
    const char *visible = sink_visible(arena, str_of(sink_said(sink, text))), *rest;
    size_t first = octets_of(visible, LINE_CHARS), second;

    if (!visible[first]) {
        line_at(sink, x, y, str_of(visible));
        return;
    }
    first = break_of(visible, first);
    rest = visible + first;
    second = octets_of(rest, LINE_CHARS);
    line_at(sink, x, y, (struct str){visible, first});
    if (rest[second])
        rest = str_printf(arena, "%.*s\xe2\x80\xa6", (int)octets_of(rest, LINE_CHARS - 1), rest);
    line_at(sink, x, y + 16, str_of(rest));
}

static void sign(struct sink *sink, long long x, long long y, enum status state)
{
    sink_literal(sink, "<g transform=\"translate(");
    sink_number(sink, x);
    sink_literal(sink, " ");
    sink_number(sink, y);
    ELEMENT(sink, ")\"><circle r=\"8\" fill=\"", looks[state].stroke, "\"");
    class_of(sink, "sign", state);
    ELEMENT(sink, "/><path fill=\"none\" stroke=\"#ffffff\" stroke-width=\"2\" class=\"path-stroke\" d=\"",
            looks[state].sign, "\"/></g>\n");
}

void svg_box(struct sink *sink, struct arena *arena, const struct svg_box *box, unsigned column, long long y)
{
    long long x = box_x(column);

    if (box->title) {
        ELEMENT(sink, "<g><title>", box->title, "</title>\n");
    } else {
        ELEMENT(sink, "<g><title>", box->kind, ": ");
        ELEMENT(sink, "", box->text, "</title>\n");
    }
    sink_literal(sink, "<rect rx=\"7\"");
    attribute(sink, "x", x);
    attribute(sink, "y", y);
    attribute(sink, "width", SVG_BOX_WIDTH);
    attribute(sink, "height", SVG_BOX_HEIGHT);
    ELEMENT(sink, " fill=\"", looks[box->state].fill, "\"");
    ELEMENT(sink, " stroke=\"", looks[box->state].stroke, "\"");
    if (box->state == SKIPPED || box->state == UNKNOWN)
        sink_literal(sink, " stroke-dasharray=\"3 3\"");
    class_of(sink, "box", box->state);
    sink_literal(sink, "/>\n<text");
    attribute(sink, "x", x + PADDING);
    attribute(sink, "y", y + 20);
    ELEMENT(sink, " font-size=\"12\" font-family=\"system-ui, sans-serif\" fill=\"#566070\" class=\"path-kind\">",
            box->kind, "</text>\n");
    lines(sink, arena, x + PADDING, y + 39, box->text);
    sign(sink, x + SVG_BOX_WIDTH - 15, y + 15, box->state);
    sink_literal(sink, "</g>\n");
}

static void begin_link(struct sink *sink, enum status state)
{
    ELEMENT(sink, "<path fill=\"none\" stroke-width=\"2\" stroke=\"", state == FAIL ? looks[FAIL].stroke : "#8a95a3",
            "\"");
    if (state == FAIL)
        sink_literal(sink, " stroke-dasharray=\"5 4\"");
    class_of(sink, "link", state);
    sink_literal(sink, " d=\"M");
}

/* The end of a link, whose point is at 0 0. */
static void head(struct sink *sink, long long x, long long y, const char *shape, enum status state)
{
    sink_literal(sink, "<g transform=\"translate(");
    sink_number(sink, x);
    sink_literal(sink, " ");
    sink_number(sink, y);
    ELEMENT(sink, ")\"><path fill=\"", state == FAIL ? looks[FAIL].stroke : "#8a95a3", "\"");
    class_of(sink, "head", state);
    ELEMENT(sink, " d=\"", shape, "\"/></g>\n");
}

void svg_link(struct sink *sink, enum status state, unsigned column, long long y)
{
    long long middle = y + SVG_BOX_HEIGHT / 2;

    begin_link(sink, state);
    sink_number(sink, box_x(column - 1) + SVG_BOX_WIDTH);
    sink_literal(sink, " ");
    sink_number(sink, middle);
    sink_literal(sink, "H");
    sink_number(sink, box_x(column) - 8);
    sink_literal(sink, "\"/>\n");
    head(sink, box_x(column), middle, "M0 0l-9 -5v10z", state);
}

void svg_turn(struct sink *sink, enum status state, unsigned column, long long y, long long next_y)
{
    long long from = box_x(column) + SVG_BOX_WIDTH / 2, to = box_x(0) + SVG_BOX_WIDTH / 2;

    begin_link(sink, state);
    sink_number(sink, from);
    sink_literal(sink, " ");
    sink_number(sink, y + SVG_BOX_HEIGHT);
    sink_literal(sink, "V");
    sink_number(sink, (y + SVG_BOX_HEIGHT + next_y) / 2);
    sink_literal(sink, "H");
    sink_number(sink, to);
    sink_literal(sink, "V");
    sink_number(sink, next_y - 8);
    sink_literal(sink, "\"/>\n");
    head(sink, to, next_y, "M0 0l-5 -9h10z", state);
}
