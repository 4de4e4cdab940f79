/* core/base/date.h - dates in text: those that others wrote, in HTTP's Date and SMTP greetings; days that the user
 * names; and ours.
 *
 * The form is that of RFC 5322 3.3, of which HTTP's IMF-fixdate (RFC 9110 5.6.7) is a part:
 *
 *     [Wed,] 25 Nov 2026 01:38[:09] +0000
 *
 * The zone is needed: without it the date may be up to a day away.  It is numeric, or GMT, UT or UTC; other names are
 * not taken, because people disagree on what they mean.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"

struct arena;

enum { DAY_S = 86400 };

const char *date_text(struct arena *, int64_t seconds); /* RFC 3339, UTC; "": no year that has a name */
/* "730 days", "5 hours", "40 minutes", "12 seconds": of two of a unit at least. */
const char *date_span(struct arena *, int64_t seconds);

/* The last date in the text, in seconds since 1970; false: there is none.  The last one, since software tells before it
 * when it was built. */
bool date_find(struct str text, int64_t *seconds);

/* "2027-03-01", a day that there is: its begin in UTC, in seconds since 1970.  (RFC 3339 full-date) */
bool date_day(struct str text, int64_t *seconds);
