/* cmd/fleet/work.c - `mailready fleet work`: takes domains of a fleet, has them audited, and keeps what they come to.
 *
 * All is done in turns: each settles what has come to an end, looks after the shards, and takes more domains.  This
 * process alone speaks with the database; worker processes audit, as in any run (workers.h).  Where the connection is
 * lost they are ended at once, and what they had is forgotten.
 */
#include "cmd/fleet/fleet.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "cmd/archive/postgres_store.h"
#include "cmd/auditor.h"
#include "cmd/fleet/book.h"
#include "cmd/fleet/jobs.h"
#include "cmd/io/interrupt.h"
#include "cmd/io/progress.h"
#include "cmd/io/sandbox.h"
#include "cmd/io/sheets.h"
#include "cmd/options/project.h"
#include "cmd/options/usage.h"
#include "cmd/reuse.h"
#include "cmd/setup.h"
#include "cmd/workers.h"
#include "core/audit/earlier.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/loop.h"
#include "core/base/str.h"
#include "core/base/trace.h"
#include "core/collect/tls/anchors.h"

enum {
    TURN_MS = 100,
    LOOK_MS = 500,    /* between looks for domains, where there were none */
    OVER_MS = 1000,   /* between questions whether all is done */
    FINISH_MS = 4000, /* after a signal, for what is under way */
};

enum request { OF_RESULTS = 1, OF_SHARDS = 2, OF_DOMAINS = 4, OF_END = 8 };

struct work {
    struct fleet fleet;
    struct book book;
    struct arena *arena;
    struct project *project;
    struct loop *loop;
    struct trace *trace;
    struct engine_config config;
    struct earlier *earlier; /* sessions of the store that are used again; NULL */
    struct sheets sheets;    /* none: reports are made by `fleet export` */
    struct auditor_plan auditing;
    struct sandbox worker_sandbox;
    size_t jobs_count; /* processes */
    const char *host, *ca;
    struct shards shards;
    struct jobs jobs;
    int64_t *forgiven; /* numbers of domains, from a lost session */
    size_t forgiven_count;
    struct task *turn;
    struct progress progress;
    bool is_away;     /* the database */
    unsigned refused; /* what it has refused, and not yet done since: bits of enum request */
    int64_t beat_ms, look_ms, over_ms, give_up_ms;
    int interrupted;
    enum exit_status status;
};

static int64_t now_ms(const struct work *work)
{
    return loop_now_ms(work->loop);
}

static void say(struct work *work, const char *what)
{
    progress_erase(&work->progress);
    complain("fleet: %s", what);
}

static unsigned any_number(void)
{
    unsigned number = 0;

    if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
        number = (unsigned)getpid();
    return number;
}

/* ---- processes ---- */

static void tell_of_death(void *arg, const struct worker_death *death)
{
    struct work *work = arg;

    progress_erase(&work->progress);
    workers_complain(death);
}

/* False: no memory. */
static bool start_workers(struct work *work)
{
    const struct workers_plan plan = {.loop = work->loop,
                                      .arena = work->arena,
                                      .auditor = &work->auditing,
                                      .sandbox = &work->worker_sandbox,
                                      .count = work->jobs_count,
                                      .at_once = work->project->defaults.in_flight,
                                      .died = tell_of_death,
                                      .arg = work};

    work->jobs.workers = workers_new(&plan);
    return work->jobs.workers;
}

static void stop(struct work *work, enum exit_status status)
{
    if (work->status == EXIT_STATUS_READY)
        work->status = status;
    loop_stop(work->loop);
}

/* ---- the connection ---- */

/* Whoever has our shards next must meet nobody there: first of all the processes end.  What they had is to be forgiven,
 * since it did not end this worker. */
static void leave_all(struct work *work)
{
    workers_free(work->jobs.workers, 0);
    work->jobs.workers = NULL;
    jobs_forget(&work->jobs, &work->forgiven, &work->forgiven_count);
    work->shards = (struct shards){.at = {{.is_held = false}}};
}

