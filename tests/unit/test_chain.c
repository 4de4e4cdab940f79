/* The chain of trust from the root to a record, through zones that are signed here: a table of what is wrong where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/derive/chain.h"
#include "tests/unit/signed_world.h"

static const char *text_of(struct arena *where, const struct chain *c)
{
    static const char *const words[] = {
        [DNS_UNDECIDED] = "undecided", [DNS_INSECURE] = "insecure", [DNS_SECURE] = "secure", [DNS_BOGUS] = "bogus"};
    const char *why = c->security == DNS_UNDECIDED ? c->trouble.why : chain_fault_text(where, c);

    why = why ? why : "";
    assert_int_equal(c->until != NULL, chain_is_by_time(c));
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

#define SUB                                                                                                            \
    {"dnssec:sub.example/DNSKEY", {{"sub.example DNSKEY", "sub.example", GOOD}}},                                      \
    {                                                                                                                  \
        "dnssec:a.sub.example/A",                                                                                      \
        {                                                                                                              \
            {                                                                                                          \
                "a.sub.example A \\# 4 0b000001", "sub.example", GOOD                                                  \
            }                                                                                                          \
        }                                                                                                              \
    }

static const struct situation chains[] = {
    {"www.example", DNS_A, {{.key = NULL}}, "secure, 1 records by 1, on 4", {NULL}},
    {"WWW.example", DNS_A, {{.key = NULL}}, "secure, 1 records by 1, on 4", {NULL}},
    {"www.example", DNS_A, {{"dnssec:www.example/A", {A_OF_WWW(MIXED)}}}, "secure, 1 records by 2, on 4", {NULL}},

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
     {{.key = NULL}},
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
      {"dnssec:xxx.example/SOA", {{.text = NULL}}}},
     "undecided: the resolver does not say which zone it belongs to, 0 records by 0, on 2",
     {NULL}},
    {"xxx.example",
     DNS_A,
     {{"dnssec:xxx.example/A", {{"xxx.example A \\# 4 0b000001", "example", UNSIGNED}}},
      {"dnssec:xxx.example/SOA", {{.text = NULL}}}},
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

    {"www.example",
     DNS_A,
     {{"dnssec:www.example/A", {A_OF_WWW(MANY)}}},
     "undecided: signatures that this program does not check: keys of a kind that OpenSSL refuses here, or too many of "
     "them, 0 records by 1, on 4",
     {NULL}},
    {"www.example", DNS_A, {{AT_SERVER "www.example/A", {A_OF_WWW(GOOD)}}}, "secure, 1 records by 1, on 4", {SERVER}},
    {"www.b.example",
     DNS_A,
     {{"dnssec:www.b.example/A",
       {{"b.example DNAME \\# 9 076578616d706c6500", "example", UNSIGNED},
        {"b.example DNAME \\# 12 026d78076578616d706c6500", "example", GOOD},
        {"www.b.example CNAME \\# 13 03777777076578616d706c6500", "", UNSIGNED},
        A_OF_WWW(GOOD)}}},
     "undecided: there is a DNAME record above it that leads to no name, 1 records by 1, on 4",
     {NULL}},
    {"www.b.example",
     DNS_CNAME,
     {{"dnssec:www.b.example/CNAME", {{"b.example DNAME \\# 9 076578616d706c6500", "example", GOOD}}}},
     "secure, 1 records by 0, on 4",
     {NULL}},
    {"www.example",
     DNS_A,
     {{"dnssec:www.example/A",
       {{"www.example CNAME \\# 12 026d78076578616d706c6500", "example", GOOD}, A_OF_WWW(GOOD)}}},
     "secure, 1 records by 1, on 4",
     {NULL}},
    {"www.example",
     DNS_A,
     {{"dnssec:www.example/A", {A_OF_WWW(UNSIGNED)}},
      {"dnssec:www.example/SOA",
       {{"~other SOA " SOA, "", UNSIGNED},
        {"~other A \\# 4 0b000001", "", UNSIGNED},
        {"~example SOA " SOA, "", UNSIGNED}}}},
     "undecided: the resolver hands on no signature, and the zone's own servers could not be asked, 0 records by 0, on "
     "5",
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
     {{"dnssec:example/DNSKEY", {{.text = NULL}}}},
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
     {{"dnssec:example/DS", {{.text = NULL}}}},
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
    {"www.example",
     DNS_A,
     {{"dnssec:example/DNSKEY", {{"example DNSKEY", "example", BY_OTHER}}}},
     "bogus: example does not sign its DNSKEY records with a key that counts, 0 records by 1, on 4",
     {NULL}},
    {"www.example",
     DNS_A,
     {{.key = NULL}},
     "undecided: the name servers answered with an error (SERVFAIL), 0 records by 1, on 4",
     {"dnssec:example/DNSKEY {'reason': 'servfail'}"}},

    /* the zone above, by who signs, or by the owner of the SOA record that comes instead */
    {"www.example",
     DNS_A,
     {{"dnssec:example/DS",
       {{"example TXT \\# 2 0161", "example", GOOD}, {"example A \\# 4 0b000001", "other", GOOD}, NO_DS(GOOD)}}},
     "insecure: the zone above proves that it has no DS record for example, 0 records by 1, on 3",
     {NULL}},
    {"a.sub.example",
     DNS_A,
     {SUB, {"dnssec:sub.example/DS", {{"sub.example DS", "example", GOOD}}}},
     "secure, 1 records by 1, on 6",
     {NULL}},
    {"a.sub.example",
     DNS_A,
     {SUB,
      {"dnssec:sub.example/DS",
       {{"sub.example TXT \\# 19 11616161616161616161616161616161616100", "", UNSIGNED},
        {"sub.example DS", "example", GOOD}}}},
     "secure, 1 records by 1, on 6",
     {NULL}},
    {"a.sub.example",
     DNS_A,
     {SUB,
      {"dnssec:sub.example/DS",
       {{"~ TXT \\# 2 0161", "", UNSIGNED}, {" SOA " SOA, "", UNSIGNED}, {"~example SOA " SOA, "", UNSIGNED}}}},
     "undecided: the resolver withholds the proof that it is not signed, 0 records by 1, on 5",
     {NULL}},
    {"a.sub.example",
     DNS_A,
     {SUB, {"dnssec:sub.example/DS", {{"sub.example DS", "example", GOOD}}}, {"dnssec:example/DS", {NO_DS(GOOD)}}},
     "insecure: the zone above proves that it has no DS record for example, 0 records by 1, on 4",
     {NULL}},

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
     {{"dnssec:/DNSKEY", {{.text = NULL}}}},
     "undecided: the resolver withholds signatures, or damages them: not even the root's are sound, 0 records by 1, on "
     "3",
     {NULL}},
};

