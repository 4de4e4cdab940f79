/* reports/history.h - what was found of a domain over time: how many findings of each kind, drawn as a row of bars, and
 * what changed from one result to the next.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/result/difference.h"
#include "reports/sink.h"

struct arena;

struct history_point { /* a result */
    const char *started, *verdict;
    size_t fails, warns, unknown; /* findings; those that are suppressed do not count */
};

struct history {
    const char *domain;
    const struct history_point *points; /* the earliest first; at least one */
    size_t count;
    bool utf8; /* the terminal has bars */
};

/* A row of bars of at most HISTORY_BARS, for the worst of neighbours where there are more points. */
enum { HISTORY_BARS = 60 };
const char *history_bars(struct arena *, const struct history *, size_t (*value)(const struct history_point *));

/* Does anything of it concern a reader who looks at months?  Records that differ and weigh nothing do not. */
bool history_is_change(const struct difference *);

struct history_format {
    const char *name;
    enum sink_language language;
    bool shows_all; /* also results that are as the one before */
    void (*begin)(struct sink *, struct arena *, const struct history *);
    /* The result at `index`, after `same` that were as the one before them and are not shown. */
    void (*one)(struct sink *, struct arena *, const struct history *, size_t index, const struct difference *,
                size_t same);
    void (*end)(struct sink *, struct arena *, const struct history *, size_t same);
};
extern const struct history_format history_formats[]; /* name NULL at the end */
