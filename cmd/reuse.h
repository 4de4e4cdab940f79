/* cmd/reuse.h - sessions with mail servers that a store has, for a run that does not want to have them again. */
#pragma once

#include <stdbool.h>

struct archive;
struct arena;
struct earlier;
struct settings;

/* Whatever a server's answers depend on beside the server: who we are, where we come from, whom we trust.  `ca`: extra
 * anchors; NULL. */
const char *reuse_vantage(struct arena *, const struct settings *, const char *ca);

/* Those of the vantage that --reuse allows; *earlier is NULL where it allows none.  False with *why. */
bool reuse_sessions(struct arena *, struct archive *, const char *vantage, const struct settings *,
                    struct earlier **earlier, const char **why);
