/* What a sender gets by a record, and what a stranger does: a table of zones.  No suite of others knows strangers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/str.h"
#include "core/derive/spf.h"
#include "tests/unit/zone_lines.h"

enum { LINES_MAX = 16 };

static const struct target target = {.domain = "example.com"};

struct asked {
    struct spf_question question;
    const struct spf_result *result;
};

static void ask(struct run *run, void *arg)
{
    struct asked *a = arg;

    a->result = need_spf(run, &a->question);
}

/* "pass by include:a.lab a:h.lab; 2 lookups; nothing at g.lab/A; explained: ..." */
static const char *described(struct arena *arena, const struct spf_result *r)
{
    const char *text = spf_word_text(r->word);

    for (size_t i = 0; i < r->path_count; i++)
        text = str_printf(arena, "%s %s%s", text, i ? "" : "by ", str_text(arena, r->path[i].term->text));
    if (r->lenient != r->word)
        text = str_printf(arena, "%s, or %s", text, spf_word_text(r->lenient));
    text = str_printf(arena, "%s; %zu lookups", text, r->lookups);
    for (size_t i = 0; i < r->void_count; i++)
        text = str_printf(arena, "%s%s %s", text, i ? "" : "; nothing at", r->voids[i]);
    return r->explanation.len ? str_printf(arena, "%s; explained: %s", text, str_text(arena, r->explanation)) : text;
}

/* With all answers at hand, and with one at a time. */
static void gets(struct zone *zone, const struct spf_question *question, const char *expected)
{
    for (uint64_t seed = 0; seed < 3; seed++) {
        struct asked a = {.question = *question};
        struct zone_session s;

        zone_open(&s, zone, &target, seed);
        zone_run(&s, ask, &a);
        assert_non_null(a.result);
        assert_string_equal(described(s.run.arena, a.result), expected);
        zone_close(&s);
    }
}

struct given {
    const char *zone[LINES_MAX]; /* the first is of example.com */
    const char *sender;          /* what joe@example.com gets from 11.0.0.9; NULL: nobody asks */
    const char *stranger;        /* and who has no address; NULL likewise */
};

