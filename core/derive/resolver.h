/* core/derive/resolver.h - may the resolver's answers be believed?  (checks.md, env.resolver; threats.md D13)
 *
 * A name that cannot exist is asked for.  A resolver that answers it with an address rewrites NXDOMAIN: then no absence that
 * it reports, and no answer with those addresses, is a fact.
 */
#pragma once

#include "core/facts/dns_answer.h"


struct run;

enum resolver_health { RESOLVER_PENDING, RESOLVER_SOUND, RESOLVER_REWRITES, RESOLVER_SILENT };

enum resolver_health need_resolver_health(struct run *);
const struct dns_answer *need_impossible_name(struct run *); /* NULL: on its way */

/* The answer itself, or trouble (reason resolver_down) where this resolver's word is not to be taken.  NULL stays NULL. */
const struct dns_answer *resolver_believe(struct run *, const struct dns_answer *);

/* As need_dns(), without that judgement. */
const struct dns_answer *need_dns_unjudged(struct run *, const char *name, enum dns_type type);
