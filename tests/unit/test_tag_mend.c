/* Tag lists as people write them, in a dialect of the test's own: what is read past, and what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/records/tag_mend.h"
#include "core/records/uri_mend.h"

enum { TAGS_MAX = 2 * TAGLIST_TAGS_MAX, ARENA_BYTES = 1 << 22 };

static const char *const names[] = {"p", "sp", "rua", NULL}, *const uri_tags[] = {"rua", NULL};
static const struct tag_dialect dialect = {"TEST1", "TEST", names, uri_tags, false};

static int setup(void **state)
{
    *state = arena_new(ARENA_BYTES);
    return *state ? 0 : -1;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

/* to: NULL where it is unclear; without the version it is v=TEST1 all the same. */
static const struct {
    const char *from, *to;
    unsigned slips;
} lists[] = {
    {"v=TEST1; p=1", "v=TEST1; p=1", 0},
    {"v=TEST1", "v=TEST1", 0},
    {"v=TEST1;", "v=TEST1", 0},
    {"v=TEST1; p=1 ;", "v=TEST1; p=1", 0},
    {"", "v=TEST1", SLIP_NO_VERSION},
    {" ", "v=TEST1", SLIP_NO_VERSION | SLIP_LEADING_BLANK},
    {";", "v=TEST1", SLIP_NO_VERSION | SLIP_EMPTY_TAG},
    /* a line of a zone file */
    {"a TXT v", NULL, SLIP_ZONE_LINE | SLIP_NO_VERSION},
    {"a txt v=TEST1", "v=TEST1", SLIP_ZONE_LINE},
    {"TXT v=TEST1", NULL, SLIP_NO_SEMICOLON},
    {"aTXT v=TEST1", NULL, SLIP_NO_SEMICOLON},
    {"a TXTv=TEST1", NULL, SLIP_NO_VERSION},
    {"a TXT ", NULL, SLIP_NO_VERSION},
    {"a TXT 1", NULL, SLIP_NO_VERSION},
    {"a TXT (", NULL, SLIP_NO_VERSION},
    {"a TXT ( v=TEST1 )", "v=TEST1", SLIP_ZONE_LINE},
    {"a TXT (v=TEST1", "v=TEST1", SLIP_ZONE_LINE},
    {"a TXT  v=TEST1)", "v=TEST1", SLIP_ZONE_LINE},
    {"a TXT TXT v=TEST1", NULL, SLIP_ZONE_LINE | SLIP_NO_SEMICOLON},
    /* quotation marks around all of it */
    {"'v=TEST1'", "v=TEST1", SLIP_QUOTES},
    {"''", "v=TEST1", SLIP_QUOTES | SLIP_NO_VERSION},
    {"'", NULL, SLIP_NO_VERSION},
    {"'v=TEST1", NULL, SLIP_NO_VERSION},
    {"v=TEST1'", "v=TEST1", SLIP_VERSION},
    {"' v=TEST1'", "v=TEST1", SLIP_QUOTES | SLIP_LEADING_BLANK},
    /* signs cut in the middle */
    {"v=TEST1; x=\xc2", NULL, 0},
    {"v=TEST1; x=\xc2\xa0", "v=TEST1; x=", SLIP_ODD_BLANK},
    {"v=TEST1\\", "v=TEST1", SLIP_BACKSLASH},
    {"v=TEST1\\059p=1", "v=TEST1; p=1", SLIP_BACKSLASH},
    /* where a tag begins */
    {"v=TEST1; p=", "v=TEST1; p=", 0},
    {"v=TEST1; p", NULL, 0},
    {"v=TEST1; =1", NULL, 0},
    {"v=TEST1; :1", NULL, 0},
    {"v=TEST1; p 1", "v=TEST1; p=1", SLIP_NO_EQUALS},
    {"v=TEST1; p ;", NULL, 0},
    {"v=TEST1; p!1", NULL, 0},
    {"v=TEST1; p:1", "v=TEST1; p=1", SLIP_COLON},
    {"v=TEST1; x:1", NULL, 0},
    {"v=TEST1; x_1=2", "v=TEST1; x_1=2", 0},
    {"v=TEST1; _x=2", NULL, 0},
    {"v=TEST1; 1x=2", NULL, 0},
    {"v=TEST1; x-y=2", NULL, 0},
    {"v=TEST1; P = 2", "v=TEST1; p=2", 0},
    {"v=TEST1; X=2", "v=TEST1; X=2", 0},
    {"v=TEST1; mailto=2", NULL, 0},
    {"v=TEST1 p=1", "v=TEST1; p=1", SLIP_NO_SEMICOLON},
    {"v=TEST1 x=1", NULL, SLIP_VERSION},
    {"v=TEST1 reject", NULL, SLIP_VERSION},
    {"v=TEST1; p=ab p==", "v=TEST1; p=ab p==", 0},
    {"v=TEST1; p=ab sp=", "v=TEST1; p=ab sp=", 0},
    {"v=TEST1; p=ab sp=c", "v=TEST1; p=ab; sp=c", SLIP_NO_SEMICOLON},
    {"v=TEST1, p=1", "v=TEST1; p=1", SLIP_COMMA},
    {"v=TEST1,p=1", "v=TEST1; p=1", SLIP_COMMA},
    {"v=TEST1; p=1,", "v=TEST1; p=1,", 0},
    {"v=TEST1; ,, p=1", "v=TEST1; p=1", 0},
    {"v=TEST1; ,", "v=TEST1", 0},
    /* versions */
    {"TEST1; p=1", "v=TEST1; p=1", SLIP_VERSION},
    {"TEST; p=1", "v=TEST1; p=1", SLIP_VERSION},
    {"TEST12; p=1", "v=TEST1; p=1", SLIP_VERSION},
    {"TEST123; p=1", NULL, SLIP_NO_VERSION},
    {"v=; p=1", "v=TEST1; p=1", SLIP_VERSION},
    {"v=OTHER1; p=1", NULL, SLIP_VERSION},
    {"v=1; p=1", NULL, SLIP_VERSION},
    {"p=1; sp=2; v=TEST1", "v=TEST1; p=1; sp=2", SLIP_LATE_VERSION},
    {"v=TEST1; v=TEST1", "v=TEST1", SLIP_LATE_VERSION | SLIP_REPEATED},
    /* twice */
    {"v=TEST1; p=1; p=1", "v=TEST1; p=1", SLIP_REPEATED},
    {"v=TEST1; p=1; p=2", NULL, 0},
    /* destinations */
    {"v=TEST1; rua=mailto:a@b; c@d", "v=TEST1; rua=mailto:a@b,mailto:c@d", SLIP_URI_SEPARATOR | SLIP_NO_SCHEME},
    {"rua=mailto:a@b; c@d", "v=TEST1; rua=mailto:a@b,mailto:c@d",
     SLIP_URI_SEPARATOR | SLIP_NO_SCHEME | SLIP_NO_VERSION},
    {"v=TEST1; rua=mailto:a@b; c@\xff", NULL, SLIP_URI_SEPARATOR | SLIP_NO_SCHEME},
    {"v=TEST1; rua=; c@d", "v=TEST1; rua=mailto:c@d", SLIP_URI_SEPARATOR | SLIP_NO_SCHEME},
    {"v=TEST1; p=1; c@d", NULL, 0},
    {"mailto:c@d", NULL, SLIP_NO_VERSION},
};

