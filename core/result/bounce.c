/* core/result/bounce.c - finds the cause of a rejection, and the published rule behind it. */
#include "core/result/bounce.h"

#include <assert.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/records/bounce_words.h"
#include "core/result/bounce_reply.h"

#define W(class) (UINT64_C(1) << WORD_##class)
#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { ALL_OF_MAX = 5 };

/* What a text may give a result of. */
enum topic { TOPIC_NONE, TOPIC_ADVICE, TOPIC_SPF, TOPIC_DKIM, TOPIC_DMARC, TOPIC_COUNT };

struct cause {
    enum check_id check;
    enum topic topic;
    enum bounce_other other;
    const char *text; /* of `other` */
    uint64_t none_of, all_of[ALL_OF_MAX];
};

static const struct cause causes[] = {
#define CAUSE(check, topic, none_of, ...) {check, topic, BOUNCE_OTHER_NONE, NULL, none_of, {__VA_ARGS__}},
#define OTHER(kind, text, none_of, ...) {CHECK_COUNT, TOPIC_NONE, BOUNCE_OTHER_##kind, text, none_of, {__VA_ARGS__}},
#define CODE(code, check)
#include "core/result/bounce_causes.def"
#undef CAUSE
#undef OTHER
#undef CODE
};

static const struct {
    const char *code; /* without its class */
    enum check_id check;
} codes[] = {
#define CAUSE(check, topic, none_of, ...)
#define OTHER(kind, text, none_of, ...)
#define CODE(code, check) {code, check},
#include "core/result/bounce_causes.def"
#undef CAUSE
#undef OTHER
#undef CODE
};

static const uint64_t topic_words[TOPIC_COUNT] = {[TOPIC_SPF] = W(SPF), [TOPIC_DKIM] = W(DKIM), [TOPIC_DMARC] = W(DMARC)};

/* ---- sentences ---- */

struct sentence {
    uint64_t classes;
    bool fails[TOPIC_COUNT]; /* it says in so many words that this failed */
};

struct text {
    struct sentence *sentences;
    size_t count;
    uint64_t classes; /* of all of them */
    bool passed[TOPIC_COUNT], failed[TOPIC_COUNT];
};

/* "SPF=Pass", "DKIM = did not pass", "SPF [example.org] with ip: 192.0.2.1 = did not pass": the next result behind the word,
 * before another mechanism is named. */
static void read_result(struct text *text, const struct bounce_word *words, size_t count, size_t at, enum topic topic)
{
    bool negated = false;

    for (size_t i = at + 1; i < count && words[i].sentence == words[at].sentence; i++) {
        if (words[i].classes & (W(SPF) | W(DKIM) | W(DMARC)))
            return;
        negated = negated || words[i].classes & W(NO);
        if (words[i].classes & W(RESULT) || (words[i].classes & W(PASS) && negated)) {
            text->failed[topic] = text->sentences[words[at].sentence].fails[topic] = true;
            return;
        }
        if (words[i].classes & W(PASS)) {
            text->passed[topic] = true;
            return;
        }
    }
}

static struct text read_text(const struct bounce_lexicon *lexicon, struct arena *arena, struct str said)
{
    const struct bounce_word *words;
    size_t count = bounce_words_of(lexicon, arena, said, &words);
    struct text text = {.count = count ? words[count - 1].sentence + 1 : 0};

    text.sentences = ARENA_ARRAY(arena, struct sentence, text.count + 1);
    for (size_t i = 0; i < count; i++) {
        text.sentences[words[i].sentence].classes |= words[i].classes;
        text.classes |= words[i].classes;
        for (enum topic topic = TOPIC_SPF; topic < TOPIC_COUNT; topic++)
            if (words[i].classes & topic_words[topic])
                read_result(&text, words, count, i, topic);
    }
    return text;
}

/* ---- causes ---- */

static bool holds(const struct cause *cause, uint64_t classes)
{
    if (classes & cause->none_of)
        return false;
    for (size_t i = 0; i < ALL_OF_MAX && cause->all_of[i]; i++)
        if (!(classes & cause->all_of[i]))
            return false;
    return true;
}

/* Rejections for something else end in advice ("see our page on SPF, DKIM and PTR"), or name a mechanism where they only
 * mean a domain ("an unusual rate of mail from your DKIM domain"). */
