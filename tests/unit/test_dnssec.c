/* DNSSEC: names, signatures of the RFCs, limits against zones that are made to cost, and the files around them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/facts/dns_answer.h"
#include "core/facts/signed_reply.h"
#include "core/records/rrset.h"
#include "core/records/trust_anchor.h"
#include "core/records/zone_keys.h"
#include "tests/unit/wire_text.h"

/* ---- names ---- */

static void names_have_the_canonical_order(void **state)
{
    static const char *const sorted[] = {/* RFC 4034 6.1 */
                                         "example",         "a.example",      "yljkjljk.a.example",
                                         "Z.a.example",     "zABC.a.EXAMPLE", "z.example",
                                         "\\001.z.example", "*.z.example",    "\\200.z.example"};

    (void)state;
    for (size_t i = 0; i < sizeof sorted / sizeof *sorted; i++)
        for (size_t k = 0; k < sizeof sorted / sizeof *sorted; k++) {
            int order = wire_name_compare(name_of(sorted[i]), name_of(sorted[k]));

            assert_int_equal(order < 0 ? -1 : order > 0, i < k ? -1 : i > k);
        }
    assert_true(wire_name_is_under(name_of("a.example"), name_of("")));
    assert_true(wire_name_is_under(name_of("a.example"), name_of("A.EXAMPLE")));
    assert_false(wire_name_is_under(name_of("ba.example"), name_of("a.example")));
    assert_false(wire_name_is_under(name_of("example"), name_of("a.example")));
    assert_string_equal(wire_name_text(arena, wire_name_wildcard(arena, name_of("example"))), "*.example");
}

static void names_that_are_cut_are_none(void **state)
{
    struct str name;

    (void)state;
    assert_false(wire_name_read((struct str){NULL, 0}, 0, &name));
    assert_false(wire_name_read((struct str){"\3abc", 4}, 0, &name));
    assert_false(wire_name_read((struct str){"\3ab", 3}, 0, &name));
    assert_false(wire_name_read((struct str){"\300\0", 2}, 0, &name));
    assert_true(wire_name_read((struct str){"xx\3abc\0yy", 9}, 2, &name));
    assert_int_equal(name.len, 5);
}

/* ---- signatures ---- */

struct vector {
    const char *zone, *name;
    unsigned type;
    uint32_t from, until;
    const char *key, *ds, *record, *signature;
};

static const struct vector vectors[] = {
    /* RFC 8080 6.1 */
    {"example.com", "example.com", DNS_MX, 1438207200, 1440021600,
     "example.com. 3600 IN DNSKEY \\# 36 0101030f974d96a22d224bc01adb915091477d44ccd91c9a41a11430010117d52"
     "c59240e",
     "example.com. 3600 IN DS \\# 36 0e1d0f023aa5ab37efce57f737fc1627013fee07bdf241bd10f3b1964ab55c78e79a3"
     "04b",
     "example.com. 3600 IN MX \\# 20 000a046d61696c076578616d706c6503636f6d00",
     "example.com. 3600 IN RRSIG \\# 95 000f0f0200000e1055d4fc6055b94ce00e1d076578616d706c6503636f6d00a0bf"
     "64ac9ba7ef17c138859c1878bb99a839fe1759aca5b0d798cf1ab1e98d079102f4ddb3368f0fe40bb377f1f00e0cddedb799"
     "167d56b6e932783072ba8d02"},
    /* RFC 6605 6.1 */
    {"example.net", "www.example.net", DNS_A, 1281607479, 1284026679,
     "example.net. 3600 IN DNSKEY \\# 68 0101030d1a88c88615d437fbb8bf9e1942a1929f28562706ae6c2bd399e7b1bfb"
     "6d1e9e75b92b4aa42917ae1c61b701ef035c3fe7be3009cbafe5a2f71316c902dcf0d00",
     "example.net. 3600 IN DS \\# 36 d9600d02b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61"
     "d17",
     "www.example.net. 3600 IN A \\# 4 c0000201",
     "www.example.net. 3600 IN RRSIG \\# 95 00010d0300000e104c88b1374c63c737d960076578616d706c65036e657400"
     "ab1eb02d8aa687e97da0229337aa8873e6f0eb26be289f28333d183f5d3b7a95c0c869adfb748daee3c5286eed6682c12e55"
     "33186baced9c26c167a9ebae950b"},
    /* RFC 5702 6.1 */
    {"example.net", "www.example.net", DNS_A, 946684800, 1893456000,
     "example.net. 3600 IN DNSKEY \\# 72 0100030803010001c15c1ac6b1c5d822bae1a60a45489b2e21f7d0aa4fb8f0637"
     "a5ec4f19c9d416d476161dfa069a27730b6467870082dbdde10b3c3e4c54769ea9fc395498e6dd9",
     NULL, "www.example.net. 3600 IN A \\# 4 c000025b",
     "www.example.net. 3600 IN RRSIG \\# 95 0001080300000e1070dbd880386d43802349076578616d706c65036e657400"
     "91108e1fabbb974406cbdaa90bd975b0b9dc25c38a14b27b1a18943a26eee2d798a79544f519dcae24a164dcfce66c253203"
     "4469c1582bf94fb4f89560fe1bc2"},
};

