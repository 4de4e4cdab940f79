/* core/records/policy_mend.h - the MTA-STS or TLS-RPT record that was meant by a text that is none, or has faults. */
#pragma once

#include <stdbool.h>

#include "core/base/str.h"

struct arena;

struct policy_mended {
    bool meant;       /* the text was meant to be such a record, or is one */
    unsigned slips;   /* tag_slip */
    const char *text; /* a sound record with every field of the old one; NULL: what was meant cannot be told */
};

struct policy_mended sts_record_mend(struct arena *, struct str text);
struct policy_mended tlsrpt_mend(struct arena *, struct str text);
