/* core/records/spf_repair.c - the terms of a text that was meant as an SPF record. */
#include "core/records/spf_repair.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/records/spf_record.h"
#include "core/records/spf_repair_internal.h"

/* Ways to part one word are tried in turn, and hostile words have many. */
enum { TRIES = 4000, PARTS = 64, WORD_MAX = 1024 };

struct mender {
    struct arena *arena;
    struct spf_repair *repair;
    size_t tries;
};

struct parts { /* of a word: each a sound term */
    struct str at[PARTS];
    size_t count;
};

/* ---- what a person takes for a term ---- */

/* How the names of terms are spelled, too; a name has the same length as what stands in the text. */
static const struct {
    const char *written, *meant;
    bool needs_value;
} names[] = {
    {"all", "all", false},
    {"include", "include:", true},
    {"includes", "include:", true},
    {"inlcude", "include:", true},
    {"incldue", "include:", true},
    {"inculde", "include:", true},
    {"a", "a:", false},
    {"mx", "mx:", false},
    {"ptr", "ptr:", false},
    {"ip4", "ip4:", true},
    {"ipv4", "ip4:", true},
    {"ip-4", "ip4:", true},
    {"ip", "ip4:", true},
    {"ip6", "ip6:", true},
    {"ipv6", "ip6:", true},
    {"ip-6", "ip6:", true},
    {"exists", "exists:", true},
    {"exist", "exists:", true},
    {"redirect", "redirect=", true},
    {"redirects", "redirect=", true},
    {"exp", "exp=", true},
};
enum { NAMES = sizeof names / sizeof *names, NO_NAME = NAMES };

static struct str from(struct str s, size_t at)
{
    return (struct str){s.at + at, s.len - at};
}

static bool is_one_of(struct str text, size_t at, const char *characters)
{
    return at < text.len && text.at[at] && strchr(characters, text.at[at]);
}

static bool is_qualifier(struct str text, size_t at)
{
    return is_one_of(text, at, "+-~?");
}

/* The name that the text begins with, behind its qualifiers; *end is behind it. */
static size_t name_at(struct str word, size_t *end)
{
    size_t at = 0;

    while (is_qualifier(word, at))
        at++;
    *end = at;
    while (*end < word.len && (ascii_is_letter(word.at[*end]) || ascii_is_digit(word.at[*end]) ||
                               (word.at[*end] == '-' && *end - at == strlen("ip"))))
        ++*end;
    for (size_t i = 0; i < NAMES; i++)
        if (str_equal_nocase((struct str){word.at + at, *end - at}, str_of(names[i].written)))
            return i;
    return NO_NAME;
}

static bool is_sound(struct str word)
{
    return word.len && !spf_term_parse(word).fault;
}

static size_t macro_end(struct str word, size_t at)
{
    while (at < word.len && word.at[at] != '}')
        at++;
    return at;
}

/* The next of `characters` at or behind `at`, outside macros; the length where there is none. */
static size_t find_outside_macros(struct str word, size_t at, const char *characters)
{
    for (; at < word.len; at++) {
        if (word.at[at] == '%' && is_one_of(word, at + 1, "{"))
            at = macro_end(word, at);
        else if (is_one_of(word, at, characters))
            return at;
    }
    return word.len;
}

static bool ends_in_nocase(struct str word, const char *end)
{
    size_t len = strlen(end);

    return word.len > len && str_equal_nocase(from(word, word.len - len), str_of(end));
}

/* Legal by the grammar, and surely not meant: "include=x", "include:x-all", "a:x,mx", "include:xinclude:y". */
static bool is_odd(struct str word)
{
    struct spf_term term = spf_term_parse(word);
    size_t end, colon;

    if (str_equal_nocase(word, str_of("v=spf1")))
        return true;
    if (term.kind == SPF_TERM_OTHER_MODIFIER)
        return name_at(word, &end) != NO_NAME && is_one_of(word, end, "=");
    if (!term.has_spec)
        return false;
    if (find_outside_macros(term.spec, 0, ",;") != term.spec.len || ends_in_nocase(term.spec, "-all") ||
        is_one_of(term.spec, 0, ":=") || str_starts_nocase(term.spec, "http://") ||
        str_starts_nocase(term.spec, "https://"))
        return true;
    for (colon = find_outside_macros(term.spec, 0, ":="); colon != term.spec.len;
         colon = find_outside_macros(term.spec, colon + 1, ":="))
        for (size_t i = 1; i < NAMES; i++)
            if (ends_in_nocase((struct str){term.spec.at, colon}, names[i].written) && strlen(names[i].written) > 1)
                return true;
    return false;
}

