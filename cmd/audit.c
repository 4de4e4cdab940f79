/* cmd/audit.c - `mailready audit`: from options to reports and an exit status. */
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/archive/archive.h"
#include "cmd/auditor.h"
#include "cmd/baseline.h"
#include "cmd/bulk.h"
#include "cmd/io/file.h"
#include "cmd/io/interrupt.h"
#include "cmd/io/output.h"
#include "cmd/io/sandbox.h"
#include "cmd/io/sheets.h"
#include "cmd/io/targets.h"
#include "cmd/keep.h"
#include "cmd/options/options.h"
#include "cmd/options/plan.h"
#include "cmd/options/project.h"
#include "cmd/options/usage.h"
#include "cmd/plugin.h"
#include "cmd/resume.h"
#include "cmd/reuse.h"
#include "cmd/setup.h"
#include "cmd/wait.h"
#include "core/audit/earlier.h"
#include "core/audit/engine.h"
#include "core/audit/recording.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/loop.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/base/trace.h"
#include "core/base/x509.h"
#include "core/collect/tls/anchors.h"

enum { AUDIT_COMMAND_BYTES = JSON_BYTES * 16, DOMAINS_FOR_JOBS = 20 };

struct audit_command {
    struct arena *arena;
    struct options options;
    struct project project;
    struct plan plan;
    struct recording *recording;
    const char *const *domains;
    size_t domain_count;
    struct seen_list baseline; /* of --baseline */
    int list_fd;               /* -1: none */
    struct sheets sheets;
    struct run_list survey;
    struct journal journal;
    struct archive *archive; /* NULL */
    struct earlier *earlier; /* sessions of it that are used again; NULL */
    struct engine_config config;
    struct loop *loop;
    struct trace *trace;
    const char *ca; /* of --ca-file; NULL */
    size_t jobs;    /* that audit, and ... */
    bool is_dealt;  /* ... whether these are processes of their own: else this one does */
    struct sandbox worker_sandbox;
    struct auditor_plan auditing;
    struct auditor *auditor;
    struct target_list *list;
    bool aimless;  /* neither a domain nor a project file */
    bool warned;   /* a finding warns or fails */
    bool reported; /* reports have been begun */
};

/* ---- what is to be done ---- */

static bool refuse_with_replay(const struct audit_command *run, const char **why)
{
    static const enum option_id recorded[] = {OPT_SENDER,   OPT_NOT_SENDER, OPT_CANARY, OPT_BOGUS_CANARY, OPT_SMTP_PORT,
                                              OPT_SESSIONS, OPT_ACTIVE,     OPT_OWN,    OPT_DOMAINS,      OPT_DNSBL,
                                              OPT_WAIT,     OPT_JOURNAL,    OPT_RESUME, OPT_REUSE};

    for (size_t i = 0; i < sizeof recorded / sizeof *recorded; i++) {
        const struct option_use *use = options_last(&run->options, recorded[i]);

        if (use && use->source == SOURCE_FLAG) {
            *why = str_printf(run->arena, "%s has no meaning with --replay: the recording says what is audited",
                              use->where);
            return false;
        }
    }
    return true;
}

/* The recording says what is audited; which checks are wanted is said here. */
static bool read_recording(struct audit_command *run, const char **why)
{
    const char *path = run->project.defaults.replay, *fault, *domain;
    struct target target;
    struct settings *settings;
    const char **domains = ARENA_ARRAY(run->arena, const char *, 1);
    struct str bytes;

    if (!refuse_with_replay(run, why) || !file_read(run->arena, path, JSON_BYTES, &bytes, why))
        return false;
    run->recording = recording_read(run->arena, bytes.at, bytes.len, &fault);
    if (!run->recording) {
        *why = str_printf(run->arena, "%s: %s", path, fault);
        return false;
    }
    target = *recording_target(run->recording);
    settings = project_settings(&run->project, target.domain);
    target.selected = settings->target.selected;
    target.only = settings->target.only;
    target.only_count = settings->target.only_count;
    target.skip = settings->target.skip;
    target.skip_count = settings->target.skip_count;
    target.no_smtp = settings->target.no_smtp;
    target.owner = settings->target.owner;
    target.letterhead = settings->target.letterhead;
    if (settings->target.expectation_count) {
        target.expectations = settings->target.expectations;
        target.expectation_count = settings->target.expectation_count;
    }
    target.suppressions = settings->target.suppressions;
    target.suppression_count = settings->target.suppression_count;
    target.levels = settings->target.levels;
    target.level_count = settings->target.level_count;
    target.place = settings->target.place;
    if (settings->target.volume != VOLUME_UNSAID)
        target.volume = settings->target.volume;
    settings->target = target;
    for (size_t i = 0; i < run->domain_count; i++) {
        domain = domain_from_text(run->arena, str_of(run->domains[i]), &fault);
        if (!domain || strcmp(domain, target.domain) != 0) {
            *why = str_printf(run->arena, "%s: is about %s, not about \"%s\"", path, target.domain, run->domains[i]);
            return false;
        }
    }
    domains[0] = target.domain;
    run->domains = domains;
    run->domain_count = 1;
    return true;
}

