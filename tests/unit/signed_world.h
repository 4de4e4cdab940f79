/* tests/unit/signed_world.h - the root, a zone and a name of it, signed in the test, and what is told instead of them.
 */
#pragma once

#include "core/base/limits.h"
#include "core/base/str.h"
#include "tests/unit/zone_lines.h"

#include "tests/unit/signing.h" /* behind the zone, whose arenas have the name of the test's */

enum { NOW = 1767225600 /* of zone.h */, DAY = 86400, SETS_MAX = 14, REPLIES_MAX = 64, LINES_MAX = 4, SEEDS = 3 };

enum kind { UNSIGNED, GOOD, SPOILED, EXPIRED, EARLY, WILD /* of a wildcard one label up */, MIXED, BY_OTHER, MANY };

struct set { /* "www.example A \\# 4 0b000001", "example DS", "example DNSKEY": of the key that signs all; "~" before
                it: authority section */
    const char *text;
    const char *signer;
    enum kind kind;
};

struct given {
    const char *key; /* of the evidence; "!" before it: the resolver has it of itself */
    struct set sets[SETS_MAX];
};

static struct signing_key signer, other;

static inline void begin_signing(void)
{
    signer = key_of(1, ENTRY_KEY);
    other = key_of(2, ENTRY_KEY);
}

static inline void end_signing(void)
{
    forget(&signer);
    forget(&other);
}

static inline const char *hex_ds(const char *zone, unsigned algorithm, bool is_other)
{
    const char *text = ds_text_of(arena, name_of(zone), &signer.dnskey), *digest = strrchr(text, ' ') + 1;

    return str_printf(arena, "\\# 36 %04x%02x02%.62s%s", signer.dnskey.tag, algorithm, digest,
                      is_other ? "00" : digest + 62);
}

static inline void add_set(struct reply *reply, const struct set *set)
{
    bool in_authority = set->text[0] == '~';
    const char *text = set->text + in_authority, *type = strchr(text, ' ') + 1, *rest = strchr(type, ' ');
    const char *owner = str_printf(arena, "%.*s", (int)(type - text - 1), text);
    const char *word = str_printf(arena, "%.*s", rest ? (int)(rest - type) : (int)strlen(type), type);
    struct signing how = {owner, set->signer, 0, 0, NOW - DAY, NOW + DAY, set->kind == SPOILED};
    struct wire_record *record;

    if (strcmp(word, "DNSKEY") == 0) {
        add_key(reply, owner, &signer);
        if (set->kind == BY_OTHER)
            add_key(reply, owner, &other);
        record = &reply->records[reply->count - 1];
    } else {
        if (strcmp(word, "DS") == 0)
            rest = hex_ds(owner, rest && strstr(rest, "unknown") ? 200 : ED25519, rest && strstr(rest, "other"));
        record = add(reply, str_printf(arena, "%s. 1 IN %s %s", owner, word, rest + (*rest == ' ')), !in_authority);
    }
    if (set->kind == UNSIGNED)
        return;
    how.type = record->type;
    how.labels = (unsigned)name_labels(owner) - (set->kind == WILD);
    how.until = set->kind == EXPIRED ? NOW - 1 : how.until;
    how.from = set->kind == EARLY ? NOW + 1 : how.from;
    sign(reply, set->kind == BY_OTHER || set->kind == MANY ? &other : &signer, how);
    for (size_t i = 0; set->kind == MANY && i < DNSSEC_SIGNATURES_MAX; i++)
        sign(reply, &other, how);
    for (size_t i = 0; set->kind == MIXED && i < 3; i++) {
        sign(reply, &signer, how);
        ((char *)(uintptr_t)reply->records[reply->count - 1].rdata.at)[2] = i ? 8 : ED25519;
    }
}

/* What is asked for by our own eyes; the rest is the zone's. */
static const struct given *told[REPLIES_MAX];

