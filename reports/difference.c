/* reports/difference.c - differences as text, Markdown, JSON and HTML. */
#include "reports/difference.h"

#include <string.h>

#include "core/base/list_text.h"
#include "core/base/str.h"
#include "reports/markdown_code.h"
#include "reports/words.h"

const char *change_title(enum change change)
{
    static const char *const titles[CHANGE_COUNT] = {[CHANGE_NEW] = "New",
                                                     [CHANGE_WORSE] = "Worse",
                                                     [CHANGE_BETTER] = "Better",
                                                     [CHANGE_GONE] = "Gone",
                                                     [CHANGE_EVIDENCE] = "Changed evidence",
                                                     [CHANGE_UNDECIDED] = "Undecided now"};

    return titles[change];
}

static const char *status_of(struct arena *arena, const struct seen *seen)
{
    return str_printf(arena, "%s%s", status_label(seen->status), seen->suppressed ? ", suppressed" : "");
}

const char *change_line(struct arena *arena, const struct difference_item *item)
{
    const struct seen *seen = item->after ? item->after : item->before;
    const char *was = item->before && item->after ? str_printf(arena, " (was %s)", status_of(arena, item->before)) : "";

    if (item->before && item->after && item->before->status == item->after->status &&
        item->before->suppressed == item->after->suppressed)
        was = "";
    return str_printf(arena, "%s %s %s%s: %s", status_of(arena, seen), seen->check, seen->subject, was, seen->message);
}

const char *difference_summary(struct arena *arena, const struct difference *difference)
{
    struct list_text list = list_text(arena, ", ", CHANGE_COUNT);

    if (!difference->before)
        return "there is no earlier report about this domain: all is new";
    for (int change = 0; change < CHANGE_COUNT; change++)
        if (difference->counts[change])
            list_add(&list, str_printf(arena, "%zu %s", difference->counts[change], change_word((enum change)change)));
    return str_printf(arena, "since %s: %s", difference->before->started,
                      difference->count ? list_end(&list) : "nothing has changed");
}

static const char *domain_line(struct arena *arena, const struct difference *d)
{
    bool differs = d->before && strcmp(d->before->verdict, d->after->verdict) != 0;

    return str_printf(arena, "%s (%s%s%s), %s", d->after->domain, d->after->verdict, differs ? ", was " : "",
                      differs ? d->before->verdict : "", difference_summary(arena, d));
}

static void nothing(struct sink *sink)
{
    (void)sink;
}

/* ---- text ---- */

static void text_one(struct sink *sink, struct arena *arena, const struct difference *d, size_t before)
{
    if (before)
        sink_literal(sink, "\n");
    sink_text(sink, domain_line(arena, d));
    sink_literal(sink, "\n");
    for (size_t i = 0; i < d->count; i++) {
        if (i == 0 || d->items[i].change != d->items[i - 1].change) {
            sink_literal(sink, "\n");
            sink_text(sink, change_title(d->items[i].change));
            sink_literal(sink, "\n");
        }
        sink_literal(sink, "  ");
        sink_text(sink, change_line(arena, &d->items[i]));
        sink_literal(sink, "\n");
    }
}

/* ---- Markdown ---- */

static void markdown_one(struct sink *sink, struct arena *arena, const struct difference *d, size_t before)
{
    if (before)
        sink_literal(sink, "\n");
    sink_literal(sink, "## ");
    markdown_code(sink, arena, d->after->domain);
    sink_literal(sink, "\n\n");
    markdown_code(sink, arena, difference_summary(arena, d));
    sink_literal(sink, "\n");
    for (size_t i = 0; i < d->count; i++) {
        if (i == 0 || d->items[i].change != d->items[i - 1].change) {
            sink_literal(sink, "\n### ");
            sink_text(sink, change_title(d->items[i].change));
            sink_literal(sink, "\n\n");
        }
        sink_literal(sink, "- ");
        markdown_code(sink, arena, change_line(arena, &d->items[i]));
        sink_literal(sink, "\n");
    }
}

/* ---- JSON ---- */

