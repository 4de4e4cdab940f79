/* core/records/trust_anchor.h - what the chain of trust begins with: DS records of the root zone's keys.  (RFC 4033 2)
 *
 * Spelled "20326 8 2 E06D44B8...", as IANA publishes them (https://data.iana.org/root-anchors/).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"
#include "core/records/dnskey.h"

struct arena;

/* Both keys of the root: that of 2017 and that of 2024. */
extern const char *const trust_anchors_shipped[];
extern const size_t trust_anchors_shipped_count;

bool trust_anchor_parse(struct arena *, const char *text, struct ds *out);

/* A file of DS and DNSKEY records of the root, as unbound-anchor, BIND and IANA have them, in lines of a zone file:
 * what else stands in it must be comment.  At most TRUST_ANCHORS_MAX, in the arena; 0: *why, in the arena. */
size_t trust_anchors_read(struct arena *, struct str file, const char *const **out, const char **why);
