/* core/base/url.h - the URLs that are fetched: https, an absolute path, nothing that a parser could read in two ways.
 *
 * "https://HOST[:PORT]/PATH[?QUERY]" in printable ASCII.  The host is a name in lower case, not an address; there is no
 * user, no fragment, no blank, no quote, backslash or control character.  (RFC 3986; RFC 9110 4.2.2)
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct arena;

enum { URL_MAX = 1000 }; /* it is part of a key of evidence */

struct url {
    const char *host;
    uint16_t port;
    const char *path; /* with the query; begins with "/" */
};

bool url_parse(struct arena *, const char *text, struct url *out);
