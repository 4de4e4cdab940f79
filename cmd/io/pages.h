/* cmd/io/pages.h - a directory of pages, one for each domain, and the index that leads to them.
 *
 * A page is written as its domain is reported, beside its name and renamed, so that a browser never sees half of one;
 * of the result nothing is kept but a row of the index.  That is written last, when the pages are on the disk; until
 * then the index of an earlier run stays, and so do pages of domains that are not of this run.  The lock on the index
 * keeps a second run out of the directory.
 *
 * A directory that was not there is made, with the mode 0700, and removed again where nothing comes of the run.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "cmd/io/output.h"
#include "core/result/gate.h"
#include "reports/reporter.h"

struct arena;
struct result;

struct pages {
    const char *path;      /* as the user wrote it */
    bool is_new;           /* the directory was made by this run */
    int parent;            /* then the directory that it stands in; else -1 */
    struct arena *scratch; /* of one page */
    struct output page;    /* that is being written */
};

/* Opens the index of the directory. */
bool pages_open(struct pages *, struct output *index, struct arena *, const char *path, const char **why);
/* Would a page, or the index, replace this file?  As far as its name tells. */
bool pages_may_replace(const struct output *index, const char *path);
/* The page of a result, with the options of the index. */
struct piece pages_render(const struct report_options *index, const struct result *, const struct gate *);
bool pages_take(struct pages *, const char *domain, const struct piece *, const char **why); /* false: not written */
/* To the disk with all of them; 0 or an errno. */
int pages_settle(const struct output *index);
void pages_close(struct pages *, bool has_come_to_nothing); /* after the index */
void pages_remove(const struct pages *); /* what is being written; may be called from a signal handler */
