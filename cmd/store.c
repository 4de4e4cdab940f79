/* cmd/store.c - `mailready store query|prune`: questions over all domains of a store; what is old goes. */
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cmd/archive/archive.h"
#include "cmd/archive/reading.h"
#include "cmd/archive/when.h"
#include "cmd/io/output.h"
#include "cmd/options/options.h"
#include "cmd/options/settings.h"
#include "cmd/options/usage.h"
#include "core/base/arena.h"
#include "core/base/date.h"
#include "core/base/limits.h"
#include "core/base/str.h"
#include "reports/sink.h"
#include "reports/words.h"

enum { RESULT_BYTES = JSON_BYTES * 2 };

struct question {
    const struct options *options;
    struct archive *archive;
    struct arena *arena; /* of one domain */
    bool checks[CHECK_COUNT];
    const char *since; /* NULL: whatever there is; "": the result before */
    struct sink sink;
    size_t domains, matching, findings;
    enum archive_outcome outcome;
};

/* ---- what is asked for ---- */

static bool names_status(const struct question *question, enum status status)
{
    const struct option_use *use = NULL;
    bool any = false;

    while ((use = options_next(question->options, OPT_STORE_STATUS, use))) {
        any = true;
        if (strcmp(use->value, status_word(status)) == 0)
            return true;
    }
    return !any && status >= WARN;
}

static bool matches(const struct question *question, const struct seen *seen)
{
    enum check_id check;

    return !seen->suppressed && check_from_name(seen->check, &check) && question->checks[check] &&
           names_status(question, seen->status);
}

/* ---- answers ---- */

static void show(struct question *question, const struct seen_report *report, const struct seen *seen,
                 const struct difference_item *item)
{
    struct sink *sink = &question->sink;

    if (sink->language == SINK_TEXT) {
        sink_text(sink, str_printf(question->arena, "%s %s %s %s: %s", report->domain, status_capitals(seen->status),
                                   seen->check, seen->subject, seen->message));
        sink_literal(sink, "\n");
        return;
    }
    if (question->findings)
        sink_literal(sink, ",");
    sink_literal(sink, "\n    {");
    sink_member(sink, "domain", report->domain, false);
    sink_member(sink, "started", report->started, false);
    sink_member(sink, "id", seen->check, false);
    sink_member(sink, "subject", seen->subject, false);
    if (item && item->before)
        sink_member(sink, "was", status_word(item->before->status), false);
    sink_member(sink, "status", status_word(seen->status), false);
    sink_member(sink, "message", seen->message, true);
    sink_literal(sink, "}");
}

/* What is undecided now is news to those who ask for what is unknown. */
static bool is_news(const struct difference_item *item)
{
    return item && (change_is_regression(item->change) || item->change == CHANGE_UNDECIDED);
}

static void answer(struct question *question, const struct seen_report *before, const struct seen_report *now)
{
    const struct difference *difference = question->since ? difference_of(question->arena, before, now) : NULL;
    size_t findings = question->findings;

    for (size_t i = 0; i < now->finding_count; i++) {
        const struct difference_item *item = difference ? difference_at(difference, i) : NULL;

        if (!matches(question, &now->findings[i]) || (difference && !is_news(item)))
            continue;
        show(question, now, &now->findings[i], item);
        question->findings++;
    }
    question->matching += question->findings > findings;
}

static enum archive_outcome read_latest(struct question *question, const char *domain, const char *before,
                                        size_t skipped, const struct seen_report **out)
{
    int64_t id;
    enum archive_outcome outcome = archive_latest(question->archive, domain, before, skipped, &id);

    *out = NULL;
    if (outcome == ARCHIVE_DONE && id)
        outcome = archive_report(question->archive, question->arena, id, out);
    return outcome;
}

static bool ask(void *arg, const char *domain)
{
    struct question *question = arg;
    const struct seen_report *before = NULL, *now;
    bool since_last = question->since && !*question->since;

    arena_reset(question->arena);
    question->domains++;
    question->outcome = read_latest(question, domain, NULL, 0, &now);
    if (question->outcome != ARCHIVE_DONE || !now)
        return question->outcome == ARCHIVE_DONE;
    if (question->since && !since_last && strcmp(now->started, question->since) < 0)
        return true;
    if (question->since)
        question->outcome = read_latest(question, domain, since_last ? NULL : question->since, since_last, &before);
    if (question->outcome == ARCHIVE_DONE)
        answer(question, before, now);
    return question->outcome == ARCHIVE_DONE;
}

static enum exit_status tell(struct question *question, const char *format)
{
    bool in_json = strcmp(format, "json") == 0;
    enum archive_outcome outcome;

