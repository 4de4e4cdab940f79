/* reports/history.c - histories as text, JSON and HTML. */
#include "reports/history.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "reports/difference.h"
#include "reports/html/html.h"
#include "reports/words.h"

enum { LEVELS = 8, BAR_OCTETS = 3, CHART_HEIGHT = 80, CHART_STEP = 12, BAR_WIDTH = 8 };

static size_t fails(const struct history_point *point)
{
    return point->fails;
}

static size_t warns(const struct history_point *point)
{
    return point->warns;
}

static size_t unknown(const struct history_point *point)
{
    return point->unknown;
}

static const struct history_row {
    const char *name;
    size_t (*value)(const struct history_point *);
} rows[] = {{"fail", fails}, {"warn", warns}, {"unknown", unknown}};

enum { ROWS = sizeof rows / sizeof *rows };

static size_t most(const struct history *history, size_t from, size_t to, size_t (*value)(const struct history_point *))
{
    size_t out = 0;

    for (size_t i = from; i < to; i++)
        if (value(&history->points[i]) > out)
            out = value(&history->points[i]);
    return out;
}

const char *history_bars(struct arena *arena, const struct history *history,
                         size_t (*value)(const struct history_point *))
{
    static const char *const bars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"}, ascii[] = "_.-~=+*@";
    size_t columns = history->count < HISTORY_BARS ? history->count : HISTORY_BARS,
           highest = most(history, 0, history->count, value);
    char *out = arena_alloc(arena, columns * BAR_OCTETS + 1), *at = out;

    for (size_t i = 0; i < columns; i++) {
        size_t there = most(history, i * history->count / columns, (i + 1) * history->count / columns, value);
        size_t level = highest ? (there * (LEVELS - 1) + highest - 1) / highest : 0;

        memcpy(at, history->utf8 ? bars[level] : &ascii[level], history->utf8 ? BAR_OCTETS : 1);
        at += history->utf8 ? BAR_OCTETS : 1;
    }
    return out;
}

static bool weighs(const struct seen *seen)
{
    return seen && seen->status > NOTE;
}

/* Of the first result: what is amiss with it.  What was a note and is one, or is gone, is no history. */
static bool is_shown(const struct difference *difference, const struct difference_item *item)
{
    if (!difference->before)
        return item->after->status >= WARN && !item->after->suppressed;
    return item->change != CHANGE_EVIDENCE && (weighs(item->before) || weighs(item->after));
}

bool history_is_change(const struct difference *difference)
{
    bool is_one = !difference->before || strcmp(difference->before->verdict, difference->after->verdict) != 0;

    for (size_t i = 0; i < difference->count && !is_one; i++)
        is_one = is_shown(difference, &difference->items[i]);
    return is_one;
}

static const char *counts_of(struct arena *arena, const struct history_point *point)
{
    return str_printf(arena, "%s: %zu fail, %zu warn, %zu unknown", point->verdict, point->fails, point->warns,
                      point->unknown);
}

static const char *summary_of(struct arena *arena, const struct history *history)
{
    const struct history_point *last = &history->points[history->count - 1];

    return str_printf(arena, "%s: %s at %s; %zu %s since %s", history->domain, last->verdict, last->started,
                      history->count, history->count == 1 ? "result" : "results", history->points[0].started);
}

static const char *item_line(struct arena *arena, const struct difference *difference,
                             const struct difference_item *item)
{
    const char *line = change_line(arena, item);

    return difference->before ? str_printf(arena, "%s: %s", change_title(item->change), line) : line;
}

static const char *same_line(struct arena *arena, const struct history *history, size_t index, size_t same)
{
    return str_printf(arena, "%zu %s, until %s", same, same == 1 ? "result is the same" : "results are the same",
                      history->points[index].started);
}

/* ---- text ---- */

static void line(struct sink *sink, const char *text)
{
    sink_text(sink, text);
    sink_literal(sink, "\n");
}

