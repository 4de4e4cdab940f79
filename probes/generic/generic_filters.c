/* probes/generic/generic_filters.c - what Haraka, SpamAssassin and rspamd would say to a reverse name. */
#include "probes/generic/generic_filters.h"

#include <stdio.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "probes/generic/generic_providers.h"

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

/* The first `labels` labels, or all but the last `-labels`. */
static void copy_labels(char *out, const char *name, long labels)
{
    const char *end = name;

    if (labels < 0)
        labels += (long)name_labels(name);
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
    copy_labels(text, name, -WHOLE_SUFFIX_LABELS);
    return has_octets(text, ip->bytes[2], ip->bytes[3]) || has_octets(text, ip->bytes[0], ip->bytes[1]) ||
           has_hex_octets(text, ip->bytes);
}

/* The end of the first `count` numbers with exactly one other octet between them, `last` of them whole; NULL: none. */
static const char *after_numbers(const char *at, size_t count)
{
    size_t in_row = 0;

    while (*at != '\0') {
        const char *begin = at;

        for (; *at != '\0' && !ascii_is_digit(*at); at++)
            ;
        if (*at == '\0')
            break;
        in_row = at - begin == 1 && in_row > 0 ? in_row + 1 : 1;
        if (in_row == count)
            return at + 1;
        for (; ascii_is_digit(*at); at++)
            ;
    }
    return NULL;
}

/* \S*\.\S+\.\S */
static bool two_more_dots(const char *at)
{
    const char *first = strchr(at, '.');
    const char *second = first && first[1] != '\0' ? strchr(first + 2, '.') : NULL;

    return second && second[1] != '\0';
}

/* \d+[^\d]+\d */
static bool two_numbers(const char *at)
{
    for (; *at != '\0' && !ascii_is_digit(*at); at++)
        ;
    for (; ascii_is_digit(*at); at++)
        ;
    for (; *at != '\0' && !ascii_is_digit(*at); at++)
        ;
    return ascii_is_digit(*at);
}

/* The word with a dot or hyphen on both sides, and something in front. */
static bool has_indicator(const char *name, const char *word)
{
    for (const char *at = name; (at = strstr(at, word)) != NULL; at++)
        if (at - name >= 2 && is_dash(at[-1]) && is_dash(at[strlen(word)]))
            return true;
    return false;
}

/* __RDNS_DYNAMIC_DHCP, __RDNS_DYNAMIC_HCC: a word for access lines, and numbers behind or in front of it */
static bool sa_line_word(const char *name)
{
    static const char *const before[] = {"cm", "catv", "docsis", "cable", "dsl", "dhcp", "cpe", "node"};
    static const char *const label[] = {".docsis.", ".cable.", ".dsl.", ".adsl.", ".dhcp.", ".cpe."};

    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        const char *at = strstr(name, before[i]);

        if (at && two_numbers(at + strlen(before[i])))
            return true;
    }
    for (size_t i = 0; i < sizeof label / sizeof *label; i++) {
        const char *at = find_last(name, label[i]);
        char front[NAME_TEXT_MAX] = "";

        if (!at || (size_t)(at - name) >= sizeof front)
            continue;
        memcpy(front, name, (size_t)(at - name));
        if (two_numbers(front))
            return true;
    }
    return false;
}

/* __RDNS_DYNAMIC_HEXIP, _DIALIN, _SPLIT_IP, _SPACELAN, _ASAHI, _VIRTUA */
static bool sa_line_shape(const char *name)
{
    const char *at = name;

    if (strncmp(name, "0x", 2) == 0 && strspn(name + 2, "0123456789abcdef") == 8 && name[10] == '.')
        return true;
    if (ascii_is_letter(*name) && ascii_is_hex(name[1]) &&
        strncmp(name + 1 + strspn(name + 1, "0123456789abcdef"), ".dip.", 5) == 0)
        return true;
    for (; ascii_is_digit(*at); at++)
        ;
    if (at > name && strncmp(at, ".cps.", 5) == 0)
        return true;
    if (at > name && at[0] == '.' && at[1] != '\0') {
        at = after_numbers(at + 2, 3);
        for (; at && ascii_is_digit(*at); at++)
            ;
        if (at && *at != '\0')
            return true;
    }
    for (at = name; (at = strchr(at, '-')) != NULL; at++) {
        const char *p = at + 2;

        if (at == name || !ascii_is_letter(at[1]) || !ascii_is_digit(*p))
            continue;
        for (; ascii_is_digit(*p); p++)
            ;
        if (*p++ == '-' && ascii_is_digit(*p)) {
            for (; ascii_is_digit(*p); p++)
                ;
            if (*p == '.')
                return true;
        }
    }
    return false;
}

