/* core/records/bimi_record.h - the TXT record at default._bimi: where a domain's logo is, and the certificate for it.
 *
 * There is no RFC: draft-brand-indicators-for-message-identification, 4.3.  A text is a BIMI record if its first tag is
 * exactly v=BIMI1.  Tags other than v, l and a are for others to understand.
 */
#pragma once

#include <stdbool.h>

#include "core/base/str.h"

struct arena;

struct bimi_record {
    const char *logo;      /* l=: an https URL that url.h takes, its host in lower case; NULL: none */
    const char *authority; /* a=: the same for the mark certificate */
    bool declines;         /* neither, and l= says so: no logo is to be shown */
};

bool bimi_record_is_one(struct arena *, struct str);
bool bimi_record_seems_one(struct arena *, struct str); /* is none, but was meant to be one */
/* False: no receiver, or not every one, can use it; *why is a sentence about "the record", in the arena. */
bool bimi_record_parse(struct arena *, struct str, struct bimi_record *out, const char **why);
