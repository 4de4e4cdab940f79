/* cmd/command.h - a command of the program, and how it ends.
 *
 * Each command is one file with one descriptor at its end; the table of all is in commands.c.  Only cmd/ prints to
 * standard error, and only through complain(): one line, "mailready: ...", with whatever came from outside made
 * visible.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

enum exit_status {
    EXIT_STATUS_READY = 0,     /* nothing at or above --fail-on */
    EXIT_STATUS_FINDINGS = 1,  /* findings at or above it */
    EXIT_STATUS_USAGE = 2,     /* usage or configuration error */
    EXIT_STATUS_UNDECIDED = 3, /* no such finding, but a required check is unknown */
    EXIT_STATUS_FAULT = 4,     /* of the tool or its machine */
};

struct command {
    const char *name;
    const char *synopsis; /* what follows the name */
    const char *summary;
    enum exit_status (*run)(int argc,
                            char **argv); /* argv[0] is the command's name, or the program's for "mailready DOMAIN" */
    const char *options_of;               /* the command that it shares its options with; NULL: it has its own */
    const char *usual_format;             /* of its reports; NULL: text */
    const char *planned;                  /* not of this version: NULL, or its name as complaints show it */
};

extern const struct command audit_command, checks_command, config_command, diff_command, explain_command,
    fleet_command, history_command, lint_command, help_command, spf_command, store_command;

extern const struct command *const all_commands[];
extern const size_t all_command_count;
const struct command *command_named(const char *name); /* NULL: none */
const char *command_options(const struct command *);   /* whose options it takes: a name */

void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The name among `count` that is written most like `word`, by edits of single characters; NULL when none is near. */
const char *nearest_of(const char *word, const char *const *names, size_t count);
