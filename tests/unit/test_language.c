/* Texts in another language: which entry takes them, what becomes of their arguments, what is told as missing. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/list_text.h"
#include "core/base/str.h"
#include "reports/language/language.h"

static const char words[] = "# a comment\n"
                            "\n"
                            "a valid host name\n"
                            "    ein gültiger Hostname\n"
                            "no PTR record for {name}{what}\n"
                            "    kein PTR-Eintrag für {name}{what}\n"
                            "(the servers of the zone say so)\n"
                            "    (das sagen die Server der Zone)\n"
                            "Ask whoever assigned you {address} for {what}.\n"
                            "    {what} bei dem beantragen, der {address} zugeteilt hat.\n"
                            "a PTR record\n"
                            "    Einen PTR-Eintrag\n"
                            "Or drop \"{term}\" from the record.\n"
                            "    Oder „{term}“ aus dem Eintrag nehmen.\n"
                            "\"{term1}\" should read \"{term2}\"\n"
                            "    „{term1}“ müsste „{term2}“ lauten\n"
                            "{list1} lead back, but not {list2}: receivers refuse\n"
                            "    {list1} führen zurück, nicht aber {list2}: Empfänger weisen ab\n"
                            "{name} (has {list})\n"
                            "    {name} (hat {list})\n"
                            "and {count} more\n"
                            "    und {count} weitere\n"
                            "{count} PTR record\n"
                            "    {count} PTR-Eintrag\n"
                            "{count} PTR records\n"
                            "    {count} PTR-Einträge\n"
                            "the server said {quote}\n"
                            "    der Server sagte {quote}\n"
                            "the server said {count} times: {quote}\n"
                            "    der Server sagte {count} Mal: {quote}\n"
                            "no answer for {name}\n"
                            "    keine Antwort für {name}\n"
                            "not all was answered ({what}): {why}\n"
                            "    nicht alles wurde beantwortet ({what}): {why}\n"
                            "the connection was lost\n"
                            "    die Verbindung brach ab\n"
                            "{{braces}} of {text}\n"
                            "    von {text} die {{Klammern}}\n"
                            "looks {what} generated: {what2}\n"
                            "    sieht {what} erzeugt aus: {what2}\n"
                            "clearly\n"
                            "    deutlich\n"
                            "the name {name} is {text} long\n"
                            "    der Name {name} ist {text} lang\n"
                            "yours, and old\n"
    "    Ihrer, und alt\n"
    "The name is yours\n"
    "    Der Name gehört Ihnen\n"
    "{count} fail\n"
                            "    {count} Fehler\n"
                            "{count} ok\n"
                            "    {count} bestanden\n"
                            "{fqdn} by {service}\n"
                            "    {fqdn} über {service}\n"
                            "{what} is open ({why})\n"
                            "    {what} ist offen ({why})\n";

struct test {
    struct arena *arena;
    const struct language *language;
    size_t missed;
    const char *last;
};

static int setup(void **state)
{
    static struct test test;

    test = (struct test){.arena = arena_new(1 << 24)};
    test.language = language_read(test.arena, "de", str_of(words));
    *state = &test;
    return 0;
}

static int teardown(void **state)
{
    arena_free(((struct test *)*state)->arena);
    return 0;
}

static void hears(void *context, const char *text, const char *said)
{
    struct test *test = context;

    if (said)
        return;
    test->missed++;
    test->last = text;
}

static const char *said(struct test *test, const char *text)
{
    const struct translator translator = {
        .language = test->language, .arena = test->arena, .hears = hears, .context = test};

    return in_language(&translator, text);
}

static void all_entries_are_read(void **state)
{
    const struct test *test = *state;

    assert_int_equal(language_left_out(test->language), 0);
    assert_int_equal(language_entries(test->language), 27);
    assert_string_equal(language_tag(test->language), "de");
}

static void entries_that_are_not_well_formed_are_left_out(void **state)
{
    static const char *const bad[] = {
        "only one line\n",
        "a {name\n    ein {name\n",
        "a name}\n    ein name}\n",
        "a {name}\n    ein {nama}\n",
        "a {name}\n    ein\n",
        "a\n    ein {name}\n",
        "a {name} {name}\n    ein {name} {name}\n",
        "a {name} {host}\n    ein {name} {name}\n",
        "{name}\n    {name}\n",
        "a {}\n    ein {}\n",
        "a\n   three blanks only are a translation of three blanks\nb\n",
    };
    const struct test *test = *state;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_not_equal(language_left_out(language_read(test->arena, "xx", str_of(bad[i]))), 0);
}

static void texts_are_translated(void **state)
{
    static const struct {
        const char *english, *german;
    } cases[] = {
        {"a valid host name", "ein gültiger Hostname"},
        {"  a valid host name\n", "  ein gültiger Hostname\n"},
        /* arguments in another order; a text that is an argument; one that is glued on, or is not there */
        {"Ask whoever assigned you 192.0.2.1 for a PTR record.",
         "Einen PTR-Eintrag bei dem beantragen, der 192.0.2.1 zugeteilt hat."},
        {"no PTR record for mx.example.org", "kein PTR-Eintrag für mx.example.org"},
        {"no PTR record for mx.example.org (the servers of the zone say so)",
         "kein PTR-Eintrag für mx.example.org (das sagen die Server der Zone)"},
        /* sentences behind each other */
        {"Ask whoever assigned you 2001:db8::1 for a PTR record. Or drop \"mx\" from the record.",
         "Einen PTR-Eintrag bei dem beantragen, der 2001:db8::1 zugeteilt hat. Oder „mx“ aus dem Eintrag nehmen."},
        /* lists, with lists in them */
        {"a.example; b.example lead back, but not c.example (has 192.0.2.1, 192.0.2.2 and 7 more); d.example and 3 "
         "more: "
         "receivers refuse",
         "a.example; b.example führen zurück, nicht aber c.example (hat 192.0.2.1, 192.0.2.2 und 7 weitere); d.example "
         "und "
         "3 weitere: Empfänger weisen ab"},
        {"a.example, yours, and old lead back, but not b.example: receivers refuse",
         "a.example, Ihrer, und alt führen zurück, nicht aber b.example: Empfänger weisen ab"},
        {"a.example (has 192.0.2.1); b.example (has 192.0.2.2) lead back, but not c.example: receivers refuse",
         "a.example (hat 192.0.2.1); b.example (hat 192.0.2.2) führen zurück, nicht aber c.example: Empfänger weisen ab"},
        /* quotations */
        {"\"a=1\" should read \"a:1\"; \"b=1\" should read \"\"b\" \"1\"\"",
         "„a=1“ müsste „a:1“ lauten; „b=1“ müsste „\"b\" \"1\"“ lauten"},
        /* parentheses in parentheses */
        {"not all was answered (ns1.example (192.0.2.1): the connection was lost): no answer for a.example",
         "nicht alles wurde beantwortet (ns1.example (192.0.2.1): die Verbindung brach ab): keine Antwort für a.example"},
        /* within another sentence, in parentheses, with a full stop, with more behind it */
        {"the name is yours (a valid host name).", "Der Name gehört Ihnen (ein gültiger Hostname)."},
        {"a valid host name and 3 more", "ein gültiger Hostname und 3 weitere"},
        {"a valid host name. the name is yours.  The name is yours.",
         "ein gültiger Hostname. Der Name gehört Ihnen. Der Name gehört Ihnen."},
        {"1 PTR record", "1 PTR-Eintrag"},
        {"12 PTR records", "12 PTR-Einträge"},
        /* WHAT: WHY, and other pieces that have entries of their own */
        {"no answer for a.example: the connection was lost", "keine Antwort für a.example: die Verbindung brach ab"},
        {"ptr.exists: the connection was lost", "ptr.exists: die Verbindung brach ab"},
        {"1 fail, 14 ok", "1 Fehler, 14 bestanden"},
        {"1 fail \xc2\xb7 14 ok", "1 Fehler \xc2\xb7 14 bestanden"},
        /* the entry with the most octets of its own */
        {"the server said 3 times: no", "der Server sagte 3 Mal: no"},
        {"the server said three times: no", "der Server sagte three times: no"},
        {"{braces} of {x}", "von {x} die {Klammern}"},
        {"looks clearly generated: ipv4 \"1-2\"", "sieht deutlich erzeugt aus: ipv4 \"1-2\""},
        /* a word with a dot in it */
        {"good.example by Some Service", "good.example über Some Service"},
        /* quotations and parentheses end where they do */
        {"\"a=b\" should read \"a:b\"; \"c=d\" should read \"c:d\"",
         "„a=b“ müsste „a:b“ lauten; „c=d“ müsste „c:d“ lauten"},
        {"\"x \"y\" z\" should read \"x\"", "„x \"y\" z“ müsste „x“ lauten"},
        {"a PTR record (PTR) is open (the connection was lost)",
         "Einen PTR-Eintrag (PTR) ist offen (die Verbindung brach ab)"},
        /* behind what it is said of */
        {"good.example: a valid host name; the connection was lost: 1 PTR record",
         "good.example: ein gültiger Hostname; die Verbindung brach ab: 1 PTR-Eintrag"},
        {"", ""},
        {" ", " "},
        {"mx.example.org", "mx.example.org"},
        {"192.0.2.1, 192.0.2.2", "192.0.2.1, 192.0.2.2"},
    };
    struct test *test = *state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(said(test, cases[i].english), cases[i].german);
    assert_int_equal(test->missed, 0);
}

