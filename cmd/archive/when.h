/* cmd/archive/when.h - moments that the user names. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct arena;

bool when_span(const char *text,
               int64_t *seconds); /* "36h", "90d", "2w": hours, days, weeks; not 0, at most a century */
/* A day ("2026-11-29": its begin in UTC), a moment as reports write it, or a span before `now`: in the form of reports,
 * which sorts as time does.  NULL: it is none. */
const char *when_text(struct arena *, const char *text, int64_t now);