static inline const void *say(const struct zone *zone, struct evidence *evidence)
{
    const void *line = zone->said_count ? zone_said(zone, evidence) : NULL;

    if (line)
        return line;
    for (size_t i = 0; i < REPLIES_MAX && told[i]; i++) {
        bool is_own = told[i]->key[0] == '!';
        struct signed_reply *reply;
        struct reply *sets;

        if (strcmp(told[i]->key + is_own, evidence->text) != 0)
            continue;
        sets = ARENA_NEW(arena, struct reply);
        for (size_t k = 0; k < SETS_MAX && told[i]->sets[k].text; k++)
            add_set(sets, &told[i]->sets[k]);
        reply = ARENA_NEW(arena, struct signed_reply);
        *reply = as_reply(sets);
        reply->key = str_dup(arena, evidence->text);
        reply->server = "127.0.0.1";
        reply->is_own = is_own;
        return reply;
    }
    return NULL;
}

/* The root, a zone and a name of it, as they should be. */
static const struct given sound[] = {
    {"dnssec:/DNSKEY", {{" DNSKEY", "", GOOD}}},
    {"dnssec:/SOA", {{" SOA \\# 22 00000000000100000002000000030000000400000005", "", GOOD}}},
    {"dnssec:example/DS", {{"example DS", "", GOOD}}},
    {"dnssec:example/DNSKEY", {{"example DNSKEY", "example", GOOD}}},
    {"dnssec:www.example/SOA",
     {{"~example SOA \\# 22 00000000000100000002000000030000000400000005", "example", UNSIGNED}}},
    {"dnssec:www.example/A", {{"www.example A \\# 4 0b000001", "example", GOOD}}},
};

struct asked {
    const char *name, *text;
    unsigned type;
};

struct situation {
    const char *name;
    unsigned type;
    struct given given[8];
    const char *text;
    const char *lines[LINES_MAX];
};

static const struct given *more_given;
static size_t more_count, anchors_before;

static inline void tell_more(const struct given *given, size_t count)
{
    more_given = given;
    more_count = count;
}

/* Those of the situation come before the sound ones. */
static inline void tell(const struct given *given, size_t count)
{
    size_t told_count = 0;

    for (size_t i = 0; i < count && given[i].key; i++)
        told[told_count++] = &given[i];
    for (size_t i = 0; i < more_count; i++)
        told[told_count++] = &more_given[i];
    for (size_t i = 0; i < sizeof sound / sizeof *sound; i++)
        told[told_count++] = &sound[i];
    for (; told_count < REPLIES_MAX; told_count++)
        told[told_count] = NULL;
}

static const char *const canaries[] = {"bogus.lab"};

static inline void is_so(const struct situation *situation, size_t number, void (*ask)(struct run *, void *))
{
    const char *anchors[TRUST_ANCHORS_MAX + 1];
    const struct target target = {.domain = "example.com",
                                  .trust_anchors = anchors,
                                  .trust_anchor_count = anchors_before + 1,
                                  .bogus_canaries = canaries,
                                  .bogus_canary_count = 1};

    for (size_t i = 0; i < anchors_before; i++)
        anchors[i] = ds_text_of(arena, name_of(""), &other.dnskey);
    anchors[anchors_before] = ds_text_of(arena, name_of(""), &signer.dnskey);
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct asked a = {.name = situation->name, .type = situation->type};
        struct zone *zone = zone_new();
        struct zone_session s;

        for (size_t i = 0; i < LINES_MAX && situation->lines[i]; i++)
            zone_add_line(zone, situation->lines[i]);
        zone->say = say;
        tell(situation->given, sizeof situation->given / sizeof *situation->given);
        zone_open(&s, zone, &target, seed);
        zone_run(&s, ask, &a);
        if (strcmp(a.text, situation->text) != 0)
            fail_msg("%zu: \"%s\", not \"%s\"", number, a.text, situation->text);
        zone_close(&s);
        zone_free(zone);
    }
}

#define A_OF_WWW(kind)                                                                                                 \
    {                                                                                                                  \
        "www.example A \\# 4 0b000001", "example", kind                                                                \
    }
#define SOA "\\# 22 00000000000100000002000000030000000400000005"
#define SERVER "example NS n1.lab", "n1.lab A 11.0.0.1"
#define AT_SERVER "dnssec@11.0.0.1:"
/* from example to z, with NS records and no DS */
#define NO_DS(kind)                                                                                                    \
    {                                                                                                                  \
        "~example NSEC \\# 6 017a00000120", "", kind                                                                   \
    }
