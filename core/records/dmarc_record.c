/* core/records/dmarc_record.c - DMARC policy records.  (RFC 9989 4.7, 4.8) */
#include "core/records/dmarc_record.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"

enum { REMARKS_MAX = 6 * TAGLIST_TAGS_MAX + 4 * DMARC_URIS_MAX }; /* bounds what one record can make us say */

struct parser {
    struct arena *arena;
    struct dmarc_record *record;
    struct dmarc_remark *remarks;
};

static void remark(struct parser *p, enum dmarc_remark_kind kind, struct str span)
{
    if (p->record->remark_count < REMARKS_MAX)
        p->remarks[p->record->remark_count++] = (struct dmarc_remark){kind, span};
}

/* The text before the first semicolon is v=WORD; the word, or nothing. */
static struct str first_value(struct str text, struct str *name)
{
    const char *end = text.len > 0 ? memchr(text.at, ';', text.len) : NULL;
    struct str first = {text.at, end ? (size_t)(end - text.at) : text.len};
    const char *equals = first.len > 0 ? memchr(first.at, '=', first.len) : NULL;

    *name = tag_trim((struct str){first.at, equals ? (size_t)(equals - first.at) : 0});
    if (!equals)
        return (struct str){NULL, 0};
    return tag_trim((struct str){equals + 1, first.len - (size_t)(equals - first.at) - 1});
}

bool dmarc_is_record(struct str text)
{
    struct str name, value = first_value(text, &name);

    /* No blanks before the v: the grammar has none there. */
    return str_equal_nocase(name, str_of("v")) && str_equal(value, str_of("DMARC1")) && !tag_is_blank(text.at[0]);
}

enum dmarc_policy dmarc_policy_of(struct str value)
{
    for (enum dmarc_policy policy = DMARC_NONE; policy <= DMARC_REJECT; policy++)
        if (str_equal_nocase(value, str_of(dmarc_policy_word(policy))))
            return policy;
    return DMARC_UNSAID;
}

static void read_policy(struct parser *p, enum dmarc_policy *out, struct str value)
{
    *out = dmarc_policy_of(value);
    if (*out == DMARC_UNSAID) {
        p->record->bad_policy = true;
        remark(p, DMARC_BAD_POLICY, value);
    }
}

/* True for `yes`, false for `no`, and for anything else, with a remark. */
static bool read_choice(struct parser *p, struct str value, const char *yes, const char *no)
{
    bool is_yes = str_equal_nocase(value, str_of(yes));

    if (!is_yes && !str_equal_nocase(value, str_of(no)))
        remark(p, DMARC_BAD_VALUE, value);
    return is_yes;
}

static void read_psd(struct parser *p, struct str value)
{
    if (str_equal_nocase(value, str_of("y")))
        p->record->psd = DMARC_PSD_YES;
    else if (str_equal_nocase(value, str_of("n")))
        p->record->psd = DMARC_PSD_NO;
    else if (!str_equal_nocase(value, str_of("u")))
        remark(p, DMARC_BAD_VALUE, value);
}

static void read_fo(struct parser *p, struct str value)
{
    struct tag_items items = tag_items(value);
    struct str item;
    bool valid = true;

    while (tag_items_next(&items, ':', &item))
        valid = valid && item.len == 1 && strchr("01dsDS", item.at[0]);
    if (!valid)
        remark(p, DMARC_BAD_VALUE, value);
}

static bool is_number(struct str s, unsigned max, unsigned *out)
{
    *out = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (!ascii_is_digit(s.at[i]) || *out > max)
            return false;
        *out = *out * 10 + (unsigned)(s.at[i] - '0');
    }
    return s.len > 0 && *out <= max;
}

static void read_pct(struct parser *p, struct str value)
{
    unsigned pct;

    if (!is_number(value, 100, &pct)) {
        remark(p, DMARC_BAD_VALUE, value);
        return;
    }
    p->record->pct = pct;
    remark(p, pct < 100 ? DMARC_PCT_PARTIAL : DMARC_REMOVED_TAG, value);
}

/* Takes the size limit of RFC 7489 6.2 off: "!" 1*DIGIT [ "k" / "m" / "g" / "t" ]. */
static bool take_size(struct str *uri)
{
    size_t at = uri->len, digits;

    if (at > 0 && strchr("kmgtKMGT", uri->at[at - 1]))
        at--;
    for (digits = 0; at > 0 && ascii_is_digit(uri->at[at - 1]); digits++)
        at--;
    if (digits == 0 || at == 0 || uri->at[at - 1] != '!')
        return false;
    uri->len = at - 1;
    return true;
}

