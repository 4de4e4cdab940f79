/* cmd/options/project.c - what the options mean for each domain. */
#include "cmd/options/project.h"

#include <string.h>
#include <unistd.h>

#include "cmd/options/config.h"
#include "cmd/options/options.h"
#include "cmd/options/usage.h"
#include "core/base/arena.h"

extern char **environ;

/* One that merely lies here counts where nothing else says what to audit. */
static const char *find_file(const struct options *options)
{
    const struct option_use *config = options_last(options, OPT_CONFIG);
    bool is_said =
        options->argument_count > 0 || options_last(options, OPT_DOMAINS) || options_last(options, OPT_REPLAY);

    if (config)
        return config->value;
    return !is_said && access(PROJECT_FILE, F_OK) == 0 ? PROJECT_FILE : NULL;
}

bool project_read(struct options *options, struct arena *arena, const struct command *command, int argc, char **argv,
                  struct project *out, enum exit_status *status)
{
    const char *ignored, *why, *file;

    if (!usage_parse(options, arena, command, argc, argv, status))
        return false;
    if (!options_environment(options, environ, &ignored, &why)) {
        *status = usage_error(why);
        return false;
    }
    if (ignored)
        complain("these variables of the environment are no options, and ignored: %s", ignored);
    file = find_file(options);
    if ((file && !config_read(options, file, &why)) || !project_make(options, out, &why)) {
        *status = usage_error(why);
        return false;
    }
    out->file = file;
    return true;
}

bool project_make(const struct options *options, struct project *out, const char **why)
{
    *out = (struct project){.sections = ARENA_ARRAY(options->arena, struct project_section, options->section_count)};
    if (!settings_make(options, &out->defaults, why) || !settings_logo(options->arena, &out->defaults, NULL, why))
        return false;
    out->defaults.has_logos = out->defaults.logo_file;
    for (size_t i = 0; i < options->section_count; i++) {
        struct project_section *section = &out->sections[out->section_count++];
        struct options own = options_of(options, options->sections[i].domain);

        section->domain = own.domain;
        if (!settings_make(&own, &section->settings, why) ||
            !settings_logo(options->arena, &section->settings, &out->defaults, why))
            return false;
        out->defaults.has_logos = out->defaults.has_logos || section->settings.logo_file;
        section->settings.target.place = options->sections[i].where;
    }
    return true;
}

struct settings *project_settings(struct project *project, const char *domain)
{
    for (size_t i = 0; i < project->section_count; i++)
        if (strcmp(project->sections[i].domain, domain) == 0)
            return &project->sections[i].settings;
    return &project->defaults;
}
