/* cmd/archive/reading.c - opens the store that a command asks, and says what is wrong with it. */
#include "cmd/archive/reading.h"

#include <time.h>

#include "cmd/archive/when.h"
#include "cmd/options/usage.h"
#include "core/base/str.h"

static enum exit_status status_of(enum archive_outcome outcome)
{
    return outcome == ARCHIVE_UNFIT ? EXIT_STATUS_USAGE : EXIT_STATUS_FAULT;
}

struct archive *reading_begin(const struct options *options, enum option_id store, enum archive_use use,
                              enum exit_status *status)
{
    const struct option_use *named = options_last(options, store);
    const char *why = named ? archive_url_fault(options->arena, named->value)
                            : "sqlite:FILE or postgresql://HOST/DATABASE says which store";
    enum archive_outcome outcome;
    struct archive *archive;

    if (why) {
        *status = usage_error(str_printf(options->arena, "--store: %s", why));
        return NULL;
    }
    archive = archive_open(options->arena, named->value, use, &outcome, &why);
    if (!archive) {
        complain("%s", why);
        *status = status_of(outcome);
    }
    return archive;
}

enum exit_status reading_failed(const struct archive *archive, enum archive_outcome outcome)
{
    complain("%s: %s", archive_path(archive), archive_why(archive));
    return status_of(outcome);
}

bool reading_moment(const struct options *options, enum option_id id, const char **moment, const char **why)
{
    const struct option_use *use = options_last(options, id);

    *moment = use ? when_text(options->arena, use->value, time(NULL)) : NULL;
    if (!use || *moment)
        return true;
    *why = str_printf(options->arena,
                      "%s: \"%s\" is neither a day (2026-11-29) nor a span of time until now (36h, 7d, 4w)", use->where,
                      use->value);
    return false;
}
