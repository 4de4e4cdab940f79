/* tests/unit/recognise.h - asks an engine which services a recording of a few lines shows. */
#pragma once

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/derive/services.h"
#include "core/records/provider.h"
#include "tests/unit/recorded.h"

struct seen {
    struct arena *arena;
    const char *ids;   /* " google ses" */
    const char *keyed; /* of them those with a key, a blank on either side of each */
    const char *asked; /* keys of the evidence, a line each */
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

/* What is asked for on the way to the services of `text`, a recording, and which they are. */
static inline struct seen recognise_in(struct arena *arena, const char *text)
{
    struct seen seen = {.arena = arena};

    seen.asked = look_at_recording(arena, text, look_at_services, &seen, 0);
    return seen;
}

/* `target`: members beside the domain, each with a comma before it. */
static inline struct seen recognise(struct arena *arena, const char *evidence, const char *target)
{
    return recognise_in(arena, recording_text(arena, evidence, target));
}
