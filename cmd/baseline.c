/* cmd/baseline.c - reads earlier reports, and compares results with them. */
#include "cmd/baseline.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/io/file.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/str.h"
#include "reports/reporter.h"

bool baseline_read(struct arena *arena, const char *path, struct seen_list *out, const char **why)
{
    struct str bytes;

    if (!file_read(arena, path, JSON_BYTES, &bytes, why))
        return false;
    if (seen_read(arena, bytes.at, bytes.len, out, why))
        return true;
    *why = str_printf(arena, "%s: %s", path, *why);
    return false;
}

/* As the reader of an old report sees it.  NULL: no memory; to be freed. */
static char *in_json(const struct result *result, size_t *size)
{
    const struct report_options options = {.several = false};
    const struct gate gate = {.fail_on = PASS};
    char *text = NULL;
    FILE *out = open_memstream(&text, size);
    struct report report;
    int error;

    if (!out)
        return NULL;
    report_begin(&report, reporter_by_name("json"), out, &options);
    report_one(&report, result, &gate);
    error = report_end(&report);
    if (fclose(out) == 0 && error == 0)
        return text;
    free(text);
    return NULL;
}

const struct seen_report *baseline_see(struct arena *arena, const struct result *result)
{
    size_t size = 0;
    char *volatile text = in_json(result, &size);
    const struct seen_report *volatile out = NULL;
    struct seen_list now;
    const char *why;
    jmp_buf exhausted;

    if (text && setjmp(exhausted) == 0) {
        arena_on_exhausted(arena, &exhausted);
        if (seen_read(arena, text, size, &now, &why))
            out = now.at;
    }
    arena_on_exhausted(arena, NULL);
    free(text);
    return out;
}

const struct difference *baseline_compare(struct arena *arena, const struct seen_list *baseline,
                                          const struct seen_report *now)
{
    const struct difference *volatile out = NULL;
    jmp_buf exhausted;

    if (setjmp(exhausted) == 0) {
        arena_on_exhausted(arena, &exhausted);
        out = difference_of(arena, seen_find(baseline, now->domain), now);
    }
    arena_on_exhausted(arena, NULL);
    return out;
}
