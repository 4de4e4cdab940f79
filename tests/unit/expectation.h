/* tests/unit/expectation.h - what a case expects to be found, and whether it was.
 *
 * "ID STATUS SUBJECT".  Behind the status may stand details, each after a comma, of which the finding must have all:
 * the reason and the side of an unknown one, "required" (it could have failed) or "optional", the check that it follows
 * from; where "required" or "optional" stands and no check, it follows from none: "ptr.fcrdns
 * unknown,timeout,required,ptr.exists 11.0.0.1".  "records" lists all the records that the judged findings propose;
 * where it is missing they propose none.
 */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/base/trouble.h"
#include "core/result/finding.h"

#define ALONE "follows from none"

enum { FINDINGS_MAX = 512, WORD_MAX = 64 };

struct lines {
    const char *at[FINDINGS_MAX];
    size_t count;
};

struct observed {
    struct lines lines;    /* "id status subject" */
    struct lines details;  /* of the same findings: ",timeout,network,required,," */
    struct lines messages; /* of the same findings */
    struct lines records;  /* of all of them */
};

struct expected_finding {
    enum check_id check;
    enum status status;
    const char *plain; /* "id status subject" */
    const char *details; /* "timeout,required"; empty: none */
};

/* Splits "id status[,detail...] subject"; false when it is not of that form. */
static inline bool parse_expectation(struct arena *arena, const char *line, struct expected_finding *out)
{
    size_t id = strcspn(line, " "), status = line[id] ? strcspn(line + id + 1, " ,") : 0;
    const char *details = line + id + 1 + status, *subject = line[id] ? strchr(details, ' ') : NULL;

    if (!subject || !subject[1] || !check_from_str((struct str){line, id}, &out->check) ||
        !status_from_word(str_printf(arena, "%.*s", (int)status, line + id + 1), &out->status))
        return false;
    out->details = *details == ',' ? str_printf(arena, "%.*s", (int)(subject - details - 1), details + 1) : "";
    out->plain = str_printf(arena, "%.*s%s", (int)(details - line), line, subject);
    return true;
}

static inline void add_line(struct lines *lines, const char *line)
{
    if (lines->count < FINDINGS_MAX)
        lines->at[lines->count++] = line;
}

static inline const char *details_of(struct arena *arena, const struct finding *f)
{
    return str_printf(arena, ",%s,%s,%s,%s,", reason_word(f->reason), side_word(f->side),
                      f->worst == FAIL ? "required" : "optional",
                      f->because == CHECK_NONE ? ALONE : check_of(f->because)->name);
}

static inline void observe(struct observed *judged, struct arena *arena, const struct finding *f)
{
    add_line(&judged->lines, str_printf(arena, "%s %s %s", check_of(f->check)->name, status_word(f->status),
                                        bytes_escape(arena, str_of(f->subject))));
    add_line(&judged->details, details_of(arena, f));
    add_line(&judged->messages, bytes_escape(arena, str_of(f->message)));
    for (size_t i = 0; i < f->records.count; i++)
        add_line(&judged->records, bytes_escape(arena, str_of(f->records.at[i])));
}

static inline size_t count_line(const struct lines *lines, const char *line)
{
    size_t count = 0;

    for (size_t i = 0; i < lines->count; i++)
        count += strcmp(lines->at[i], line) == 0;
    return count;
}

/* Prints what is only here or only there; `messages` of the actual ones, or NULL. */
static inline bool same_lines(const char *path, const struct lines *expected, const struct lines *actual,
                              const struct lines *messages)
{
    bool same = true;

    for (size_t i = 0; i < expected->count; i++) {
        if (count_line(expected, expected->at[i]) <= count_line(actual, expected->at[i]))
            continue;
        if (same)
            print_error("%s\n", path);
        print_error("  expected, not found: %s\n", expected->at[i]);
        same = false;
    }
    for (size_t i = 0; i < actual->count; i++) {
        if (count_line(actual, actual->at[i]) <= count_line(expected, actual->at[i]))
            continue;
        if (same)
            print_error("%s\n", path);
        print_error("  found, not expected: %s\n", actual->at[i]);
        if (messages)
            print_error("                       (%s)\n", messages->at[i]);
        same = false;
    }
    return same;
}

static inline bool has_details(const char *actual, const char *wanted)
{
    char word[WORD_MAX];

    if ((strstr(wanted, "required") || strstr(wanted, "optional")) && !strchr(wanted, '.') && !strstr(actual, ALONE))
        return false;
    for (size_t len; *wanted; wanted += len + (wanted[len] != '\0')) {
        len = strcspn(wanted, ",");
        snprintf(word, sizeof word, ",%.*s,", (int)len, wanted);
        if (len && !strstr(actual, word))
            return false;
    }
    return true;
}

static inline bool same_details(const char *path, const struct expected_finding *expected, const struct observed *found)
{
    const char *details = "";

    for (size_t i = 0; i < found->lines.count; i++) {
        if (strcmp(found->lines.at[i], expected->plain) != 0)
            continue;
        details = found->details.at[i];
        if (has_details(details, expected->details))
            return true;
    }
    print_error("%s\n  %s: %s expected, found: %s\n", path, expected->plain, expected->details, details);
    return false;
}

static inline bool as_expected(const char *path, struct arena *arena, const struct observed *found, const cJSON *expect,
                               const cJSON *records)
{
    struct lines lines = {.count = 0}, proposed = {.count = 0};
    struct expected_finding expected;
    bool same = true;
    const cJSON *item;

    cJSON_ArrayForEach(item, expect) if (parse_expectation(arena, item->valuestring, &expected))
        add_line(&lines, expected.plain);
    cJSON_ArrayForEach(item, records) add_line(&proposed, item->valuestring);
    if (!same_lines(path, &lines, &found->lines, &found->messages))
        return false;
    cJSON_ArrayForEach(item, expect)
    {
        if (parse_expectation(arena, item->valuestring, &expected) && !same_details(path, &expected, found))
            same = false;
    }
    return same_lines(path, &proposed, &found->records, NULL) && same;
}
