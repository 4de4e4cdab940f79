/* cmd/options/config.h - the project file: "key = value" lines, the keys are the long names of options.
 *
 * Lines under "[example.org]" are about that domain; those under "[defaults]", or before any section, about every one.
 * Lines that begin with "#" and empty lines say nothing.  A repeatable option may have several lines.  Whatever is not
 * understood is an error that names file and line: a misspelt key that is ignored is a setting that is not in force.
 *
 * Not read by libinih: as Debian builds it, its handler is not told the line, " ;" begins a comment inside a value and
 * an indented line goes on with the one before, so "ignore = x ; until=..." would lose its end in silence.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct options;

/* Both false with *why in the options' arena. */
bool config_read(struct options *, const char *path, const char **why);
bool config_parse(struct options *, const char *name, const char *bytes, size_t size, const char **why);
