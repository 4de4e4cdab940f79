/* reports/html/html_head.c - what every page begins and ends with. */

#include "reports/html/html.h"
#include "reports/language/language.h"

#include "reports/html_index_style.h" /* made by the Makefile from reports/html/index.css */
#include "reports/html_style.h"       /* and from style.css */
#include "reports/words.h"

#define LINE(text) sink_literal(sink, text);

static void head(struct sink *sink, const char *title, bool has_images, bool is_index)
{
    sink_literal(sink, "<!DOCTYPE html>\n<html lang=\"");
    sink_quote(sink, sink->translator ? language_tag(sink->translator->language) : "en");
    sink_literal(sink, "\">\n<head>\n<meta charset=\"utf-8\">\n"
                       "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
                       "'" HTML_STYLE_HASH "'");
    if (is_index)
        sink_literal(sink, " '" HTML_INDEX_STYLE_HASH "'");
    sink_literal(sink, "; ");
    if (has_images)
        sink_literal(sink, "img-src data:; ");
    sink_literal(sink, "base-uri 'none'; form-action 'none'\">\n"
                       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                       "<meta name=\"color-scheme\" content=\"light dark\">\n"
                       "<meta name=\"referrer\" content=\"no-referrer\">\n"
                       "<meta name=\"robots\" content=\"noindex\">\n"
                       "<meta name=\"generator\" content=\"mailready " MAILREADY_VERSION "\">\n");
    ELEMENT(sink, "<title>Mail readiness of ", title, "</title>\n<style>");
    HTML_STYLE(LINE)
    if (is_index) {
        sink_literal(sink, "</style>\n<style>");
        HTML_INDEX_STYLE(LINE)
    }
    sink_literal(sink, "</style>\n</head>\n<body>\n");
}

void html_head(struct sink *sink, const char *title, bool has_images)
{
    head(sink, title, has_images, false);
}

void html_index_head(struct sink *sink, const char *title, bool has_images)
{
    head(sink, title, has_images, true);
}

void html_foot(struct sink *sink)
{
    sink_literal(sink,
                 "<footer>\n<p>Made by mailready " MAILREADY_VERSION
                 ". It tells what DNS and mail servers said, seen from one "
                 "place at one time. Reputation, content and the opinion of readers cannot be seen from outside, so no "
                 "report can promise that mail is accepted.</p>\n</footer>\n</body>\n</html>\n");
}

void html_badge(struct sink *sink, enum status status, const char *label)
{
    sink_literal(sink, "<span class=\"badge ");
    sink_text(sink, status_word(status));
    sink_literal(sink, "\"><span aria-hidden=\"true\">");
    sink_text(sink, status_symbol(status, true));
    sink_literal(sink, "</span> ");
    sink_text(sink, label);
    sink_literal(sink, "</span>");
}
