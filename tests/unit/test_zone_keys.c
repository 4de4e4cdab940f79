/* Zones of our own, signed here: which keys vouch for what, what is told of bad signatures, and how many are tried. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/wire_name.h"
#include "core/facts/dns_answer.h"
#include "core/facts/signed_reply.h"
#include "core/records/rrset.h"
#include "core/records/trust_anchor.h"
#include "core/records/zone_keys.h"
#include "tests/unit/signing.h"

enum { NOW = 1000000, DAY = 86400 };

static struct signing good(const char *owner, unsigned type, unsigned labels)
{
    return (struct signing){owner, "example", type, labels, NOW - DAY, NOW + DAY, false};
}

/* ---- one RRset ---- */

enum kind { GOOD, SPOILED, EXPIRED, EARLY, OF_PARENT, NONE };

static struct signing of_kind(enum kind kind)
{
    struct signing how = good("www.example", DNS_A, 2);

    how.spoiled = kind == SPOILED;
    how.signer = kind == OF_PARENT ? "" : "example";
    how.until = kind == EXPIRED ? NOW - 1 : how.until;
    how.from = kind == EARLY ? NOW + 1 : how.from;
    return how;
}

static struct verification verify_by(const struct reply *reply, const struct dnskey *keys, size_t count)
{
    struct signed_reply all = as_reply(reply);
    struct rrset set = rrset_find(arena, &all, name_of("www.example"), DNS_A);
    struct zone_keys zone = {name_of("example"), keys, count};

    return rrset_verify(arena, &all, &set, &zone, NOW);
}

/* One that is right is enough; else what is told is what is the least to be mended. */
static void of_several_signatures_the_best_counts(void **state)
{
    static const struct {
        enum kind kinds[2];
        enum rrset_verdict wanted;
    } cases[] = {
        {{GOOD, NONE}, RRSET_VERIFIED},          {{NONE, NONE}, RRSET_NO_SIGNATURE},
        {{OF_PARENT, NONE}, RRSET_NO_SIGNATURE}, /* not the zone's, whatever key made it */
        {{SPOILED, GOOD}, RRSET_VERIFIED},       {{GOOD, SPOILED}, RRSET_VERIFIED},
        {{OF_PARENT, GOOD}, RRSET_VERIFIED},     {{EARLY, EXPIRED}, RRSET_EXPIRED},
        {{EXPIRED, EARLY}, RRSET_EXPIRED},       {{SPOILED, EARLY}, RRSET_NOT_YET_VALID},
        {{EARLY, SPOILED}, RRSET_NOT_YET_VALID}, {{OF_PARENT, SPOILED}, RRSET_WRONG},
    };
    struct signing_key key = key_of(1, ZONE_KEY);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct reply reply = {.count = 0};

        add(&reply, "www.example. 1 IN A \\# 4 c0000201", true);
        for (size_t k = 0; k < 2; k++)
            if (cases[i].kinds[k] != NONE)
                sign(&reply, &key, of_kind(cases[i].kinds[k]));
        if (verify_by(&reply, &key.dnskey, 1).verdict != cases[i].wanted)
            fail_msg("case %zu", i);
    }
    forget(&key);
}

static void when_the_first_of_them_expired_is_told(void **state)
{
    struct reply reply = {.count = 0};
    struct signing_key key = key_of(1, ZONE_KEY);
    struct signing how = of_kind(EXPIRED);

    (void)state;
    add(&reply, "www.example. 1 IN A \\# 4 c0000201", true);
    sign(&reply, &key, how);
    how.until -= DAY;
    sign(&reply, &key, how);
    assert_int_equal(verify_by(&reply, &key.dnskey, 1).boundary_s, NOW - 1);
    forget(&key);
}

