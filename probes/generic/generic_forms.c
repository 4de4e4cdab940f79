/* probes/generic/generic_forms.c - an address in a name: decimal,
 * padded, hexadecimal, one number, in parts, backwards. */
#include "probes/generic/generic_forms.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "probes/generic/generic_numbers.h"

enum { OCTETS = 4, GROUPS = 8, NIBBLES = 32, DECIMAL_MAX = 3, GROUP_MAX = 4, LINK_LETTERS_MAX = 3 };

static unsigned octet_of(const struct numbers *n, size_t i)
{
    return number_value(n, i, 10, DECIMAL_MAX);
}

static void note(struct generic_forms *forms, enum generic_rule rule, struct str span)
{
    if (forms->span[rule].len == 0)
        forms->span[rule] = span;
}

static bool padded(const struct numbers *n, size_t first)
{
    bool zero = false;

    for (size_t k = first; k < first + OCTETS; k++) {
        if (n->list[k].len != DECIMAL_MAX)
            return false;
        zero = zero || n->text.at[n->list[k].at] == '0';
    }
    return zero;
}

static bool four_joined(const struct numbers *n, size_t i)
{
    return i + OCTETS <= n->count && numbers_joined(n, i) && numbers_joined(n, i + 1) && numbers_joined(n, i + 2);
}

/* ip4.decimal, ip4.reversed, and with leading zeros ip4.padded */
static void find_octets(struct generic_forms *forms, const struct numbers *n, const uint8_t *octets)
{
    for (size_t i = 0; i < n->count; i++) {
        bool forward = true, backward = true;

        if (!four_joined(n, i))
            continue;
        for (size_t k = 0; k < OCTETS; k++) {
            forward = forward && octet_of(n, i + k) == octets[k];
            backward = backward && octet_of(n, i + k) == octets[OCTETS - 1 - k];
        }
        if (forward || backward)
            note(forms,
                 padded(n, i) ? GENERIC_IP4_PADDED
                 : forward    ? GENERIC_IP4_DECIMAL
                              : GENERIC_IP4_REVERSED,
                 numbers_span(n, i, i + OCTETS - 1));
    }
}

static bool stands_behind(struct str text, const char *at, const char *before)
{
    const size_t len = strlen(before);

    return (size_t)(at - text.at) >= len && memcmp(at - len, before, len) == 0;
}

static void find_digits(struct generic_forms *forms, const struct numbers *n, const char *digits, size_t group,
                        enum generic_rule rule)
{
    struct str span;

    for (size_t i = 0; i < n->count; i++)
        if (numbers_spell(n, i, digits, group, &span)) {
            if (rule == GENERIC_IP4_HEX && stands_behind(n->text, span.at, "0x"))
                span = (struct str){span.at - 2, span.len + 2};
            note(forms, rule, span);
            return;
        }
}

/* What may stand between the two numbers of a partial address: "113-25", "h25.n113", "h25n113". */
static bool linked(const struct numbers *n, size_t i)
{
    const char *at = n->text.at + number_end(n, i);
    size_t left = i + 1 < n->count ? number_gap(n, i) : 0;

    if (left == 0)
        return false;
    if (is_name_separator(*at)) {
        at++;
        left--;
    }
    if (left > LINK_LETTERS_MAX)
        return false;
    while (left > 0 && is_name_letter(*at)) {
        at++;
        left--;
    }
    return left == 0;
}

static void find_partial4(struct generic_forms *forms, const struct numbers *n, const uint8_t *octets)
{
    for (size_t i = 0; i + 1 < n->count; i++) {
        const unsigned a = octet_of(n, i), b = octet_of(n, i + 1);

        if (!linked(n, i))
            continue;
        for (size_t k = 0; k < OCTETS; k += 2)
            if ((a == octets[k] && b == octets[k + 1]) || (a == octets[k + 1] && b == octets[k]))
                note(forms, GENERIC_IP4_PARTIAL, numbers_span(n, i, i + 1));
    }
}

