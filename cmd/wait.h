/* cmd/wait.h - `--wait`: audits again and again, until nothing counts for exit status 1 or time is up.
 *
 * Each round has an engine of its own, so that nothing is kept from the one before, and asks the zones' servers.  What
 * is still missing is said on standard error, and which server has which data, where those of a zone differ.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct engine_config;
struct loop;
struct project;
struct sandbox;
struct seen_list;

struct wait_plan {
    struct arena *arena; /* of the run */
    struct project *project;
    const char *const *domains; /* A-labels */
    size_t domain_count;
    const struct seen_list *baseline; /* NULL: none */
    const struct engine_config *engine;
    int64_t wait_ms;
    void (*exhausted)(void *arg); /* loop.h */
    void *exhausted_arg;
};

/* False with *why: an engine could not be made.  Else the audit that is reported comes next. */
bool wait_for_domains(const struct wait_plan *, const char **why);
/* The same by a process of its own, in this sandbox.  Where that ends before it should, it is said, and waiting is
 * over. */
bool wait_apart(const struct wait_plan *, const struct sandbox *, const char **why);
bool wait_parse(const char *text, int64_t *ms); /* "90", "90s", "15m", "2h": a day at most */
