/* cmd/commands.c - the table of commands, in the order of --help. */
#include "cmd/command.h"

#include <string.h>

const struct command *const all_commands[] = {
    &audit_command, &explain_command, &checks_command, &spf_command,  &diff_command,
    &lint_command,  &history_command, &store_command,  &fleet_command, &config_command, &help_command,
};
const size_t all_command_count = sizeof all_commands / sizeof *all_commands;

const char *command_options(const struct command *command)
{
    return command->options_of ? command->options_of : command->name;
}

const struct command *command_named(const char *name)
{
    for (size_t i = 0; i < all_command_count; i++) {
        if (strcmp(all_commands[i]->name, name) == 0)
            return all_commands[i];
    }
    return NULL;
}
