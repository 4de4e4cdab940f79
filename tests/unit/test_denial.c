/* What NSEC and NSEC3 records prove: vectors of the RFCs, records that are cut or of another zone, and limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/wire_name.h"
#include "core/records/denial.h"
#include "core/records/dnskey.h"
#include "tests/unit/wire_text.h"

enum { RECORDS_MAX = 3 };

static struct denials proof_in(const char *zone, const char *const texts[RECORDS_MAX])
{
    struct denial_record *records = ARENA_ARRAY(arena, struct denial_record, RECORDS_MAX);
    size_t count = 0;

    for (; count < RECORDS_MAX && texts[count]; count++) {
        struct wire_record r = record_of(texts[count], false);

        records[count] = (struct denial_record){r.owner, r.rdata, r.type == WIRE_NSEC3};
    }
    return (struct denials){name_of(zone), records, count};
}

struct proof {
    const char *records[RECORDS_MAX];
    const char *name;
    enum denial_of_ds wanted;
};

static void check(const struct proof *proofs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct proof *p = &proofs[i];
        struct denials d = proof_in("example", p->records);
        enum denial_of_ds got = denial_of_ds(arena, &d, name_of(p->name));

        if (got != p->wanted)
            fail_msg("%s of %s: %d, not %d", p->records[0], p->name, (int)got, (int)p->wanted);
    }
}

/* Types: A; NS; NS and SOA; NS and DS; DNAME. */
#define BITS_A "000140"
#define BITS_NS "000120"
#define BITS_NS_SOA "000122"
#define BITS_NS_DS "0006200000000010"
#define BITS_DNAME "00050000000001"
#define TO_Z "017a076578616d706c6500" /* z.example */
#define TO_APEX "076578616d706c6500"
#define NSEC(owner, next, bits, size) owner ". 1 IN NSEC \\# " size " " next bits

static void nsec_proves(void **state)
{
    static const struct proof proofs[] = {
        {{NSEC("b.example", TO_Z, BITS_NS, "14")}, "b.example", NO_DS_UNSIGNED_ZONE},
        {{NSEC("b.example", TO_Z, BITS_A, "14")}, "b.example", NO_DS_NO_ZONE},
        {{NSEC("b.example", TO_Z, BITS_NS_DS, "19")}, "b.example", NO_DS_UNPROVED},
        {{NSEC("b.example", TO_Z, BITS_NS_SOA, "14")}, "b.example", NO_DS_UNPROVED}, /* that of the zone below */
        /* names between */
        {{NSEC("b.example", TO_Z, BITS_NS, "14")}, "c.example", NO_DS_NO_ZONE},
        {{NSEC("b.example", TO_Z, BITS_NS, "14")}, "a.example", NO_DS_UNPROVED},
        {{NSEC("b.example", TO_Z, BITS_NS, "14")}, "z.example", NO_DS_UNPROVED},
        {{NSEC("z.example", TO_APEX, BITS_A, "12")}, "zz.example", NO_DS_NO_ZONE}, /* the last one */
        {{NSEC("z.example", TO_APEX, BITS_A, "12")}, "y.example", NO_DS_UNPROVED},
        {{NSEC("z.example", TO_APEX, BITS_A, "12")}, "example", NO_DS_UNPROVED},
        {{NSEC("example", TO_APEX, BITS_NS_SOA, "12")}, "a.example", NO_DS_NO_ZONE}, /* the only one */
        {{NSEC("b.example", "017a076578616d706c6400", BITS_A, "14")}, "c.example", NO_DS_UNPROVED}, /* to z.exampld */
        /* names below: RFC 6840 4.1 */
        {{NSEC("b.example", TO_Z, BITS_A, "14")}, "c.b.example", NO_DS_NO_ZONE},
        {{NSEC("b.example", TO_Z, BITS_NS, "14")}, "c.b.example", NO_DS_UNPROVED},
        {{NSEC("b.example", TO_Z, BITS_DNAME, "18")}, "c.b.example", NO_DS_UNPROVED},
        /* cut */
        {{"b.example. 1 IN NSEC \\# 1 00", "b.example. 1 IN NSEC \\# 0"}, "x.example", NO_DS_UNPROVED},
        {{"b.example. 1 IN NSEC \\# 0"}, "b.example", NO_DS_UNPROVED},
    };

    (void)state;
    check(proofs, sizeof proofs / sizeof *proofs);
}