static void lists_are_read_as_they_were_meant(void **state)
{
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        struct tag_mended m = tag_mend(*state, str_of(lists[i].from), &dialect);
        const char *found = m.unclear ? "unclear" : tag_mended_text(*state, &m);

        if (strcmp(found, lists[i].to ? lists[i].to : "unclear") != 0 || m.slips != lists[i].slips)
            fail_msg("%s\n  becomes %s with slips %x\n  and not %s with %x", lists[i].from, found, m.slips,
                     lists[i].to ? lists[i].to : "unclear", lists[i].slips);
    }
}

/* As many tags as are read, and one more. */
static void there_are_only_so_many_tags(void **state)
{
    for (size_t count = TAGS_MAX - 1; count <= TAGS_MAX + 1; count++) {
        const char *text = "v=TEST1";

        for (size_t i = 1; i < count; i++)
            text = str_printf(*state, "%s; x%zu=1", text, i);
        assert_int_equal(tag_mend(*state, str_of(text), &dialect).unclear, count > TAGS_MAX);
        text = str_printf(*state, "%s; x1=1", text); /* which is no other tag */
        assert_int_equal(tag_mend(*state, str_of(text), &dialect).unclear, count > TAGS_MAX);
    }
}

/* What cannot be published as it stands is not guessed at. */
static void a_nul_is_no_sign(void **state)
{
    static const char text[] = "v=TEST1; x=\0";

    assert_true(tag_mend(*state, (struct str){text, sizeof text - 1}, &dialect).unclear);
    assert_false(tag_mend(*state, (struct str){text, sizeof text - 2}, &dialect).unclear);
}