static void text_begin(struct sink *sink, struct arena *arena, const struct history *history)
{
    line(sink, summary_of(arena, history));
    sink_literal(sink, "\n");
    for (size_t i = 0; i < ROWS; i++)
        line(sink, str_printf(arena, "  %-8s %s  now %zu, at most %zu", rows[i].name,
                              history_bars(arena, history, rows[i].value),
                              rows[i].value(&history->points[history->count - 1]),
                              most(history, 0, history->count, rows[i].value)));
}

static void text_same(struct sink *sink, struct arena *arena, const struct history *history, size_t index, size_t same)
{
    if (same)
        line(sink, str_printf(arena, "  %s", same_line(arena, history, index, same)));
}

static void text_one(struct sink *sink, struct arena *arena, const struct history *history, size_t index,
                     const struct difference *difference, size_t same)
{
    const struct history_point *point = &history->points[index];

    if (index > 0)
        text_same(sink, arena, history, index - 1, same);
    sink_literal(sink, "\n");
    line(sink, str_printf(arena, "%s  %s", point->started, counts_of(arena, point)));
    for (size_t i = 0; i < difference->count; i++)
        if (is_shown(difference, &difference->items[i]))
            line(sink, str_printf(arena, "  %s", item_line(arena, difference, &difference->items[i])));
}

static void text_end(struct sink *sink, struct arena *arena, const struct history *history, size_t same)
{
    text_same(sink, arena, history, history->count - 1, same);
}

/* ---- JSON ---- */

static void json_begin(struct sink *sink, struct arena *arena, const struct history *history)
{
    (void)arena;
    sink_literal(sink, "{\n  \"schema\": \"https://mailready.example/schema/history-1.json\",\n  \"domain\": \"");
    sink_text(sink, history->domain);
    sink_literal(sink, "\",\n  \"results\": [");
}

static void json_number(struct sink *sink, const char *name, size_t value, bool is_last)
{
    sink_literal(sink, "\"");
    sink_text(sink, name);
    sink_literal(sink, "\": ");
    sink_number(sink, (long long)value);
    if (!is_last)
        sink_literal(sink, ", ");
}

static void json_item(struct sink *sink, const struct difference_item *item)
{
    sink_literal(sink, "\n      {");
    sink_member(sink, "change", change_word(item->change), false);
    difference_members(sink, item);
    sink_literal(sink, "}");
}

static void json_one(struct sink *sink, struct arena *arena, const struct history *history, size_t index,
                     const struct difference *difference, size_t same)
{
    const struct history_point *point = &history->points[index];
    size_t told = 0;

    (void)arena;
    (void)same;
    if (index > 0)
        sink_literal(sink, ",");
    sink_literal(sink, "\n    {");
    sink_member(sink, "started", point->started, false);
    sink_member(sink, "verdict", point->verdict, false);
    sink_literal(sink, "\"counts\": {");
    json_number(sink, "fail", point->fails, false);
    json_number(sink, "warn", point->warns, false);
    json_number(sink, "unknown", point->unknown, true);
    sink_literal(sink, "},\n     \"changes\": [");
    for (size_t i = 0; i < difference->count; i++) {
        if (!is_shown(difference, &difference->items[i]))
            continue;
        if (told++)
            sink_literal(sink, ",");
        json_item(sink, &difference->items[i]);
    }
    sink_literal(sink, "]}");
}

static void json_end(struct sink *sink, struct arena *arena, const struct history *history, size_t same)
{
    (void)arena;
    (void)history;
    (void)same;
    sink_literal(sink, "\n  ]\n}\n");
}

/* ---- HTML ---- */

static void attribute(struct sink *sink, const char *name, size_t value)
{
    ELEMENT(sink, " ", name, "=\"");
    sink_number(sink, (long long)value);
    sink_literal(sink, "\"");
}

