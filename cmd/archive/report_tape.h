/* cmd/archive/report_tape.h - what a store keeps of a result, as a tape: from the process that audits to the one that
 * writes. */
#pragma once

#include "core/base/str.h"
#include "core/result/difference.h"

struct arena;
struct tape;

void report_tape_write(struct tape *, const struct seen_report *);
/* NULL: it is none, or the arena is too small; texts are in the arena. */
const struct seen_report *report_tape_read(struct arena *, struct str);
