/* core/records/dmarc_mend.c - mends DMARC records. */
#include "core/records/dmarc_mend.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/list_text.h"
#include "core/records/dmarc_record.h"
#include "core/records/tag_mend.h"

static const char *const names[] = {"p",  "sp",  "np", "rua", "ruf", "adkim", "aspf",
                                    "fo", "pct", "rf", "ri",  "t",   "psd",   NULL};
static const char *const uri_tags[] = {"rua", "ruf", NULL};
static const struct tag_dialect dialect = {
    .version = "DMARC1", .family = "DMARC", .names = names, .uri_tags = uri_tags};

/* ---- values ---- */

static size_t lesser(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many letters must be changed, added or taken away to make the word of a policy of the text. */
static size_t distance(const char *text, const char *word)
{
    size_t row[sizeof "quarantine"], text_len = strlen(text), word_len = strlen(word);

    for (size_t k = 0; k <= word_len; k++)
        row[k] = k;
    for (size_t i = 1; i <= text_len; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t k = 1; k <= word_len; k++) {
            bool same = str_equal_nocase((struct str){text + i - 1, 1}, (struct str){word + k - 1, 1});
            size_t changed = diagonal + !same;

            diagonal = row[k];
            row[k] = lesser(changed, lesser(row[k], row[k - 1]) + 1);
        }
    }
    return row[word_len];
}

/* NULL: no policy is near. */
static const char *policy_meant(const char *value)
{
    for (enum dmarc_policy policy = DMARC_NONE; policy <= DMARC_REJECT; policy++)
        if (distance(value, dmarc_policy_word(policy)) <= strlen(dmarc_policy_word(policy)) / 4)
            return dmarc_policy_word(policy);
    return NULL;
}

/* One that is near none stays, and is a fault of the mended record, too. */
static void mend_policy(struct dmarc_mended *out, struct mended_tag *tag)
{
    const char *meant;

    if (dmarc_policy_of(str_of(tag->value)) != DMARC_UNSAID)
        return;
    meant = policy_meant(tag->value);
    if (meant) {
        out->guessed_policy = true;
        tag->value = meant;
    }
}

/* Words for the letters of a record; "": no such letter. */
static const char *letter_meant(const char *name, const char *value)
{
    static const struct {
        const char *names, *words, *letter;
    } all[] = {
        {"adkim aspf", "r relaxed relax", "r"}, {"adkim aspf", "s strict", "s"}, {"t psd", "y yes true 1", "y"},
        {"t psd", "n no false 0", "n"},         {"psd", "u unknown", "u"},
    };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct str words = str_of(all[i].words);

        if (!str_find(str_of(all[i].names), str_of(name)))
            continue;
        while (words.len > 0) {
            const char *blank = memchr(words.at, ' ', words.len);
            struct str word = {words.at, blank ? (size_t)(blank - words.at) : words.len};

            if (str_equal_nocase(word, str_of(value)))
                return all[i].letter;
            words = (struct str){word.at + word.len + (blank != NULL), words.len - word.len - (blank != NULL)};
        }
    }
    return "";
}

/* "1,d" is "1:d"; "": it holds something else. */
static const char *options_meant(struct arena *arena, const char *value)
{
    struct list_text list = list_text(arena, ":", SIZE_MAX);

    for (; *value; value++) {
        if (strchr("01dsDS", *value))
            list_add(&list, str_text(arena, (struct str){value, 1}));
        else if (!strchr(":,; /", *value))
            return "";
    }
    return list_end(&list);
}

/* "50" or "50%": anything else is no share, and readers take all of the mail. */
static bool is_part_of_mail(const char *pct)
{
    size_t digits = strspn(pct, "0123456789");

    return digits > 0 && strtoul(pct, NULL, 10) < 100 && (!pct[digits] || strcmp(pct + digits, "%") == 0);
}

