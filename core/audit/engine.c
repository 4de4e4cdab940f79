/* core/audit/engine.c - runs audits: probes are run until no wish is open, or the deadline is past. */
#include "core/audit/engine.h"

#include <assert.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "core/audit/collectors.h"
#include "core/audit/pace.h"
#include "core/audit/recording.h"
#include "core/audit/rehearsal.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/loop.h"
#include "core/base/order.h"
#include "core/base/str.h"
#include "core/base/trace.h"
#include "core/derive/mail_path.h"
#include "core/derive/planned.h"
#include "core/derive/resolver.h"
#include "core/derive/run_internal.h"
#include "core/derive/services.h"
#include "core/facts/evidence.h"
#include "core/facts/target.h"
#include "core/result/agree.h"
#include "core/result/cause.h"
#include "core/result/hosted.h"
#include "core/result/probe.h"
#include "core/result/receiver.h"
#include "core/result/result.h"

enum {
    PROBES_MAX = 63,
    USUAL_BYTES = 2097152, /* of an audit, before the first has ended */
    USUAL_SHARE = 8,       /* a new one's in the average */
    GIVE_UP_BYTES = 4096,  /* what give_up() says of a probe fits in */
};

static_assert((int)PROBE_RUNS_MAX > (int)DNS_QUERIES_PER_AUDIT && (int)PROBE_RUNS_MAX > (int)RANGE_QUERIES_PER_AUDIT,
              "answers may come one by one");

struct engine {
    struct loop *loop;
    struct engine_config config;
    struct collectors *collectors;
    struct store *store;
    bool (*covers)[CHECK_COUNT]; /* by probe: may it judge the check? */
    struct audit *audits;
    struct pace pace;
    uint64_t begun;             /* audits */
    size_t live;                /* audits, single questions left out */
    size_t held;                /* bytes: by live audits, beside the store's */
    size_t usual;               /* bytes of an audit that ends, evidence included, on average */
    const struct audit *ousted; /* to end for want of memory; NULL */
};

struct probe_state {
    struct run run;      /* the last one */
    struct arena *arena; /* its scratch, which holds the findings once it is final */
    unsigned runs;
    bool due, final;
};

struct audit {
    struct audit_view view; /* first: a waiter is an audit */
    struct engine *engine;
    struct audit *next, **back;
    struct arena *arena;
    struct probe_state *probes; /* config.probe_count, and one more for what every result needs */
    struct task *turn, *deadline;
    int64_t started_ms, deadline_ms;
    size_t runs; /* of probes */
    struct derived_counts counts;
    engine_question *ask; /* NULL: a whole audit */
    engine_done *done;
    void *done_arg;
    size_t held;          /* bytes, when it was looked at last */
    struct result result; /* once it is finished */
    bool finished, kept;
};

/* The engine's life */

static bool lists(const struct probe *probe, const char *name)
{
    size_t len = strlen(name);
    const char *at = probe->groups;

    while (at && (strncmp(at, name, len) != 0 || (at[len] != ',' && at[len] != '\0'))) {
        at = strchr(at, ',');
        at = at ? at + 1 : NULL;
    }
    return at != NULL;
}

/* False: no memory. */
static bool note_what_probes_cover(struct engine *engine)
{
    engine->covers = calloc(engine->config.probe_count + 1, sizeof *engine->covers);
    for (size_t p = 0; engine->covers && p < engine->config.probe_count; p++)
        for (size_t id = 0; id < CHECK_COUNT; id++) {
            const struct check *check = check_of((enum check_id)id);

            engine->covers[p][id] =
                lists(engine->config.probes[p], check->group) || lists(engine->config.probes[p], check->name);
        }
    return engine->covers;
}

struct engine *engine_new(struct loop *loop, const struct engine_config *config, const char **why)
{
    struct engine *engine = calloc(1, sizeof *engine);

    *why = no_memory;
    if (!engine)
        return NULL;
    engine->loop = loop;
    engine->config = *config;
    engine->collectors = config->probe_count <= PROBES_MAX ? collectors_new(loop, config, why) : NULL;
    engine->store = engine->collectors && note_what_probes_cover(engine)
                        ? store_new(loop, collectors_collect, engine->collectors)
                        : NULL;
    engine->pace = pace_new(config->at_once, loop_now_ms(loop));
    engine->usual = USUAL_BYTES;
    if (engine->store && config->memory)
        store_limit_idle(engine->store, config->memory / 4);
    if (engine->store)
        return engine;
    engine_free(engine);
    return NULL;
}

