/* core/records/bounce_words.c - parts a text into words, and looks up their classes. */
#include "core/records/bounce_words.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/ip.h"

static_assert(WORD_CLASS_COUNT <= 64, "a class is a bit");

enum {
    SLOTS = 4096,      /* a power of two, more than twice the words of the data */
    WORD_MAX = 240,    /* octets; longer runs are no words */
    BEGINNING_MIN = 3, /* octets of "beginning*" */
    INSIDE_MAX = 32
};

struct slot {
    struct str word; /* as in the data */
    uint64_t classes;
};

struct bounce_lexicon {
    struct slot whole[SLOTS], beginning[SLOTS];
    struct slot inside[INSIDE_MAX];
    size_t inside_count;
};

static const struct {
    enum word_class class;
    const char *words;
} data[] = {
#define WORDS(class, words) {WORD_##class, words},
#include "core/records/bounce_words.def"
#undef WORDS
};

/* ---- the lexicon ---- */

static const uint32_t HASH_START = 2166136261u; /* FNV-1a */

static uint32_t hash_on(uint32_t hash, char c)
{
    return (hash ^ (unsigned char)c) * 16777619u;
}

static size_t slot_of(const struct slot *table, struct str word, uint32_t hash)
{
    size_t at = (hash ^ hash >> 15) & (SLOTS - 1);

    while (table[at].word.len && !str_equal(table[at].word, word))
        at = (at + 1) & (SLOTS - 1);
    return at;
}

static void put(struct slot *table, struct str word, uint64_t class)
{
    uint32_t hash = HASH_START;
    size_t at;

    for (size_t i = 0; i < word.len; i++)
        hash = hash_on(hash, word.at[i]);
    at = slot_of(table, word, hash);
    table[at].word = word;
    table[at].classes |= class;
}

static void learn(struct bounce_lexicon *lexicon, struct str word, uint64_t class)
{
    bool open_end = word.at[word.len - 1] == '*', open_start = word.at[0] == '*';

    if (open_start && lexicon->inside_count < INSIDE_MAX)
        lexicon->inside[lexicon->inside_count++] = (struct slot){{word.at + 1, word.len - 2}, class};
    else if (open_end)
        put(lexicon->beginning, (struct str){word.at, word.len - 1}, class);
    else
        put(lexicon->whole, word, class);
}

const struct bounce_lexicon *bounce_lexicon_new(struct arena *arena)
{
    struct bounce_lexicon *lexicon = ARENA_NEW(arena, struct bounce_lexicon);

    for (size_t i = 0; i < sizeof data / sizeof *data; i++) {
        for (const char *at = data[i].words; *at; at += strspn(at, " ")) {
            size_t len = strcspn(at, " ");

            learn(lexicon, (struct str){at, len}, UINT64_C(1) << data[i].class);
            at += len;
        }
    }
    return lexicon;
}

static uint64_t classes_of(const struct bounce_lexicon *lexicon, struct str word)
{
    uint32_t hash = HASH_START;
    uint64_t classes = 0;
    bool foreign = false;

    for (size_t i = 0; i < word.len; i++) {
        hash = hash_on(hash, word.at[i]);
        foreign = foreign || (unsigned char)word.at[i] >= 0x80;
        if (i + 1 >= BEGINNING_MIN)
            classes |= lexicon->beginning[slot_of(lexicon->beginning, (struct str){word.at, i + 1}, hash)].classes;
    }
    classes |= lexicon->whole[slot_of(lexicon->whole, word, hash)].classes;
    for (size_t i = 0; foreign && i < lexicon->inside_count; i++)
        if (str_find(word, lexicon->inside[i].word))
            classes |= lexicon->inside[i].classes;
    return classes;
}

/* ---- letters ---- */

/* U+00C0..U+00FF and U+0100..U+017F without their accents; '.' is no letter. */
static const char latin1[] = "aaaaaaaceeeeiiiidnooooo.ouuuuypsaaaaaaaceeeeiiiidnooooo.ouuuuypy";
static const char latin_a[] = "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllllll"
                              "lnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
