/* cmd/options/settings_selection.c - which checks, by the options. */
#include "cmd/options/settings_internal.h"

#include <string.h>

#include "cmd/command.h"
#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/result/finding.h"

enum { NAMES_MAX = CHECK_COUNT * 2 };

static const char *nearest_check(const char *word)
{
    const char *names[NAMES_MAX];
    size_t count = 0;

    for (enum check_id id = 0; id < CHECK_COUNT; id++) {
        names[count++] = check_of(id)->name;
        names[count++] = check_of(id)->group;
    }
    return nearest_of(word, names, count);
}

/* Sets `selected` for every check of a list; false for a word that is neither check nor group. */
static bool select_checks(const struct options *options, const struct option_use *use, bool to,
                          bool selected[CHECK_COUNT], const char **why)
{
    for (const char *at = use->value; *at; at += strspn(at, ", ")) {
        size_t length = strcspn(at, ", ");
        const char *word = str_text(options->arena, (struct str){at, length}), *nearest;
        bool known = false;

        for (enum check_id id = 0; id < CHECK_COUNT; id++) {
            if (strcmp(check_of(id)->name, word) == 0 || strcmp(check_of(id)->group, word) == 0) {
                selected[id] = to;
                known = true;
            }
        }
        if (!known && length > 0) {
            nearest = nearest_check(word);
            return settings_wrong(
                options, use, word,
                nearest ? str_printf(options->arena, "is neither a check nor a group; did you mean \"%s\"?", nearest)
                        : "is neither a check nor a group; \"mailready checks\" lists them",
                why);
        }
        at += length;
    }
    return true;
}

/* The words of an option that takes a list, however often it is given. */
static const char *const *list_words(const struct options *options, enum option_id option, size_t *count)
{
    size_t room = 0;
    const char **words;

    for (const struct option_use *use = options_next(options, option, NULL); use;
         use = options_next(options, option, use))
        room += strlen(use->value) + 1;
    words = ARENA_ARRAY(options->arena, const char *, room + 1);
    *count = 0;
    for (const struct option_use *use = options_next(options, option, NULL); use;
         use = options_next(options, option, use))
        for (const char *at = use->value; *at; at += strspn(at, ", ")) {
            size_t length = strcspn(at, ", ");

            if (length)
                words[(*count)++] = str_text(options->arena, (struct str){at, length});
            at += length;
        }
    return words;
}

/* What env.* says of IPv6, port 25, the clock and this machine's name serves the checks of these groups: whoever skips
 * them all wants no server to be called. */
static bool calls_mail_servers(const bool selected[CHECK_COUNT])
{
    static const char *const groups[] = {"smtp", "banner", "tls", "dane", "helo"};
    bool calls = false;

    for (enum check_id id = 0; id < CHECK_COUNT; id++)
        for (size_t g = 0; g < sizeof groups / sizeof *groups; g++)
            calls = calls || (selected[id] && strcmp(check_of(id)->group, groups[g]) == 0);
    return calls;
}

bool settings_checks(const struct options *options, enum option_id id, bool selected[CHECK_COUNT], const char **why)
{
    const struct option_use *first = options_next(options, id, NULL);

    for (enum check_id check = 0; check < CHECK_COUNT; check++)
        selected[check] = !first;
    for (const struct option_use *use = first; use; use = options_next(options, id, use))
        if (!select_checks(options, use, true, selected, why))
            return false;
    return true;
}

bool settings_selection(const struct options *options, struct settings *out, const char **why)
{
    bool *selected = ARENA_ARRAY(options->arena, bool, CHECK_COUNT), any = false;
    const struct option_use *only = options_next(options, OPT_ONLY, NULL);

    if (!settings_checks(options, OPT_ONLY, selected, why))
        return false;
    for (const struct option_use *use = options_next(options, OPT_SKIP, NULL); use;
         use = options_next(options, OPT_SKIP, use)) {
        if (!select_checks(options, use, false, selected, why))
            return false;
    }
    for (enum check_id id = 0; id < CHECK_COUNT; id++)
        any = any || selected[id];
    out->target.selected = selected;
    out->target.no_smtp = !only && !calls_mail_servers(selected);
    out->target.only = list_words(options, OPT_ONLY, &out->target.only_count);
    out->target.skip = list_words(options, OPT_SKIP, &out->target.skip_count);
    if (!any)
        *why = "--only and --skip leave no check";
    return any;
}
