/* tests/unit/corpus.h - suites that others wrote: a line of JSON each, {"kind": "record", "input": "...", "valid":
 * true}.
 *
 * A case in which the RFC and the suite disagree is listed by whoever runs it, with the section. */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/base/str.h"

typedef bool corpus_judge(const char *kind, struct str input); /* is it valid, by our parser? */

struct difference {
    const char *input; /* where the RFC says the opposite of the suite */
    const char *section;
};

/* Runs all cases, or skips the test where the suite is not there. */
static inline void run_corpus(const char *path, corpus_judge *judge, const struct difference *differences,
                              size_t difference_count, size_t least)
{
    FILE *file = fopen(path, "r");
    char line[4096];
    size_t count = 0, wrong = 0;

    if (!file) {
        print_message("no %s: skipped\n", path);
        skip();
    }
    while (fgets(line, sizeof line, file)) {
        cJSON *root = cJSON_Parse(line);
        const char *input = cJSON_GetStringValue(cJSON_GetObjectItem(root, "input"));
        const char *kind = cJSON_GetStringValue(cJSON_GetObjectItem(root, "kind")), *section = NULL;
        bool valid = cJSON_IsTrue(cJSON_GetObjectItem(root, "valid"));

        assert_true(input && kind);
        for (size_t i = 0; i < difference_count; i++)
            if (strcmp(input, differences[i].input) == 0)
                section = differences[i].section;
        if (section)
            print_message("differs (%s): %s\n", section, input);
        if (judge(kind, str_of(input)) != (valid != (section != NULL))) {
            print_error("%s is %s in the suite: \"%s\"\n", kind, valid ? "valid" : "not valid", input);
            wrong++;
        }
        cJSON_Delete(root);
        count++;
    }
    fclose(file);
    assert_int_equal(wrong, 0);
    assert_true(count >= least);
}