static_assert(sizeof latin1 == 65 && sizeof latin_a == 129, "one letter for each");

enum { CHARACTER_MAX = 4 };

/* How many octets the character has by its first; 1 where it is no UTF-8. */
static size_t octets_of(const unsigned char *at, size_t left)
{
    size_t count = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : at[0] >= 0xc2 ? 2 : 1;

    for (size_t i = 1; i < count; i++)
        if (i == left || (at[i] & 0xc0) != 0x80)
            return 1;
    return count;
}

/* One character of UTF-8, or of ISO 8859-1 where it is none, in lower case and without accents: its octets in out, none
 * for an apostrophe.  *used is how many it took. */
static size_t fold(const unsigned char *at, size_t left, char out[CHARACTER_MAX], size_t *used)
{
    *used = octets_of(at, left);
    memcpy(out, at, *used);
    if (at[0] < 0x80) {
        out[0] = (char)(at[0] >= 'A' && at[0] <= 'Z' ? at[0] + 32 : at[0]);
        return at[0] != '\'';
    }
    if (*used == 1)
        out[0] = at[0] < 0xc0 ? ' ' : latin1[at[0] - 0xc0];
    else if (at[0] == 0xc2)
        out[0] = ' '; /* U+00A0 and signs */
    else if (at[0] == 0xc3)
        out[0] = latin1[at[1] - 0x80];
    else if (at[0] == 0xc4 || at[0] == 0xc5)
        out[0] = latin_a[(at[0] - 0xc4) * 64 + at[1] - 0x80];
    else if (at[0] == 0xd0 && at[1] >= 0x90 && at[1] <= 0xaf) /* Cyrillic capitals */
        memcpy(out,
               (const unsigned char[]){at[1] < 0xa0 ? 0xd0 : 0xd1,
                                       (unsigned char)(at[1] < 0xa0 ? at[1] + 0x20 : at[1] - 0x20)},
               2);
    else if (at[0] == 0xe2 && at[1] == 0x80) { /* typographic marks; U+2018 and U+2019 are apostrophes */
        out[0] = ' ';
        return at[2] != 0x98 && at[2] != 0x99;
    }
    return at[0] > 0xc5 && *used > 1 ? *used : 1;
}

static bool in_word(char c)
{
    return ascii_is_letter(c) || ascii_is_digit(c) || c == '_' || (unsigned char)c >= 0x80;
}

/* ---- a text ---- */

struct reading {
    const struct bounce_lexicon *lexicon;
    struct bounce_word *words;
    size_t count;
    uint32_t sentence;
};

static void add(struct reading *r, uint64_t classes)
{
    if (classes)
        r->words[r->count++] = (struct bounce_word){classes, r->sentence};
}

static void add_word(struct reading *r, const char *word, size_t len, uint64_t only)
{
    if (len && len <= WORD_MAX)
        add(r, classes_of(r->lexicon, (struct str){word, len}) & only);
}

/* The words of a run without blanks, parted by whatever is no letter; `only` these classes.  An apostrophe is no letter
 * ("doesn't"), but parts a first letter from its word ("l'adresse"). */
static void read_words(struct reading *r, struct str run, uint64_t only)
{
    char word[WORD_MAX + CHARACTER_MAX + 1];
    size_t len = 0, used;

    for (size_t i = 0; i < run.len; i += used) {
        char c[CHARACTER_MAX] = {0};
        size_t octets = fold((const unsigned char *)run.at + i, run.len - i, c, &used);

        if (octets && in_word(c[0])) {
            memcpy(word + len, c, octets);
            len += len <= WORD_MAX ? octets : 0;
        } else if (octets || len == 1) {
            add_word(r, word, len, only);
            len = 0;
        }
    }
    add_word(r, word, len, only);
}

