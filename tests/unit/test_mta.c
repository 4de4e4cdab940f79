/* What Postfix, Exim and OpenSMTPD say about themselves. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/mta/mta.h"
#include "core/base/arena.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* "192.0.2.1=mail.example.org ::=?": every sender. */
static const char *senders_text(struct arena *arena, const struct mta *mta)
{
    const char *text = mta->unclear ? "unclear" : "";

    for (size_t i = 0; i < mta->count && !mta->unclear; i++)
        text = str_printf(arena, "%s%s%s=%s", text, *text ? " " : "", ip_text(arena, &mta->senders[i].ip),
                          mta->senders[i].helo ? mta->senders[i].helo : "?");
    return text;
}

static void postfix(void **state)
{
    static const struct {
        const char *main_cf, *master_cf, *senders;
    } cases[] = {
        {"mail.example.org\n\n\nall\nall\n", "", "0.0.0.0=mail.example.org ::=mail.example.org"},
        {"mail.example.org\n\n\nall\nipv4\n", "", "0.0.0.0=mail.example.org"},
        {"mail.example.org\n192.0.2.1\n[2001:db8::1]\nall\nipv4, ipv6\n", "",
         "192.0.2.1=mail.example.org 2001:db8::1=mail.example.org"},
        {"mail.example.org\n192.0.2.1\n\nall\nall\n", "", "192.0.2.1=mail.example.org ::=mail.example.org"},
        {"mail.example.org\n192.0.2.1\n\nall\nipv6\n", "", "::=mail.example.org"},
        {"m\n\n\n192.0.2.7, [2001:db8::7]\nall\n", "", "192.0.2.7=m 2001:db8::7=m"},
        {"m\n\n\n127.0.0.1, 192.0.2.7\nipv4\n", "", "0.0.0.0=m"}, /* two: the kernel chooses */
        {"m\n\n\n192.0.2.7 192.0.2.8\nipv4\n", "", "0.0.0.0=m"},
        {"m\n\n\nmail.example.org\nipv4\n", "", "0.0.0.0=m"},
        {"m\n192.0.2.1\n\n192.0.2.7\nipv4\n", "", "192.0.2.1=m"},
        {"m\n\n\nloopback-only\nipv4\n", "", "0.0.0.0=m"},
        {"m\n\n\n127.0.0.1\nipv4\n", "", "0.0.0.0=m"},
        {"$unknown\n\n\nall\nipv4\n", "", "0.0.0.0=?"},
        {"m\n192.0.2.1\n\nall\nipv4\n",
         "smtp/unix/smtp_bind_address = 192.0.2.9\nsmtp/unix/smtp_helo_name = out.example.org\n",
         "192.0.2.9=out.example.org"},
        {"m\n192.0.2.1\n2001:db8::1\nall\nall\n", "smtp/unix/smtp_bind_address6 = 2001:db8::9\n",
         "192.0.2.1=m 2001:db8::9=m"},
        {"m\n\n\nall\nall\n\nsmtp\n", "", "0.0.0.0=m ::=m"},
        {"m\n192.0.2.1\n\nall\nall\n[mail.example.net]:587\nsmtp\n", "", "unclear"},
        {"m\n192.0.2.1\n\nall\nall\n\nsmtp:[mail.example.net]\n", "", "unclear"},
        {"", "", ""},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct arena *arena = arena_new(1 << 16);
        struct mta mta;

        mta_parse_postfix(arena, cases[i].main_cf, cases[i].master_cf, &mta);
        assert_string_equal(senders_text(arena, &mta), cases[i].senders);
        arena_free(arena);
    }
}

