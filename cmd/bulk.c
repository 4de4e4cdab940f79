/* cmd/bulk.c - admits domains, keeps results in order, hands them to the reports. */
#include "cmd/bulk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/baseline.h"
#include "cmd/command.h"
#include "cmd/io/interrupt.h"
#include "cmd/io/journal.h"
#include "cmd/io/progress.h"
#include "cmd/io/sheets.h"
#include "cmd/io/targets.h"
#include "cmd/keep.h"
#include "cmd/restore.h"
#include "cmd/resume.h"
#include "core/audit/engine.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/loop.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/result/gate.h"
#include "core/result/result.h"

enum {
    TICK_MS = 100,
    FINISH_MS = 4000, /* after a signal, for the audits under way; with what follows it stays within 5 seconds */
    LINGER_MS = SMTP_QUIT_MS,
    BASELINE_BYTES = JSON_BYTES * 2,
    JOB_BYTES = 65536, /* a line of the list, and what becomes of it */
};

struct bulk;

struct job {
    struct job *next; /* in the queue, or among those that are free */
    struct bulk *bulk;
    struct arena *arena;
    const struct settings *settings; /* of this domain */
    struct target target;
    uint64_t number;             /* in the list, from 1 */
    struct restored *restored;   /* from the journal; NULL: audited by this run */
    const struct result *result; /* NULL: there is none, and its place is passed over */
    bool finished;
};

struct bulk {
    const struct bulk_plan *plan;
    struct job *jobs, *free; /* job_room of them, and those that have no domain */
    size_t job_room;
    struct job *first, **last; /* the queue to be reported: in the order of the list, or as audits end */
    size_t begun, finished, reported;
    bool list_ended;
    bool restoring; /* a job from the journal is not finished */
    bool deserted; /* nobody is left to report to, and work is */
    struct task *admission, *tick;
    struct progress progress;
    struct keeping keeping;
    struct bulk_tally tally;
    int64_t give_up_ms; /* once all is over or interrupted; 0 */
};

static void join_queue(struct bulk *bulk, struct job *job)
{
    job->next = NULL;
    *bulk->last = job;
    bulk->last = &job->next;
}

static struct job *leave_queue(struct bulk *bulk)
{
    struct job *job = bulk->first;

    bulk->first = job->next;
    if (!bulk->first)
        bulk->last = &bulk->first;
    return job;
}

static bool is_ordered(const struct bulk *bulk)
{
    return bulk->plan->project->defaults.ordered;
}

static size_t running(const struct bulk *bulk)
{
    return bulk->begun - bulk->finished;
}

static void tally(struct bulk *bulk, const struct gate *gate, const struct result *result)
{
    struct gate_outcome outcome = gate_judge(gate, result);

    if (result->out_of_memory) {
        progress_erase(&bulk->progress);
        complain("%s: out of memory", result->target->domain);
    }
    bulk->tally.findings = bulk->tally.findings || outcome.fails;
    bulk->tally.undecided = bulk->tally.undecided || outcome.undecided;
    bulk->tally.warned = bulk->tally.warned || result->counts[WARN] || result->counts[FAIL];
    bulk->tally.starved = bulk->tally.starved || keep_is_starved(result);
    bulk->tally.audited++;
    progress_count(&bulk->progress, result);
}

/* What has changed since the baseline; NULL with a complaint where there is no memory for it. */
static const struct difference *compare(struct bulk *bulk, struct arena *arena, const struct result *result)
{
    const struct difference *difference =
        arena && !result->out_of_memory ? baseline_compare(arena, bulk->plan->baseline, result) : NULL;

    if (!difference) {
        progress_erase(&bulk->progress);
        complain("%s: out of memory, not compared with the baseline", result->target->domain);
        bulk->tally.fault = true;
    }
    return difference;
}

static struct engine *engine_of(const struct job *job)
{
    return job->restored ? restored_engine(job->restored) : job->bulk->plan->engine;
}

static void finish_job(struct bulk *bulk, struct job *job)
{
    if (job->result) {
        struct arena *arena = bulk->plan->baseline ? arena_new(BASELINE_BYTES) : NULL;
        struct gate gate = job->settings->gate;

        if (bulk->plan->baseline)
            gate.difference = compare(bulk, arena, job->result);
        tally(bulk, &gate, job->result);
        sheets_one(bulk->plan->sheets, job->result, &gate);
        arena_free(arena);
        engine_release(engine_of(job), job->result);
    }
    restored_free(job->restored);
    arena_free(job->arena);
    *job = (struct job){.next = bulk->free};
    bulk->free = job;
    bulk->reported++;
}

static bool work_is_left(struct bulk *bulk)
{
    struct list_item item;
    struct arena *arena;
    enum list_step step = LIST_BAD;

    if (bulk->list_ended || bulk->reported < bulk->begun)
        return bulk->reported < bulk->begun;
    while (step == LIST_BAD && (arena = arena_new(JOB_BYTES))) {
        step = target_list_next(bulk->plan->list, arena, &item);
        arena_free(arena);
    }
    bulk->list_ended = true;
    return step != LIST_END;
}

