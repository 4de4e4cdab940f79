/* core/audit/engine.h - runs audits: admits them, runs their
 * probes until no wish is open, ends them at their deadline. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/collect/dns/dns.h"
#include "core/collect/smtp/smtp.h"

struct audit;
struct earlier;
struct engine;
struct loop;
struct overlay;
struct probe;
struct result;
struct run;
struct target;
struct trace;
struct recording;
struct vantage;

struct engine_config {
    const struct probe *const *probes; /* in report order */
    size_t probe_count;
    struct dns_config dns;
    struct smtp_config smtp;
    int64_t audit_ms;               /* deadline of one audit */
    size_t at_once;                 /* audits that are to be under way at most; 0: nobody asks for engine_allowed() */
    size_t memory;                  /* bytes that audits and evidence may hold together; 0: any number */
    const char *helo;               /* EHLO name, NULL: this machine's */
    struct trace *trace;            /* what an audit cost; may be NULL */
    const struct overlay *plan;     /* what is to be published (records/overlay.h): judged as if it were; NULL */
    bool asks_zones;                /* the zones' own servers, and not what the resolver has kept */
    bool is_unconfined;             /* the process kept rights that it should not have: said in the vantage */
    const struct earlier *earlier;  /* sessions that need not be had again (earlier.h); NULL */
    const struct recording *replay; /* evidence from a file instead of the collectors; NULL */
    enum reason unasked;            /* why nobody is asked anything; REASON_NONE: everybody is */
    uint64_t shuffle_seed;          /* tests: order in which replayed evidence arrives; 0: at once */
};

/* NULL with *why (a constant).  What the configuration points to must live as long as the engine. */
struct engine *engine_new(struct loop *, const struct engine_config *, const char **why);
void engine_free(struct engine *);

/* Begins an audit.  `done` is called once, from the loop, with a
 * result that lives until it returns; the target must live as long. */
typedef void engine_done(void *arg, const struct result *);
bool engine_audit(struct engine *, const struct target *, engine_done *, void *arg); /* false: no memory */
/* Would one more audit fit into the memory, once those under way have grown?  One always does. */
bool engine_has_room(const struct engine *);
/* How many may be under way now (pace.h): to be asked for now and then. */
size_t engine_allowed(struct engine *);
/* In `done`: the result lives until it is released, or until
 * the engine is freed, so that reports can keep their order. */
void engine_keep(struct engine *, const struct result *);
void engine_release(struct engine *, const struct result *);
/* Brings the deadlines of all audits under way forward to `within_ms` from now; later ones stay where they are. */
void engine_hurry(struct engine *, int64_t within_ms);
bool engine_is_idle(const struct engine *); /* no session with a peer is open: freeing it now hangs up on nobody */

/* A single question instead of an audit: `ask` is run like a probe, until it has no open wishes,
 * and its memory lives until `done` returns (the result it is given has no findings).  What is open after
 * `within_ms` stays so; 0: it has as much time as an audit. */
typedef void engine_question(struct run *, void *arg);
bool engine_ask(struct engine *, const struct target *, int64_t within_ms, engine_question *ask, engine_done *,
                void *arg);

struct engine_progress {
    size_t wanted, known; /* pieces of evidence */
};
struct engine_progress engine_progress(const struct engine *);
