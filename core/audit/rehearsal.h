/* core/audit/rehearsal.h - proposals are tried before they are shown.  (checks.md, section 19)
 *
 * The records of a finding are laid over the evidence of its audit, in place of those that it names or beside what
 * there is, and the audit is judged again, by the same probes and without asking anybody.  A proposal is kept if its
 * finding goes and nothing gets worse.  One that fails is dropped: the remedy says in words what to do.  Where the
 * trial would need evidence that nobody has, its outcome is open, and nobody claims that it was tried.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct audit_view;
struct finding;
struct inventory;
struct probe;
struct services;
struct trace;

struct rehearsal {
    const struct probe *const *probes;
    size_t probe_count;
    const bool *wanted;              /* by probe */
    struct audit_view *audit;        /* finished: no wish is open */
    struct finding *const *findings; /* all of it */
    size_t count;
    const struct services *services; /* of the audit, and so its mail; NULL: unknown */
    const struct inventory *mail;
    struct trace *trace; /* what was dropped, and how many were tried; may be NULL */
};

/* Sets `proposal` of every finding that proposes records, and takes the records from those whose trial failed.  The
 * worst come first; beyond TRIALS_PER_AUDIT the outcome is open. */
void rehearse(const struct rehearsal *);