static void lose_session(struct work *work)
{
    if (!work->is_away) {
        leave_all(work);
        progress_erase(&work->progress);
        complain("fleet: %s: what was under way is left%s", work->fleet.postgres.why,
                 work->fleet.postgres.is_local ? "" : ", until the database is there again");
    }
    work->is_away = true;
    if (work->fleet.postgres.is_local) /* the sandbox has no way back to a socket of this machine */
        stop(work, EXIT_STATUS_FAULT);
}

/* DONE: there is a session.  Otherwise the connection is away, or what is there is no fleet. */
static enum archive_outcome open_session(struct work *work)
{
    enum archive_outcome outcome = fleet_check(&work->fleet.postgres);

    if (outcome == ARCHIVE_DONE)
        outcome = book_open(&work->book, work->host, work->forgiven, work->forgiven_count);
    if (outcome == ARCHIVE_DONE)
        work->forgiven_count = 0;
    else if (outcome != ARCHIVE_UNFIT && postgres_is_there(&work->fleet.postgres))
        postgres_lose(&work->fleet.postgres, work->fleet.postgres.why);
    work->beat_ms = work->look_ms = work->over_ms = 0;
    return outcome;
}

static void come_back(struct work *work)
{
    enum archive_outcome outcome = postgres_return(&work->fleet.postgres);

    if (outcome == ARCHIVE_DONE)
        outcome = open_session(work);
    if (outcome == ARCHIVE_UNFIT) {
        stop(work, fleet_failed(&work->fleet, outcome));
    } else if (outcome == ARCHIVE_DONE && !start_workers(work)) {
        loop_exhausted(work->loop);
    } else if (outcome == ARCHIVE_DONE) {
        work->is_away = false;
        say(work, "the database is there again");
    }
}

/* Whether the connection is still there.  What the server refuses, with a full disk perhaps, is said once, and tried
 * again; that it answers other requests meanwhile does not mean that it would take this one. */
static bool went_well(struct work *work, enum request request, enum archive_outcome outcome)
{
    if (!postgres_is_there(&work->fleet.postgres)) {
        lose_session(work);
        return false;
    }
    if (outcome == ARCHIVE_UNFIT) {
        if (work->status == EXIT_STATUS_READY) /* else it is said already */
            stop(work, fleet_failed(&work->fleet, outcome));
        return false;
    }
    if (outcome == ARCHIVE_FAILED && !work->refused)
        say(work, work->fleet.postgres.why);
    work->refused = outcome == ARCHIVE_FAILED ? work->refused | request : work->refused & ~(unsigned)request;
    return outcome == ARCHIVE_DONE;
}

static void settle(struct work *work)
{
    went_well(work, OF_RESULTS, jobs_settle(&work->jobs, &work->book));
}

/* ---- shards ---- */

static void look_after_shards(struct work *work)
{
    struct shard_list list;
    size_t workers, share, held;
    enum archive_outcome outcome = book_workers(&work->book, &workers);

    if (outcome == ARCHIVE_DONE) {
        share = shards_share(workers);
        shards_fit(&work->shards, share);
        list = shards_to_give_back(&work->shards);
        outcome = book_give_back(&work->book, &list, &work->shards);
        held = shards_held(&work->shards);
        list = shards_to_try(&work->shards, any_number());
        if (outcome == ARCHIVE_DONE && held < share)
            outcome = book_take_shards(&work->book, &list, share - held, &work->shards, now_ms(work));
    }
    went_well(work, OF_SHARDS, outcome);
    work->beat_ms = now_ms(work) + FLEET_BEAT_MS;
}

/* ---- domains ---- */

static void take(struct work *work)
{
    size_t allowed = workers_allowed(work->jobs.workers), taken = 0;
    size_t room = allowed > work->jobs.held ? allowed - work->jobs.held : 0;
    struct shard_list shards = shards_to_work_on(&work->shards, now_ms(work), any_number());

    if (!room || !shards.count)
        return;
    if (!went_well(work, OF_DOMAINS, book_take(&work->book, &shards, room, jobs_begin, &work->jobs, &taken)))
        return;
    if (taken)
        progress_asks(&work->progress, now_ms(work));
    work->look_ms = taken ? 0 : now_ms(work) + LOOK_MS;
}

