/* RRsets and their signatures, in the form that is signed: RFC 4034 3 and 6. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/arena.h"
#include "core/base/wire_name.h"
#include "core/facts/dns_answer.h"
#include "core/facts/record_text.h"
#include "core/facts/signed_reply.h"
#include "core/records/rrset.h"
#include "tests/unit/wire_text.h"

static const char *hex_of(struct str octets)
{
    return hex_text(arena, octets);
}

/* RFC 4034 6.2: names in lower case where the old types have them; RFC 6840 5.1: not in NSEC. */
static void names_in_data_are_signed_in_lower_case(void **state)
{
    static const struct {
        const char *type, *data, *canonical;
    } cases[] = {
        {"NS", "0141024258014300", "0161026278016300"},
        {"CNAME", "014100", "016100"},
        {"PTR", "014100", "016100"},
        {"DNAME", "014100", "016100"},
        {"MX", "0041024d5800", "0041026d7800"},
        {"SOA", "01410001420001410041", "01610001620001410041"}, /* and a serial number that looks like a third */
        {"TXT", "0141", "0141"},
        {"TYPE33", "000000000019014100", "000000000019014100"},
        {"NSEC", "014100000140", "014100000140"},
        {"NS", "0141", "0141"}, /* cut */
        {"NS", "", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *text = str_printf(arena, "example. 1 IN %s \\# %zu%s%s", cases[i].type, strlen(cases[i].data) / 2,
                                      *cases[i].data ? " " : "", cases[i].data);
        struct wire_record r = record_of(text, strcmp(cases[i].type, "NSEC") != 0);
        struct signed_reply reply = {.records = &r, .count = 1};
        struct rrset set = rrset_find(arena, &reply, name_of("example"), r.type);

        assert_int_equal(set.count, 1);
        assert_string_equal(hex_of(set.records[0]->rdata), cases[i].canonical);
    }
}

/* Of one owner, type and section; sorted by their octets, each once (RFC 4034 6.3). */
static void sets_are_sorted_and_have_each_record_once(void **state)
{
    struct wire_record records[] = {
        record_of("example. 1 IN TXT \\# 2 0162", true),     record_of("example. 1 IN TXT \\# 3 016263", true),
        record_of("example. 1 IN TXT \\# 2 0161", true),     record_of("example. 1 IN TXT \\# 2 0162", true),
        record_of("example. 1 IN TXT \\# 2 0163", false),    record_of("example. 1 IN AAAA \\# 1 00", true),
        record_of("www.example. 1 IN TXT \\# 2 0164", true), record_of("example. 1 IN TXT \\# 0", true)};
    struct signed_reply reply = {.records = records, .count = sizeof records / sizeof *records};
    struct rrset set = rrset_find(arena, &reply, name_of("example"), DNS_TXT);

    (void)state;
    assert_int_equal(set.count, 4);
    assert_string_equal(hex_of(set.records[0]->rdata), "");
    assert_string_equal(hex_of(set.records[1]->rdata), "0161");
    assert_string_equal(hex_of(set.records[2]->rdata), "0162");
    assert_string_equal(hex_of(set.records[3]->rdata), "016263");
}

/* RFC 4034 3.1.8.1: the head of the signature, and each record with the owner and the TTL that were signed. */
static void what_is_signed(void **state)
{
    struct wire_record records[] = {record_of("a.example. 300 IN A \\# 4 c0000202", true),
                                    record_of("a.example. 300 IN A \\# 4 c0000201", true)};
    struct signed_reply reply = {.records = records, .count = 2};
    struct rrset set = rrset_find(arena, &reply, name_of("a.example"), DNS_A);
    struct rrsig sig = {.labels = 2, .ttl_s = 0x00010203, .head = str_of("head")};

    (void)state;
    assert_string_equal(hex_of(rrset_signed_data(arena, &set, &sig)), "68656164"
                                                                      "0161076578616d706c650000010001000102030004c0000201"
                                                                      "0161076578616d706c650000010001000102030004c0000202");
    sig.labels = 1; /* of *.example */
    assert_string_equal(hex_of(rrset_signed_data(arena, &set, &sig)), "68656164"
                                                                      "012a076578616d706c650000010001000102030004c0000201"
                                                                      "012a076578616d706c650000010001000102030004c0000202");
}

#define RRSIG_TIMES "00000e1055d4fc6055b94ce00e1d"
#define RRSIG_OF_EXAMPLE RRSIG_TIMES "076578616d706c6500aa"

static void signatures_belong_to_a_set(void **state)
{
    static const struct {
        const char *owner, *signature;
        size_t count;
    } cases[] = {
        {"a.example", "a.example. 1 IN RRSIG \\# 28 00010f02" RRSIG_OF_EXAMPLE, 1},
        {"a.example", "a.example. 1 IN RRSIG \\# 28 00010f01" RRSIG_OF_EXAMPLE, 1}, /* from *.example */
        {"a.example", "a.example. 1 IN RRSIG \\# 28 00010f03" RRSIG_OF_EXAMPLE, 0},
        {"*.example", "*.example. 1 IN RRSIG \\# 28 00010f01" RRSIG_OF_EXAMPLE, 1}, /* the asterisk is not counted */
        {"*.example", "*.example. 1 IN RRSIG \\# 28 00010f02" RRSIG_OF_EXAMPLE, 0},
        {"aa.example", "aa.example. 1 IN RRSIG \\# 28 00010f02" RRSIG_OF_EXAMPLE, 1},
        {"*a.example", "*a.example. 1 IN RRSIG \\# 28 00010f02" RRSIG_OF_EXAMPLE, 1},
        {"example", "example. 1 IN RRSIG \\# 28 00010f01" RRSIG_OF_EXAMPLE, 1},
        {"", ". 1 IN RRSIG \\# 20 00010f00" RRSIG_TIMES "00aa", 1},
        {"", ". 1 IN RRSIG \\# 28 00010f00" RRSIG_OF_EXAMPLE, 0}, /* by a zone below */
        {"a.example", "a.example. 1 IN RRSIG \\# 28 000f0f02" RRSIG_OF_EXAMPLE, 0}, /* over another type */
        {"a.example", "b.example. 1 IN RRSIG \\# 28 00010f02" RRSIG_OF_EXAMPLE, 0},
        {"a.example", "a.example. 1 IN TYPE24 \\# 28 00010f02" RRSIG_OF_EXAMPLE, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct wire_record r = record_of(cases[i].signature, true);
        struct signed_reply reply = {.records = &r, .count = 1};
        struct rrset set = {.owner = name_of(cases[i].owner), .type = DNS_A};
        struct rrsig out[1];

        if (rrset_signatures(arena, &reply, &set, out, 1) != cases[i].count)
            fail_msg("%s: %s", cases[i].owner, cases[i].signature);
        r.in_answer = false;
        assert_int_equal(rrset_signatures(arena, &reply, &set, out, 1), 0);
    }
}

static void signatures_that_are_cut_are_none(void **state)
{
    struct wire_record r = record_of("a.example. 1 IN RRSIG \\# 28 00010f02" RRSIG_OF_EXAMPLE, true);
    struct wire_record twice[] = {r, r};
    struct rrset set = {.owner = name_of("a.example"), .type = DNS_A};
    struct rrsig out[2] = {{.signer = name_of("example")}};

    (void)state;
    for (size_t len = 0; len <= 28; len++) {
        struct signed_reply reply = {.records = &r, .count = 1};

        r.rdata.len = len;
        assert_int_equal(rrset_signatures(arena, &reply, &set, out, 1), len == 28);
    }
    assert_int_equal(rrset_signatures(arena, &(struct signed_reply){.records = twice, .count = 2}, &set, out, 1), 1);
    assert_int_equal(rrset_signatures(arena, &(struct signed_reply){.records = twice, .count = 2}, &set, out, 2), 2);
    assert_int_equal(out[1].signature.len, 1);
    assert_int_equal(out[1].head.len, 27);
}

/* RFC 6672 5.3.1: a CNAME record that a server made of a DNAME record has no signature, and needs none. */
static void aliases_are_proved_by_what_is_signed(void **state)
{
    static const struct {
        const char *others[2];
        const char *owner;
        unsigned type;
    } cases[] = {
        {{NULL, NULL}, "a.example", DNS_CNAME},
        {{"example. 1 IN DNAME \\# 1 00", NULL}, "example", WIRE_DNAME},
        {{"example. 1 IN DNAME \\# 1 00", "a.example. 1 IN RRSIG \\# 28 00050f02" RRSIG_OF_EXAMPLE},
         "a.example",
         DNS_CNAME},
        {{"example. 1 IN DNAME \\# 1 00", "a.example. 1 IN RRSIG \\# 28 00010f02" RRSIG_OF_EXAMPLE},
         "example",
         WIRE_DNAME},
        {{"example. 1 IN NS \\# 1 00", NULL}, "a.example", DNS_CNAME},
        {{"b.example. 1 IN DNAME \\# 1 00", NULL}, "a.example", DNS_CNAME},
        {{"a.example. 1 IN DNAME \\# 1 00", NULL}, "a.example", DNS_CNAME}, /* which speaks of names below only */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct wire_record records[3] = {record_of("a.example. 1 IN CNAME \\# 1 00", true)};
        struct signed_reply reply = {.records = records, .count = 1};
        struct rrset found;

        for (size_t k = 0; k < 2; k++)
            if (cases[i].others[k])
                records[reply.count++] = record_of(cases[i].others[k], true);
        found = rrset_find_alias(arena, &reply, name_of("a.example"));
        if (found.type != cases[i].type || found.count != 1 || !str_equal(found.owner, name_of(cases[i].owner)))
            fail_msg("case %zu: type %u", i, (unsigned)found.type);
        records[1].in_answer = false;
        assert_int_equal(rrset_find_alias(arena, &reply, name_of("a.example")).type,
                         cases[i].type == WIRE_DNAME ? DNS_CNAME : cases[i].type);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(names_in_data_are_signed_in_lower_case),
        TEST(sets_are_sorted_and_have_each_record_once),
        TEST(what_is_signed),
        TEST(signatures_belong_to_a_set),
        TEST(signatures_that_are_cut_are_none),
        TEST(aliases_are_proved_by_what_is_signed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