/* Who names no domain means all that have a section. */
static void take_sections(struct audit_command *run)
{
    const char **domains = ARENA_ARRAY(run->arena, const char *, run->project.section_count);

    for (size_t i = 0; i < run->project.section_count; i++)
        domains[run->domain_count++] = run->project.sections[i].domain;
    run->domains = domains;
}

static bool check_domains(struct audit_command *run, const char **why)
{
    const char *fault;

    for (size_t i = 0; i < run->domain_count; i++) {
        if (!domain_from_text(run->arena, str_of(run->domains[i]), &fault)) {
            *why = str_printf(run->arena, "\"%s\" %s", run->domains[i], fault);
            return false;
        }
    }
    if (run->project.defaults.record && (run->project.defaults.domains_file || run->domain_count > 1)) {
        *why = "--record: a recording is about one domain";
        return false;
    }
    if (run->domain_count == 0 && !run->project.defaults.domains_file) {
        run->aimless = !run->project.file;
        *why = run->project.file
                   ? str_printf(run->arena, "%s: has no section of a domain, and no domain is given", run->project.file)
                   : "no domain given, and there is no " PROJECT_FILE " here; \"mailready --help\" tells more";
        return false;
    }
    if (run->project.defaults.wait_ms && run->project.defaults.domains_file) {
        *why = "--wait: name the domains that are waited for; a list is read once";
        return false;
    }
    if (run->project.defaults.wait_ms && (run->project.defaults.journal || run->project.defaults.resume)) {
        *why = "--wait: audits again and again, and keeps no journal";
        return false;
    }
    if (run->project.defaults.domains_file)
        run->list_fd = file_open(run->arena, run->project.defaults.domains_file, why);
    return !run->project.defaults.domains_file || run->list_fd >= 0;
}

/* One that is about none of the domains is somebody else's.  A list is read later: what it has is new then. */
static bool read_baseline(struct audit_command *run, const char **why)
{
    const char *path = run->project.defaults.baseline, *fault;
    bool is_foreign = run->domain_count > 0;

    if (!path)
        return true;
    if (!baseline_read(run->arena, path, &run->baseline, why))
        return false;
    for (size_t i = 0; i < run->domain_count; i++)
        if (seen_find(&run->baseline, domain_from_text(run->arena, str_of(run->domains[i]), &fault)))
            is_foreign = false;
    if (is_foreign)
        *why = str_printf(run->arena, "%s: is about %s%s, not about %s", path, run->baseline.at[0].domain,
                          run->baseline.count > 1 ? " and others" : "", run->domains[0]);
    return !is_foreign;
}

static bool find_targets(struct audit_command *run, const char **why)
{
    run->domains = run->options.arguments;
    run->domain_count = run->options.argument_count;
    if (run->domain_count == 0 && !run->project.defaults.domains_file && !run->project.defaults.replay)
        take_sections(run);
    return run->project.defaults.replay ? read_recording(run, why) : check_domains(run, why);
}

static enum exit_status spare(struct audit_command *run, const char *input, const char **why)
{
    if (sheets_spare(&run->sheets, input))
        return EXIT_STATUS_READY;
    *why = str_printf(run->arena, "%s: is read by this run, and would be replaced", input);
    sheets_abandon(&run->sheets);
    return EXIT_STATUS_USAGE;
}

