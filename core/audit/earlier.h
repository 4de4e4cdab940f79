/* core/audit/earlier.h - sessions with mail servers that an earlier run had, to be judged again without new ones.
 *
 * For who asks for it (--reuse): the mail servers of a hoster are not asked again each night for all their domains.
 * Only a session that the server let run to its end is kept: one that was lost, put off or turned away is worth another
 * try, and so is one whose certificate has run out since.
 *
 * What was kept is hostile until judged, as all files: it stays packed until somebody wants it.  Filled before there
 * are workers, which share it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"

struct cJSON;
struct earlier;
struct evidence;

/* Of sessions that are not older; up to so many bytes.  NULL: no memory. */
struct earlier *earlier_new(int64_t span_s, size_t bytes);
void earlier_free(struct earlier *); /* NULL is fine */
/* Copies; of several with one key the first counts.  False: there is no room for it. */
bool earlier_add(struct earlier *, const char *key, struct str packed);
/* What is to be judged instead of a new session, judged itself (evidence_json.h), to be freed by cJSON_Delete(); NULL:
 * nothing. */
struct cJSON *earlier_find(const struct earlier *, const struct evidence *, int64_t now_s);

/* Makes the evidence known by it; false: there has to be a session. */
bool earlier_recall(const struct earlier *, struct evidence *, int64_t now_s);

/* A session as it is to be kept, malloc'ed, and when it was: `since_s` or later.  NULL: it is none, or there is no
 * memory. */
char *earlier_pack(const struct evidence *, int64_t since_s, int64_t now_s, size_t *size, int64_t *asked_s);
