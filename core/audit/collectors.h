/* core/audit/collectors.h - where evidence comes from: the
 * collectors, this machine, or a recording.  The engine's only. */
#pragma once

#include <stdbool.h>

struct engine_config;
struct evidence;
struct loop;
struct collectors;

/* NULL with *why (a constant) */
struct collectors *collectors_new(struct loop *, const struct engine_config *, const char **why);
void collectors_free(struct collectors *); /* NULL is fine; what is under way is forgotten */
void collectors_collect(void *collectors, struct evidence *); /* an evidence_collect */
struct dns_counts collectors_dns_counts(const struct collectors *); /* of a replay: none */
bool collectors_are_idle(const struct collectors *); /* no session with a peer is open */