/* ---- one word ---- */

/* Of an address, perhaps with a prefix length; else NULL. */
static const char *address_name(struct str value)
{
    const char *slash = value.len ? memchr(value.at, '/', value.len) : NULL;
    size_t len = slash ? (size_t)(slash - value.at) : value.len;
    char text[IP_TEXT_MAX];
    struct ip ip;

    if (!len || len >= sizeof text || memchr(value.at, '\0', len))
        return NULL;
    memcpy(text, value.at, len);
    text[len] = '\0';
    return !ip_parse(text, &ip) ? NULL : strchr(text, ':') ? "ip6:" : "ip4:";
}

static struct str trimmed(struct str word)
{
    while (word.len && is_one_of(word, word.len - 1, ",;"))
        word.len--;
    return word;
}

/* The value of a term without what people put around it:
 * "[2001:db8::1]", "<mail.example.org>", "https://example.org". */
static struct str value_of(struct str value)
{
    value = trimmed(value);
    if (value.len > 2 && ((value.at[0] == '[' && value.at[value.len - 1] == ']') ||
                          (value.at[0] == '<' && value.at[value.len - 1] == '>')))
        value = (struct str){value.at + 1, value.len - 2};
    if (str_starts_nocase(value, "http://") || str_starts_nocase(value, "https://"))
        value = from(value, find_outside_macros(value, 0, "/") + strlen("//"));
    return value;
}

/* One sound term for a word that is none; empty: no idea. */
static struct str respelled(struct mender *m, struct str word)
{
    struct str sign = {word.at, is_qualifier(word, 0)}, value, all;
    size_t end, name = name_at(word, &end), at = end;
    const char *address;

    while (is_one_of(word, at, ":=;"))
        at++;
    if (at == end && is_one_of(word, at, ".") && address_name(from(word, at + 1)))
        at++;
    value = value_of(from(word, at));
    address = value.len ? address_name(value) : NULL;
    if (name == NO_NAME) { /* perhaps an address alone; behind a sign it may as well be the end of a range */
        value = value_of(word);
        address = address_name(value);
        return address ? str_join(m->arena, (struct str){NULL, 0}, address, value) : (struct str){NULL, 0};
    }
    if (address && at > end && strchr(names[name].meant, ':'))
        return str_join(m->arena, sign, address, value);
    all = trimmed(from(word, end));
    if (strcmp(names[name].meant, "all") == 0)
        return !all.len || str_equal(all, str_of(".")) ? str_join(m->arena, sign, "all", (struct str){NULL, 0})
                                                       : (struct str){NULL, 0};
    if (at == end) /* "mx," */
        return str_join(m->arena, sign, "",
                        (struct str){word.at + sign.len, word.len - sign.len - (word.len - trimmed(word).len)});
    if (!value.len && !names[name].needs_value)
        return str_join(m->arena, sign, "", (struct str){names[name].meant, strlen(names[name].meant) - 1});
    return str_join(m->arena, strchr(names[name].meant, '=') ? (struct str){NULL, 0} : sign, names[name].meant, value);
}

static bool add_part(struct parts *parts, struct str part)
{
    if (parts->count == PARTS)
        return false;
    parts->at[parts->count++] = part;
    return true;
}

static bool mend(struct mender *m, struct str word, struct parts *parts);

/* Could a term begin here? */
static bool may_begin(struct str word)
{
    size_t end;

    return name_at(word, &end) != NO_NAME || is_qualifier(word, 0);
}

/* "ip4:192.0.2.1~all": two terms without a blank. */
static bool part_in_two(struct mender *m, struct str word, struct parts *parts)
{
    for (size_t at = 1; at < word.len; at++) {
        struct str left = {word.at, at}, right = from(word, at);
        size_t before = parts->count;

        if (word.at[at - 1] == '%' && word.at[at] == '{') {
            at = macro_end(word, at);
            continue;
        }
        if (!may_begin(right))
            continue;
        if (m->tries == 0)
            return false;
        m->tries--;
        if (!is_sound(left) || is_odd(left))
            continue;
        if (add_part(parts, left) && mend(m, right, parts))
            return true;
        parts->count = before;
    }
    return false;
}

/* "mx,ip4:192.0.2.1": the parts between separators.  One without a
 * name has that of the part before: "ip4:192.0.2.1,192.0.2.2". */