/* Keys may have one tag by accident, and by the thousand on purpose: CVE-2023-50387. */
static void so_many_keys_of_one_tag_are_tried(void **state)
{
    struct reply reply = {.count = 0};
    struct dnskey keys[DNSSEC_VERIFICATIONS + 1];
    struct signing_key right = key_of(1, ZONE_KEY);

    (void)state;
    add(&reply, "www.example. 1 IN A \\# 4 c0000201", true);
    sign(&reply, &right, of_kind(GOOD));
    for (unsigned i = 0; i < DNSSEC_VERIFICATIONS; i++) {
        struct signing_key other = key_of(2 + i, ZONE_KEY);

        keys[i] = other.dnskey;
        keys[i].tag = right.dnskey.tag;
        forget(&other);
    }
    keys[DNSSEC_VERIFICATIONS] = right.dnskey;
    assert_int_equal(verify_by(&reply, keys + 1, DNSSEC_VERIFICATIONS).verdict, RRSET_VERIFIED);
    assert_int_equal(verify_by(&reply, keys, DNSSEC_VERIFICATIONS).verdict, RRSET_WRONG);
    assert_int_equal(verify_by(&reply, keys, DNSSEC_VERIFICATIONS + 1).verdict, RRSET_UNTRIED);
    for (unsigned i = 0; i < DNSSEC_VERIFICATIONS; i++) /* which cost nothing */
        keys[i].algorithm++;
    assert_int_equal(verify_by(&reply, keys, DNSSEC_VERIFICATIONS + 1).verdict, RRSET_VERIFIED);
    forget(&right);
}

static void so_many_signatures_are_looked_at(void **state)
{
    struct signing_key key = key_of(1, ZONE_KEY), stranger = key_of(2, ZONE_KEY);

    (void)state;
    for (size_t before = DNSSEC_SIGNATURES_MAX - 1; before <= DNSSEC_SIGNATURES_MAX; before++) {
        struct reply reply = {.count = 0};

        add(&reply, "www.example. 1 IN A \\# 4 c0000201", true);
        for (size_t i = 0; i < before; i++)
            sign(&reply, &stranger, of_kind(GOOD));
        assert_int_equal(verify_by(&reply, &key.dnskey, 1).verdict, RRSET_NO_SIGNATURE);
        sign(&reply, &key, of_kind(GOOD));
        assert_int_equal(verify_by(&reply, &key.dnskey, 1).verdict,
                         before < DNSSEC_SIGNATURES_MAX ? RRSET_VERIFIED : RRSET_UNTRIED);
    }
    forget(&key);
    forget(&stranger);
}

static void records_of_a_wildcard_say_so(void **state)
{
    struct reply reply = {.count = 0};
    struct signing_key key = key_of(1, ZONE_KEY);
    struct signing how = of_kind(GOOD);
    struct verification v;

    (void)state;
    add(&reply, "www.example. 1 IN A \\# 4 c0000201", true);
    how.labels = 1; /* *.example */
    sign(&reply, &key, how);
    v = verify_by(&reply, &key.dnskey, 1);
    assert_int_equal(v.verdict, RRSET_VERIFIED);
    assert_true(v.is_expanded);
    assert_string_equal(wire_name_text(arena, v.encloser), "example");
    forget(&key);
}

/* ---- keys ---- */

static void ds_of(const struct signing_key *key, struct ds *out)
{
    assert_true(trust_anchor_parse(arena, ds_text_of(arena, name_of("example"), &key->dnskey), out));
}

static void keys_are_vouched_for_by_any_of_the_ds_records(void **state)
{
    struct signing_key zone_key = key_of(1, ZONE_KEY), entry = key_of(2, ENTRY_KEY), stranger = key_of(3, ENTRY_KEY);
    struct reply reply = {.count = 0};
    struct signed_reply all;
    struct zone_keys keys;
    struct ds ds[2];

    (void)state;
    ds_of(&stranger, &ds[0]);
    ds_of(&entry, &ds[1]);
    all = as_reply(&reply);
    assert_int_equal(zone_keys_verify(arena, &all, name_of("example"), ds, 2, NOW, &keys).verdict, RRSET_NO_KEYS);
    add_key(&reply, "example", &zone_key);
    add_key(&reply, "example", &entry);
    all = as_reply(&reply);
    assert_int_equal(zone_keys_verify(arena, &all, name_of("example"), ds, 1, NOW, &keys).verdict, RRSET_OTHER_KEYS);
    assert_int_equal(zone_keys_verify(arena, &all, name_of("example"), ds, 2, NOW, &keys).verdict, RRSET_NO_SIGNATURE);
    sign(&reply, &zone_key, good("example", WIRE_DNSKEY, 1)); /* for which no DS record vouches */
    all = as_reply(&reply);
    assert_int_equal(zone_keys_verify(arena, &all, name_of("example"), ds, 2, NOW, &keys).verdict, RRSET_NO_SIGNATURE);
    sign(&reply, &entry, good("example", WIRE_DNSKEY, 1));
    all = as_reply(&reply);
    assert_int_equal(zone_keys_verify(arena, &all, name_of("example"), ds, 2, NOW, &keys).verdict, RRSET_VERIFIED);
    assert_int_equal(keys.count, 2);
    forget(&zone_key);
    forget(&entry);
    forget(&stranger);
}

