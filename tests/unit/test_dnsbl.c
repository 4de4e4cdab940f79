/* Blocklists: names asked for, answers understood, keys not shown.  (RFC 5782; threats.md D12) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/records/dnsbl.h"

static struct ip ip_of(const char *text)
{
    struct ip ip;

    assert_true(ip_parse(text, &ip));
    return ip;
}

static void test_questions(void **state)
{
    static const struct {
        const char *ip, *question;
    } cases[] = {
        {"11.22.33.44", "44.33.22.11.bl.example.net"},
        {"2001:db8:1:2:3:4:567:89ab", "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.bl.example.net"},
    };
    struct arena *arena = arena_new(1u << 16);
    struct dnsbl list = dnsbl_of(arena, "bl.example.net");
    struct ip test6 = dnsbl_test_ip(DNSBL_IPV6, true), test4 = dnsbl_test_ip(DNSBL_IPV4, false);
    char long_name[260];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ip ip = ip_of(cases[i].ip);

        assert_string_equal(dnsbl_question(arena, &list, &ip), cases[i].question);
    }
    assert_string_equal(dnsbl_question(arena, &list, &test6),
                        "2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.bl.example.net");
    assert_string_equal(dnsbl_question(arena, &list, &test4), "1.0.0.127.bl.example.net");
    memset(long_name, 'a', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    assert_null(dnsbl_question_for_name(arena, &list, long_name));
    long_name[253 - strlen(".bl.example.net")] = '\0'; /* as long as a name may be, and longer by one */
    assert_non_null(dnsbl_question_for_name(arena, &list, long_name));
    long_name[253 - strlen(".bl.example.net")] = 'a';
    long_name[254 - strlen(".bl.example.net")] = '\0';
    assert_null(dnsbl_question_for_name(arena, &list, long_name));
    arena_free(arena);
}

static void test_answers(void **state)
{
    static const struct {
        const char *ip;
        enum dnsbl_answer answer;
        const char *refusal;
    } cases[] = {
        {"127.0.0.2", DNSBL_LISTED_THERE, NULL},
        {"127.0.0.3", DNSBL_LISTED_THERE, NULL},
        {"127.0.1.2", DNSBL_LISTED_THERE, NULL},
        {"127.255.254.1", DNSBL_LISTED_THERE, NULL},
        {"127.0.0.1", DNSBL_REFUSED, "127.0.0.1"},
        {"127.255.255.252", DNSBL_REFUSED, "misspelt"},
        {"127.255.255.253", DNSBL_REFUSED, "error code"},
        {"127.255.255.254", DNSBL_REFUSED, "public resolvers"},
        {"127.255.255.255", DNSBL_REFUSED, "too often"},
        {"127.255.255.251", DNSBL_REFUSED, "error code"},
        {"127.255.255.0", DNSBL_REFUSED, "error code"},
        {"1.2.3.4", DNSBL_NONSENSE, NULL},
        {"128.0.0.2", DNSBL_NONSENSE, NULL},
        {"0.0.0.0", DNSBL_NONSENSE, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ip ip = ip_of(cases[i].ip);

        if (dnsbl_judge(&ip) != cases[i].answer)
            fail_msg("%s: %d", cases[i].ip, (int)dnsbl_judge(&ip));
        if (cases[i].answer == DNSBL_REFUSED)
            assert_non_null(strstr(dnsbl_refusal_text(&ip), cases[i].refusal));
    }
}

static void test_catalogue(void **state)
{
    static const char *const parts[] = {"sbl.spamhaus.org", "xbl.spamhaus.org", "pbl.spamhaus.org",
                                        "abcdefghij.pbl.dq.spamhaus.net"};
    struct arena *arena = arena_new(1u << 16);
    struct dnsbl zen = dnsbl_of(arena, "zen.spamhaus.org"), unknown = dnsbl_of(arena, "bl.example.net");
    struct dnsbl keyed = dnsbl_of(arena, "abcdefghij.zen.dq.spamhaus.net");
    struct ip pbl = ip_of("127.0.0.11"), odd = ip_of("127.0.0.20"), elsewhere = ip_of("127.1.0.11");
    size_t count = 0;

    (void)state;
    assert_int_equal(zen.severity, FAIL);
    assert_non_null(dnsbl_meaning(&zen, &pbl));
    assert_null(dnsbl_meaning(&zen, &odd));
    assert_null(dnsbl_meaning(&zen, &elsewhere));
    assert_true(dnsbl_is_policy(&zen, &pbl));
    assert_false(dnsbl_is_policy(&zen, &odd));
    for (unsigned code = 2; code < 20; code++) { /* as dnsbl.def has it */
        struct ip ip = ip_of(str_printf(arena, "127.0.0.%u", code));

        assert_int_equal(dnsbl_is_policy(&zen, &ip), code == 10 || code == 11);
        assert_int_equal(dnsbl_meaning(&zen, &ip) != NULL, code <= 7 || (code >= 9 && code <= 11));
    }
    assert_false(dnsbl_is_policy(&zen, &elsewhere));
    assert_false(dnsbl_is_policy(&unknown, &pbl));
    for (size_t i = 0; i < 2; i++) { /* what is listed for tests: RFC 5782 5, and what the list says itself */
        struct dnsbl list = dnsbl_of(arena, i ? "dbl.spamhaus.org" : "bl.example.net");

        assert_string_equal(list.listed, i ? "dbltest.com" : "test");
        assert_string_equal(list.unlisted, i ? "example.com" : "invalid");
    }
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct dnsbl part = dnsbl_of(arena, parts[i]);

        assert_int_equal(part.severity, FAIL); /* as ZEN, of which it is a part */
        assert_non_null(dnsbl_meaning(&part, &pbl));
        assert_true(dnsbl_is_policy(&part, &pbl));
    }
    assert_string_equal(keyed.zone, "abcdefghij.zen.dq.spamhaus.net");
    assert_string_equal(keyed.label, "zen.dq.spamhaus.net");
    assert_int_equal(keyed.severity, FAIL);
    assert_non_null(dnsbl_meaning(&keyed, &pbl));
    assert_int_equal(unknown.severity, NOTE);
    assert_string_equal(unknown.label, "bl.example.net");
    assert_int_equal(unknown.kinds, DNSBL_IPV4 | DNSBL_IPV6);
    while (dnsbl_standard(count)) {
        const char *why;

        assert_non_null(name_from_user(arena, dnsbl_standard(count), &why));
        assert_non_null(dnsbl_of(arena, dnsbl_standard(count)).removal);
        count++;
    }
    assert_in_range(count, 1, 10);
    arena_free(arena);
}

static void test_public_resolvers(void **state)
{
    static const struct {
        const char *ip;
        bool refused;
    } cases[] = {
        {"8.8.8.8", true},
        {"8.8.4.4", true},
        {"1.1.1.1", true},
        {"1.0.0.1", true},
        {"9.9.9.9", true},
        {"9.9.9.10", true},
        {"208.67.222.222", true},
        {"208.67.220.220", true},
        {"2606:4700:4700::1111", true},
        {"2001:4860:4860::8888", true},
        {"2620:fe::fe", true},
        {"2606:1a40::1", true},
        {"127.0.0.1", false},
        {"192.168.1.1", false},
        {"11.53.0.53", false},
        {"::1", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ip ip = ip_of(cases[i].ip);

        if (dnsbl_refuses_resolver(&ip) != cases[i].refused)
            fail_msg("%s", cases[i].ip);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_questions),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_catalogue),
        cmocka_unit_test(test_public_resolvers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
