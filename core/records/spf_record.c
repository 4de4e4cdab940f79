/* core/records/spf_record.c - an SPF record as it is written.  (RFC 7208 4.5, 4.6.1, 12) */
#include "core/records/spf_record.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/records/spf_macro.h"

static const char version[] = "v=spf1";
enum { VERSION_LENGTH = sizeof version - 1, V4_BITS = 32, V6_BITS = 128 };

static bool is_name_character(char c)
{
    return ascii_is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
}

static struct str from(struct str s, size_t at)
{
    return (struct str){s.at + at, s.len - at};
}

static void blame(struct spf_term *term, size_t at, const char *why)
{
    if (term->fault)
        return;
    term->fault = why;
    term->fault_at = at;
}

/* ---- parts of terms ---- */

/* ip4-cidr-length, ip6-cidr-length: no leading zeros. */
static bool parse_bits(struct str digits, unsigned most, unsigned char *out)
{
    unsigned bits = 0;

    if (!digits.len || digits.len > 3 || (digits.len > 1 && digits.at[0] == '0'))
        return false;
    for (size_t i = 0; i < digits.len; i++) {
        if (!ascii_is_digit(digits.at[i]))
            return false;
        bits = bits * 10 + (unsigned)(digits.at[i] - '0');
    }
    *out = (unsigned char)(bits <= most ? bits : 0);
    return bits <= most;
}

/* Where "/" and digits at the end begin; the length itself when they do not. */
static size_t find_bits(struct str s, size_t slashes)
{
    size_t digits = s.len;

    while (digits > 0 && ascii_is_digit(s.at[digits - 1]))
        digits--;
    if (digits == s.len || digits < slashes)
        return s.len;
    for (size_t i = 1; i <= slashes; i++)
        if (s.at[digits - i] != '/')
            return s.len;
    return digits - slashes;
}

/* Takes a dual-cidr-length off the end of `rest`, which begins at `offset` in the term. */
static void take_bits(struct spf_term *term, struct str *rest, size_t offset)
{
    size_t at = find_bits(*rest, 2);

    if (at < rest->len) {
        if (!parse_bits(from(*rest, at + 2), V6_BITS, &term->bits6))
            blame(term, offset + at, "not a prefix length of IPv6");
        rest->len = at;
    }
    at = find_bits(*rest, 1);
    if (at < rest->len) {
        if (!parse_bits(from(*rest, at + 1), V4_BITS, &term->bits4))
            blame(term, offset + at, "not a prefix length of IPv4");
        rest->len = at;
    }
}

static bool looks_like_ip(struct str s)
{
    char text[IP_TEXT_MAX];
    struct ip ip;

    if (s.len >= sizeof text)
        return false;
    memcpy(text, s.at, s.len);
    text[s.len] = '\0';
    return ip_parse(text, &ip);
}

/* `rest` is a domain-spec that begins at `offset` in the term. */
static void take_spec(struct spf_term *term, struct str rest, size_t offset)
{
    const char *why;
    size_t at;

    term->spec = rest;
    term->has_spec = true;
    if (!spf_domain_spec_check(rest, &at, &why))
        blame(term, offset + at,
              looks_like_ip(rest) ? "an address where a domain name belongs; \"ip4:\" and \"ip6:\" take addresses"
                                  : why);
}