static void chains_of_trust(void **state)
{
    (void)state;
    begin_signing();
    for (size_t i = 0; i < sizeof chains / sizeof *chains; i++)
        is_so(&chains[i], i, ask_chain);
    end_signing();
}

/* So many aliases are followed; what comes behind them is not looked at. */
static void aliases_are_bounded(void **state)
{
    (void)state;
    begin_signing();
    for (int count = DNS_CNAME_MAX; count <= DNS_CNAME_MAX + 1; count++) {
        struct situation s = {.name = "c00.example", .type = DNS_A};

        s.text = count <= DNS_CNAME_MAX ? "secure, 1 records by 1, on 4" : "secure, 1 records by 0, on 4";
        s.given[0].key = "dnssec:c00.example/A";
        for (int i = 0; i < count; i++)
            s.given[0].sets[i] =
                (struct set){str_printf(arena, "c%02d.example CNAME \\# 13 0363%02x%02x076578616d706c6500", i,
                                        '0' + (i + 1) / 10, '0' + (i + 1) % 10),
                             "example", GOOD};
        s.given[0].sets[count] =
            (struct set){str_printf(arena, "c%02d.example A \\# 4 0b000001", count), "example", GOOD};
        is_so(&s, (size_t)count, ask_chain);
    }
    end_signing();
}

/* So many zones, one below the other, and so many keys of the evidence. */
static void zones_are_bounded(void **state)
{
    static struct given given[2 * (DNSSEC_ZONES_MAX + 1) + 1];

    (void)state;
    begin_signing();
    for (size_t count = DNSSEC_ZONES_MAX; count <= DNSSEC_ZONES_MAX + 1; count++) {
        const char *zone = "";
        struct situation s;

        for (size_t i = 0; i < count; i++) {
            const char *below = *zone ? str_printf(arena, "a.%s", zone) : "a";

            given[2 * i] = (struct given){str_printf(arena, "dnssec:%s/DS", below),
                                          {{str_printf(arena, "%s DS", below), zone, GOOD}}};
            given[2 * i + 1] = (struct given){str_printf(arena, "dnssec:%s/DNSKEY", below),
                                              {{str_printf(arena, "%s DNSKEY", below), below, GOOD}}};
            zone = below;
        }
        s = (struct situation){
            .name = str_printf(arena, "w.%s", zone),
            .type = DNS_A,
            .text = count <= DNSSEC_ZONES_MAX
                        ? "secure, 1 records by 1, on 16"
                        : "undecided: more zones one below the other than are followed, 0 records by 1, on 16"};
        given[2 * count] = (struct given){str_printf(arena, "dnssec:%s/A", s.name),
                                          {{str_printf(arena, "%s A \\# 4 0b000001", s.name), zone, GOOD}}};
        tell_more(given, 2 * count + 1);
        is_so(&s, count, ask_chain);
    }
    tell_more(NULL, 0);
    end_signing();
}

/* As many trust anchors as are looked at, the right one last. */
static void anchors_are_bounded(void **state)
{
    (void)state;
    begin_signing();
    for (anchors_before = TRUST_ANCHORS_MAX - 1; anchors_before <= TRUST_ANCHORS_MAX; anchors_before++) {
        const struct situation s = {.name = "www.example",
                                    .type = DNS_A,
                                    .text = anchors_before < TRUST_ANCHORS_MAX
                                                ? "secure, 1 records by 1, on 4"
                                                : "undecided: the resolver's root zone has other keys than the trust "
                                                  "anchors name, 0 records by 1, on 3"};

        is_so(&s, anchors_before, ask_chain);
    }
    anchors_before = 0;
    end_signing();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(chains_of_trust),
        TEST(aliases_are_bounded),
        TEST(zones_are_bounded),
        TEST(anchors_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
