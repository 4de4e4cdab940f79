/* reports/language/translate.c - says a text in another language.
 *
 * A text may be of one entry; of several, as sentences, or as pieces of a list, stand behind each other; or what a peer
 * said, which has none and stays.
 */
#include "reports/language/catalogue.h"
#include "reports/language/ascii.h"
#include "reports/language/language.h"
#include "reports/language/pieces.h"

#include <stdint.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/list_text.h"

enum {
    EFFORT = 1 << 21, /* steps for a text: some milliseconds at most */
    DEPTH_MAX = 12,   /* of texts within texts */
};

struct work {
    const struct translator *translator;
    size_t effort;
    bool is_lenient; /* about quotation marks */
};

static const char *translated(struct work *, struct str text, unsigned depth);
static const char *of_one_entry(struct work *, struct str text, size_t joint, unsigned depth);

/* ---- saying it */

static void say(struct list_text *out, struct work *work, struct str bytes)
{
    list_add(out, str_text(work->translator->arena, bytes));
}

static void say_words(struct list_text *out, struct work *work, struct str bytes)
{
    if (work->translator->ascii)
        list_add(out, ascii_spelled(work->translator->arena, bytes));
    else
        say(out, work, bytes);
}

static void miss(struct work *work, struct str text)
{
    if (work->translator->hears && is_prose(text))
        work->translator->hears(work->translator->context, str_text(work->translator->arena, text), NULL);
}

/* The last of a list: "a", "a and 3 more", "a and b", "and b". */
static void say_last(struct list_text *out, struct work *work, struct str item, unsigned depth)
{
    static const char word[] = "and ";
    const char *and = str_starts_nocase(item, word) ? item.at : str_find(item, str_of(" and "));
    size_t at = and? (size_t)(and-item.at) + (*and == ' ') : 0;

    if (!and || memchr(item.at, '(', at) || of_one_entry(work, item, JOINT_SENTENCE, depth)) {
        list_add(out, translated(work, item, depth));
        return;
    }
    list_add(out, translated(work, part_of(item, 0, at), depth));
    item = part_of(item, at, item.len);
    if (!of_one_entry(work, item, JOINT_SENTENCE, depth)) {
        list_add(out, translated(work, part_of(item, 0, strlen(word)), depth));
        item = part_of(item, strlen(word), item.len);
    }
    list_add(out, translated(work, item, depth));
}

/* Names, and texts of ours. */
static const char *listed(struct work *work, struct str text, unsigned depth)
{
    struct list_text out = list_text(work->translator->arena, "", SIZE_MAX);
    size_t ends[PIECES_MAX + 1], joint = JOINT_LIST, from = 0;
    size_t count = pieces_of(text, joint, ends);

    if (count == 1)
        count = pieces_of(text, joint = JOINT_COMMA, ends);
    for (size_t i = 0, next; i < count; i = next) {
        const char *said = NULL; /* of an item that has such joints itself */

        for (next = count; !said && next > i + 1; next -= !said)
            said = of_one_entry(work, part_of(text, from, ends[next - 1]), joint, depth + 1);
        if (i)
            list_add(&out, gaps[joint]);
        if (said)
            list_add(&out, said);
        else if (next == count)
            say_last(&out, work, part_of(text, from, text.len), depth + 1);
        else
            list_add(&out, translated(work, part_of(text, from, ends[i]), depth + 1));
        from = behind(text, ends[next - 1], joint);
    }
    return list_end(&out);
}

static const char *argument_said(struct work *work, enum argument_kind kind, struct str argument, unsigned depth)
{
    if (kind == ARGUMENT_TEXT)
        return translated(work, argument, depth + 1);
    if (kind == ARGUMENT_LIST)
        return listed(work, argument, depth + 1);
    return str_text(work->translator->arena, argument);
}

/* Has an argument taken the end of one sentence and the beginning of the next, or a text of ours the like? */
static bool spans_pieces(const struct entry *entry, const struct str arguments[ARGUMENTS_MAX], size_t joint)
{
    size_t ends[PIECES_MAX + 1];

    for (size_t i = 0; i < entry->argument_count; i++)
        if (pieces_of(arguments[i], JOINT_SENTENCE, ends) > 1 ||
            (entry->arguments[i].kind == ARGUMENT_TEXT && pieces_of(arguments[i], joint, ends) > 1))
            return true;
    return false;
}

/* A sentence of ours that stands within another: "What is open: the server ..." for "The server ...". */
static const struct entry *entry_of_sentence(struct work *work, struct str text, struct str arguments[ARGUMENTS_MAX])
{
    char *with_capital;

    if (text.at[0] < 'a' || text.at[0] > 'z' || work->effort <= text.len)
        return NULL;
    work->effort -= text.len;
    with_capital = ARENA_ARRAY(work->translator->arena, char, text.len);
    memcpy(with_capital, text.at, text.len);
    with_capital[0] = (char)(text.at[0] - 'a' + 'A');
    return entry_of(work->translator->language, (struct str){with_capital, text.len}, work->is_lenient, arguments,
                    &work->effort);
}