    question->sink = sink_to(stdout, in_json ? SINK_JSON : SINK_TEXT);
    question->sink.ascii = !in_json && !output_speaks_utf8();
    if (in_json)
        sink_literal(&question->sink,
                     "{\n  \"schema\": \"https://mailready.example/schema/query-1.json\",\n  \"findings\": [");
    outcome = archive_domains(question->archive, ask, question);
    if (outcome == ARCHIVE_DONE)
        outcome = question->outcome;
    if (in_json) {
        sink_literal(&question->sink, "\n  ],\n  \"domains\": ");
        sink_number(&question->sink, (long long)question->domains);
        sink_literal(&question->sink, "\n}\n");
    } else if (outcome == ARCHIVE_DONE) {
        sink_text(&question->sink,
                  str_printf(question->options->arena, "%zu %s, of %zu of %zu domains", question->findings,
                             question->findings == 1 ? "finding" : "findings", question->matching, question->domains));
        sink_literal(&question->sink, "\n");
    }
    if (sink_finish(&question->sink) != 0 || !output_stdout_done())
        return EXIT_STATUS_FAULT;
    return outcome == ARCHIVE_DONE ? EXIT_STATUS_READY : reading_failed(question->archive, outcome);
}

static enum exit_status query(const struct options *options)
{
    const struct option_use *format = options_last(options, OPT_STORE_FORMAT),
                            *since = options_last(options, OPT_STORE_SINCE);
    struct question question = {.options = options, .since = ""};
    volatile enum exit_status status = EXIT_STATUS_FAULT;
    enum exit_status ended = EXIT_STATUS_FAULT;
    jmp_buf exhausted;
    const char *why;

    if (options_last(options, OPT_STORE_KEEP))
        return usage_error("store query: --keep is for \"store prune\"");
    if ((!since || strcmp(since->value, "last") != 0) &&
        !reading_moment(options, OPT_STORE_SINCE, &question.since, &why))
        return usage_error(str_printf(options->arena, "%s, nor \"last\"", why));
    if (!settings_checks(options, OPT_STORE_CHECK, question.checks, &why))
        return usage_error(why);
    question.archive = reading_begin(options, OPT_STORE_STORE, ARCHIVE_READ, &ended);
    if (!question.archive)
        return ended;
    question.arena = arena_new(RESULT_BYTES);
    if (!question.arena || setjmp(exhausted) != 0) {
        complain("%s", no_memory);
    } else {
        arena_on_exhausted(question.arena, &exhausted);
        status = tell(&question, format ? format->value : "text");
    }
    arena_free(question.arena);
    archive_close(question.archive);
    return status;
}

/* ---- what is old ---- */

static enum exit_status prune(const struct options *options)
{
    static const enum option_id asking[] = {OPT_STORE_CHECK, OPT_STORE_STATUS, OPT_STORE_SINCE, OPT_STORE_FORMAT};
    const struct option_use *keep = options_last(options, OPT_STORE_KEEP);
    enum archive_outcome outcome;
    enum exit_status status;
    struct archive *archive;
    const char *before;
    int64_t span_s;
    size_t removed;

    for (size_t i = 0; i < sizeof asking / sizeof *asking; i++)
        if (options_last(options, asking[i]))
            return usage_error(str_printf(options->arena, "store prune: %s is for \"store query\"",
                                          options_last(options, asking[i])->where));
    if (!keep)
        return usage_error("store prune: --keep SPAN says how old results may be: 90d, 52w");
    if (!when_span(keep->value, &span_s))
        return usage_error(
            str_printf(options->arena, "%s: \"%s\" is no span of time: 36h, 90d, 52w", keep->where, keep->value));
    archive = reading_begin(options, OPT_STORE_STORE, ARCHIVE_PRUNE, &status);
    if (!archive)
        return status;
    before = date_text(options->arena, time(NULL) - span_s);
    outcome = archive_prune(archive, before, &removed);
    status = outcome == ARCHIVE_DONE ? EXIT_STATUS_READY : reading_failed(archive, outcome);
    printf("%zu %s removed, of before %s\n", removed, removed == 1 ? "result" : "results", before);
    archive_close(archive);
    return output_stdout_done() ? status : EXIT_STATUS_FAULT;
}

static enum exit_status store(const struct options *options)
{
    if (options->argument_count != 1 ||
        (strcmp(options->arguments[0], "query") != 0 && strcmp(options->arguments[0], "prune") != 0))
        return usage_error("store: \"store query\" asks, \"store prune\" removes what is old");
    return strcmp(options->arguments[0], "query") == 0 ? query(options) : prune(options);
}

static enum exit_status store_words(struct arena *arena, int argc, char **argv)
{
    struct options options;
    enum exit_status status;

    return usage_parse(&options, arena, &store_command, argc, argv, &status) ? store(&options) : status;
}

static enum exit_status run_store(int argc, char **argv)
{
    return run_in_arena(RESULT_BYTES, store_words, argc, argv);
}

const struct command store_command = {
    .name = "store",
    .synopsis = "query|prune --store URL [options]",
    .summary = "ask a store that audits keep (--store) which domains fail or warn, and what is new; remove what is old",
    .run = run_store,
};