enum { VECTORS_COUNT = sizeof vectors / sizeof *vectors };

static struct verification verify(const struct vector *v, int64_t now, bool spoil)
{
    struct wire_record records[] = {record_of(v->record, true), record_of(v->signature, true)};
    struct signed_reply reply = {.records = records, .count = 2};
    struct dnskey key;
    struct zone_keys keys = {name_of(v->zone), &key, 1};
    struct rrset set;

    if (spoil) {
        records[0].rdata = str_copy(arena, records[0].rdata);
        *(char *)(uintptr_t)&records[0].rdata.at[records[0].rdata.len - 2] ^= 1;
    }
    assert_true(dnskey_parse(record_of(v->key, true).rdata, &key));
    set = rrset_find(arena, &reply, name_of(v->name), v->type);
    assert_int_equal(set.count, 1);
    return rrset_verify(arena, &reply, &set, &keys, now);
}

static void signatures_of_the_rfcs_are_right(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS_COUNT; i++) {
        const struct vector *v = &vectors[i];

        assert_int_equal(verify(v, v->from, false).verdict, RRSET_VERIFIED);
        assert_int_equal(verify(v, v->until, false).verdict, RRSET_VERIFIED);
        assert_int_equal(verify(v, v->until, true).verdict, RRSET_WRONG);
        assert_int_equal(verify(v, (int64_t)v->from - 1, false).verdict, RRSET_NOT_YET_VALID);
        assert_int_equal(verify(v, (int64_t)v->from - 1, false).boundary_s, v->from);
        assert_int_equal(verify(v, (int64_t)v->until + 1, false).verdict, RRSET_EXPIRED);
        assert_int_equal(verify(v, (int64_t)v->until + 1, false).boundary_s, v->until);
    }
}

static void ds_records_of_the_rfcs_name_their_keys(void **state)
{
    struct dnskey key, other;
    struct ds ds;

    (void)state;
    for (size_t i = 0; i < VECTORS_COUNT; i++) {
        if (!vectors[i].ds)
            continue;
        assert_true(dnskey_parse(record_of(vectors[i].key, true).rdata, &key));
        assert_true(dnskey_parse(record_of(vectors[!i].key, true).rdata, &other));
        assert_true(ds_parse(record_of(vectors[i].ds, true).rdata, &ds));
        assert_int_equal(ds.tag, key.tag);
        assert_true(ds_matches(arena, &ds, name_of(vectors[i].zone), &key));
        assert_false(ds_matches(arena, &ds, name_of("elsewhere.example"), &key));
        assert_false(ds_matches(arena, &ds, name_of(vectors[i].zone), &other));
    }
}

static void keys_that_cannot_sign_are_none(void **state)
{
    struct dnskey key;

    (void)state;
    assert_false(dnskey_parse((struct str){"\1\1\3\10", 4}, &key));
    assert_true(dnskey_parse((struct str){"\1\1\3\10x", 5}, &key));
    assert_true(dnskey_is_entry(&key));
    assert_false(dnskey_parse((struct str){"\0\1\3\10x", 5}, &key));   /* no zone's */
    assert_false(dnskey_parse((struct str){"\1\201\3\10x", 5}, &key)); /* revoked */
    assert_false(dnskey_parse((struct str){"\1\1\2\10x", 5}, &key));   /* another protocol */
}

/* What OpenSSL does not take for a key accuses nobody. */
static void keys_that_are_none_are_not_wrong(void **state)
{
    static const uint8_t algorithms[] = {5, 7, 8, 10, 13, 14, 15, 16, 12, 99};
    struct str data = str_of("data"), signature = str_of("signature");

    (void)state;
    for (size_t i = 0; i < sizeof algorithms; i++) {
        struct dnskey key = {.flags = 257, .algorithm = algorithms[i], .key = str_of("short")};

        assert_int_equal(dnskey_verify(arena, &key, data, signature), SIGNATURE_UNSUPPORTED);
        key.key = str_of(str_printf(arena, "%4096s", ""));
        assert_int_equal(dnskey_verify(arena, &key, data, signature), SIGNATURE_UNSUPPORTED);
        key.key = (struct str){NULL, 0};
        assert_int_equal(dnskey_verify(arena, &key, data, signature), SIGNATURE_UNSUPPORTED);
    }
}