/* What fails stands at the bottom, what warns on it. */
static void bar(struct sink *sink, size_t column, size_t bottom, size_t height, const char *colour)
{
    if (!height)
        return;
    sink_literal(sink, "<rect");
    attribute(sink, "x", column * CHART_STEP);
    attribute(sink, "y", CHART_HEIGHT - bottom - height);
    attribute(sink, "width", BAR_WIDTH);
    attribute(sink, "height", height);
    ELEMENT(sink, " fill=\"", colour, "\"/>\n");
}

static void chart(struct sink *sink, struct arena *arena, const struct history *history)
{
    size_t first = history->count > HISTORY_BARS ? history->count - HISTORY_BARS : 0, highest = 1;

    for (size_t i = first; i < history->count; i++)
        if (history->points[i].fails + history->points[i].warns > highest)
            highest = history->points[i].fails + history->points[i].warns;
    ELEMENT(sink, "<figure>\n<svg role=\"img\" aria-label=\"", summary_of(arena, history), "\" viewBox=\"0 0 ");
    sink_number(sink, (long long)(history->count - first) * CHART_STEP);
    sink_literal(sink, " 82\" width=\"");
    sink_number(sink, (long long)(history->count - first) * CHART_STEP);
    sink_literal(sink, "\" height=\"82\">\n");
    for (size_t i = first; i < history->count; i++) {
        const struct history_point *point = &history->points[i];
        size_t failing = point->fails * (CHART_HEIGHT - 2) / highest;

        ELEMENT(sink, "<g><title>", str_printf(arena, "%s %s", point->started, counts_of(arena, point)), "</title>\n");
        bar(sink, i - first, 2, failing, "#c8453c");
        bar(sink, i - first, 2 + failing, point->warns * (CHART_HEIGHT - 2) / highest, "#d99a2b");
        bar(sink, i - first, 0, 2, "#8a94a3");
        sink_literal(sink, "</g>\n");
    }
    sink_literal(sink, "</svg>\n<figcaption>What fails (red) and what warns (yellow, above it) in each result, the "
                       "latest on the right.</figcaption>\n</figure>\n");
}

static void html_begin(struct sink *sink, struct arena *arena, const struct history *history)
{
    html_head(sink, str_printf(arena, "%s over time", history->domain), false);
    ELEMENT(sink, "<main>\n<h1>", history->domain, " over time</h1>\n");
    ELEMENT(sink, "<p>", summary_of(arena, history), "</p>\n");
    chart(sink, arena, history);
}

static void html_same(struct sink *sink, struct arena *arena, const struct history *history, size_t index, size_t same)
{
    if (same)
        ELEMENT(sink, "<p>", same_line(arena, history, index, same), "</p>\n");
}

static void html_one(struct sink *sink, struct arena *arena, const struct history *history, size_t index,
                     const struct difference *difference, size_t same)
{
    const struct history_point *point = &history->points[index];
    size_t told = 0;

    if (index > 0)
        html_same(sink, arena, history, index - 1, same);
    ELEMENT(sink, "<section>\n<h2>", point->started, "</h2>\n");
    ELEMENT(sink, "<p>", counts_of(arena, point), "</p>\n");
    for (size_t i = 0; i < difference->count; i++) {
        if (!is_shown(difference, &difference->items[i]))
            continue;
        if (!told++)
            sink_literal(sink, "<ul>\n");
        ELEMENT(sink, "<li>", item_line(arena, difference, &difference->items[i]), "</li>\n");
    }
    if (told)
        sink_literal(sink, "</ul>\n");
    sink_literal(sink, "</section>\n");
}

static void html_end(struct sink *sink, struct arena *arena, const struct history *history, size_t same)
{
    html_same(sink, arena, history, history->count - 1, same);
    sink_literal(sink, "</main>\n");
    html_foot(sink);
}

const struct history_format history_formats[] = {
    {"text", SINK_TEXT, false, text_begin, text_one, text_end},
    {"json", SINK_JSON, true, json_begin, json_one, json_end},
    {"html", SINK_HTML, false, html_begin, html_one, html_end},
    {NULL, SINK_TEXT, false, NULL, NULL, NULL},
};
