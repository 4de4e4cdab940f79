/* cmd/reuse.c - takes sessions from a store. */
#include "cmd/reuse.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cmd/archive/archive.h"
#include "cmd/options/run_text.h"
#include "cmd/options/settings.h"
#include "core/audit/earlier.h"
#include "core/base/arena.h"
#include "core/base/date.h"
#include "core/base/str.h"
#include "core/collect/tls/anchors.h"
#include "core/facts/vantage.h"

enum { MEMORY_SHARE = 8 };

static uint64_t add(uint64_t sum, const char *text)
{
    return run_checksum(sum, text, strlen(text) + 1);
}

/* What the system trusts changes with its files. */
static uint64_t add_anchors(uint64_t sum, struct arena *arena)
{
    struct stat about;

    for (const char *const *place = anchors_places(arena); *place; place++)
        if (stat(*place, &about) == 0)
            sum = add(sum,
                      str_printf(arena, "%s %lld %lld", *place, (long long)about.st_mtime, (long long)about.st_size));
    return sum;
}

const char *reuse_vantage(struct arena *arena, const struct settings *settings, const char *ca)
{
    const struct vantage *here = vantage_look(arena, settings->helo);
    uint64_t sum = add(0, MAILREADY_VERSION);

    sum = add(sum, here->host);
    for (size_t i = 0; i < here->address_count; i++)
        sum = add(sum, ip_text(arena, &here->addresses[i]));
    sum = add(sum, ip_text(arena, &settings->source4));
    sum = add(sum, ip_text(arena, &settings->source6));
    sum = add(sum, ca ? ca : "");
    return str_printf(arena, "%016" PRIx64, add_anchors(sum, arena));
}

static bool take(void *arg, const struct archive_session *session)
{
    return earlier_add(arg, session->key, session->packed);
}

bool reuse_sessions(struct arena *arena, struct archive *archive, const char *vantage, const struct settings *settings,
                    struct earlier **earlier, const char **why)
{
    size_t room = settings->memory / MEMORY_SHARE;
    enum archive_outcome outcome;

    *earlier = NULL;
    if (!settings->reuse_s)
        return true;
    *why = no_memory;
    *earlier = earlier_new(settings->reuse_s, room);
    if (!*earlier)
        return false;
    outcome =
        archive_sessions(archive, vantage, date_text(arena, time(NULL) - settings->reuse_s), room, take, *earlier);
    if (outcome == ARCHIVE_DONE)
        return true;
    *why = str_printf(arena, "%s: %s", archive_path(archive), archive_why(archive));
    return false;
}
