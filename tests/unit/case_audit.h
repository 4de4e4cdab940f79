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

/* To be freed; "" where there is no such file. */
static inline char *read_file(const char *path)
{
    char *text = NULL;
    size_t size;
    FILE *file = fopen(path, "rb"), *out = open_memstream(&text, &size);

    assert_non_null(out);
    for (int c = file ? fgetc(file) : EOF; c != EOF; c = fgetc(file))
        fputc(c, out);
    fclose(out);
    if (file)
        fclose(file);
    return text;
}

/* Without what only cases have. */
static inline struct recording *read_case(struct arena *arena, const char *path)
{
    static const char *const members[] = {"about", "judge", "expect", "records"};
    char *text = read_file(path), *rest;
    cJSON *root = cJSON_Parse(text);
    struct recording *recording;
    const char *why = "";

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

/* "helo/states"; take() sets *done. */
static inline void audit_case(struct arena *arena, const char *name, void (*take)(void *, const struct result *),
                              void *arg, const bool *done)
{
    struct recording *recording = read_case(arena, str_printf(arena, "tests/cases/%s.json", name));
    struct engine_config config = {
        .probes = all_probes, .probe_count = all_probe_count, .audit_ms = AUDIT_MS, .replay = recording};
    struct loop *loop = loop_new();
    const char *why = "";
    struct engine *engine = engine_new(loop, &config, &why);

    if (!engine)
        fail_msg("%s", why);
    assert_true(engine_audit(engine, recording_target(recording), take, arg));
    while (!*done)
        loop_run(loop);
    engine_free(engine);
    loop_free(loop);
    recording_free(recording);
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