static const struct given table[] = {
    /* what is there for a name that the sender makes, nobody knows for a stranger: it is not looked up */
    {{"example.com TXT v=spf1 a:%{i}.lab -all", "11.0.0.9.lab A 11.0.0.9", "0.0.0.0.lab A 0.0.0.0"},
     "pass by a:%{i}.lab; 1 lookups",
     "fail by -all; 1 lookups"},
    {{"example.com TXT v=spf1 a:%{i}.lab -all"},
     "fail by -all; 1 lookups; nothing at 11.0.0.9.lab/A",
     "fail by -all; 1 lookups"},
    {{"example.com TXT v=spf1 mx:%{l}.lab -all", "joe.lab MX 10 h.lab", "h.lab A 11.0.0.9"},
     "pass by mx:%{l}.lab; 1 lookups",
     "fail by -all; 1 lookups"},
    {{"example.com TXT v=spf1 exists:%{h}.lab -all", "mail.example.com.lab A 127.0.0.2"},
     "pass by exists:%{h}.lab; 1 lookups",
     "fail by -all; 1 lookups"},
    {{"example.com TXT v=spf1 exists:%{p}.lab -all", "unknown.lab A 127.0.0.2"},
     "pass by exists:%{p}.lab; 1 lookups",
     "fail by -all; 1 lookups"},
    {{"example.com TXT v=spf1 exists:%{s}.lab exists:%{o}.lab ?all"},
     "neutral by ?all; 2 lookups; nothing at joe@example.com.lab/A example.com.lab/A",
     "neutral by ?all; 2 lookups"},
    {{"example.com TXT v=spf1 a:%{i}.lab -all", "11.0.0.9.lab BROKEN", "0.0.0.0.lab BROKEN"},
     "temperror by a:%{i}.lab; 1 lookups",
     "fail by -all; 1 lookups"},

    /* of other names a stranger learns whether they are there, and matches none */
    {{"example.com TXT v=spf1 ip4:0.0.0.0/0 a:h.lab mx:m.lab exists:h.lab ptr ~all", "h.lab A 0.0.0.0",
      "m.lab MX 10 h.lab"},
     "pass by ip4:0.0.0.0/0; 0 lookups",
     "softfail by ~all; 4 lookups"},
    {{"example.com TXT v=spf1 a:g.lab exists:%{d}.lab -all"},
     "fail by -all; 2 lookups; nothing at g.lab/A example.com.lab/A",
     "fail by -all; 2 lookups; nothing at g.lab/A example.com.lab/A"},
    {{"example.com TXT v=spf1 ptr ptr:h.lab -all"}, NULL, "fail by -all; 2 lookups"},
    {{"example.com TXT v=spf1 a:h.lab -all", "h.lab BROKEN"},
     "temperror by a:h.lab; 1 lookups",
     "temperror by a:h.lab; 1 lookups"},

    /* nor is a record looked up whose name the sender makes */
    {{"example.com TXT v=spf1 include:%{i}.lab -all", "11.0.0.9.lab TXT v=spf1 +all", "0.0.0.0.lab TXT v=spf1 +all"},
     "pass by include:%{i}.lab +all; 1 lookups",
     "fail by -all; 1 lookups"},
    {{"example.com TXT v=spf1 include:%{l}.lab include:%{h}.lab include:%{p}.lab ~all"},
     "permerror by include:%{l}.lab; 1 lookups",
     "softfail by ~all; 3 lookups"},
    {{"example.com TXT v=spf1 redirect=%{i}.lab", "11.0.0.9.lab TXT v=spf1 -all", "0.0.0.0.lab TXT v=spf1 -all"},
     "fail by redirect=%{i}.lab -all; 1 lookups",
     "neutral; 1 lookups"},
    {{"example.com TXT v=spf1 include:a.lab ~all", "a.lab TXT v=spf1 redirect=%{i}.lab"},
     "permerror by include:a.lab redirect=%{i}.lab; 2 lookups",
     "softfail by ~all; 2 lookups"},
    {{"example.com TXT v=spf1 redirect=a.lab", "a.lab TXT v=spf1 redirect=b.lab", "b.lab TXT v=spf1 include:c.lab",
      "c.lab TXT v=spf1 -all"},
     "neutral by redirect=a.lab redirect=b.lab; 3 lookups",
     "neutral by redirect=a.lab redirect=b.lab; 3 lookups"},
    {{"example.com TXT v=spf1 redirect=%{d2}.lab", "example.com.lab TXT v=spf1 ?all"},
     "neutral by redirect=%{d2}.lab ?all; 1 lookups",
     "neutral by redirect=%{d2}.lab ?all; 1 lookups"},

    /* what cannot be asked for has no records; to lead there is a mistake */
    {{"example.com TXT v=spf1 a:%{d}..lab mx:%{d}..lab exists:%{d}..lab -all"},
     "fail by -all; 3 lookups",
     "fail by -all; 3 lookups"},
    {{"example.com TXT v=spf1 include:%{d}..lab +all"},
     "permerror by include:%{d}..lab; 1 lookups",
     "permerror by include:%{d}..lab; 1 lookups"},
    {{"example.com TXT v=spf1 redirect=%{d}..lab"},
     "permerror by redirect=%{d}..lab; 1 lookups",
     "permerror by redirect=%{d}..lab; 1 lookups"},
    {{"example.com TXT v=spf1 include:a.lab +all", "a.lab TXT v=spf1 redirect=%{d}..lab"},
     "permerror by include:a.lab redirect=%{d}..lab; 2 lookups",
     "permerror by include:a.lab redirect=%{d}..lab; 2 lookups"},

    /* a redirect to what is no record ends it */
    {{"example.com TXT v=spf1 redirect=a.lab", "a.lab TXT v=spf1 -all", "a.lab TXT v=spf1 +all"},
     "permerror by redirect=a.lab; 1 lookups",
     "permerror by redirect=a.lab; 1 lookups"},
    {{"example.com TXT v=spf1 redirect=a.lab"},
     "permerror by redirect=a.lab; 1 lookups",
     "permerror by redirect=a.lab; 1 lookups"},
    {{"example.com TXT v=spf1 redirect=a.lab", "a.lab BROKEN"},
     "temperror by redirect=a.lab; 1 lookups",
     "temperror by redirect=a.lab; 1 lookups"},
    {{"example.com TXT v=spf1 redirect=a.lab", "a.lab TXT v=spf1 mx broken worse +all"},
     "permerror by redirect=a.lab broken; 1 lookups",
     "permerror by redirect=a.lab broken; 1 lookups"},
    {{"example.com TXT v=spf1 ptr ptr ptr ptr ptr ptr ptr ptr ptr ptr redirect=%{i}.lab",
      "9.0.0.11.in-addr.arpa PTR h.lab"},
     "permerror by redirect=%{i}.lab; 11 lookups",
     "permerror by redirect=%{i}.lab; 11 lookups"},
    {{"example.com TXT v=spf1 ?all redirect=%{i}.lab"}, "neutral by ?all; 0 lookups", "neutral by ?all; 0 lookups"},

    /* an include matches by its pass alone, and then has the word of its own qualifier */
    {{"example.com TXT v=spf1 ~include:a.lab -all", "a.lab TXT v=spf1 ip4:11.0.0.9 -all"},
     "softfail by ~include:a.lab ip4:11.0.0.9; 1 lookups",
     "fail by -all; 1 lookups"},
    {{"example.com TXT v=spf1 include:a.lab include:b.lab ?all", "a.lab TXT v=spf1 ~all",
      "b.lab TXT v=spf1 -include:c.lab +all", "c.lab TXT v=spf1 ip4:11.0.0.9"},
     "neutral by ?all; 3 lookups",
     "pass by include:b.lab +all; 3 lookups"},

    /* RFC 7208 4.6.4: of the names of an address ten are looked at */
    {{"example.com TXT v=spf1 ptr -all",
      "9.0.0.11.in-addr.arpa PTR a.example.com", "9.0.0.11.in-addr.arpa PTR b.example.com",
      "9.0.0.11.in-addr.arpa PTR c.example.com", "9.0.0.11.in-addr.arpa PTR d.example.com",
      "9.0.0.11.in-addr.arpa PTR e.example.com", "9.0.0.11.in-addr.arpa PTR f.example.com",
      "9.0.0.11.in-addr.arpa PTR g.example.com", "9.0.0.11.in-addr.arpa PTR h.example.com",
      "9.0.0.11.in-addr.arpa PTR i.example.com", "9.0.0.11.in-addr.arpa PTR j.example.com",
      "j.example.com A 11.0.0.9"},
     "pass by ptr; 1 lookups",
     "fail by -all; 1 lookups"},
    {{"example.com TXT v=spf1 ptr -all",
      "9.0.0.11.in-addr.arpa PTR a.example.com", "9.0.0.11.in-addr.arpa PTR b.example.com",
      "9.0.0.11.in-addr.arpa PTR c.example.com", "9.0.0.11.in-addr.arpa PTR d.example.com",
      "9.0.0.11.in-addr.arpa PTR e.example.com", "9.0.0.11.in-addr.arpa PTR f.example.com",
      "9.0.0.11.in-addr.arpa PTR g.example.com", "9.0.0.11.in-addr.arpa PTR h.example.com",
      "9.0.0.11.in-addr.arpa PTR i.example.com", "9.0.0.11.in-addr.arpa PTR j.example.com",
      "9.0.0.11.in-addr.arpa PTR k.example.com",
      "k.example.com A 11.0.0.9"},
     "fail by -all; 1 lookups",
     "fail by -all; 1 lookups"},
};

