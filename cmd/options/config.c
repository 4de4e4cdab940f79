/* cmd/options/config.c - reads the project file. */
#include "cmd/options/config.h"

#include <string.h>

#include "cmd/command.h"
#include "cmd/io/file.h"
#include "cmd/io/targets.h"
#include "cmd/options/options.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/str.h"

static bool is_printable(struct str line)
{
    for (size_t i = 0; i < line.len; i++) {
        unsigned char octet = (unsigned char)line.at[i];

        if ((octet < 0x20 && octet != '\t') || octet == 0x7f)
            return false;
    }
    return true;
}

static bool is_key(const struct options *options, enum option_id id)
{
    return strcmp(option_table[id].command, options->command) == 0 && id != OPT_CONFIG && id != OPT_AUDIT_HELP;
}

static const char *unknown_key(struct options *options, const char *key)
{
    const char *names[OPTION_COUNT], *nearest;
    size_t count = 0;

    for (enum option_id id = 0; id < OPTION_COUNT; id++)
        if (is_key(options, id) && !option_table[id].planned)
            names[count++] = option_table[id].name;
    nearest = nearest_of(key, names, count);
    if (nearest)
        return str_printf(options->arena, "unknown key \"%s\"; did you mean \"%s\"?", key, nearest);
    return str_printf(options->arena, "unknown key \"%s\"", key);
}

static bool is_set(const struct options *options, enum option_id id, enum option_source source)
{
    for (size_t i = 0; i < options->use_count; i++) {
        const struct option_use *earlier = &options->uses[i];

        if (earlier->id == id && earlier->source == source &&
            (source == SOURCE_FILE || strcmp(earlier->domain, options->domain) == 0))
            return true;
    }
    return false;
}

/* NULL, or what is wrong with the line. */
static const char *parse_line(struct options *options, const char *place, struct str line)
{
    const char *equals = memchr(line.at, '=', line.len), *key, *why;
    enum option_source source = options->domain ? SOURCE_SECTION : SOURCE_FILE;
    enum option_id id;

    if (!equals)
        return str_printf(options->arena, "%s: no \"key = value\"", place);
    key = str_text(options->arena, line_trimmed((struct str){line.at, (size_t)(equals - line.at)}));
    if (!option_find(options->command, key, &id))
        return str_printf(options->arena, "%s: %s", place, unknown_key(options, key));
    if (!is_key(options, id))
        return str_printf(options->arena, "%s: \"%s\" has no meaning in a project file", place, key);
    if (options->domain && option_table[id].whole_run)
        return str_printf(options->arena, "%s: \"%s\" is about the whole run: it belongs under [defaults]", place, key);
    if (!option_table[id].repeatable && is_set(options, id, source))
        return str_printf(options->arena, "%s: \"%s\" is set twice", place, key);
    line = line_trimmed((struct str){equals + 1, (size_t)(line.at + line.len - equals - 1)});
    if (!options_add(options, id, str_text(options->arena, line), source,
                     str_printf(options->arena, "%s: %s", place, key), &why))
        return why;
    return NULL;
}

static void add_section(struct options *options, const char *domain, const char *place)
{
    struct option_section *more = ARENA_ARRAY(options->arena, struct option_section, options->section_count + 1);

    if (options->section_count)
        memcpy(more, options->sections, options->section_count * sizeof *more);
    more[options->section_count++] = (struct option_section){.domain = domain, .where = place};
    options->sections = more;
}

/* "[defaults]" or "[example.org]"; NULL, or what is wrong with it. */
static const char *enter_section(struct options *options, const char *place, struct str line)
{
    const char *fault, *name, *domain;

    if (line.len < 2 || line.at[line.len - 1] != ']')
        return str_printf(options->arena, "%s: a section is [DOMAIN] or [defaults], and nothing behind it", place);
    name = str_text(options->arena, line_trimmed((struct str){line.at + 1, line.len - 2}));
    options->domain = NULL;
    if (strcmp(name, "defaults") == 0)
        return NULL;
    domain = domain_from_text(options->arena, str_of(name), &fault);
    if (!domain)
        return str_printf(options->arena, "%s: [%s]: \"%s\" %s", place, name, name, fault);
    for (size_t i = 0; i < options->section_count; i++)
        if (strcmp(options->sections[i].domain, domain) == 0)
            return str_printf(options->arena, "%s: %s has a section already, at %s", place, domain,
                              options->sections[i].where);
    if (options->section_count == SECTIONS_MAX)
        return str_printf(options->arena, "%s: more than %d sections", place, SECTIONS_MAX);
    add_section(options, domain, place);
    options->domain = domain;
    return NULL;
}

bool config_parse(struct options *options, const char *name, const char *bytes, size_t size, const char **why)
{
    static const char byte_order_mark[] = "\xef\xbb\xbf";
    size_t number = 0;

    if (size >= 3 && memcmp(bytes, byte_order_mark, 3) == 0) {
        bytes += 3;
        size -= 3;
    }
    *why = NULL;
    while (size > 0 && !*why) {
        const char *end = memchr(bytes, '\n', size), *place = str_printf(options->arena, "%s:%zu", name, ++number);
        size_t length = end ? (size_t)(end - bytes) : size, taken = end ? length + 1 : length;
        struct str line = line_trimmed((struct str){bytes, length});

        if (length > INPUT_LINE_MAX)
            *why = str_printf(options->arena, "%s: the line is longer than %d bytes", place, INPUT_LINE_MAX);
        else if (!is_printable(line))
            *why = str_printf(options->arena, "%s: the line has control characters", place);
        else if (line.len > 0 && line.at[0] == '[')
            *why = enter_section(options, place, line);
        else if (line.len > 0 && line.at[0] != '#')
            *why = parse_line(options, place, line);
        bytes += taken;
        size -= taken;
    }
    options->domain = NULL;
    return !*why;
}

bool config_read(struct options *options, const char *path, const char **why)
{
    struct str bytes;

    return file_read(options->arena, path, CONFIG_BYTES, &bytes, why) &&
           config_parse(options, path, bytes.at, bytes.len, why);
}
