/* cmd/options/config.h - the configuration file: "key = value" lines, the keys are the long names of options.
 *
 * Lines that begin with "#" and empty lines say nothing.  A repeatable option may have several lines.  Whatever is not
 * understood is an error that names file and line: a misspelt key that is ignored is a setting that is not in force.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct options;

/* Both false with *why in the options' arena. */
bool config_read(struct options *, const char *path, const char **why);
bool config_parse(struct options *, const char *name, const char *bytes, size_t size, const char **why);
