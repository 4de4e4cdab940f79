/* cmd/options/settings_language.c - --lang: the language of reports for people. */
#include "cmd/options/settings_internal.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "reports/language/language.h"

/* "de" of "de_AT.UTF-8", of the variable that setlocale(3) takes for messages: of those that are set the first.
 * (POSIX.1-2017, 8.2) */
static const char *language_of_locale(struct arena *arena)
{
    static const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        const char *value = getenv(variables[i]);

        if (value && *value)
            return str_text(arena, (struct str){value, strcspn(value, "_.@")});
    }
    return "en";
}

bool settings_language(const struct options *options, struct settings *out, const char **why)
{
    const struct option_use *use = options_last(options, OPT_LANG);
    const char *tag = use ? use->value : language_of_locale(options->arena);
    struct str words = language_words(tag);

    if (words.at)
        out->language = language_read(options->arena, tag, words);
    else if (use && strcmp(tag, "en") != 0)
        return settings_wrong(options, use, tag,
                              str_printf(options->arena, "is no language of reports: there are %s", language_tags()),
                              why);
    return true;
}
