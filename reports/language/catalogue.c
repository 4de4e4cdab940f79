/* reports/language/catalogue.c - reads a catalogue, and finds the entry of a text. */
#include "reports/language/catalogue.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"

/* Entries that might take a text, those with the most octets of their own first. */
struct candidates {
    const struct entry **at;
    size_t count;
};

struct language {
    const char *tag;
    struct entry *entries;
    size_t count, left_out;
    struct candidates fixed;         /* without arguments, in the order of their octets */
    struct candidates by_first[256]; /* with arguments: by the octet that they begin with, */
    struct candidates by_last[256];  /* or else end with, */
    struct candidates others;        /* or neither */
};

/* ---- reading */

static enum argument_kind kind_of(struct str name)
{
    static const struct {
        const char *begins;
        enum argument_kind kind;
    } kinds[] = {
        {"name", ARGUMENT_WORD},     {"host", ARGUMENT_WORD},  {"address", ARGUMENT_WORD}, {"domain", ARGUMENT_WORD},
        {"selector", ARGUMENT_WORD}, {"check", ARGUMENT_WORD}, {"count", ARGUMENT_NUMBER}, {"number", ARGUMENT_NUMBER},
        {"why", ARGUMENT_TEXT},      {"what", ARGUMENT_TEXT},  {"list", ARGUMENT_LIST},  {"fqdn", ARGUMENT_DOTTED},
        {"target", ARGUMENT_WORD},
    };

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_starts_nocase(name, kinds[i].begins))
            return kinds[i].kind;
    return ARGUMENT_ANY;
}

/* A line's next literal and argument; *argument is {NULL, 0} at its end.  false: a brace that is neither. */
static bool next_part(struct arena *arena, struct str *line, struct str *literal, struct str *argument)
{
    char *out = ARENA_ARRAY(arena, char, line->len + 1);
    size_t length = 0, i = 0;

    *argument = (struct str){NULL, 0};
    for (; i < line->len; i++) {
        char c = line->at[i];
        const char *close;

        if ((c == '{' || c == '}') && i + 1 < line->len && line->at[i + 1] == c) {
            i++;
        } else if (c == '}') {
            return false;
        } else if (c == '{') {
            close = memchr(line->at + i, '}', line->len - i);
            if (!close || close == line->at + i + 1)
                return false;
            *argument = (struct str){line->at + i + 1, (size_t)(close - line->at) - i - 1};
            i = (size_t)(close - line->at) + 1;
            break;
        }
        out[length++] = c;
    }
    arena_trim(arena, out, length + 1);
    *literal = (struct str){out, length};
    *line = (struct str){line->at + i, line->len - i};
    return true;
}

static bool read_english(struct arena *arena, struct str line, struct entry *entry)
{
    struct str literal, name;

    while (next_part(arena, &line, &literal, &name)) {
        size_t n = entry->argument_count;

        entry->from.literals[n] = literal;
        entry->own += literal.len;
        if (!name.at)
            return entry->own > 0;
        if (n == ARGUMENTS_MAX)
            return false;
        for (size_t i = 0; i < n; i++)
            if (str_equal(entry->arguments[i].name, name))
                return false;
        entry->arguments[n] = (struct argument){name, kind_of(name)};
        entry->from.places[n] = n;
        entry->argument_count++;
    }
    return false;
}

static bool read_translation(struct arena *arena, struct str line, struct entry *entry)
{
    bool is_said[ARGUMENTS_MAX] = {false};
    struct str literal, name;

    for (size_t n = 0; next_part(arena, &line, &literal, &name); n++) {
        size_t which = 0;

        entry->to.literals[n] = literal;
        if (!name.at)
            return n == entry->argument_count;
        while (which < entry->argument_count && !str_equal(entry->arguments[which].name, name))
            which++;
        if (n == entry->argument_count || which == entry->argument_count || is_said[which])
            return false;
        is_said[which] = true;
        entry->to.places[n] = which;
    }
    return false;
}

static struct str next_line(struct str *text)
{
    const char *end = text->len ? memchr(text->at, '\n', text->len) : NULL;
    struct str line = {text->at, end ? (size_t)(end - text->at) : text->len};
    size_t taken = line.len + (end ? 1 : 0);

    *text = (struct str){text->at + taken, text->len - taken};
    return line;
}

static void read_entries(struct arena *arena, struct language *language, struct str words)
{
    enum { INDENT = 4 };
    struct entry *entry = NULL; /* whose translation is to come */
    size_t number = 0, lines = 0;

    for (size_t i = 0; i < words.len; i++)
        lines += words.at[i] == '\n';
    language->entries = ARENA_ARRAY(arena, struct entry, lines / 2 + 1);
    while (words.len) {
        struct str line = next_line(&words);

        number++;
        if (line.len == 0 || line.at[0] == '#')
            continue;
        if (line.at[0] != ' ') {
            language->left_out += entry != NULL;
            entry = &language->entries[language->count];
            memset(entry, 0, sizeof *entry);
            entry->line = number;
            if (read_english(arena, line, entry))
                continue;
        } else if (entry && line.len > INDENT &&
                   read_translation(arena, (struct str){line.at + INDENT, line.len - INDENT}, entry)) {
            language->count++;
            entry = NULL;
            continue;
        }
        language->left_out += entry != NULL;
        entry = NULL;
    }
    language->left_out += entry != NULL;
}

