/* Bounces: who wrote it, for which cause, by which rule; and the rejections in logs, mailboxes and queues. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/records/bounce_words.h"
#include "core/result/bounce.h"
#include "core/result/bounce_feed.h"

enum { ARENA_BYTES = 64 << 20, LINE_BYTES = 8192 };

static struct arena *arena;
static const struct bounce_lexicon *lexicon;

static int new_arena(void **state)
{
    (void)state;
    arena = arena_new(ARENA_BYTES);
    lexicon = arena ? bounce_lexicon_new(arena) : NULL;
    return lexicon ? 0 : -1;
}

static int free_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct bounce explain(const char *text)
{
    return bounce_explain(lexicon, arena, str_of(text));
}

/* "ptr.exists"; "local", or "-" where no check is named. */
static const char *cause_of(const struct bounce *bounce)
{
    if (bounce->local)
        return "local";
    return bounce->causes.count ? check_of(bounce->causes.checks[0])->name : "-";
}

static const struct {
    const char *text;
    const char *receiver; /* who wrote it; NULL: cannot be told */
    const char *code, *ip;
    const char *cause;
} cases[] = {
    {"550-5.7.25 [11.22.1.25] The IP address sending this message does not have a PTR\r\n550 5.7.25 record setup. "
     "a12-20020a056402.321 - gsmtp",
     "gmail", "5.7.25", "11.22.1.25", "ptr.exists"},
    /* the first address is the receiver's, and so is the name before it */
    {"host gmail-smtp-in.l.google.com[11.8.0.27] said: 550-5.7.26 Blocked: SPF [example.org] with ip: [11.22.1.25] = "
     "did not pass",
     "gmail", "5.7.26", "11.22.1.25", "spf.authorizes"},
    {"host gmail-smtp-in.l.google.com[192.0.2.1] said: 550 5.7.1 Rejected. No PTR [192.0.2.9]", "gmail", "5.7.1",
     "192.0.2.9", "ptr.exists"},
    {"host mx.example.net[11.9.0.1] said: 550 5.7.1 No PTR", NULL, "5.7.1", NULL, "ptr.exists"},
    {"connect to gmail-smtp-in.l.google.com[11.8.0.27]:25: Network is unreachable", NULL, NULL, NULL, "local"},
    /* a mailbox at a receiver is no word of that receiver */
    {"550 5.1.1 <a@gmail.com>: user unknown", NULL, "5.1.1", NULL, "-"},
    {"421-4.7.32 The From: header isn't aligned with either the authenticated SPF or DKIM organizational domain - "
     "gsmtp",
     "gmail", "4.7.32", NULL, "dmarc.alignment"},
    {"554 IP=11.22.1.25 - None/bad reputation. Ask your postmaster for help or to contact tobr@rx.t-online.de for "
     "reset. (NOWL)",
     "t-online", NULL, "11.22.1.25", "-"},
    {"554-gmx.net (mxgmx016) Nemesis ESMTP Service not available\n554-No SMTP service\n554-Bad DNS PTR resource "
     "record.",
     "gmx", NULL, NULL, "ptr.exists"},
    {"450 4.7.1 <mail.internal>: Helo command rejected: Host not found; proto=ESMTP", "strict-postfix", "4.7.1", NULL,
     "helo.resolves"},
    {"450 4.7.25 Client host rejected: cannot find your hostname, [11.22.1.25]", "strict-postfix", "4.7.25",
     "11.22.1.25", "ptr.exists"},
    {"550 5.1.1 user unknown at some.com, 10.1.2.3", NULL, "5.1.1", NULL, "-"},
    {"version 0.5.7.25 of 10.0.2.1 says nothing", NULL, NULL, NULL, "-"},
    {"", NULL, NULL, NULL, "-"},
};

static void author_code_and_address_are_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bounce b = explain(cases[i].text);
        char ip[IP_TEXT_MAX] = "";

        if (b.ip.family != IP_NONE)
            ip_print(&b.ip, ip);
        print_message("# %.60s\n", cases[i].text);
        assert_string_equal(b.receiver ? b.receiver->name : "", cases[i].receiver ? cases[i].receiver : "");
        assert_string_equal(b.code ? b.code : "", cases[i].code ? cases[i].code : "");
        assert_string_equal(ip, cases[i].ip ? cases[i].ip : "");
        assert_string_equal(cause_of(&b), cases[i].cause);
    }
}

static bool is_wanted(const char *cause, const char *wanted)
{
    size_t len = strlen(wanted);

    return len > 1 && wanted[len - 1] == '*' ? strncmp(cause, wanted, len - 1) == 0 : strcmp(cause, wanted) == 0;
}

/* "\n" of the table becomes a line break. */
static void unescape(char *text)
{
    char *to = text;

    for (const char *from = text; *from; from++) {
        bool is_break = from[0] == '\\' && from[1] == 'n';

        *to++ = is_break ? '\n' : *from;
        from += is_break;
    }
    *to = '\0';
}

static void causes_are_found_and_none_is_invented(void **state)
{
    FILE *file = fopen("tests/data/bounces.txt", "r");
    char line[LINE_BYTES];
    size_t wrong = 0, count = 0;

    (void)state;
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        char *tab = strchr(line, '\t');
        struct bounce b;

        if (line[0] == '#' || !tab)
            continue;
        *tab = '\0';
        tab[strcspn(tab + 1, "\n") + 1] = '\0';
        unescape(tab + 1);
        b = explain(tab + 1);
        count++;
        if (!is_wanted(cause_of(&b), line)) {
            print_message("%s, found %s: %s\n", line, cause_of(&b), tab + 1);
            wrong++;
        }
    }
    fclose(file);
    assert_true(count > 250);
    assert_int_equal(wrong, 0);
}

