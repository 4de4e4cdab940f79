/* probes/generic/generic_filters.c - what Haraka, SpamAssassin and rspamd would say to a reverse name. */
#include "probes/generic/generic_filters.h"

#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/str.h"

enum { WHOLE_SUFFIX_LABELS = 2 }; /* Haraka's split of a name for this purpose knows one-label suffixes only */

static bool is_dash(char c)
{
    return c == '.' || c == '-';
}

static const char *find_last(const char *text, const char *part)
{
    const char *last = NULL, *found = text;

    while ((found = strstr(found, part)) != NULL)
        last = found++;
    return last;
}

static void cut_out(char *text, const char *at, size_t len)
{
    char *from = text + (at - text);

    memmove(from, from + len, strlen(from + len) + 1);
}

/* Two octets anywhere in the text, not overlapping: the longer one is looked for first. */
static bool has_octets(const char *text, unsigned first, unsigned second)
{
    char rest[NAME_TEXT_MAX], a[12], b[12];
    const char *found;

    snprintf(a, sizeof a, "%u", first);
    snprintf(b, sizeof b, "%u", second);
    memcpy(rest, text, strlen(text) + 1);
    found = strlen(b) >= strlen(a) ? find_last(rest, b) : strstr(rest, a);
    if (!found)
        return false;
    cut_out(rest, found, strlen(b) >= strlen(a) ? strlen(b) : strlen(a));
    return find_last(rest, strlen(b) >= strlen(a) ? a : b) != NULL;
}

/* The four octets in hexadecimal, anywhere and in any order. */
static bool has_hex_octets(const char *text, const unsigned char *octets)
{
    char rest[NAME_TEXT_MAX], hex[12], pair[3] = "";

    snprintf(hex, sizeof hex, "%lx",
             (unsigned long)octets[0] << 24 | (unsigned long)octets[1] << 16 | (unsigned long)octets[2] << 8 |
                 octets[3]);
    memcpy(rest, text, strlen(text) + 1);
    for (size_t i = 0; i < strlen(hex); i += 2) {
        const char *found;

        memcpy(pair, hex + i, 2);
        found = strstr(rest, pair);
        if (!found)
            return false;
        cut_out(rest, found, strlen(pair));
    }
    return strlen(hex) > 6;
}

/* The first `labels` labels; none where that is less than 0. */
static void copy_labels(char *out, const char *name, long labels)
{
    const char *end = name;

    for (long i = 0; i < labels && *end != '\0'; i++)
        end = name_parent(end);
    memcpy(out, name, (size_t)(end - name));
    out[end - name] = '\0';
}

/* haraka-net-utils, is_ip_in_str(); haraka-plugin-fcrdns, is_generic_rdns() */
bool haraka_is_generic_rdns(const struct ip *ip, const char *name, const char *org_domain)
{
    char text[NAME_TEXT_MAX];

    if (ip->family != IP_V4 || strlen(name) >= sizeof text)
        return false;
    copy_labels(text, name, (long)name_labels(org_domain) + 1);
    if (strstr(text, "static") || strstr(text, "business"))
        return false;
    copy_labels(text, name, (long)name_labels(name) - WHOLE_SUFFIX_LABELS);
    return has_octets(text, ip->bytes[2], ip->bytes[3]) || has_octets(text, ip->bytes[0], ip->bytes[1]) ||
           has_hex_octets(text, ip->bytes);
}

/* ---- SpamAssassin ---- */

enum spelling { LOWER, AS_RECEIVED };

struct rule {
    const char *name, *parts; /* of these one, "dhcp|cpe" */
    size_t numbers;
    enum spelling spelling;
    const char *expression;
};

static const struct rule rules[] = {
#define RULE(name, parts, numbers, spelling, expression) {name, parts, numbers, spelling, expression},
#include "probes/generic/generic_spamassassin.def"
#undef RULE
};

static size_t count_numbers(const char *name)
{
    size_t count = 0;

    for (const char *at = name; *at; at++)
        count += ascii_is_digit(*at) && (at == name || !ascii_is_digit(at[-1]));
    return count;
}

static bool has_one_of(const char *name, const char *parts)
{
    for (;;) {
        size_t length = strcspn(parts, "|");

        for (const char *at = name; strlen(at) >= length; at++)
            if (strncmp(at, parts, length) == 0)
                return true;
        if (!parts[length])
            return false;
        parts += length + 1;
    }
}

/* Expressions of POSIX are matched in time that grows with the name alone, but to compile one costs more than all else
 * that is looked at. */
