/* core/facts/expectation.c - reads what the user expects. */
#include "core/facts/expectation.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/base/str.h"

enum { SHA256_HEX = 64, PREFERENCE_MAX = 65535 };

const char *const expectation_words[] = {"mx", "spf", "dmarc", "ptr", "dkim", "tlsa", "senders", NULL};

struct reader {
    struct arena *arena;
    const char *at;
    const char *why;
};

static bool wrong(struct reader *r, const char *why)
{
    r->why = why;
    return false;
}

/* The next word; "" at the end. */
static const char *take(struct reader *r)
{
    size_t length;
    const char *word;

    r->at += strspn(r->at, " \t");
    length = strcspn(r->at, " \t");
    word = str_text(r->arena, (struct str){r->at, length});
    r->at += length;
    return word;
}

static bool at_end(struct reader *r)
{
    r->at += strspn(r->at, " \t");
    return *r->at == '\0' || wrong(r, str_printf(r->arena, "goes on behind its end: \"%s\"", r->at));
}

static bool take_name(struct reader *r, const char *what, const char **out)
{
    const char *word = take(r), *fault;

    *out = name_from_user(r->arena, word, &fault);
    if (*out && (*out)[0] == '\0')
        *out = NULL;
    return *out || wrong(r, str_printf(r->arena, "names no %s: \"%s\"", what, word));
}

static bool read_one_mx(struct reader *r, struct expected_mx *out)
{
    const char *number = take(r);
    char *end;
    long preference = strtol(number, &end, 10);

    if (!ascii_is_digit(*number) || *end || preference > PREFERENCE_MAX)
        return wrong(r,
                     str_printf(r->arena, "has no preference of an MX record at \"%s\": PREFERENCE HOST, ...", number));
    *out = (struct expected_mx){.preference = (unsigned)preference, .host = ""};
    r->at += strspn(r->at, " \t");
    if (strncmp(r->at, ".", 2) == 0) {
        r->at++;
        return true;
    }
    return take_name(r, "MX host", &out->host);
}

static bool read_mx(struct reader *r, struct expectation *out)
{
    size_t room = 1;
    struct expected_mx *all;
    const char *rest = r->at + strspn(r->at, " \t");

    if (strcmp(rest, "none") == 0)
        return true;
    for (const char *at = rest; *at; at++)
        room += *at == ',';
    out->mx = all = ARENA_ARRAY(r->arena, struct expected_mx, room);
    while (out->mx_count < room) {
        size_t length = strcspn(rest, ",");
        struct reader part = {.arena = r->arena, .at = str_text(r->arena, (struct str){rest, length})};

        if (!read_one_mx(&part, &all[out->mx_count++]) || !at_end(&part))
            return wrong(r, part.why);
        rest += length + (rest[length] == ',');
    }
    r->at = rest;
    return true;
}

static bool read_spf(struct reader *r, struct expectation *out)
{
    const char *verb = take(r), *word = take(r);
    unsigned bits;

    if (strcmp(verb, "allows") != 0 && strcmp(verb, "denies") != 0)
        return wrong(r, "is neither \"spf allows ADDRESS\" nor \"spf denies ADDRESS\"");
    out->kind = strcmp(verb, "allows") == 0 ? EXPECT_KIND_SPF_ALLOWS : EXPECT_KIND_SPF_DENIES;
    if (!ip_network_parse(word, &out->network))
        return wrong(r, str_printf(r->arena, "names neither an address nor a network: \"%s\"", word));
    bits = ip_network_host_bits(&out->network);
    if (bits >= 32 || 1U << bits > EXPECTED_ADDRESSES)
        return wrong(r, str_printf(r->arena, "names a network of %s, of which each is judged: %d at most",
                                   ip_network_size_text(r->arena, &out->network), EXPECTED_ADDRESSES));
    out->network_text = word;
    return true;
}

static bool read_dmarc(struct reader *r, struct expectation *out)
{
    static const char *const policies[] = {"none", "quarantine", "reject"};
    const char *at = take(r), *least = take(r), *policy = take(r);

    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++)
        if (strcmp(policy, policies[i]) == 0)
            out->word = policies[i];
    return (out->word && strcmp(at, "at") == 0 && strcmp(least, "least") == 0) ||
           wrong(r, "is not \"dmarc at least none|quarantine|reject\"");
}

static bool read_ptr(struct reader *r, struct expectation *out)
{
    const char *address = take(r);

    if (!ip_parse(address, &out->ip))
        return wrong(r, str_printf(r->arena, "names no address: \"%s\"", address));
    return take_name(r, "reverse name", &out->name);
}

static bool read_dkim(struct reader *r, struct expectation *out)
{
    static const char prefix[] = "sha256:";
    const char *selector = take(r), *digest = take(r), *fault;
    char *lower = arena_alloc(r->arena, strlen(digest) + 1);
    size_t length = 0;

    if (!*selector || !name_from_user(r->arena, str_printf(r->arena, "%s._domainkey.example", selector), &fault))
        return wrong(r, str_printf(r->arena, "names no selector: \"%s\"", selector));
    out->name = selector;
    if (!str_starts_nocase(str_of(digest), prefix))
        return wrong(r, "has no digest of the key: sha256:HEX");
    for (const char *at = digest + strlen(prefix); *at; at++) {
        if (!ascii_is_hex(*at))
            return wrong(r, str_printf(r->arena, "has a digest that is not in hex: \"%s\"", digest));
        lower[length++] = ascii_lower(*at);
    }
    lower[length] = '\0';
    out->word = lower;
    return length == SHA256_HEX ||
           wrong(r, str_printf(r->arena, "has a digest of %zu digits: a SHA-256 has %d", length, SHA256_HEX));
}

static bool read_senders(struct reader *r, struct expectation *out)
{
    (void)out;
    return strcmp(take(r), "complete") == 0 || wrong(r, "is not \"senders complete\"");
}

static bool read_tlsa(struct reader *r, struct expectation *out)
{
    return take_name(r, "host", &out->name);
}

bool expectation_parse(struct arena *arena, const char *text, struct expectation *out, const char **why)
{
    static const struct {
        enum expectation_kind kind;
        bool (*read)(struct reader *, struct expectation *);
    } kinds[] = {{EXPECT_KIND_MX, read_mx},          {EXPECT_KIND_SPF_ALLOWS, read_spf},
                 {EXPECT_KIND_DMARC, read_dmarc},    {EXPECT_KIND_PTR, read_ptr},
                 {EXPECT_KIND_DKIM, read_dkim},      {EXPECT_KIND_TLSA, read_tlsa},
                 {EXPECT_KIND_SENDERS, read_senders}}; /* as expectation_words */
    struct reader r = {.arena = arena, .at = text};
    const char *word = take(&r);

    for (size_t i = 0; expectation_words[i]; i++) {
        if (strcmp(word, expectation_words[i]) != 0)
            continue;
        *out = (struct expectation){.kind = kinds[i].kind, .text = text};
        if (kinds[i].read(&r, out) && (kinds[i].kind == EXPECT_KIND_MX || at_end(&r)))
            return true;
        *why = r.why;
        return false;
    }
    *why = "begins with no known expectation: mx, spf, dmarc, ptr, dkim, tlsa or senders";
    return false;
}
