/* cmd/plugin.h - `--format nagios` on standard output: exit statuses are those of the plugin convention.
 *
 * There 2 is "critical".  A wrong option or a full disk must not look like a fault of the domain, so everything that
 * went wrong on this side is "unknown", and says so on standard output, where a monitoring system looks.
 */
#pragma once

#include <stdbool.h>

#include "cmd/command.h"
#include "cmd/options/settings.h"

/* Looks at the words themselves where there are no settings, since the options were not understood. */
bool plugin_is_asked(int argc, char **argv, const struct settings *);

/* `warned`: as in nagios_state(); `reported`: the report has said something already. */
enum exit_status plugin_status(enum exit_status, bool warned, bool reported);
