/* cmd/options/options.c - reads options from the command line and the environment, after the table. */
#include "cmd/options/options.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/command.h"
#include "core/base/arena.h"
#include "core/base/str.h"

enum { WORD_MAX = 64 }; /* of a flag's value or an environment variable's option name */

static const char variable_prefix[] = "MAILREADY_";

struct options options_new(struct arena *arena, const char *command)
{
    return (struct options){.arena = arena, .command = command, .usual_format = "text"};
}

bool option_find(const char *command, const char *name, enum option_id *out)
{
    for (enum option_id id = 0; id < OPTION_COUNT; id++) {
        if (strcmp(option_table[id].command, command) == 0 && strcmp(option_table[id].name, name) == 0) {
            *out = id;
            return true;
        }
    }
    return false;
}

bool option_is_flag(const struct option *option)
{
    return !option->planned && !option->file_only;
}

static bool find_letter(const char *command, char letter, enum option_id *out)
{
    for (enum option_id id = 0; id < OPTION_COUNT; id++) {
        if (strcmp(option_table[id].command, command) == 0 && option_table[id].letter == letter) {
            *out = id;
            return true;
        }
    }
    return false;
}

const char *option_nearest(struct arena *arena, const char *command, const char *name)
{
    const char *names[OPTION_COUNT];
    size_t count = 0;
    const char *nearest;

    for (enum option_id id = 0; id < OPTION_COUNT; id++) {
        if (strcmp(option_table[id].command, command) == 0 && option_is_flag(&option_table[id]))
            names[count++] = option_table[id].name;
    }
    nearest = nearest_of(name, names, count);
    return nearest ? str_printf(arena, "--%s", nearest) : NULL;
}

const char *option_variable(struct arena *arena, enum option_id id)
{
    const char *name = option_table[id].name;
    size_t prefix = sizeof variable_prefix - 1, length = strlen(name);
    char *out = arena_alloc(arena, prefix + length + 1);

    memcpy(out, variable_prefix, prefix);
    for (size_t i = 0; i < length; i++)
        out[prefix + i] =
            name[i] == '-' ? '_' : (char)(name[i] >= 'a' && name[i] <= 'z' ? name[i] - 'a' + 'A' : name[i]);
    return out;
}

static const char *flag_value(const char *text)
{
    static const char *const yes[] = {"yes", "true", "on", "1"}, *const no[] = {"no", "false", "off", "0"};

    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
        if (text_equal_nocase(text, yes[i]))
            return "yes";
        if (text_equal_nocase(text, no[i]))
            return "no";
    }
    return NULL;
}

static bool is_choice(const char *choices, const char *value)
{
    size_t length = strlen(value);

    for (const char *at = choices; *at; at += strspn(at, " ")) {
        size_t word = strcspn(at, " ");

        if (word == length && memcmp(at, value, length) == 0)
            return true;
        at += word;
    }
    return false;
}

static bool is_number(const struct option *option, const char *value)
{
    char *end;
    long number;

    if (*value < '0' || *value > '9')
        return false;
    errno = 0;
    number = strtol(value, &end, 10);
    return errno == 0 && *end == '\0' && number >= option->least && number <= option->most;
}

/* The value as it is kept, or NULL with the reason. */
static const char *check_value(struct arena *arena, const struct option *option, const char *value, const char **why)
{
    const char *kept = value;

    switch (option->type) {
    case OPTION_FLAG:
        kept = flag_value(value);
        if (!kept)
            *why = str_printf(arena, "\"%s\" is neither yes nor no", value);
        break;
    case OPTION_NUMBER:
        if (!is_number(option, value)) {
            kept = NULL;
            *why = str_printf(arena, "\"%s\" is not a number from %ld to %ld", value, option->least, option->most);
        }
        break;
    case OPTION_CHOICE:
        if (!is_choice(option->choices, value)) {
            kept = NULL;
            *why = str_printf(arena, "\"%s\" is none of %s", value, option->argument);
        }
        break;
    case OPTION_TEXT:
    case OPTION_CHECKS:
    case OPTION_READ:
    case OPTION_WRITE:
    case OPTION_REPORT:
    case OPTION_RECEIVER:
        if (*value == '\0') {
            kept = NULL;
            *why = "a value is missing";
        }
        break;
    }
    return kept;
}

