/* core/records/uri_mend.h - the destinations that were meant by the value of rua= or ruf=. */
#pragma once

#include <stdbool.h>

#include "core/base/str.h"

struct arena;

bool uri_is_destination(struct str); /* it has a scheme, or is an address without one */

/* "a@b.example, mailto: c@d.example" as "mailto:a@b.example,mailto:c@d.example": commas alone between them,
 * a scheme before each, a scheme that stands alone with what follows it.  Adds to *slips (tag_slip). */
const char *uri_list_mend(struct arena *, struct str value, unsigned *slips);
