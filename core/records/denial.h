/* core/records/denial.h - what NSEC and NSEC3 records prove about a name.  (RFC 4034 4, RFC 5155 8, RFC 6840 4)
 *
 * The records are a zone's own: whoever asks has verified them.  Owners and zone in lower case.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"

struct arena;

struct denial_record {
    struct str owner, rdata;
    bool is_nsec3;
};

struct denials {
    struct str zone;
    const struct denial_record *at;
    size_t count;
};

/* What is proved where a zone has no DS record for a name. */
enum denial_of_ds {
    NO_DS_UNPROVED,
    NO_DS_UNSIGNED_ZONE, /* there is a delegation, and it has no DS record; or there may be, unsigned ones being left
                            out of the proof (opt-out, RFC 5155 6) */
    NO_DS_NO_ZONE,       /* no zone begins at the name, or the name does not exist */
    NO_DS_TOO_COSTLY,    /* more iterations than NSEC3_ITERATIONS: to be taken for unsigned (RFC 9276 3.2) */
};
enum denial_of_ds denial_of_ds(struct arena *, const struct denials *, struct str name);

/* No name stands between this one and `encloser`, from whose wildcard it was made.  (RFC 4035 5.3.4, RFC 5155 8.8) */
bool denial_of_closer_name(struct arena *, const struct denials *, struct str name, struct str encloser);
