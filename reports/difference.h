/* reports/difference.h - what changed between two reports: for `diff`, and within the reports of an audit with a
 * baseline.
 */
#pragma once

#include <stddef.h>

#include "core/result/difference.h"
#include "reports/sink.h"

struct arena;

const char *change_title(enum change);                                     /* "Changed evidence" */
const char *change_line(struct arena *, const struct difference_item *);   /* "FAIL ptr.fcrdns 192.0.2.1: ..." */
const char *difference_summary(struct arena *, const struct difference *); /* "since ...: 1 new, 2 better" */

void difference_members(struct sink *, const struct difference_item *); /* of a JSON object, to its end */

/* A format of `diff`. */
struct difference_format {
    const char *name;
    enum sink_language language;
    void (*begin)(struct sink *);
    void (*one)(struct sink *, struct arena *, const struct difference *, size_t before);
    void (*end)(struct sink *);
};
extern const struct difference_format difference_formats[]; /* name NULL at the end */