/* The one that a DS record is meant to name, whatever its place; else any that signs. */
static void the_ds_record_that_is_wanted_is_that_of_a_key_that_signs(void **state)
{
    struct signing_key keys[] = {key_of(1, ZONE_KEY), key_of(2, ENTRY_KEY), key_of(3, ENTRY_KEY)};
    struct signed_reply all = {.count = 0};
    struct reply reply = {.count = 0};
    struct str zone = name_of("example");

    (void)state;
    assert_null(zone_keys_wanted_ds(arena, &all, zone, NOW));
    for (size_t i = 0; i < 3; i++)
        add_key(&reply, "example", &keys[i]);
    all = as_reply(&reply);
    assert_null(zone_keys_wanted_ds(arena, &all, zone, NOW));
    sign(&reply, &keys[0], good("example", WIRE_DNSKEY, 1));
    all = as_reply(&reply);
    assert_string_equal(zone_keys_wanted_ds(arena, &all, zone, NOW), ds_text_of(arena, zone, &keys[0].dnskey));
    sign(&reply, &keys[2], good("example", WIRE_DNSKEY, 1));
    all = as_reply(&reply);
    assert_string_equal(zone_keys_wanted_ds(arena, &all, zone, NOW), ds_text_of(arena, zone, &keys[2].dnskey));
    for (size_t i = 0; i < 3; i++)
        forget(&keys[i]);
}

static void so_many_keys_of_a_zone_are_looked_at(void **state)
{
    struct signing_key stranger = key_of(999, ENTRY_KEY), revoked = key_of(998, ENTRY_KEY);
    struct reply reply = {.count = 0};
    struct signed_reply all;
    struct zone_keys keys;
    struct ds ds;
    char *rdata = arena_alloc(arena, revoked.dnskey.rdata.len);

    (void)state;
    memcpy(rdata, revoked.dnskey.rdata.at, revoked.dnskey.rdata.len);
    rdata[1] = (char)0x80; /* RFC 5011 3: is no key any more */
    revoked.dnskey.rdata = (struct str){rdata, revoked.dnskey.rdata.len};
    add_key(&reply, "example", &revoked);
    ds_of(&stranger, &ds);
    for (unsigned i = 0; i <= DNSSEC_KEYS_MAX; i++) {
        struct signing_key key = key_of(1 + i, ENTRY_KEY);

        add_key(&reply, "example", &key);
        all = as_reply(&reply);
        assert_int_equal(zone_keys_verify(arena, &all, name_of("example"), &ds, 1, NOW, &keys).verdict,
                         i < DNSSEC_KEYS_MAX ? RRSET_OTHER_KEYS : RRSET_UNTRIED);
        assert_int_equal(keys.count, i < DNSSEC_KEYS_MAX ? i + 1 : DNSSEC_KEYS_MAX);
        forget(&key);
    }
    forget(&stranger);
    forget(&revoked);
}

static void so_many_ds_records_count(void **state)
{
    struct reply reply = {.count = 0};
    struct signed_reply all;
    struct rrset set;
    struct ds ds[DNSSEC_DS_MAX];

    (void)state;
    for (unsigned i = 1; i <= DNSSEC_DS_MAX + 1; i++) {
        add(&reply, str_printf(arena, "example. 1 IN DS \\# 5 00%02x0f0200", i), true);
        all = as_reply(&reply);
        set = rrset_find(arena, &all, name_of("example"), WIRE_DS);
        assert_int_equal(zone_keys_usable_ds(&set, ds), i < DNSSEC_DS_MAX ? i : DNSSEC_DS_MAX);
    }
    assert_int_equal(ds[DNSSEC_DS_MAX - 1].tag, DNSSEC_DS_MAX);
}

