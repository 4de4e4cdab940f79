/* cmd/config.c - `mailready config`: every setting of an audit, and where it comes from. */
#include <string.h>

#include "cmd/io/output.h"
#include "cmd/io/targets.h"
#include "cmd/options/options.h"
#include "cmd/options/project.h"
#include "cmd/options/usage.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/str.h"
#include "reports/sink.h"

enum { CONFIG_COMMAND_BYTES = JSON_BYTES * 16, /* what audit has for the same words */
       NAME_COLUMNS = 13,
       VALUE_COLUMNS = 34 };

static void print_line(struct arena *arena, const char *name, const char *value, const char *from)
{
    printf("%-*s  %-*s  %s\n", NAME_COLUMNS, name, VALUE_COLUMNS, sink_visible(arena, str_of(value)),
           sink_visible(arena, str_of(from)));
}

static bool is_setting(enum option_id id)
{
    return strcmp(option_table[id].command, "audit") == 0 && !option_table[id].planned && id != OPT_AUDIT_HELP;
}

static void print_setting(const struct options *options, enum option_id id)
{
    const struct option_use *use = options_next(options, id, NULL);
    const struct option *option = &option_table[id];

    if (!use)
        print_line(options->arena, option->name,
                   option->standard              ? option->standard
                   : option->type == OPTION_FLAG ? "no"
                                                 : "-",
                   "default");
    for (; use; use = option->repeatable ? options_next(options, id, use) : NULL) {
        const struct option_use *said = option->repeatable ? use : options_last(options, id);

        print_line(options->arena, option->name, said->value, option_place(options->arena, said));
    }
}

/* What is about the whole run stands under [defaults], what a domain has of its own under its name. */
static void print_section(const struct options *options, const char *domain)
{
    struct options own = options_of(options, domain);

    printf("\n[%s]\n", domain);
    for (enum option_id id = 0; id < OPTION_COUNT; id++)
        if (is_setting(id) && !option_table[id].whole_run)
            print_setting(&own, id);
}

static enum exit_status print_config(struct options *options, const struct project *project)
{
    const char *fault;

    for (size_t i = 0; i < options->argument_count; i++) {
        const char *given = options->arguments[i];

        options->arguments[i] = domain_from_text(options->arena, str_of(given), &fault);
        if (!options->arguments[i])
            return usage_error(str_printf(options->arena, "\"%s\" %s", given, fault));
    }
    puts("[defaults]");
    for (enum option_id id = 0; id < OPTION_COUNT; id++)
        if (is_setting(id))
            print_setting(options, id);
    for (size_t i = 0; i < options->argument_count; i++)
        print_section(options, options->arguments[i]);
    for (size_t i = 0; i < project->section_count && options->argument_count == 0; i++)
        print_section(options, project->sections[i].domain);
    return output_stdout_done() ? EXIT_STATUS_READY : EXIT_STATUS_FAULT;
}

static enum exit_status config_words(struct arena *arena, int argc, char **argv)
{
    struct options options;
    struct project project;
    enum exit_status status;

    return project_read(&options, arena, &config_command, argc, argv, &project, &status)
               ? print_config(&options, &project)
               : status;
}

static enum exit_status run_config(int argc, char **argv)
{
    return run_in_arena(CONFIG_COMMAND_BYTES, config_words, argc, argv);
}

const struct command config_command = {
    .name = "config",
    .synopsis = "[options] [DOMAIN...]",
    .summary =
        "show every setting of an audit and where it comes from: flag, environment, line of the project file, default",
    .run = run_config,
    .options_of = "audit",
};
