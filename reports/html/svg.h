/* reports/html/svg.h - a row of boxes and the links between them, as inline SVG.
 *
 * Presentation attributes give the colours of a light page, since the policy of the page forbids style attributes; the
 * style sheet overrides them by class.  Nothing rests on colour: each state has a sign, made of strokes, for fonts
 * differ in what signs they have.
 */
#pragma once

#include "core/base/status.h"
#include "reports/sink.h"

struct arena;

enum {
    SVG_BOX_WIDTH = 226,
    SVG_BOX_HEIGHT = 66,
    SVG_BOX_STEP = SVG_BOX_WIDTH + 34,
    SVG_BOXES = 4, /* in a row */
    SVG_WIDTH = (SVG_BOXES - 1) * SVG_BOX_STEP + SVG_BOX_WIDTH + 2,
};

struct svg_box {
    const char *kind;  /* what it is: "is called (PTR)" */
    const char *text;  /* remote bytes; two lines of it are shown */
    const char *title; /* the whole of it; NULL: kind and text */
    enum status state; /* SKIPPED: not looked at */
};

void svg_text(struct sink *, long long x, long long y, const char *text); /* a heading */
void svg_box(struct sink *, struct arena *, const struct svg_box *, unsigned column, long long y);
/* From the box before to this one, which is in this state. */
void svg_link(struct sink *, enum status, unsigned column, long long y);
/* From the last box of a row to the first of the next one. */
void svg_turn(struct sink *, enum status, unsigned column, long long y, long long next_y);
