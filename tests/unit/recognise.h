/* tests/unit/recognise.h - asks an engine which services a recording of a few lines shows. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "core/audit/engine.h"
#include "core/audit/recording.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/loop.h"
#include "core/base/str.h"
#include "core/derive/services.h"
#include "core/facts/evidence.h"
#include "core/result/result.h"
#include "probes/probes.h"

struct seen {
    struct arena *arena;
    const char *ids;   /* " google ses" */
    const char *keyed; /* of them those with a key, a blank on either side of each */
    const char *asked; /* keys of the evidence, a line each */
    bool done;
};

static inline void look_at_services(struct run *run, void *arg)
{
    struct seen *seen = arg;
    const struct services *services = need_services(run);

    seen->ids = "";
    seen->keyed = " ";
    for (size_t i = 0; services->complete && i < services->count; i++) {
        const char *id = services->at[i].provider->id;

        seen->ids = str_printf(seen->arena, "%s %s", seen->ids, id);
        if (services->at[i].key == SERVICE_KEY_FOUND)
            seen->keyed = str_printf(seen->arena, "%s%s ", seen->keyed, id);
    }
}

static inline void take_evidence(void *arg, const struct result *result)
{
    struct seen *seen = arg;

    seen->asked = "";
    for (size_t i = 0; i < result->evidence_count; i++)
        seen->asked = str_printf(seen->arena, "%s%s\n", seen->asked, result->evidence[i]->text);
    seen->done = true;
}

/* What is asked for on the way to the services of `text`, a recording, and which they are. */
static inline struct seen recognise_in(struct arena *arena, const char *text)
{
    const char *why = "";
    struct recording *recording = recording_read(arena, text, strlen(text), &why);
    struct engine_config config = {
        .probes = all_probes, .probe_count = all_probe_count, .audit_ms = AUDIT_MS, .replay = recording};
    struct loop *loop = loop_new();
    struct engine *engine = recording ? engine_new(loop, &config, &why) : NULL;
    struct seen seen = {.arena = arena};

    if (!engine || !engine_ask(engine, recording_target(recording), look_at_services, take_evidence, &seen))
        fail_msg("%s\n%s", why, text);
    while (!seen.done)
        loop_run(loop);
    engine_free(engine);
    loop_free(loop);
    recording_free(recording);
    return seen;
}

/* `target`: members beside the domain, each with a comma before it. */
static inline struct seen recognise(struct arena *arena, const char *evidence, const char *target)
{
    return recognise_in(arena, str_printf(arena,
                                          "{\"mailready_evidence\": 1, \"target\": {\"domain\": \"good.lab\"%s}, "
                                          "\"evidence\": {%s}}",
                                          target, evidence));
}