/* RFC 4034 4.1.2 */
static void types_are_found_in_their_block(void **state)
{
    static const struct proof proofs[] = {
        {{NSEC("b.example", TO_Z, "", "11")}, "b.example", NO_DS_NO_ZONE},
        {{NSEC("b.example", TO_Z, "010120", "14")}, "b.example", NO_DS_NO_ZONE},           /* type 258 is not 2 */
        {{NSEC("b.example", TO_Z, "0001200101ff", "17")}, "b.example", NO_DS_UNSIGNED_ZONE},
        {{NSEC("b.example", TO_Z, "00052000000000100140", "21")}, "b.example", NO_DS_UNSIGNED_ZONE}, /* not DS in it */
        {{NSEC("b.example", TO_Z, "010440000000000120", "20")}, "b.example", NO_DS_UNSIGNED_ZONE}, /* behind another */
        {{NSEC("b.example", TO_Z, "000220", "14")}, "b.example", NO_DS_NO_ZONE},           /* cut */
        {{NSEC("b.example", TO_Z, "00012001", "15")}, "b.example", NO_DS_UNSIGNED_ZONE},
    };

    (void)state;
    check(proofs, sizeof proofs / sizeof *proofs);
}

/* RFC 5155 appendix A: salt aabbccdd, twelve iterations. */
#define NSEC3(owner, flags, iterations, next, bits, size)                                                              \
    owner ".example. 1 IN NSEC3 \\# " size " 01" flags iterations "04aabbccdd14" next bits
#define APEX "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom"
#define APEX_HASH "065368abeed7ec6e9feba96b8c8bc3e8b791f716"
#define A_EXAMPLE "35mthgpgcu1qg68fab165klnsnk3dpvl"
#define ROOT "4r3gvorkl1bfijhfmc84gramdfulirpb"
#define ROOT_HASH "26c70fe374a856f94e2fb310486d566bfd596f2b"
#define NS1_HASH "174eb2409fe28bcb4887a1836f957f0a8425e27b"
#define X_W_HASH "5992f6419049c7766fc4a4cd6a4b6b59f0b9a525" /* b4um86eghhds6nea196smvmlo4ors995 */
/* The apex, and from a.example to x.w.example, between which c.example is: RFC 5155 B.3 */
#define ENCLOSER NSEC3(APEX, "00", "000c", NS1_HASH, BITS_NS_SOA, "33")
#define COVER NSEC3(A_EXAMPLE, "00", "000c", X_W_HASH, BITS_NS_DS, "38")
#define COVER_OPT_OUT NSEC3(A_EXAMPLE, "01", "000c", X_W_HASH, BITS_NS_DS, "38")
#define OWN(flags, bits, size) NSEC3(A_EXAMPLE, flags, "000c", X_W_HASH, bits, size)

static void nsec3_hashes_as_the_rfc(void **state)
{
    static const unsigned char ns1[] = {0x17, 0x4e, 0xb2, 0x40, 0x9f, 0xe2, 0x8b, 0xcb, 0x48, 0x87,
                                        0xa1, 0x83, 0x6f, 0x95, 0x7f, 0x0a, 0x84, 0x25, 0xe2, 0x7b};
    unsigned char hash[NSEC3_HASH_OCTETS];

    (void)state;
    nsec3_hash(arena, name_of("ns1.example"), (struct str){"\xaa\xbb\xcc\xdd", 4}, 12, hash);
    assert_memory_equal(hash, ns1, sizeof hash);
}