static void take_network(struct spf_term *term, struct str rest, size_t offset, bool is_ip6)
{
    const char *slash = rest.len ? memchr(rest.at, '/', rest.len) : NULL;
    struct str address = {rest.at, slash ? (size_t)(slash - rest.at) : rest.len};
    unsigned most = is_ip6 ? V6_BITS : V4_BITS;
    unsigned char bits = (unsigned char)most;
    char text[IP_TEXT_MAX];
    struct ip ip;

    if (slash && !parse_bits(from(rest, address.len + 1), most, &bits))
        blame(term, offset + address.len, is_ip6 ? "not a prefix length of IPv6" : "not a prefix length of IPv4");
    if (address.len >= sizeof text || (address.len && memchr(address.at, '\0', address.len))) {
        blame(term, offset, "not an address");
        return;
    }
    if (address.len)
        memcpy(text, address.at, address.len);
    text[address.len] = '\0';
    if (!ip_parse(text, &ip) || (strchr(text, ':') != NULL) != is_ip6) {
        blame(term, offset, is_ip6 ? "not an IPv6 address" : "not an IPv4 address");
        return;
    }
    if (is_ip6 && ip.family == IP_V4) { /* an IPv4-mapped one: legal, and matches no sender (RFC 7208 5) */
        memmove(ip.bytes + 12, ip.bytes, 4);
        memset(ip.bytes, 0, 10);
        ip.bytes[10] = ip.bytes[11] = 0xff;
        ip.family = IP_V6;
    }
    term->network = ip_network_of(&ip, bits);
}

/* ---- terms ---- */

static const struct {
    const char *name;
    enum spf_kind kind;
} mechanisms[] = {
    {"all", SPF_TERM_ALL}, {"include", SPF_TERM_INCLUDE}, {"a", SPF_TERM_A},     {"mx", SPF_TERM_MX},
    {"ptr", SPF_TERM_PTR}, {"ip4", SPF_TERM_IP4},         {"ip6", SPF_TERM_IP6}, {"exists", SPF_TERM_EXISTS},
};

static enum spf_kind mechanism_of(struct str name)
{
    for (size_t i = 0; i < sizeof mechanisms / sizeof *mechanisms; i++)
        if (str_equal_nocase(name, str_of(mechanisms[i].name)))
            return mechanisms[i].kind;
    return SPF_TERM_NONE;
}

static void parse_mechanism(struct spf_term *term, size_t name_at)
{
    size_t end = name_at;
    struct str rest;

    while (end < term->text.len && is_name_character(term->text.at[end]))
        end++;
    term->kind = mechanism_of((struct str){term->text.at + name_at, end - name_at});
    rest = from(term->text, end);
    switch (term->kind) {
    case SPF_TERM_ALL:
        if (rest.len)
            blame(term, end, "nothing may follow \"all\"");
        break;
    case SPF_TERM_A:
    case SPF_TERM_MX:
        take_bits(term, &rest, end);
        if (rest.len && rest.at[0] == ':')
            take_spec(term, from(rest, 1), end + 1);
        else if (rest.len)
            blame(term, end, "neither \":\" nor a prefix length");
        break;
    case SPF_TERM_PTR:
        if (rest.len && rest.at[0] == ':')
            take_spec(term, from(rest, 1), end + 1);
        else if (rest.len)
            blame(term, end, "only \":\" and a domain name may follow \"ptr\"");
        break;
    case SPF_TERM_INCLUDE:
    case SPF_TERM_EXISTS:
        if (rest.len && rest.at[0] == ':')
            take_spec(term, from(rest, 1), end + 1);
        else
            blame(term, end, "needs \":\" and a domain name");
        break;
    case SPF_TERM_IP4:
    case SPF_TERM_IP6:
        if (rest.len && rest.at[0] == ':')
            take_network(term, from(rest, 1), end + 1, term->kind == SPF_TERM_IP6);
        else
            blame(term, end, "needs \":\" and an address");
        break;
    default:
        blame(term, 0, "neither a mechanism nor a modifier");
        break;
    }
}

static void parse_modifier(struct spf_term *term, size_t equals)
{
    struct str name = {term->text.at, equals};
    size_t at;
    const char *why;

    term->spec = from(term->text, equals + 1);
    if (str_equal_nocase(name, str_of("redirect")))
        term->kind = SPF_TERM_REDIRECT;
    else if (str_equal_nocase(name, str_of("exp")))
        term->kind = SPF_TERM_EXP;
    else
        term->kind = SPF_TERM_OTHER_MODIFIER;
    if (term->kind != SPF_TERM_OTHER_MODIFIER)
        take_spec(term, term->spec, equals + 1);
    else if (!spf_macro_check(term->spec, SPF_IN_MODIFIER, &at, &why))
        blame(term, equals + 1 + at, why);
}