static bool part_at_separators(struct mender *m, struct str word, struct parts *parts)
{
    size_t start = 0, before = parts->count;

    if (find_outside_macros(word, 0, ",;") == word.len)
        return false;
    while (start <= word.len) {
        size_t end = find_outside_macros(word, start, ",;"), colon, name;
        struct str part = {word.at + start, end - start};

        start = end + 1;
        if (!part.len || mend(m, part, parts))
            continue;
        name = parts->count > before ? name_at(parts->at[parts->count - 1], &colon) : NO_NAME;
        if (name != NO_NAME && is_one_of(parts->at[parts->count - 1], colon, ":") &&
            mend(m, str_join(m->arena, (struct str){parts->at[parts->count - 1].at, colon + 1}, "", part), parts))
            continue;
        parts->count = before;
        return false;
    }
    return true;
}

/* Adds the sound terms that a word consists of; false: it is beyond repair, and nothing is added. */
static bool mend(struct mender *m, struct str word, struct parts *parts)
{
    struct str better;

    if (is_sound(word) && !is_odd(word))
        return add_part(parts, word);
    if (m->tries == 0 || word.len > WORD_MAX)
        return false;
    m->tries--;
    if (part_at_separators(m, word, parts))
        return true;
    better = respelled(m, word);
    if (is_sound(better) && !is_odd(better))
        return add_part(parts, better);
    if (part_in_two(m, word, parts))
        return true;
    return better.len && !str_equal(better, word) && part_in_two(m, better, parts);
}

/* ---- words ---- */

static bool stands_alone(struct mender *m, struct str word)
{
    struct parts parts = {.count = 0};

    return is_sound(word) || mend(m, word, &parts);
}

/* Should the next word be the end of this one?  "include: x",
 * "include :x", "ip4:192.0.2.0 /24", "- all", "ip4 192.0.2.1". */
static bool belongs_together(struct mender *m, struct str word, struct str next, const char **middle)
{
    size_t end, name = name_at(word, &end);

    *middle = "";
    if (is_one_of(next, 0, ":=/"))
        return true;
    if (word.len == 1 && is_qualifier(word, 0)) /* before another term it may as well be a dash */
        return str_starts_nocase(next, "all") && stands_alone(m, next);
    if (is_one_of(word, word.len - 1, "/"))
        return ascii_is_digit(next.at[0]);
    if (is_one_of(word, word.len - 1, ":="))
        return name != NO_NAME && end >= word.len - 2 && !(stands_alone(m, next) && !address_name(value_of(next)));
    if (name == NO_NAME || end < word.len || !names[name].needs_value)
        return false;
    *middle = strchr(names[name].meant, '=') ? "=" : ":";
    return !stands_alone(m, next) || address_name(value_of(next));
}

static bool next_word(struct str text, size_t *at, struct str *word)
{
    size_t start;

    while (*at < text.len && text.at[*at] == ' ')
        ++*at;
    for (start = *at; *at < text.len && text.at[*at] != ' '; ++*at)
        ;
    *word = (struct str){text.at + start, *at - start};
    return word->len > 0;
}

/* Where one quoted string ended and the next began there may be a blank missing, or a term may be cut in two. */
static struct str close_joints(struct mender *m, struct str text)
{
    char *out = arena_alloc(m->arena, text.len + 1);
    size_t len = 0;

    for (size_t i = 0; i < text.len; i++) {
        size_t left = len, right = i + 1;

        if (text.at[i] != SPF_JOINT) {
            out[len++] = text.at[i];
            continue;
        }
        while (left > 0 && out[left - 1] != ' ')
            left--;
        while (right < text.len && text.at[right] != ' ' && text.at[right] != SPF_JOINT)
            right++;
        if (left < len && right > i + 1 && is_sound((struct str){out + left, len - left}) &&
            stands_alone(m, (struct str){text.at + i + 1, right - i - 1}))
            out[len++] = ' ';
    }
    return (struct str){out, len};
}

/* Text that grows by appending. */
struct text {
    char *at;
    size_t len, room;
};

static void append(struct arena *arena, struct text *text, struct str more)
{
    if (text->room - text->len < more.len) {
        char *larger = arena_alloc(arena, text->room = 2 * (text->len + more.len));

        if (text->len)
            memcpy(larger, text->at, text->len);
        text->at = larger;
    }
    if (more.len)
        memcpy(text->at + text->len, more.at, more.len);
    text->len += more.len;
}

static void append_parts(struct arena *arena, struct text *text, const struct parts *parts)
{
    for (size_t i = 0; i < parts->count; i++) {
        if (text->len)
            append(arena, text, str_of(" "));
        append(arena, text, parts->at[i]);
    }
}