static bool are_octets(const struct numbers *n, size_t first, size_t count)
{
    for (size_t k = first; k < first + count; k++)
        if (octet_of(n, k) > UINT8_MAX)
            return false;
    return true;
}

/* "118.red-80-35-201": one number is the first label, three stand behind a word in the next. */
static bool split_four(const struct numbers *n)
{
    size_t at = 0;

    if (n->count < OCTETS || n->list[0].at != 0 || n->text.at[number_end(n, 0)] != '.' || !numbers_joined(n, 1) ||
        !numbers_joined(n, 2))
        return false;
    for (at = number_end(n, 0) + 1; is_name_letter(n->text.at[at]); at++)
        ;
    if (at == number_end(n, 0) + 1)
        return false;
    at += n->text.at[at] == '-' || n->text.at[at] == '_';
    return at == n->list[1].at;
}

static void find_four_numbers(struct generic_forms *forms, const struct numbers *n)
{
    if (split_four(n) && are_octets(n, 0, OCTETS))
        note(forms, GENERIC_IP4_FOUR_NUMBERS, numbers_span(n, 0, OCTETS - 1));
    for (size_t i = 0; i < n->count; i++)
        if (four_joined(n, i) && are_octets(n, i, OCTETS))
            note(forms, GENERIC_IP4_FOUR_NUMBERS, numbers_span(n, i, i + OCTETS - 1));
}

static void find_ip4(struct generic_forms *forms, const struct numbers *decimal, const struct numbers *hex,
                     const uint8_t *o)
{
    char digits[48];

    find_octets(forms, decimal, o);
    for (unsigned back = 0; back <= 3; back += 3) { /* 0 ^ 3 is 3: the octets backwards */
        const unsigned a = o[0 ^ back], b = o[1 ^ back], c = o[2 ^ back], d = o[3 ^ back];

        snprintf(digits, sizeof digits, "%03u%03u%03u%03u", a, b, c, d);
        if (forms->span[GENERIC_IP4_DECIMAL].len == 0 && forms->span[GENERIC_IP4_REVERSED].len == 0)
            find_digits(forms, decimal, digits, DECIMAL_MAX, GENERIC_IP4_PADDED);
        snprintf(digits, sizeof digits, "%02x%02x%02x%02x", a, b, c, d);
        find_digits(forms, hex, digits, 2, GENERIC_IP4_HEX);
    }
    snprintf(digits, sizeof digits, "%lu",
             (unsigned long)o[0] << 24 | (unsigned long)o[1] << 16 | (unsigned long)o[2] << 8 | o[3]);
    find_digits(forms, decimal, digits, strlen(digits), GENERIC_IP4_INTEGER);
}

/* RFC 5952 text, or any other with the same value, with "-" for ":" */
static bool is_ip6_text(const struct numbers *n, size_t i, const unsigned *groups, struct str *span)
{
    unsigned values[GROUPS];
    size_t count = 0, left = 0; /* groups so far, and of them before "--" */
    bool found = false, gap = false;

    for (size_t k = i; k < n->count && count < GROUPS && n->list[k].len <= GROUP_MAX; k++) {
        const char *after = n->text.at + number_end(n, k);
        bool same = true;

        values[count++] = number_value(n, k, 16, GROUP_MAX);
        for (size_t g = 0; g < GROUPS; g++) {
            const size_t before = gap ? left : count, behind = count - before;
            const unsigned value = g < before ? values[g] : g >= GROUPS - behind ? values[g - (GROUPS - count)] : 0;

            same = same && value == groups[g];
        }
        if (same && (gap ? count > left : count == GROUPS)) {
            *span = numbers_span(n, i, k);
            found = true;
        }
        if (k + 1 == n->count || *after != '-' || number_gap(n, k) > 2 || (number_gap(n, k) == 2 && after[1] != '-'))
            break;
        if (number_gap(n, k) == 2) {
            if (gap)
                break;
            gap = true;
            left = count;
        }
    }
    return found;
}