static void what_a_record_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct zone *zone = zone_new();
        struct spf_question sender = {
            .domain = "example.com", .sender = str_of("joe@example.com"), .helo = str_of("mail.example.com")};
        struct spf_question stranger = {.domain = "example.com", .ip = {.family = IP_V4}, .stranger = true};

        assert_true(ip_parse("11.0.0.9", &sender.ip));
        for (size_t k = 0; k < LINES_MAX && table[i].zone[k]; k++)
            zone_add_line(zone, table[i].zone[k]);
        if (table[i].sender)
            gets(zone, &sender, table[i].sender);
        if (table[i].stranger)
            gets(zone, &stranger, table[i].stranger);
        zone_free(zone);
    }
}

/* MAIL FROM may be a domain alone: the sender is its postmaster.  (RFC 7208 4.3) */
static void a_sender_may_have_no_local_part(void **state)
{
    struct zone *zone = zone_new();
    struct spf_question question = {
        .domain = "example.com", .sender = str_of("example.org"), .helo = str_of("mail.example.com")};

    (void)state;
    assert_true(ip_parse("11.0.0.9", &question.ip));
    zone_add_line(zone, "example.com TXT v=spf1 exists:%{l}.%{o}.lab -all");
    zone_add_line(zone, "postmaster.example.org.lab A 127.0.0.2");
    gets(zone, &question, "pass by exists:%{l}.%{o}.lab; 1 lookups");
    zone_free(zone);
}