static void parse_term(struct spf_term *term)
{
    struct str text = term->text;
    size_t end = 0;

    term->qualifier = '+';
    term->bits4 = V4_BITS;
    term->bits6 = V6_BITS;
    term->kind = SPF_TERM_NONE;
    if (text.at[0] && strchr("+-~?", text.at[0])) {
        term->qualifier = text.at[0];
        parse_mechanism(term, 1);
        return;
    }
    if (ascii_is_letter(text.at[0]))
        while (end < text.len && is_name_character(text.at[end]))
            end++;
    if (end && end < text.len && text.at[end] == '=')
        parse_modifier(term, end);
    else
        parse_mechanism(term, 0);
}

struct spf_term spf_term_parse(struct str text)
{
    struct spf_term term = {.text = text};

    parse_term(&term);
    return term;
}

/* ---- records ---- */

bool spf_record_is(struct str txt)
{
    return str_starts_nocase(txt, version) && (txt.len == VERSION_LENGTH || txt.at[VERSION_LENGTH] == ' ');
}

/* The next word at or behind *at; blanks part words, and nothing else does. */
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

static size_t count_words(struct str text)
{
    struct str word;
    size_t count = 0;

    for (size_t at = VERSION_LENGTH; next_word(text, &at, &word);)
        count++;
    return count;
}

static void note_once(const struct spf_term **first, struct spf_term *term)
{
    if (*first)
        blame(term, 0, "appears twice"); /* RFC 7208 6 */
    else
        *first = term;
}

static void settle(struct spf_record *record, struct spf_term *terms)
{
    for (size_t i = 0; i < record->count; i++) {
        struct spf_term *term = &terms[i];

        if (record->all && spf_term_is_mechanism(term) && term > record->all)
            term->dead = true;
        if (term->kind == SPF_TERM_REDIRECT)
            term->dead = record->all != NULL;
        record->faults += term->fault != NULL;
        record->lookups += !term->dead && spf_term_costs(term);
    }
}

const struct spf_record *spf_record_parse(struct arena *arena, struct str text)
{
    struct spf_record *record = ARENA_NEW(arena, struct spf_record);
    size_t at = VERSION_LENGTH, words = count_words(text);
    struct spf_term *terms;

    record->text = text;
    record->too_many = words > SPF_TERMS;
    if (record->too_many)
        return record;
    terms = ARENA_ARRAY(arena, struct spf_term, words + 1);
    while (record->count < words) {
        struct spf_term *term = &terms[record->count++];

        next_word(text, &at, &term->text);
        parse_term(term);
        if (term->kind == SPF_TERM_REDIRECT)
            note_once(&record->redirect, term);
        else if (term->kind == SPF_TERM_EXP)
            note_once(&record->exp, term);
        else if (term->kind == SPF_TERM_ALL && !record->all)
            record->all = term;
    }
    settle(record, terms);
    record->terms = terms;
    return record;
}

bool spf_term_costs(const struct spf_term *term)
{
    switch (term->kind) {
    case SPF_TERM_INCLUDE:
    case SPF_TERM_A:
    case SPF_TERM_MX:
    case SPF_TERM_PTR:
    case SPF_TERM_EXISTS:
    case SPF_TERM_REDIRECT:
        return true;
    default:
        return false;
    }
}

bool spf_term_is_mechanism(const struct spf_term *term)
{
    return term->kind <= SPF_TERM_EXISTS;
}

bool spf_term_passes(const struct spf_term *term)
{
    return term->qualifier == '+' && !term->fault && !term->dead;
}

size_t spf_term_column(const struct spf_record *record, const struct spf_term *term)
{
    return (size_t)(term->text.at - record->text.at) + 1;
}

const char *spf_term_text(struct arena *arena, const struct spf_term *term)
{
    return str_text(arena, term->text);
}

const char *spf_fault_text(struct arena *arena, const struct spf_record *record, const struct spf_term *term)
{
    return str_printf(arena, "\"%s\", column %zu: %s", spf_term_text(arena, term),
                      spf_term_column(record, term) + term->fault_at, term->fault);
}
