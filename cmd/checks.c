/* cmd/checks.c - `mailready checks`: every check with id, group, worst status and title. */
#include <string.h>

#include "cmd/io/output.h"
#include "cmd/options/options.h"
#include "cmd/options/usage.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/result/finding.h"

static void print_text(void)
{
    size_t widest = 0;

    for (enum check_id id = 0; id < CHECK_COUNT; id++) {
        if (strlen(check_of(id)->name) > widest)
            widest = strlen(check_of(id)->name);
    }
    for (enum check_id id = 0; id < CHECK_COUNT; id++) {
        const struct check *check = check_of(id);

        printf("%-*s  %-7s  %s\n", (int)widest, check->name, status_word(check->worst), check->title);
    }
}

/* For the literals of checks.def, which are printable ASCII. */
static void print_json_string(const char *text)
{
    putchar('"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            putchar('\\');
        putchar(*text);
    }
    putchar('"');
}

static void print_json_member(const char *name, const char *value, const char *behind)
{
    print_json_string(name);
    fputs(": ", stdout);
    print_json_string(value);
    fputs(behind, stdout);
}

static void print_json(void)
{
    puts("[");
    for (enum check_id id = 0; id < CHECK_COUNT; id++) {
        const struct check *check = check_of(id);

        fputs("  {", stdout);
        print_json_member("id", check->name, ", ");
        print_json_member("group", check->group, ", ");
        print_json_member("worst", status_word(check->worst), ", ");
        print_json_member("title", check->title, id + 1 < CHECK_COUNT ? "},\n" : "}\n");
    }
    puts("]");
}

static enum exit_status list_checks(const struct options *options)
{
    const struct option_use *format = options_last(options, OPT_CHECKS_FORMAT);

    if (options->argument_count > 0)
        return usage_error("checks: takes no argument; \"mailready explain CHECK-ID\" tells about one check");
    if (format && strcmp(format->value, "json") == 0)
        print_json();
    else
        print_text();
    return output_stdout_done() ? EXIT_STATUS_READY : EXIT_STATUS_FAULT;
}

static enum exit_status checks_words(struct arena *arena, int argc, char **argv)
{
    struct options options;
    enum exit_status status;

    return usage_parse(&options, arena, &checks_command, argc, argv, &status) ? list_checks(&options) : status;
}

static enum exit_status run_checks(int argc, char **argv)
{
    return run_in_arena(CONFIG_BYTES, checks_words, argc, argv);
}

const struct command checks_command = {
    .name = "checks",
    .synopsis = "[--format text|json]",
    .summary = "list every check with the worst status it can have",
    .run = run_checks,
};
