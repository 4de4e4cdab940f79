/* cmd/fleet.c - `mailready fleet init|add|work|status|export`: many machines, and one database. */
#include "cmd/fleet/fleet.h"

#include <stdlib.h>
#include <string.h>

#include "cmd/io/file.h"
#include "cmd/io/output.h"
#include "cmd/options/options.h"
#include "cmd/options/project.h"
#include "cmd/options/usage.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/base/x509.h"
#include "reports/reporter.h"

enum { FLEET_BYTES = JSON_BYTES * 4 };

struct subcommand {
    const char *name;
    bool takes_domains, reports, asks; /* which of the options of an audit it has a use for */
};

static const struct subcommand subcommands[] = {
    {.name = "init"},   {.name = "add", .takes_domains = true}, {.name = "work", .asks = true},
    {.name = "status"}, {.name = "export", .reports = true},
};

/* Of options that not every subcommand has a use for: whose they are.  Others say how to judge, which is what those do
 * that ask or report. */
static const struct {
    enum option_id id;
    bool of_domains, of_reports, of_asking;
} uses[] = {
    {.id = OPT_DOMAINS, .of_domains = true},
    {.id = OPT_FORMAT, .of_reports = true},
    {.id = OPT_OUTPUT, .of_reports = true},
    {.id = OPT_COMPACT, .of_reports = true},
    {.id = OPT_RESOLVER, .of_asking = true},
    {.id = OPT_TIMEOUT, .of_asking = true},
    {.id = OPT_REUSE, .of_asking = true},
    {.id = OPT_IN_FLIGHT, .of_asking = true},
    {.id = OPT_TRACE, .of_asking = true},
    {.id = OPT_PROGRESS, .of_asking = true},
    {.id = OPT_ORDERED},
    {.id = OPT_RECORD},
    {.id = OPT_REPLAY},
    {.id = OPT_JOURNAL},
    {.id = OPT_RESUME},
    {.id = OPT_WAIT},
    {.id = OPT_BASELINE},
    {.id = OPT_ZONE},
    {.id = OPT_ASSUME},
};

static const struct subcommand *subcommand_of(const struct options *options)
{
    for (size_t i = 0; options->argument_count && i < sizeof subcommands / sizeof *subcommands; i++)
        if (strcmp(subcommands[i].name, options->arguments[0]) == 0)
            return &subcommands[i];
    return NULL;
}

static bool refuse_others(const struct options *options, const struct subcommand *subcommand, const char **why)
{
    bool is_status = strcmp(subcommand->name, "status") == 0;

    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++) {
        const struct option_use *use = options_last(options, uses[i].id);
        bool is_used = (uses[i].of_domains && subcommand->takes_domains) ||
                       (uses[i].of_reports && subcommand->reports) || (uses[i].of_asking && subcommand->asks) ||
                       (uses[i].id == OPT_FORMAT && is_status);

        if (use && use->source == SOURCE_FLAG && !is_used) {
            *why = str_printf(options->arena, "fleet %s: %s is of no use here", subcommand->name, use->where);
            return false;
        }
    }
    if (options->argument_count > 1 && !subcommand->takes_domains) {
        *why = str_printf(options->arena, "fleet %s: takes no domains: \"fleet add\" does", subcommand->name);
        return false;
    }
    return true;
}

static enum exit_status status(const struct options *options, const char *url)
{
    const struct option_use *format = options_last(options, OPT_FORMAT);
    bool in_json = format && strcmp(format->value, "json") == 0;

    if (format && !in_json && strcmp(format->value, "text") != 0)
        return usage_error("fleet status: --format is text or json");
    return fleet_status(options->arena, url, in_json);
}

static enum exit_status run(const struct options *options, const struct subcommand *subcommand, struct project *project)
{
    const struct settings *settings = &project->defaults;
    const char *url = settings->store;

    if (strcmp(subcommand->name, "init") == 0)
        return fleet_init(options->arena, url);
    if (strcmp(subcommand->name, "add") == 0)
        return fleet_add(options->arena, url, options->arguments + 1, options->argument_count - 1,
                         settings->domains_file);
    if (strcmp(subcommand->name, "status") == 0)
        return status(options, url);
    return strcmp(subcommand->name, "work") == 0 ? fleet_work(options->arena, project)
                                                 : fleet_export(options->arena, project);
}

static bool is_postgres(const char *url)
{
    return url && (strncmp(url, "postgresql:", strlen("postgresql:")) == 0 ||
                   strncmp(url, "postgres:", strlen("postgres:")) == 0);
}

static enum exit_status fleet_words(struct arena *arena, int argc, char **argv)
{
    const struct subcommand *subcommand;
    enum exit_status status = EXIT_STATUS_FAULT;
    struct options options;
    struct project project;
    const char *why;

    if (!project_read(&options, arena, &fleet_command, argc, argv, &project, &status))
        return status;
    subcommand = subcommand_of(&options);
    if (!subcommand)
        return usage_error("fleet: init, add, work, status or export is what it does");
    if (!is_postgres(project.defaults.store))
        return usage_error(str_printf(arena, "fleet %s: --store postgresql://USER@HOST/DATABASE says which database",
                                      subcommand->name));
    if (!refuse_others(&options, subcommand, &why))
        return usage_error(why);
    status = run(&options, subcommand, &project);
    return output_stdout_done() ? status : EXIT_STATUS_FAULT;
}

static enum exit_status run_fleet(int argc, char **argv)
{
    if (!x509_begin()) {
        complain("%s", no_memory);
        return EXIT_STATUS_FAULT;
    }
    return run_in_arena(FLEET_BYTES, fleet_words, argc, argv);
}

const struct command fleet_command = {
    .name = "fleet",
    .synopsis = "init|add|work|status|export --store postgresql://HOST/DATABASE [options] [DOMAIN...]",
    .summary = "audit many domains on many machines, which share a database of PostgreSQL",
    .run = run_fleet,
    .options_of = "audit",
    .usual_format = "jsonl",
};
