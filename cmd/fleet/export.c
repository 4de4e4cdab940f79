/* cmd/fleet/export.c - `mailready fleet export`: the reports of what a fleet has done so far, in the order of its
 * domains, made as a run goes on with a journal: worker processes judge the evidence again. */
#include "cmd/fleet/fleet.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/account.h"
#include "cmd/auditor.h"
#include "cmd/io/interrupt.h"
#include "cmd/io/sandbox.h"
#include "cmd/io/sheets.h"
#include "cmd/io/targets.h"
#include "cmd/options/project.h"
#include "cmd/options/usage.h"
#include "cmd/setup.h"
#include "cmd/workers.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/loop.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/collect/tls/anchors.h"

enum { PAGE = 32, NAME_BYTES = 65536, TURN_MS = 100 };

struct export;

struct page_row {
    struct export *export;
    struct arena *arena; /* NULL: the row has no domain */
    struct target target;
    struct account *account;
};

struct export
{
    struct fleet fleet;
    struct arena *arena;
    struct project *project;
    struct loop *loop;
    struct engine_config config;
    struct sheets sheets;
    struct auditor_plan auditing;
    struct sandbox worker_sandbox;
    size_t jobs;
    struct workers *workers;
    struct page_row rows[PAGE];
    size_t count, ended;
    int64_t last; /* the domain that was read last */
    struct task *turn;
    size_t reported, missing;
    bool fails, undecided, is_cut_short;
    enum exit_status fault;
};

static void stop(struct export *export, enum exit_status fault)
{
    export->fault = export->fault ? export->fault : fault;
    loop_stop(export->loop);
}

/* ---- one page of rows after the other ---- */

static void end_row(struct page_row *row)
{
    if (++row->export->ended == row->export->count)
        task_schedule(row->export->turn);
}

static void miss(struct page_row *row, const char *name, const char *why)
{
    complain("fleet: %s: %s", name, why);
    row->export->missing++;
    end_row(row);
}

static void judged(void *arg, struct account *account)
{
    struct page_row *row = arg;
    struct export *export = row->export;

    row->account = account;
    if (account) {
        end_row(row);
    } else if (!workers_are_broken(export->workers)) {
        miss(row, row->target.domain, no_memory);
    } else {
        if (!export->fault)
            complain("fleet: no process can be started");
        stop(export, EXIT_STATUS_FAULT);
    }
}

/* Names and evidence in a database may be anything: a name is one, or it is left out; evidence is for a process in a
 * sandbox to judge. */
static void begin_row(struct page_row *row, const char *name, struct str evidence)
{
    struct export *export = row->export;
    struct assignment assignment = {.number = export->reported + (size_t)(row - export->rows) + 1, .kept = evidence};
    const char *domain = domain_from_text(row->arena, str_of(name), &(const char *){NULL});

    if (!domain || strcmp(domain, name) != 0) {
        miss(row, name, "is no domain");
        return;
    }
    row->target = project_settings(export->project, domain)->target;
    row->target.domain = assignment.domain = domain;
    row->target.unicode = name_unicode(row->arena, domain);
    if (!evidence.len || evidence.len > JOURNAL_ENTRY_MAX)
        miss(row, domain, "has no evidence that could be judged, for want of memory when it was audited");
    else if (!workers_begin(export->workers, &assignment, judged, row))
        miss(row, domain, no_memory);
}

static void read_page(struct export *export)
{
    struct postgres_query query =
        postgres_query(&export->fleet.postgres, "SELECT d.id, d.name, r.evidence FROM mailready_fleet.result r"
                                                " JOIN mailready_fleet.domain d ON d.id = r.domain WHERE r.domain > $1"
                                                " ORDER BY r.domain LIMIT $2::bigint");
    enum archive_outcome outcome;

    export->count = export->ended = 0;
    postgres_bind_number(&query, export->last);
    postgres_bind_number(&query, PAGE);
    while (export->count < PAGE && postgres_row(&query)) {
        struct page_row *row = &export->rows[export->count++];
        const char *name;
        char *evidence;
        size_t size = 0;

        *row = (struct page_row){.export = export, .arena = arena_new(NAME_BYTES)};
        if (!row->arena)
            loop_exhausted(export->loop);
        export->last = postgres_read_number(&query);
        name = postgres_borrow_text(&query);
        evidence = postgres_octets(&query, &size);
        begin_row(row, name, (struct str){evidence, evidence ? size : 0});
        free(evidence);
    }
    outcome = postgres_end(&query);
    if (outcome != ARCHIVE_DONE)
        stop(export, fleet_failed(&export->fleet, outcome));
    else if (!export->count)
        loop_stop(export->loop);
}

