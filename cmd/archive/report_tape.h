/* cmd/archive/report_tape.h - what a store keeps of a result, as a tape: from the process that audits to the one that
 * writes.  Behind the report come sessions, as many as there are. */
#pragma once

#include "cmd/archive/archive.h"
#include "core/base/str.h"

struct arena;
struct tape;

void report_tape_write(struct tape *, const struct seen_report *);
void report_tape_write_session(struct tape *, const struct archive_session *);
/* NULL: it is none, or the arena is too small; texts are in the arena, what is packed is borrowed. */
const struct seen_report *report_tape_read(struct arena *, struct str, struct archive_sessions *);
