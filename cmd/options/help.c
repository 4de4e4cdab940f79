/* cmd/options/help.c - `mailready help`: of the program, of a command; the manual; completion for shells. */
#include "cmd/options/usage.h"

#include <ctype.h>
#include <string.h>

#include "cmd/io/output.h"
#include "cmd/options/options.h"
#include "cmd/options/wrap.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/str.h"
#include "reports/reporter.h"

enum { OPTION_COLUMN = 26, COMMAND_COLUMN = 11, STATUS_COLUMN = 5, USUAL_COLUMN = 6, FORMAT_COLUMN = 13 };

const struct exit_text exit_texts[] = {
    {EXIT_STATUS_READY, "nothing at or above --fail-on"},
    {EXIT_STATUS_FINDINGS, "findings at or above it"},
    {EXIT_STATUS_USAGE, "usage or configuration error"},
    {EXIT_STATUS_UNDECIDED, "no such finding, but a required check could not be decided"},
    {EXIT_STATUS_FAULT, "fault of mailready or its machine: output could not be written, partial run"},
    {0, NULL},
};

const struct option_group_text option_groups[] = {
    {GROUP_WHAT, "What to audit"},         {GROUP_SENDS, "Who sends"},  {GROUP_JUDGE, "How to judge"},
    {GROUP_PRINT, "What to print"},        {GROUP_ASK, "How to ask"},   {GROUP_MORE, "More"},
    {GROUP_MORE, NULL},
};

const struct usual_line usual_lines[] = {
    {"mailready example.org", "whether receivers take its mail, and what is to be fixed"},
    {"mailready example.org --sender 192.0.2.1=mail.example.org --dkim s2026",
     "the same, told where mail leaves, the HELO name, and the DKIM selector"},
    {"mailready example.org -o report.html", "a report to hand over"},
    {"mailready --domains list.txt -o report/ -o report.json", "many domains: an index, and a page for each"},
    {"mailready explain --bounce '550-5.7.25 ... does not have a PTR record'", "what a rejection means"},
    {NULL, NULL},
};

void print_usual_lines(FILE *out)
{
    for (const struct usual_line *at = usual_lines; at->command; at++) {
        fprintf(out, "  %s\n", at->command);
        print_wrapped(out, at->does, 0, USUAL_COLUMN);
    }
}

static void print_option(FILE *out, const struct option *option)
{
    char letter[] = "    ";
    int column;

    if (option->letter) {
        letter[0] = '-';
        letter[1] = option->letter;
        letter[2] = ',';
    }
    column = fprintf(out, "  %s--%s%s%s", letter, option->name, option->argument ? " " : "",
                     option->argument ? option->argument : "");
    if (column >= OPTION_COLUMN) {
        putc('\n', out);
        column = 0;
    }
    if (option->standard || option->repeatable) {
        char text[INPUT_LINE_MAX];

        snprintf(text, sizeof text, "%s%s%s%s%s", option->help, option->standard ? " (default: " : "",
                 option->standard ? option->standard : "", option->standard ? ")" : "",
                 option->repeatable ? "; repeatable" : "");
        print_wrapped(out, text, column > 0 ? (size_t)column : 0, OPTION_COLUMN);
    } else {
        print_wrapped(out, option->help, column > 0 ? (size_t)column : 0, OPTION_COLUMN);
    }
}

static void print_options(FILE *out, const struct command *command, enum option_group group)
{
    for (enum option_id id = 0; id < OPTION_COUNT; id++) {
        const struct option *option = &option_table[id];

        if (strcmp(option->command, command->name) == 0 && option->group == group && option_is_flag(option))
            print_option(out, option);
    }
}

static void print_command_help(FILE *out, const struct command *command)
{
    fprintf(out, "Usage: mailready %s %s\n\n", command->name, command->synopsis);
    putc(toupper((unsigned char)*command->summary), out);
    print_wrapped(out, command->summary + 1, 0, 0);
    if (command->options_of) {
        fprintf(out, "\nThe options are those of \"mailready help %s\".\n", command->options_of);
        return;
    }
    if (command != &audit_command) {
        fputs("\nOptions:\n", out);
        print_options(out, command, GROUP_MORE);
        return;
    }
    for (const struct option_group_text *at = option_groups; at->title; at++) {
        fprintf(out, "\n%s:\n", at->title);
        print_options(out, command, at->group);
    }
    fputs("\nFormats:\n", out);
    for (size_t i = 0; reporters[i]; i++) {
        int column = fprintf(out, "  %s", reporters[i]->name);

        print_wrapped(out, reporters[i]->summary, (size_t)column, FORMAT_COLUMN);
    }
}