static void report_page(struct export *export)
{
    for (size_t i = 0; i < export->count; i++) {
        struct page_row *row = &export->rows[i];
        struct account *account = row->account;

        if (account && account->unfit) {
            complain("fleet: %s: what is kept of it %s", row->target.domain, account->unfit);
            export->missing++;
        } else if (account) {
            export->fails = export->fails || account->fails;
            export->undecided = export->undecided || account->undecided;
            sheets_take(&export->sheets, &row->target, account->verdict, account->pieces);
            export->reported++;
        }
        account_free(account);
        arena_free(row->arena);
    }
    export->count = export->ended = 0;
}

static void turn(void *arg)
{
    struct export *export = arg;

    if (interrupt_signal()) {
        stop(export, EXIT_STATUS_FAULT);
        return;
    }
    if (export->ended == export->count) {
        report_page(export);
        if (export->sheets.open == 0)
            loop_stop(export->loop);
        else
            read_page(export);
    }
    task_schedule_at(export->turn, loop_now_ms(export->loop) + TURN_MS);
}

/* ---- the whole ---- */

static void tell_of_death(void *unused, const struct worker_death *death)
{
    (void)unused;
    workers_complain(death);
}

static void end_without_memory(void *arg)
{
    struct export *export = arg;

    complain("%s", no_memory);
    sheets_remove(&export->sheets);
    _exit(EXIT_STATUS_FAULT);
}

static bool confine(struct export *export)
{
    const char *const *readable = anchors_places(export->arena);
    struct sandbox sandbox = {.readable = readable, .keeps_powers = true, .has_workers = true};

    export->worker_sandbox = (struct sandbox){.readable = readable, .user = own_user_find()};
    return sheets_confine(&export->sheets, export->arena, NULL, 0, &sandbox) &&
           sandbox_enter(&sandbox) == SANDBOX_WHOLE;
}

static bool prepare(struct export *export, const char **why)
{
    const struct settings *settings = &export->project->defaults;
    const struct workers_plan plan = {.loop = export->loop = loop_new(),
                                      .arena = export->arena,
                                      .auditor = &export->auditing,
                                      .sandbox = &export->worker_sandbox,
                                      .count = export->jobs = settings->jobs ? settings->jobs : setup_jobs(settings),
                                      .at_once = PAGE,
                                      .died = tell_of_death};

    *why = no_memory;
    export->turn = export->loop ? task_new(export->loop, turn, export) : NULL;
    if (!export->turn)
        return false;
    loop_on_exhausted(export->loop, end_without_memory, export);
    export->config = setup_engines(&(struct setup){.arena = export->arena, .project = export->project});
    export->config.at_once = PAGE;
    export->config.memory = settings->memory / export->jobs;
    export->config.unasked = REASON_RESOURCES; /* what cannot be judged is not audited instead */
    export->config.is_unconfined = !confine(export);
    export->auditing =
        (struct auditor_plan){.project = export->project, .config = &export->config, .sheets = &export->sheets};
    export->workers = workers_new(&plan);
    return export->workers;
}

static enum exit_status run(struct export *export)
{
    bool is_whole;

    sheets_begin(&export->sheets, &export->project->defaults, true);
    task_schedule(export->turn);
    loop_run(export->loop);
    is_whole = !export->fault && !export->missing;
    if (interrupt_signal())
        complain("%s: %zu domains reported, and the reports are partial", interrupt_name(interrupt_signal()),
                 export->reported);
    sheets_close(&export->sheets, is_whole);
    workers_free(export->workers, 0);
    if (export->fault)
        return export->fault;
    if (export->missing || export->sheets.failed)
        return EXIT_STATUS_FAULT;
    if (export->fails)
        return EXIT_STATUS_FINDINGS;
    return export->undecided ? EXIT_STATUS_UNDECIDED : EXIT_STATUS_READY;
}

static enum exit_status export_to(struct export *export)
{
    const char *why = NULL;
    enum exit_status status = sheets_open(&export->sheets, export->arena, &export->project->defaults, &why);

    if (status != EXIT_STATUS_READY) {
        if (why)
            complain("%s", why);
        return status;
    }
    setup_descriptors();
    interrupt_install(sheets_remove, &export->sheets);
    if (prepare(export, &why))
        return run(export);
    sheets_abandon(&export->sheets);
    return usage_error(why);
}

enum exit_status fleet_export(struct arena *arena, struct project *project)
{
    struct export *export = ARENA_NEW(arena, struct export);
    enum exit_status status;

    export->arena = arena;
    export->project = project;
    status = fleet_open(&export->fleet, arena, project->defaults.store);
    if (status == EXIT_STATUS_READY)
        status = export_to(export);
    for (size_t i = 0; i < export->count; i++) {
        account_free(export->rows[i].account);
        arena_free(export->rows[i].arena);
    }
    task_free(export->turn);
    loop_free(export->loop);
    fleet_close(&export->fleet);
    return status;
}