static void nsec3_proves(void **state)
{
    static const struct proof proofs[] = {
        {{ENCLOSER, COVER}, "c.example", NO_DS_NO_ZONE},
        {{ENCLOSER, COVER_OPT_OUT}, "c.example", NO_DS_UNSIGNED_ZONE},
        {{ENCLOSER, COVER}, "x.c.example", NO_DS_NO_ZONE},
        {{ENCLOSER, COVER_OPT_OUT}, "a.example", NO_DS_UNPROVED}, /* has a DS record */
        {{COVER_OPT_OUT}, "c.example", NO_DS_UNPROVED},           /* no closest encloser */
        {{ENCLOSER}, "c.example", NO_DS_UNPROVED},                /* which may be there */
        {{NSEC3(APEX, "00", "000c", APEX_HASH, BITS_NS_SOA, "33")}, "c.example", NO_DS_NO_ZONE}, /* the only one */
        {{NSEC3(ROOT, "00", "000c", ROOT_HASH, BITS_A, "33")}, "c.example", NO_DS_UNPROVED}, /* no name of the zone */
        /* a closest encloser of which another zone speaks */
        {{NSEC3(APEX, "00", "000c", NS1_HASH, BITS_NS, "33"), COVER}, "c.example", NO_DS_UNPROVED},
        {{NSEC3(APEX, "00", "000c", NS1_HASH, BITS_DNAME, "37"), COVER}, "c.example", NO_DS_UNPROVED},
        {{NSEC3(APEX, "00", "000c", NS1_HASH, BITS_A, "33"), COVER}, "c.example", NO_DS_NO_ZONE},
        /* its own record */
        {{OWN("00", BITS_NS, "33")}, "a.example", NO_DS_UNSIGNED_ZONE},
        {{OWN("00", "", "30")}, "a.example", NO_DS_NO_ZONE}, /* nothing but names below it */
        /* others before it: of the other kind, and of another salt or number of iterations */
        {{NSEC("0.example", TO_Z, BITS_A, "14"), OWN("00", BITS_NS, "33")}, "a.example", NO_DS_NO_ZONE},
        {{NSEC("y.example", TO_Z, BITS_A, "14"), OWN("00", BITS_NS, "33")}, "a.example", NO_DS_UNSIGNED_ZONE},
        {{NSEC3(APEX, "00", "000d", NS1_HASH, BITS_NS_SOA, "33"), OWN("00", BITS_NS, "33")},
         "a.example",
         NO_DS_UNSIGNED_ZONE},
        {{APEX ".example. 1 IN NSEC3 \\# 33 0100000c04aabbccde14" NS1_HASH BITS_NS_SOA, OWN("00", BITS_NS, "33")},
         "a.example",
         NO_DS_UNSIGNED_ZONE},
    };

    (void)state;
    check(proofs, sizeof proofs / sizeof *proofs);
}

