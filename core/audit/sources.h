/* core/audit/sources.h - where evidence comes from: the collectors, this machine, or a recording.  The engine's only. */
#pragma once

#include <stdbool.h>

struct engine_config;
struct evidence;
struct loop;
struct sources;

struct sources *sources_new(struct loop *, const struct engine_config *, const char **why); /* NULL with *why (a constant) */
void sources_free(struct sources *); /* NULL is fine; what is under way is forgotten */
void sources_collect(void *sources, struct evidence *); /* an evidence_collect */
bool sources_are_idle(const struct sources *); /* no session with a peer is open */
