/* Tag lists: tags, faults and their columns; items of a value; base 64 as records hold it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/records/taglist.h"

static int setup(void **state)
{
    *state = arena_new(1 << 20);
    return *state ? 0 : -1;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

/* "v=DKIM1|p=abc !2@9", tags and then faults as KIND@COLUMN. */
static const char *described(struct arena *arena, const struct taglist *list)
{
    const char *text = "";

    for (size_t i = 0; i < list->count; i++)
        text = str_printf(arena, "%s%s%s=%s", text, i ? "|" : "", str_text(arena, list->tags[i].name),
                          str_text(arena, list->tags[i].value));
    for (size_t i = 0; i < list->fault_count; i++)
        text = str_printf(arena, "%s !%d@%zu", text, list->faults[i].kind, taglist_column(list, list->faults[i].span));
    return list->blank_end ? str_printf(arena, "%s _", text) : text;
}

static void finds_tags_and_faults(void **state)
{
    static const struct {
        struct str text;
        const char *expect;
    } cases[] = {
#define TEXT(literal) {literal, sizeof literal - 1}
        {TEXT("v=DKIM1; p=abc"), "v=DKIM1|p=abc"},
        {TEXT("v=DKIM1;p=abc;"), "v=DKIM1|p=abc"},
        {TEXT("v=DKIM1; p=abc; \t"), "v=DKIM1|p=abc _"},
        {TEXT(" v = DKIM1 ;\tp\t=  a b\tc "), "v=DKIM1|p=a b\tc"},
        {TEXT("p="), "p="},
        {TEXT("a=1; "), "a=1 _"},
        {TEXT("a=1;b= "), "a=1|b="},
        {TEXT("a=~!"), "a=~!"},
        {TEXT("a= ~ "), "a=~"},
        {TEXT("ab-=1"), " !2@1"},
        {TEXT("p=a=b=="), "p=a=b=="},
        {TEXT("n=\r\n folded"), "n=folded"},
        {TEXT("_x=1"), " !2@1"},
        {TEXT("x_9=1;9x=1"), "x_9=1 !2@7"},
        {TEXT("a-b=1"), " !2@1"},
        {TEXT(""), " !0@1"},
        {TEXT(";"), " !0@1"},
        {TEXT("a=1;;b=2"), "a=1|b=2 !0@5"},
        {TEXT("a=1; ;b=2"), "a=1|b=2 !0@6"},
        {TEXT("=1; a=2"), "a=2 !0@1"},
        {TEXT("a=1; word; b=2"), "a=1|b=2 !1@6"},
        {TEXT("a=1; A=2"), "a=1|A=2"},
        {TEXT("a=1; b=2; a=1"), "a=1|b=2|a=1 !4@11"},
        {TEXT("a=\xc3\xa4; b=\x7f"), "a=\xc3\xa4|b=\x7f !3@3 !3@9"},
        {TEXT("a=x\0y"), "a=x\\x00y !3@3"},
        {TEXT("a=\x01;a=\x01"), "a=\x01|a=\x01 !3@3 !3@7 !4@5"},
#undef TEXT
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct taglist list = taglist_parse(*state, cases[i].text);

        assert_string_equal(described(*state, &list), cases[i].expect);
    }
}

static void finds_the_first_of_a_name(void **state)
{
    struct taglist list = taglist_parse(*state, str_of("a=1; b=2; a=3"));

    assert_true(str_equal(taglist_find(&list, "a")->value, str_of("1")));
    assert_false(taglist_find(&list, "a")->repeated);
    assert_true(list.tags[2].repeated);
    assert_null(taglist_find(&list, "A"));
    assert_null(taglist_find(&list, "c"));
}

static void stops_at_the_limit(void **state)
{
    char text[4 * (TAGLIST_TAGS_MAX + 2) + 1] = "";
    struct taglist list;

    for (size_t i = 0; i < TAGLIST_TAGS_MAX; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%c%c=;", (char)('a' + i % 26), (char)('a' + i / 26));
    list = taglist_parse(*state, str_of(text));
    assert_int_equal(list.count, TAGLIST_TAGS_MAX);
    assert_int_equal(list.fault_count, 0);
    snprintf(text + strlen(text), sizeof text - strlen(text), "z=;");
    list = taglist_parse(*state, str_of(text));
    assert_int_equal(list.count, TAGLIST_TAGS_MAX);
    assert_int_equal(list.fault_count, 1);
    assert_int_equal(list.faults[0].kind, TAG_TOO_MANY);
    assert_int_equal(taglist_column(&list, list.faults[0].span), 4 * TAGLIST_TAGS_MAX + 1);
}

static void every_fault_has_a_text(void **state)
{
    (void)state;
    for (int kind = 0; kind < TAG_FAULT_COUNT; kind++)
        assert_true(strlen(tag_fault_text((enum tag_fault_kind)kind)) > 0);
}

static void splits_values(void **state)
{
    static const struct {
        const char *value, *expect;
    } cases[] = {{"a:b", "[a][b]"}, {" a : b c ", "[a][b c]"}, {"", "[]"},
                 {":", "[][]"},     {"a:", "[a][]"},           {"one", "[one]"}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tag_items items = tag_items(str_of(cases[i].value));
        const char *text = "";
        struct str item;

        while (tag_items_next(&items, ':', &item))
            text = str_printf(*state, "%s[%s]", text, str_text(*state, item));
        assert_string_equal(text, cases[i].expect);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(finds_tags_and_faults, setup, teardown),
        cmocka_unit_test_setup_teardown(finds_the_first_of_a_name, setup, teardown),
        cmocka_unit_test_setup_teardown(stops_at_the_limit, setup, teardown),
        cmocka_unit_test(every_fault_has_a_text),
        cmocka_unit_test_setup_teardown(splits_values, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