static void tags_come_and_go(void **state)
{
    struct tag_mended m = tag_mend(*state, str_of("v=TEST1; p=1; sp=2"), &dialect);

    tag_mended_put(*state, &m, 1, "x", "3");
    assert_string_equal(tag_mended_text(*state, &m), "v=TEST1; x=3; p=1; sp=2");
    tag_mended_put(*state, &m, 4, "y", "4");
    tag_mended_put(*state, &m, 9, "z", "5"); /* behind the end */
    assert_string_equal(tag_mended_text(*state, &m), "v=TEST1; x=3; p=1; sp=2; y=4; z=5");
    tag_mended_drop(&m, "v");
    tag_mended_drop(&m, "z");
    tag_mended_drop(&m, "w");
    assert_string_equal(tag_mended_text(*state, &m), "x=3; p=1; sp=2; y=4");
    assert_string_equal(tag_mended_value(&m, "y"), "4");
    assert_null(tag_mended_value(&m, "z"));
}

/* uri_list_mend() by itself: "," separates, a blank does so by mistake. */
static void destinations_are_read_as_they_were_meant(void **state)
{
    static const struct {
        const char *from, *to;
        unsigned slips;
    } cases[] = {
        {"", "", 0},
        {",", "", 0},
        {"mailto:a@b", "mailto:a@b", 0},
        {"mailto:a@b,mailto:c@d", "mailto:a@b,mailto:c@d", 0},
        {"mailto:a@b , mailto:c@d", "mailto:a@b,mailto:c@d", 0},
        {"mailto:a@b  mailto:c@d", "mailto:a@b,mailto:c@d", SLIP_URI_SEPARATOR},
        {"a@b c", "mailto:a@b,c", SLIP_NO_SCHEME | SLIP_URI_SEPARATOR},
        {"mailto: a@b", "mailto:a@b", SLIP_VALUE},
        {"mailto: ", "mailto:", SLIP_VALUE},
        {"mailto:", "mailto:", 0},
        {"https: //a/,b@c", "https://a/,mailto:b@c", SLIP_VALUE | SLIP_NO_SCHEME},
        {"mailto: a@b c@d", "mailto:a@b,mailto:c@d", SLIP_VALUE | SLIP_URI_SEPARATOR | SLIP_NO_SCHEME},
        {"<>", "<>", 0},
        {"<@>", "mailto:@", SLIP_QUOTES | SLIP_NO_SCHEME},
        {"<a@b", "mailto:<a@b", SLIP_NO_SCHEME},
        {"a@b>", "mailto:a@b>", SLIP_NO_SCHEME},
        {"mailto:<>", "mailto:", SLIP_QUOTES},
        {"mailto:<@>", "mailto:@", SLIP_QUOTES},
        {"mailto:<a@b", "mailto:<a@b", 0},
        {"a@", "mailto:a@", SLIP_NO_SCHEME},
        {"a@b@\xc3\xbc.de", "mailto:a@b@xn--tda.de", SLIP_VALUE | SLIP_NO_SCHEME},
        {"\xc3\xbc@a.de", "mailto:\xc3\xbc@a.de", SLIP_NO_SCHEME},
        {"\xc3\xbc.de", "\xc3\xbc.de", 0},
        {"a:b@c", "a:b@c", 0},
        {"ab", "ab", 0},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned slips = 0;
        const char *found = uri_list_mend(*state, str_of(cases[i].from), &slips);

        if (strcmp(found, cases[i].to) != 0 || slips != cases[i].slips)
            fail_msg("%s\n  becomes %s with slips %x", cases[i].from, found, slips);
    }
}

static void blanks_are_counted(void **state)
{
    (void)state;
    assert_int_equal(tag_mend_blanks(str_of("a  b"), 1), 2);
    assert_int_equal(tag_mend_blanks(str_of("a  "), 1), 2);
    assert_int_equal(tag_mend_blanks(str_of("a"), 1), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lists_are_read_as_they_were_meant, setup, teardown),
        cmocka_unit_test_setup_teardown(there_are_only_so_many_tags, setup, teardown),
        cmocka_unit_test_setup_teardown(a_nul_is_no_sign, setup, teardown),
        cmocka_unit_test_setup_teardown(tags_come_and_go, setup, teardown),
        cmocka_unit_test(blanks_are_counted),
        cmocka_unit_test_setup_teardown(destinations_are_read_as_they_were_meant, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
