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
    if (translator->hears)
        translator->hears(translator->context, text, said);
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

static void raw(struct sink *sink, struct str bytes)
{
    sink_raw(sink, bytes.at, bytes.len);
}

/* The value of an attribute that is read out, as far as the literal has it. */
static void say_value(struct sink *sink, struct str *text)
{
    const char *end = memchr(text->at, '"', text->len);

    say(sink, take(text, end ? (size_t)(end - text->at) : text->len));
    sink->is_read_out = !end;
}

/* The beginning of the first such value; NULL: there is none. */
static const char *value_in(struct str tag)
{
    static const char *const read_out[] = {" aria-label=\"", " data-head=\"", " title=\"", " alt=\""};
    const char *first = NULL;

    for (size_t i = 0; i < sizeof read_out / sizeof *read_out; i++) {
        const char *at = str_find(tag, str_of(read_out[i]));

        if (at && (!first || at + strlen(read_out[i]) < first))
            first = at + strlen(read_out[i]);
    }
    return first;
}

/* Within a tag, up to its end: attributes that are read out have words. */
static void say_tag(struct sink *sink, struct str *text)
{
    const char *close, *value;
    struct str tag;

    if (sink->is_read_out)
        say_value(sink, text);
    close = text->len ? memchr(text->at, '>', text->len) : NULL;
    tag = take(text, close ? (size_t)(close - text->at) + 1 : text->len);
    sink->in_style = sink->in_style || str_starts_nocase(tag, "<style");
    while ((value = value_in(tag))) {
        raw(sink, take(&tag, (size_t)(value - tag.at)));
        say_value(sink, &tag);
    }
    raw(sink, tag);
    sink->in_tag = !close;
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
            raw(sink, run);
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