static void what_a_peer_said_stays(void **state)
{
    struct test *test = *state;

    assert_string_equal(said(test, "the server said \"a valid host name\""), "der Server sagte \"a valid host name\"");
    assert_string_equal(said(test, "the server said {count} PTR records"), "der Server sagte {count} PTR records");
    assert_string_equal(said(test, "the server said \xff{quote}\x1b"), "der Server sagte \xff{quote}\x1b");
    assert_string_equal(said(test, "no PTR record for {what}"), "kein PTR-Eintrag für {what}");
    assert_int_equal(test->missed, 0);
}

static void a_text_without_an_entry_stays_and_is_told(void **state)
{
    struct test *test = *state;

    assert_string_equal(said(test, "nobody knows this"), "nobody knows this");
    assert_int_equal(test->missed, 1);
    assert_string_equal(said(test, "no PTR record for mx.example.org (says who)"),
                        "kein PTR-Eintrag für mx.example.org (says who)");
    assert_int_equal(test->missed, 2);
    assert_string_equal(
        said(test, "Nobody knows this. Ask whoever assigned you x for a PTR record. Nor that at all"),
        "Nobody knows this. Einen PTR-Eintrag bei dem beantragen, der x zugeteilt hat. Nor that at all");
    assert_int_equal(test->missed, 4);
    assert_string_equal(test->last, "Nor that at all");
    assert_string_equal(said(test, "a.example lead back, but not b.example (no host name): receivers refuse"),
                        "a.example führen zurück, nicht aber b.example (no host name): Empfänger weisen ab");
    assert_int_equal(test->missed, 5);
}

