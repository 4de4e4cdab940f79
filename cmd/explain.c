/* cmd/explain.c - `mailready explain CHECK|GROUP`: the texts of checks and of what can be behind them, without asking
 * anybody; --bounce is in bounce.c. */
#include <string.h>

#include "cmd/bounce.h"
#include "cmd/io/output.h"
#include "cmd/options/options.h"
#include "cmd/options/usage.h"
#include "cmd/options/wrap.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/list_text.h"
#include "core/base/str.h"
#include "core/result/cause_kind.h"
#include "reports/words.h"

enum {
    TEXT_INDENT = 2,
    CAUSE_INDENT = 4,
    EXAMPLE_COLUMN = 11,              /* of "    bad:   " */
    NAMES_SHOWN = 4,                  /* of those that may have been meant */
    EXPLAIN_BYTES = 64 * 1024 * 1024, /* a bounce is copied while its lines are folded */
};

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

/* ---- causes ---- */

static void print_example(const char *label, const char *text)
{
    printf("%*s%-*s", CAUSE_INDENT, "", EXAMPLE_COLUMN - CAUSE_INDENT, label);
    print_wrapped(stdout, text, EXAMPLE_COLUMN, EXAMPLE_COLUMN);
}

static void print_cause(enum cause_id id)
{
    const struct cause_kind *kind = cause_kind_at(id);

    printf("\n%*s%s:", TEXT_INDENT, "", kind->name);
    print_wrapped(stdout, kind->text, TEXT_INDENT + strlen(kind->name) + 1, CAUSE_INDENT);
    if (kind->remedy)
        print_wrapped(stdout, kind->remedy, 0, CAUSE_INDENT);
    print_example("who", actor_text(kind->actor));
    print_example("bad", kind->bad);
    print_example("good", kind->good);
}

static void print_causes(enum check_id check)
{
    puts("\nWhat can be behind it");
    for (enum cause_id id = CAUSE_UNSAID + 1; id < CAUSE_COUNT; id++)
        if (cause_kind_at(id)->check == check)
            print_cause(id);
}

/* ---- what is explained ---- */

static void print_check(enum check_id id)
{
    const struct check *check = check_of(id);

    printf("%s (at worst: %s)\n\n", check->name, status_word(check->worst));
    print_wrapped(stdout, check->title, 0, TEXT_INDENT);
    print_paragraph("Why receivers care", check->why);
    print_paragraph("How to fix it", check->remedy);
    print_causes(id);
    print_sources(check->sources);
}

static void print_group(const char *group)
{
    printf("%s: %s\n", group, group_title(group));
    for (enum check_id id = 0; id < CHECK_COUNT; id++) {
        const struct check *check = check_of(id);

        if (strcmp(check->group, group) != 0)
            continue;
        printf("\n%s (at worst: %s)\n", check->name, status_word(check->worst));
        print_wrapped(stdout, check->title, 0, TEXT_INDENT);
        for (enum cause_id cause = CAUSE_UNSAID + 1; cause < CAUSE_COUNT; cause++) {
            const struct cause_kind *kind = cause_kind_at(cause);

            if (kind->check != id)
                continue;
            printf("%*s- %s:", TEXT_INDENT, "", kind->name);
            print_wrapped(stdout, kind->text, TEXT_INDENT + strlen(kind->name) + 3, CAUSE_INDENT);
        }
    }
    print_paragraph("More", "mailready explain CHECK tells why receivers care, and what to do about each.");
}

static bool is_group(const char *word)
{
    for (enum check_id id = 0; id < CHECK_COUNT; id++)
        if (strcmp(check_of(id)->group, word) == 0)
            return true;
    return false;
}

/* "ptr.fcrdns/stale", as reports name a cause; CAUSE_UNSAID: it is none. */
static enum cause_id cause_from_name(const char *word)
{
    for (enum cause_id id = CAUSE_UNSAID + 1; id < CAUSE_COUNT; id++) {
        const char *check = check_of(cause_kind_at(id)->check)->name;
        size_t length = strlen(check);

        if (strncmp(word, check, length) == 0 && word[length] == '/' &&
            strcmp(word + length + 1, cause_kind_at(id)->name) == 0)
            return id;
    }
    return CAUSE_UNSAID;
}

static void explain_word(const char *word)
{
    enum check_id id;
    enum cause_id cause = cause_from_name(word);

    if (check_from_name(word, &id)) {
        print_check(id);
    } else if (is_group(word)) {
        print_group(word);
    } else {
        puts(word);
        print_cause(cause);
        print_paragraph("Why receivers care", check_of(cause_kind_at(cause)->check)->why);
    }
}

static bool is_known(const char *word)
{
    enum check_id id;

    return check_from_name(word, &id) || is_group(word) || cause_from_name(word) != CAUSE_UNSAID;
}

/* Names that contain what was typed, else the one that it resembles most; "": nothing does. */
static const char *what_was_meant(struct arena *arena, const char *word)
{
    struct list_text list = list_text(arena, "\" or \"", NAMES_SHOWN);
    const char *names[CHECK_COUNT * 2], *nearest;
    size_t count = 0;

    for (enum check_id id = 0; id < CHECK_COUNT; id++) {
        const char *name = check_of(id)->name;

        if (*word && strstr(name, word) && !list_is_full(&list))
            list_add(&list, name);
        names[count++] = name;
        names[count++] = check_of(id)->group;
    }
    if (list.count)
        return list_end(&list);
    nearest = nearest_of(word, names, count);
    return nearest ? nearest : "";
}

static enum exit_status unknown_word(struct arena *arena, const char *word)
{
    const char *meant = what_was_meant(arena, word);

    if (*meant)
        return usage_error(
            str_printf(arena, "explain: there is no check or group \"%s\"; did you mean \"%s\"?", word, meant));
    return usage_error(
        str_printf(arena, "explain: there is no check or group \"%s\"; \"mailready checks\" lists them", word));
}

static enum exit_status explain(const struct options *options)
{
    const struct option_use *bounce = options_last(options, OPT_EXPLAIN_BOUNCE);

    if (bounce && options->argument_count)
        return usage_error("explain: either a check or --bounce; quote the text of a bounce as one word");
    if (bounce)
        return explain_bounce(options->arena, bounce->value);
    if (options->argument_count == 0)
        return usage_error("explain: no check given; \"mailready checks\" lists them");
    for (size_t i = 0; i < options->argument_count; i++) {
        if (!is_known(options->arguments[i]))
            return unknown_word(options->arena, options->arguments[i]);
    }
    for (size_t i = 0; i < options->argument_count; i++) {
        if (i > 0)
            puts("\n");
        explain_word(options->arguments[i]);
    }
    return output_stdout_done() ? EXIT_STATUS_READY : EXIT_STATUS_FAULT;
}

static enum exit_status explain_words(struct arena *arena, int argc, char **argv)
{
    struct options options;
    enum exit_status status;

    return usage_parse(&options, arena, &explain_command, argc, argv, &status) ? explain(&options) : status;
}

static enum exit_status run_explain(int argc, char **argv)
{
    return run_in_arena(EXPLAIN_BYTES, explain_words, argc, argv);
}

const struct command explain_command = {
    .name = "explain",
    .synopsis = "CHECK|GROUP... | --bounce TEXT|FILE",
    .summary = "tell what a check looks at, why receivers care, what can be behind it with an example each, and how to fix it",
    .run = run_explain,
};
