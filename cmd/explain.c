/* cmd/explain.c - `mailready explain CHECK-ID`: the texts of a
 * check, without asking anybody; --bounce is in bounce.c. */
#include <string.h>

#include "cmd/bounce.h"
#include "cmd/io/output.h"
#include "cmd/options/options.h"
#include "cmd/options/usage.h"
#include "cmd/options/wrap.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/result/finding.h"

enum { TEXT_INDENT = 2, EXPLAIN_BYTES = 64 * 1024 * 1024 }; /* a bounce is copied while its lines are folded */

static void print_paragraph(const char *heading, const char *text)
{
    printf("\n%s\n", heading);
    print_wrapped(stdout, text, 0, TEXT_INDENT);
}

static void print_sources(const char *sources)
{
    puts("\nSources");
    while (*sources) {
        size_t length = strcspn(sources, ";");

        printf("%*s%.*s\n", TEXT_INDENT, "", (int)length, sources);
        sources += length;
        sources += strspn(sources, "; ");
    }
}

static void print_check(const struct check *check)
{
    printf("%s (at worst: %s)\n\n", check->name, status_word(check->worst));
    print_wrapped(stdout, check->title, 0, TEXT_INDENT);
    print_paragraph("Why receivers care", check->why);
    print_paragraph("How to fix it", check->remedy);
    print_sources(check->sources);
}

static enum exit_status unknown_check(struct arena *arena, const char *name)
{
    const char *names[CHECK_COUNT], *nearest;

    for (enum check_id id = 0; id < CHECK_COUNT; id++)
        names[id] = check_of(id)->name;
    nearest = nearest_of(name, names, CHECK_COUNT);
    if (nearest)
        return usage_error(str_printf(arena, "explain: there is no check \"%s\"; did you mean \"%s\"?", name, nearest));
    return usage_error(str_printf(arena, "explain: there is no check \"%s\"; \"mailready checks\" lists them", name));
}

static enum exit_status explain(const struct options *options)
{
    const struct option_use *bounce = options_last(options, OPT_EXPLAIN_BOUNCE);
    enum check_id id;

    if (bounce && options->argument_count)
        return usage_error("explain: either a check or --bounce; quote the text of a bounce as one word");
    if (bounce)
        return explain_bounce(options->arena, bounce->value);
    if (options->argument_count == 0)
        return usage_error("explain: no check given; \"mailready checks\" lists them");
    for (size_t i = 0; i < options->argument_count; i++) {
        if (!check_from_name(options->arguments[i], &id))
            return unknown_check(options->arena, options->arguments[i]);
    }
    for (size_t i = 0; i < options->argument_count; i++) {
        check_from_name(options->arguments[i], &id);
        if (i > 0)
            puts("\n");
        print_check(check_of(id));
    }
    return output_stdout_done() ? EXIT_STATUS_READY : EXIT_STATUS_FAULT;
}

static enum exit_status run_explain(int argc, char **argv)
{
    struct arena *arena = arena_new(EXPLAIN_BYTES);
    struct options options;
    enum exit_status status = EXIT_STATUS_FAULT;

    if (!arena)
        complain("out of memory");
    else if (usage_parse(&options, arena, &explain_command, argc, argv, &status))
        status = explain(&options);
    arena_free(arena);
    return status;
}

const struct command explain_command = {
    .name = "explain",
    .synopsis = "CHECK-ID... | --bounce TEXT|FILE",
    .summary = "tell what a check looks at, why receivers care, how to fix what it finds, and where that is written",
    .run = run_explain,
};
