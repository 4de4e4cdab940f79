/* cmd/archive/archive.c - a store of either kind. */
#include "cmd/archive/archive.h"

#include <string.h>

#include "cmd/archive/archive_kind.h"
#include "cmd/archive/postgres_store.h"
#include "cmd/archive/sqlite.h"
#include "core/base/arena.h"
#include "core/base/str.h"

struct archive {
    const struct archive_kind *kind;
    void *store;
    const char *path;
};

static const struct archive_kind *const kinds[] = {&sqlite_archive, &postgres_archive};

static const struct archive_kind *kind_of(const char *url)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strncmp(url, kinds[i]->scheme, strlen(kinds[i]->scheme)) == 0)
            return kinds[i];
    return NULL;
}

const char *archive_url_fault(struct arena *arena, const char *url)
{
    const struct archive_kind *kind = kind_of(url);

    if (kind)
        return kind->url_fault(arena, url);
    return strstr(url, "://")
               ? "this is no store: sqlite:FILE or postgresql://HOST/DATABASE names one"
               : str_printf(arena, "\"%s\" is no store: sqlite:FILE or postgresql://HOST/DATABASE names one", url);
}

const char *archive_path_of(const char *url)
{
    return kind_of(url)->path_of(url);
}

struct archive *archive_open(struct arena *arena, const char *url, enum archive_use use, enum archive_outcome *outcome,
                             const char **why)
{
    struct archive *archive = ARENA_NEW(arena, struct archive);

    archive->kind = kind_of(url);
    archive->path = archive->kind->path_of(url);
    archive->store = archive->kind->open(arena, url, use, outcome, why);
    if (archive->store)
        return archive;
    *why = str_printf(arena, "%s: %s", archive->path, *why);
    return NULL;
}

void archive_close(struct archive *archive)
{
    if (archive && archive->store)
        archive->kind->close(archive->store);
    if (archive)
        archive->store = NULL;
}

const char *archive_path(const struct archive *archive)
{
    return archive->path;
}

int archive_directory(const struct archive *archive)
{
    return archive->kind->directory(archive->store);
}

const char *const *archive_files(const struct archive *archive, struct arena *arena)
{
    return archive->kind->files(archive->store, arena);
}

const char *archive_why(const struct archive *archive)
{
    return archive->kind->why(archive->store);
}

void archive_wait(struct archive *archive, bool waits)
{
    archive->kind->wait(archive->store, waits);
}

enum archive_outcome archive_begin_run(struct archive *archive, const char *key, const char *started,
                                       const char *vantage)
{
    return archive->kind->begin_run(archive->store, key, started, vantage);
}

enum archive_outcome archive_keep(struct archive *archive, const struct seen_report *report,
                                  const struct archive_sessions *sessions, bool is_restored)
{
    return archive->kind->keep(archive->store, report, sessions, is_restored);
}

enum archive_outcome archive_confirm(struct archive *archive, size_t *kept, bool *is_open)
{
    return archive->kind->confirm(archive->store, kept, is_open);
}

enum archive_outcome archive_settle(struct archive *archive)
{
    return archive->kind->settle(archive->store);
}

enum archive_outcome archive_end_run(struct archive *archive, const char *ended)
{
    return archive->kind->end_run(archive->store, ended);
}

enum archive_outcome archive_prune(struct archive *archive, const char *before, size_t *removed)
{
    return archive->kind->prune(archive->store, before, removed);
}

enum archive_outcome archive_domains(struct archive *archive, archive_domain_visit *visit, void *arg)
{
    return archive->kind->domains(archive->store, visit, arg);
}

enum archive_outcome archive_results(struct archive *archive, struct arena *arena, const char *domain,
                                     struct archive_results *out)
{
    return archive->kind->results(archive->store, arena, domain, out);
}

enum archive_outcome archive_latest(struct archive *archive, const char *domain, const char *before, size_t skipped,
                                    int64_t *id)
{
    return archive->kind->latest(archive->store, domain, before, skipped, id);
}

enum archive_outcome archive_report(struct archive *archive, struct arena *arena, int64_t id,
                                    const struct seen_report **out)
{
    return archive->kind->report(archive->store, arena, id, out);
}

enum archive_outcome archive_sessions(struct archive *archive, const char *vantage, const char *since, size_t octets,
                                      archive_session_visit *visit, void *arg)
{
    return archive->kind->sessions(archive->store, vantage, since, octets, visit, arg);
}
