/* core/result/result.h - a finished audit, as the reporters see it.  All const, all owned by the audit. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/status.h"
#include "core/derive/inventory.h"
#include "core/facts/target.h"
#include "core/facts/vantage.h"
#include "core/result/finding.h"

struct arena;
struct cause;
struct evidence;
struct mail_paths;
struct instrument;
struct overlay;
struct receiver_verdict;
struct services;

struct result {
    const struct target *target;
    const struct finding *const *findings; /* in probe order, then by subject */
    size_t finding_count;
    size_t counts[STATUS_COUNT]; /* of those that are not suppressed */
    size_t suppressed_count;
    enum verdict verdict;
    const struct vantage *vantage;
    const struct instrument *instrument; /* what the resolver is worth: derive/resolver.h */
    const struct inventory *inventory;
    const struct mail_paths *paths; /* mail_path.h */
    const struct services *services; /* derive/services.h: who sends and receives for the domain */
    bool out_of_memory;             /* nothing else is set then but the verdict, unknown, and elapsed_ms */
    bool out_of_time; /* its deadline came before all that was asked for */
    int64_t started_s;              /* wall clock, seconds since 1970 */
    int64_t elapsed_ms;
    const struct evidence *const *evidence; /* in order of key texts */
    size_t evidence_count;
    const struct overlay *plan; /* records/overlay.h: it is judged as if that were published; NULL: the world is */
    const struct evidence *const *planned; /* answers that the plan had a part in, in order of key texts */
    size_t planned_count;
    const struct receiver_verdict *receivers; /* receiver.h; by receiver, then by sender */
    size_t receiver_count;
    const struct cause *causes; /* cause.h; in the order that works */
    size_t cause_count;
};

/* What counts and findings come to: a failure outweighs what is undecided, and that
 * a warning.  UNKNOWN where the check could not have failed, and SKIPPED, take
 * nothing from it, so a result without findings is ready: as far as was asked. */
enum verdict result_verdict(const struct result *);

/* The undecided finding from which this one follows, NULL if it stands for itself: reports tell it once. */
const struct finding *result_cause(const struct result *, const struct finding *);

/* What identifies a finding over runs, whatever its words: domain, check and the parts of its subject, and which of
 * several with the same.  In hex. */
const char *result_fingerprint(struct arena *, const struct result *, const struct finding *);

/* Do services alone send for the domain, as far as is known? */
bool result_is_hosted(const struct result *);

const struct evidence *result_evidence(const struct result *, const char *key); /* NULL: none that is known */

/* Is the finding about this address, or about none in particular?  Not what is about a service that sends. */
bool finding_concerns(const struct finding *, const struct mail_address *);