/* Whatever is next in the queue and finished. */
static void report(struct bulk *bulk)
{
    progress_erase(&bulk->progress);
    while (bulk->first && bulk->first->finished)
        finish_job(bulk, leave_queue(bulk));
    if (bulk->plan->sheets->open == 0 && !bulk->deserted)
        bulk->deserted = work_is_left(bulk);
}

static void finished(struct job *job)
{
    struct bulk *bulk = job->bulk;

    job->finished = true;
    bulk->finished++;
    if (!is_ordered(bulk))
        join_queue(bulk, job);
}

static void audited(void *arg, const struct result *result)
{
    struct job *job = arg;
    struct bulk *bulk = job->bulk;

    engine_keep(engine_of(job), result);
    job->result = result;
    bulk->restoring = bulk->restoring && !job->restored;
    bulk->progress.restored += job->restored != NULL;
    if (!job->restored)
        keep_audit(&bulk->keeping, job->number, result, bulk->tally.interrupted && result->out_of_time);
    finished(job);
    task_schedule(bulk->admission);
}

static void complain_of_line(struct bulk *bulk, struct arena *arena, const struct list_item *item)
{
    const char *text = str_text(arena, item->text);

    progress_erase(&bulk->progress);
    if (item->line == 0)
        complain("\"%s\" %s", text, item->why);
    else
        complain("%s:%zu: \"%s\" %s", bulk->plan->list_name, item->line, text, item->why);
}

/* False: the journal does not have it, and it is to be audited. */
static bool begin_restored(struct bulk *bulk, struct job *job)
{
    const struct bulk_plan *plan = bulk->plan;
    const struct restore_plan wanted = {.loop = plan->loop,
                                        .config = plan->config,
                                        .journal = plan->journal,
                                        .number = job->number,
                                        .target = &job->target,
                                        .done = audited,
                                        .arg = job};
    enum restore_step step = RESTORE_NONE;
    const char *why;

    if (plan->journal)
        step = restore(&wanted, job->arena, &job->restored, &why);
    bulk->restoring = step == RESTORE_BEGUN;
    if (step == RESTORE_BAD || step == RESTORE_OTHER) {
        progress_erase(&bulk->progress);
        complain("%s: %s%s", plan->journal->path, why, step == RESTORE_BAD ? "; it is audited again" : "");
    }
    if (step != RESTORE_BEGUN)
        progress_asks(&bulk->progress, loop_now_ms(plan->loop));
    if (step == RESTORE_OTHER) {
        bulk->tally.fault = bulk->list_ended = true;
        finished(job);
    }
    return step == RESTORE_BEGUN || step == RESTORE_OTHER;
}

static void begin(struct bulk *bulk, struct arena *arena, const char *domain)
{
    struct job *job = bulk->free;

    bulk->free = job->next;
    bulk->begun++;
    *job = (struct job){.bulk = bulk, .arena = arena, .settings = project_settings(bulk->plan->project, domain)};
    job->target = job->settings->target;
    job->target.domain = domain;
    job->target.unicode = name_unicode(arena, domain);
    job->number = bulk->begun;
    if (is_ordered(bulk))
        join_queue(bulk, job);
    if (begin_restored(bulk, job) || engine_audit(bulk->plan->engine, &job->target, audited, job))
        return;
    complain("%s: out of memory", domain);
    bulk->tally.fault = true;
    finished(job);
}

/* Takes one item from the list; false when nothing more can be begun now. */
static bool admit_one(struct bulk *bulk)
{
    struct arena *arena = arena_new(JOB_BYTES);
    struct list_item item;
    enum list_step step;

    if (!arena) {
        complain("out of memory");
        bulk->tally.fault = bulk->list_ended = true;
        return false;
    }
    step = target_list_next(bulk->plan->list, arena, &item);
    if (step == LIST_DOMAIN) {
        begin(bulk, arena, item.domain);
        return true;
    }
    if (step == LIST_BAD) {
        complain_of_line(bulk, arena, &item);
    } else if (step == LIST_ERROR) {
        progress_erase(&bulk->progress);
        complain("%s: %s", bulk->plan->list_name, strerror(errno));
        bulk->tally.fault = bulk->list_ended = true;
    } else if (step == LIST_END) {
        bulk->list_ended = true;
    }
    arena_free(arena);
    return step == LIST_BAD;
}

static bool has_room(const struct bulk *bulk)
{
    return !bulk->list_ended && bulk->plan->sheets->open > 0 && !interrupt_signal() &&
           running(bulk) < bulk->plan->project->defaults.in_flight && bulk->free && !bulk->restoring;
}

static void admit(void *arg)
{
    struct bulk *bulk = arg;

    report(bulk);
    while (has_room(bulk) && admit_one(bulk))
        report(bulk);
    report(bulk);
    if (bulk->plan->sheets->open == 0 || (bulk->list_ended && running(bulk) == 0))
        loop_stop(bulk->plan->loop);
}

