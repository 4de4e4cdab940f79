/* core/result/difference.h - what has changed between two reports about one domain.
 *
 * A finding is the same in both where check and subject are, part by part; its words may change.  What weighs is the
 * status, and nothing where it is suppressed.  What is unknown now is neither better nor worse; what was unknown and is
 * a fault now is new, since nobody knew of it.  Evidence has changed where the DNS records that a finding rests on
 * have: times, serials and greetings do so by themselves.
 *
 * Reports are read back from JSON (seen_json.h), the new one, too: so both went the same way.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/status.h"

struct arena;

struct seen { /* a finding as a report tells it */
    const char *check, *group;
    const char *key; /* check and parts of the subject */
    const char *subject, *message;
    enum status status;
    bool suppressed;
    const char *records; /* in the DNS answers that it rests on; "" */
};

struct seen_report {
    const char *domain, *started, *verdict;
    const char *const *only, *const *skip; /* checks and groups; none: every one */
    size_t only_count, skip_count;
    const struct seen *findings;
    size_t finding_count;
};

enum change {
    CHANGE_NEW, /* was not there, or was unknown */
    CHANGE_WORSE,
    CHANGE_BETTER,
    CHANGE_GONE,      /* what it was about is no longer there */
    CHANGE_EVIDENCE,  /* the status is the same, the records are not */
    CHANGE_UNDECIDED, /* is unknown now */
    CHANGE_COUNT
};

struct difference_item {
    enum change change;
    const struct seen *before, *after; /* NULL: not there */
    size_t position;                   /* of `after` among the findings of its report */
};

struct difference {
    const struct seen_report *before, *after; /* before NULL: there was no report about this domain */
    const struct difference_item *items;      /* by change, then in the order of the reports */
    size_t count;
    size_t counts[CHANGE_COUNT];
};

const struct difference *difference_of(struct arena *, const struct seen_report *before,
                                       const struct seen_report *after);
/* The item about the finding at this position of the new report; NULL: it is as it was. */
const struct difference_item *difference_at(const struct difference *, size_t position);
bool change_is_regression(enum change); /* CHANGE_NEW, CHANGE_WORSE */
const char *change_word(enum change);   /* "worse": a member of JSON */