static void exim_routes(void **state)
{
#define ROUTER(name, driver) "\n" name " router:\ndriver = " driver "\n"
    static const char transports[] = "\nremote_smtp transport:\ndriver = smtp\nhelo_data = m\ninterface = 192.0.2.1\n";
    static const struct {
        const char *routers, *senders;
    } cases[] = {
        {ROUTER("dns", "dnslookup"), "192.0.2.1=m ::=m"},
        {ROUTER("local", "accept"), "192.0.2.1=m ::=m"},
        {ROUTER("smart", "manualroute") "route_list = * mail.example.net byname\n" ROUTER("local", "accept"),
         "unclear"},
        {ROUTER("smart", "manualroute") "route_list = * mail.example.net\n" ROUTER("dns", "dnslookup"),
         "192.0.2.1=m ::=m"},
        {ROUTER("hub", "manualroute") "route_list = example.com mail.example.com\n", "192.0.2.1=m ::=m"},
    };
#undef ROUTER

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct arena *arena = arena_new(1 << 16);
        struct mta mta;

        mta_parse_exim(arena, "primary_hostname = host.example.org\n", cases[i].routers, transports, &mta);
        assert_string_equal(senders_text(arena, &mta), cases[i].senders);
        assert_true(!mta.unclear || strstr(mta.unclear, "mail.example.net"));
        arena_free(arena);
    }
}

static void exim(void **state)
{
#define SMTP(name) "\n" name " transport:\ndriver = smtp\n"
    static const char primary[] = "primary_hostname = host.example.org\n";
    static const struct {
        const char *transports, *senders;
    } cases[] = {
        {SMTP("remote_smtp") "helo_data = $primary_hostname\ninterface = \n",
         "0.0.0.0=host.example.org ::=host.example.org"},
        {SMTP("remote_smtp") "helo_data = m\ninterface = 192.0.2.1\n", "192.0.2.1=m ::=m"},
        {SMTP("remote_smtp") "helo_data = m\ninterface = <; 192.0.2.1; 2001:db8::1\n", "192.0.2.1=m 2001:db8::1=m"},
        {SMTP("remote_smtp") "helo_data = m\ninterface = 192.0.2.1:2001::db8::::1\n", "192.0.2.1=m 2001:db8::1=m"},
        {SMTP("remote_smtp") "helo_data = m\ninterface = 192.0.2.1 : 192.0.2.2\n", "192.0.2.1=m ::=m"},
        {SMTP("remote_smtp") "helo_data = ${lookup{$sending_ip}lsearch{/etc/helo}}\ninterface = 192.0.2.1\n",
         "192.0.2.1=? ::=?"},
        {SMTP("remote_smtp") "helo_data = m\ninterface = ${if eq{a}{b}{192.0.2.1}}\n", "unclear"},
        {SMTP("one") "helo_data = m\ninterface = 192.0.2.1\n" SMTP(
             "remote_smtp") "helo_data = n\ninterface = 192.0.2.2\n",
         "192.0.2.2=n ::=n"},
        {SMTP("one") "helo_data = m\ninterface = 192.0.2.1\n" SMTP("two") "helo_data = n\ninterface = 192.0.2.2\n",
         "192.0.2.1=m ::=m 192.0.2.2=n"},
        {"\nlocal transport:\ndriver = appendfile\n" SMTP("out") "protocol = smtp\nhelo_data = m\n" SMTP(
             "in") "protocol = lmtp\nhelo_data = n\n",
         "0.0.0.0=m ::=m"},
        {"\nlocal transport:\ndriver = appendfile\n", "unclear"},
        {"", "unclear"},
    };
#undef SMTP

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct arena *arena = arena_new(1 << 16);
        struct mta mta;

        mta_parse_exim(arena, primary, "", cases[i].transports, &mta);
        assert_string_equal(senders_text(arena, &mta), cases[i].senders);
        arena_free(arena);
    }
}

