/* tests/fuzz/markup.h - is a page what we wrote, and nothing that a peer did?  Written without looking at reports/html.
 *
 * Every tag and attribute is one of ours, every value stands in quotes, every element is closed in its turn, and "<",
 * ">" and "&" stand for nothing else. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "tests/fuzz/printable.h"

enum { MARKUP_DEPTH = 64, MARKUP_NAME = 32 };

struct markup {
    const char *at;
    char open[MARKUP_DEPTH][MARKUP_NAME];
    size_t depth;
};

static inline bool markup_among(const char *words, const char *name)
{
    size_t length = strlen(name);

    for (const char *at = strstr(words, name); at; at = strstr(at + 1, name))
        if (length > 0 && (at == words || at[-1] == ' ') && (at[length] == ' ' || !at[length]))
            return true;
    return false;
}

static inline void markup_name(struct markup *m, char name[MARKUP_NAME])
{
    size_t length = strspn(m->at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-:");

    EXPECT(length > 0 && length < MARKUP_NAME);
    memcpy(name, m->at, length);
    name[length] = '\0';
    m->at += length;
}

static inline void markup_character(struct markup *m)
{
    EXPECT(*m->at != '>');
    if (*m->at == '&') {
        EXPECT(strspn(m->at + 1, "abcdefghijklmnopqrstuvwxyz#0123456789") > 0);
        EXPECT(m->at[1 + strspn(m->at + 1, "abcdefghijklmnopqrstuvwxyz#0123456789")] == ';');
    }
    m->at++;
}

/* Nothing runs, and nothing is loaded but a logo within the page. */
static inline void markup_attribute(struct markup *m)
{
    static const char known[] =
        "lang charset name http-equiv content id class scope data-head colspan tabindex href rel open role aria-label "
        "aria-labelledby aria-hidden alt src value max width height xmlns viewBox x y cx cy r rx d fill stroke "
        "stroke-width stroke-dasharray transform font-size font-family font-weight text-anchor";
    char name[MARKUP_NAME];
    const char *value;

    markup_name(m, name);
    EXPECT(markup_among(known, name));
    if (*m->at != '=') {
        EXPECT(strcmp(name, "open") == 0);
        return;
    }
    EXPECT(m->at[1] == '"');
    m->at += 2;
    value = m->at;
    while (*m->at && *m->at != '"') {
        EXPECT(*m->at != '<');
        markup_character(m);
    }
    EXPECT(*m->at == '"');
    if (strcmp(name, "href") == 0)
        EXPECT(*value == '#' || strncmp(value, "https://", 8) == 0);
    if (strcmp(name, "src") == 0)
        EXPECT(strncmp(value, "data:image/", 11) == 0);
    m->at++;
}

static inline void markup_opening(struct markup *m)
{
    static const char known[] =
        "html head title meta style body main nav header footer section article div p h1 h2 h3 h4 ul ol li dl dt dd b "
        "i strong code pre a span details summary table thead tbody tr th td meter img br svg g rect circle path text "
        "figure figcaption";
    static const char is_empty[] = "meta img br";
    char name[MARKUP_NAME];

    markup_name(m, name);
    EXPECT(markup_among(known, name));
    while (*m->at == ' ' || *m->at == '\n') {
        m->at += strspn(m->at, " \n");
        if (*m->at != '>' && *m->at != '/')
            markup_attribute(m);
    }
    if (*m->at == '/') {
        EXPECT(m->at[1] == '>');
        m->at += 2;
        return;
    }
    EXPECT(*m->at++ == '>');
    if (markup_among(is_empty, name))
        return;
    EXPECT(m->depth < MARKUP_DEPTH);
    memcpy(m->open[m->depth++], name, sizeof name);
    if (strcmp(name, "style") == 0) {
        m->at = strstr(m->at, "</");
        EXPECT(m->at && strncmp(m->at, "</style>", 8) == 0);
    }
}

static inline void markup_closing(struct markup *m)
{
    char name[MARKUP_NAME];

    markup_name(m, name);
    EXPECT(m->depth > 0 && strcmp(m->open[--m->depth], name) == 0);
    EXPECT(*m->at++ == '>');
}

static inline void expect_page(const char *text)
{
    static const char begin[] = "<!DOCTYPE html>";
    struct markup m = {.at = text};

    EXPECT(strncmp(text, begin, sizeof begin - 1) == 0);
    m.at += sizeof begin - 1;
    while (*m.at) {
        if (*m.at != '<') {
            markup_character(&m);
        } else if (m.at[1] == '/') {
            m.at += 2;
            markup_closing(&m);
        } else {
            m.at++;
            markup_opening(&m);
        }
    }
    EXPECT(m.depth == 0);
}