/* ---- explanations ---- */

static const struct given explained[] = {
    {{"example.com TXT v=spf1 -all exp=why.lab", "why.lab TXT %{i} is not of %{d}"},
     "fail by -all; 0 lookups; explained: 11.0.0.9 is not of example.com",
     NULL},
    {{"example.com TXT v=spf1 -all exp=why.lab", "why.lab TXT at %{t}"},
     "fail by -all; 0 lookups; explained: at 1767225600",
     NULL},
    {{"example.com TXT v=spf1 -all exp=why.lab", "why.lab TXT %{p}"},
     "fail by -all; 0 lookups; explained: unknown",
     NULL},
    {{"example.com TXT v=spf1 -all exp=why.lab", "why.lab TXT %{p}", "9.0.0.11.in-addr.arpa PTR b.lab",
      "9.0.0.11.in-addr.arpa PTR m.example.com", "9.0.0.11.in-addr.arpa PTR a.example.com", "b.lab A 11.0.0.9",
      "m.example.com A 11.0.0.9"},
     "fail by -all; 0 lookups; explained: m.example.com",
     NULL},
    {{"example.com TXT v=spf1 -all exp=why.lab", "why.lab TXT %{p}", "9.0.0.11.in-addr.arpa PTR a.example.com",
      "9.0.0.11.in-addr.arpa PTR b.example.com", "9.0.0.11.in-addr.arpa PTR c.lab", "a.example.com A 11.0.0.9",
      "b.example.com A 11.0.0.9", "c.lab A 11.0.0.9"},
     "fail by -all; 0 lookups; explained: a.example.com",
     NULL},
    {{"example.com TXT v=spf1 -all exp=why.lab", "why.lab TXT %{p}", "9.0.0.11.in-addr.arpa PTR b.lab",
      "9.0.0.11.in-addr.arpa PTR c.lab", "b.lab A 11.0.0.9", "c.lab A 11.0.0.9"},
     "fail by -all; 0 lookups; explained: b.lab",
     NULL},
    {{"example.com TXT v=spf1 -all exp=%{l}.%{d}", "joe.example.com TXT not you"},
     "fail by -all; 0 lookups; explained: not you",
     NULL},
    {{"example.com TXT v=spf1 redirect=a.lab exp=no.lab", "a.lab TXT v=spf1 -all exp=why.lab", "why.lab TXT by %{d}",
      "no.lab TXT by nobody"},
     "fail by redirect=a.lab -all; 1 lookups; explained: by a.lab",
     NULL},
    {{"example.com TXT v=spf1 -include:a.lab exp=why.lab", "a.lab TXT v=spf1 +all exp=no.lab", "why.lab TXT by %{d}",
      "no.lab TXT by nobody"},
     "fail by -include:a.lab +all; 1 lookups; explained: by example.com",
     NULL},

    /* RFC 7208 6.2: as if there were no exp= */
    {{"example.com TXT v=spf1 ~all exp=why.lab", "why.lab TXT no"}, "softfail by ~all; 0 lookups", NULL},
    {{"example.com TXT v=spf1 -all exp=why.lab"}, "fail by -all; 0 lookups", NULL},
    {{"example.com TXT v=spf1 -all exp=why.lab", "why.lab BROKEN"}, "fail by -all; 0 lookups", NULL},
    {{"example.com TXT v=spf1 -all exp=why.lab", "why.lab TXT one", "why.lab TXT two"},
     "fail by -all; 0 lookups",
     NULL},
    {{"example.com TXT v=spf1 -all exp=why.lab", "why.lab TXT 100%"}, "fail by -all; 0 lookups", NULL},
    {{"example.com TXT v=spf1 -all exp=%{d}..lab"}, "fail by -all; 0 lookups", NULL},
};

