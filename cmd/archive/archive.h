/* cmd/archive/archive.h - what audits have found, kept over time: runs, the result of each domain in them, its
 * findings; and what mail servers said, the latest session with each.
 *
 * What follows is all that a back end has to do: SQLite, in a file, and PostgreSQL, on a server.  A store is named by a
 * URL, "sqlite:FILE" or "postgresql://...".  Runs write into one store side by side, each result whole or not at all.
 * Once archive_confirm() has told of it, whatever ends the program costs no result: a file's is with the kernel, for
 * whose disk archive_settle() waits, and a server's is with the server, as safe as that makes it.
 *
 * A store is hostile until judged, as all files: one that is damaged, or somebody else's, is refused, and never made
 * anew.  Texts in it are those of peers, and go through the sinks.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"
#include "core/result/difference.h"

struct arena;
struct archive;

enum archive_use {
    ARCHIVE_WRITE, /* made where there is none */
    ARCHIVE_PRUNE, /* there has to be one */
    ARCHIVE_READ
};

enum archive_outcome {
    ARCHIVE_DONE,
    ARCHIVE_BUSY,  /* another run writes into it just now */
    ARCHIVE_UNFIT, /* it is not what it has to be */
    ARCHIVE_FAILED /* the machine does not do it */
};

/* NULL, or what is wrong with it.  A URL that may have a password is not repeated, and one that has is a fault. */
const char *archive_url_fault(struct arena *, const char *url);

const char *archive_path_of(const char *url); /* of a URL without a fault: the file; of a server, all of it */

/* Of a URL without a fault.  Opens all that it will need, so that a sandbox may follow.  Else NULL with *outcome, and
 * *why in the arena: a whole complaint.  The arena has to outlive the store. */
struct archive *archive_open(struct arena *, const char *url, enum archive_use, enum archive_outcome *outcome,
                             const char **why);
void archive_close(struct archive *);             /* NULL is fine */
const char *archive_path(const struct archive *); /* of its file, or its URL, for complaints */
int archive_directory(const struct archive *);    /* in which files beside it are made and removed; -1: none */
/* Files and directories that it may still have to read, for a sandbox; the last is NULL. */
const char *const *archive_files(const struct archive *, struct arena *);
/* After an outcome other than ARCHIVE_DONE: what is wrong, to follow the path and a colon.  Until the next call. */
const char *archive_why(const struct archive *);

/* For another run, or a server that was lost, half a minute; else ARCHIVE_BUSY or ARCHIVE_FAILED at once.  A new one
 * does. */
void archive_wait(struct archive *, bool waits);

/* ---- writing ---- */

/* A session with a mail server (audit/earlier.h). */
struct archive_session {
    const char *key;   /* of the evidence */
    const char *asked; /* RFC 3339, UTC */
    struct str packed;
};
struct archive_sessions {
    const struct archive_session *at;
    size_t count;
};

/* Begins a run, or goes on with the one of this key, which no other run may have.  `vantage`: what sessions depend on
 * beside the server; those of another vantage are others. */
enum archive_outcome archive_begin_run(struct archive *, const char *key, const char *started, const char *vantage);
/* In place of what the run has of the domain already; or, where `is_restored`, only if it has nothing.  A session takes
 * the place of an older one with the same server.  DONE: it is under way; BUSY: not now. */
enum archive_outcome archive_keep(struct archive *, const struct seen_report *, const struct archive_sessions *,
                                  bool is_restored);
/* *kept: the store has so many more of the results that were under way, in their order.  *is_open: of the others
 * nothing is known yet; else it does not have them. */
enum archive_outcome archive_confirm(struct archive *, size_t *kept, bool *is_open);
enum archive_outcome archive_settle(struct archive *);
/* All of the run is kept, and on the disk. */
enum archive_outcome archive_end_run(struct archive *, const char *ended);

/* Removes the results that are older, and what only they needed; *removed of them.  And sessions that are older. */
enum archive_outcome archive_prune(struct archive *, const char *before, size_t *removed);

/* ---- reading: texts in the arena ---- */

/* Told of each; false ends it. */
typedef bool archive_domain_visit(void *arg, const char *domain);
enum archive_outcome archive_domains(struct archive *, archive_domain_visit *, void *arg); /* in order of their names */

/* When a domain was audited: results in order of time, the earliest first.  One that is written meanwhile is not seen
 * before the next call. */
struct archive_result {
    int64_t id;
    const char *started, *verdict;
    size_t fails, warns, unknown; /* findings; those that are suppressed do not count */
};
struct archive_results {
    const struct archive_result *at;
    size_t count;
};
enum archive_outcome archive_results(struct archive *, struct arena *, const char *domain, struct archive_results *out);
/* The latest result of a domain, of those that began before this moment (NULL: of all), or the one `skipped` before it.
 * 0: there is none. */
enum archive_outcome archive_latest(struct archive *, const char *domain, const char *before, size_t skipped,
                                    int64_t *id);
/* *out is NULL where it was removed meanwhile. */
enum archive_outcome archive_report(struct archive *, struct arena *, int64_t id, const struct seen_report **out);

/* Told of each; false ends it. */
typedef bool archive_session_visit(void *arg, const struct archive_session *);
/* Of a vantage, since a moment, the latest first; of `octets` in all at most. */
enum archive_outcome archive_sessions(struct archive *, const char *vantage, const char *since, size_t octets,
                                      archive_session_visit *, void *arg);