/* Evidence that nobody has pinned does not count: it goes where memory is wanted. */
static size_t held(const struct engine *engine)
{
    struct store_counts store = store_counts(engine->store);

    return engine->held + store.bytes - store.idle_bytes;
}

bool engine_has_room(const struct engine *engine)
{
    size_t memory = engine->config.memory, now = held(engine), grown = engine->live * engine->usual;

    return !memory || !engine->live || (now > grown ? now : grown) + engine->usual <= memory - memory / 4;
}

size_t engine_allowed(struct engine *engine)
{
    pace_look(&engine->pace, collectors_dns_counts(engine->collectors), loop_now_ms(engine->loop));
    return engine->pace.allowed;
}

/* What an audit's arenas have of the machine. */
static size_t weight(const struct audit *audit)
{
    size_t bytes = derived_held(&audit->view) + arena_held(audit->arena);

    for (size_t i = 0; i <= audit->engine->config.probe_count; i++)
        bytes += arena_held(audit->probes[i].arena);
    return bytes;
}

static size_t whole_weight(const struct audit *audit)
{
    return audit->held + store_pinned_bytes(&audit->view.waiter);
}

static struct audit *largest(const struct engine *engine)
{
    struct audit *largest = NULL;
    size_t most = 0;

    for (struct audit *audit = engine->audits; audit; audit = audit->next) {
        size_t bytes = audit->finished ? 0 : whole_weight(audit);

        if (bytes > most) {
            most = bytes;
            largest = audit;
        }
    }
    return largest;
}

/* More than the limit is held, though nothing was begun that was not to fit.  If that is for one that has outgrown all
 * expectation, it ends, so that the others need not. */
static void weigh(struct audit *audit)
{
    struct engine *engine = audit->engine;
    size_t bytes = weight(audit);
    size_t memory = engine->config.memory;
    struct audit *most;

    engine->held += bytes - audit->held;
    audit->held = bytes;
    if (!memory || engine->ousted || held(engine) <= memory)
        return;
    most = largest(engine);
    if (!most || (whole_weight(most) <= memory / 2 && held(engine) / 2 <= memory))
        return; /* together they are too many, and no more are begun */
    engine->ousted = most;
    task_schedule(most->turn);
}

static void audit_free(struct audit *audit)
{
    struct engine *engine = audit->engine;

    *audit->back = audit->next;
    if (audit->next)
        audit->next->back = audit->back;
    engine->live -= !audit->ask;
    engine->held -= audit->held;
    if (engine->ousted == audit)
        engine->ousted = NULL;
    derived_free_all(&audit->view);
    planned_free(&audit->view);
    store_unpin_all(&audit->view.waiter);
    for (size_t i = 0; audit->probes && i <= engine->config.probe_count; i++)
        arena_free(audit->probes[i].arena);
    free(audit->probes);
    task_free(audit->turn);
    task_free(audit->deadline);
    arena_free(audit->arena);
    free(audit);
}

void engine_free(struct engine *engine)
{
    if (!engine)
        return;
    while (engine->audits)
        audit_free(engine->audits);
    collectors_free(engine->collectors);
    store_free(engine->store);
    free(engine->covers);
    free(engine);
}

struct engine_progress engine_progress(const struct engine *engine)
{
    struct store_counts counts = store_counts(engine->store);

    return (struct engine_progress){.wanted = counts.wanted, .known = counts.known};
}

/* An audit's life */

/* What every result shows, whichever checks are selected. */
static void run_basics(struct audit *audit, struct run *run)
{
    need_vantage(run);
    need_now(run);
    need_instrument(run);
    if (audit->ask)
        audit->ask(run, audit->done_arg);
    else
        need_inventory(run);
}

static bool judges(const struct engine *engine, size_t probe, const struct target *target)
{
    for (size_t id = 0; id < CHECK_COUNT; id++)
        if (target_selects(target, id) && engine->covers[probe][id])
            return true;
    return false;
}

/* What it has found, and all that it was made of. */
static void forget(struct run *run)
{
    arena_reset(run->arena);
    run->findings = NULL;
    run->finding_count = run->finding_room = 0;
}

/* The probe's memory ran out: its checks are undecided (threats.md R2). */
static void give_up(struct audit *audit, struct run *run)
{
    struct trouble trouble = trouble_of(REASON_RESOURCES);

    forget(run);
    run->open_wishes = 0;
    for (size_t id = 0; id < CHECK_COUNT; id++)
        if (audit->engine->covers[run->probe][id])
            finding_unknown(run, (enum check_id)id, subject_domain(audit->view.target->domain), &trouble, "not judged");
}