static void ds_records_of_other_keys_do_not_match(void **state)
{
    const struct vector *v = &vectors[0];
    struct str zone = name_of(v->zone);
    struct dnskey key;
    struct ds ds, other;

    (void)state;
    assert_true(dnskey_parse(record_of(v->key, true).rdata, &key));
    assert_true(ds_parse(record_of(v->ds, true).rdata, &ds));
    other = ds;
    other.tag++;
    assert_false(ds_matches(arena, &other, zone, &key));
    other = ds;
    other.algorithm = 16;
    assert_false(ds_matches(arena, &other, zone, &key));
    other = ds;
    other.digest_type = 3; /* GOST, which nobody does any more */
    assert_false(ds_matches(arena, &other, zone, &key));
    assert_false(ds_parse((struct str){"\0\1\17\2", 4}, &ds));
    assert_true(ds_parse((struct str){"\0\1\17\2x", 5}, &ds));
}

/* RFC 8624 3.1 and 3.3, without what validators must not or need not do. */
static void algorithms_of_ds_records(void **state)
{
    static const uint8_t algorithms[] = {5, 7, 8, 10, 13, 14, 15, 16}, digests[] = {1, 2, 4};

    (void)state;
    for (unsigned algorithm = 0; algorithm <= UINT8_MAX; algorithm++)
        for (unsigned digest = 0; digest <= UINT8_MAX; digest++) {
            struct ds ds = {.algorithm = (uint8_t)algorithm, .digest_type = (uint8_t)digest};

            assert_int_equal(ds_is_supported(&ds), memchr(algorithms, (int)algorithm, sizeof algorithms) &&
                                                       memchr(digests, (int)digest, sizeof digests));
        }
}

/* RFC 3110 2: the length of the exponent, in one octet or in three. */
static void rsa_keys_are_taken_as_their_rfc_spells_them(void **state)
{
    enum { OCTETS_MAX = DNSSEC_RSA_BITS_MAX / 8 };
    static const struct {
        const char *head; /* before the modulus */
        size_t head_octets, modulus_octets;
        bool is_key;
    } cases[] = {
        {"\3\1\0\1", 4, 128, true},
        {"\0\0\3\1\0\1", 6, 128, true},
        {"\1\3", 2, 128, true},
        {"\10\1\1\1\1\1\1\1\1", 9, 128, true}, /* what OpenSSL takes for an exponent */
        {"\11\1\1\1\1\1\1\1\1\1", 10, 128, false},
        {"\1\3", 2, 2, true},
        {"\1\3", 2, 1, false}, /* what nobody uses */
        {"\3\1\0\1", 4, OCTETS_MAX, true},
        {"\3\1\0\1", 4, OCTETS_MAX + 1, false},
        {"\0\0\0", 3, 128, false}, /* no exponent */
        {"\3\1\0\1", 4, 0, false}, /* no modulus */
        {"\0\0\1\3", 4, 0, false},
        {"\1\3", 2, 0, false},
        {"\0\1", 2, 0, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dnskey key = {.algorithm = 8};
        char octets[16 + OCTETS_MAX + 1];

        memset(octets, 0x7f, sizeof octets);
        memcpy(octets, cases[i].head, cases[i].head_octets);
        key.key = (struct str){octets, cases[i].head_octets + cases[i].modulus_octets};
        if (dnskey_verify(arena, &key, str_of("data"), str_of("signature")) !=
            (cases[i].is_key ? SIGNATURE_WRONG : SIGNATURE_UNSUPPORTED))
            fail_msg("case %zu", i);
    }
}

static void signatures_of_no_length_are_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS_COUNT; i++) {
        struct dnskey key;

        assert_true(dnskey_parse(record_of(vectors[i].key, true).rdata, &key));
        assert_int_equal(dnskey_verify(arena, &key, str_of("data"), (struct str){"", 0}), SIGNATURE_WRONG);
        assert_int_equal(dnskey_verify(arena, &key, str_of("data"), str_of("x")), SIGNATURE_WRONG);
    }
}

