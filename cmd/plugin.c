/* cmd/plugin.c - how an audit ends as a plugin of Nagios or Icinga. */
#include "cmd/plugin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/nagios.h"
#include "reports/reporter.h"

bool plugin_is_asked(int argc, char **argv, const struct settings *settings)
{
    const char *said = getenv("MAILREADY_FORMAT");
    bool is_understood = settings->report_count > 0, asked = !is_understood && said && strcmp(said, "nagios") == 0;

    for (int i = 1; i < argc && !is_understood; i++)
        asked = asked || strcmp(argv[i], "--format=nagios") == 0 ||
                (strcmp(argv[i], "nagios") == 0 && strcmp(argv[i - 1], "--format") == 0);
    for (size_t i = 0; i < settings->report_count; i++)
        asked = asked || (!settings->reports[i].path && settings->reports[i].reporter &&
                          strcmp(settings->reports[i].reporter->name, "nagios") == 0);
    return asked;
}

enum exit_status plugin_status(enum exit_status status, bool warned, bool reported)
{
    bool fails = status == EXIT_STATUS_FINDINGS, passes = status == EXIT_STATUS_READY;

    if (!fails && !passes && !reported)
        puts(status == EXIT_STATUS_USAGE
                 ? "MAILREADY UNKNOWN - options or configuration are wrong: standard error says what"
                 : "MAILREADY UNKNOWN - the audit could not be made: standard error says why");
    return (enum exit_status)nagios_state(fails, !fails && !passes, warned);
}
