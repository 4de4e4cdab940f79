/* cmd/restore.c - judges the evidence of a finished audit again. */
#include "cmd/restore.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "core/audit/recording.h"
#include "core/base/arena.h"
#include "core/base/gzip.h"
#include "core/base/limits.h"
#include "core/facts/target.h"

/* Nothing is waited for: only a machine that was asleep could miss it. */
enum { DEADLINE_MS = 86400000 };

struct restored {
    struct arena *arena; /* of the text */
    struct recording *recording;
    struct engine_config config;
    struct engine *engine;
};

static bool read_packed(struct restored *restored, struct str packed, const char **why)
{
    size_t size = gzip_size(packed);
    jmp_buf exhausted;
    struct str text;

    *why = "is too large when it is unpacked";
    if (size > JSON_BYTES)
        return false;
    if (setjmp(exhausted) == 0) {
        arena_on_exhausted(restored->arena, &exhausted);
        if (gzip_unpack(restored->arena, packed, size, &text, why))
            restored->recording = recording_read(restored->arena, text.at, text.len, why);
    } else {
        *why = no_memory;
    }
    arena_on_exhausted(restored->arena, NULL);
    return restored->recording;
}

static bool begin(struct restored *restored, const struct restore_plan *plan, const char **why)
{
    if (!read_packed(restored, plan->packed, why))
        return false;
    *why = "is about another domain";
    if (strcmp(recording_target(restored->recording)->domain, plan->target->domain) != 0)
        return false;
    restored->config = *plan->config;
    restored->config.replay = restored->recording;
    restored->config.audit_ms = DEADLINE_MS;
    restored->engine = engine_new(plan->loop, &restored->config, why);
    if (!restored->engine)
        return false;
    *why = engine_audit(restored->engine, plan->target, plan->done, plan->arg) ? NULL : no_memory;
    return !*why;
}

struct restored *restore(const struct restore_plan *plan, struct arena *arena, const char **why)
{
    struct restored *restored = calloc(1, sizeof *restored);

    *why = no_memory;
    if (restored && (restored->arena = arena_new(2 * (size_t)JSON_BYTES)) && begin(restored, plan, why))
        return restored;
    *why = str_printf(arena, "%s", *why);
    restored_free(restored);
    return NULL;
}

void restored_free(struct restored *restored)
{
    if (!restored)
        return;
    engine_free(restored->engine);
    recording_free(restored->recording);
    arena_free(restored->arena);
    free(restored);
}
