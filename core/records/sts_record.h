/* core/records/sts_record.h - the TXT record at _mta-sts.  (RFC 8461 3.1) */
#pragma once

#include <stdbool.h>

#include "core/base/str.h"

struct sts_record {
    struct str id; /* 1 to 32 letters and digits */
};

/* Senders drop every record that does not begin so, before they count (RFC 8461 3.1). */
bool sts_record_is_one(struct str);
/* points into the text; *why: a constant */
bool sts_record_parse(struct str, struct sts_record *out, const char **why);