static enum exit_status open_outputs(struct audit_command *run, const char **why)
{
    const char *const inputs[] = {run->project.file,
                                  run->project.defaults.domains_file,
                                  run->project.defaults.replay,
                                  run->project.defaults.ca_file,
                                  run->project.defaults.baseline,
                                  run->project.defaults.logo_file};
    enum exit_status status = sheets_open(&run->sheets, run->arena, &run->project.defaults, why);

    for (size_t i = 0; i < sizeof inputs / sizeof *inputs && status == EXIT_STATUS_READY; i++)
        status = spare(run, inputs[i], why);
    for (size_t i = 0; i < run->plan.file_count && status == EXIT_STATUS_READY; i++)
        status = spare(run, run->plan.files[i], why);
    return status;
}

static enum exit_status open_journal(struct audit_command *run, const char **why)
{
    const struct settings *settings = &run->project.defaults;
    const char **files = ARENA_ARRAY(run->arena, const char *, run->plan.file_count + 3);
    const struct resume_plan plan = {.options = &run->options,
                                     .settings = settings,
                                     .sheets = &run->sheets,
                                     .domains = run->domains,
                                     .domain_count = run->domain_count,
                                     .list_fd = run->list_fd,
                                     .list = &run->survey,
                                     .files = files,
                                     .file_count = run->plan.file_count + 3};
    enum exit_status status = EXIT_STATUS_READY;

    files[0] = settings->ca_file;
    files[1] = settings->trust_anchor;
    files[2] = settings->baseline;
    for (size_t i = 0; i < run->plan.file_count; i++)
        files[3 + i] = run->plan.files[i];
    run->survey = resume_survey(run->domains, run->domain_count, run->list_fd);
    if (!settings->replay)
        status = resume_open(&run->journal, &plan, why);
    if (status != EXIT_STATUS_READY)
        sheets_abandon(&run->sheets);
    return status;
}

static enum exit_status open_store(struct audit_command *run, const char **why)
{
    const struct settings *settings = &run->project.defaults;
    const char *vantage = settings->store ? reuse_vantage(run->arena, settings, run->ca) : NULL;
    enum exit_status status = EXIT_STATUS_READY;

    if (vantage)
        status = keep_open_store(run->arena, settings->store, &run->sheets, &run->journal, vantage, &run->archive, why);
    if (status == EXIT_STATUS_READY && !reuse_sessions(run->arena, run->archive, vantage, settings, &run->earlier, why))
        status = EXIT_STATUS_FAULT;
    if (status != EXIT_STATUS_READY) {
        sheets_abandon(&run->sheets);
        resume_end(&run->journal, false, 0);
    }
    return status;
}

/* ---- doing it ---- */

static bool is_for_one_domain(const struct audit_command *run)
{
    return run->domain_count == 1 && run->list_fd < 0;
}

static void end_without_memory(void *arg)
{
    const struct audit_command *run = arg;

    complain("out of memory");
    sheets_remove(&run->sheets);
    _exit(EXIT_STATUS_FAULT);
}

/* Both, the last of each being NULL. */
static const char *const *joined(struct arena *arena, const char *const *some, const char *const *others)
{
    const char **all;
    size_t count = 0;

    for (size_t i = 0; some[i]; i++)
        count++;
    for (size_t i = 0; others[i]; i++)
        count++;
    all = ARENA_ARRAY(arena, const char *, count + 1);
    for (count = 0; *some; some++)
        all[count++] = *some;
    for (; *others; others++)
        all[count++] = *others;
    return all;
}

static bool confine(struct audit_command *run)
{
    const char *const *readable = anchors_places(run->arena);
    bool keeps_powers = run->is_dealt || run->recording;
    struct sandbox sandbox = {.readable = readable, .keeps_powers = keeps_powers, .has_workers = run->is_dealt};
    const int directories[] = {run->journal.path ? run->journal.directory : -1,
                               run->archive ? archive_directory(run->archive) : -1};

    run->worker_sandbox = (struct sandbox){.readable = readable, .user = own_user_find()};
    if (run->archive)
        sandbox.readable = joined(run->arena, readable, archive_files(run->archive, run->arena));
    return sheets_confine(&run->sheets, run->arena, directories, sizeof directories / sizeof *directories, &sandbox) &&
           sandbox_enter(&sandbox) == SANDBOX_WHOLE;
}

