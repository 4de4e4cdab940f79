/* core/result/bounce.c - finds who wrote a rejection, its cause, and the published rule behind it. */
#include "core/result/bounce.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/result/bounce_reply.h"

static bool is_word(char c)
{
    return ascii_is_digit(c) || ascii_is_letter(c);
}

/* A text in which hundreds of others are looked for, few of which are
 * there: the pairs of letters that it has tell most of them apart. */
struct haystack {
    struct str text;
    uint64_t pairs[64];
};

static unsigned pair_at(const char *at)
{
    unsigned first = (unsigned char)at[0] | 32, second = (unsigned char)at[1] | 32; /* without regard to case */

    return (first * 67 + second) & 4095;
}

static struct haystack haystack_of(struct str text)
{
    struct haystack hay = {.text = text};

    for (size_t i = 0; i + 1 < text.len; i++)
        hay.pairs[pair_at(text.at + i) >> 6] |= UINT64_C(1) << (pair_at(text.at + i) & 63);
    return hay;
}

static bool has_pairs(const struct haystack *hay, struct str what)
{
    for (size_t i = 0; i + 1 < what.len; i++)
        if (!(hay->pairs[pair_at(what.at + i) >> 6] & UINT64_C(1) << (pair_at(what.at + i) & 63)))
            return false;
    return true;
}

/* Whole words only, so that "me.com" is not found in "some.com". */
static bool contains(const struct haystack *hay, struct str what)
{
    struct str text = hay->text;

    if (!has_pairs(hay, what))
        return false;
    for (size_t i = 0; i + what.len <= text.len; i++)
        if (str_equal_nocase((struct str){text.at + i, what.len}, what) &&
            (i == 0 || !is_word(text.at[i - 1]) || !is_word(what.at[0])))
            return true;
    return false;
}

/* Any of the parts of `list`, "|" between them. */
static bool contains_any(const struct haystack *hay, const char *list)
{
    while (*list) {
        size_t len = strcspn(list, "|");

        if (len && contains(hay, (struct str){list, len}))
            return true;
        list += len + (list[len] == '|');
    }
    return false;
}

/* Is the code one of those in `list`, blanks between them? */
static bool lists_code(const char *list, const char *code)
{
    size_t len = strlen(code);

    while (*list) {
        size_t one = strcspn(list, " ");

        if (one == len && memcmp(list, code, len) == 0)
            return true;
        list += one + (list[one] == ' ');
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

static const struct receiver *find_receiver(struct str host, const struct haystack *said)
{
    for (size_t i = 0; host.len && i < receiver_count(); i++)
        if (is_below(host, receiver_at(i)->hosts))
            return receiver_at(i);
    for (size_t i = 0; i < receiver_count(); i++)
        if (contains_any(said, receiver_at(i)->marks))
            return receiver_at(i);
    return NULL;
}

/* Several entries of the data may speak for one receiver: those with the same hosts. */
static bool speaks_for(const struct receiver *entry, const struct receiver *author)
{
    return entry == author || (*entry->hosts && strcmp(entry->hosts, author->hosts) == 0);
}

/* X.7.20 and above, and X.1.8, say one thing wherever they are
 * registered; those below stand for anything.  (RFC 7372) */
static bool is_telling(const char *code)
{
    const char *subject = code ? code + 1 : "", *detail = code ? strrchr(code, '.') + 1 : "";

    return strcmp(subject, ".1.8") == 0 ||
           (strncmp(subject, ".7.", 3) == 0 && strlen(detail) >= 2 && (detail[0] >= '2' || detail[2]));
}

static bool has_code(const struct receiver_rule *rule, const char *code)
{
    return is_telling(code) && lists_code(rule->codes, code);
}

static bool is_about(const struct bounce *bounce, const struct receiver_rule *rule)
{
    enum check_id check;

    if (!check_from_name(receiver_rule_check(rule), &check))
        return false;
    for (size_t i = 0; i < bounce->causes.count; i++)
        if (strcmp(check_of(bounce->causes.checks[i])->group, check_of(check)->group) == 0)
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
static void find_by_phrase(struct bounce *bounce, const struct haystack *said)
{
    enum check_id check;

    for (size_t i = 0; bounce->receiver && i < receiver_rule_count(); i++) {
        const struct receiver_rule *rule = receiver_rule_at(i);

        if (speaks_for(receiver_at(rule->receiver), bounce->receiver) && contains_any(said, rule->phrases) &&
            check_from_name(receiver_rule_check(rule), &check))
            bounce_add_cause(&bounce->causes, check);
    }
}

static void find_by_code(struct bounce *bounce)
{
    enum check_id check;

    for (size_t i = 0; bounce->receiver && i < receiver_rule_count(); i++) {
        const struct receiver_rule *rule = receiver_rule_at(i);

        if (speaks_for(receiver_at(rule->receiver), bounce->receiver) && has_code(rule, bounce->code) &&
            check_from_name(receiver_rule_check(rule), &check))
            bounce_add_cause(&bounce->causes, check);
    }
    if (!bounce->causes.count && bounce->code)
        bounce_add_code(&bounce->causes, bounce->code);
    bounce->by_code = bounce->causes.count > 0;
}

static size_t collect_rules(const struct receiver_rule **rules, const struct bounce *bounce,
                            const struct haystack *said, bool by_phrase)
{
    size_t count = 0;

    for (size_t i = 0; bounce->receiver && i < receiver_rule_count(); i++) {
        const struct receiver_rule *rule = receiver_rule_at(i);
        bool fits = by_phrase ? contains_any(said, rule->phrases) : has_code(rule, bounce->code);

        if (fits && speaks_for(receiver_at(rule->receiver), bounce->receiver) && is_about(bounce, rule) &&
            !is_told(rules, count, rule))
            rules[count++] = rule;
    }
    return count;
}

struct bounce bounce_explain(const struct bounce_lexicon *lexicon, struct arena *arena, struct str text)
{
    struct bounce bounce = {.ip = {.family = IP_NONE}};
    const struct receiver_rule **rules;
    struct bounce_reply reply;
    struct haystack hay;

    if (text.len > BOUNCE_BYTES_MAX)
        text.len = BOUNCE_BYTES_MAX;
    reply = bounce_reply(arena, text);
    bounce.host = reply.host;
    bounce.local = reply.local;
    if (reply.local)
        return bounce;
    bounce.code = reply.code;
    bounce.ip = reply.sender;
    hay = haystack_of(reply.text);
    bounce.receiver = find_receiver(reply.host, &hay);
    bounce.causes = bounce_causes_of(lexicon, arena, reply.text);
    if (!bounce.causes.count)
        find_by_phrase(&bounce, &hay);
    if (!bounce.causes.count && bounce.causes.other == BOUNCE_OTHER_NONE)
        find_by_code(&bounce);
    rules = ARENA_ARRAY(arena, const struct receiver_rule *, receiver_rule_count() + 1);
    bounce.rules = rules;
    bounce.rule_count = collect_rules(rules, &bounce, &hay, true);
    if (!bounce.rule_count)
        bounce.rule_count = collect_rules(rules, &bounce, &hay, false);
    return bounce;
}
