/* core/result/bounce.c - finds the published rule behind a rejection. */
#include "core/result/bounce.h"

#include <string.h>

#include "core/base/arena.h"

static bool is_word(char c)
{
    return ascii_is_digit(c) || ascii_is_letter(c);
}

/* Line breaks of a reply of several lines ("550-5.7.25 ") stand in the middle of sentences: they are folded away. */
static struct str fold(struct arena *arena, struct str text, const char *code)
{
    char *out = arena_alloc(arena, text.len + 1);
    size_t len = 0, code_len = code ? strlen(code) : 0;

    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];

        if (c != '\n' && c != '\r' && c != '\t') {
            out[len++] = c;
            continue;
        }
        while (i + 1 < text.len && strchr("\r\n\t ", text.at[i + 1]) && text.at[i + 1])
            i++;
        if (i + 4 < text.len && ascii_is_digit(text.at[i + 1]) && ascii_is_digit(text.at[i + 2]) && ascii_is_digit(text.at[i + 3]) &&
            (text.at[i + 4] == '-' || text.at[i + 4] == ' '))
            i += 4;
        if (code_len && i + code_len < text.len && memcmp(text.at + i + 1, code, code_len) == 0)
            i += code_len;
        if (i + 1 < text.len && text.at[i + 1] == ' ')
            i++;
        if (len && out[len - 1] != ' ')
            out[len++] = ' ';
    }
    return (struct str){out, len};
}

static bool stands_at(struct str text, size_t at, struct str what)
{
    return at + what.len <= text.len && str_equal_nocase((struct str){text.at + at, what.len}, what);
}

/* Whole words only, so that "me.com" is not found in "some.com". */
static bool contains(struct str text, struct str what)
{
    for (size_t i = 0; i + what.len <= text.len; i++)
        if (stands_at(text, i, what) && (i == 0 || !is_word(text.at[i - 1]) || !is_word(what.at[0])))
            return true;
    return false;
}

/* Any of the parts of `list`, which `separator` parts. */
static bool contains_any(struct str text, const char *list, char separator)
{
    while (*list) {
        const char *end = strchr(list, separator);
        size_t len = end ? (size_t)(end - list) : strlen(list);

        if (len && contains(text, (struct str){list, len}))
            return true;
        list += end ? len + 1 : len;
    }
    return false;
}

/* One to three digits; how many. */
static size_t count_digits(struct str text, size_t at)
{
    size_t count = 0;

    while (count < 3 && at + count < text.len && ascii_is_digit(text.at[at + count]))
        count++;
    return count;
}

/* class "." subject "." detail, RFC 3463 2; how many octets, 0 when none stands there. */
static size_t code_length(struct str text, size_t at)
{
    size_t subject, detail, end;

    if (at + 4 >= text.len || (text.at[at] != '4' && text.at[at] != '5') || text.at[at + 1] != '.')
        return 0;
    subject = count_digits(text, at + 2);
    if (!subject || at + 2 + subject >= text.len || text.at[at + 2 + subject] != '.')
        return 0;
    detail = count_digits(text, at + 3 + subject);
    end = at + 3 + subject + detail;
    if (!detail || (end < text.len && is_word(text.at[end])) || (end + 1 < text.len && text.at[end] == '.' && ascii_is_digit(text.at[end + 1])))
        return 0;
    return end - at;
}

static const char *find_code(struct arena *arena, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        size_t len = i && (is_word(text.at[i - 1]) || text.at[i - 1] == '.') ? 0 : code_length(text, i);

        if (len)
            return str_copy(arena, (struct str){text.at + i, len}).at;
    }
    return NULL;
}

static struct ip find_address(struct str text)
{
    char word[IP_TEXT_MAX];
    struct ip ip;

    for (size_t i = 0; i < text.len; i++) {
        size_t len = 0;

        if (i && (is_word(text.at[i - 1]) || strchr(".:-", text.at[i - 1])))
            continue;
        while (i + len < text.len && len < sizeof word - 1 && (is_word(text.at[i + len]) || (text.at[i + len] && strchr(".:", text.at[i + len])))) {
            word[len] = text.at[i + len];
            len++;
        }
        while (len && strchr(".:", word[len - 1]))
            len--;
        word[len] = '\0';
        if (len > 2 && ip_parse(word, &ip) && !ip_special(&ip))
            return ip;
    }
    return (struct ip){.family = IP_NONE};
}

static const struct receiver *find_receiver(struct str text)
{
    for (size_t i = 0; i < receiver_count(); i++)
        if (contains_any(text, receiver_at(i)->marks, '|'))
            return receiver_at(i);
    return NULL;
}

/* Several entries of the data may speak for one receiver: those with the same marks, or with marks in the text. */
static bool speaks_for(const struct receiver *entry, const struct receiver *author, struct str text)
{
    return !author || strcmp(entry->marks, author->marks) == 0 || contains_any(text, entry->marks, '|');
}

static bool is_told_already(const struct bounce_match *matches, size_t count, const struct receiver_rule *rule)
{
    for (size_t i = 0; i < count; i++)
        if (matches[i].rule->receiver == rule->receiver && strcmp(matches[i].rule->words, rule->words) == 0)
            return true;
    return false;
}

static size_t collect(struct bounce_match *matches, size_t count, const struct bounce *bounce, struct str text, bool by_phrase)
{
    for (size_t i = 0; i < receiver_rule_count(); i++) {
        const struct receiver_rule *rule = receiver_rule_at(i);
        bool fits = by_phrase ? contains_any(text, rule->phrases, '|')
                              : bounce->code && contains_any((struct str){rule->codes, strlen(rule->codes)}, bounce->code, ' ');

        if (fits && speaks_for(receiver_at(rule->receiver), bounce->receiver, text) && !is_told_already(matches, count, rule))
            matches[count++] = (struct bounce_match){rule, by_phrase};
    }
    return count;
}

struct bounce bounce_explain(struct arena *arena, struct str text)
{
    struct bounce bounce = {0};
    struct bounce_match *matches = ARENA_ARRAY(arena, struct bounce_match, receiver_rule_count() + 1);

    if (text.len > BOUNCE_BYTES_MAX)
        text.len = BOUNCE_BYTES_MAX;
    bounce.code = find_code(arena, text);
    bounce.ip = find_address(text);
    text = fold(arena, text, bounce.code);
    bounce.receiver = find_receiver(text);
    bounce.match_count = collect(matches, 0, &bounce, text, true);
    if (!bounce.match_count)
        bounce.match_count = collect(matches, 0, &bounce, text, false);
    bounce.matches = matches;
    return bounce;
}