/* ---- the index */

static int by_english(const void *one, const void *other)
{
    const struct entry *a = *(const struct entry *const *)one, *b = *(const struct entry *const *)other;
    struct str x = a->from.literals[0], y = b->from.literals[0];
    int order = memcmp(x.at, y.at, x.len < y.len ? x.len : y.len);

    return order ? order : (x.len > y.len) - (x.len < y.len);
}

static int by_own_octets(const void *one, const void *other)
{
    const struct entry *a = *(const struct entry *const *)one, *b = *(const struct entry *const *)other;

    if (a->own != b->own)
        return a->own < b->own ? 1 : -1;
    return (a->line > b->line) - (a->line < b->line);
}

static struct candidates *place_of(struct language *language, const struct entry *entry)
{
    struct str first = entry->from.literals[0], last = entry->from.literals[entry->argument_count];

    if (entry->argument_count == 0)
        return &language->fixed;
    return first.len  ? &language->by_first[(unsigned char)first.at[0]]
           : last.len ? &language->by_last[(unsigned char)last.at[last.len - 1]]
                      : &language->others;
}

static void make_index(struct arena *arena, struct language *language)
{
    const struct entry **sorted = ARENA_ARRAY(arena, const struct entry *, language->count + 1);
    const struct entry **room = ARENA_ARRAY(arena, const struct entry *, language->count + 1);

    for (size_t i = 0; i < language->count; i++) {
        sorted[i] = &language->entries[i];
        place_of(language, sorted[i])->count++;
    }
    if (language->count)
        qsort(sorted, language->count, sizeof *sorted, by_own_octets);
    for (size_t i = 0; i < language->count; i++) {
        struct candidates *place = place_of(language, sorted[i]);

        if (!place->at) {
            place->at = room;
            room += place->count;
            place->count = 0;
        }
        place->at[place->count++] = sorted[i];
    }
    if (language->fixed.count)
        qsort(language->fixed.at, language->fixed.count, sizeof *language->fixed.at, by_english);
}

const struct language *language_read(struct arena *arena, const char *tag, struct str words)
{
    struct language *language = ARENA_NEW(arena, struct language);

    language->tag = tag;
    read_entries(arena, language, words);
    make_index(arena, language);
    return language;
}

const char *language_tag(const struct language *language)
{
    return language->tag;
}

size_t language_entries(const struct language *language)
{
    return language->count;
}

size_t language_left_out(const struct language *language)
{
    return language->left_out;
}

/* ---- finding */

struct reading {
    const struct entry *entry;
    struct str text;
    struct str *arguments;
    size_t *effort;
    size_t loose_from; /* from this argument on, none is strict or quoted */
    bool is_closed;    /* the text */
    bool is_lenient;   /* about what a quotation holds */
};

static bool stands_at(struct str text, size_t at, struct str literal)
{
    return text.len - at >= literal.len && (literal.len == 0 || memcmp(text.at + at, literal.at, literal.len) == 0);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t';
}

static bool is_strict(enum argument_kind kind) /* about its octets */
{
    return kind == ARGUMENT_NUMBER || kind == ARGUMENT_WORD || kind == ARGUMENT_DOTTED;
}

static bool may_hold(enum argument_kind kind, char c)
{
    return kind == ARGUMENT_NUMBER ? ascii_is_digit(c) : !is_blank(c);
}

/* Has each parenthesis its other half? */
static bool is_closed(struct str text)
{
    size_t open = 0;

    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == ')' && open == 0)
            return false;
        open += text.at[i] == '(';
        open -= text.at[i] == ')';
    }
    return open == 0;
}

static bool may_go_on(struct reading *r)
{
    *r->effort -= *r->effort > 0;
    return *r->effort > 0;
}

/* Is the entry's argument between quotation marks of the entry? */
static bool is_quoted(const struct entry *entry, size_t n)
{
    struct str before = entry->from.literals[n], after = entry->from.literals[n + 1];

    return before.len && after.len && before.at[before.len - 1] == '"' && after.at[0] == '"';
}

/* Does a quotation end in it?  Strings of a TXT record may stand behind each other: "a" "b". */
static bool has_end_of_quotation(struct str text)
{
    for (size_t i = 0; i + 1 < text.len; i++)
        if (text.at[i] == '"' && strchr(" ;,:).", text.at[i + 1]) &&
            !(text.at[i + 1] == ' ' && i + 2 < text.len && text.at[i + 2] == '"'))
            return true;
    return false;
}

static bool ends_clause(struct str word) /* "good.lab:", but not "2001:db8::" */
{
    char last = word.len > 1 ? word.at[word.len - 1] : '\0';

    return last == ',' || last == ';' || (last == ':' && word.at[word.len - 2] != ':');
}

static bool may_be_word(enum argument_kind kind, struct str word)
{
    return is_closed(word) && !ends_clause(word) && (kind != ARGUMENT_DOTTED || memchr(word.at, '.', word.len));
}