static void run_probe(struct audit *audit, size_t index)
{
    struct engine *engine = audit->engine;
    struct probe_state *state = &audit->probes[index];
    struct arena *arena = state->arena;
    bool is_basics = index == engine->config.probe_count;
    const struct probe *probe = is_basics ? NULL : engine->config.probes[index];
    jmp_buf exhausted;

    audit->runs++;
    arena_reset(arena);
    state->run = (struct run){.audit = &audit->view,
                              .probe = (unsigned)index,
                              .arena = arena,
                              .exhausted = &exhausted,
                              .is_extra = probe && probe->is_extra,
                              .last = ++state->runs >= PROBE_RUNS_MAX};
    state->due = false;
    if (setjmp(exhausted) == 0) {
        arena_on_exhausted(arena, &exhausted);
        if (is_basics)
            run_basics(audit, &state->run);
        else
            probe->run(&state->run);
        arena_on_exhausted(arena, NULL);
    } else {
        arena_on_exhausted(arena, NULL);
        state->run.arena = arena; /* perhaps it was a fact's */
        state->run.deriving = NULL;
        if (!is_basics)
            give_up(audit, &state->run);
    }
    state->final = state->run.open_wishes == 0;
    if (!state->final)
        forget(&state->run);
}

struct sortable {
    const struct finding *finding;
    size_t probe, position;
};

static int in_report_order(const void *a, const void *b)
{
    const struct sortable *left = a, *right = b;
    int subjects;

    if (left->probe != right->probe)
        return order_of(left->probe, right->probe);
    subjects = strcmp(left->finding->subject, right->finding->subject);
    if (subjects)
        return subjects;
    if (left->finding->check != right->finding->check)
        return order_of(left->finding->check, right->finding->check);
    return order_of(left->position, right->position);
}

static void list_findings(struct audit *audit, struct result *result)
{
    size_t room = 1, count = 0;
    struct sortable *all;
    const struct finding **findings;

    for (size_t p = 0; p < audit->engine->config.probe_count; p++)
        room += audit->probes[p].run.finding_count;
    all = ARENA_ARRAY(audit->arena, struct sortable, room);
    for (size_t p = 0; p < audit->engine->config.probe_count; p++) {
        const struct run *run = &audit->probes[p].run;

        for (size_t i = 0; i < run->finding_count; i++)
            if (target_selects(audit->view.target, run->findings[i]->check)) {
                if (result->services && result->inventory)
                    finding_yield(audit->arena, run->findings[i], result->services, result->inventory);
                finding_settle(run->findings[i]);
                all[count++] = (struct sortable){run->findings[i], p, i};
            }
    }
    qsort(all, count, sizeof *all, in_report_order);
    findings = ARENA_ARRAY(audit->arena, const struct finding *, count + 1);
    for (size_t i = 0; i < count; i++)
        findings[i] = all[i].finding;
    result->findings = findings;
    result->finding_count = count;
}

static void rehearse_findings(struct audit *audit, const struct result *result)
{
    const struct engine_config *config = &audit->engine->config;
    bool *wanted = ARENA_ARRAY(audit->arena, bool, config->probe_count + 1);
    struct finding **findings = ARENA_ARRAY(audit->arena, struct finding *, result->finding_count + 1);
    size_t count = 0;

    for (size_t p = 0; p < config->probe_count; p++) {
        const struct run *run = &audit->probes[p].run;

        wanted[p] = judges(audit->engine, p, audit->view.target);
        for (size_t i = 0; i < run->finding_count; i++)
            if (target_selects(audit->view.target, run->findings[i]->check))
                findings[count++] = run->findings[i];
    }
    rehearse(&(struct rehearsal){.probes = config->probes,
                                 .probe_count = config->probe_count,
                                 .wanted = wanted,
                                 .audit = &audit->view,
                                 .findings = findings,
                                 .count = count,
                                 .services = result->services,
                                 .mail = result->inventory,
                                 .trace = config->trace});
}

static void agree_on_findings(struct audit *audit, struct result *result)
{
    for (size_t p = 0; p < audit->engine->config.probe_count; p++) {
        const struct run *run = &audit->probes[p].run;

        for (size_t i = 0; i < run->finding_count; i++)
            agree(audit->arena, audit->view.target, result->started_s, run->findings[i]);
    }
    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *f = result->findings[i];

        if (f->suppressed)
            result->suppressed_count++;
        else
            result->counts[f->status]++;
    }
}