static void opensmtpd(void **state)
{
    static const struct {
        const char *configuration, *senders;
    } cases[] = {
        {"listen on lo0\n# action \"old\" relay helo wrong.example.org\naction \"local\" maildir\n"
         "action \"out\" relay helo mail.example.org src { 192.0.2.1, \"2001:db8::1\" }\nmatch for any action "
         "\"out\"\n",
         "192.0.2.1=mail.example.org 2001:db8::1=mail.example.org"},
        {"action out relay src 192.0.2.1 tls\n", "192.0.2.1=server.example.org"},
        {"action out relay\n", "0.0.0.0=server.example.org ::=server.example.org"},
        {"action out relay helo m # src 192.0.2.1\n", "0.0.0.0=m ::=m"},
        {"table srcs { \"192.0.2.1\", 192.0.2.2,\n 192.0.2.3 }\naction out relay src <srcs> \\\n helo m\n",
         "192.0.2.1=m 192.0.2.2=m 192.0.2.3=m"},
        {"table names { 192.0.2.1 = a.example.org, 192.0.2.2 = \"b.example.org\" }\n"
         "action out relay helo m helo-src <names> src { 192.0.2.1, 192.0.2.2, 192.0.2.3 } tls\n",
         "192.0.2.1=a.example.org 192.0.2.2=b.example.org 192.0.2.3=m"},
        {"ext = \"192.0.2.1\"\nname=mail.example.org\naction out relay src $ext helo $name\n",
         "192.0.2.1=mail.example.org"},
        {"action a relay helo a src 192.0.2.1\naction b relay helo b src 192.0.2.2\n", "192.0.2.1=a 192.0.2.2=b"},
        {"action a relay host smtp://gate.example.org helo a src 192.0.2.1\naction b relay helo b src 192.0.2.2\n",
         "192.0.2.2=b"},
        {"action a relay host smtp://gate.example.org helo a src 192.0.2.1\n", "unclear"},
        {"action a relay domain <hosts>\n", "unclear"},
        {"table srcs db:/etc/srcs.db\naction out relay src <srcs>\n", "unclear"},
        {"table srcs file:/nowhere/srcs\naction out relay src <srcs>\n", "unclear"},
        {"action out relay src <unknown>\n", "unclear"},
        {"include \"/nowhere/more.conf\"\naction out relay\n", "unclear"},
        {"action local maildir\n", "unclear"},
        {"", "unclear"},
        {"action", "unclear"},
        {"action out relay helo", "0.0.0.0=server.example.org ::=server.example.org"},
        {"action out relay src", "unclear"},
        {"action out relay src nowhere", "unclear"},
        {"action out relay helo-src <none> src 192.0.2.1", "unclear"},
        {"action out relay src { 192.0.2.1", "192.0.2.1=server.example.org"},
        {"action out relay src <", "unclear"},
        {"table t { a =\naction out relay helo \"m", "unclear"},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct arena *arena = arena_new(1 << 18);
        struct mta mta;

        mta_parse_opensmtpd(arena, cases[i].configuration, "server.example.org", &mta);
        if (strcmp(senders_text(arena, &mta), cases[i].senders) != 0)
            fail_msg("%s: %s instead of %s", cases[i].configuration, senders_text(arena, &mta), cases[i].senders);
        arena_free(arena);
    }
}

/* Tables and further statements beside the file; a file that includes itself comes to an end. */
static void opensmtpd_files(void **state)
{
    static const char template[] = "/tmp/mailready-mta-XXXXXX";
    char table[sizeof template], more[sizeof template];
    struct arena *arena = arena_new(1 << 20);
    FILE *file;
    struct mta mta;

    (void)state;
    memcpy(table, template, sizeof template);
    memcpy(more, template, sizeof template);
    file = fdopen(mkstemp(table), "w");
    assert_non_null(file);
    fputs("# our addresses\n192.0.2.1\tmail.example.org\n\n2001:db8::1 six.example.org\n", file);
    fclose(file);
    file = fdopen(mkstemp(more), "w");
    assert_non_null(file);
    fprintf(file, "table both file:%s\naction out relay src <both> helo-src <both>\ninclude \"%s\"\n", table, more);
    fclose(file);
    mta_parse_opensmtpd(arena, str_printf(arena, "include \"%s\"\n", more), NULL, &mta);
    unlink(table);
    unlink(more);
    assert_string_equal(senders_text(arena, &mta), "192.0.2.1=mail.example.org 2001:db8::1=six.example.org");
    arena_free(arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(postfix),
        cmocka_unit_test(exim),
        cmocka_unit_test(exim_routes),
        cmocka_unit_test(opensmtpd),
        cmocka_unit_test(opensmtpd_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