/* KeyTrap (CVE-2023-50387): keys of one tag, and as many signatures that each of them might have made. */
static void collisions_are_not_tried_for_ever(void **state)
{
    enum { KEYS = 200, SIGNATURES = 200, RDATA = 4 + 32 };
    static char rdata[KEYS][RDATA];
    struct wire_record records[KEYS + SIGNATURES], sig = record_of(vectors[0].signature, true);
    struct signed_reply reply = {.records = records, .count = KEYS + SIGNATURES};
    struct str zone = name_of("example.com");
    struct dnskey key;
    struct zone_keys keys;
    struct ds ds[2];

    (void)state;
    for (size_t i = 0; i < KEYS; i++) { /* 16-bit words change places: the sum is the same */
        memcpy(rdata[i], "\1\1\3\17", 4);
        rdata[i][4 + 2 * (i % 16)] = 1;
        rdata[i][5 + 2 * (i / 16)] = 1;
        records[i] = (struct wire_record){zone, WIRE_DNSKEY, 1, {rdata[i], RDATA}, true};
    }
    assert_true(dnskey_parse(records[0].rdata, &key));
    for (size_t i = 0; i < SIGNATURES; i++) {
        char *data = arena_alloc(arena, sig.rdata.len);

        memcpy(data, sig.rdata.at, sig.rdata.len);
        data[1] = WIRE_DNSKEY;
        data[16] = (char)(key.tag >> 8);
        data[17] = (char)key.tag;
        data[sig.rdata.len - 1] = (char)i;
        records[KEYS + i] = (struct wire_record){zone, WIRE_RRSIG, 1, {data, sig.rdata.len}, true};
    }
    for (size_t i = 0; i < 2; i++)
        assert_true(trust_anchor_parse(arena, ds_text_of(arena, zone, &key), &ds[i]));
    assert_int_equal(zone_keys_verify(arena, &reply, zone, ds, 2, 1438207200, &keys).verdict, RRSET_UNTRIED);
    ds[0].tag = ds[1].tag = (uint16_t)(key.tag + 1);
    assert_int_equal(zone_keys_verify(arena, &reply, zone, ds, 2, 1438207200, &keys).verdict, RRSET_UNTRIED);
}

static void ds_records_with_sha1_count_alone_only(void **state)
{
    struct wire_record records[] = {
        record_of("example. 1 IN DS \\# 6 00010f01aabb", true), record_of("example. 1 IN DS \\# 6 00010f02aabb", true),
        record_of("example. 1 IN DS \\# 6 00010f03aabb", true), record_of("example. 1 IN DS \\# 6 00010c02aabb", true)};
    struct signed_reply reply = {.records = records, .count = 4};
    struct ds ds[DNSSEC_DS_MAX];
    struct rrset set = rrset_find(arena, &reply, name_of("example"), WIRE_DS);

    (void)state;
    assert_int_equal(set.count, 4);
    assert_int_equal(zone_keys_usable_ds(&set, ds), 1);
    assert_int_equal(ds[0].digest_type, 2);
    reply.count = 1;
    set = rrset_find(arena, &reply, name_of("example"), WIRE_DS);
    assert_int_equal(zone_keys_usable_ds(&set, ds), 1);
}

/* ---- text ---- */

static void records_survive_as_text(void **state)
{
    static const char *const texts[] = {". 0 IN DNSKEY \\# 0", "example.org. 4294967295 IN DS \\# 2 00ff",
                                        "a\\.b\\000.example. 1 IN TYPE65535 \\# 1 7f",
                                        "*.example. 1 IN RRSIG \\# 1 00"};
    static const char *const wrong[] = {"",
                                        "example.org 1 IN DS \\# 0",
                                        "example.org. 1 IN DS \\# 1",
                                        "example.org. 1 CH DS \\# 0",
                                        "example.org. 1 IN NOTYPE \\# 0",
                                        "example.org. 1 IN DS \\# 1 0",
                                        ".. 1 IN DS \\# 0",
                                        "example.org. -1 IN DS \\# 0",
                                        "example.org. 1 IN TYPE65536 \\# 0",
                                        "example.org. 1 IN DS \\# 1 00 ",
                                        "example.org. 1 IN DS 1 1 1 00"};
    struct wire_record r;
    const char *why;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        r = record_of(texts[i], true);
        assert_string_equal(wire_record_text(arena, &r), texts[i]);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (wire_record_parse(arena, wrong[i], &r, &why))
            fail_msg("taken: %s", wrong[i]);
}