/* ---- denials ---- */

#define NSEC_TO_Z " 1 IN NSEC \\# 14 017a076578616d706c6500000140"

static struct denials denials_of(const struct reply *reply, const struct signing_key *key, bool *has_others)
{
    struct signed_reply all = as_reply(reply);
    struct zone_keys keys = {name_of("example"), &key->dnskey, 1};

    return zone_keys_denials(arena, &all, &keys, NOW, has_others);
}

static void only_verified_denials_of_the_authority_section_count(void **state)
{
    static const char nsec3[] = "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example. 1 IN NSEC3 \\# 4 01000000";
    struct signing_key key = key_of(1, ZONE_KEY);
    struct signing how;
    struct denials d;
    bool has_others;

    (void)state;
    for (unsigned kind = 0; kind < 6; kind++) {
        struct reply reply = {.count = 0};

        add(&reply, "a.example." NSEC_TO_Z, false);
        sign(&reply, &key, good("a.example", WIRE_NSEC, 2));
        switch (kind) {
        case 0: /* nothing else but what is no denial */
            add(&reply, "example. 1 IN A \\# 4 c0000201", false);
            add(&reply, "b.example." NSEC_TO_Z, true);
            break;
        case 1:
            add(&reply, nsec3, false);
            sign(&reply, &key, good("0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example", WIRE_NSEC3, 2));
            break;
        case 2: /* nobody has signed it */
            add(&reply, "b.example." NSEC_TO_Z, false);
            break;
        case 3: /* two records of one owner */
            add(&reply, "b.example." NSEC_TO_Z, false);
            add(&reply, "b.example. 1 IN NSEC \\# 1 00", false);
            sign(&reply, &key, good("b.example", WIRE_NSEC, 2));
            break;
        case 4: /* no wildcard makes a denial */
            add(&reply, "b.example." NSEC_TO_Z, false);
            sign(&reply, &key, good("b.example", WIRE_NSEC, 1));
            break;
        case 5:
            add(&reply, "b.example." NSEC_TO_Z, false);
            how = good("b.example", WIRE_NSEC, 2);
            how.until = NOW - 1;
            sign(&reply, &key, how);
            break;
        }
        d = denials_of(&reply, &key, &has_others);
        assert_int_equal(d.count, kind == 1 ? 2 : 1);
        assert_int_equal(has_others, kind >= 2);
        assert_false(d.at[0].is_nsec3);
        assert_true(d.count == 1 || d.at[1].is_nsec3);
    }
    forget(&key);
}

static void so_many_denials_are_looked_at(void **state)
{
    struct signing_key key = key_of(1, ZONE_KEY);
    struct reply reply = {.count = 0};
    struct denials d;
    bool has_others;

    (void)state;
    for (unsigned i = 1; i <= DNSSEC_DENIALS_MAX + 1; i++) {
        const char *owner = str_printf(arena, "n%u.example", i);

        add(&reply, str_printf(arena, "%s." NSEC_TO_Z, owner), false);
        sign(&reply, &key, good(owner, WIRE_NSEC, 2));
        d = denials_of(&reply, &key, &has_others);
        assert_int_equal(d.count, i < DNSSEC_DENIALS_MAX ? i : DNSSEC_DENIALS_MAX);
        assert_int_equal(has_others, i > DNSSEC_DENIALS_MAX);
    }
    forget(&key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(of_several_signatures_the_best_counts),
        TEST(when_the_first_of_them_expired_is_told),
        TEST(so_many_keys_of_one_tag_are_tried),
        TEST(so_many_signatures_are_looked_at),
        TEST(records_of_a_wildcard_say_so),
        TEST(keys_are_vouched_for_by_any_of_the_ds_records),
        TEST(the_ds_record_that_is_wanted_is_that_of_a_key_that_signs),
        TEST(so_many_keys_of_a_zone_are_looked_at),
        TEST(so_many_ds_records_count),
        TEST(only_verified_denials_of_the_authority_section_count),
        TEST(so_many_denials_are_looked_at),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
