/* core/base/trouble.h - why something could not be established: a reason, whose side it is on, and a sentence.
 *
 * Trouble is data.  It never becomes `fail` or `warn`; a check that meets it is `unknown` (checks.md, section 1).
 */
#pragma once

#include <stdbool.h>

enum reason {
    REASON_NONE,
#define REASON(id, word, side, sentence) REASON_##id,
#include "core/base/reasons.def"
#undef REASON
    REASON_COUNT
};

enum side { SIDE_NONE, SIDE_US, SIDE_NETWORK, SIDE_RESOLVER, SIDE_TARGET };

struct trouble {
    enum reason reason; /* REASON_NONE: no trouble */
    enum side side;
    const char *why; /* our words, never remote bytes; constant, or owned by whoever owns the trouble */
};

bool reason_may_pass(enum reason); /* of a question to the DNS: another packet may fare better */
struct trouble trouble_of(enum reason); /* with the reason's own side and sentence */
const char *reason_word(enum reason);   /* "timeout" */
const char *side_word(enum side);       /* "network" */
