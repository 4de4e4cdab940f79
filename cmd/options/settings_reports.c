/* cmd/options/settings_reports.c - which reports, and where to, by the options. */
#include "cmd/options/settings_internal.h"

#include <string.h>
#include <sys/stat.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "reports/reporter.h"

static const char *known_formats(struct arena *arena)
{
    const char *names = "";

    for (size_t i = 0; reporters[i]; i++)
        names = str_printf(arena, "%s%s%s", names, i ? ", " : "", reporters[i]->name);
    return names;
}

/* One that is there, or a name that can only be one. */
static bool is_directory(const char *path)
{
    size_t length = strlen(path);
    struct stat there;

    return length > 0 && (path[length - 1] == '/' || (stat(path, &there) == 0 && S_ISDIR(there.st_mode)));
}

static bool request_of(const struct options *options, const struct option_use *use, struct report_request *out,
                       const char **why)
{
    size_t length = use->id == OPT_FORMAT ? strcspn(use->value, "=") : 0;
    const char *name = str_text(options->arena, (struct str){use->value, length});

    out->where = use->where;
    if (use->id == OPT_OUTPUT) {
        out->path = use->value;
        out->reporter = strcmp(use->value, "-") == 0 ? reporter_by_name("text") : reporter_by_suffix(use->value);
        if (!out->reporter && is_directory(use->value))
            out->reporter = reporter_by_name("html");
        if (!out->reporter)
            return settings_wrong(options, use, use->value,
                                  "has a suffix that names no format; try --format FORMAT=FILE", why);
    } else {
        out->path = use->value[length] == '=' ? use->value + length + 1 : NULL;
        out->reporter = reporter_by_name(name);
        if (!out->reporter)
            return settings_wrong(
                options, use, name,
                str_printf(options->arena, "is no format; known are %s", known_formats(options->arena)), why);
        if (out->path && !*out->path)
            return settings_wrong(options, use, use->value, "names no file", why);
    }
    if (out->path && strcmp(out->path, "-") == 0)
        out->path = NULL;
    out->is_directory = out->path && out->reporter == reporter_by_name("html") && is_directory(out->path);
    return true;
}

static bool has_json(const struct settings *settings)
{
    for (size_t i = 0; i < settings->report_count; i++)
        if (settings->reports[i].reporter == reporter_by_name("json") ||
            settings->reports[i].reporter == reporter_by_name("jsonl"))
            return true;
    return false;
}

bool settings_reports(const struct options *options, struct settings *out, const char **why)
{
    static const enum option_id ids[] = {OPT_FORMAT, OPT_OUTPUT};
    const char *on_stdout = NULL;

    out->reports = ARENA_ARRAY(options->arena, struct report_request,
                               settings_count(options, OPT_FORMAT) + settings_count(options, OPT_OUTPUT) + 1);
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        for (const struct option_use *use = options_next(options, ids[i], NULL); use;
             use = options_next(options, ids[i], use)) {
            struct report_request *request = &out->reports[out->report_count++];

            if (!request_of(options, use, request, why))
                return false;
            if (!request->path && on_stdout) {
                *why =
                    str_printf(options->arena, "%s: standard output already has a report (%s)", use->where, on_stdout);
                return false;
            }
            if (!request->path)
                on_stdout = use->where;
        }
    }
    if (out->report_count == 0)
        out->reports[out->report_count++] =
            (struct report_request){.reporter = reporter_by_name(options->usual_format), .where = "standard output"};
    if (out->compact && !has_json(out)) {
        *why = "--compact: is about the formats json and jsonl, and neither is asked for";
        return false;
    }
    return true;
}
