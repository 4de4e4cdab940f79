/* cmd/options/settings_agreements.c - what the user expects and what he has agreed to. */
#include "cmd/options/settings_internal.h"

#include <string.h>

#include "cmd/command.h"
#include "cmd/io/file.h"
#include "core/base/arena.h"
#include "core/base/date.h"
#include "core/base/str.h"
#include "core/facts/agreement.h"
#include "core/facts/expectation.h"
#include "core/result/finding.h"

static bool check_from_word(const struct options *options, const struct option_use *use, const char *word, size_t *out,
                            const char **why)
{
    const char *names[CHECK_COUNT], *nearest;
    enum check_id check;

    if (check_from_name(word, &check)) {
        *out = check;
        return true;
    }
    for (enum check_id id = 0; id < CHECK_COUNT; id++) {
        names[id] = check_of(id)->name;
        if (strcmp(check_of(id)->group, word) == 0)
            return settings_wrong(options, use, word, "is a group; name the check that is meant", why);
    }
    nearest = nearest_of(word, names, CHECK_COUNT);
    return settings_wrong(options, use, word,
                          nearest ? str_printf(options->arena, "is no check; did you mean \"%s\"?", nearest)
                                  : "is no check; \"mailready checks\" lists them",
                          why);
}

/* Takes what stands before the next `end` from the front of the text. */
static const char *take_part(struct arena *arena, const char **at, char end)
{
    const char *stop = strchr(*at, end);
    size_t length = stop ? (size_t)(stop - *at) : strlen(*at);
    const char *part = str_text(arena, line_trimmed((struct str){*at, length}));

    *at += length + (stop != NULL);
    return part;
}

static bool read_condition(const struct options *options, const struct option_use *use, const char *part,
                           struct suppression *out, const char **why)
{
    const char *at = part, *name = take_part(options->arena, &at, '='), *value = take_part(options->arena, &at, '\n');
    bool is_until = strcmp(name, "until") == 0;

    if (!strchr(part, '=') || (!is_until && strcmp(name, "reason") != 0))
        return settings_wrong(options, use, part, "is neither until=DATE nor reason=TEXT", why);
    if (is_until ? out->until != NULL : out->reason != NULL)
        return settings_wrong(options, use, part, "is said a second time", why);
    if (!is_until) {
        out->reason = *value ? value : NULL;
        return true;
    }
    if (!date_day(str_of(value), &out->end_s))
        return settings_wrong(options, use, value, "is no date: YYYY-MM-DD", why);
    out->end_s += DAY_S;
    out->until = value;
    return true;
}

static bool read_suppression(const struct options *options, const struct option_use *use, struct suppression *out,
                             const char **why)
{
    const char *at = use->value, *subject = take_part(options->arena, &at, ';'), *word;

    word = take_part(options->arena, &subject, ' ');
    if (!check_from_word(options, use, word, &out->check, why))
        return false;
    subject += strspn(subject, " \t");
    out->subject = *subject ? subject : NULL;
    while (*at)
        if (!read_condition(options, use, take_part(options->arena, &at, ';'), out, why))
            return false;
    out->where = option_place(options->arena, use);
    if (!out->until || !out->reason)
        return settings_wrong(options, use, use->value,
                              out->until ? "lacks a reason: \"; reason=TEXT\""
                                         : "lacks the day on which it ends: \"; until=YYYY-MM-DD\"",
                              why);
    return true;
}

static bool read_level(const struct options *options, const struct option_use *use, struct level *out, const char **why)
{
    static const enum status possible[] = {NOTE, WARN, FAIL};
    const char *at = use->value, *word = take_part(options->arena, &at, ' '), *status;

    status = take_part(options->arena, &at, '\n');
    if (!check_from_word(options, use, word, &out->check, why))
        return false;
    out->where = option_place(options->arena, use);
    for (size_t i = 0; i < sizeof possible / sizeof *possible; i++)
        if (strcmp(status_word(possible[i]), status) == 0) {
            out->status = possible[i];
            return true;
        }
    return settings_wrong(options, use, status, "is no level: note, warn or fail", why);
}

static bool read_expectation(const struct options *options, const struct option_use *use, struct expectation *out,
                             const char **why)
{
    const char *text = str_text(options->arena, line_trimmed(str_of(use->value))), *at = text, *fault, *nearest;
    const char *word = take_part(options->arena, &at, ' ');
    size_t count = 0;
    bool is_known = false;

    for (; expectation_words[count]; count++)
        is_known = is_known || strcmp(word, expectation_words[count]) == 0;
    nearest = is_known ? NULL : nearest_of(word, expectation_words, count);
    if (expectation_parse(options->arena, text, out, &fault)) {
        out->where = option_place(options->arena, use);
        return true;
    }
    return settings_wrong(options, use, text,
                          nearest ? str_printf(options->arena, "%s; did you mean \"%s\"?", fault, nearest) : fault,
                          why);
}

bool settings_agreements(const struct options *options, struct settings *out, const char **why)
{
    struct suppression *suppressions =
        ARENA_ARRAY(options->arena, struct suppression, settings_count(options, OPT_IGNORE));
    struct level *levels = ARENA_ARRAY(options->arena, struct level, settings_count(options, OPT_LEVEL));

    struct expectation *expectations =
        ARENA_ARRAY(options->arena, struct expectation, settings_count(options, OPT_EXPECT));

    out->target.expectations = expectations;
    for (const struct option_use *use = options_next(options, OPT_EXPECT, NULL); use;
         use = options_next(options, OPT_EXPECT, use))
        if (!read_expectation(options, use, &expectations[out->target.expectation_count++], why))
            return false;
    out->target.suppressions = suppressions;
    out->target.levels = levels;
    for (const struct option_use *use = options_next(options, OPT_IGNORE, NULL); use;
         use = options_next(options, OPT_IGNORE, use))
        if (!read_suppression(options, use, &suppressions[out->target.suppression_count++], why))
            return false;
    for (const struct option_use *use = options_next(options, OPT_LEVEL, NULL); use;
         use = options_next(options, OPT_LEVEL, use))
        if (!read_level(options, use, &levels[out->target.level_count++], why))
            return false;
    return true;
}
