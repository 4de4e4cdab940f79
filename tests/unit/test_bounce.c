/* Bounces: receiver, code and rule from SMTP replies, log lines and notifications. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/result/bounce.h"

static const struct {
    const char *text;
    const char *receiver; /* who wrote it; NULL: cannot be told */
    const char *code, *ip;
    const char *check; /* behind the best match; NULL: no match */
} cases[] = {
    {"550-5.7.25 [11.22.1.25] The IP address sending this message does not have a PTR\r\n550-5.7.25 record setup, or the corresponding "
     "forward DNS entry does not match the\r\n550 5.7.25 sending IP. a12-20020a056402.321 - gsmtp",
     "gmail", "5.7.25", "11.22.1.25", "ptr.exists"},
    {"host gmail-smtp-in.l.google.com[142.250.1.27] said: 550-5.7.26 This mail has been blocked because the sender is unauthenticated.",
     "gmail", "5.7.26", "142.250.1.27", "spf.exists"},
    {"421-4.7.32 The From: header isn't aligned with either the authenticated SPF or DKIM organizational domain - gsmtp", "gmail", "4.7.32",
     NULL, "message.alignment"},
    {"554 IP=11.22.1.25 - None/bad reputation. Ask your postmaster for help or to contact tobr@rx.t-online.de for reset. (NOWL)", "t-online",
     NULL, "11.22.1.25", "ptr.exists"},
    {"550 5.7.515 Access denied, sending domain example.org does not meet the required authentication level. [xyz.prod.protection.outlook.com]",
     "outlook-bulk", "5.7.515", NULL, "spf.exists"},
    {"554-gmx.net (mxgmx016) Nemesis ESMTP Service not available\n554-No SMTP service\n554-Bad DNS PTR resource record.", "gmx", NULL, NULL,
     "ptr.exists"},
    {"450 4.7.1 <mail.internal>: Helo command rejected: Host not found; proto=ESMTP", "strict-postfix", "4.7.1", NULL, "helo.resolves"},
    {"450 4.7.25 Client host rejected: cannot find your hostname, [11.22.1.25]", "strict-postfix", "4.7.25", "11.22.1.25", "ptr.exists"},
    {"Status: 5.7.25\nno word on who wrote this", NULL, "5.7.25", NULL, "ptr.exists"},
    {"550 5.1.1 user unknown at some.com, 10.1.2.3", NULL, "5.1.1", NULL, NULL},
    {"version 0.5.7.25 of 192.0.2.1 says nothing", NULL, NULL, NULL, NULL},
    {"", NULL, NULL, NULL, NULL},
};

static void rejections_are_recognised(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new(1 << 20);
        struct bounce b = bounce_explain(arena, (struct str){cases[i].text, strlen(cases[i].text)});
        char ip[IP_TEXT_MAX] = "";

        if (b.ip.family != IP_NONE)
            ip_print(&b.ip, ip);
        print_message("# %.60s\n", cases[i].text);
        assert_string_equal(b.receiver ? b.receiver->name : "", cases[i].receiver ? cases[i].receiver : "");
        assert_string_equal(b.code ? b.code : "", cases[i].code ? cases[i].code : "");
        assert_string_equal(ip, cases[i].ip ? cases[i].ip : "");
        assert_string_equal(b.match_count ? receiver_rule_check(b.matches[0].rule) : "", cases[i].check ? cases[i].check : "");
        arena_free(arena);
    }
}

static void a_code_alone_means_several_things(void **state)
{
    struct arena *arena = arena_new(1 << 20);
    struct bounce b = bounce_explain(arena, str_of("5.7.27"));
    bool gmail = false, yahoo = false;

    (void)state;
    for (size_t i = 0; i < b.match_count; i++) {
        gmail |= strncmp(receiver_at(b.matches[i].rule->receiver)->name, "gmail", 5) == 0;
        yahoo |= strncmp(receiver_at(b.matches[i].rule->receiver)->name, "yahoo", 5) == 0;
    }
    assert_null(b.receiver);
    assert_true(gmail && yahoo); /* SPF did not pass; null MX */
    arena_free(arena);
}

static void any_bytes_are_survived(void **state)
{
    static const char bytes[] = "\0\xff 5.7.25\0 4.\x80.1 [::ffff:1.2.3.4] \x1b[31m";
    struct arena *arena = arena_new(1 << 20);

    (void)state;
    assert_string_equal(bounce_explain(arena, (struct str){bytes, sizeof bytes - 1}).code, "5.7.25");
    arena_free(arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(rejections_are_recognised),
        cmocka_unit_test(a_code_alone_means_several_things),
        cmocka_unit_test(any_bytes_are_survived),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