static bool is_advice(const struct text *text, const struct sentence *sentence)
{
    static const uint64_t something_else = W(SPAM) | W(RATE) | W(REPUTATION) | W(QUOTA) | W(MAILBOX);
    bool says_so = sentence->classes & (W(NO) | W(BAD) | W(RESULT) | W(MATCH));

    if (sentence->classes & (W(RATE) | W(REPUTATION)))
        return !(sentence->classes & W(NO));
    return !says_so && (sentence->classes & W(SEE) || text->classes & something_else);
}

static bool is_cause(const struct text *text, const struct sentence *sentence, const struct cause *cause)
{
    if (!holds(cause, sentence->classes) || sentence->classes & W(SCORE))
        return false;
    if (cause->topic == TOPIC_NONE)
        return true;
    if (cause->topic == TOPIC_ADVICE)
        return !is_advice(text, sentence);
    if (sentence->fails[cause->topic])
        return true;
    return !text->failed[cause->topic] && !text->passed[cause->topic] && !is_advice(text, sentence);
}

static void add_check(struct bounce *bounce, enum check_id check)
{
    for (size_t i = 0; i < bounce->check_count; i++)
        if (strcmp(check_of(bounce->checks[i])->group, check_of(check)->group) == 0)
            return;
    if (bounce->check_count < BOUNCE_CHECKS_MAX)
        bounce->checks[bounce->check_count++] = check;
}

static void find_causes(struct bounce *bounce, const struct text *text)
{
    if (text->classes & W(VERIFY)) /* the receiver asked about an address, and was refused itself */
        return;
    for (size_t i = 0; i < COUNT(causes); i++)
        for (size_t s = 0; causes[i].other == BOUNCE_OTHER_NONE && s < text->count; s++)
            if (is_cause(text, &text->sentences[s], &causes[i]))
                add_check(bounce, causes[i].check);
}

static enum bounce_other find_other(const struct text *text)
{
    for (size_t i = 0; i < COUNT(causes); i++)
        for (size_t s = 0; causes[i].other != BOUNCE_OTHER_NONE && s < text->count; s++)
            if (holds(&causes[i], text->sentences[s].classes))
                return causes[i].other;
    return BOUNCE_OTHER_NONE;
}

const char *bounce_other_text(enum bounce_other other)
{
    for (size_t i = 0; i < COUNT(causes); i++)
        if (causes[i].other == other && other != BOUNCE_OTHER_NONE)
            return causes[i].text;
    return NULL;
}

/* ---- receivers and their rules ---- */

static bool is_word(char c)
{
    return ascii_is_digit(c) || ascii_is_letter(c);
}

/* Whole words only, so that "me.com" is not found in "some.com". */
static bool contains(struct str text, struct str what)
{
    for (size_t i = 0; i + what.len <= text.len; i++)
        if (str_equal_nocase((struct str){text.at + i, what.len}, what) && (i == 0 || !is_word(text.at[i - 1]) || !is_word(what.at[0])))
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

/* Is the host below one of the domains of `list`, "|" between them? */
static bool is_below(struct str host, const char *list)
{
    while (*list) {
        size_t len = strcspn(list, "|");

        if (len <= host.len && str_equal_nocase((struct str){host.at + host.len - len, len}, (struct str){list, len}) &&
            (len == host.len || host.at[host.len - len - 1] == '.'))
            return true;
        list += len + (list[len] == '|');
    }
    return false;
}

static const struct receiver *find_receiver(struct str host, struct str said)
{
    for (size_t i = 0; host.len && i < receiver_count(); i++)
        if (is_below(host, receiver_at(i)->hosts))
            return receiver_at(i);
    for (size_t i = 0; i < receiver_count(); i++)
        if (contains_any(said, receiver_at(i)->marks, '|'))
            return receiver_at(i);
    return NULL;
}

/* Several entries of the data may speak for one receiver: those with the same hosts. */
static bool speaks_for(const struct receiver *entry, const struct receiver *author)
{
    return entry == author || (*entry->hosts && strcmp(entry->hosts, author->hosts) == 0);
}

/* X.7.20 and above, and X.1.8, say one thing wherever they are registered; those below stand for anything.  (RFC 7372) */
static bool is_telling(const char *code)
{
    const char *subject = code ? code + 1 : "", *detail = code ? strrchr(code, '.') + 1 : "";

    return strcmp(subject, ".1.8") == 0 || (strncmp(subject, ".7.", 3) == 0 && strlen(detail) >= 2 && (detail[0] >= '2' || detail[2]));
}

static bool has_code(const struct receiver_rule *rule, const char *code)
{
    return is_telling(code) && contains_any((struct str){rule->codes, strlen(rule->codes)}, code, ' ');
}

static bool is_about(const struct bounce *bounce, const struct receiver_rule *rule)
{
    enum check_id check;

    if (!check_from_name(receiver_rule_check(rule), &check))
        return false;
    for (size_t i = 0; i < bounce->check_count; i++)
        if (strcmp(check_of(bounce->checks[i])->group, check_of(check)->group) == 0)
            return true;
    return false;
}

static bool is_told(const struct receiver_rule *const *rules, size_t count, const struct receiver_rule *rule)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(rules[i]->words, rule->words) == 0)
            return true;
    return false;
}

