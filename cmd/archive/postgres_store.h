/* cmd/archive/postgres_store.h - a store on a server of PostgreSQL: inside the room.
 *
 * In a schema of its own, "mailready", so that a database may have other tables beside it.  Its table `store` says
 * whose it is, and its version.  A finding is said in the same words for months: `said` has each once, under a checksum
 * that nobody finds a second text for; a result lists those of its findings, in order, and the view `finding` shows
 * them as rows.
 *
 * Results go in batches, each one journey to the server and one wait for its disk, and nobody waits for the answer: the
 * next batch gathers meanwhile (archive_confirm()).  Each result is a transaction.  Those of which no answer says that
 * they are there are given again: a run has a domain once.
 */
#pragma once

#include "cmd/archive/archive_kind.h"
#include "cmd/archive/postgres.h"

enum {
    POSTGRES_VERSION = 2, /* of the schema */
    POSTGRES_BATCH_MAX = 500,
    POSTGRES_BATCH_OCTETS = 4194304
};

/* Advisory locks: of who makes the schema; and of who removes what was said (all others share it). */
#define POSTGRES_LOCK_OF_SCHEMA "7881706548265641081"
#define POSTGRES_LOCK_OF_SAID "7881706548265641082"

enum batch_state { BATCH_NONE, BATCH_OPEN, BATCH_SENT };

struct postgres_store {
    struct postgres postgres;
    int64_t run;
    const char *vantage; /* of the run */
    bool waits;
    int64_t patience_ms; /* until when, of postgres_clock_ms(); 0: nobody waited yet */
    enum batch_state batch;
    size_t batch_count, batch_octets; /* results that were given */
    int64_t batch_due_ms;
    size_t batch_answered, batch_kept;  /* of them; and how many in front have no failure among them */
    bool batch_is_closed;               /* the last transaction is done, so those before it are on the disk */
    enum archive_outcome batch_outcome; /* the first failure */
    bool has_failed;                    /* a batch: nobody knows which statements it has prepared */
    const char *why;                    /* NULL: postgres.why */
};

extern const struct archive_kind postgres_archive;

/* The schema is there, and ours; with ARCHIVE_WRITE, made where there is none. */
enum archive_outcome postgres_judge_store(struct postgres *, struct arena *, enum archive_use);
/* archive_wait() said so, and half a minute is not over. */
bool postgres_has_patience(struct postgres_store *);
/* The connection is there, if need be after waiting for it as archive_wait() says. */
enum archive_outcome postgres_reach(struct postgres_store *);

/* What archive_keep() keeps: into a pipeline, whose later transaction waits for the disk; or else at once, in the
 * transaction that there is. */
struct postgres_result {
    int64_t run;
    const char *vantage; /* of the sessions */
    const struct seen_report *report;
    const struct archive_sessions *sessions;
    bool is_restored;
};
enum archive_outcome postgres_send_result(struct postgres *, const struct postgres_result *);
enum archive_outcome postgres_add_run(struct postgres *, const char *key, const char *started, int64_t *run);
enum archive_outcome postgres_mark_run(struct postgres *, int64_t run, const char *ended); /* "": it has not */

enum archive_outcome postgres_begin_run(void *store, const char *key, const char *started, const char *vantage);
enum archive_outcome postgres_keep(void *store, const struct seen_report *, const struct archive_sessions *,
                                   bool is_restored);
enum archive_outcome postgres_confirm(void *store, size_t *kept, bool *is_open);
enum archive_outcome postgres_settle(void *store);
enum archive_outcome postgres_end_run(void *store, const char *ended);
enum archive_outcome postgres_prune(void *store, const char *before, size_t *removed);
enum archive_outcome postgres_domains(void *arg, archive_domain_visit *visit, void *visit_arg);
enum archive_outcome postgres_results(void *store, struct arena *, const char *domain, struct archive_results *);
enum archive_outcome postgres_latest(void *store, const char *domain, const char *before, size_t skipped, int64_t *id);
enum archive_outcome postgres_report(void *store, struct arena *, int64_t id, const struct seen_report **);
enum archive_outcome postgres_sessions(void *store, const char *vantage, const char *since, size_t octets,
                                       archive_session_visit *, void *arg);
