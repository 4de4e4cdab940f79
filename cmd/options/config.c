/* cmd/options/config.c - reads the configuration file. */
#include "cmd/options/config.h"

#include <string.h>

#include "cmd/io/file.h"
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

static const char *unknown_key(struct options *options, const char *key)
{
    const char *nearest = option_nearest(options->arena, options->command, key);

    if (nearest)
        return str_printf(options->arena, "unknown key \"%s\"; did you mean \"%s\"?", key, nearest + strlen("--"));
    return str_printf(options->arena, "unknown key \"%s\"", key);
}

/* NULL, or what is wrong with the line. */
static const char *parse_line(struct options *options, const char *place, struct str line)
{
    const char *equals = memchr(line.at, '=', line.len), *key, *why;
    const struct option_use *earlier;
    enum option_id id;

    if (!equals)
        return str_printf(options->arena, "%s: no \"key = value\"", place);
    key = str_text(options->arena, line_trimmed((struct str){line.at, (size_t)(equals - line.at)}));
    if (!option_find(options->command, key, &id))
        return str_printf(options->arena, "%s: %s", place, unknown_key(options, key));
    if (id == OPT_CONFIG || id == OPT_AUDIT_HELP)
        return str_printf(options->arena, "%s: \"%s\" has no meaning in a configuration file", place, key);
    for (size_t i = 0; i < options->use_count; i++) {
        earlier = &options->uses[i];
        if (earlier->id == id && earlier->source == SOURCE_FILE && !option_table[id].repeatable)
            return str_printf(options->arena, "%s: \"%s\" is set twice", place, key);
    }
    line = line_trimmed((struct str){equals + 1, (size_t)(line.at + line.len - equals - 1)});
    if (!options_add(options, id, str_text(options->arena, line), SOURCE_FILE,
                     str_printf(options->arena, "%s: %s", place, key), &why))
        return why;
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
        else if (line.len > 0 && line.at[0] != '#')
            *why = parse_line(options, place, line);
        bytes += taken;
        size -= taken;
    }
    return !*why;
}

bool config_read(struct options *options, const char *path, const char **why)
{
    struct str bytes;

    return file_read(options->arena, path, CONFIG_BYTES, &bytes, why) &&
           config_parse(options, path, bytes.at, bytes.len, why);
}
