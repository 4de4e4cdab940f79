/* core/base/status.h - the six statuses of a finding and the verdict of a domain (checks.md, section 1). */
#pragma once

#include <stdbool.h>

/* In order of display, worst last. */
enum status { PASS, SKIPPED, NOTE, UNKNOWN, WARN, FAIL };
enum { STATUS_COUNT = FAIL + 1 };

enum verdict { VERDICT_READY, VERDICT_WARNINGS, VERDICT_UNKNOWN, VERDICT_NOT_READY };
enum { VERDICT_COUNT = VERDICT_NOT_READY + 1 };

const char *status_word(enum status);   /* "fail" */
const char *verdict_word(enum verdict); /* "not_ready" */
bool status_from_word(const char *, enum status *out);
