/* tests/unit/recorded.h - looks at what a run derives from a recording of a few lines. */
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
#include "core/facts/evidence.h"
#include "core/result/result.h"
#include "probes/probes.h"

struct recorded_look {
    struct arena *arena;
    void (*look)(struct run *, void *arg); /* again and again, while evidence arrives: the last time counts */
    void *arg;
    const char *asked; /* keys of the evidence, a line each */
    bool done;
};

static inline void recorded_look_now(struct run *run, void *arg)
{
    struct recorded_look *l = arg;

    l->look(run, l->arg);
}

static inline void recorded_look_ends(void *arg, const struct result *result)
{
    struct recorded_look *l = arg;

    l->asked = "";
    for (size_t i = 0; i < result->evidence_count; i++)
        l->asked = str_printf(l->arena, "%s%s\n", l->asked, result->evidence[i]->text);
    l->done = true;
}

/* Returns what was asked for, in the arena: the keys of the evidence, a line each.  `look` NULL: of an audit.
 * `seed`: the order in which the evidence arrives; 0: at once. */
static inline const char *look_at_recording(struct arena *arena, const char *text, void (*look)(struct run *, void *),
                                            void *arg, uint64_t seed)
{
    const char *why = "";
    struct recording *recording = recording_read(arena, text, strlen(text), &why);
    struct engine_config config = {.probes = all_probes,
                                   .probe_count = all_probe_count,
                                   .audit_ms = AUDIT_MS,
                                   .replay = recording,
                                   .shuffle_seed = seed};
    struct loop *loop = loop_new();
    struct engine *engine = recording ? engine_new(loop, &config, &why) : NULL;
    const struct target *target = recording ? recording_target(recording) : NULL;
    struct recorded_look l = {.arena = arena, .look = look, .arg = arg};

    if (!engine || !(look ? engine_ask(engine, target, 0, recorded_look_now, recorded_look_ends, &l)
                          : engine_audit(engine, target, recorded_look_ends, &l)))
        fail_msg("%s\n%s", why, text);
    while (!l.done)
        loop_run(loop);
    engine_free(engine);
    loop_free(loop);
    recording_free(recording);
    return l.asked;
}

/* `target`: members beside the domain, each with a comma before it. */
static inline const char *recording_text(struct arena *arena, const char *evidence, const char *target)
{
    return str_printf(arena,
                      "{\"mailready_evidence\": 1, \"target\": {\"domain\": \"good.lab\"%s}, \"evidence\": {%s}}",
                      target, evidence);
}