/* A text that is of one entry as a whole, no argument of which spans such a joint (JOINT_COUNT: or whatever it does);
 * NULL. */
static const char *of_one_entry(struct work *work, struct str text, size_t joint, unsigned depth)
{
    struct str arguments[ARGUMENTS_MAX], others[ARGUMENTS_MAX];
    const struct entry *entry = entry_of(work->translator->language, text, work->is_lenient, arguments, &work->effort),
                       *other = NULL;
    struct list_text out;

    if (text.len && (!entry || entry->argument_count))
        other = entry_of_sentence(work, text, others);
    if (other && (!entry || other->own > entry->own)) {
        entry = other;
        memcpy(arguments, others, other->argument_count * sizeof *others);
    }
    if (!entry || (joint < JOINT_COUNT && spans_pieces(entry, arguments, joint)))
        return NULL;
    out = list_text(work->translator->arena, "", SIZE_MAX);
    for (size_t i = 0; i <= entry->argument_count; i++) {
        size_t which = entry->to.places[i < entry->argument_count ? i : 0];

        say_words(&out, work, entry->to.literals[i]);
        if (i < entry->argument_count)
            list_add(&out, argument_said(work, entry->arguments[which].kind, arguments[which], depth));
    }
    return list_end(&out);
}

static const char *of_pieces(struct work *work, struct str text, size_t joint, unsigned depth);
static const char *of_piece(struct work *work, struct str text, bool *is_ours, unsigned depth);

/* Where "(" of the parenthesis stands that the text ends with; 0: there is none. */
static size_t parenthesis_at(struct str text)
{
    size_t open = 0;

    for (size_t i = text.len; i > 0; i--) {
        open += text.at[i - 1] == ')';
        open -= text.at[i - 1] == '(';
        if (open == 0)
            return text.at[i - 1] == '(' && (i == 1 || text.at[i - 2] == ' ') ? i : 0;
    }
    return 0;
}

/* Where " and 3 more" begins, with which the text ends; 0: it does not. */
static size_t and_more_at(struct str text)
{
    static const char more[] = " more", before[] = " and ";
    size_t at = text.len >= sizeof more ? text.len - (sizeof more - 1) : 0, digits = at;

    if (at == 0 || memcmp(text.at + at, more, sizeof more - 1) != 0)
        return 0;
    while (digits > 0 && ascii_is_digit(text.at[digits - 1]))
        digits--;
    if (digits == at || digits < sizeof before)
        return 0;
    digits -= sizeof before - 1;
    return memcmp(text.at + digits, before, sizeof before - 1) == 0 ? digits : 0;
}

/* Of what it is without its full stop, or "and 3 more"; of what stands before a parenthesis and in it: "no host name
 * (assumed)"; NULL. */
static const char *of_what_is_within(struct work *work, struct str text, unsigned depth)
{
    struct arena *arena = work->translator->arena;
    size_t open = parenthesis_at(text), more = and_more_at(text);
    const char *before = "", *within;
    bool is_ours = false;

    if (depth > DEPTH_MAX || text.len < 2)
        return NULL;
    if (text.at[text.len - 1] == '.') {
        within = of_piece(work, part_of(text, 0, text.len - 1), &is_ours, depth + 1);
        return within && is_ours ? str_printf(arena, "%s.", within) : NULL;
    }
    if (more) {
        before = of_piece(work, part_of(text, 0, more), &is_ours, depth + 1);
        within = of_one_entry(work, part_of(text, more + 1, text.len), JOINT_SENTENCE, depth);
        return before && within ? str_printf(arena, "%s %s", before, within) : NULL;
    }
    if (open == 0)
        return NULL;
    if (open > 2)
        before = of_piece(work, part_of(text, 0, open - 2), &is_ours, depth + 1);
    within = before ? of_piece(work, part_of(text, open, text.len - 1), &is_ours, depth + 1) : NULL;
    return within && is_ours ? str_printf(arena, "%s%s(%s)", before, *before ? " " : "", within) : NULL;
}

/* A piece: of an entry, no text of ours at all, or of smaller pieces; NULL. */
static const char *of_piece(struct work *work, struct str text, bool *is_ours, unsigned depth)
{
    const char *said = of_one_entry(work, text, JOINT_SENTENCE, depth);

    if (!said)
        said = of_pieces(work, text, JOINT_SENTENCE, depth);
    if (!said)
        said = of_what_is_within(work, text, depth);
    *is_ours = *is_ours || said;
    return said || is_prose(text) ? said : str_text(work->translator->arena, text);
}