static void json_begin(struct sink *sink)
{
    sink_literal(sink, "{\n  \"schema\": \"https://mailready.example/schema/difference-1.json\",\n  \"domains\": [");
}

static void json_report(struct sink *sink, const char *name, const struct seen_report *report)
{
    sink_literal(sink, "\n     \"");
    sink_text(sink, name);
    if (!report) {
        sink_literal(sink, "\": null,");
        return;
    }
    sink_literal(sink, "\": {");
    sink_member(sink, "started", report->started, false);
    sink_member(sink, "verdict", report->verdict, true);
    sink_literal(sink, "},");
}

void difference_members(struct sink *sink, const struct difference_item *item)
{
    const struct seen *seen = item->after ? item->after : item->before;

    sink_member(sink, "id", seen->check, false);
    sink_member(sink, "subject", seen->subject, false);
    if (item->before)
        sink_member(sink, "was", status_word(item->before->status), false);
    if (item->after)
        sink_member(sink, "status", status_word(item->after->status), false);
    sink_member(sink, "message", seen->message, true);
}

static void json_item(struct sink *sink, const struct difference_item *item)
{
    sink_literal(sink, "\n      {");
    difference_members(sink, item);
    sink_literal(sink, "}");
}

static void json_one(struct sink *sink, struct arena *arena, const struct difference *d, size_t before)
{
    (void)arena;
    if (before)
        sink_literal(sink, ",");
    sink_literal(sink, "\n    {");
    sink_member(sink, "domain", d->after->domain, false);
    json_report(sink, "before", d->before);
    json_report(sink, "after", d->after);
    for (int change = 0; change < CHANGE_COUNT; change++) {
        size_t told = 0;

        sink_literal(sink, "\n     \"");
        sink_text(sink, change_word((enum change)change));
        sink_literal(sink, "\": [");
        for (size_t i = 0; i < d->count; i++) {
            if ((int)d->items[i].change != change)
                continue;
            if (told++)
                sink_literal(sink, ",");
            json_item(sink, &d->items[i]);
        }
        sink_literal(sink, "]");
        if (change + 1 < CHANGE_COUNT)
            sink_literal(sink, ",");
    }
    sink_literal(sink, "}");
}

static void json_end(struct sink *sink)
{
    sink_literal(sink, "\n  ]\n}\n");
}

/* ---- HTML ---- */

static void html_begin(struct sink *sink)
{
    sink_literal(sink, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                       "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; base-uri 'none'; "
                       "form-action 'none'\">\n"
                       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                       "<title>What changed</title>\n</head>\n<body>\n<main>\n<h1>What changed</h1>\n");
}

static void html_one(struct sink *sink, struct arena *arena, const struct difference *d, size_t before)
{
    (void)before;
    sink_literal(sink, "<section>\n<h2>");
    sink_text(sink, d->after->domain);
    sink_literal(sink, "</h2>\n<p>");
    sink_text(sink, domain_line(arena, d));
    sink_literal(sink, "</p>\n");
    for (size_t i = 0; i < d->count; i++) {
        bool is_first = i == 0 || d->items[i].change != d->items[i - 1].change;

        if (is_first) {
            sink_literal(sink, "<h3>");
            sink_text(sink, change_title(d->items[i].change));
            sink_literal(sink, "</h3>\n<ul>\n");
        }
        sink_literal(sink, "<li>");
        sink_text(sink, change_line(arena, &d->items[i]));
        sink_literal(sink, "</li>\n");
        if (i + 1 == d->count || d->items[i + 1].change != d->items[i].change)
            sink_literal(sink, "</ul>\n");
    }
    sink_literal(sink, "</section>\n");
}

static void html_end(struct sink *sink)
{
    sink_literal(sink, "</main>\n</body>\n</html>\n");
}

const struct difference_format difference_formats[] = {
    {"text", SINK_TEXT, nothing, text_one, nothing},
    {"markdown", SINK_MARKDOWN, nothing, markdown_one, nothing},
    {"json", SINK_JSON, json_begin, json_one, json_end},
    {"html", SINK_HTML, html_begin, html_one, html_end},
    {NULL, SINK_TEXT, NULL, NULL, NULL},
};