void print_help(FILE *out, const struct command *command)
{
    if (command) {
        print_command_help(out, command);
        return;
    }
    print_wrapped(
        out, "Tells whether receivers will take the mail that a domain sends, what is in the way, and how to mend it.",
        0, 0);
    putc('\n', out);
    print_usual_lines(out);
    fputs("\nUsage: mailready DOMAIN...          short for \"mailready audit DOMAIN...\"\n"
          "       mailready COMMAND [options]\n"
          "       mailready --version\n"
          "\nCommands:\n",
          out);
    for (size_t i = 0; i < all_command_count; i++) {
        if (!all_commands[i]->planned) {
            int column = fprintf(out, "  %s", all_commands[i]->name);

            print_wrapped(out, all_commands[i]->summary, (size_t)column, COMMAND_COLUMN);
        }
    }
    fputs("\n\"mailready help COMMAND\" lists the options of a command.\n\nExit status:\n", out);
    for (const struct exit_text *at = exit_texts; at->text; at++) {
        int column = fprintf(out, "  %d", (int)at->status);

        print_wrapped(out, at->text, (size_t)column, STATUS_COLUMN);
    }
}

enum exit_status usage_error(const char *why)
{
    complain("%s", why);
    return why == no_memory ? EXIT_STATUS_FAULT : EXIT_STATUS_USAGE;
}

enum exit_status run_in_arena(size_t bytes, enum exit_status (*run)(struct arena *, int argc, char **argv), int argc,
                              char **argv)
{
    struct arena *arena = arena_new(bytes);
    volatile enum exit_status status = EXIT_STATUS_FAULT;
    jmp_buf exhausted;

    if (!arena || setjmp(exhausted) != 0) {
        complain("%s", no_memory);
    } else {
        arena_on_exhausted(arena, &exhausted);
        status = run(arena, argc, argv);
    }
    arena_free(arena);
    return status;
}

bool usage_parse(struct options *options, struct arena *arena, const struct command *command, int argc, char **argv,
                 enum exit_status *status)
{
    const char *why;
    enum option_id help;

    *options = options_new(arena, command_options(command));
    if (command->usual_format)
        options->usual_format = command->usual_format;
    if (!options_parse(options, argc, argv, &why)) {
        *status = usage_error(why);
        return false;
    }
    if (option_find(options->command, "help", &help) && options_flag(options, help)) {
        print_help(stdout, command);
        *status = output_stdout_done() ? EXIT_STATUS_READY : EXIT_STATUS_FAULT;
        return false;
    }
    return true;
}

static enum exit_status unknown_topic(struct arena *arena, const char *topic)
{
    const struct command *planned = command_named(topic);

    if (planned)
        return usage_error(str_printf(arena, "%s is not available in this version", topic));
    return usage_error(str_printf(arena, "help: there is no command \"%s\"; see \"mailready --help\"", topic));
}

static enum exit_status help(struct options *options)
{
    const struct option_use *completion = options_last(options, OPT_HELP_COMPLETION);
    const struct command *command = NULL;

    if (options->argument_count > 1)
        return usage_error("help: one command at a time");
    if (options->argument_count == 1) {
        command = command_named(options->arguments[0]);
        if (!command || command->planned)
            return unknown_topic(options->arena, options->arguments[0]);
    }
    if (options_flag(options, OPT_HELP_MAN))
        print_manual(stdout);
    else if (completion)
        print_completion(stdout, completion->value);
    else
        print_help(stdout, command);
    return output_stdout_done() ? EXIT_STATUS_READY : EXIT_STATUS_FAULT;
}

static enum exit_status help_words(struct arena *arena, int argc, char **argv)
{
    struct options options;
    enum exit_status status;

    return usage_parse(&options, arena, &help_command, argc, argv, &status) ? help(&options) : status;
}

static enum exit_status run_help(int argc, char **argv)
{
    return run_in_arena(CONFIG_BYTES, help_words, argc, argv);
}

const struct command help_command = {
    .name = "help",
    .synopsis = "[COMMAND]",
    .summary = "show how to use mailready, or one of its commands",
    .run = run_help,
};
