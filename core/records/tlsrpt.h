/* core/records/tlsrpt.h - the TXT record at _smtp._tls.  (RFC 8460 3) */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"

struct tlsrpt_record {
    size_t uris;          /* report destinations */
    size_t unknown;       /* of them, with a scheme other than mailto and https */
    struct str first_odd; /* the first of those; points into the text */
};

/* Senders drop every record that does not begin so, before they count (RFC 8460 3). */
bool tlsrpt_is_one(struct str);
/* False also where no destination has a scheme that senders know; *why: a constant. */
bool tlsrpt_parse(struct str, struct tlsrpt_record *out, const char **why);