/* RFC 9989 has no pct: a share of the mail was a test, and t=y is what it has for tests. */
static void mend_share(struct arena *arena, struct tag_mended *m)
{
    const char *pct = tag_mended_value(m, "pct"), *p = tag_mended_value(m, "p");

    if (!pct || strcmp(pct, "100") == 0)
        return;
    tag_mended_drop(m, "pct");
    if (is_part_of_mail(pct) && p && dmarc_policy_of(str_of(p)) > DMARC_NONE && !tag_mended_value(m, "t"))
        tag_mended_put(arena, m, m->count, "t", "y");
}

static void mend_values(struct arena *arena, struct dmarc_mended *out, struct tag_mended *m)
{
    for (size_t i = 0; i < m->count; i++) {
        struct mended_tag *tag = &m->tags[i];
        const char *old = tag->value;

        if (strcmp(tag->name, "p") == 0 || strcmp(tag->name, "sp") == 0 || strcmp(tag->name, "np") == 0)
            mend_policy(out, tag);
        else if (strcmp(tag->name, "adkim") == 0 || strcmp(tag->name, "aspf") == 0 || strcmp(tag->name, "t") == 0 ||
                 strcmp(tag->name, "psd") == 0)
            tag->value = letter_meant(tag->name, old);
        else if (strcmp(tag->name, "fo") == 0)
            tag->value = options_meant(arena, old);
        if (!str_equal_nocase(str_of(old), str_of(tag->value)))
            m->slips |= SLIP_VALUE;
    }
    for (size_t i = 0; i < m->count; i++)
        if (!m->tags[i].value[0]) /* without a value that could be meant, the default holds today, too */
            tag_mended_drop(m, m->tags[i--].name);
    mend_share(arena, m);
}

/* "policy=reject" is an unknown tag. */
static void mend_names(struct dmarc_mended *out, struct tag_mended *m)
{
    for (size_t i = 0; i < m->count && !tag_mended_value(m, "p"); i++) {
        if (!str_equal_nocase(str_of(m->tags[i].name), str_of("policy")) ||
            dmarc_policy_of(str_of(m->tags[i].value)) == DMARC_UNSAID)
            continue;
        m->tags[i].name = "p";
        out->guessed_policy = true;
    }
}

/* p follows v: RFC 7489 6.4 has it there. */
static void put_policy_second(struct arena *arena, struct tag_mended *m)
{
    const char *p = tag_mended_value(m, "p");

    tag_mended_drop(m, "p");
    tag_mended_put(arena, m, 1, "p", p ? p : "none");
}

/* ---- records ---- */

static bool is_fault(enum dmarc_remark_kind kind)
{
    return kind <= DMARC_BAD_URI || kind == DMARC_PCT_PARTIAL;
}

static bool is_clean(struct arena *arena, const char *text)
{
    struct dmarc_record r = dmarc_record_parse(arena, str_of(text));

    for (size_t i = 0; i < r.remark_count; i++)
        if (is_fault(r.remarks[i].kind))
            return false;
    return true;
}

struct dmarc_mended dmarc_mend(struct arena *arena, struct str text)
{
    struct tag_mended m = tag_mend(arena, text, &dialect);
    struct dmarc_mended out = {.slips = m.slips};

    if (m.unclear)
        return out;
    mend_names(&out, &m);
    mend_values(arena, &out, &m);
    put_policy_second(arena, &m);
    out.slips = m.slips;
    out.text = tag_mended_text(arena, &m);
    if (m.unclear || !is_clean(arena, out.text))
        out.text = NULL;
    return out;
}

bool dmarc_looks_like_record(struct arena *arena, struct str text)
{
    struct tag_mended m;
    const char *p;

    if (dmarc_is_record(text))
        return false;
    m = tag_mend(arena, text, &dialect);
    if (m.has_version)
        return true;
    p = tag_mended_value(&m, "p");
    return !m.unclear &&
           ((p && (dmarc_policy_of(str_of(p)) != DMARC_UNSAID || policy_meant(p))) || tag_mended_value(&m, "rua"));
}