static void the_rule_of_the_receiver_is_quoted(void **state)
{
    struct bounce b = explain(cases[0].text);

    (void)state;
    assert_true(b.rule_count > 0);
    assert_string_equal(receiver_at(b.rules[0]->receiver)->name, "gmail");
    assert_int_equal(explain("550 5.7.25 of nobody").rule_count, 0);
}

/* 5.7.25 is registered for one thing, and 5.7.1 for none. */
static void a_code_tells_where_no_word_does(void **state)
{
    (void)state;
    assert_true(explain("Status: 5.7.25").by_code);
    assert_string_equal(check_of(explain("Status: 5.7.25").causes.checks[0])->name, "ptr.exists");
    assert_int_equal(explain("Status: 5.7.1").causes.count, 0);
    assert_int_equal(explain("550 5.7.25 mailbox full").causes.count, 0); /* words outrank it */
}

static void what_a_result_says_counts(void **state)
{
    struct bounce b = explain("550 5.7.515 Access denied, sending domain A does not meet the required authentication "
                              "level. Spf= Fail , Dkim= Pass , DMARC= Pass");

    (void)state;
    assert_int_equal(b.causes.count, 1);
    assert_string_equal(cause_of(&b), "spf.authorizes");
    b = explain("550 5.7.1 rejected: spf=pass dkim=fail");
    assert_int_equal(b.causes.count, 1);
    assert_string_equal(cause_of(&b), "dkim.exists");
}

static void any_bytes_are_survived(void **state)
{
    static const char bytes[] = "\0\xff 5.7.25\0 4.\x80.1 [::ffff:1.2.3.4] \x1b[31m \xc3";
    struct bounce latin1;

    (void)state;
    assert_string_equal(bounce_explain(lexicon, arena, (struct str){bytes, sizeof bytes - 1}).code, "5.7.25");
    latin1 = explain("550 kein PTR f\xfcr Sie");
    assert_string_equal(cause_of(&latin1), "ptr.exists");
}

/* ---- logs, mailboxes, queues ---- */

struct found {
    char causes[256]; /* "ptr.exists -" */
    size_t count;
};

static void note_cause(void *context, struct str text)
{
    struct found *found = context;
    struct bounce b = bounce_explain(lexicon, arena, text);
    size_t len = strlen(found->causes);

    snprintf(found->causes + len, sizeof found->causes - len, "%s%s", len ? " " : "", cause_of(&b));
    found->count++;
}

static struct found read_file(const char *path)
{
    struct found found = {"", 0};
    struct bounce_feed *feed = bounce_feed_new(arena, note_cause, &found);
    FILE *file = fopen(path, "r");
    char line[LINE_BYTES];

    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        bounce_feed_line(feed, line, strlen(line));
    }
    bounce_feed_end(feed);
    fclose(file);
    return found;
}

static void logs_are_read(void **state)
{
    (void)state;
    assert_string_equal(read_file("tests/data/bounces/postfix.log").causes,
                        "ptr.fcrdns ptr.exists spf.authorizes local -");
    assert_string_equal(read_file("tests/data/bounces/exim.log").causes, "ptr.exists local -");
    assert_string_equal(read_file("tests/data/bounces/opensmtpd.log").causes, "helo.fqdn local");
}

static void queues_are_read(void **state)
{
    (void)state;
    assert_string_equal(read_file("tests/data/bounces/queue.jsonl").causes, "spf.authorizes local helo.resolves");
}

/* One text for each recipient that was not reached; the copy of the message, and mail of people, say nothing. */
static void notifications_are_read(void **state)
{
    (void)state;
    assert_string_equal(read_file("tests/data/bounces/notice.eml").causes, "dmarc.alignment");
    assert_string_equal(read_file("tests/data/bounces/mailbox.mbox").causes,
                        "dmarc.alignment ptr.exists local domain.exists");
}

static void a_line_of_a_log_may_be_wrapped(void **state)
{
    static const char *const lines[] = {("Nov 29 12:00:00 mx1 postfix/smtp[1]: 4AB: to=<a@example.net>, "
                                         "status=bounced (host mx.example.net[11.9.0.1] said: 550"),
                                        "    5.7.1 Your address has no reverse",
                                        "    DNS entry (in reply to RCPT TO command))", "done"};
    struct found found = {"", 0};
    struct bounce_feed *feed = bounce_feed_new(arena, note_cause, &found);

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        bounce_feed_line(feed, lines[i], strlen(lines[i]));
    bounce_feed_end(feed);
    assert_string_equal(found.causes, "ptr.exists");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(author_code_and_address_are_told, new_arena, free_arena),
        cmocka_unit_test_setup_teardown(causes_are_found_and_none_is_invented, new_arena, free_arena),
        cmocka_unit_test_setup_teardown(the_rule_of_the_receiver_is_quoted, new_arena, free_arena),
        cmocka_unit_test_setup_teardown(a_code_tells_where_no_word_does, new_arena, free_arena),
        cmocka_unit_test_setup_teardown(what_a_result_says_counts, new_arena, free_arena),
        cmocka_unit_test_setup_teardown(any_bytes_are_survived, new_arena, free_arena),
        cmocka_unit_test_setup_teardown(logs_are_read, new_arena, free_arena),
        cmocka_unit_test_setup_teardown(queues_are_read, new_arena, free_arena),
        cmocka_unit_test_setup_teardown(notifications_are_read, new_arena, free_arena),
        cmocka_unit_test_setup_teardown(a_line_of_a_log_may_be_wrapped, new_arena, free_arena),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