/* SpamAssassin 4, rules/20_dynrdns.cf: RDNS_DYNAMIC without the conditions on how the mail arrived */
bool spamassassin_rdns_dynamic(const char *name)
{
    static const char *const indicators[] = {"dyn",    "dynamic", "res", "resnet", "client",
                                             "docsis", "dhcp",    "cpe", "catv"};
    const char *four = after_numbers(name, 4);

    if (strstr(name, "fix") || strstr(name, "static"))
        return false;
    if ((four && two_more_dots(four)) || sa_line_word(name) || sa_line_shape(name) ||
        provider_known_to_spamassassin(name))
        return true;
    for (size_t i = 0; i < sizeof indicators / sizeof *indicators; i++)
        if (has_indicator(name, indicators[i]))
            return true;
    for (const char *at = name; (at = strstr(at, "dyn")) != NULL; at++) { /* __RDNS_DYNAMIC_TTNET */
        const char *end = at + (strncmp(at, "dynamic", 7) == 0 ? 7 : 3);

        if (at - name >= 2 && is_dash(at[-1]) && ascii_is_digit(*end))
            return true;
    }
    return false;
}

struct rspamd_word {
    const char *text;
    unsigned weight;
    bool glued;       /* a number may follow without a separator */
    unsigned numbers; /* weight where a number stands beside it */
};

static unsigned rspamd_word_weight(const char *name, const char *at, const struct rspamd_word *word)
{
    const char *end = at + strlen(word->text);
    const bool parted = at > name && is_dash(at[-1]);
    const char *before = parted ? at - 1 : at;
    unsigned weight = parted && is_dash(*end) ? word->weight : 0;
    bool number = is_dash(*end) && ascii_is_digit(end[1]);

    if (word->numbers != word->weight) /* client: two digits behind it, or four in front */
        number = (number && ascii_is_digit(end[2])) || (before - name >= 4 && strspn(before - 4, "0123456789") >= 4);
    else
        number =
            number || (word->glued && ascii_is_digit(*end)) ||
            (before - name >= 2 && ascii_is_digit(before[-1]) && (ascii_is_digit(before[-2]) || is_dash(before[-2])));
    return number ? word->numbers : weight;
}

/* rspamd 3, src/plugins/lua/hfilter.lua: the table of host names, by its shapes: the word between separators, a number
 * behind it, a number in front */
unsigned rspamd_hostname_weight(const char *name)
{
    static const struct rspamd_word words[] = {
        {"gprs", 5, false, 5},     {"cdma", 5, false, 5},       {"homeuser", 5, false, 5},
        {"dhcp", 5, false, 5},     {"catv", 5, false, 5},       {"wifi", 5, false, 5},
        {"dialup", 5, false, 5},   {"dial-up", 5, false, 5},    {"dynamic", 5, false, 5},
        {"dyn", 5, false, 5},      {"dynip", 5, false, 5},      {"client", 1, false, 5},
        {"clients", 1, false, 5},  {"broadband", 5, false, 5},  {"broad", 5, false, 5},
        {"bredband", 5, false, 5}, {"nat", 5, false, 5},        {"pptp", 5, false, 5},
        {"pppoe", 5, false, 5},    {"ppp", 5, false, 5},        {"modem", 5, false, 5},
        {"comcast", 5, false, 5},  {"dsl-dynamic", 5, true, 5}, {"cablemodem", 5, false, 5},
        {"adsl", 4, true, 4},      {"xdsl", 4, true, 4},        {"dsl", 4, true, 4},
        {"in-addr", 4, false, 4},  {"inaddr", 4, false, 4},     {"pool", 4, false, 4},
        {"fibertel", 4, false, 4}, {"fbx", 4, false, 4},        {"unused-addr", 3, false, 3},
        {"cable", 3, false, 3},    {"kabel", 3, false, 3},      {"host", 2, false, 2},
        {"customer", 1, false, 1}, {"customers", 1, false, 1},  {"user", 1, false, 1},
        {"peer", 1, false, 1},     {"vps", 1, false, 1},
    };
    unsigned most = 0;

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        for (const char *at = name; (at = strstr(at, words[i].text)) != NULL; at++) {
            const unsigned weight = rspamd_word_weight(name, at, &words[i]);

            most = weight > most ? weight : most;
        }
    return most;
}

const char *generic_filters(struct arena *arena, const struct ip *ip, const char *name, const char *org_domain)
{
    const unsigned weight = rspamd_hostname_weight(name);
    const bool haraka = haraka_is_generic_rdns(ip, name, org_domain), spamassassin = spamassassin_rdns_dynamic(name);
    const char *list = "";

    if (haraka)
        list = "Haraka is_generic_rdns";
    if (spamassassin)
        list = str_printf(arena, "%s%sSpamAssassin RDNS_DYNAMIC", list, *list ? ", " : "");
    if (weight > 0)
        list = str_printf(arena, "%s%srspamd HFILTER_HOSTNAME_%u", list, *list ? ", " : "", weight);
    return *list ? list : NULL;
}