/* The receiver's own words for it ("DY-001"), where the general ones tell nothing. */
static void find_by_phrase(struct bounce *bounce, struct str said)
{
    enum check_id check;

    for (size_t i = 0; bounce->receiver && i < receiver_rule_count(); i++) {
        const struct receiver_rule *rule = receiver_rule_at(i);

        if (speaks_for(receiver_at(rule->receiver), bounce->receiver) && contains_any(said, rule->phrases, '|') &&
            check_from_name(receiver_rule_check(rule), &check))
            add_check(bounce, check);
    }
}

static void find_by_code(struct bounce *bounce)
{
    enum check_id check;

    for (size_t i = 0; bounce->receiver && i < receiver_rule_count(); i++) {
        const struct receiver_rule *rule = receiver_rule_at(i);

        if (speaks_for(receiver_at(rule->receiver), bounce->receiver) && has_code(rule, bounce->code) && check_from_name(receiver_rule_check(rule), &check))
            add_check(bounce, check);
    }
    for (size_t i = 0; !bounce->check_count && bounce->code && i < COUNT(codes); i++)
        if (strcmp(bounce->code + 2, codes[i].code) == 0)
            add_check(bounce, codes[i].check);
    bounce->by_code = bounce->check_count > 0;
}

static size_t collect_rules(const struct receiver_rule **rules, const struct bounce *bounce, struct str said, bool by_phrase)
{
    size_t count = 0;

    for (size_t i = 0; bounce->receiver && i < receiver_rule_count(); i++) {
        const struct receiver_rule *rule = receiver_rule_at(i);
        bool fits = by_phrase ? contains_any(said, rule->phrases, '|') : has_code(rule, bounce->code);

        if (fits && speaks_for(receiver_at(rule->receiver), bounce->receiver) && is_about(bounce, rule) && !is_told(rules, count, rule))
            rules[count++] = rule;
    }
    return count;
}

struct bounce bounce_explain(const struct bounce_lexicon *lexicon, struct arena *arena, struct str text)
{
    struct bounce bounce = {.ip = {.family = IP_NONE}};
    const struct receiver_rule **rules;
    struct bounce_reply reply;
    struct text said;

    if (text.len > BOUNCE_BYTES_MAX)
        text.len = BOUNCE_BYTES_MAX;
    reply = bounce_reply(arena, text);
    bounce.host = reply.host;
    bounce.local = reply.local;
    if (reply.local)
        return bounce;
    bounce.code = reply.code;
    bounce.ip = reply.sender;
    bounce.receiver = find_receiver(reply.host, reply.text);
    said = read_text(lexicon, arena, reply.text);
    find_causes(&bounce, &said);
    if (!bounce.check_count)
        find_by_phrase(&bounce, reply.text);
    if (!bounce.check_count)
        bounce.other = find_other(&said);
    if (!bounce.check_count && bounce.other == BOUNCE_OTHER_NONE)
        find_by_code(&bounce);
    rules = ARENA_ARRAY(arena, const struct receiver_rule *, receiver_rule_count() + 1);
    bounce.rules = rules;
    bounce.rule_count = collect_rules(rules, &bounce, reply.text, true);
    if (!bounce.rule_count)
        bounce.rule_count = collect_rules(rules, &bounce, reply.text, false);
    return bounce;
}