static void keep(struct options *options, struct option_use use)
{
    if (options->use_count == options->use_room) {
        size_t room = options->use_room ? options->use_room * 2 : 16;
        struct option_use *more = ARENA_ARRAY(options->arena, struct option_use, room);

        if (options->use_count > 0)
            memcpy(more, options->uses, options->use_count * sizeof *more);
        options->uses = more;
        options->use_room = room;
    }
    options->uses[options->use_count++] = use;
}

bool options_add(struct options *options, enum option_id id, const char *value, enum option_source source,
                 const char *where, const char **why)
{
    const struct option *option = &option_table[id];
    const char *kept;

    if (option->planned) {
        *why = str_printf(options->arena, "%s is not available in this version", where);
        return false;
    }
    kept = check_value(options->arena, option, value, why);
    if (!kept) {
        *why = str_printf(options->arena, "%s: %s", where, *why);
        return false;
    }
    keep(options, (struct option_use){.id = id,
                                      .value = kept,
                                      .source = source,
                                      .domain = source == SOURCE_SECTION ? options->domain : NULL,
                                      .where = where});
    return true;
}

static bool unknown_option(struct options *options, const char *spelled, const char *name, const char **why)
{
    const char *nearest = option_nearest(options->arena, options->command, name);

    if (nearest)
        *why = str_printf(options->arena, "unknown option %s; did you mean %s?", spelled, nearest);
    else
        *why = str_printf(options->arena, "unknown option %s; see \"mailready help %s\"", spelled, options->command);
    return false;
}

/* One option at argv[*at]; takes its value from the next argument where it has to. */
static bool parse_option(struct options *options, enum option_id id, const char *where, const char *value, int argc,
                         char **argv, int *at, const char **why)
{
    const struct option *option = &option_table[id];

    if (option->planned)
        return options_add(options, id, "", SOURCE_FLAG, where, why);
    if (!value && option->type == OPTION_FLAG)
        value = "yes";
    if (!value) {
        if (*at + 1 >= argc) {
            *why = str_printf(options->arena, "%s: %s is missing", where, option->argument);
            return false;
        }
        value = argv[++*at];
    }
    return options_add(options, id, value, SOURCE_FLAG, where, why);
}

static bool parse_long(struct options *options, int argc, char **argv, int *at, const char **why)
{
    const char *text = argv[*at] + 2;
    size_t length = strcspn(text, "=");
    const char *name = str_text(options->arena, (struct str){text, length});
    const char *where = str_printf(options->arena, "--%s", name);
    enum option_id id;

    if (!option_find(options->command, name, &id))
        return unknown_option(options, where, name, why);
    if (option_table[id].file_only) {
        *why = str_printf(options->arena, "%s: is a key of the project file only", where);
        return false;
    }
    return parse_option(options, id, where, text[length] == '=' ? text + length + 1 : NULL, argc, argv, at, why);
}

static bool parse_letters(struct options *options, int argc, char **argv, int *at, const char **why)
{
    for (const char *letter = argv[*at] + 1; *letter; letter++) {
        const char *where = str_text(options->arena, (struct str){(char[]){'-', *letter}, 2});
        enum option_id id;

        if (!find_letter(options->command, *letter, &id))
            return unknown_option(options, argv[*at], argv[*at] + 1, why);
        if (option_table[id].type != OPTION_FLAG)
            return parse_option(options, id, where, letter[1] ? letter + 1 : NULL, argc, argv, at, why);
        if (!parse_option(options, id, where, NULL, argc, argv, at, why))
            return false;
    }
    return true;
}

bool options_parse(struct options *options, int argc, char **argv, const char **why)
{
    bool options_end = false;

    options->arguments = ARENA_ARRAY(options->arena, const char *, (size_t)argc + 1);
    for (int at = 1; at < argc; at++) {
        const char *text = argv[at];

        if (options_end || text[0] != '-' || text[1] == '\0')
            options->arguments[options->argument_count++] = text;
        else if (strcmp(text, "--") == 0)
            options_end = true;
        else if (text[1] == '-' ? !parse_long(options, argc, argv, &at, why)
                                : !parse_letters(options, argc, argv, &at, why))
            return false;
    }
    return true;
}