static const struct evidence **list_planned(struct audit *audit, size_t *count)
{
    const struct evidence *answers = planned_answers(&audit->view, count);
    const struct evidence **all = ARENA_ARRAY(audit->arena, const struct evidence *, *count + 1);

    for (size_t i = 0; i < *count; i++)
        all[i] = &answers[i];
    qsort(all, *count, sizeof *all, evidence_by_text);
    return all;
}

static void list_evidence(struct audit *audit, struct result *result)
{
    size_t count, known = 0;
    const struct evidence **all = store_pinned(&audit->view.waiter, audit->arena, &count);

    for (size_t i = 0; i < count; i++)
        if (all[i]->known && all[i]->value && !all[i]->is_missing)
            all[known++] = all[i];
    result->evidence = all;
    result->evidence_count = known;
    result->plan = audit->engine->config.plan;
    result->planned = list_planned(audit, &result->planned_count);
}

/* False: the memory ran out. */
static bool fill_in_basics(struct audit *audit, struct result *result)
{
    struct run *run = &audit->probes[audit->engine->config.probe_count].run;
    volatile bool done = false;
    jmp_buf exhausted;

    if (setjmp(exhausted) == 0) {
        run->exhausted = &exhausted;
        arena_on_exhausted(run->arena, &exhausted);
        result->vantage = need_vantage(run);
        result->started_s = *need_now(run);
        result->instrument = need_instrument(run);
        if (!audit->ask) {
            result->inventory = need_inventory(run);
            run->only_looks = true;
            result->paths = known_mail_paths(run, result->inventory);
            result->services = need_services(run);
        }
        done = true;
    }
    arena_on_exhausted(run->arena, NULL);
    return done;
}

/* False: the audit's memory ran out half-way. */
static bool fill_in(struct audit *audit, struct result *result)
{
    volatile bool done = false;
    jmp_buf exhausted;

    if (setjmp(exhausted) == 0) {
        arena_on_exhausted(audit->arena, &exhausted);
        list_findings(audit, result);
        list_evidence(audit, result);
        rehearse_findings(audit, result);
        if (result->inventory)
            result->receivers = receivers_judge(audit->arena, result, &result->receiver_count);
        agree_on_findings(audit, result);
        result->causes = causes_of(audit->arena, result, &result->cause_count);
        result->verdict = result_verdict(result);
        done = true;
    }
    arena_on_exhausted(audit->arena, NULL);
    return done;
}

/* A recording says how long its audit took. */
static int64_t elapsed_ms(const struct audit *audit)
{
    const struct recording *replay = audit->engine->config.replay;
    int64_t recorded_ms = replay ? recording_elapsed_ms(replay) : 0;

    return recorded_ms ? recorded_ms : loop_now_ms(audit->engine->loop) - audit->started_ms;
}

static void learn(const struct audit *audit)
{
    struct engine *engine = audit->engine;
    size_t bytes = whole_weight(audit);

    if (!audit->ask)
        engine->usual += bytes / USUAL_SHARE - engine->usual / USUAL_SHARE;
}

static void finish(struct audit *audit)
{
    struct result *result = &audit->result;

    *result = (struct result){
        .target = audit->view.target, .out_of_time = audit->view.spent, .elapsed_ms = elapsed_ms(audit)};
    if (audit->engine->ousted == audit || !fill_in_basics(audit, result) || !fill_in(audit, result))
        *result = (struct result){.target = audit->view.target,
                                  .elapsed_ms = result->elapsed_ms,
                                  .verdict = VERDICT_UNKNOWN,
                                  .out_of_memory = true};
    weigh(audit);
    learn(audit);
    trace_event(audit->engine->config.trace, "audit", audit->view.target->domain,
                "%zu probe runs; facts that follow from evidence were needed %zu times, derived %zu times, in %.1f ms "
                "of the processor; it holds %zu kB",
                audit->runs, audit->counts.needed, audit->counts.derived, (double)audit->counts.ns / 1e6,
                whole_weight(audit) / 1024);
    task_free(audit->deadline);
    audit->deadline = NULL;
    audit->finished = true;
    audit->done(audit->done_arg, result);
    if (!audit->kept)
        audit_free(audit);
}

static struct audit *audit_of(const struct engine *engine, const struct result *result)
{
    struct audit *audit = engine->audits;

    while (audit && &audit->result != result)
        audit = audit->next;
    return audit;
}

