/* cmd/options/project.h - the settings of a run, and those of every domain that has a section in the project file.
 *
 * Everything lives in the options' arena.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "cmd/command.h"
#include "cmd/options/settings.h"

#define PROJECT_FILE ".mailready.conf" /* read where there is one and no domain is named */

struct project_section {
    const char *domain;
    struct settings settings; /* its own, over the defaults; what is about the whole run is that of the defaults */
};

struct project {
    const char *file; /* NULL: none was read */
    struct settings defaults;
    struct project_section *sections;
    size_t section_count;
};

/* From the command line, the environment and the project file: complains, and is false with the status to end with. */
bool project_read(struct options *, struct arena *, const struct command *, int argc, char **argv, struct project *,
                  enum exit_status *);
bool project_make(const struct options *, struct project *, const char **why); /* false with *why: "PLACE: ..." */
struct settings *project_settings(struct project *, const char *domain); /* the defaults where it has no section */
