/* probes/generic/generic_filters.h - would the public spam filters take a reverse name for a generic one?
 *
 * Each function judges as its filter does in its stock configuration, with that filter's own ideas of a token; none of
 * them changes our class.  Names are lower case, but where a filter looks at their letters as received.
 * The rules of SpamAssassin and rspamd are data, with the version that they are of: generic_*.def.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/ip.h"

struct arena;

bool haraka_is_generic_rdns(const struct ip *, const char *name, const char *org_domain);
bool spamassassin_rdns_dynamic(const char *name, const char *lower); /* as received, and in lower case */
unsigned rspamd_hostname_weight(const char *name); /* of HFILTER_HOSTNAME_1..5; 0: none */

/* "Haraka is_generic_rdns, SpamAssassin RDNS_DYNAMIC, rspamd HFILTER_HOSTNAME_4", or NULL when none fires */
const char *generic_filters(struct arena *, const struct ip *, const char *name, const char *lower,
                            const char *org_domain);
