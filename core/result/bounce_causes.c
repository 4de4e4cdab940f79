/* core/result/bounce_causes.c - judges the sentences of a rejection by the rules of bounce_causes.def. */
#include "core/result/bounce_causes.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/records/bounce_words.h"

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

static const uint64_t topic_words[TOPIC_COUNT] = {
    [TOPIC_SPF] = W(SPF), [TOPIC_DKIM] = W(DKIM), [TOPIC_DMARC] = W(DMARC)};

/* ---- sentences ---- */

struct sentence {
    uint64_t classes;
    bool fails[TOPIC_COUNT]; /* it says in so many words that this failed */
};

struct spoken {
    struct sentence *sentences;
    size_t count;
    uint64_t classes; /* of all of them */
    bool passed[TOPIC_COUNT], failed[TOPIC_COUNT];
};

/* "SPF=Pass", "DKIM = did not pass", "SPF [example.org] with ip: 192.0.2.1 = did
 * not pass": the next result behind the word, before another mechanism is named. */
static void read_result(struct spoken *text, const struct bounce_word *words, size_t count, size_t at, enum topic topic)
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

static struct spoken read_text(const struct bounce_lexicon *lexicon, struct arena *arena, struct str said)
{
    const struct bounce_word *words;
    size_t count = bounce_words_of(lexicon, arena, said, &words);
    struct spoken text = {.count = count ? words[count - 1].sentence + 1 : 0};

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

/* Rejections for something else end in advice ("see our page on SPF, DKIM and PTR"), or name a
 * mechanism where they only mean a domain ("an unusual rate of mail from your DKIM domain"). */
static bool is_advice(const struct spoken *text, const struct sentence *sentence)
{
    static const uint64_t something_else = W(SPAM) | W(RATE) | W(REPUTATION) | W(QUOTA) | W(MAILBOX);
    bool says_so = sentence->classes & (W(NO) | W(BAD) | W(RESULT) | W(MATCH));

    if (sentence->classes & (W(RATE) | W(REPUTATION)))
        return !(sentence->classes & W(NO));
    return !says_so && (sentence->classes & W(SEE) || text->classes & something_else);
}

static bool is_cause(const struct spoken *text, const struct sentence *sentence, const struct cause *cause)
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

void bounce_add_cause(struct bounce_causes *found, enum check_id check)
{
    for (size_t i = 0; i < found->count; i++)
        if (strcmp(check_of(found->checks[i])->group, check_of(check)->group) == 0)
            return;
    if (found->count < BOUNCE_CHECKS_MAX)
        found->checks[found->count++] = check;
}

void bounce_add_code(struct bounce_causes *found, const char *code)
{
    for (size_t i = 0; i < COUNT(codes); i++)
        if (strcmp(code + 2, codes[i].code) == 0)
            bounce_add_cause(found, codes[i].check);
}

static bool is_spoken_of(const struct spoken *text, const struct cause *cause)
{
    for (size_t s = 0; s < text->count; s++)
        if (cause->other == BOUNCE_OTHER_NONE ? is_cause(text, &text->sentences[s], cause)
                                              : holds(cause, text->sentences[s].classes))
            return true;
    return false;
}

struct bounce_causes bounce_causes_of(const struct bounce_lexicon *lexicon, struct arena *arena, struct str said)
{
    struct spoken text = read_text(lexicon, arena, said);
    struct bounce_causes found = {.count = 0};
    /* the receiver asked about an address elsewhere, and was refused itself */
    bool is_asking = text.classes & W(VERIFY);

    for (size_t i = 0; i < COUNT(causes); i++) {
        bool is_ours = causes[i].other == BOUNCE_OTHER_NONE;

        if ((is_ours ? is_asking : found.other != BOUNCE_OTHER_NONE) || !is_spoken_of(&text, &causes[i]))
            continue;
        if (is_ours)
            bounce_add_cause(&found, causes[i].check);
        else
            found.other = causes[i].other;
    }
    return found;
}

const char *bounce_other_text(enum bounce_other other)
{
    for (size_t i = 0; i < COUNT(causes); i++)
        if (causes[i].other == other && other != BOUNCE_OTHER_NONE)
            return causes[i].text;
    return NULL;
}