static bool wait_for(struct audit_command *run, const struct engine_config *config, const char **why)
{
    const char **domains = ARENA_ARRAY(run->arena, const char *, run->domain_count), *fault;
    struct wait_plan plan = {.arena = run->arena,
                             .project = &run->project,
                             .domains = domains,
                             .domain_count = run->domain_count,
                             .baseline = run->project.defaults.baseline ? &run->baseline : NULL,
                             .engine = config,
                             .wait_ms = run->project.defaults.wait_ms,
                             .exhausted = end_without_memory,
                             .exhausted_arg = run};

    for (size_t i = 0; i < run->domain_count; i++)
        domains[i] = domain_from_text(run->arena, str_of(run->domains[i]), &fault);
    return run->is_dealt ? wait_apart(&plan, &run->worker_sandbox, why) : wait_for_domains(&plan, why);
}

/* A list that cannot be read ahead is taken for a long one. */
static size_t jobs_of(const struct audit_command *run)
{
    const struct settings *settings = &run->project.defaults;
    size_t domains = run->survey.is_known ? run->survey.domains : SIZE_MAX;
    bool is_much = domains >= DOMAINS_FOR_JOBS && !settings->trace; /* which is read best as one story */
    size_t jobs = settings->jobs ? settings->jobs : is_much ? setup_jobs(settings) : 1;

    if (is_for_one_domain(run) || settings->wait_ms)
        return 1;
    return jobs < domains ? jobs : domains > 0 ? domains : 1;
}

/* Reports may have to be written as root, and what peers say may not be read as such.  A recording that was made is
 * judged at once: nobody is met. */
static bool is_dealt(const struct audit_command *run)
{
    return run->jobs > 1 || (powers_any() && !run->recording);
}

/* Where workers audit, an engine is made all the same: what is wrong with its settings is the user's to hear. */
static bool begin_auditing(struct audit_command *run, const char **why)
{
    run->auditor = auditor_new(run->loop, &run->auditing, why);
    if (!run->auditor || !run->is_dealt)
        return run->auditor;
    auditor_free(run->auditor);
    run->auditor = NULL;
    return true;
}

static bool start(struct audit_command *run, const char **why)
{
    const struct settings *settings = &run->project.defaults;
    struct engine_config *config = &run->config;

    *why = no_memory;
    run->loop = loop_new();
    run->list =
        target_list_new(run->domains, run->domain_count, run->list_fd >= 0 ? list_read_fd : NULL, &run->list_fd);
    run->trace = settings->trace ? trace_new(stderr) : NULL;
    if (!run->loop || !run->list || (settings->trace && !run->trace))
        return false;
    loop_on_exhausted(run->loop, end_without_memory, run);
    *config = setup_engines(&(struct setup){.arena = run->arena,
                                            .project = &run->project,
                                            .is_for_one_domain = is_for_one_domain(run),
                                            .ca = run->ca,
                                            .plan = run->plan.overlay,
                                            .recording = run->recording,
                                            .trace = run->trace});
    run->jobs = jobs_of(run);
    run->is_dealt = is_dealt(run);
    config->earlier = run->earlier;
    config->at_once = settings->in_flight;
    config->memory = (settings->memory - settings->memory / RESULTS_SHARE) / run->jobs;
    config->is_unconfined = !confine(run);
    if (settings->wait_ms && !wait_for(run, config, why))
        return false;
    run->auditing = (struct auditor_plan){.project = &run->project,
                                          .config = config,
                                          .baseline = settings->baseline ? &run->baseline : NULL,
                                          .sheets = &run->sheets,
                                          .has_journal = run->journal.path,
                                          .has_store = run->archive};
    return begin_auditing(run, why);
}

