/* core/derive/fresh.h - answers as the zone's own servers give them now, in place of what the resolver has kept.
 *
 * For --wait: a change of today is behind the cache of the resolver for as long as the old record said.  Where a zone
 * has several servers and they differ, the first that has an answer is taken; that they differ is for the caller to see
 * (ns.consistent does).  What the zone does not say of itself, an alias that leads off among it, stays the resolver's.
 */
#pragma once

#include "core/facts/dns_answer.h"

struct run;

/* `here` is the resolver's answer; NULL: on its way, as it is returned. */
const struct dns_answer *need_fresh(struct run *, const char *name, enum dns_type, const struct dns_answer *here);
