/* cmd/bulk.c - admits domains, keeps accounts in order, hands them to the reports. */
#include "cmd/bulk.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/account.h"
#include "cmd/auditor.h"
#include "cmd/command.h"
#include "cmd/io/interrupt.h"
#include "cmd/io/journal.h"
#include "cmd/io/progress.h"
#include "cmd/io/sheets.h"
#include "cmd/io/targets.h"
#include "cmd/keep.h"
#include "cmd/resume.h"
#include "cmd/setup.h"
#include "cmd/workers.h"
#include "core/audit/engine.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/loop.h"
#include "core/base/name.h"
#include "core/base/str.h"

enum {
    TICK_MS = 100,
    FINISH_MS = 4000, /* after a signal, for the audits under way; with what follows it stays within 5 seconds */
    LINGER_MS = SMTP_QUIT_MS,
    JOB_BYTES = 65536, /* a line of the list, and what becomes of it */
};

struct bulk;

struct job {
    struct job *next; /* in the queue, or among those that are free */
    struct bulk *bulk;
    struct arena *arena;
    struct target target;
    uint64_t number;         /* in the list, from 1 */
    bool is_kept;            /* in the journal */
    struct account *account; /* NULL: there is none, and its place is passed over */
    bool finished;
};

struct bulk {
    const struct bulk_plan *plan;
    struct job *jobs, *free; /* job_room of them, and those that have no domain */
    size_t job_room;
    struct job *first, **last; /* the queue to be reported: in the order of the list, or as audits end */
    size_t begun, finished, reported;
    bool list_ended;
    size_t waiting_bytes; /* of what is finished and not reported */
    size_t restoring; /* jobs from the journal that are not finished */
    bool deserted;    /* nobody is left to report to, and work is */
    struct workers *workers; /* NULL: this process audits */
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

static void complain_of(struct bulk *bulk, const char *domain, const char *what)
{
    progress_erase(&bulk->progress);
    complain("%s: %s", domain, what);
}

static void tally(struct bulk *bulk, const char *domain, const struct account *account)
{
    if (account->is_out_of_memory)
        complain_of(bulk, domain, "out of memory");
    if (account->is_uncompared)
        complain_of(bulk, domain, "out of memory, not compared with the baseline");
    if (account->undecided_for[REASON_WORKER_CRASHED])
        complain_of(bulk, domain, "worker processes ended while they audited it, and it is given up");
    bulk->tally.fault = bulk->tally.fault || account->is_uncompared;
    bulk->tally.findings = bulk->tally.findings || account->fails;
    bulk->tally.undecided = bulk->tally.undecided || account->undecided;
    bulk->tally.warned = bulk->tally.warned || account->warned;
    bulk->tally.starved = bulk->tally.starved || account->is_starved;
    bulk->tally.audited++;
    progress_count(&bulk->progress, account->undecided_for);
}

static void finish_job(struct bulk *bulk, struct job *job)
{
    if (job->account) {
        bulk->waiting_bytes -= account_bytes(job->account);
        tally(bulk, job->target.domain, job->account);
        sheets_take(bulk->plan->sheets, &job->target, job->account->verdict, job->account->pieces);
    }
    account_free(job->account);
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

/* Without processes there is nobody to go on with. */
static void lose(struct bulk *bulk, struct job *job)
{
    bool is_broken = bulk->workers && workers_are_broken(bulk->workers);

    complain_of(bulk, job->target.domain, is_broken ? "is not audited: no process can be started" : "out of memory");
    bulk->tally.fault = true;
    bulk->list_ended = bulk->list_ended || is_broken;
    finished(job);
}

static void note_unfit(struct bulk *bulk, const struct job *job)
{
    if (!job->account->unfit)
        return;
    progress_erase(&bulk->progress);
    complain("%s: what is kept of %s %s; it is audited again", bulk->plan->journal->path, job->target.domain,
             job->account->unfit);
    progress_asks(&bulk->progress, loop_now_ms(bulk->plan->loop));
}

static void audited(void *arg, struct account *account)
{
    struct job *job = arg;
    struct bulk *bulk = job->bulk;

    bulk->restoring -= job->is_kept;
    task_schedule(bulk->admission);
    if (!account) {
        lose(bulk, job);
        return;
    }
    job->account = account;
    bulk->waiting_bytes += account_bytes(account);
    note_unfit(bulk, job);
    bulk->progress.restored += account->is_restored;
    keep_audit(&bulk->keeping, job->number, job->target.domain, account,
               bulk->tally.interrupted && account->is_out_of_time);
    finished(job);
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

/* False: the journal has another domain of this number, which is said. */
static bool find_kept(struct bulk *bulk, struct job *job, struct str *kept)
{
    const struct bulk_plan *plan = bulk->plan;
    struct journal_entry entry;

    job->is_kept = plan->journal && journal_find(plan->journal, job->number, &entry);
    if (!job->is_kept) {
        progress_asks(&bulk->progress, loop_now_ms(plan->loop));
        return true;
    }
    if (str_equal(entry.domain, str_of(job->target.domain))) {
        *kept = entry.packed;
        bulk->restoring++;
        return true;
    }
    progress_erase(&bulk->progress);
    complain("%s: domain %" PRIu64 " was %s, and is %s: this is another list", plan->journal->path, job->number,
             str_text(job->arena, entry.domain), job->target.domain);
    bulk->tally.fault = bulk->list_ended = true;
    return false;
}

static void begin(struct bulk *bulk, struct arena *arena, const char *domain)
{
    struct job *job = bulk->free;
    struct assignment assignment = {.domain = domain};

    bulk->free = job->next;
    bulk->begun++;
    *job = (struct job){.bulk = bulk, .arena = arena};
    job->target = project_settings(bulk->plan->project, domain)->target;
    job->target.domain = domain;
    job->target.unicode = name_unicode(arena, domain);
    job->number = assignment.number = bulk->begun;
    if (is_ordered(bulk))
        join_queue(bulk, job);
    if (!find_kept(bulk, job, &assignment.kept)) {
        finished(job);
    } else if (!(bulk->workers ? workers_begin(bulk->workers, &assignment, audited, job)
                               : auditor_begin(bulk->plan->auditor, &assignment, audited, job))) {
        bulk->restoring -= job->is_kept;
        lose(bulk, job);
    }
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

static size_t processes(const struct bulk *bulk)
{
    return bulk->workers ? bulk->plan->jobs : 1;
}

static size_t in_flight(const struct bulk *bulk)
{
    return bulk->plan->project->defaults.in_flight * processes(bulk);
}

/* Fewer, where questions are lost; none, where workers could not be made. */
static size_t allowed(const struct bulk *bulk)
{
    if (bulk->workers)
        return workers_allowed(bulk->workers);
    return bulk->plan->auditor ? engine_allowed(auditor_engine(bulk->plan->auditor)) : 0;
}

/* Where there is none, an earlier domain is waited for. */
static bool has_memory(const struct bulk *bulk)
{
    return running(bulk) == 0 || bulk->waiting_bytes < bulk->plan->project->defaults.memory / RESULTS_SHARE;
}

static bool has_room(const struct bulk *bulk)
{
    return !bulk->list_ended && bulk->plan->sheets->open > 0 && !interrupt_signal() &&
           running(bulk) < allowed(bulk) && has_memory(bulk) && bulk->free && bulk->restoring < processes(bulk);
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
    if (bulk->workers)
        workers_hurry(bulk->workers, FINISH_MS);
    else
        auditor_hurry(bulk->plan->auditor, FINISH_MS);
}

static struct progress_state state_of(const struct bulk *bulk)
{
    struct engine_progress evidence = {0};

    if (bulk->plan->auditor)
        evidence = engine_progress(auditor_engine(bulk->plan->auditor));
    else if (bulk->workers)
        evidence = workers_progress(bulk->workers);
    return (struct progress_state){.now_ms = loop_now_ms(bulk->plan->loop),
                                   .done = bulk->finished,
                                   .in_flight = running(bulk),
                                   .at_most = allowed(bulk),
                                   .is_slowed = allowed(bulk) < in_flight(bulk),
                                   .total = bulk->plan->domains,
                                   .wanted = evidence.wanted,
                                   .known = evidence.known};
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

    if (engine_is_idle(auditor_engine(bulk->plan->auditor)) || now_ms >= bulk->give_up_ms || interrupt_signal())
        loop_stop(bulk->plan->loop);
    else
        task_schedule_at(bulk->tick, now_ms + TICK_MS / 10);
}

static void run_out(struct bulk *bulk)
{
    const struct bulk_plan *plan = bulk->plan;

    if (!plan->auditor)
        return; /* workers see to it themselves */
    task_free(bulk->tick);
    bulk->tick = task_new(plan->loop, linger, bulk);
    if (!bulk->tick)
        return;
    bulk->give_up_ms = loop_now_ms(plan->loop) + LINGER_MS;
    task_schedule(bulk->tick);
    loop_run(plan->loop);
}

static void tell_of_death(void *arg, const struct worker_death *death)
{
    struct bulk *bulk = arg;

    progress_erase(&bulk->progress);
    workers_complain(death);
}

/* False: no memory. */
static bool start_workers(struct bulk *bulk)
{
    struct workers_plan plan = {.loop = bulk->plan->loop,
                                .arena = bulk->plan->arena,
                                .auditor = bulk->plan->auditing,
                                .sandbox = bulk->plan->sandbox,
                                .count = bulk->plan->jobs,
                                .at_once = bulk->plan->project->defaults.in_flight,
                                .died = tell_of_death,
                                .arg = bulk};

    if (!bulk->plan->auditor)
        bulk->workers = workers_new(&plan);
    return bulk->plan->auditor || bulk->workers;
}

static bool make_jobs(struct bulk *bulk)
{
    bulk->job_room = in_flight(bulk) + (is_ordered(bulk) ? RESULTS_WAITING : 0);
    bulk->jobs = calloc(bulk->job_room, sizeof *bulk->jobs);
    for (size_t i = bulk->job_room; bulk->jobs && i > 0; i--) {
        bulk->jobs[i - 1].next = bulk->free;
        bulk->free = &bulk->jobs[i - 1];
    }
    return bulk->jobs;
}

struct bulk_tally bulk_audit(const struct bulk_plan *plan)
{
    struct bulk bulk = {.plan = plan, .last = &bulk.first};
    struct progress_state state;
    bool complete;

    bulk.admission = task_new(plan->loop, admit, &bulk);
    bulk.tick = task_new(plan->loop, tick, &bulk);
    bulk.keeping = (struct keeping){
        .journal = plan->journal, .progress = &bulk.progress, .queue.archive = plan->archive};
    bulk.progress = progress_new(setup_progress(&plan->project->defaults, plan->several), stderr,
                                 loop_now_ms(plan->loop));
    if (!start_workers(&bulk) || !make_jobs(&bulk) || !bulk.admission || !bulk.tick) {
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
    bulk.tally.is_unkept = !keep_end(&bulk.keeping, complete);
    if (bulk.tally.audited > 0)
        sheets_close(plan->sheets, complete);
    else
        sheets_abandon(plan->sheets);
    bulk.tally.kept = bulk.keeping.kept;
    bulk.tally.is_all_said =
        complete && !bulk.tally.starved && !bulk.tally.is_unkept && !plan->sheets->failed && !plan->sheets->reader_left;
    if (plan->journal && bulk.tally.is_all_said) /* a signal may end the farewell */
        resume_end(plan->journal, true, bulk.tally.kept);
    if (!bulk.tally.interrupted && bulk.tick)
        run_out(&bulk);
    workers_free(bulk.workers, bulk.tally.interrupted ? 0 : LINGER_MS);
    for (size_t i = 0; bulk.jobs && i < bulk.job_room; i++) {
        account_free(bulk.jobs[i].account);
        arena_free(bulk.jobs[i].arena);
    }
    free(bulk.jobs);
    task_free(bulk.admission);
    task_free(bulk.tick);
    return bulk.tally;
}
