/* The chain of trust from the root to a record, through zones that are signed here: a table of what is wrong where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/derive/chain.h"
#include "core/derive/dnssec.h"
#include "core/derive/resolver.h"
#include "tests/unit/zone_lines.h"

#include "tests/unit/signing.h" /* behind the zone, whose arenas have the name of the test's */

enum { NOW = 1767225600 /* of zone.h */, DAY = 86400, SETS_MAX = 4, REPLIES_MAX = 16, LINES_MAX = 4, SEEDS = 3 };

enum kind { UNSIGNED, GOOD, SPOILED, EXPIRED, EARLY, WILD /* of a wildcard one label up */, TWICE };

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

static struct signing_key signer;

static const char *hex_ds(const char *zone, unsigned algorithm, bool is_other)
{
    const char *text = ds_text_of(arena, name_of(zone), &signer.dnskey), *digest = strrchr(text, ' ') + 1;

    return str_printf(arena, "\\# 36 %04x%02x02%.62s%s", signer.dnskey.tag, algorithm, digest,
                      is_other ? "00" : digest + 62);
}

static void add_set(struct reply *reply, const struct set *set)
{
    bool in_authority = set->text[0] == '~';
    const char *text = set->text + in_authority, *type = strchr(text, ' ') + 1, *rest = strchr(type, ' ');
    const char *owner = str_printf(arena, "%.*s", (int)(type - text - 1), text);
    const char *word = str_printf(arena, "%.*s", rest ? (int)(rest - type) : (int)strlen(type), type);
    struct signing how = {owner, set->signer, 0, 0, NOW - DAY, NOW + DAY, set->kind == SPOILED};
    struct wire_record *record;

    if (strcmp(word, "DNSKEY") == 0) {
        add_key(reply, owner, &signer);
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
    sign(reply, &signer, how);
    if (set->kind == TWICE)
        sign(reply, &signer, how);
}

/* What is asked for by our own eyes; the rest is the zone's. */
static const struct given *told[REPLIES_MAX];

static const void *say(const struct zone *zone, struct evidence *evidence)
{
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
    return zone->said_count ? zone_said(zone, evidence) : NULL;
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

static const char *text_of(struct arena *where, const struct chain *c)
{
    static const char *const words[] = {
        [DNS_UNDECIDED] = "undecided", [DNS_INSECURE] = "insecure", [DNS_SECURE] = "secure", [DNS_BOGUS] = "bogus"};
    const char *why = c->security == DNS_UNDECIDED ? c->trouble.why : chain_fault_text(where, c);

    return str_printf(where, "%s%s%s%s%s, %zu records by %zu, on %zu", words[c->security], *why ? ": " : "", why,
                      c->is_tampered ? ", tampered with" : "", c->ds ? ", DS" : "", c->record_count, c->algorithm_count,
                      c->key_count);
}

static void ask_chain(struct run *run, void *arg)
{
    struct asked *a = arg;
    const struct chain *c = need_chain(run, a->name, a->type);

    a->text = c->pending ? "pending" : text_of(run_arena(run), c);
}

struct situation {
    const char *name;
    unsigned type;
    struct given given[8];
    const char *text;
    const char *lines[LINES_MAX];
};

/* Those of the situation come before the sound ones. */
static void tell(const struct given *given, size_t count)
{
    size_t told_count = 0;

    for (size_t i = 0; i < count && given[i].key; i++)
        told[told_count++] = &given[i];
    for (size_t i = 0; i < sizeof sound / sizeof *sound; i++)
        told[told_count++] = &sound[i];
    for (; told_count < REPLIES_MAX; told_count++)
        told[told_count] = NULL;
}

static const char *const canaries[] = {"bogus.lab"};

static void is_so(const struct situation *situation, size_t number, void (*ask)(struct run *, void *))
{
    const char *anchor = ds_text_of(arena, name_of(""), &signer.dnskey);
    const struct target target = {.domain = "example.com",
                                  .trust_anchors = &anchor,
                                  .trust_anchor_count = 1,
                                  .bogus_canaries = canaries,
                                  .bogus_canary_count = 1};

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
#define DAY_BEFORE "31 Dec 2025"

static const struct situation chains[] = {
    {"www.example", DNS_A, {{NULL}}, "secure, 1 records by 1, on 4", {NULL}},
    {"WWW.example", DNS_A, {{NULL}}, "secure, 1 records by 1, on 4", {NULL}},
    {"www.example", DNS_A, {{"dnssec:www.example/A", {A_OF_WWW(TWICE)}}}, "secure, 1 records by 1, on 4", {NULL}},

    /* the record: its own servers are asked before anybody is accused */
    {"www.example",
     DNS_A,
     {{"dnssec:www.example/A", {A_OF_WWW(SPOILED)}}},
     "bogus: the signature of example over its A records is wrong, 0 records by 1, on 4",
     {NULL}},
    {"www.example",
     DNS_A,
     {{"dnssec:www.example/A", {A_OF_WWW(SPOILED)}}, {AT_SERVER "www.example/A", {A_OF_WWW(SPOILED)}}},
     "bogus: the signature of example over its A records is wrong, 0 records by 1, on 4",
     {SERVER}},
    {"www.example",
     DNS_A,
     {{"dnssec:www.example/A", {A_OF_WWW(SPOILED)}}, {AT_SERVER "www.example/A", {A_OF_WWW(GOOD)}}},
     "secure, tampered with, 1 records by 1, on 5",
     {SERVER}},
    {"www.example",
     DNS_A,
     {{"!dnssec:www.example/A", {A_OF_WWW(SPOILED)}}},
     "undecided: the resolver hands on no signature, and the zone's own servers could not be asked, 0 records by 1, on "
     "4",
     {NULL}},
    {"www.example",
     DNS_A,
     {{"!dnssec:www.example/A", {A_OF_WWW(SPOILED)}}, {AT_SERVER "www.example/A", {A_OF_WWW(SPOILED)}}},
     "bogus: the signature of example over its A records is wrong, 0 records by 1, on 4",
     {SERVER}},
    {"www.example",
     DNS_A,
     {{"dnssec:www.example/A", {A_OF_WWW(UNSIGNED)}}},
     "undecided: the resolver hands on no signature, and the zone's own servers could not be asked, 0 records by 0, on "
     "5",
     {NULL}},
    {"www.example",
     DNS_A,
     {{"dnssec:www.example/A", {A_OF_WWW(UNSIGNED)}}, {AT_SERVER "www.example/A", {A_OF_WWW(UNSIGNED)}}},
     "bogus: example does not sign its A records with a key that counts, 0 records by 0, on 5",
     {SERVER}},
    {"www.example",
     DNS_A,
     {{"dnssec:www.example/A", {A_OF_WWW(UNSIGNED)}}, {AT_SERVER "www.example/A", {A_OF_WWW(GOOD)}}},
     "secure, tampered with, 1 records by 0, on 6",
     {SERVER}},
    {"www.example",
     DNS_A,
     {{"dnssec:www.example/A", {A_OF_WWW(EXPIRED)}}},
     "bogus: the signature of example over its A records has expired, on 2025-12-31T23:59:59Z, 0 records by 1, on 4",
     {NULL}},
    {"www.example",
     DNS_A,
     {{"dnssec:www.example/A", {A_OF_WWW(EARLY)}}},
     "bogus: the signature of example over its A records is not valid before 2026-01-01T00:00:01Z, 0 records by 1, on "
     "4",
     {NULL}},
    {"www.example",
     DNS_A,
     {{"dnssec:www.example/A", {{"www.example AAAA \\# 16 26000000000000000000000000000001", "example", GOOD}}}},
     "undecided: the resolver has no such record to check, 0 records by 0, on 5",
     {NULL}},
    {"www.example",
     DNS_A,
     {{"dnssec:www.example/A", {{"www.example AAAA \\# 16 26000000000000000000000000000001", "example", GOOD}}},
      {AT_SERVER "www.example/A", {A_OF_WWW(GOOD)}}},
     "secure, tampered with, 1 records by 0, on 6",
     {SERVER}},
    {"example",
     DNS_SOA,
     {{"dnssec:example/SOA", {{"example SOA " SOA, "example", GOOD}}}},
     "secure, 1 records by 1, on 4",
     {NULL}},
    {"example",
     DNS_SOA,
     {{"dnssec:example/SOA", {{"example SOA " SOA, "example", UNSIGNED}}}},
     "bogus: example does not sign its SOA records with a key that counts, 0 records by 0, on 4",
     {NULL}},
    {"xxx.example",
     DNS_A,
     {{NULL}},
     "undecided: no answer before the deadline, 0 records by 0, on 1",
     {"dnssec:xxx.example/A {'reason': 'timeout'}"}},
    {"xxx.example",
     DNS_A,
     {{"dnssec:xxx.example/A", {{"xxx.example A \\# 4 0b000001", "example", UNSIGNED}}}},
     "undecided: no answer before the deadline, 0 records by 0, on 2",
     {"dnssec:xxx.example/SOA {'reason': 'timeout'}"}},
    {"xxx.example",
     DNS_A,
     {{"dnssec:xxx.example/A", {{"xxx.example A \\# 4 0b000001", "example", UNSIGNED}}},
      {"dnssec:xxx.example/SOA", {{NULL}}}},
     "undecided: the resolver does not say which zone it belongs to, 0 records by 0, on 2",
     {NULL}},
    {"xxx.example",
     DNS_A,
     {{"dnssec:xxx.example/A", {{"xxx.example A \\# 4 0b000001", "example", UNSIGNED}}},
      {"dnssec:xxx.example/SOA", {{NULL}}}},
     "undecided: the resolver hands on no signature, and the zone's own servers could not be asked, 0 records by 0, on "
     "5",
     {SERVER}},

    /* a wildcard, with the proof that no name is nearer and without */
    {"www.example",
     DNS_A,
     {{"dnssec:www.example/A", {A_OF_WWW(WILD)}}},
     "undecided: it comes from a wildcard, and the proof that no other name is nearer is missing, 1 records by 1, on 4",
     {NULL}},
    {"www.example",
     DNS_A,
     {{"dnssec:www.example/A",
       {A_OF_WWW(WILD), {"~example NSEC \\# 14 017a076578616d706c6500000122", "example", GOOD}}}},
     "secure, 1 records by 1, on 4",
     {NULL}},

    /* aliases */
    {"a.example",
     DNS_A,
     {{"dnssec:a.example/A", {{"a.example CNAME \\# 13 03777777076578616d706c6500", "example", GOOD}, A_OF_WWW(GOOD)}}},
     "secure, 1 records by 1, on 4",
     {NULL}},
    {"a.example",
     DNS_A,
     {{"dnssec:a.example/A",
       {{"a.example CNAME \\# 13 03777777076578616d706c6500", "example", SPOILED}, A_OF_WWW(GOOD)}}},
     "bogus: the signature of example over its CNAME records is wrong, 1 records by 1, on 4",
     {NULL}},
    {"a.example",
     DNS_A,
     {{"dnssec:a.example/A",
       {{"a.example CNAME \\# 13 03777777076578616d706c6500", "example", GOOD}, A_OF_WWW(SPOILED)}}},
     "bogus: the signature of example over its A records is wrong, 0 records by 1, on 4",
     {NULL}},
    {"a.example",
     DNS_A,
     {{"dnssec:a.example/A",
       {{"a.example CNAME \\# 13 03777777076578616d706c6500", "example", UNSIGNED}, A_OF_WWW(SPOILED)}}},
     "bogus: the signature of example over its A records is wrong, 0 records by 1, on 5",
     {NULL}},
    {"a.example",
     DNS_CNAME,
     {{"dnssec:a.example/CNAME", {{"a.example CNAME \\# 13 03777777076578616d706c6500", "example", GOOD}}}},
     "secure, 1 records by 1, on 4",
     {NULL}},
    {"a.example",
     DNS_A,
     {{"dnssec:a.example/A", {{"a.example CNAME \\# 11 0161076578616d706c6500", "example", GOOD}}}},
     "secure, 1 records by 0, on 4",
     {NULL}},
    {"www.b.example",
     DNS_A,
     {{"dnssec:www.b.example/A",
       {{"b.example DNAME \\# 9 076578616d706c6500", "example", GOOD},
        {"www.b.example CNAME \\# 13 03777777076578616d706c6500", "", UNSIGNED},
        A_OF_WWW(GOOD)}}},
     "secure, 1 records by 1, on 4",
     {NULL}},

    /* the zone */
    {"www.example",
     DNS_A,
     {{"dnssec:example/DS", {{"example DS", "", SPOILED}}}},
     "undecided: the resolver withholds signatures, or damages them: not even the root's are sound, 0 records by 1, on "
     "3",
     {NULL}},
    {"www.example",
     DNS_A,
     {{"dnssec:example/DS", {{"example DS unknown", "", GOOD}}}},
     "insecure: the DS records for example are of algorithms that validators do not know, 0 records by 1, on 3",
     {NULL}},
    {"www.example",
     DNS_A,
     {{"dnssec:example/DS", {{"example DS other", "", GOOD}}}},
     "bogus: the DS records at the zone above name none of the keys of example, DS, 0 records by 1, on 4",
     {NULL}},
    {"www.example",
     DNS_A,
     {{"dnssec:example/DNSKEY", {{"example DNSKEY", "example", SPOILED}}}},
     "bogus: the signature of example over its DNSKEY records is wrong, 0 records by 1, on 4",
     {NULL}},
    {"www.example",
     DNS_A,
     {{"dnssec:example/DNSKEY", {{"example DNSKEY", "example", UNSIGNED}}}},
     "bogus: example does not sign its DNSKEY records with a key that counts, 0 records by 1, on 4",
     {NULL}},
    {"www.example",
     DNS_A,
     {{"dnssec:example/DNSKEY", {{NULL}}}},
     "bogus: the zone above has a DS record for example, which has no DNSKEY records, 0 records by 1, on 4",
     {NULL}},
    {"www.example",
     DNS_A,
     {{"dnssec:example/DNSKEY", {{"example DNSKEY", "example", SPOILED}}},
      {AT_SERVER "example/DNSKEY", {{"example DNSKEY", "example", GOOD}}}},
     "secure, tampered with, 1 records by 1, on 4",
     {SERVER}},
    {"www.example",
     DNS_A,
     {{"dnssec:example/DS", {NO_DS(GOOD)}}},
     "insecure: the zone above proves that it has no DS record for example, 0 records by 1, on 3",
     {NULL}},
    {"www.example",
     DNS_A,
     {{"dnssec:example/DS", {NO_DS(SPOILED)}}},
     "undecided: the proof that it is not signed does not verify as the resolver hands it on, 0 records by 1, on 3",
     {NULL}},
    {"www.example",
     DNS_A,
     {{"dnssec:example/DS", {{"~ SOA " SOA, "", UNSIGNED}}}},
     "undecided: the resolver withholds the proof that it is not signed, 0 records by 1, on 3",
     {NULL}},
    {"www.example",
     DNS_A,
     {{"dnssec:example/DS", {{NULL}}}},
     "undecided: the resolver withholds the proof that it is not signed, 0 records by 1, on 4",
     {NULL}},
    {"www.example",
     DNS_A,
     {{"dnssec:example/DS", {{"~example NSEC \\# 5 017a000000", "", GOOD}}}},
     "undecided: the zone above knows of no such zone: it may be one of the resolver's own, 0 records by 1, on 3",
     {NULL}},
    {"www.example2",
     DNS_A,
     {{"dnssec:www.example2/A", {{"www.example2 A \\# 4 0b000001", "example2", GOOD}}}},
     "undecided: the name servers answered with an error (SERVFAIL), 0 records by 1, on 2",
     {"dnssec:example2/DS {'reason': 'servfail'}"}},

    /* the root, which nobody accuses */
    {"www.example",
     DNS_A,
     {{"dnssec:/DNSKEY", {{" DNSKEY", "", SPOILED}}}},
     "undecided: the resolver withholds signatures, or damages them: not even the root's are sound, 0 records by 1, on "
     "3",
     {NULL}},
    {"www.example",
     DNS_A,
     {{"dnssec:/DNSKEY", {{" DNSKEY", "", UNSIGNED}}}},
     "undecided: the resolver withholds signatures, or damages them: not even the root's are sound, 0 records by 1, on "
     "3",
     {NULL}},
    {"www.example",
     DNS_A,
     {{"dnssec:/DNSKEY", {{" DNSKEY", "", EXPIRED}}}},
     "undecided: by the clock of this machine not even the root's signatures are valid, 0 records by 1, on 3",
     {NULL}},
    {"www.example",
     DNS_A,
     {{"dnssec:/DNSKEY", {{" DNSKEY", "", EARLY}}}},
     "undecided: by the clock of this machine not even the root's signatures are valid, 0 records by 1, on 3",
     {NULL}},
    {"www.example",
     DNS_A,
     {{"dnssec:/DNSKEY", {{NULL}}}},
     "undecided: the resolver withholds signatures, or damages them: not even the root's are sound, 0 records by 1, on "
     "3",
     {NULL}},
};

static void chains_of_trust(void **state)
{
    (void)state;
    signer = key_of(1, ENTRY_KEY);
    for (size_t i = 0; i < sizeof chains / sizeof *chains; i++)
        is_so(&chains[i], i, ask_chain);
    forget(&signer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(chains_of_trust),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
