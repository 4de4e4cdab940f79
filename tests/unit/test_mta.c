/* What Postfix, Exim and OpenSMTPD say about themselves. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "cmd/mta.h"
#include "core/arena.h"

static const char *sources_text(struct arena *arena, const struct mta *mta)
{
    const char *text = "";

    for (size_t i = 0; i < mta->source_count; i++)
        text = str_printf(arena, "%s%s%s", text, *text ? " " : "", ip_text(arena, &mta->sources[i]));
    return text;
}

static void expect(struct arena *arena, const struct mta *mta, const char *helo, const char *sources)
{
    assert_string_equal(mta->helo ? mta->helo : "", helo);
    assert_string_equal(sources_text(arena, mta), sources);
}

static void postfix(void **state)
{
    static const struct {
        const char *answer, *helo, *sources;
    } cases[] = {
        {"mail.example.org\n\n\nall\n", "mail.example.org", ""},
        {"mail.example.org\n192.0.2.1\n2001:db8::1\nall\n", "mail.example.org", "192.0.2.1 2001:db8::1"},
        {"mail.example.org\n\n\n127.0.0.1, 192.0.2.7, [2001:db8::7]\n", "mail.example.org", "192.0.2.7"},
        {"mail.example.org\n\n\n192.0.2.7 192.0.2.8\n", "mail.example.org", ""}, /* two: the kernel chooses */
        {"mail.example.org\n192.0.2.1\n\n192.0.2.7\n", "mail.example.org", "192.0.2.1"},
        {"$unknown\n\n\nloopback-only\n", "", ""},
        {"", "", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new(1 << 16);
        struct mta mta;

        mta_parse_postfix(arena, cases[i].answer, &mta);
        expect(arena, &mta, cases[i].helo, cases[i].sources);
        arena_free(arena);
    }
}

static void exim(void **state)
{
    static const struct {
        const char *hostname, *transport, *helo, *sources;
    } cases[] = {
        {"primary_hostname = mail.example.org\n", "helo_data = $primary_hostname\ninterface = \n", "mail.example.org", ""},
        {"primary_hostname = host.example.org\n", "driver = smtp\nhelo_data = mail.example.org\ninterface = 192.0.2.1\n", "mail.example.org", "192.0.2.1"},
        {"primary_hostname = host.example.org\n", "interface = <; 192.0.2.1; 2001:db8::1\n", "host.example.org", "192.0.2.1 2001:db8::1"},
        {"primary_hostname = host.example.org\n", "helo_data = ${lookup{$sending_ip}lsearch{/etc/helo}}\n", "", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new(1 << 16);
        struct mta mta;

        mta_parse_exim(arena, cases[i].hostname, cases[i].transport, &mta);
        expect(arena, &mta, cases[i].helo, cases[i].sources);
        arena_free(arena);
    }
}

static void opensmtpd(void **state)
{
    static const char configuration[] = "listen on lo0\n"
                                        "# action \"old\" relay helo wrong.example.org\n"
                                        "action \"local\" maildir\n"
                                        "action \"out\" relay helo mail.example.org src { 192.0.2.1, 2001:db8::1 }\n"
                                        "match for any action \"out\"\n";
    struct arena *arena = arena_new(1 << 16);
    struct mta mta;

    (void)state;
    mta_parse_opensmtpd(arena, configuration, &mta);
    expect(arena, &mta, "mail.example.org", "192.0.2.1 2001:db8::1");
    mta_parse_opensmtpd(arena, "action \"out\" relay src 192.0.2.1 tls\n", &mta);
    expect(arena, &mta, "", "192.0.2.1");
    arena_free(arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(postfix),
        cmocka_unit_test(exim),
        cmocka_unit_test(opensmtpd),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
