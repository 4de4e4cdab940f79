/* Prefixes of DNS64: all lengths of RFC 6052 2.2, by its own examples, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/arena.h"
#include "core/derive/dns64.h"
#include "core/facts/dns_answer.h"

static size_t prefixes_of(const char *const *texts, struct ip_network out[DNS64_PREFIXES_MAX])
{
    struct dns_record records[8];
    struct dns_answer answer = {.status = DNS_OK, .records = records};

    for (; texts[answer.count]; answer.count++) {
        records[answer.count] = (struct dns_record){.type = DNS_AAAA};
        assert_true(ip_parse(texts[answer.count], &records[answer.count].ip));
    }
    return dns64_prefixes(&answer, out);
}

static void test_lengths(void **state)
{
    static const struct {
        const char *address, *prefix;
    } rows[] = {
        {"2001:db8:c000:aa::", "2001:db8::/32"},
        {"2001:db8:1c0:0:aa::", "2001:db8:100::/40"},
        {"2001:db8:122:c000:0:aa00::", "2001:db8:122::/48"},
        {"2001:db8:122:3c0:0:aa::", "2001:db8:122:300::/56"},
        {"2001:db8:122:344:c0:0:aa00:0", "2001:db8:122:344::/64"},
        {"2001:db8:122:344::c000:ab", "2001:db8:122:344::/96"},
        {"64:ff9b::c000:aa", "64:ff9b::/96"},
        {"fd00:64::c000:aa", "fd00:64::/96"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *const texts[] = {rows[i].address, NULL};
        struct ip_network found[DNS64_PREFIXES_MAX], wanted;

        assert_true(ip_network_parse(rows[i].prefix, &wanted));
        assert_int_equal(prefixes_of(texts, found), 1);
        assert_int_equal(found[0].bits, wanted.bits);
        assert_true(ip_equal(&found[0].base, &wanted.base));
    }
}

static void test_each_once(void **state)
{
    const char *const texts[] = {"64:ff9b::c000:aa", "64:ff9b::c000:ab", "fd00::c000:aa", NULL};
    struct ip_network found[DNS64_PREFIXES_MAX];

    (void)state;
    assert_int_equal(prefixes_of(texts, found), 2);
}

static void test_so_many(void **state)
{
    const char *const texts[] = {"fd00::c000:aa", "fd01::c000:aa", "fd02::c000:aa", "fd03::c000:aa", "fd04::c000:aa",
                                 NULL};
    struct ip_network found[DNS64_PREFIXES_MAX + 1] = {0};

    (void)state;
    assert_int_equal(prefixes_of(texts, found), DNS64_PREFIXES_MAX);
    assert_int_equal(found[DNS64_PREFIXES_MAX - 1].bits, 96);
    assert_int_equal(found[DNS64_PREFIXES_MAX].bits, 0);
}

static void test_others_are_none(void **state)
{
    const char *const texts[] = {"2001:db8::1", "64:ff9b::c000:a9", "64:ff9b::c000:aa00", "2001:db8:c000:aa::1", NULL};
    struct ip_network found[DNS64_PREFIXES_MAX];

    (void)state;
    assert_int_equal(prefixes_of(texts, found), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_each_once),
        cmocka_unit_test(test_so_many),
        cmocka_unit_test(test_others_are_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
