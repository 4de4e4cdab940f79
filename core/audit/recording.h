/* core/audit/recording.h - evidence as a JSON file: --record, --replay, and the case files of the tests.
 *
 * {"mailready_evidence": 1,
 *  "target": {"domain": "example.org", "unicode": "example.org", "smtp_port": 25, "canaries": ["mx.example.net"],
 *             "bogus_canaries": ["bogus.example.net"], "trust_anchors": ["20326 8 2 E06D44..."],
 *             "senders": [{"ip": "192.0.2.1", "helo": "mail.example.org"}, {"host": "out.example.org"}, "192.0.2.2"],
 *             "selectors": ["2026a"], "guess_selectors": false, "froms": [...], "mail_froms": [...], "volume": "bulk",
 *             "dnsbls": ["bl.example.net"]},
 *  "elapsed_ms": 812,
 *  "evidence": {"now": 1767225600, "dns:example.org/MX": ["10 mx1.example.org"], ...}}
 *
 * Keys are those of evidence.h, values are described in evidence_json.h; only the version, the domain and the evidence
 * are required.  What is written is what is read, and every value survives the round trip exactly, remote bytes
 * included (bytes_escape()).  A file from elsewhere is hostile until judged (threats.md J5): size, depth and number of
 * values are checked before cJSON sees it (json.h), numbers for their range; duplicate and unknown members are refused.
 * All of it is decoded once by recording_read(), so that nothing can go wrong later.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/facts/evidence.h"

struct arena;
struct result;
struct target;

struct recording;

/* NULL with *why in the arena: "line 3: ...", "evidence dns:example.org/MX: records[2]: ...".  The arena is
 * exhausted where the machine has no memory for it. */
struct recording *recording_read(struct arena *, const char *bytes, size_t size, const char **why);
const struct target *recording_target(const struct recording *); /* owned by the recording; every check is selected */
int64_t recording_elapsed_ms(const struct recording *);          /* of the audit that was recorded; 0 */
/* The value recorded for a key, decoded into the arena; it fits into EVIDENCE_BYTES.  NULL: the recording does not have
 * it, but for "vantage" and "now", which have values for cases that do not care. */
const void *recording_value(const struct recording *, struct arena *, const char *key);
size_t recording_count(const struct recording *);
const char *recording_key(const struct recording *, size_t i); /* in the order of strcmp() */
void recording_free(struct recording *);                       /* NULL is fine */

char *recording_write(const struct result *); /* malloc'ed text, NULL: no memory */
