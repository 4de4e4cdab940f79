/* What every case comes to, letter by letter, in tests/golden/sentences/GROUP.txt: verdict, causes in their order, and
 * of the judged findings the message, the advice, the records and the evidence.  UPDATE=1 in the environment writes
 * them anew: the diff is what users are going to read otherwise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/base/trouble.h"
#include "core/result/cause.h"
#include "core/result/cause_kind.h"
#include "core/result/finding.h"
#include "core/result/result.h"
#include "reports/words.h"
#include "tests/unit/case_audit.h"

#define GOLDENS "tests/golden/sentences"

/* "judge" of the case lists the names of checks. */
static bool is_judged(const cJSON *judge, enum check_id id)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, judge) if (strcmp(item->valuestring, check_of(id)->name) == 0) return true;
    return false;
}

static void print_lines(struct case_print *p, const char *before, const struct text_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        fprintf(p->out, "  %s %s\n", before, bytes_escape(p->arena, str_of(list->at[i])));
}

static void print_finding(struct case_print *p, const struct finding *f)
{
    const char *cause = cause_name(p->arena, f);

    fprintf(p->out, "%s %s %s%s%s%s%s\n", check_of(f->check)->name, status_word(f->status),
            bytes_escape(p->arena, str_of(f->subject)), f->worst == FAIL ? " required" : "", cause ? " " : "",
            cause ? cause : "", f->mark == MARK_NONE ? "" : str_printf(p->arena, " mark %d", (int)f->mark));
    fprintf(p->out, "  %s\n", bytes_escape(p->arena, str_of(f->message)));
    if (f->status == UNKNOWN)
        fprintf(p->out, "  ? %s, %s%s%s\n", reason_word(f->reason), side_word(f->side),
                f->because == CHECK_NONE ? "" : ", as ", f->because == CHECK_NONE ? "" : check_of(f->because)->name);
    if (f->remedy)
        fprintf(p->out, "  > %s\n", bytes_escape(p->arena, str_of(f->remedy)));
    print_lines(p, "-", &f->before);
    print_lines(p, "+", &f->records);
    print_lines(p, "@", &f->evidence);
}

static void print_judged(struct case_print *p, const struct result *result)
{
    char *text = read_file(str_printf(p->arena, "tests/cases/%s.json", p->name));
    cJSON *root = cJSON_Parse(text);

    fprintf(p->out, "= %s", verdict_word(result->verdict));
    for (size_t i = 0; i < result->cause_count; i++)
        fprintf(p->out, " %s", result->causes[i].name);
    fputc('\n', p->out);
    for (size_t i = 0; i < result->finding_count; i++)
        if (is_judged(cJSON_GetObjectItemCaseSensitive(root, "judge"), result->findings[i]->check))
            print_finding(p, result->findings[i]);
    cJSON_Delete(root);
    free(text);
}

static void every_case_says_the_same(void **state)
{
    struct arena *arena = arena_new(SIZE_MAX);
    struct case_names groups = groups_of_cases(arena);

    (void)state;
    for (size_t i = 0; i < groups.count; i++) {
        struct case_names cases = cases_of(arena, groups.at[i]);

        are_golden(str_printf(arena, GOLDENS "/%s.txt", groups.at[i]), cases.at, cases.count, print_judged);
    }
    arena_free(arena);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(every_case_says_the_same)};

    for (int i = 1; i < argc; i++)
        print_case(stdout, argv[i], print_judged);
    return argc > 1 ? 0 : cmocka_run_group_tests(tests, NULL, NULL);
}