static void how_a_failure_is_explained(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof explained / sizeof *explained; i++) {
        struct zone *zone = zone_new();
        struct spf_question question = {.domain = "example.com",
                                        .sender = str_of("joe@example.com"),
                                        .helo = str_of("mail.example.com"),
                                        .explain = true};

        assert_true(ip_parse("11.0.0.9", &question.ip));
        for (size_t k = 0; k < LINES_MAX && explained[i].zone[k]; k++)
            zone_add_line(zone, explained[i].zone[k]);
        gets(zone, &question, explained[i].sender);
        zone_free(zone);
    }
}

/* ---- records that are tried ---- */

static void a_record_is_tried_at_its_name(void **state)
{
    static const struct {
        const char *at, *tried, *result;
    } cases[] = {
        {NULL, "", "fail by -all; 1 lookups"},
        {"example.com", "v=spf1 +all", "pass by +all; 0 lookups"},
        {"Example.COM", "v=spf1 ?all", "neutral by ?all; 0 lookups"},
        {"a.lab", "v=spf1 ip4:11.0.0.9 -all", "pass by include:a.lab ip4:11.0.0.9; 1 lookups"},
        {"b.lab", "v=spf1 +all", "fail by -all; 1 lookups"},
        {"a.lab", "v=spf1 ip4:11.0.0.9.1", "permerror by include:a.lab ip4:11.0.0.9.1; 1 lookups"},
    };
    struct zone *zone = zone_new();

    (void)state;
    zone_add_line(zone, "example.com TXT v=spf1 include:a.lab -all");
    zone_add_line(zone, "a.lab TXT v=spf1 ip4:11.0.0.1 -all");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct spf_question question = {
            .domain = "example.com", .tried_at = cases[i].at, .tried = str_of(cases[i].tried)};

        assert_true(ip_parse("11.0.0.9", &question.ip));
        gets(zone, &question, cases[i].result);
    }
    zone_free(zone);
}

static void a_copy_asks_the_same(void **state)
{
    static const char *const tried_at[] = {NULL, "a.lab"};
    struct arena *arena = arena_new(65536);

    (void)state;
    for (size_t i = 0; i < sizeof tried_at / sizeof *tried_at; i++) {
        struct spf_question question = {.domain = "example.com",
                                        .sender = str_of("joe@example.com"),
                                        .helo = str_of("mail.example.com"),
                                        .tried_at = tried_at[i],
                                        .tried = str_of("v=spf1 -all")};
        struct spf_question copy = spf_question_copy(arena, &question);

        assert_string_equal(spf_question_text(arena, &copy), spf_question_text(arena, &question));
        assert_int_equal(copy.tried_at != NULL, tried_at[i] != NULL);
        assert_true(copy.domain != question.domain && copy.tried.at != question.tried.at);
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_record_says),
        cmocka_unit_test(a_sender_may_have_no_local_part),
        cmocka_unit_test(how_a_failure_is_explained),
        cmocka_unit_test(a_record_is_tried_at_its_name),
        cmocka_unit_test(a_copy_asks_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
