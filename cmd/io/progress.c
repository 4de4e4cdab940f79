/* cmd/io/progress.c - tells how far a run is. */
#include "cmd/io/progress.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/result/result.h"

enum { TEXT_MAX = 2048, MINUTE_MS = 60000, SECOND_MS = 1000, WIDTH = 80 };

enum progress_kind progress_usual(bool is_noisy, bool several, bool quiet)
{
    const char *terminal = getenv("TERM");

    if (is_noisy)
        return PROGRESS_NONE;
    if (isatty(STDERR_FILENO) && terminal && strcmp(terminal, "dumb") != 0)
        return PROGRESS_TERMINAL;
    return several && !quiet ? PROGRESS_MINUTES : PROGRESS_NONE;
}

struct progress progress_new(enum progress_kind kind, FILE *out, int64_t now_ms)
{
    return (struct progress){.kind = kind,
                             .out = out,
                             .begun_ms = now_ms,
                             .next_ms = kind == PROGRESS_MINUTES ? now_ms + MINUTE_MS : now_ms};
}

void progress_asks(struct progress *progress, int64_t now_ms)
{
    if (!progress->asking_ms)
        progress->asking_ms = now_ms;
}

void progress_reasons(const struct result *result, bool undecided_for[REASON_COUNT])
{
    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *f = result->findings[i];

        if (!f->suppressed && f->because == CHECK_NONE && finding_is_undecided(f))
            undecided_for[f->reason] = true;
    }
}

void progress_count(struct progress *progress, const bool undecided_for[REASON_COUNT])
{
    for (size_t reason = 0; reason < REASON_COUNT; reason++)
        progress->undecided[reason] += undecided_for[reason];
}

/* Audits a second; 0: nothing can be said yet. */
static double rate(const struct progress *progress, const struct progress_state *state)
{
    int64_t took_ms = progress->asking_ms ? state->now_ms - progress->asking_ms : 0;

    return took_ms > 0 ? (double)((state->done - progress->restored) * SECOND_MS) / (double)took_ms : 0;
}

/* Seconds; -1: nothing can be said. */
static int64_t remaining_s(const struct progress *progress, const struct progress_state *state)
{
    double a_second = rate(progress, state);

    if (state->total <= state->done)
        return state->total ? 0 : -1;
    return a_second > 0 ? (int64_t)((double)(state->total - state->done) / a_second) + 1 : -1;
}

struct text {
    char at[TEXT_MAX];
    size_t length;
};

static void add(struct text *, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct text *text, const char *format, ...)
{
    va_list arguments;
    int more;

    va_start(arguments, format);
    more = vsnprintf(text->at + text->length, sizeof text->at - text->length, format, arguments);
    va_end(arguments);
    if (more > 0)
        text->length += (size_t)more;
    if (text->length >= sizeof text->at)
        text->length = sizeof text->at - 1;
}

static void add_time(struct text *text, int64_t seconds)
{
    if (seconds < 100)
        add(text, "%" PRId64 " s", seconds);
    else if (seconds < 6000)
        add(text, "%" PRId64 " min", (seconds + 30) / 60);
    else
        add(text, "%" PRId64 " h %" PRId64 " min", seconds / 3600, seconds % 3600 / 60);
}

/* "120 of 1000 done, 50 under way, 8.4 a second, about 2 min left; unknown: timeout 12" */
static void describe(struct text *text, const struct progress *progress, const struct progress_state *state)
{
    int64_t left_s = remaining_s(progress, state);
    double a_second = rate(progress, state);
    const char *before = "; unknown: ";

    text->length = 0;
    if (state->total > 1)
        add(text, "%zu of %zu done, %zu under way", state->done, state->total, state->in_flight);
    else
        add(text, "%zu done, %zu under way", state->done, state->in_flight);
    if (state->is_slowed && state->total != 1)
        add(text, " (%zu at most, since the resolver leaves questions unanswered)", state->at_most);
    if (state->total == 1)
        add(text, ": %zu of %zu answers", state->known, state->wanted);
    else if (a_second > 0)
        add(text, ", %.*f a second", a_second < 1 ? 2 : 1, a_second);
    if (state->total > 1 && left_s >= 0) {
        add(text, ", about ");
        add_time(text, left_s);
        add(text, " left");
    }
    for (size_t reason = 0; reason < REASON_COUNT; reason++) {
        if (!progress->undecided[reason])
            continue;
        add(text, "%s%s %zu", before, reason_word((enum reason)reason), progress->undecided[reason]);
        before = ", ";
    }
}

static void describe_json(struct text *text, const struct progress *progress, const struct progress_state *state,
                          bool ended)
{
    int64_t left_s = remaining_s(progress, state);
    const char *before = "";

    text->length = 0;
    add(text, "{\"done\": %zu, \"restored\": %zu, \"in_flight\": %zu, \"at_most\": %zu, ", state->done,
        progress->restored, state->in_flight, state->at_most);
    if (state->total)
        add(text, "\"total\": %zu, ", state->total);
    else
        add(text, "\"total\": null, ");
    if (progress->asking_ms)
        add(text, "\"rate\": %.2f, ", rate(progress, state));
    else
        add(text, "\"rate\": null, ");
    if (left_s >= 0)
        add(text, "\"remaining_s\": %" PRId64 ", ", left_s);
    else
        add(text, "\"remaining_s\": null, ");
    add(text, "\"elapsed_s\": %" PRId64 ", \"unknown\": {", (state->now_ms - progress->begun_ms) / SECOND_MS);
    for (size_t reason = 0; reason < REASON_COUNT; reason++) {
        if (!progress->undecided[reason])
            continue;
        add(text, "%s\"%s\": %zu", before, reason_word((enum reason)reason), progress->undecided[reason]);
        before = ", ";
    }
    add(text, "}, \"ended\": %s}", ended ? "true" : "false");
}

/* A longer line would leave its beginning behind. */
static int width(const struct progress *progress)
{
    struct winsize size;
    bool is_known = ioctl(fileno(progress->out), TIOCGWINSZ, &size) == 0 && size.ws_col > 1;

    return (is_known ? size.ws_col : WIDTH) - 1;
}

void progress_show(struct progress *progress, const struct progress_state *state)
{
    struct text text;

    if (state->now_ms < progress->next_ms)
        return;
    switch (progress->kind) {
    case PROGRESS_NONE:
        return;
    case PROGRESS_TERMINAL:
        describe(&text, progress, state);
        fprintf(progress->out, "\r%.*s\033[K", width(progress), text.at);
        progress->shown = true;
        break;
    case PROGRESS_MINUTES:
        describe(&text, progress, state);
        fprintf(progress->out, "mailready: %s\n", text.at);
        progress->next_ms = state->now_ms + MINUTE_MS;
        break;
    case PROGRESS_JSON:
        describe_json(&text, progress, state, false);
        fprintf(progress->out, "%s\n", text.at);
        progress->next_ms = state->now_ms + SECOND_MS;
        break;
    }
    fflush(progress->out);
}

void progress_erase(struct progress *progress)
{
    if (!progress->shown)
        return;
    fputs("\r\033[K", progress->out);
    fflush(progress->out);
    progress->shown = false;
}

void progress_end(struct progress *progress, const struct progress_state *state)
{
    struct text text;

    progress_erase(progress);
    if (progress->kind != PROGRESS_JSON)
        return;
    describe_json(&text, progress, state, true);
    fprintf(progress->out, "%s\n", text.at);
    fflush(progress->out);
}