static void interrupted(struct bulk *bulk)
{
    bulk->tally.interrupted = interrupt_signal();
    bulk->list_ended = true;
    bulk->give_up_ms = loop_now_ms(bulk->plan->loop) + FINISH_MS + TICK_MS * 2;
    engine_hurry(bulk->plan->engine, FINISH_MS);
}

static struct progress_state state_of(const struct bulk *bulk)
{
    struct engine_progress evidence = engine_progress(bulk->plan->engine);

    return (struct progress_state){.now_ms = loop_now_ms(bulk->plan->loop),
                                   .done = bulk->finished,
                                   .in_flight = running(bulk),
                                   .total = bulk->plan->domains,
                                   .wanted = evidence.wanted,
                                   .known = evidence.known};
}

static enum progress_kind kind_of_progress(const struct bulk_plan *plan)
{
    const struct settings *settings = &plan->project->defaults;

    return settings->progress_json   ? PROGRESS_JSON
           : settings->progress_none ? PROGRESS_NONE
                                     : progress_usual(settings->trace, plan->several, settings->quiet);
}

static void tick(void *arg)
{
    struct bulk *bulk = arg;
    struct progress_state state = state_of(bulk);
    int64_t now_ms = state.now_ms;

    if (interrupt_signal() && !bulk->tally.interrupted)
        interrupted(bulk);
    if (bulk->give_up_ms && now_ms >= bulk->give_up_ms) {
        loop_stop(bulk->plan->loop);
        return;
    }
    keep_settle(&bulk->keeping, now_ms);
    progress_show(&bulk->progress, &state);
    task_schedule(bulk->admission); /* a list that could not be read a moment ago */
    task_schedule_at(bulk->tick, now_ms + TICK_MS);
}

/* Not to hang up on a server that is about to answer our QUIT. */
static void linger(void *arg)
{
    struct bulk *bulk = arg;
    int64_t now_ms = loop_now_ms(bulk->plan->loop);

    if (engine_is_idle(bulk->plan->engine) || now_ms >= bulk->give_up_ms || interrupt_signal())
        loop_stop(bulk->plan->loop);
    else
        task_schedule_at(bulk->tick, now_ms + TICK_MS / 10);
}

static void run_out(struct bulk *bulk)
{
    const struct bulk_plan *plan = bulk->plan;

    task_free(bulk->tick);
    bulk->tick = task_new(plan->loop, linger, bulk);
    if (!bulk->tick)
        return;
    bulk->give_up_ms = loop_now_ms(plan->loop) + LINGER_MS;
    task_schedule(bulk->tick);
    loop_run(plan->loop);
}

struct bulk_tally bulk_audit(const struct bulk_plan *plan)
{
    struct bulk bulk = {.plan = plan, .last = &bulk.first, .job_room = plan->project->defaults.in_flight};
    struct progress_state state;
    bool complete;

    if (is_ordered(&bulk))
        bulk.job_room += RESULTS_WAITING;
    bulk.jobs = calloc(bulk.job_room, sizeof *bulk.jobs);
    for (size_t i = bulk.job_room; bulk.jobs && i > 0; i--) {
        bulk.jobs[i - 1].next = bulk.free;
        bulk.free = &bulk.jobs[i - 1];
    }
    bulk.admission = task_new(plan->loop, admit, &bulk);
    bulk.tick = task_new(plan->loop, tick, &bulk);
    bulk.keeping = (struct keeping){.journal = plan->journal, .progress = &bulk.progress};
    bulk.progress = progress_new(kind_of_progress(plan), stderr, loop_now_ms(plan->loop));
    if (!bulk.jobs || !bulk.admission || !bulk.tick) {
        complain("out of memory");
        bulk.tally.fault = true;
    } else {
        task_schedule(bulk.admission);
        task_schedule_at(bulk.tick, loop_now_ms(plan->loop) + TICK_MS);
        loop_run(plan->loop);
        report(&bulk);
    }
    state = state_of(&bulk);
    progress_end(&bulk.progress, &state);
    bulk.tally.fault = bulk.tally.fault || bulk.deserted || bulk.reported < bulk.begun;
    complete = !bulk.tally.fault && !bulk.tally.interrupted;
    if (bulk.tally.audited > 0)
        sheets_close(plan->sheets, complete);
    else
        sheets_abandon(plan->sheets);
    bulk.tally.kept = bulk.keeping.kept;
    bulk.tally.is_all_said =
        complete && !bulk.tally.starved && !plan->sheets->failed && !plan->sheets->reader_left;
    if (plan->journal && bulk.tally.is_all_said) /* a signal may end the farewell */
        resume_end(plan->journal, true, bulk.tally.kept);
    if (!bulk.tally.interrupted && bulk.tick)
        run_out(&bulk);
    for (size_t i = 0; bulk.jobs && i < bulk.job_room; i++) {
        restored_free(bulk.jobs[i].restored);
        arena_free(bulk.jobs[i].arena);
    }
    free(bulk.jobs);
    task_free(bulk.admission);
    task_free(bulk.tick);
    return bulk.tally;
}