static bool is_address(struct str run)
{
    char text[IP_TEXT_MAX];
    struct ip ip;

    if (run.len < 3 || run.len >= sizeof text || memchr(run.at, '\0', run.len))
        return false;
    memcpy(text, run.at, run.len);
    text[run.len] = '\0';
    return ip_parse(text, &ip);
}

static bool is_among(char c, const char *set)
{
    return c && strchr(set, c);
}

/* "mx1.example.org", and not "rejected.Please" */
static bool is_host_name(struct str piece)
{
    const char *dot = memchr(piece.at, '.', piece.len);

    for (size_t i = 0; i < piece.len; i++)
        if (!ascii_is_letter(piece.at[i]) && !ascii_is_digit(piece.at[i]) && !is_among(piece.at[i], ".-_"))
            return false;
    return dot && dot > piece.at && dot + 2 < piece.at + piece.len &&
           !(dot[1] >= 'A' && dot[1] <= 'Z' && dot[-1] >= 'a');
}

static bool ends_in_arpa(struct str name)
{
    return name.len > 5 && str_equal_nocase((struct str){name.at + name.len - 5, 5}, str_of(".arpa"));
}

/* "spf=fail" is two words; what a log adds ("helo=<mx1>", "from=<>") is none. */
static void read_pair(struct reading *r, struct str key, struct str value)
{
    if (str_equal_nocase(key, str_of("helo")) || (value.len && value.at[0] == '<'))
        return;
    read_words(r, key, UINT64_MAX);
    read_words(r, value, UINT64_MAX);
}

/* Without blanks, links and mail addresses. */
static void read_piece(struct reading *r, struct str piece)
{
    const char *equals = piece.len ? memchr(piece.at, '=', piece.len) : NULL;

    if (is_address(piece))
        add(r, WORD_BIT(ADDRESS));
    else if (equals)
        read_pair(r, (struct str){piece.at, (size_t)(equals - piece.at)},
                  (struct str){equals + 1, (size_t)(piece.at + piece.len - equals - 1)});
    else if (piece.len && is_host_name(piece))
        read_words(r, piece, WORD_BIT(LIST_NAME) | (ends_in_arpa(piece) ? WORD_BIT(PTR) : 0));
    else
        read_words(r, piece, UINT64_MAX);
}

static struct str without_marks(struct str run, bool *ends)
{
    while (run.len && is_among(run.at[0], "<([{\"'`")) {
        run.at++;
        run.len--;
    }
    while (run.len && is_among(run.at[run.len - 1], ">)]}\"'`,:;.!?")) {
        *ends = *ends || is_among(run.at[run.len - 1], ".;!?");
        run.len--;
    }
    return run;
}

static void read_run(struct reading *r, struct str run)
{
    bool ends = run.len == 1 && is_among(run.at[0], "-|");

    run = without_marks(run, &ends);
    if (str_find(run, str_of("://")) || str_starts_nocase(run, "www.")) {
        read_words(r, run, WORD_BIT(LIST_NAME));
    } else if (!run.len || !memchr(run.at, '@', run.len)) {
        while (run.len && !is_address(run)) {
            size_t len = 0;

            while (len < run.len && !is_among(run.at[len], "[](),:;/|"))
                len++;
            read_piece(r, (struct str){run.at, len});
            r->sentence += len < run.len && run.at[len] == ';';
            len += len < run.len;
            run = (struct str){run.at + len, run.len - len};
        }
        read_piece(r, run);
    }
    r->sentence += ends;
}

size_t bounce_words_of(const struct bounce_lexicon *lexicon, struct arena *arena, struct str text,
                       const struct bounce_word **out)
{
    struct reading r = {.lexicon = lexicon, .words = ARENA_ARRAY(arena, struct bounce_word, text.len / 2 + 1)};
    size_t len;

    for (size_t i = 0; i < text.len; i += len + 1) {
        for (len = 0; i + len < text.len && !is_among(text.at[i + len], " \t\r\n\f\v") && text.at[i + len];)
            len++;
        if (len)
            read_run(&r, (struct str){text.at + i, len});
    }
    *out = r.words;
    return r.count;
}
