/* probes/generic/generic.c - does a reverse name look generated, or like an access line?  (checks.md, section 5) */
#include "probes/generic/generic.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "probes/generic/generic_filters.h"
#include "probes/generic/generic_forms.h"
#include "probes/generic/generic_providers.h"

enum kind { FULL_IP, PARTIAL_IP, FOUR_NUMBERS, DYNAMIC, UNASSIGNED, SHARED, PROVIDER, BARE, KIND_COUNT };

static const struct {
    const char *name;
    enum kind kind;
} rules[] = {
#define RULE(id, name, kind) [GENERIC_##id] = {name, kind},
#include "probes/generic/generic_rules.def"
#undef RULE
};
_Static_assert(sizeof rules / sizeof *rules == GENERIC_RULE_COUNT, "a line for each rule");

/* The class of a hit of this kind that stands alone. */
static const enum generic_class class_alone[] = {
    [FULL_IP] = GENERIC_MEDIUM,  [PARTIAL_IP] = GENERIC_WEAK,   [FOUR_NUMBERS] = GENERIC_WEAK,
    [DYNAMIC] = GENERIC_MEDIUM,  [UNASSIGNED] = GENERIC_STRONG, [SHARED] = GENERIC_WEAK,
    [PROVIDER] = GENERIC_MEDIUM, [BARE] = GENERIC_WEAK,
};
_Static_assert(sizeof class_alone / sizeof *class_alone == KIND_COUNT, "a class for each kind");

static const struct word {
    const char *text;
    enum generic_rule rule;
} words[] = {
#define WORD(text, rule) {text, GENERIC_##rule},
#define EXEMPTION(text)
#define MAIL_LABEL(text)
#include "probes/generic/generic_words.def"
#undef WORD
#undef EXEMPTION
#undef MAIL_LABEL
};

static const char *const exemptions[] = {
#define WORD(text, rule)
#define EXEMPTION(text) text,
#define MAIL_LABEL(text)
#include "probes/generic/generic_words.def"
#undef WORD
#undef EXEMPTION
#undef MAIL_LABEL
};

static const char *const mail_labels[] = {
#define WORD(text, rule)
#define EXEMPTION(text)
#define MAIL_LABEL(text) text,
#include "probes/generic/generic_words.def"
#undef WORD
#undef EXEMPTION
#undef MAIL_LABEL
};

#define LENGTH(array) (sizeof(array) / sizeof *(array))

struct judging {
    const char *lower;  /* the name; spans point here */
    const char *masked; /* the same, with '!' for what is not searched */
    size_t host_len;    /* up to the dot before the organisational domain */
    bool mail_label;
    struct generic_hit *hits;
    size_t hit_count;
};

const char *generic_class_word(enum generic_class cls)
{
    static const char *const text[] = {"none", "weak", "medium", "strong"};

    return text[cls];
}

/* Escapes ("\032") are single strange octets, and what is behind the "xn--" of an A-label is code: neither digits nor
 * letters mean there what they say.  The dot behind such a label goes with it. */
static const char *mask(struct arena *arena, const char *lower)
{
    const size_t length = strlen(lower);
    char *masked = (char *)arena_alloc(arena, length + 1);

    for (const char *at = lower; *at != '\0';) {
        const char *next = name_parent(at);
        char *label = masked + (at - lower);

        memcpy(label, at, (size_t)(next - at));
        if (strncmp(at, "xn--", 4) == 0 || memchr(at, '\\', (size_t)(next - at)))
            memset(label, '!', (size_t)(next - at));
        at = next;
    }
    return masked;
}

static enum kind kind_of(const char *rule)
{
    for (size_t i = 0; i < LENGTH(rules); i++)
        if (rules[i].name == rule)
            return rules[i].kind;
    return BARE;
}

static void add(struct judging *j, enum generic_rule rule, struct str span)
{
    const enum kind kind = rules[rule].kind;

    if (j->mail_label && (kind == PARTIAL_IP || kind == SHARED))
        return; /* "mx1-24" on 192.0.1.24 is the 24th server of the first kind */
    j->hits[j->hit_count++] = (struct generic_hit){rules[rule].name, span, class_alone[kind]};
}

static bool is_mail_label(const char *host, size_t len)
{
    for (size_t i = 0; i < LENGTH(mail_labels); i++)
        if (strlen(mail_labels[i]) <= len && memcmp(host, mail_labels[i], strlen(mail_labels[i])) == 0)
            return true;
    return false;
}

/* Does the word stand here, ending where a token ends? */
static bool word_at(const char *at, const char *end, const char *word)
{
    const size_t len = strlen(word);

    return (size_t)(end - at) >= len && memcmp(at, word, len) == 0 && (at + len == end || !ascii_is_letter(at[len]));
}