/* Values that hold no blanks may stand side by side in one variable. */
static bool add_variable(struct options *options, enum option_id id, const char *value, const char **why)
{
    const struct option *option = &option_table[id];
    const char *where = option_variable(options->arena, id);

    if (!option->repeatable || option->gathers || option->type != OPTION_TEXT)
        return options_add(options, id, value, SOURCE_ENVIRONMENT, where, why);
    for (const char *at = value + strspn(value, " \t"); *at; at += strspn(at, " \t")) {
        size_t length = strcspn(at, " \t");

        if (!options_add(options, id, str_text(options->arena, (struct str){at, length}), SOURCE_ENVIRONMENT, where,
                         why))
            return false;
        at += length;
    }
    return true;
}

static bool option_of_variable(const char *command, const char *variable, size_t length, enum option_id *out)
{
    char name[WORD_MAX];

    if (length >= sizeof name)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (!isupper((unsigned char)variable[i]) && !isdigit((unsigned char)variable[i]) && variable[i] != '_')
            return false;
        name[i] = variable[i] == '_' ? '-' : (char)tolower((unsigned char)variable[i]);
    }
    name[length] = '\0';
    return option_find(command, name, out) && strcmp(name, "help") != 0 && !option_table[*out].file_only;
}

bool options_environment(struct options *options, char **environment, const char **ignored, const char **why)
{
    const size_t prefix = sizeof variable_prefix - 1;

    *ignored = NULL;
    for (; *environment; environment++) {
        const char *variable = *environment;
        size_t length = strcspn(variable, "=");
        enum option_id id;

        if (strncmp(variable, variable_prefix, prefix) != 0 || variable[length] != '=')
            continue;
        if (option_of_variable(options->command, variable + prefix, length - prefix, &id)) {
            if (variable[length + 1] != '\0' && !add_variable(options, id, variable + length + 1, why))
                return false;
        } else {
            *ignored = str_printf(options->arena, "%s%s%.*s", *ignored ? *ignored : "", *ignored ? ", " : "",
                                  (int)length, variable);
        }
    }
    return true;
}

static bool is_for(const struct option_use *use, const char *domain) /* NULL: for all */
{
    return !use->domain || (domain && strcmp(use->domain, domain) == 0);
}

static bool is_about(const struct options *options, const struct option_use *use, enum option_id id)
{
    return use->id == id && is_for(use, options->domain);
}

struct options options_of(const struct options *options, const char *domain)
{
    struct options own = *options;

    own.domain = domain;
    own.use_count = own.use_room = 0;
    for (size_t i = 0; i < options->use_count; i++)
        own.use_room += is_for(&options->uses[i], domain);
    own.uses = ARENA_ARRAY(options->arena, struct option_use, own.use_room + 1);
    for (size_t i = 0; i < options->use_count; i++)
        if (is_for(&options->uses[i], domain))
            own.uses[own.use_count++] = options->uses[i];
    return own;
}

const struct option_use *options_next(const struct options *options, enum option_id id, const struct option_use *use)
{
    enum option_source strongest = SOURCE_FILE;

    for (size_t i = 0; i < options->use_count; i++) {
        if (is_about(options, &options->uses[i], id) && options->uses[i].source > strongest)
            strongest = options->uses[i].source;
    }
    for (size_t i = use ? (size_t)(use - options->uses) + 1 : 0; i < options->use_count; i++) {
        if (is_about(options, &options->uses[i], id) &&
            (options->uses[i].source == strongest || option_table[id].gathers))
            return &options->uses[i];
    }
    return NULL;
}

const struct option_use *options_last(const struct options *options, enum option_id id)
{
    const struct option_use *last = NULL;

    for (const struct option_use *use = options_next(options, id, NULL); use; use = options_next(options, id, use))
        last = use;
    return last;
}

enum status options_fail_on(const struct options *options, enum option_id id)
{
    const struct option_use *use = options_last(options, id);
    enum status status = PASS;

    status_from_word(use ? use->value : option_table[id].standard, &status);
    return status;
}

const char *option_place(struct arena *arena, const struct option_use *use)
{
    size_t behind = strlen(": ") + strlen(option_table[use->id].name); /* "FILE:LINE: KEY" */

    if (use->source == SOURCE_FLAG || use->source == SOURCE_ENVIRONMENT)
        return use->where;
    return str_text(arena, (struct str){use->where, strlen(use->where) - behind});
}

bool options_flag(const struct options *options, enum option_id id)
{
    const struct option_use *use = options_last(options, id);

    return use && strcmp(use->value, "yes") == 0;
}

long options_number(const struct options *options, enum option_id id, long standard)
{
    const struct option_use *use = options_last(options, id);

    return use ? strtol(use->value, NULL, 10) : standard;
}
