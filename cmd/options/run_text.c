/* cmd/options/run_text.c - describes a run, and tells two apart. */
#include "cmd/options/run_text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/options/options.h"
#include "core/base/arena.h"
#include "core/base/str.h"

enum { READ_BYTES = 16384 };

uint64_t run_checksum(uint64_t before, const void *octets, size_t size)
{
    static const uint64_t offset = 0xcbf29ce484222325u, prime = 0x100000001b3u;
    uint64_t sum = before ? before : offset;

    for (size_t i = 0; i < size; i++)
        sum = (sum ^ ((const unsigned char *)octets)[i]) * prime;
    return sum;
}

/* ---- describing ---- */

struct lines {
    struct arena *arena;
    char *text;
    size_t length, room;
};

static void add(struct lines *lines, const char *line)
{
    size_t length = strlen(line);

    if (lines->length + length + 2 > lines->room) {
        size_t room = (lines->length + length + 2) * 2;
        char *more = arena_alloc(lines->arena, room);

        if (lines->length)
            memcpy(more, lines->text, lines->length);
        lines->text = more;
        lines->room = room;
    }
    memcpy(lines->text + lines->length, line, length);
    lines->length += length;
    lines->text[lines->length++] = '\n';
    lines->text[lines->length] = '\0';
}

/* What the options say is in the settings; what the files that they name say is not. */
static bool add_file(struct lines *lines, const char *path, const char **why)
{
    FILE *file = fopen(path, "re");
    char octets[READ_BYTES];
    uint64_t sum = 0;
    size_t got = sizeof octets;
    bool is_read;

    while (file && got == sizeof octets) {
        got = fread(octets, 1, sizeof octets, file);
        sum = run_checksum(sum, octets, got);
    }
    is_read = file && !ferror(file);
    if (!is_read)
        *why = str_printf(lines->arena, "%s: %s", path, strerror(errno));
    else
        add(lines, str_printf(lines->arena, "file %s %016" PRIx64, bytes_escape(lines->arena, str_of(path)), sum));
    if (file)
        fclose(file);
    return is_read;
}

/* Does what is found out, or what counts of it, depend on this option? */
static bool counts(enum option_id id)
{
    static const enum option_id others[] = {OPT_DOMAINS, OPT_IN_FLIGHT, OPT_MEMORY, OPT_JOBS,  OPT_TRACE,
                                            OPT_CONFIG,  OPT_JOURNAL,   OPT_RESUME, OPT_STORE, OPT_AUDIT_HELP};

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (others[i] == id)
            return false;
    return strcmp(option_table[id].command, "audit") == 0 && option_table[id].group != GROUP_PRINT;
}

static void add_options(struct lines *lines, const struct options *options, const char *domain)
{
    for (enum option_id id = 0; id < OPTION_COUNT; id++) {
        if (!counts(id))
            continue;
        for (const struct option_use *use = options_next(options, id, NULL); use; use = options_next(options, id, use))
            if (!domain || use->domain)
                add(lines, str_printf(lines->arena, "option %s%s%s %s", option_table[id].name, domain ? "@" : "",
                                      domain ? domain : "", bytes_escape(lines->arena, str_of(use->value))));
    }
}

bool run_text(const struct options *options, const struct run_list *list, const char *const *files, size_t file_count,
              const char **text, const char **why)
{
    struct lines lines = {.arena = options->arena};

    add(&lines, "version " MAILREADY_VERSION);
    if (list->is_known)
        add(&lines, str_printf(lines.arena, "list %zu %016" PRIx64, list->domains, list->checksum));
    for (size_t i = 0; i < file_count; i++)
        if (files[i] && !add_file(&lines, files[i], why))
            return false;
    add_options(&lines, options, NULL);
    for (size_t i = 0; i < options->section_count; i++) {
        struct options own = options_of(options, options->sections[i].domain);

        add_options(&lines, &own, own.domain);
    }
    *text = lines.text;
    return true;
}

/* ---- comparing ---- */

static struct str line_of(const char *at)
{
    return (struct str){at, strcspn(at, "\n")};
}

static const char *next_line(struct str line)
{
    return line.at[line.len] ? line.at + line.len + 1 : line.at + line.len;
}

static struct str find(const char *text, struct str wanted)
{
    struct str line = line_of(text);

    while (line.len && !str_equal(line, wanted))
        line = line_of(next_line(line));
    return line;
}

/* The first line of a kind; empty: none. */
static struct str first_of(const char *text, const char *word)
{
    struct str line = line_of(text);

    while (line.len && (line.len < strlen(word) || memcmp(line.at, word, strlen(word)) != 0))
        line = line_of(next_line(line));
    return line;
}

/* "--timeout 60", "dkim s2026 of example.org", "what is in anchor.key" */
static const char *shown(struct arena *arena, struct str line)
{
    const char *text = str_text(arena, line), *space = strchr(text, ' '), *name = space ? space + 1 : text, *at, *value;
    size_t length = strcspn(name, " ");

    if (strncmp(text, "file ", 5) == 0)
        return str_printf(arena, "what is in %.*s", (int)length, name);
    at = memchr(name, '@', length);
    value = name[length] ? name + length + 1 : name + length;
    if (at)
        return str_printf(arena, "%.*s %s of %.*s", (int)(at - name), name, value, (int)(name + length - at - 1),
                          at + 1);
    return strcmp(value, "yes") == 0 ? str_printf(arena, "--%.*s", (int)length, name) : str_printf(arena, "--%s", name);
}

/* Lines of `text` that `other` lacks, by commas. */
static const char *missing(struct arena *arena, const char *text, const char *other)
{
    const char *all = "";

    for (struct str line = line_of(text); line.len; line = line_of(next_line(line)))
        if (!find(other, line).len)
            all = str_printf(arena, "%s%s%s", all, *all ? ", " : "", shown(arena, line));
    return all;
}

static const char *list_difference(struct arena *arena, struct str before, struct str now)
{
    const char *was = str_text(arena, before), *is = str_text(arena, now);
    unsigned long long had = strtoull(was + strcspn(was, " "), NULL, 10),
                       has = strtoull(is + strcspn(is, " "), NULL, 10);

    if (had != has)
        return str_printf(arena, "is of a run with another list: it had %llu domains, and this one has %llu", had, has);
    return "is of a run with another list: other domains, or another order";
}

const char *run_text_difference(struct arena *arena, const char *before, const char *now)
{
    struct str was = first_of(before, "version "), is = first_of(now, "version ");
    const char *gone, *come;

    if (!str_equal(was, is))
        return str_printf(arena, "is of mailready %s, and this is " MAILREADY_VERSION ": that one can go on with it",
                          was.len ? str_text(arena, was) + strlen("version ") : "of a version that it does not say");
    was = first_of(before, "list ");
    is = first_of(now, "list ");
    if (was.len && is.len && !str_equal(was, is))
        return list_difference(arena, was, is);
    before = next_line(was.len ? was : first_of(before, "version "));
    now = next_line(is.len ? is : first_of(now, "version "));
    gone = missing(arena, before, now);
    come = missing(arena, now, before);
    if (!*gone && !*come)
        return NULL;
    if (!*gone)
        return str_printf(arena, "is of a run with other options: this one has %s, and that one did not", come);
    return str_printf(arena, "is of a run with other options: it had %s, and this one %s%s", gone,
                      *come ? "has " : "does not", come);
}
