/* cmd/archive/archive_kind.h - what a back end of the store is made of: inside the room.
 *
 * Each function does what the one of its name in archive.h says, for a store that open() returned.
 */
#pragma once

#include "cmd/archive/archive.h"

struct archive_kind {
    const char *scheme; /* how its URLs begin */

    const char *(*url_fault)(struct arena *, const char *url); /* of a URL of this scheme */
    const char *(*path_of)(const char *url);
    void *(*open)(struct arena *, const char *url, enum archive_use, enum archive_outcome *, const char **why);
    void (*close)(void *store);
    int (*directory)(const void *store);
    const char *const *(*files)(const void *store, struct arena *);
    const char *(*why)(const void *store);
    void (*wait)(void *store, bool waits);

    enum archive_outcome (*begin_run)(void *store, const char *key, const char *started, const char *vantage);
    enum archive_outcome (*keep)(void *store, const struct seen_report *, const struct archive_sessions *,
                                 bool is_restored);
    enum archive_outcome (*confirm)(void *store, size_t *kept, bool *is_open);
    enum archive_outcome (*settle)(void *store);
    enum archive_outcome (*end_run)(void *store, const char *ended);
    enum archive_outcome (*prune)(void *store, const char *before, size_t *removed);

    enum archive_outcome (*domains)(void *store, archive_domain_visit *, void *arg);
    enum archive_outcome (*results)(void *store, struct arena *, const char *domain, struct archive_results *);
    enum archive_outcome (*latest)(void *store, const char *domain, const char *before, size_t skipped, int64_t *id);
    enum archive_outcome (*report)(void *store, struct arena *, int64_t id, const struct seen_report **);
    enum archive_outcome (*sessions)(void *store, const char *vantage, const char *since, size_t octets,
                                     archive_session_visit *, void *arg);
};