static bool fires(const struct rule *rule, const char *name, const char *lower, size_t numbers)
{
    regex_t compiled;
    bool matches;

    if (numbers < rule->numbers || !has_one_of(lower, rule->parts) ||
        regcomp(&compiled, rule->expression, REG_EXTENDED | REG_NOSUB) != 0)
        return false; /* without memory less is said */
    matches = regexec(&compiled, rule->spelling == LOWER ? lower : name, 0, NULL, 0) == 0;
    regfree(&compiled);
    return matches;
}

/* __RDNS_STATIC */
static bool is_static(const char *name)
{
    static const char *const words[] = {"fix", "static", "dedicated", "mail-mail", "outbound-mail", "smtp"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strstr(name, words[i]))
            return true;
    return false;
}

bool spamassassin_rdns_dynamic(const char *name, const char *lower)
{
    size_t numbers = count_numbers(lower);

    if (is_static(lower))
        return false;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (fires(&rules[i], name, lower, numbers))
            return true;
    return false;
}

/* ---- rspamd ---- */

/* What stands beside a word; a "dash" is a hyphen or a dot. */
enum {
    BETWEEN = 1,         /* dashes on both sides */
    NUMBER_BEHIND = 2,   /* a dash and a digit behind it */
    DIGITS_BEHIND = 4,   /* a dash and two digits */
    TWO_BEHIND = 8,      /* a dash, a digit, and a digit or dash */
    GLUED_BEHIND = 16,   /* a digit, perhaps after a dash */
    DIGIT_BEFORE = 32,   /* a digit in front of it, perhaps before a dash */
    NUMBER_BEFORE = 64,  /* the same, and a digit or dash in front of that */
    NUMBER_PARTED = 128, /* the same, with the dash */
    LONG_BEFORE = 256,   /* three digits, and a digit or dash in front of them, perhaps before a dash */
    AFTER_NUMBER = 512,  /* dashes on both sides, and a digit or dash in front */
};

static bool is_dash_or_digit(char c)
{
    return is_dash(c) || ascii_is_digit(c);
}

/* So many digits before `at`, and a digit or dash before these. */
static bool has_digits_before(const char *name, const char *at, ptrdiff_t digits)
{
    if (at - name <= digits || !is_dash_or_digit(at[-digits - 1]))
        return false;
    for (ptrdiff_t i = 1; i <= digits; i++)
        if (!ascii_is_digit(at[-i]))
            return false;
    return true;
}

static unsigned beside(const char *name, const char *at, const char *end)
{
    bool parted = at > name && is_dash(at[-1]), ends = is_dash(*end);
    const char *front = parted ? at - 1 : at;
    unsigned found = 0;

    if (parted && ends)
        found |= BETWEEN;
    if (ends && ascii_is_digit(end[1]))
        found |= NUMBER_BEHIND;
    if (ends && ascii_is_digit(end[1]) && ascii_is_digit(end[2]))
        found |= DIGITS_BEHIND;
    if (ends && ascii_is_digit(end[1]) && is_dash_or_digit(end[2]))
        found |= TWO_BEHIND;
    if (ascii_is_digit(*end) || (ends && ascii_is_digit(end[1])))
        found |= GLUED_BEHIND;
    if (front > name && ascii_is_digit(front[-1]))
        found |= DIGIT_BEFORE;
    if (has_digits_before(name, front, 1))
        found |= NUMBER_BEFORE | (parted ? (unsigned)NUMBER_PARTED : 0);
    if (has_digits_before(name, front, 3))
        found |= LONG_BEFORE;
    if (parted && ends && front > name && is_dash_or_digit(front[-1]))
        found |= AFTER_NUMBER;
    return found;
}

static const struct word {
    const char *text;
    unsigned weight, where;
} words[] = {
#define WORD(text, weight, where) {text, weight, where},
#include "probes/generic/generic_rspamd.def"
#undef WORD
};

unsigned rspamd_hostname_weight(const char *name)
{
    unsigned most = 0;

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        for (const char *at = name; words[i].weight > most && (at = strstr(at, words[i].text)) != NULL; at++)
            if (beside(name, at, at + strlen(words[i].text)) & words[i].where)
                most = words[i].weight;
    return most;
}

const char *generic_filters(struct arena *arena, const struct ip *ip, const char *name, const char *lower,
                            const char *org_domain)
{
    const unsigned weight = rspamd_hostname_weight(lower);
    const bool haraka = haraka_is_generic_rdns(ip, lower, org_domain);
    const bool spamassassin = spamassassin_rdns_dynamic(name, lower);
    const char *list = "";

    if (haraka)
        list = "Haraka is_generic_rdns";
    if (spamassassin)
        list = str_printf(arena, "%s%sSpamAssassin RDNS_DYNAMIC", list, *list ? ", " : "");
    if (weight > 0)
        list = str_printf(arena, "%s%srspamd HFILTER_HOSTNAME_%u", list, *list ? ", " : "", weight);
    return *list ? list : NULL;
}