static void end_if_over(struct work *work)
{
    bool is_over = false;

    work->over_ms = now_ms(work) + OVER_MS;
    if (went_well(work, OF_END, book_is_over(&work->book, &is_over)) && is_over)
        loop_stop(work->loop);
}

/* ---- turns ---- */

static void show(struct work *work)
{
    size_t allowed = work->jobs.workers ? workers_allowed(work->jobs.workers) : 0;
    size_t usual = work->project->defaults.in_flight * work->jobs_count;
    const struct progress_state state = {.now_ms = now_ms(work),
                                         .done = work->jobs.done,
                                         .in_flight = work->jobs.under_way,
                                         .at_most = allowed,
                                         .is_slowed = work->jobs.workers && allowed < usual};

    progress_show(&work->progress, &state);
}

static void finish(struct work *work)
{
    if (!work->interrupted)
        work->give_up_ms = now_ms(work) + FINISH_MS;
    work->interrupted = interrupt_signal();
    if (!work->jobs.first || now_ms(work) >= work->give_up_ms)
        loop_stop(work->loop);
}

static void work_on(struct work *work)
{
    settle(work);
    if (!work->is_away && now_ms(work) >= work->beat_ms)
        look_after_shards(work);
    if (work->is_away || work->status != EXIT_STATUS_READY)
        return;
    if (workers_are_broken(work->jobs.workers)) {
        say(work, "no process can be started");
        stop(work, EXIT_STATUS_FAULT);
    } else if (interrupt_signal()) {
        finish(work);
    } else {
        if (now_ms(work) >= work->look_ms)
            take(work);
        if (!work->is_away && !work->jobs.first && now_ms(work) >= work->over_ms)
            end_if_over(work);
    }
}

static void turn(void *arg)
{
    struct work *work = arg;

    if (work->is_away)
        come_back(work);
    if (!work->is_away)
        work_on(work);
    else if (interrupt_signal())
        finish(work);
    show(work);
    task_schedule_at(work->turn, now_ms(work) + TURN_MS);
}

/* ---- the whole ---- */

static void end_without_memory(void *unused)
{
    (void)unused;
    complain("%s", no_memory);
    _exit(EXIT_STATUS_FAULT);
}

static void end_at_once(const void *unused)
{
    (void)unused;
}

/* The files that libpq needs to come back, beside those that libraries read anyway. */
static bool confine(struct work *work)
{
    const char *const *anchors = anchors_places(work->arena), *const *files =
                                                                  postgres_files(&work->fleet.postgres, work->arena);
    size_t count = 0, more = 0;
    const char **readable;

    while (anchors[count])
        count++;
    while (files[more])
        more++;
    readable = ARENA_ARRAY(work->arena, const char *, count + more + 1);
    memcpy(readable, anchors, count * sizeof *anchors);
    memcpy(readable + count, files, more * sizeof *files);
    work->worker_sandbox = (struct sandbox){.readable = anchors, .user = own_user_find()};
    return sandbox_enter(&(struct sandbox){.readable = readable, .keeps_powers = true, .has_workers = true}) ==
           SANDBOX_WHOLE;
}

static bool prepare(struct work *work, const char **why)
{
    const struct settings *settings = &work->project->defaults;
    struct auditor *auditor;

    *why = no_memory;
    work->loop = loop_new();
    work->trace = settings->trace ? trace_new(stderr) : NULL;
    work->turn = work->loop ? task_new(work->loop, turn, work) : NULL;
    if (!work->turn || (settings->trace && !work->trace))
        return false;
    work->jobs =
        (struct jobs){.loop = work->loop, .shards = &work->shards, .progress = &work->progress, .wake = work->turn};
    loop_on_exhausted(work->loop, end_without_memory, work);
    work->config = setup_engines(
        &(struct setup){.arena = work->arena, .project = work->project, .ca = work->ca, .trace = work->trace});
    work->host = work->config.helo;
    work->jobs_count = settings->jobs ? settings->jobs : setup_jobs(settings);
    work->config.earlier = work->earlier;
    work->config.at_once = settings->in_flight;
    work->config.memory = settings->memory / work->jobs_count;
    work->config.is_unconfined = !confine(work);
    work->auditing = (struct auditor_plan){.project = work->project,
                                           .config = &work->config,
                                           .sheets = &work->sheets,
                                           .has_journal = true,
                                           .has_store = true,
                                           .keeps_starved = true};
    auditor = auditor_new(work->loop, &work->auditing, why); /* what is wrong with its settings is the user's to hear */
    auditor_free(auditor);
    return auditor;
}