static void trust_anchors_are_read(void **state)
{
    static const struct {
        const char *file;
        size_t count;
    } cases[] = {
        {". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n", 1},
        {"; a comment\n\n.\t172800\tIN\tDS\t20326 8 2 ( E06D44B80B8F1D39A95C0B0D7C65D084 "
         "58E880409BBC683457104237C7F8EC8D )"
         " ; more\r\n. DS 1 13 2 aa",
         2},
        {". 172800 IN DNSKEY 257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4= ;{id = 3613}", 1},
        {"", 0},
        {"; nothing\n", 0},
        {"example. IN DS 1 13 2 aa\n", 0},
        {". IN DS 1 13 2 ag\n", 0},
        {". IN DS 1 13 2\n", 0},
        {". IN DS 65535 255 255 aa\n", 1},
        {". in ds 1 13 2 aa bb\n", 1},
        {". IN DS 65536 13 2 aa\n", 0},
        {". IN DS 1 256 2 aa\n", 0},
        {". IN DS 1 13 256 aa\n", 0},
        {". IN DS +1 13 2 aa\n", 0},
        {". IN DS 1x 13 2 aa\n", 0},
        {". IN DS x 13 2 aa\n", 0},
        {". IN DS 1 x 2 aa\n", 0},
        {". IN DS 1 13 x aa\n", 0},
        {". IN DS 1 13 2 a\n", 0},
        {". IN DS 1 13 2 ()\n", 0},
        {". IN A 192.0.2.1\n", 0},
        {". IN\n", 0},
        {". 172800\n", 0},
        {".\n", 0},
        {". IN DNSKEY 257 3 15 !\n", 0},
        {". IN DNSKEY 257 3 15\n", 0},
        {". IN DNSKEY 65536 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=\n", 0},
        {". IN DNSKEY 257 256 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=\n", 0},
        {". IN DNSKEY 257 3 256 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=\n", 0},
        {". IN DNSKEY 1 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=\n", 0},
        {"<TrustAnchor id=\"1\">\n", 0},
    };
    const char *const *anchors, *why;
    struct ds ds;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t count = trust_anchors_read(arena, str_of(cases[i].file), &anchors, &why);

        if (count != cases[i].count)
            fail_msg("%s: %zu, %s", cases[i].file, count, why);
        for (size_t k = 0; k < count; k++)
            assert_true(trust_anchor_parse(arena, anchors[k], &ds));
    }
    for (size_t i = 0; i < trust_anchors_shipped_count; i++) {
        assert_true(trust_anchor_parse(arena, trust_anchors_shipped[i], &ds));
        assert_int_equal(ds.digest.len, 32);
    }
}

/* The same in one word and in as many as it has characters, with each number in its place. */
static void keys_of_the_root_become_ds_records(void **state)
{
    static const char key[] = "l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=";
    const char *whole = str_printf(arena, ". IN DNSKEY 257 3 15 %s", key), *pieces = ". IN DNSKEY 257 3 15 (";
    const char *const *anchors, *why;

    (void)state;
    for (const char *at = key; *at; at++)
        pieces = str_printf(arena, "%s %c  \t ", pieces, *at);
    assert_int_equal(trust_anchors_read(arena, str_of(whole), &anchors, &why), 1);
    assert_string_equal(anchors[0], "3613 15 2 f2475adfe4eb325e1be116d408d9998d151ecc8bc23a68e0fee4190b464075e3");
    whole = anchors[0];
    assert_int_equal(trust_anchors_read(arena, str_of(pieces), &anchors, &why), 1);
    assert_string_equal(anchors[0], whole);
}

static void so_many_trust_anchors_are_taken(void **state)
{
    const char *const *anchors, *why, *text = "";

    (void)state;
    for (size_t i = 1; i <= TRUST_ANCHORS_MAX + 1; i++) {
        text = str_printf(arena, "%s. IN DS %zu 13 2 aa\n", text, i);
        assert_int_equal(trust_anchors_read(arena, str_of(text), &anchors, &why), i <= TRUST_ANCHORS_MAX ? i : 0);
    }
    assert_non_null(strstr(why, "line 17: more than 16"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(names_have_the_canonical_order),
        TEST(names_that_are_cut_are_none),
        TEST(signatures_of_the_rfcs_are_right),
        TEST(ds_records_of_the_rfcs_name_their_keys),
        TEST(keys_that_cannot_sign_are_none),
        TEST(keys_that_are_none_are_not_wrong),
        TEST(ds_records_of_other_keys_do_not_match),
        TEST(algorithms_of_ds_records),
        TEST(rsa_keys_are_taken_as_their_rfc_spells_them),
        TEST(signatures_of_no_length_are_wrong),
        TEST(collisions_are_not_tried_for_ever),
        TEST(ds_records_with_sha1_count_alone_only),
        TEST(records_survive_as_text),
        TEST(trust_anchors_are_read),
        TEST(keys_of_the_root_become_ds_records),
        TEST(so_many_trust_anchors_are_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
