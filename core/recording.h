/* core/recording.h - evidence as a JSON file: --record, --replay, and the case files of the tests.
 *
 * {"mailready_evidence": 1, "target": {...}, "evidence": {"dns:example.org/MX": {...}, ...}}
 *
 * One codec for all: what is written is what is read, and every value survives the round trip exactly, remote bytes
 * included (bytes_escape()).  A file from elsewhere is hostile until judged (threats.md J5): size and depth are checked
 * before cJSON sees it, numbers for their range, members without regard to order, duplicates refused, unknown keys refused.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/evidence.h"

struct arena;
struct cJSON;
struct result;
struct target;

struct recording;

/* NULL with *why in the arena ("line 3: ..." where it is known). */
struct recording *recording_read(struct arena *, const char *bytes, size_t size, const char **why);
const struct target *recording_target(const struct recording *);
/* The value recorded for a key, decoded into the arena; NULL: the recording does not have it. */
const void *recording_value(const struct recording *, struct arena *, const char *key);
void recording_free(struct recording *);

char *recording_write(const struct result *); /* malloc'ed text, NULL: no memory */

/* One value as JSON, as it stands in recordings and in the "evidence" of the JSON report.  NULL: no memory. */
struct cJSON *evidence_to_json(const struct evidence *);