/* Each is the own record of a.example but for one thing, and proves nothing any more. */
static void nsec3_records_that_are_none_prove_nothing(void **state)
{
#define RDATA_BEHIND_HASH "00000c04aabbccdd14" X_W_HASH BITS_NS
    static const char *const texts[] = {
        A_EXAMPLE ".example. 1 IN NSEC3 \\# 33 02" RDATA_BEHIND_HASH,         /* another hash */
        OWN("02", BITS_NS, "33"),                                             /* a flag that nobody knows */
        A_EXAMPLE ".example.example. 1 IN NSEC3 \\# 33 01" RDATA_BEHIND_HASH, /* of another zone */
        A_EXAMPLE ". 1 IN NSEC3 \\# 33 01" RDATA_BEHIND_HASH,
        "a.example. 1 IN NSEC3 \\# 33 01" RDATA_BEHIND_HASH,                  /* no hash for an owner */
        A_EXAMPLE "0.example. 1 IN NSEC3 \\# 33 01" RDATA_BEHIND_HASH,
        /* another length of the next hash */
        A_EXAMPLE ".example. 1 IN NSEC3 \\# 33 0100000c04aabbccdd13" X_W_HASH BITS_NS,
        A_EXAMPLE ".example. 1 IN NSEC3 \\# 33 0100000c04aabbccdd15" X_W_HASH BITS_NS,
        /* cut */
        A_EXAMPLE ".example. 1 IN NSEC3 \\# 29 0100000c04aabbccdd145992f6419049c7766fc4a4cd6a4b6b59f0b9a5",
        A_EXAMPLE ".example. 1 IN NSEC3 \\# 9 0100000c04aabbccdd",
        A_EXAMPLE ".example. 1 IN NSEC3 \\# 8 0100000c04aabbcc",
        A_EXAMPLE ".example. 1 IN NSEC3 \\# 4 0100000c",
        A_EXAMPLE ".example. 1 IN NSEC3 \\# 3 010000",
        A_EXAMPLE ".example. 1 IN NSEC3 \\# 0",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        check(&(struct proof){{texts[i]}, "a.example", NO_DS_UNPROVED}, 1);
}

/* CVE-2023-50868 */
static void nsec3_does_not_cost_for_ever(void **state)
{
    static const char *const records[RECORDS_MAX] = {ENCLOSER, COVER};
    struct denials d = proof_in("example", records);
    const char *name = "c.example";

    (void)state;
    check(&(struct proof){{NSEC3(APEX, "00", "0097", NS1_HASH, BITS_NS_SOA, "33")}, "c.example", NO_DS_TOO_COSTLY}, 1);
    check(&(struct proof){{NSEC3(APEX, "00", "0096", NS1_HASH, BITS_NS_SOA, "33")}, "c.example", NO_DS_UNPROVED}, 1);
    /* with the number of iterations that a record of no use has */
    check(&(struct proof){{OWN("00", BITS_NS, "33"), NSEC3("a", "00", "0097", NS1_HASH, BITS_NS_SOA, "33")},
                          "a.example",
                          NO_DS_UNSIGNED_ZONE},
          1);
    /* one hash a label, whatever the number of records with that salt */
    for (unsigned labels = 2; labels < NSEC3_HASHES; labels++)
        name = str_printf(arena, "x.%s", name);
    assert_int_equal(denial_of_ds(arena, &d, name_of(name)), NO_DS_NO_ZONE);
    name = str_printf(arena, "x.%s", name);
    assert_int_equal(denial_of_ds(arena, &d, name_of(name)), NO_DS_UNPROVED);
}

static void wildcards_need_a_proof_that_nothing_is_nearer(void **state)
{
    static const struct {
        const char *records[RECORDS_MAX];
        const char *name, *encloser;
        bool wanted;
    } cases[] = {
        {{NSEC("b.example", TO_Z, BITS_A, "14")}, "x.w.example", "example", true},
        {{NSEC("b.example", TO_Z, BITS_A, "14")}, "a.example", "example", false},
        {{NSEC("b.example", TO_Z, BITS_A, "14")}, "b.example", "example", false}, /* which is there */
        {{NSEC("z.example", TO_APEX, BITS_A, "12")}, "z.example", "example", false},
        {{COVER}, "c.example", "example", true},
        {{COVER}, "d.c.example", "example", true}, /* c.example is the next closer name */
        {{COVER}, "d.c.example", "c.example", false},
        {{ENCLOSER}, "c.example", "example", false},
        {{NSEC3(APEX, "00", "0097", NS1_HASH, BITS_NS_SOA, "33")}, "c.example", "example", true}, /* RFC 9276 3.2 */
        {{NULL}, "c.example", "example", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct denials d = proof_in("example", cases[i].records);

        if (denial_of_closer_name(arena, &d, name_of(cases[i].name), name_of(cases[i].encloser)) != cases[i].wanted)
            fail_msg("%s of %s", cases[i].records[0], cases[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nsec_proves),
        TEST(types_are_found_in_their_block),
        TEST(nsec3_hashes_as_the_rfc),
        TEST(nsec3_proves),
        TEST(nsec3_records_that_are_none_prove_nothing),
        TEST(nsec3_does_not_cost_for_ever),
        TEST(wildcards_need_a_proof_that_nothing_is_nearer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