static bool is_uri_char(char c)
{
    return ascii_is_alphanumeric(c) || (c != '\0' && strchr("-._~:/?#[]@$&'()*+;=%", c));
}

/* scheme ":" and characters that may stand in a URI, with something behind the colon; "!" must be encoded.  (RFC 3986
 * 3) */
static bool is_uri(struct str s, struct str *scheme)
{
    const char *colon = s.len > 0 ? memchr(s.at, ':', s.len) : NULL;

    *scheme = (struct str){s.at, colon ? (size_t)(colon - s.at) : 0};
    if (scheme->len == 0 || scheme->len + 1 == s.len)
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (!is_uri_char(s.at[i]) || (i < scheme->len && strchr("_~/?#[]@$&'()*;=%", s.at[i])))
            return false;
    return ascii_is_letter(s.at[0]);
}

/* NULL: not a host name of at least two labels. */
static const char *host_name(struct parser *p, struct str host)
{
    const char *why, *name;

    for (size_t i = 0; i < host.len; i++)
        if (host.at[i] == '\0' || (unsigned char)host.at[i] > 0x7e)
            return NULL;
    name = name_from_user(p->arena, str_text(p->arena, host), &why);
    return name;
}

/* mailto: one address (RFC 6068 allows a list, DMARC separates by commas already), perhaps with "?subject=". */
static struct str mailto_host(struct str address)
{
    const char *end = memchr(address.at, '?', address.len);
    struct str s = {address.at, end ? (size_t)(end - address.at) : address.len};

    for (size_t i = s.len; i > 0; i--)
        if (s.at[i - 1] == '@')
            return i > 1 ? (struct str){s.at + i, s.len - i} : (struct str){NULL, 0};
    return (struct str){NULL, 0};
}

/* The host of //[user@]host[:port]/... */
static struct str authority_host(struct str rest)
{
    struct str s = {NULL, 0};

    if (rest.len < 2 || rest.at[0] != '/' || rest.at[1] != '/')
        return s;
    s.at = rest.at + 2;
    while (s.len < rest.len - 2 && !strchr("/?#", s.at[s.len]))
        s.len++;
    for (size_t i = s.len; i > 0; i--) {
        if (s.at[i - 1] == '@') {
            s = (struct str){s.at + i, s.len - i};
            break;
        }
    }
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] == ':')
            s.len = i;
    return s;
}

static void read_uri(struct parser *p, struct str item, struct dmarc_uri *list, size_t *count)
{
    struct str uri = item, scheme, rest;
    bool mailto;

    if (take_size(&uri))
        remark(p, DMARC_URI_SIZE, item);
    if (!is_uri(uri, &scheme)) {
        remark(p, DMARC_BAD_URI, item);
        return;
    }
    rest = (struct str){uri.at + scheme.len + 1, uri.len - scheme.len - 1};
    mailto = str_equal_nocase(scheme, str_of("mailto"));
    list[*count] =
        (struct dmarc_uri){.text = uri, .host = host_name(p, mailto ? mailto_host(rest) : authority_host(rest))};
    if (mailto &&
        (!list[*count].host || rest.at[0] == '/')) { /* "mailto://": the slashes would be part of the address */
        remark(p, DMARC_BAD_URI, item);
        return;
    }
    if (!mailto)
        remark(p, DMARC_UNUSUAL_URI, item);
    (*count)++;
}

static void read_uris(struct parser *p, struct str value, const struct dmarc_uri **out, size_t *count)
{
    struct dmarc_uri *list = ARENA_ARRAY(p->arena, struct dmarc_uri, DMARC_URIS_MAX);
    struct tag_items items = tag_items(value);
    struct str item;
    size_t seen = 0;

    *out = list;
    *count = 0;
    while (tag_items_next(&items, ',', &item)) {
        if (seen++ == DMARC_URIS_MAX) {
            remark(p, DMARC_TOO_MANY_URIS, item);
            return;
        }
        read_uri(p, item, list, count);
    }
}

static bool is(const struct tag *tag, const char *name)
{
    return str_equal_nocase(tag->name, str_of(name));
}

