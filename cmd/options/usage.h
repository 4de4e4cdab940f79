/* cmd/options/usage.h - what help, manual and completion are made of, and the steps that commands share. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "cmd/command.h"
#include "cmd/options/options.h"

struct arena;

struct exit_text {
    enum exit_status status;
    const char *text;
};
extern const struct exit_text exit_texts[]; /* text NULL at the end */

/* Groups of options in the order of help. */
struct option_group_text {
    enum option_group group;
    const char *title; /* NULL at the end */
};
extern const struct option_group_text option_groups[];

/* The command lines that most users need, each with what it does. */
struct usual_line {
    const char *command, *does; /* NULL at the end */
};
extern const struct usual_line usual_lines[];
void print_usual_lines(FILE *);

void print_help(FILE *, const struct command *);  /* NULL: of the program */
void print_manual(FILE *);                        /* in mdoc */
void print_completion(FILE *, const char *shell); /* "bash", "zsh", "fish" */

/* Runs a command in an arena of its own.  Memory that runs out ends it, with a complaint. */
enum exit_status run_in_arena(size_t bytes, enum exit_status (*run)(struct arena *, int argc, char **argv), int argc,
                              char **argv);

/* Parses the options of a command that has no environment; false with the status to end with, after --help too. */
bool usage_parse(struct options *, struct arena *, const struct command *, int argc, char **argv,
                 enum exit_status *status);
enum exit_status usage_error(const char *why); /* EXIT_STATUS_FAULT where it is no_memory */
