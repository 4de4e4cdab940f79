/* What is worse for one answer less: every case with some of its answers lost, each in turn.
 *
 * That is trouble of the network, and never a fault of the domain (design.md).  What is worse all the same stands in
 * tests/golden/lost.txt, and had better be there because the answer was a second opinion or a control: a resolver is
 * believed where nobody of the zone can be asked.  UPDATE=1 in the environment writes it anew; with LOSE_ALL in it,
 * every answer is lost once.
 *
 * "test_lost GROUP/NAME..." prints it for some cases.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/base/trouble.h"
#include "core/result/finding.h"
#include "core/result/result.h"
#include "reports/words.h"
#include "tests/unit/case_audit.h"

#define GOLDEN "tests/golden/lost.txt"

enum { ONE_IN = 3, ANSWERS_MAX = 60 /* of more, one is like another */, FINDINGS_MAX = 2048 };

struct told {
    enum check_id check;
    enum status status;
    const char *subject, *message;
};

struct outcome {
    struct arena *arena;
    struct told at[FINDINGS_MAX];
    size_t count;
    bool done;
};

struct lossy {
    FILE *out;
    const char *name;
    cJSON *root;
    const struct overlay *plan;
    const struct outcome *as_it_is;
};

static void take_outcome(void *arg, const struct result *result)
{
    struct outcome *o = arg;

    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *f = result->findings[i];

        if (o->count < FINDINGS_MAX)
            o->at[o->count++] = (struct told){f->check, f->status, str_printf(o->arena, "%s", f->subject),
                                              str_printf(o->arena, "%s", f->message)};
    }
    o->done = true;
}

static struct outcome *audit(struct arena *arena, const cJSON *root, const struct overlay *plan)
{
    struct outcome *o = ARENA_NEW(arena, struct outcome);

    o->arena = arena;
    audit_recorded(arena, root, plan, take_outcome, o, &o->done);
    return o;
}

static enum status status_in(const struct outcome *o, enum check_id check, const char *subject)
{
    for (size_t i = 0; i < o->count; i++)
        if (o->at[i].check == check && strcmp(o->at[i].subject, subject) == 0)
            return o->at[i].status;
    return SKIPPED;
}

static void print_worse(const struct lossy *v, const char *lost, const struct outcome *without)
{
    for (size_t i = 0; i < without->count; i++) {
        const struct told *now = &without->at[i];

        if (now->check == SMTP_REACHABLE && strncmp(lost, "smtp:", 5) == 0) /* silence there is the fault itself */
            continue;
        if (now->status >= WARN && status_in(v->as_it_is, now->check, now->subject) < now->status)
            fprintf(v->out, "%s without %s: %s %s %s (%s)\n", v->name, lost, check_of(now->check)->name,
                    status_word(now->status), now->subject, now->message);
    }
}

static cJSON *lost_answer(const char *key)
{
    cJSON *lost;

    if (strncmp(key, "dnssec", strlen("dnssec")) != 0)
        return cJSON_CreateString("timeout");
    lost = cJSON_CreateObject();
    cJSON_AddStringToObject(lost, "reason", "timeout");
    return lost;
}

/* One more audit, in which that is the answer to `key`. */
static struct outcome *audit_with(struct arena *arena, struct lossy *v, const char *key, cJSON *answer)
{
    cJSON *evidence = cJSON_GetObjectItemCaseSensitive(v->root, "evidence");
    cJSON *kept = cJSON_Duplicate(cJSON_GetObjectItemCaseSensitive(evidence, key), true);
    struct outcome *o;

    cJSON_ReplaceItemInObjectCaseSensitive(evidence, key, answer);
    o = audit(arena, v->root, v->plan);
    cJSON_ReplaceItemInObjectCaseSensitive(evidence, key, kept);
    return o;
}

static void lose(struct lossy *v, const char *key)
{
    struct arena *arena = arena_new(SIZE_MAX);

    print_worse(v, key, audit_with(arena, v, key, lost_answer(key)));
    arena_free(arena);
}

static void lose_each(FILE *out, const char *name)
{
    struct arena *arena = arena_new(SIZE_MAX);
    struct lossy v = {.out = out, .name = name};
    const cJSON *evidence;
    size_t first = getenv("LOSE_ALL") ? 0 : strlen(name) % ONE_IN, step = getenv("LOSE_ALL") ? 1 : ONE_IN;

    v.root = read_case(arena, name, &v.plan);
    v.as_it_is = audit(arena, v.root, v.plan);
    evidence = cJSON_GetObjectItemCaseSensitive(v.root, "evidence");
    for (size_t i = first; i < (size_t)cJSON_GetArraySize(evidence) && i < ANSWERS_MAX; i += step) {
        const char *key = str_printf(arena, "%s", cJSON_GetArrayItem(evidence, (int)i)->string);

        if (strchr(key, ':')) /* not where and when it is looked */
            lose(&v, key);
    }
    cJSON_Delete(v.root);
    arena_free(arena);
}

static void nothing_else_is_worse(void **state)
{
    struct arena *arena = arena_new(SIZE_MAX);
    struct case_names groups = groups_of_cases(arena);
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    assert_non_null(out);
    for (size_t i = 0; i < groups.count; i++) {
        struct case_names cases = cases_of(arena, groups.at[i]);

        for (size_t k = 0; k < cases.count; k++)
            lose_each(out, cases.at[k]);
    }
    fclose(out);
    is_golden(GOLDEN, text);
    free(text);
    arena_free(arena);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_else_is_worse)};

    for (int i = 1; i < argc; i++)
        lose_each(stdout, argv[i]);
    return argc > 1 ? 0 : cmocka_run_group_tests(tests, NULL, NULL);
}
