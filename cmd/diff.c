/* cmd/diff.c - `mailready diff OLD NEW`: what got worse, what got better, what changed. */
#include <string.h>

#include "cmd/baseline.h"
#include "cmd/io/output.h"
#include "cmd/options/options.h"
#include "cmd/options/usage.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/str.h"
#include "reports/difference.h"

enum { DIFF_BYTES = JSON_BYTES * 12 }; /* two reports, as text and as read */

static const struct difference_format *format_named(const char *name)
{
    for (const struct difference_format *format = difference_formats; format->name; format++)
        if (strcmp(format->name, name) == 0)
            return format;
    return NULL;
}

static bool counts(enum status fail_on, const struct difference_item *item)
{
    return fail_on != PASS && change_is_regression(item->change) && item->after->status >= fail_on;
}

static enum exit_status diff(const struct options *options)
{
    const struct option_use *named = options_last(options, OPT_DIFF_FORMAT);
    enum status fail_on = options_fail_on(options, OPT_DIFF_FAIL_ON);
    const struct difference_format *format = format_named(named ? named->value : "text");
    enum exit_status status = EXIT_STATUS_READY;
    struct seen_list before, after;
    struct sink sink;
    const char *why;
    size_t told = 0;

    if (options->argument_count != 2)
        return usage_error("diff: needs two reports in JSON, the older one first");
    if (!baseline_read(options->arena, options->arguments[0], &before, &why) ||
        !baseline_read(options->arena, options->arguments[1], &after, &why))
        return usage_error(why);
    for (size_t i = 0; i < after.count; i++)
        told += seen_find(&before, after.at[i].domain) != NULL;
    if (!told)
        return usage_error(str_printf(options->arena, "%s: is about none of the domains of %s", options->arguments[0],
                                      options->arguments[1]));
    sink = sink_to(stdout, format->language);
    format->begin(&sink);
    for (size_t i = 0; i < after.count; i++) {
        const struct difference *d =
            difference_of(options->arena, seen_find(&before, after.at[i].domain), &after.at[i]);

        format->one(&sink, options->arena, d, i);
        for (size_t k = 0; k < d->count; k++)
            if (counts(fail_on, &d->items[k]))
                status = EXIT_STATUS_FINDINGS;
    }
    format->end(&sink);
    if (sink_finish(&sink) != 0)
        return EXIT_STATUS_FAULT;
    return output_stdout_done() ? status : EXIT_STATUS_FAULT;
}

static enum exit_status diff_words(struct arena *arena, int argc, char **argv)
{
    struct options options;
    enum exit_status status;

    return usage_parse(&options, arena, &diff_command, argc, argv, &status) ? diff(&options) : status;
}

static enum exit_status run_diff(int argc, char **argv)
{
    return run_in_arena(DIFF_BYTES, diff_words, argc, argv);
}

const struct command diff_command = {
    .name = "diff",
    .synopsis = "[--format text|markdown|json|html] OLD.json NEW.json",
    .summary = "show what changed between two reports in JSON: new, worse, better, gone, other evidence, undecided now",
    .run = run_diff,
};
