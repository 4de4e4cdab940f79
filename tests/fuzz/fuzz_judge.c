/* Hostile evidence: what can be read as a recording can be judged by every probe.  (threats.md J5) */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/audit/engine.h"
#include "core/audit/recording.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/loop.h"
#include "core/result/finding.h"
#include "core/result/identity.h"
#include "core/result/result.h"
#include "probes/probes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take_result(void *arg, const struct result *result)
{
    struct arena *arena = arena_new(SIZE_MAX);
    bool *done = arg;
    size_t count;

    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *f = result->findings[i];

        if (!f->subject || !f->message || !*f->message || (f->status == UNKNOWN && (!f->reason || !f->side)))
            abort();
    }
    identities_of(arena, result, &count);
    arena_free(arena);
    *done = true;
}

static void audit(const struct recording *recording)
{
    struct engine_config config = {
        .probes = all_probes, .probe_count = all_probe_count, .audit_ms = AUDIT_MS, .replay = recording};
    struct loop *loop = loop_new();
    const char *why;
    struct engine *engine = engine_new(loop, &config, &why);
    bool done = false;

    if (!engine || !engine_audit(engine, recording_target(recording), take_result, &done))
        abort();
    while (!done)
        loop_run(loop);
    engine_free(engine);
    loop_free(loop);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(SIZE_MAX);
    const char *why;
    struct recording *recording = recording_read(arena, (const char *)data, size, &why);

    if (recording)
        audit(recording);
    recording_free(recording);
    arena_free(arena);
    return 0;
}
