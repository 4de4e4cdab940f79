/* probes/generic/generic_numbers.c - the numbers that stand in a text, and what stands between them. */
#include "probes/generic/generic_numbers.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"

bool is_name_letter(char c)
{
    return c >= 'a' && c <= 'z';
}

bool is_name_separator(char c)
{
    return c == '.' || c == '-' || c == '_';
}

static struct numbers numbers_in(struct arena *arena, struct str text, bool (*is_part)(char))
{
    struct numbers found = {text, ARENA_ARRAY(arena, struct number, text.len / 2 + 1), 0};

    for (size_t at = 0, end; at < text.len; at = end + 1) {
        for (end = at; end < text.len && is_part(text.at[end]); end++)
            ;
        if (end > at)
            found.list[found.count++] = (struct number){at, end - at};
    }
    return found;
}

struct numbers decimal_numbers(struct arena *arena, struct str text)
{
    return numbers_in(arena, text, ascii_is_digit);
}

struct numbers hex_numbers(struct arena *arena, struct str text)
{
    return numbers_in(arena, text, ascii_is_hex);
}

size_t number_end(const struct numbers *n, size_t i)
{
    return n->list[i].at + n->list[i].len;
}

struct str numbers_span(const struct numbers *n, size_t first, size_t last)
{
    return (struct str){n->text.at + n->list[first].at, number_end(n, last) - n->list[first].at};
}

size_t number_gap(const struct numbers *n, size_t i)
{
    return n->list[i + 1].at - number_end(n, i);
}

bool numbers_joined(const struct numbers *n, size_t i)
{
    const char *between = n->text.at + number_end(n, i);

    return i + 1 < n->count && number_gap(n, i) == 1 && (is_name_separator(*between) || *between == 'x');
}

static unsigned digit_value(char c)
{
    return (unsigned)(ascii_is_digit(c) ? c - '0' : c - 'a' + 10);
}

unsigned number_value(const struct numbers *n, size_t i, unsigned base, size_t max)
{
    unsigned value = 0;

    if (n->list[i].len > max)
        return UINT32_MAX;
    for (size_t k = 0; k < n->list[i].len; k++)
        value = value * base + digit_value(n->text.at[n->list[i].at + k]);
    return value;
}

/* How much of a number is a word in front of it that happens to consist of hexadecimal digits, as in "edcb007119". */
static size_t word_before(const struct numbers *n, size_t i, size_t wanted)
{
    size_t extra = n->list[i].len > wanted ? n->list[i].len - wanted : 0;

    for (size_t k = 0; k < extra; k++)
        if (!is_name_letter(n->text.at[n->list[i].at + k]))
            return 0;
    return extra;
}

bool numbers_spell(const struct numbers *n, size_t i, const char *digits, size_t group, struct str *span)
{
    size_t wanted = strlen(digits), used = 0, skip = word_before(n, i, wanted);
    const size_t begin = n->list[i].at + skip;

    for (;; i++, skip = 0) {
        const size_t len = n->list[i].len - skip;

        if (len % group != 0 || len > wanted - used ||
            memcmp(n->text.at + n->list[i].at + skip, digits + used, len) != 0)
            return false;
        used += len;
        if (used == wanted)
            break;
        if (!numbers_joined(n, i))
            return false;
    }
    *span = (struct str){n->text.at + begin, number_end(n, i) - begin};
    return true;
}

/* None stands before the text, whose index wraps around, nor behind it. */
static bool is_letter_at(const struct numbers *n, size_t at)
{
    return at < n->text.len && is_name_letter(n->text.at[at]);
}

struct numbers numbers_as_tokens(struct arena *arena, const struct numbers *n)
{
    struct numbers tokens = {n->text, ARENA_ARRAY(arena, struct number, n->count), n->count};

    for (size_t i = 0; i < n->count; i++) {
        size_t at = n->list[i].at, end = number_end(n, i);
        const bool word_before_it = is_letter_at(n, at - 1), word_behind = is_letter_at(n, end);

        while (word_before_it && at < end && is_name_letter(n->text.at[at]))
            at++;
        while (word_behind && at < end && is_name_letter(n->text.at[end - 1]))
            end--;
        tokens.list[i] = (struct number){at, end - at};
    }
    return tokens;
}