/* What is quoted ends with its quotation: "a" of b, by "c" of d.  What is ours never begins or ends within a
 * parenthesis: "(a (b)): why" has "a (b)" between its outer ones. */
static bool may_be_argument(struct reading *r, size_t n, struct str text)
{
    enum argument_kind kind = r->entry->arguments[n].kind;
    bool is_ours = r->is_closed && (kind == ARGUMENT_TEXT || kind == ARGUMENT_LIST);
    size_t cost = text.len / 64;

    if (is_strict(kind))
        return kind == ARGUMENT_NUMBER || may_be_word(kind, text);
    if (!is_ours && !is_quoted(r->entry, n))
        return true;
    *r->effort -= cost < *r->effort ? cost : *r->effort;
    return is_ours ? is_closed(text) : r->is_lenient || !has_end_of_quotation(text);
}

/* Between a word and what follows it with nothing of the entry's own between. */
static bool word_ends(struct str text, size_t at)
{
    if (at == text.len || is_blank(text.at[at]))
        return true;
    return strchr(";,.:", text.at[at]) && (at + 1 == text.len || is_blank(text.at[at + 1]));
}

/* Does the text go on like this from the literal before argument `n`?  Arguments take as little as they can. */
static bool reads_from(struct reading *r, size_t n, size_t at)
{
    const struct entry *entry = r->entry;
    struct str text = r->text, next;
    enum argument_kind kind;
    size_t end;

    if (!stands_at(text, at, entry->from.literals[n]))
        return false;
    at += entry->from.literals[n].len;
    if (n == entry->argument_count)
        return at == text.len;
    next = entry->from.literals[n + 1];
    kind = entry->arguments[n].kind;
    end = at + (kind == ARGUMENT_TEXT || kind == ARGUMENT_LIST ? 0 : 1);
    if (n + 1 == entry->argument_count && text.len >= end + next.len)
        end = text.len - next.len;
    for (size_t held = at; end <= text.len; end++) {
        for (; held < end && is_strict(kind); held++)
            if (!may_hold(kind, text.at[held]) || !may_go_on(r))
                return false;
        if (!is_strict(kind)) { /* to where the next literal is */
            const char *found = str_find((struct str){text.at + end, text.len - end}, next);

            if (!found)
                return false;
            end = (size_t)(found - text.at);
        }
        if (!may_go_on(r))
            return false;
        if (!stands_at(text, end, next) || (next.len == 0 && n + 1 < entry->argument_count && !word_ends(text, end)))
            continue;
        r->arguments[n] = (struct str){text.at + at, end - at};
        if (!may_be_argument(r, n, r->arguments[n]))
            continue;
        if (reads_from(r, n + 1, end))
            return true;
        if (n + 1 >= r->loose_from) /* what follows could have held these octets, too */
            return false;
    }
    return false;
}

static size_t loose_from(const struct entry *entry)
{
    size_t n = entry->argument_count;

    while (n > 0 && entry->arguments[n - 1].kind == ARGUMENT_ANY && !is_quoted(entry, n - 1))
        n--;
    return n;
}

/* The reading's text, by an entry of these that has more octets of its own than `to_beat`. */
static const struct entry *first_that_reads(const struct candidates *among, const struct entry *to_beat,
                                            struct reading *reading, struct str arguments[ARGUMENTS_MAX])
{
    for (size_t i = 0; i < among->count; i++) {
        const struct entry *entry = among->at[i];

        if (*reading->effort == 0 || (to_beat && by_own_octets(&to_beat, &entry) < 0))
            break;
        --*reading->effort;
        if (entry->own > reading->text.len || !stands_at(reading->text, 0, entry->from.literals[0]))
            continue;
        reading->entry = entry;
        reading->loose_from = loose_from(entry);
        if (!reads_from(reading, 0, 0))
            continue;
        memcpy(arguments, reading->arguments, entry->argument_count * sizeof *arguments);
        return entry;
    }
    return to_beat;
}

static const struct entry *fixed_of(const struct language *language, struct str text)
{
    struct entry wanted = {.from.literals = {text}};
    const struct entry *key = &wanted, **found = NULL;

    if (language->fixed.count)
        found = bsearch(&key, language->fixed.at, language->fixed.count, sizeof *language->fixed.at, by_english);
    return found ? *found : NULL;
}

const struct entry *entry_of(const struct language *language, struct str text, bool is_lenient,
                             struct str arguments[ARGUMENTS_MAX], size_t *effort)
{
    struct str found[ARGUMENTS_MAX];
    struct reading reading = {.text = text, .arguments = found, .effort = effort, .is_lenient = is_lenient};
    const struct entry *best = text.len ? fixed_of(language, text) : NULL;

    if (best || text.len == 0)
        return best;
    reading.is_closed = is_closed(text);
    best = first_that_reads(&language->by_first[(unsigned char)text.at[0]], best, &reading, arguments);
    best = first_that_reads(&language->by_last[(unsigned char)text.at[text.len - 1]], best, &reading, arguments);
    return first_that_reads(&language->others, best, &reading, arguments);
}
