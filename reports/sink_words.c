/* reports/sink_words.c - what a sink says in another language than English (reports/language/language.h). */
#include "reports/sink_words.h"

#include <string.h>

#include "core/base/str.h"
#include "reports/language/language.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\n';
}

static bool has_word(struct str text)
{
    for (size_t i = 0; i + 1 < text.len; i++)
        if (ascii_is_letter(text.at[i]) && ascii_is_letter(text.at[i + 1]))
            return true;
    return false;
}

/* The run of a literal that is read: it has an entry as it stands, or stays. */
static void say(struct sink *sink, struct str run)
{
    const struct translator *translator = sink->translator;
    struct str words = run;
    const char *text, *said;

    while (words.len && is_blank(*words.at))
        words = (struct str){words.at + 1, words.len - 1};
    while (words.len && is_blank(words.at[words.len - 1]))
        words.len--;
    if (!has_word(words)) {
        sink_raw(sink, run.at, run.len);
        return;
    }
    text = str_text(translator->arena, words);
    said = entry_in_language(translator, text);
    if (!said && translator->missing)
        translator->missing(translator->context, text);
    if (!said) {
        sink_raw(sink, run.at, run.len);
        return;
    }
    sink_raw(sink, run.at, (size_t)(words.at - run.at));
    sink_bytes(sink, str_of(said));
    sink_raw(sink, words.at + words.len, (size_t)(run.at + run.len - words.at) - words.len);
}

static struct str take(struct str *text, size_t size)
{
    struct str taken = {text->at, size};

    *text = (struct str){text->at + size, text->len - size};
    return taken;
}

/* Within a tag, up to its end: attributes that are read out have words, also where the value is yet to come. */
static void say_tag(struct sink *sink, struct str *text)
{
    static const char *const read_out[] = {" aria-label=\"", " data-head=\"", " title=\"", " alt=\""};
    const char *close = memchr(text->at, '>', text->len);
    struct str tag = take(text, close ? (size_t)(close - text->at) + 1 : text->len);

    sink->in_tag = !close;
    sink->is_read_out = false;
    sink->in_style = sink->in_style || str_starts_nocase(tag, "<style");
    for (size_t i = 0; i < sizeof read_out / sizeof *read_out; i++) {
        struct str name = str_of(read_out[i]);
        const char *at = str_find(tag, name), *value = at ? at + name.len : NULL;
        const char *end = at ? memchr(value, '"', tag.len - (size_t)(value - tag.at)) : NULL;
        struct str before;

        sink->is_read_out = sink->is_read_out || (at && !end);
        if (!end)
            continue;
        before = take(&tag, (size_t)(value - tag.at));
        sink_raw(sink, before.at, before.len);
        say(sink, take(&tag, (size_t)(end - value)));
    }
    sink_raw(sink, tag.at, tag.len);
}

static void say_markup(struct sink *sink, struct str text)
{
    while (text.len) {
        const char *next = sink->in_style ? str_find(text, str_of("</style")) : memchr(text.at, '<', text.len);
        struct str run;

        if (sink->in_tag) {
            say_tag(sink, &text);
            continue;
        }
        run = take(&text, next ? (size_t)(next - text.at) : text.len);
        if (sink->in_style)
            sink_raw(sink, run.at, run.len);
        else
            say(sink, run);
        sink->in_tag = next != NULL;
        sink->in_style = sink->in_style && !next;
    }
}

void sink_say_literal(struct sink *sink, struct str literal)
{
    if (sink->language == SINK_HTML)
        say_markup(sink, literal);
    else if (memchr(literal.at, '\x1b', literal.len))
        sink_raw(sink, literal.at, literal.len);
    else
        say(sink, literal);
}
