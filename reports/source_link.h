/* reports/source_link.h - where a source that a check or a rule rests on can be read. */
#pragma once

struct arena;

/* "RFC 7208 4.6.4" as "https://www.rfc-editor.org/rfc/rfc7208#section-4.6.4"; NULL: nobody knows, or it is no page.
 * Made of our own words and of digits alone. */
const char *source_url(struct arena *, const char *source);
/* The next of a list with "; " between, in the arena; NULL at the end.  *list moves behind it. */
const char *source_next(struct arena *, const char **list);