void engine_keep(struct engine *engine, const struct result *result)
{
    struct audit *audit = audit_of(engine, result);

    if (audit)
        audit->kept = true;
}

void engine_release(struct engine *engine, const struct result *result)
{
    struct audit *audit = audit_of(engine, result);

    if (audit)
        audit_free(audit);
}

void engine_hurry(struct engine *engine, int64_t within_ms)
{
    int64_t latest_ms = loop_now_ms(engine->loop) + within_ms;

    for (struct audit *audit = engine->audits; audit; audit = audit->next) {
        if (!audit->finished && audit->deadline_ms > latest_ms) {
            audit->deadline_ms = latest_ms;
            task_schedule_at(audit->deadline, latest_ms);
        }
    }
}

bool engine_is_idle(const struct engine *engine)
{
    return collectors_are_idle(engine->collectors);
}

/* One turn: every probe that is due is run once; evidence that is already there needs no further turn. */
static void turn(void *arg)
{
    struct audit *audit = arg;
    bool all_final = true;

    derived_forget_retired(&audit->view);
    if (audit->engine->ousted == audit) {
        finish(audit);
        return;
    }
    for (size_t i = 0; i <= audit->engine->config.probe_count; i++) {
        if (audit->probes[i].due)
            run_probe(audit, i);
        all_final &= audit->probes[i].final;
    }
    if (all_final)
        finish(audit);
    else
        weigh(audit);
}

static void wake(struct waiter *waiter, unsigned probe)
{
    struct audit *audit = (struct audit *)waiter;

    if (audit->finished) /* kept, and past its deadline: evidence that it no longer waits for */
        return;
    audit->probes[probe].due = true;
    task_schedule(audit->turn);
}

static void deadline(void *arg)
{
    struct audit *audit = arg;

    audit->view.spent = true;
    for (size_t i = 0; i <= audit->engine->config.probe_count; i++)
        audit->probes[i].due = !audit->probes[i].final;
    task_schedule(audit->turn);
}

static bool begin(struct engine *engine, const struct target *target, int64_t within_ms, engine_question *ask,
                  engine_done *done, void *arg)
{
    struct audit *audit = calloc(1, sizeof *audit);
    size_t count = engine->config.probe_count;

    if (!audit)
        return false;
    audit->engine = engine;
    audit->view = (struct audit_view){
        .waiter = {.number = ++engine->begun, .wake = wake},
        .store = engine->store,
        .target = target,
        .is_free = engine->config.replay != NULL,
    };
    audit->view.plan = engine->config.plan;
    audit->view.asks_zones = engine->config.asks_zones;
    audit->view.counts = engine->config.trace ? &audit->counts : NULL;
    audit->ask = ask;
    audit->done = done;
    audit->done_arg = arg;
    audit->started_ms = loop_now_ms(engine->loop);
    audit->next = engine->audits;
    audit->back = &engine->audits;
    if (audit->next)
        audit->next->back = &audit->next;
    engine->audits = audit;
    engine->live += !ask;
    audit->arena = arena_new(target_memory(target));
    audit->probes = calloc(count + 1, sizeof *audit->probes);
    audit->turn = task_new_long(engine->loop, turn, audit);
    audit->deadline = task_new(engine->loop, deadline, audit);
    if (!audit->arena || !audit->probes || !audit->turn || !audit->deadline)
        goto fail;
    for (size_t i = 0; i <= count; i++) {
        audit->probes[i].run.arena = audit->probes[i].arena = arena_new(target_memory(target));
        if (!audit->probes[i].arena || !arena_reserve(audit->probes[i].arena, GIVE_UP_BYTES))
            goto fail;
        audit->probes[i].due = i == count || (!ask && judges(engine, i, target));
        audit->probes[i].final = !audit->probes[i].due;
    }
    audit->deadline_ms = audit->started_ms + within_ms;
    task_schedule_at(audit->deadline, audit->deadline_ms);
    task_schedule(audit->turn);
    return true;
fail:
    audit_free(audit);
    return false;
}

bool engine_audit(struct engine *engine, const struct target *target, engine_done *done, void *arg)
{
    return begin(engine, target, engine->config.audit_ms, NULL, done, arg);
}

bool engine_ask(struct engine *engine, const struct target *target, int64_t within_ms, engine_question *ask,
                engine_done *done, void *arg)
{
    return begin(engine, target, within_ms ? within_ms : engine->config.audit_ms, ask, done, arg);
}