static void read_tag(struct parser *p, const struct tag *tag)
{
    struct dmarc_record *r = p->record;

    if (is(tag, "p"))
        read_policy(p, &r->p, tag->value);
    else if (is(tag, "sp"))
        read_policy(p, &r->sp, tag->value);
    else if (is(tag, "np"))
        read_policy(p, &r->np, tag->value);
    else if (is(tag, "psd"))
        read_psd(p, tag->value);
    else if (is(tag, "t"))
        r->testing = read_choice(p, tag->value, "y", "n");
    else if (is(tag, "adkim"))
        r->strict_dkim = read_choice(p, tag->value, "s", "r");
    else if (is(tag, "aspf"))
        r->strict_spf = read_choice(p, tag->value, "s", "r");
    else if (is(tag, "fo"))
        read_fo(p, tag->value);
    else if (is(tag, "rua"))
        read_uris(p, tag->value, &r->rua, &r->rua_count);
    else if (is(tag, "ruf"))
        read_uris(p, tag->value, &r->ruf, &r->ruf_count);
    else if (is(tag, "pct"))
        read_pct(p, tag->value);
    else if (is(tag, "rf") || is(tag, "ri"))
        remark(p, DMARC_REMOVED_TAG, tag->name);
}

static int compare_places(const struct dmarc_remark *a, const struct dmarc_remark *b)
{
    return a->span.at < b->span.at ? -1 : a->span.at > b->span.at;
}

static void sort_remarks(struct parser *p)
{
    for (size_t i = 1; i < p->record->remark_count; i++)
        for (size_t k = i; k > 0 && compare_places(&p->remarks[k - 1], &p->remarks[k]) > 0; k--) {
            struct dmarc_remark swap = p->remarks[k];

            p->remarks[k] = p->remarks[k - 1];
            p->remarks[k - 1] = swap;
        }
}

struct dmarc_record dmarc_record_parse(struct arena *arena, struct str text)
{
    struct dmarc_record r = {.tags = taglist_parse_any_case(arena, text), .pct = 100};
    struct parser p = {arena, &r, ARENA_ARRAY(arena, struct dmarc_remark, REMARKS_MAX)};
    const struct tag *policy = taglist_find(&r.tags, "p");

    for (size_t i = 0; i < r.tags.fault_count; i++)
        remark(&p, r.tags.faults[i].kind == TAG_REPEATED ? DMARC_TAG_REPEATED : DMARC_TAG_SYNTAX,
               r.tags.faults[i].span);
    for (size_t i = 1; i < r.tags.count; i++) /* the first is v */
        if (!r.tags.tags[i].repeated)
            read_tag(&p, &r.tags.tags[i]);
    if (!policy)
        remark(&p, DMARC_NO_POLICY, (struct str){text.at + text.len, 0});
    else if (policy != r.tags.tags + 1)
        remark(&p, DMARC_LATE_POLICY, policy->name);
    r.remarks = p.remarks;
    sort_remarks(&p);
    return r;
}

enum dmarc_policy dmarc_policy_weakened(enum dmarc_policy policy)
{
    return policy > DMARC_NONE ? policy - 1 : policy;
}

const char *dmarc_policy_word(enum dmarc_policy policy)
{
    static const char *const words[] = {
        [DMARC_UNSAID] = "unsaid", [DMARC_NONE] = "none", [DMARC_QUARANTINE] = "quarantine", [DMARC_REJECT] = "reject"};

    return words[policy];
}

const char *dmarc_remark_text(enum dmarc_remark_kind kind)
{
    static const char *const texts[DMARC_REMARK_COUNT] = {
        [DMARC_TAG_SYNTAX] = "not a tag of the form NAME=VALUE; it is ignored",
        [DMARC_TAG_REPEATED] = "a second tag of that name; receivers differ in which one counts",
        [DMARC_BAD_POLICY] = "neither none, quarantine nor reject",
        [DMARC_NO_POLICY] = "p is missing: it counts as none, and some receivers ask for it",
        [DMARC_LATE_POLICY] = "p is not the second tag, where receivers that follow RFC 7489 may expect it",
        [DMARC_BAD_VALUE] = "not a value of this tag; the default is used",
        [DMARC_BAD_URI] = "not a URI that reports could be sent to",
        [DMARC_UNUSUAL_URI] = "receivers need not support more than mailto",
        [DMARC_URI_SIZE] = "a size limit: ignored since RFC 9989",
        [DMARC_TOO_MANY_URIS] = "more destinations than receivers send to",
        [DMARC_PCT_PARTIAL] =
            "pct: RFC 9989 has no such tag, so the policy holds for all mail there; t=y is what it has for tests",
        [DMARC_REMOVED_TAG] = "removed by RFC 9989, and ignored",
    };

    return texts[kind];
}