/* `written`: with the blanks that were in it. */
static void note_word(struct mender *m, struct str written, const struct parts *parts)
{
    struct text text = {NULL, 0, 0};

    if (parts->count == 1 && str_equal(parts->at[0], written))
        return;
    append_parts(m->arena, &text, parts);
    spf_repair_note(m->repair, parts->count
                                   ? str_printf(m->arena, "\"%s\" should read \"%s\"", str_text(m->arena, written),
                                                str_text(m->arena, (struct str){text.at, text.len}))
                                   : str_printf(m->arena, "\"%s\" belongs nowhere", str_text(m->arena, written)));
}

/* Two records in one text: the end of the first holds for both. */
static struct str with_one_end(struct arena *arena, struct str text)
{
    const struct spf_record *record = spf_record_parse(arena, text);
    struct text one = {NULL, 0, 0};

    append(arena, &one, str_of("v=spf1"));
    for (size_t i = 0; i < record->count; i++) {
        if (record->terms[i].kind == SPF_TERM_ALL)
            continue;
        append(arena, &one, str_of(" "));
        append(arena, &one, record->terms[i].text);
    }
    if (record->all) {
        append(arena, &one, str_of(" "));
        append(arena, &one, record->all->text);
    }
    return (struct str){one.at, one.len};
}

/* The words of `text` as sound terms behind "v=spf1". */
static struct str mend_words(struct mender *m, struct str text, size_t *terms)
{
    bool has_two_records = false;
    struct str word, next;
    struct text record = {NULL, 0, 0};
    size_t at = 0;

    append(m->arena, &record, str_of("v=spf1"));
    for (bool any = next_word(text, &at, &word); any;) {
        struct parts parts = {.count = 0};
        struct str written = word;
        const char *middle;

        while ((any = next_word(text, &at, &next)) && belongs_together(m, word, next, &middle)) {
            word = str_join(m->arena, word, middle, next);
            written = (struct str){written.at, (size_t)(next.at + next.len - written.at)};
        }
        if (str_equal_nocase(word, str_of("v=spf1"))) {
            spf_repair_note(m->repair, *terms ? "two records stand in one text" : "v=spf1 stands there twice");
            has_two_records |= *terms > 0;
        } else if (mend(m, word, &parts) || (is_sound(word) && add_part(&parts, word))) {
            note_word(m, written, &parts);
            append_parts(m->arena, &record, &parts);
            *terms += parts.count;
        } else {
            m->repair->is_hopeless = true;
            spf_repair_note(m->repair, str_printf(m->arena, "\"%s\" is no term", str_text(m->arena, written)));
        }
        word = next;
    }
    if (has_two_records)
        return with_one_end(m->arena, (struct str){record.at, record.len});
    return (struct str){record.at, record.len};
}

/* Without any version: terms and nothing else, with "all" as the last of them. */
static bool is_all_terms(struct str text)
{
    struct str word, last = {NULL, 0};
    size_t count = 0;

    for (size_t at = 0; next_word(text, &at, &word); count++) {
        if (!is_sound(trimmed(word)) || spf_term_parse(trimmed(word)).kind == SPF_TERM_OTHER_MODIFIER)
            return false;
        last = word;
    }
    return count > 1 && spf_term_parse(trimmed(last)).kind == SPF_TERM_ALL;
}

const struct spf_repair *spf_repair(struct arena *arena, struct str txt)
{
    struct spf_repair *repair = ARENA_NEW(arena, struct spf_repair);
    struct mender m = {.arena = arena, .repair = repair, .tries = TRIES};
    struct str text = txt, record;
    size_t terms = 0;

    if (!spf_record_is(txt) || spf_record_parse(arena, txt)->faults)
        text = spf_clean(arena, txt, repair);
    if (!spf_take_version(arena, &text, repair)) {
        if (!is_all_terms(text))
            return NULL;
        spf_repair_note(repair, "v=spf1 is missing");
    }
    record = mend_words(&m, close_joints(&m, text), &terms);
    if (!repair->is_hopeless && repair->fault_count && terms <= SPF_TERMS && !spf_record_parse(arena, record)->faults)
        repair->record = record;
    return repair;
}

const char *spf_repair_text(struct arena *arena, const struct spf_repair *repair)
{
    const char *text = "";

    for (size_t i = 0; i < repair->fault_count; i++)
        text = str_printf(arena, "%s%s%s", text, i ? "; " : "", repair->faults[i]);
    if (repair->faults_left_out)
        text = str_printf(arena, "%s; and %zu more", text, repair->faults_left_out);
    return text;
}