static enum exit_status status_of(const struct audit_command *run, const struct bulk_tally *tally)
{
    if (tally->interrupted)
        complain("%s: %zu domains reported, and the reports are partial", interrupt_name(tally->interrupted),
                 tally->audited);
    else if (tally->fault && run->sheets.reader_left)
        complain("standard output: was closed before all domains were reported");
    else if (tally->audited == 0 && !tally->fault)
        return usage_error(str_printf(run->arena, "%s: has no domain", run->project.defaults.domains_file));

    if (tally->interrupted || tally->fault || tally->is_unkept || run->sheets.failed)
        return EXIT_STATUS_FAULT;
    if (tally->findings)
        return EXIT_STATUS_FINDINGS;
    return tally->undecided ? EXIT_STATUS_UNDECIDED : EXIT_STATUS_READY;
}

static enum exit_status audit(struct audit_command *run)
{
    struct bulk_plan plan = {
        .project = &run->project, .sheets = &run->sheets, .list_name = run->project.defaults.domains_file};
    enum exit_status status;
    struct bulk_tally tally;
    const char *why;

    if (!plan_read(&run->options, &run->plan, &why) || !find_targets(run, &why) || !read_baseline(run, &why) ||
        !setup_ca(run->arena, &run->project.defaults, &run->ca, &why)) {
        status = usage_error(why);
        if (run->aimless)
            print_usual_lines(stderr);
        return status;
    }
    status = open_outputs(run, &why);
    if (status == EXIT_STATUS_READY)
        status = open_journal(run, &why);
    if (status == EXIT_STATUS_READY)
        status = open_store(run, &why);
    if (status != EXIT_STATUS_READY) {
        if (why)
            complain("%s", why);
        return status;
    }
    setup_descriptors();
    interrupt_install(sheets_remove, &run->sheets);
    if (!start(run, &why)) {
        sheets_abandon(&run->sheets);
        resume_end(&run->journal, false, 0);
        return usage_error(why);
    }
    plan.several = run->domain_count > 1 || run->list_fd >= 0;
    plan.domains = run->survey.is_known ? run->survey.domains : 0;
    sheets_begin(&run->sheets, &run->project.defaults, plan.several);
    run->reported = true;
    plan.loop = run->loop;
    plan.auditor = run->auditor;
    plan.jobs = run->jobs;
    plan.auditing = &run->auditing;
    plan.sandbox = &run->worker_sandbox;
    plan.arena = run->arena;
    plan.journal = run->journal.path ? &run->journal : NULL;
    plan.archive = run->archive;
    plan.list = run->list;
    tally = bulk_audit(&plan);
    run->warned = tally.warned;
    status = status_of(run, &tally);
    resume_end(&run->journal, tally.is_all_said, tally.kept);
    return status;
}

static enum exit_status run_audit(int argc, char **argv)
{
    struct audit_command *run = calloc(1, sizeof *run);
    volatile enum exit_status status = EXIT_STATUS_FAULT;
    jmp_buf exhausted;

    /* First of all: reading a recording reads certificates. */
    if (!x509_begin() || !run || !(run->arena = arena_new(AUDIT_COMMAND_BYTES)) || setjmp(exhausted) != 0) {
        complain("out of memory");
        if (run)
            sheets_remove(&run->sheets);
    } else {
        enum exit_status ended = EXIT_STATUS_FAULT;

        run->list_fd = -1;
        arena_on_exhausted(run->arena, &exhausted);
        if (project_read(&run->options, run->arena, &audit_command, argc, argv, &run->project, &ended))
            ended = audit(run);
        status = ended;
    }
    if (run && plugin_is_asked(argc, argv, &run->project.defaults))
        status = plugin_status(status, run->warned, run->reported);
    if (run) {
        auditor_free(run->auditor);
        target_list_free(run->list);
        trace_free(run->trace);
        loop_free(run->loop);
        recording_free(run->recording);
        if (run->list_fd >= 0)
            close(run->list_fd);
        journal_close(&run->journal);
        archive_close(run->archive);
        earlier_free(run->earlier);
        arena_free(run->arena);
    }
    free(run);
    return status;
}

const struct command audit_command = {
    .name = "audit",
    .synopsis = "[options] DOMAIN...",
    .summary = "tell whether receivers will take the mail that a domain sends",
    .run = run_audit,
};