/* A text whose pieces all are; NULL.  A piece is as long as one entry takes. */
static const char *of_pieces(struct work *work, struct str text, size_t joint, unsigned depth)
{
    size_t ends[PIECES_MAX + 1], count, from = 0;
    struct list_text out;
    bool is_ours = false;

    while (joint < JOINT_COUNT && (count = pieces_of(text, joint, ends)) == 1)
        joint++;
    if (joint >= JOINT_COUNT || work->effort <= text.len)
        return NULL;
    work->effort -= text.len;
    out = list_text(work->translator->arena, "", SIZE_MAX);
    for (size_t i = 0, next; i < count; i = next) {
        const char *said = NULL;

        for (next = count; !said && next > i + 1; next -= !said)
            said = next - i < count ? of_one_entry(work, part_of(text, from, ends[next - 1]), joint, depth) : NULL;
        if (said)
            is_ours = true;
        else
            said = of_piece(work, part_of(text, from, ends[i]), &is_ours, depth);
        if (!said)
            return of_pieces(work, text, joint + 1, depth);
        if (i)
            list_add(&out, gaps[joint]);
        list_add(&out, said);
        from = behind(text, ends[next - 1], joint);
    }
    return is_ours ? list_end(&out) : NULL;
}

/* Sentence by sentence, though not all have an entry. */
static const char *of_sentences(struct work *work, struct str text, unsigned depth)
{
    struct list_text out = list_text(work->translator->arena, " ", SIZE_MAX);
    size_t ends[PIECES_MAX + 1], from = 0;
    size_t count = pieces_of(text, JOINT_SENTENCE, ends);

    for (size_t i = 0, next; i < count; i = next) {
        const char *said = NULL;

        for (next = count; !said && next > i; next -= !said)
            said = of_one_entry(work, part_of(text, from, ends[next - 1]), JOINT_SENTENCE, depth);
        if (!said) {
            struct str sentence = part_of(text, from, ends[i]);

            next = i + 1;
            said = of_pieces(work, sentence, JOINT_SENTENCE + 1, depth);
            if (!said) {
                miss(work, sentence);
                said = str_text(work->translator->arena, sentence);
            }
        }
        list_add(&out, said);
        from = behind(text, ends[next - 1], JOINT_SENTENCE);
    }
    return list_end(&out);
}

/* "good.lab: what is said of it"; NULL. */
static const char *behind_a_name(struct work *work, struct str text, unsigned depth)
{
    size_t ends[PIECES_MAX + 1];
    struct str name;
    const char *label, *said;
    bool is_ours = false;

    pieces_of(text, JOINT_COLON, ends);
    name = part_of(text, 0, ends[0]);
    if (name.len == text.len || is_prose(name) || memchr(name.at, '"', name.len) || work->effort <= text.len)
        return NULL;
    work->effort -= text.len;
    said = of_piece(work, part_of(text, behind(text, name.len, JOINT_COLON), text.len), &is_ours, depth);
    label = of_one_entry(work, name, JOINT_COUNT, depth);
    if (!said || !is_ours)
        return NULL;
    return str_printf(work->translator->arena, "%s: %s",
                      label ? label : str_text(work->translator->arena, name), said);
}

static const char *in_words(struct work *work, struct str text, unsigned depth)
{
    size_t ends[PIECES_MAX + 1];
    const char *said = of_one_entry(work, text, JOINT_SENTENCE, depth);

    if (!said && pieces_of(text, JOINT_STOP, ends) == 1)
        said = behind_a_name(work, text, depth);
    if (!said)
        said = of_pieces(work, text, JOINT_SENTENCE, depth);
    if (!said)
        said = of_what_is_within(work, text, depth);
    if (!said) {
        work->is_lenient = true;
        said = of_one_entry(work, text, JOINT_COUNT, depth);
        work->is_lenient = false;
    }
    return said ? said : of_sentences(work, text, depth);
}

/* Blanks around it stay where they are. */
static const char *translated(struct work *work, struct str text, unsigned depth)
{
    struct list_text out;
    size_t from = 0, to = text.len;
    const char *said;

    while (from < to && is_blank(text.at[from]))
        from++;
    while (to > from && is_blank(text.at[to - 1]))
        to--;
    if (from == to || depth > DEPTH_MAX)
        return str_text(work->translator->arena, text);
    said = in_words(work, part_of(text, from, to), depth);
    if (from == 0 && to == text.len)
        return said;
    out = list_text(work->translator->arena, "", SIZE_MAX);
    say(&out, work, part_of(text, 0, from));
    list_add(&out, said);
    say(&out, work, part_of(text, to, text.len));
    return list_end(&out);
}

const char *in_language(const struct translator *translator, const char *text)
{
    struct work work = {translator, EFFORT, false};
    const char *said;

    if (!translator->language)
        return text;
    said = translated(&work, str_of(text), 0);
    if (translator->hears)
        translator->hears(translator->context, text, said);
    return said;
}

const char *entry_in_language(const struct translator *translator, const char *text)
{
    struct work work = {translator, EFFORT, false};
    const char *said = of_one_entry(&work, str_of(text), JOINT_SENTENCE, 0);

    return said ? said : of_pieces(&work, str_of(text), JOINT_SENTENCE, 0);
}