static const struct word *longest_word_at(const char *at, const char *end)
{
    const struct word *found = NULL;

    for (size_t i = 0; i < LENGTH(words); i++)
        if (word_at(at, end, words[i].text) && (!found || strlen(words[i].text) > strlen(found->text)))
            found = &words[i];
    return found;
}

/* The next token of letters, or the end. */
static const char *next_word(const char *at, const char *end)
{
    while (at < end && ascii_is_letter(*at))
        at++;
    while (at < end && !ascii_is_letter(*at))
        at++;
    return at;
}

static const char *first_word(const char *at, const char *end)
{
    return at < end && ascii_is_letter(*at) ? at : next_word(at, end);
}

static void find_words(struct judging *j)
{
    const char *end = j->masked + j->host_len;

    for (const char *at = first_word(j->masked, end); at < end;) {
        const struct word *word = longest_word_at(at, end);

        if (word)
            add(j, word->rule, (struct str){j->lower + (at - j->masked), strlen(word->text)});
        at = next_word(word ? at + strlen(word->text) - 1 : at, end);
    }
}

static const char *find_exemption(const struct judging *j)
{
    const char *end = j->masked + j->host_len;

    for (const char *at = first_word(j->masked, end); at < end; at = next_word(at, end))
        for (size_t i = 0; i < LENGTH(exemptions); i++)
            if (word_at(at, end, exemptions[i]))
                return exemptions[i];
    return NULL;
}

/* An address counts wherever the provider put it: under "compute.amazonaws.com", which is a public suffix of its own,
 * the host part would be empty.  Nobody registers an address in full as a domain, so that is looked for there, too. */
static void find_forms(struct judging *j, struct arena *arena, const struct ip *ip, bool provider)
{
    const bool bare = j->host_len == 0;
    size_t len = j->host_len;

    if (provider)
        len = strlen(j->masked);
    else if (bare && name_labels(j->lower) > 2)
        len = strcspn(j->lower, ".");

    const struct generic_forms forms = generic_forms_in(arena, (struct str){j->masked, len}, ip);
    for (enum generic_rule rule = 0; rule < GENERIC_RULE_COUNT; rule++) {
        const struct str span = forms.span[rule];

        if (span.at && (rules[rule].kind == FULL_IP || (size_t)(span.at - j->masked) + span.len <= j->host_len))
            add(j, rule, (struct str){j->lower + (span.at - j->masked), span.len});
    }
}

enum generic_class generic_combine(const struct generic_hit *hits, size_t count)
{
    bool has[KIND_COUNT] = {false};
    enum generic_class cls = GENERIC_NONE;

    for (size_t i = 0; i < count; i++) {
        has[kind_of(hits[i].rule)] = true;
        cls = hits[i].cls > cls ? hits[i].cls : cls;
    }
    if (has[DYNAMIC] && has[FULL_IP])
        return GENERIC_STRONG;
    if ((has[PARTIAL_IP] || has[FOUR_NUMBERS]) && has[SHARED])
        return cls > GENERIC_MEDIUM ? cls : GENERIC_MEDIUM;
    return cls;
}

static bool has_kind(const struct generic_verdict *verdict, enum kind kind)
{
    for (size_t i = 0; i < verdict->hit_count; i++)
        if (kind_of(verdict->hits[i].rule) == kind)
            return true;
    return false;
}

/* An address in full is medium at least, so it stays weak. */
static void exempt(struct generic_verdict *verdict, const char *word)
{
    if (!word || verdict->cls == GENERIC_NONE || has_kind(verdict, UNASSIGNED))
        return;
    verdict->cls--;
    verdict->exemption = word;
}

struct generic_verdict generic_judge(struct arena *arena, const struct ip *ip, const char *name)
{
    const char *lower = name_lower(arena, name), *org_domain = name_org_domain(lower);
    const size_t length = strlen(lower), before = (size_t)(org_domain - lower);
    struct judging j = {.lower = lower, .masked = mask(arena, lower), .host_len = before > 0 ? before - 1 : 0};
    struct generic_verdict verdict = {.provider = provider_of_default_name(lower),
                                      .by_suffix_list = name_has_suffix_list()};

    j.hits = ARENA_ARRAY(arena, struct generic_hit, GENERIC_RULE_COUNT + length / 2 + 1);
    j.mail_label = is_mail_label(lower, j.host_len);
    find_forms(&j, arena, ip, verdict.provider != NULL);
    find_words(&j);
    if (verdict.provider)
        add(&j, GENERIC_PROVIDER_DEFAULT, (struct str){lower, length});
    if (j.hit_count == 0 && before == 0 && name_is_registered(lower))
        add(&j, GENERIC_NAME_BARE_DOMAIN, (struct str){lower, length});

    verdict.hits = j.hits;
    verdict.hit_count = j.hit_count;
    verdict.cls = generic_combine(j.hits, j.hit_count);
    exempt(&verdict, find_exemption(&j));
    verdict.filters = generic_filters(arena, ip, name, lower, org_domain);
    return verdict;
}