static unsigned group_of(const uint8_t *bytes, size_t g)
{
    return (unsigned)bytes[2 * g] << 8 | bytes[2 * g + 1];
}

static void find_partial6(struct generic_forms *forms, const struct numbers *n, const uint8_t *bytes)
{
    unsigned last[2] = {0, 0};
    size_t found = 0;

    for (size_t g = GROUPS; g-- > 0 && found < 2;)
        if (group_of(bytes, g) != 0)
            last[found++] = group_of(bytes, g);
    for (size_t i = 0; found == 2 && i + 1 < n->count; i++)
        if (numbers_joined(n, i) && is_name_separator(n->text.at[number_end(n, i)]) &&
            number_value(n, i, 16, GROUP_MAX) == last[1] && number_value(n, i + 1, 16, GROUP_MAX) == last[0])
            note(forms, GENERIC_IP6_PARTIAL, numbers_span(n, i, i + 1));
}

static void find_nibbles(struct generic_forms *forms, const struct numbers *n, const char *nibbles)
{
    char half[NIBBLES / 2 + 1] = "";

    find_digits(forms, n, nibbles, 1, GENERIC_IP6_HEX);
    for (size_t from = 0; from < NIBBLES; from += NIBBLES / 2) {
        memcpy(half, nibbles + from, NIBBLES / 2);
        find_digits(forms, n, half, 1, GENERIC_IP6_HEX);
    }
}

static void find_ip6(struct generic_forms *forms, const struct numbers *hex, const uint8_t *bytes)
{
    static const char digits[] = "0123456789abcdef";
    char nibbles[NIBBLES + 1] = "", reversed[NIBBLES + 1] = "";
    unsigned groups[GROUPS];
    struct str span;

    for (size_t i = 0; i < NIBBLES; i++) {
        nibbles[i] = digits[i % 2 == 0 ? bytes[i / 2] >> 4 : bytes[i / 2] & 0xf];
        reversed[NIBBLES - 1 - i] = nibbles[i];
    }
    for (size_t g = 0; g < GROUPS; g++)
        groups[g] = group_of(bytes, g);
    find_nibbles(forms, hex, nibbles);
    find_nibbles(forms, hex, reversed);
    for (size_t i = 0; i < hex->count; i++)
        if (is_ip6_text(hex, i, groups, &span))
            note(forms, GENERIC_IP6_HEX, span);
}

static bool any_full(const struct generic_forms *forms)
{
    static const enum generic_rule full[] = {GENERIC_IP4_DECIMAL, GENERIC_IP4_REVERSED, GENERIC_IP4_PADDED,
                                             GENERIC_IP4_HEX,     GENERIC_IP4_INTEGER,  GENERIC_IP6_HEX};

    for (size_t i = 0; i < sizeof full / sizeof *full; i++)
        if (forms->span[full[i]].len > 0)
            return true;
    return false;
}

struct generic_forms generic_forms_in(struct arena *arena, struct str text, const struct ip *ip)
{
    struct generic_forms forms = {{{NULL, 0}}};
    const struct numbers decimal = decimal_numbers(arena, text), hex = hex_numbers(arena, text);
    const struct numbers tokens = numbers_as_tokens(arena, &hex);

    if (ip->family == IP_V4)
        find_ip4(&forms, &decimal, &hex, ip->bytes);
    else if (ip->family == IP_V6)
        find_ip6(&forms, &hex, ip->bytes);
    if (any_full(&forms))
        return forms;
    if (ip->family == IP_V4)
        find_partial4(&forms, &decimal, ip->bytes);
    else if (ip->family == IP_V6)
        find_partial6(&forms, &tokens, ip->bytes);
    find_four_numbers(&forms, &decimal);
    return forms;
}
