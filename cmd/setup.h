/* cmd/setup.h - what the engines of a run are made of, from its settings. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "cmd/io/progress.h"
#include "core/audit/engine.h"

struct arena;
struct project;
struct settings;

struct setup {
    struct arena *arena; /* has to outlive the engines, as all that is named here */
    struct project *project;
    bool is_for_one_domain;
    const char *ca;                    /* setup_ca() */
    const struct overlay *plan;        /* NULL: none */
    const struct recording *recording; /* NULL: peers are asked */
    struct trace *trace;               /* NULL: none */
};

/* Completes the project's settings by what depends on how much there is to do.  How many audits may be under way and
 * their memory are not said yet. */
struct engine_config setup_engines(const struct setup *);
/* The extra anchors of --ca-file, read now, since who audits may have no right to; *ca is NULL where there are none. */
bool setup_ca(struct arena *, const struct settings *, const char **ca, const char **why);
size_t setup_jobs(const struct settings *); /* processes that fit to this machine, where there is much to do */
/* What the settings want, or what fits to where standard error goes. */
enum progress_kind setup_progress(const struct settings *, bool several);
void setup_descriptors(void); /* as many as the machine allows */
