/* cmd/history.c - `mailready history DOMAIN`: what a store has of a domain, over time. */
#include <setjmp.h>
#include <string.h>

#include "cmd/archive/archive.h"
#include "cmd/archive/reading.h"
#include "cmd/io/output.h"
#include "cmd/io/targets.h"
#include "cmd/options/options.h"
#include "cmd/options/usage.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/str.h"
#include "reports/history.h"

enum { HISTORY_BYTES = JSON_BYTES * 2 };

struct tale {
    struct archive *archive;
    struct arena *arena, *pair[2]; /* reports take turns */
    struct archive_results results;
    size_t first; /* that is shown */
    struct history history;
    const struct history_format *format;
};

static const struct history_format *format_named(const char *name)
{
    for (const struct history_format *format = history_formats; format->name; format++)
        if (strcmp(format->name, name) == 0)
            return format;
    return NULL;
}

static void draw(struct tale *tale, const char *domain, const char *since)
{
    struct history_point *points = ARENA_ARRAY(tale->arena, struct history_point, tale->results.count + 1);

    for (tale->first = 0; tale->first < tale->results.count; tale->first++)
        if (!since || strcmp(tale->results.at[tale->first].started, since) >= 0)
            break;
    for (size_t i = tale->first; i < tale->results.count; i++) {
        const struct archive_result *result = &tale->results.at[i];

        points[i - tale->first] = (struct history_point){.started = result->started,
                                                         .verdict = result->verdict,
                                                         .fails = result->fails,
                                                         .warns = result->warns,
                                                         .unknown = result->unknown};
    }
    tale->history = (struct history){
        .domain = domain, .points = points, .count = tale->results.count - tale->first, .utf8 = output_speaks_utf8()};
}

/* One that was removed meanwhile is passed over. */
static enum archive_outcome tell(struct tale *tale, struct sink *sink)
{
    const struct seen_report *before = NULL, *now;
    size_t from = tale->first ? tale->first - 1 : 0, same = 0, turn = 0;
    enum archive_outcome outcome = ARCHIVE_DONE;

    tale->format->begin(sink, tale->arena, &tale->history);
    for (size_t i = from; i < tale->results.count; i++) {
        struct arena *arena = tale->pair[turn];
        const struct difference *difference;

        arena_reset(arena);
        outcome = archive_report(tale->archive, arena, tale->results.at[i].id, &now);
        if (outcome != ARCHIVE_DONE)
            return outcome;
        if (!now)
            continue;
        if (i >= tale->first) {
            difference = difference_of(arena, before, now);
            if (i == tale->first || tale->format->shows_all || history_is_change(difference)) {
                tale->format->one(sink, arena, &tale->history, i - tale->first, difference, same);
                same = 0;
            } else {
                same++;
            }
        }
        before = now;
        turn = !turn;
    }
    tale->format->end(sink, tale->arena, &tale->history, same);
    return outcome;
}

static enum exit_status show(struct tale *tale, const char *domain, const char *since)
{
    enum archive_outcome outcome = archive_results(tale->archive, tale->arena, domain, &tale->results);
    struct sink sink;

    if (outcome != ARCHIVE_DONE)
        return reading_failed(tale->archive, outcome);
    draw(tale, domain, since);
    if (!tale->results.count)
        return usage_error(str_printf(tale->arena, "%s: has no result of %s", archive_path(tale->archive), domain));
    if (!tale->history.count)
        return usage_error(
            str_printf(tale->arena, "%s: has no result of %s since %s", archive_path(tale->archive), domain, since));
    sink = sink_to(stdout, tale->format->language);
    sink.ascii = !tale->history.utf8 && tale->format->language == SINK_TEXT;
    outcome = tell(tale, &sink);
    if (sink_finish(&sink) != 0 || !output_stdout_done())
        return EXIT_STATUS_FAULT;
    return outcome == ARCHIVE_DONE ? EXIT_STATUS_READY : reading_failed(tale->archive, outcome);
}

static enum exit_status show_or_exhaust(struct tale *tale, const char *domain, const char *since)
{
    volatile enum exit_status status = EXIT_STATUS_FAULT;
    jmp_buf exhausted;

    if (setjmp(exhausted) == 0) {
        for (size_t i = 0; i < sizeof tale->pair / sizeof *tale->pair; i++)
            arena_on_exhausted(tale->pair[i], &exhausted);
        status = show(tale, domain, since);
    } else {
        complain("%s", no_memory);
    }
    return status;
}

static enum exit_status history(const struct options *options)
{
    const struct option_use *named = options_last(options, OPT_HISTORY_FORMAT);
    struct tale tale = {.arena = options->arena, .format = format_named(named ? named->value : "text")};
    const char *since, *domain, *why;
    enum exit_status status;

    if (options->argument_count != 1)
        return usage_error("history: needs the name of one domain");
    domain = domain_from_text(options->arena, str_of(options->arguments[0]), &why);
    if (!domain)
        return usage_error(str_printf(options->arena, "\"%s\" %s", options->arguments[0], why));
    if (!reading_moment(options, OPT_HISTORY_SINCE, &since, &why))
        return usage_error(why);
    tale.archive = reading_begin(options, OPT_HISTORY_STORE, ARCHIVE_READ, &status);
    if (!tale.archive)
        return status;
    tale.pair[0] = arena_new(HISTORY_BYTES);
    tale.pair[1] = arena_new(HISTORY_BYTES);
    status = tale.pair[0] && tale.pair[1] ? show_or_exhaust(&tale, domain, since) : usage_error(no_memory);
    arena_free(tale.pair[0]);
    arena_free(tale.pair[1]);
    archive_close(tale.archive);
    return status;
}

static enum exit_status history_words(struct arena *arena, int argc, char **argv)
{
    struct options options;
    enum exit_status status;

    return usage_parse(&options, arena, &history_command, argc, argv, &status) ? history(&options) : status;
}

static enum exit_status run_history(int argc, char **argv)
{
    return run_in_arena(HISTORY_BYTES, history_words, argc, argv);
}

const struct command history_command = {
    .name = "history",
    .synopsis = "--store URL [options] DOMAIN",
    .summary = "show what was found of a domain over time, and what changed from one run to the next, by a store that "
               "audits keep (--store)",
    .run = run_history,
};
