/* tests/unit/case_audit.h - audits a case for tests that print what comes of it into a golden file. */
#pragma once

#include <cjson/cJSON.h>
#include <dirent.h>
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

/* As a recording, and the plan. */
static inline cJSON *read_case(struct arena *arena, const char *name, const struct overlay **plan)
{
    static const char *const members[] = {"about", "judge",   "expect",    "records", "services",
                                          "yours", "senders", "receivers", "plan"};
    char *text = read_file(str_printf(arena, "tests/cases/%s.json", name));
    cJSON *root = cJSON_Parse(text);

    *plan = plan_of(arena, cJSON_GetObjectItemCaseSensitive(root, "plan"));
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        cJSON_DeleteItemFromObjectCaseSensitive(root, members[i]);
    free(text);
    return root;
}

/* Until *done. */
static inline void audit_recorded(struct arena *arena, const cJSON *root, const struct overlay *plan,
                                  void (*take)(void *, const struct result *), void *arg, const bool *done)
{
    char *text = cJSON_PrintUnformatted(root);
    const char *why = "no text";
    struct recording *recording = text ? recording_read(arena, text, strlen(text), &why) : NULL;
    struct engine_config config = {
        .probes = all_probes, .probe_count = all_probe_count, .audit_ms = AUDIT_MS, .plan = plan, .replay = recording};
    struct loop *loop = recording ? loop_new() : NULL;
    struct engine *engine = loop ? engine_new(loop, &config, &why) : NULL;

    if (!engine)
        fail_msg("%s", why);
    assert_true(engine_audit(engine, recording_target(recording), take, arg));
    while (!*done)
        loop_run(loop);
    engine_free(engine);
    loop_free(loop);
    recording_free(recording);
    free(text);
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
    cJSON *root = read_case(p.arena, name, &plan);

    fprintf(out, "# %s\n", name);
    audit_recorded(p.arena, root, plan, take_result, &p, &p.done);
    cJSON_Delete(root);
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
        fail_msg("%s: not \"%.*s\" but \"%.*s\"; UPDATE=1 writes it anew", path, (int)strcspn(expected + at, "\n"),
                 expected + at, (int)strcspn(text + at, "\n"), text + at);
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

struct case_names {
    const char **at;
    size_t count;
};

static inline int is_case(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && strstr(entry->d_name, ".json");
}

static inline int is_group(const struct dirent *entry)
{
    return !strchr(entry->d_name, '.');
}

/* All of a group, in their order. */
static inline struct case_names cases_of(struct arena *arena, const char *group)
{
    struct dirent **entries;
    int count = scandir(str_printf(arena, "tests/cases/%s", group), &entries, is_case, alphasort);
    struct case_names names = {.count = (size_t)count};

    assert_true(count > 0);
    names.at = ARENA_ARRAY(arena, const char *, names.count);
    for (size_t i = 0; i < names.count; i++) {
        int octets = (int)(strlen(entries[i]->d_name) - strlen(".json"));

        names.at[i] = str_printf(arena, "%s/%.*s", group, octets, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return names;
}

static inline struct case_names groups_of_cases(struct arena *arena)
{
    struct dirent **entries;
    int count = scandir("tests/cases", &entries, is_group, alphasort);
    struct case_names names = {.count = (size_t)count};

    assert_true(count > 0);
    names.at = ARENA_ARRAY(arena, const char *, names.count);
    for (size_t i = 0; i < names.count; i++) {
        names.at[i] = str_printf(arena, "%s", entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return names;
}
