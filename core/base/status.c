/* core/base/status.c - the words for statuses and verdicts. */
#include "core/base/status.h"

#include <stddef.h>
#include <string.h>

static const char *const statuses[STATUS_COUNT] = {
    [PASS] = "pass", [SKIPPED] = "skipped", [NOTE] = "note", [UNKNOWN] = "unknown", [WARN] = "warn", [FAIL] = "fail",
};

static const char *const verdicts[VERDICT_COUNT] = {
    [VERDICT_READY] = "ready",
    [VERDICT_WARNINGS] = "warnings",
    [VERDICT_UNKNOWN] = "unknown",
    [VERDICT_NOT_READY] = "not_ready",
};

const char *status_word(enum status status)
{
    return statuses[status];
}

const char *verdict_word(enum verdict verdict)
{
    return verdicts[verdict];
}

bool status_from_word(const char *word, enum status *out)
{
    for (size_t i = 0; i < STATUS_COUNT; i++) {
        if (strcmp(word, statuses[i]) == 0) {
            *out = (enum status)i;
            return true;
        }
    }
    return false;
}