static void words_of_a_few_small_letters_are_told(void **state)
{
    static const char *const texts[] = {"no MTA-STS record", "is localhost", "PTR a.example: no such thing"};
    struct test *test = *state;

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_string_equal(said(test, texts[i]), texts[i]);
    assert_int_equal(test->missed, sizeof texts / sizeof *texts);
    test->missed = 0;
    said(test, "Orange (fr): 192.0.2.1, iCloud: Google Workspace; seen by nobody.example");
    assert_int_equal(test->missed, 1);
}

static void ascii_spells_the_words_of_the_catalogue(void **state)
{
    struct test *test = *state;
    const struct translator translator = {.language = test->language, .arena = test->arena, .ascii = true};

    assert_string_equal(in_language(&translator, "Or drop \"m\xc3\xbc\" from the record."),
                        "Oder \"m\xc3\xbc\" aus dem Eintrag nehmen.");
    assert_string_equal(in_language(&translator, "2 PTR records"), "2 PTR-Eintraege");
    assert_string_equal(in_language(&translator, "\"a\" should read \"b\""), "\"a\" muesste \"b\" lauten");
}

static void english_is_the_text_itself(void **state)
{
    const struct test *test = *state;
    const struct translator translator = {.arena = test->arena};
    const char *text = "a valid host name";

    assert_ptr_equal(in_language(&translator, text), text);
}

/* What would take a naive matcher minutes is given up, or done, in a moment. */
static void hostile_texts_take_bounded_work(void **state)
{
    enum { LENGTH = 1 << 16 };
    static const char catalogue[] = "a {one}a{two}a{three}a{four}a{name}b\n    {one}{two}{three}{four}{name}\n"
                                    "{name1}a{name2}a{name3}a{name4}c\n    {name1}{name2}{name3}{name4}\n";
    static const char *const units[] = {"a",   "a a, a. A", "; ",        ": a ", "\"(", "the server said ",
                                        ". A", "{",         " \xc2\xb7 "};
    struct test *test = *state;
    const struct language *worst = language_read(test->arena, "xx", str_of(catalogue));

    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        struct list_text text = list_text(test->arena, "", SIZE_MAX);
        struct arena *arena = arena_new(1 << 26);
        const struct translator translators[] = {
            {.language = worst, .arena = arena, .hears = hears, .context = test},
            {.language = test->language, .arena = arena, .hears = hears, .context = test}};

        list_add(&text, "a ");
        while (text.length < LENGTH)
            list_add(&text, units[i]);
        for (size_t k = 0; k < 2; k++)
            assert_non_null(in_language(&translators[k], list_end(&text)));
        arena_free(arena);
    }
}

static void no_catalogue_of_that_name(void **state)
{
    (void)state;
    assert_null(language_words("xx").at);
    assert_null(language_words("").at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_entries_are_read, setup, teardown),
        cmocka_unit_test_setup_teardown(entries_that_are_not_well_formed_are_left_out, setup, teardown),
        cmocka_unit_test_setup_teardown(texts_are_translated, setup, teardown),
        cmocka_unit_test_setup_teardown(what_a_peer_said_stays, setup, teardown),
        cmocka_unit_test_setup_teardown(a_text_without_an_entry_stays_and_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(words_of_a_few_small_letters_are_told, setup, teardown),
        cmocka_unit_test_setup_teardown(ascii_spells_the_words_of_the_catalogue, setup, teardown),
        cmocka_unit_test_setup_teardown(english_is_the_text_itself, setup, teardown),
        cmocka_unit_test_setup_teardown(hostile_texts_take_bounded_work, setup, teardown),
        cmocka_unit_test(no_catalogue_of_that_name),
    };

    return cmocka_run_group_tests_name("language", tests, NULL, NULL);
}
