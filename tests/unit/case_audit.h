/* tests/unit/case_audit.h - audits a case for tests that print what comes of it into a golden file. */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/audit/engine.h"
#include "core/audit/recording.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/loop.h"
#include "core/base/str.h"
#include "probes/probes.h"
#include "tests/unit/case_plan.h"
#include "tests/unit/file_text.h"

/* Without what only cases have: of that, the plan. */
static inline struct recording *read_case(struct arena *arena, const char *path, const struct overlay **plan)
{
    static const char *const members[] = {"about", "judge",   "expect",    "records", "services",
                                          "yours", "senders", "receivers", "plan"};
    char *text = read_file(path), *rest;
    cJSON *root = cJSON_Parse(text);
    struct recording *recording;
    const char *why = "";

    *plan = plan_of(arena, cJSON_GetObjectItemCaseSensitive(root, "plan"));
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        cJSON_DeleteItemFromObjectCaseSensitive(root, members[i]);
    rest = cJSON_PrintUnformatted(root);
    recording = rest ? recording_read(arena, rest, strlen(rest), &why) : NULL;
    if (!recording)
        fail_msg("%s: %s", path, why);
    cJSON_Delete(root);
    free(rest);
    free(text);
    return recording;
}

/* What a test prints of a case's result. */
struct case_print {
    struct arena *arena;
    FILE *out;
    const char *name;
    void (*print)(struct case_print *, const struct result *);
    bool done;
};

static inline void take_result(void *arg, const struct result *result)
{
    struct case_print *p = arg;

    p->print(p, result);
    p->done = true;
}

/* "helo/states" */
static inline void print_case(FILE *out, const char *name, void (*print)(struct case_print *, const struct result *))
{
    struct case_print p = {.arena = arena_new(SIZE_MAX), .out = out, .name = name, .print = print};
    const struct overlay *plan;
    struct recording *recording = read_case(p.arena, str_printf(p.arena, "tests/cases/%s.json", name), &plan);
    struct engine_config config = {
        .probes = all_probes, .probe_count = all_probe_count, .audit_ms = AUDIT_MS, .plan = plan, .replay = recording};
    struct loop *loop = loop_new();
    const char *why = "";
    struct engine *engine = engine_new(loop, &config, &why);

    if (!engine)
        fail_msg("%s", why);
    fprintf(out, "# %s\n", name);
    assert_true(engine_audit(engine, recording_target(recording), take_result, &p));
    while (!p.done)
        loop_run(loop);
    engine_free(engine);
    loop_free(loop);
    recording_free(recording);
    arena_free(p.arena);
}

/* Is the file so?  UPDATE=1 in the environment makes it so. */
static inline void is_golden(const char *path, const char *text)
{
    char *expected;
    size_t at = 0;

    if (getenv("UPDATE")) {
        FILE *file = fopen(path, "wb");

        assert_non_null(file);
        assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
        assert_int_equal(fclose(file), 0);
    }
    expected = read_file(path);
    while (text[at] && text[at] == expected[at])
        at++;
    if (text[at] || expected[at]) {
        while (at > 0 && text[at - 1] != '\n')
            at--;
        fail_msg("%s: not \"%.*s\" but \"%.*s\"", path, (int)strcspn(expected + at, "\n"), expected + at,
                 (int)strcspn(text + at, "\n"), text + at);
    }
    free(expected);
}

static inline void are_golden(const char *path, const char *const *cases, size_t count,
                              void (*print)(struct case_print *, const struct result *))
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    for (size_t i = 0; i < count; i++)
        print_case(out, cases[i], print);
    fclose(out);
    is_golden(path, text);
    free(text);
}
