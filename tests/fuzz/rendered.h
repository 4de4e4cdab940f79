/* tests/fuzz/rendered.h - a report about one result, as text. */
#pragma once

#include <stdio.h>
#include <string.h>

#include "core/result/gate.h"
#include "reports/reporter.h"
#include "tests/fuzz/printable.h"

/* Malloc'ed. */
static inline char *rendered(const struct reporter *reporter, const struct report_options *options,
                             const struct result *result)
{
    static const struct gate gate = {.fail_on = WARN};
    struct report report;
    char *out = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&out, &size);

    EXPECT(file != NULL);
    report_begin(&report, reporter, file, options);
    report_one(&report, result, &gate);
    EXPECT(report_end(&report) == 0);
    fclose(file);
    EXPECT(strlen(out) == size); /* no NUL */
    return out;
}