static void give_back(struct work *work)
{
    enum archive_outcome outcome = ARCHIVE_DONE;
    bool is_away = work->is_away;

    if (!is_away)
        settle(work);
    workers_free(work->jobs.workers, work->interrupted ? 0 : SMTP_QUIT_MS);
    work->jobs.workers = NULL;
    if (!work->is_away)
        outcome = book_close(&work->book);
    if (!is_away && outcome != ARCHIVE_DONE && work->status == EXIT_STATUS_READY)
        work->status = fleet_failed(&work->fleet, outcome);
    jobs_forget(&work->jobs, &work->forgiven, &work->forgiven_count);
}

static enum exit_status run(struct work *work)
{
    struct progress_state state = {0};
    enum archive_outcome outcome = open_session(work);

    if (outcome != ARCHIVE_DONE)
        return fleet_failed(&work->fleet, outcome);
    if (!start_workers(work)) {
        complain("%s", no_memory);
        return EXIT_STATUS_FAULT;
    }
    work->progress = progress_new(setup_progress(&work->project->defaults, true), stderr, now_ms(work));
    task_schedule(work->turn);
    loop_run(work->loop);
    give_back(work);
    state = (struct progress_state){.now_ms = now_ms(work), .done = work->jobs.done};
    progress_end(&work->progress, &state);
    if (work->interrupted) {
        complain("%s: %zu domains audited, and what was under way is given back", interrupt_name(work->interrupted),
                 work->jobs.done);
        return EXIT_STATUS_FAULT;
    }
    return work->status;
}

/* The store that is beside the fleet, and what is used again of it. */
static enum exit_status open_store(struct work *work)
{
    const struct settings *settings = &work->project->defaults;
    enum archive_outcome outcome = postgres_judge_store(&work->fleet.postgres, work->arena, ARCHIVE_WRITE);
    struct archive *archive;
    const char *why = "";

    if (outcome != ARCHIVE_DONE)
        return fleet_failed(&work->fleet, outcome);
    work->book.vantage = reuse_vantage(work->arena, settings, work->ca);
    if (!settings->reuse_s)
        return EXIT_STATUS_READY;
    archive = archive_open(work->arena, settings->store, ARCHIVE_READ, &outcome, &why);
    if (archive && reuse_sessions(work->arena, archive, work->book.vantage, settings, &work->earlier, &why)) {
        archive_close(archive);
        return EXIT_STATUS_READY;
    }
    archive_close(archive);
    complain("%s", why);
    return EXIT_STATUS_FAULT;
}

enum exit_status fleet_work(struct arena *arena, struct project *project)
{
    struct work *work = ARENA_NEW(arena, struct work);
    enum exit_status status;
    const char *why;

    work->arena = arena;
    work->project = project;
    work->sheets.record.directory = -1;
    work->book.postgres = &work->fleet.postgres;
    if (!setup_ca(arena, &project->defaults, &work->ca, &why))
        return usage_error(why);
    status = fleet_open(&work->fleet, arena, project->defaults.store);
    if (status == EXIT_STATUS_READY)
        status = open_store(work);
    if (status == EXIT_STATUS_READY) {
        work->fleet.postgres.answer_ms = FLEET_ANSWER_MS;
        setup_descriptors();
        interrupt_install(end_at_once, work);
        status = prepare(work, &why) ? run(work) : usage_error(why);
    }
    task_free(work->turn);
    trace_free(work->trace);
    loop_free(work->loop);
    free(work->forgiven);
    earlier_free(work->earlier);
    fleet_close(&work->fleet);
    return status;
}
