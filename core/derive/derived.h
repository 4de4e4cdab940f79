/* core/derive/derived.h - facts that follow from evidence, derived once and remembered with the audit.
 *
 * Probes are run anew whenever evidence arrives, and several ask for the same fact: the inventory, an SPF result.  It
 * is derived when it is first needed, and again only when evidence that it still waited for has become known; until
 * then who needs it waits for that evidence, too.  So a probe, and a derivation, still reads as a pure function of
 * evidence.
 *
 * A fact is settled when nothing that it is made of is on its way.  A settled fact lives as long as its audit, one that
 * is not as long as the run that needed it.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct arena;
struct run;

struct derivation {
    const char *name;
    /* May ask for evidence and for other facts.  What run_arena() gives meanwhile is the fact's own; `argument` is the
     * asker's, so what of it is kept must be copied. */
    const void *(*derive)(struct run *, const void *argument);
};

/* `key` tells the facts of one derivation apart; it is copied. */
const void *need_derived(struct run *, const struct derivation *, const char *key, const void *argument);
/* In a trial of a proposal, what the audit itself has derived; NULL: nothing that is settled, or this is no trial. */
const void *derived_by_audit(const struct run *, const struct derivation *, const char *key);
